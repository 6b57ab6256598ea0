"""What the conditions of a pack read of a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from convenio.backends.frames.quantifiers import asked_members
from convenio.facts.paths import owner_of
from convenio.language import syntax as s
from convenio.packs.made_once import MadeOnce
from convenio.packs.pack import Pack


@dataclass(frozen=True)
class PackReads:
    """What the conditions of a pack read: facts, and the members of sets that they name.

    Conditions of presumptions are among them, where the fact that is presumed is.
    """

    paths: tuple[str, ...]
    members: Mapping[str, Sequence[str]]


def _read_by(pack: Pack) -> PackReads:
    rules = pack.compiled.rules
    found = [c for rule in rules for c in (rule.scope, *(w for _, w in rule.conditions))]
    found += pack.guards.values()
    read = _owners(found)
    found += [
        one.when
        for path, presumptions in pack.presumptions.items()
        if path in read
        for one in presumptions
        if one.when is not None
    ]
    paths = _owners(found)
    return PackReads(tuple(paths), asked_members(found))


def _owners(conditions: Iterable[s.Expression]) -> dict[str, None]:
    return dict.fromkeys(owner_of(path) for one in conditions for path in s.paths_of(one))


READ_BY = MadeOnce(_read_by)
"""What each pack reads, worked out once."""
