"""One file of two readings: what both state stands, what they state otherwise is to be decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from convenio.documents import Mapping, Node, Scalar, Sequence
from convenio.errors import Position
from convenio.facts.catalogue import Catalogue
from convenio.facts.provenance import PROVENANCE
from convenio.interview.editing import value_at, with_answers

_PLACE = Position("")
_HELD = frozenset({"value", *PROVENANCE})
"""What a candidate of a conflict may hold."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The text of the merged file, and the paths of facts by what was done with them.

    `to_decide` stand as conflicts that nobody has resolved, so they count as unknown; `taken` are
    of the second reading, where the first says nothing; `by_hand` are lists and refusals, of which
    the first reading's stand.
    """

    text: str
    to_decide: tuple[str, ...]
    taken: tuple[str, ...]
    by_hand: tuple[str, ...]


def merged(
    text: str, first: Mapping, second: Mapping, paths: Iterable[str], catalogue: Catalogue
) -> Merged:
    """Put two readings into one file: `text` is the first's, `paths` are where they differ."""
    answers: dict[str, Node] = {}
    to_decide, taken, by_hand = [], [], []
    names = _sources(first, second, answers)
    for path in paths:
        keys = path.split(".")
        one, other = value_at(first, keys), value_at(second, keys)
        if other is None or _is_null(other):
            continue
        if one is None or _is_null(one):
            answers[path] = _renamed(other, names)
            taken.append(path)
            continue
        candidates = [_candidate(one), _candidate(_renamed(other, names))]
        declaration = catalogue.facts.get(path)
        is_list = declaration is None or declaration.type.kind == "list"
        if is_list or not all(candidates):
            by_hand.append(path)
            continue
        conflict = Sequence(tuple(c for c in candidates if c is not None), _PLACE)
        answers[path] = Mapping({"conflict": conflict}, {"conflict": _PLACE}, _PLACE)
        to_decide.append(path)
    whole = with_answers(text, first, answers)
    return Merged(whole, tuple(to_decide), tuple(taken), tuple(by_hand))


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.is_null


def _candidate(node: Node) -> Mapping | None:
    """Return a stated fact as one candidate of a conflict; None where it can be none."""
    if isinstance(node, Scalar):
        if node.text in ("undisclosed", "asked"):
            return None
        return Mapping({"value": node}, {"value": _PLACE}, _PLACE)
    if isinstance(node, Mapping) and "value" in node.entries and set(node.entries) <= _HELD:
        return node
    return None


def _sources(first: Mapping, second: Mapping, answers: dict[str, Node]) -> dict[str, str]:
    """Note the sources of the second reading; return its keys that had to be called otherwise."""
    own, others = value_at(first, ["sources"]), value_at(second, ["sources"])
    names: dict[str, str] = {}
    taken = dict(own.entries) if isinstance(own, Mapping) else {}
    for key, source in others.entries.items() if isinstance(others, Mapping) else ():
        if key in taken and _title(taken[key]) == _title(source):
            continue
        name, number = key, 2
        while name in taken:
            name = f"{key}-{number}"
            number += 1
        taken[name] = source
        if name != key:
            names[key] = name
        answers[f"sources.{name}"] = source
    return names


def _title(source: Node) -> str:
    title = source.entries.get("title") if isinstance(source, Mapping) else None
    return title.text if isinstance(title, Scalar) else ""


def _renamed(node: Node, names: dict[str, str]) -> Node:
    """Return a stated fact with the key of its source as the merged file has it."""
    source = node.entries.get("source") if isinstance(node, Mapping) else None
    if not isinstance(node, Mapping) or not isinstance(source, Scalar) or source.text not in names:
        return node
    return node._replace(
        entries={**node.entries, "source": source._replace(text=names[source.text])}
    )
