"""Which columns a table may have, and what the names in a header mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from convenio.backends.frames.columns import (
    AS_OF,
    ID,
    POSITION,
    FrameColumn,
    case_columns,
    child_columns,
)
from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.spoken import country_names, names_of_members


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a table may have: what each holds, by name, and those that are no facts.

    `folded` has them by their names in small letters, and by their letters and digits alone.
    """

    holds: Mapping[str, str]
    keys: tuple[str, ...]
    folded: Mapping[str, str]
    lists: frozenset[str] = frozenset()
    wanted: tuple[str, ...] = ()
    """What a mapping reads; nothing where columns are called like facts."""
    said: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By column what its words mean: members of enums and sets, states by their names."""

    def named(self, written: str) -> str | None:
        """Return the column that a header means.

        It may be written in capitals, or with other marks between its words: `Terms Duration
        Years` means `terms.duration_years`. Columns of a mapping are called as it calls them.
        """
        if written in self.holds or written in self.keys or written in self.lists:
            return written
        exact = self.folded.get(folded(written))
        if exact is not None or self.wanted:
            return exact
        return self.folded.get("".join(words(written))) if written else None

    def holding(self, names: Iterable[str], *kinds: str) -> list[str]:
        """Return those of some columns that hold values of one of the kinds."""
        return [name for name in names if self.kind(name) in kinds]

    def kind(self, name: str) -> str:
        """Return what a column holds, in plain words; nothing where it is no fact."""
        if name == AS_OF:
            return "date"
        return self.holds.get(name) or self.holds.get(name.replace("__", ".", 1), "")

    def of_cases(self) -> bool:
        """Tell whether these are the columns of cases, called like facts."""
        return AS_OF in self.keys

    def is_fact(self, name: str) -> bool:
        """Tell whether a column states something of a case."""
        return name not in self.keys and (bool(self.kind(name)) or name in self.lists)


def columns_of_cases(catalogue: Catalogue) -> Columns:
    """Return the columns of a table of cases."""
    lists = [path for path, fact in catalogue.facts.items() if fact.type.kind == "list"]
    return _columns(case_columns(catalogue), (ID, AS_OF), catalogue.facts, lists)


def columns_of_list(catalogue: Catalogue, path: str) -> Columns:
    """Return the columns of the table of a list's elements; none where there is no such list."""
    declared = catalogue.facts.get(path)
    is_list = declared is not None and declared.type.kind == "list"
    fields = catalogue.records[declared.type.record] if declared and is_list else {}
    return _columns(child_columns(catalogue, path) if is_list else (), (ID, POSITION), fields)


def _columns(
    known: Iterable[FrameColumn],
    keys: tuple[str, ...],
    declared: Mapping[str, FactDeclaration],
    lists: Sequence[str] = (),
) -> Columns:
    holds = {column.name: column.holds for column in known}
    by_form = {
        form: name
        for name in (*holds, *keys, *lists)
        for form in (folded(name), folded(name).replace(".", "__"), "".join(words(name)))
    }
    said = {name: _said(declared[name]) for name in holds if name in declared}
    return Columns(
        holds,
        keys,
        by_form,
        frozenset(lists),
        said={name: words for name, words in said.items() if words},
    )


def _said(declaration: FactDeclaration) -> Mapping[str, str]:
    """Return what the words of a cell mean: those that are no value as they stand."""
    if "country" in (declaration.type.kind, declaration.type.element):
        return country_names()
    return names_of_members(declaration) if declaration.type.members else {}


def folded(name: str) -> str:
    """Return a name in small letters, without blanks or a `;` around it, and _ for those inside.

    A `#` before a name marks the line of names; a byte-order mark before it is no letter of it.

    >>> folded(" Local  production;"), folded("# id")
    ('local_production', 'id')
    """
    plain = name.strip(" \t\r\n\ufeff\u00a0").rstrip(";").rstrip().casefold()
    return re.sub(r"\s+", "_", plain.lstrip("# ") or plain)


def words(name: str) -> list[str]:
    """Return the words of a name in small letters.

    >>> words("Terms: duration (years)")
    ['terms', 'duration', 'years']
    """
    return list(_words(name))


@lru_cache(maxsize=10_000)
def _words(name: str) -> tuple[str, ...]:
    return tuple(word for word in re.split(r"[\W_]+", name.casefold()) if word)
