"""What a case says of one fact, taken apart into the cells of a row, and put together again."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field

from convenio.documents import Mapping, Node, Scalar, Sequence
from convenio.errors import Position
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.provenance import PROVENANCE
from convenio.facts.spoken import folded
from convenio.facts.values import RESERVED_WORDS
from convenio.interview.cells import CellReader
from convenio.interview.sheets import CellValue
from convenio.messages import say

_BARE: AnyMapping[str, frozenset[str]] = {
    "money": frozenset({"amount", "currency"}),
    "place": frozenset({"lat", "lon"}),
}


@dataclass(frozen=True, slots=True)
class Stated:
    """What a case file says of a fact: the value, the state beside it, and whence it comes."""

    value: Node | None = None
    state: str = ""
    evidence: AnyMapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """What the cells of a row say of a fact."""

    value: CellValue
    state: str
    evidence: AnyMapping[str, CellValue]


def stated_in(node: Node, fact: FactDeclaration) -> Stated | None:
    """Take a fact's statement apart; None where its form has more parts than a row has cells."""
    kind = fact.type.kind
    if isinstance(node, Scalar):
        if node.is_null:
            return Stated(state="unknown")
        return Stated(state=node.text) if node.text in RESERVED_WORDS else Stated(node)
    if not isinstance(node, Mapping) or (kind in _BARE and node.entries.keys() & _BARE[kind]):
        return Stated(node)
    keys = {"value", "items", "disclosed", "complete", *PROVENANCE}
    if not node.entries.keys() <= keys:
        return None
    evidence = {
        key: value.text
        for key in PROVENANCE
        if isinstance(value := node.get(key), Scalar) and value.text
    }
    refused, more = _is_false(node, "disclosed"), _is_false(node, "complete")
    value = node.get("value") or node.get("items")
    if isinstance(value, Scalar) and value.text in RESERVED_WORDS:
        return Stated(None, value.text, evidence)
    if value is None:
        state = "undisclosed" if refused else "" if evidence else "unknown"
        return Stated(None, state, evidence)
    state = " ".join(word for word, holds in (("refused", refused), ("more", more)) if holds)
    return Stated(value, state, evidence)


def _is_false(node: Mapping, key: str) -> bool:
    value = node.get(key)
    return isinstance(value, Scalar) and value.text == "false"


def statement_node(
    reader: CellReader,
    fact: FactDeclaration,
    path: str,
    said: Statement,
    lists: AnyMapping[str, Sequence],
    position: Position,
    places: AnyMapping[str, Position] | None = None,
) -> Node | None:
    """Put the cells of a row together as a case file states the fact; None where nothing is said.

    `lists` are the entries that stand on sheets of their own, `places` where the cells stand.
    """
    at = dict.fromkeys(("value", "state", *PROVENANCE), position) | dict(places or {})
    state = reader.words.state_named(said.state) if said.state else ""
    if said.state and not state:
        names = "; ".join(reader.words.states.values())
        reader.refuse(at["state"], path, say("one of: {names}", names=names), said.state)
        return None
    in_place = reader.state(said.value)
    value: Node | None = None
    if in_place:
        state = state or in_place
    elif fact.type.kind == "list":
        value = _entries(reader, fact, path, said.value, lists, at["value"])
    elif said.value is not None:
        value = reader.node(fact, path, said.value, at["value"])
    if value is not None and state in ("unknown", *RESERVED_WORDS):
        expected = say("an answer, or a state that says why there is none")
        reader.refuse(at["state"], path, expected, said.state)
        return None
    if value is None and state not in ("", "unknown", *RESERVED_WORDS):
        if not reader.problems:
            reader.refuse(at["value"], path, say("an answer beside this state"), said.state)
        return None
    evidence = evidence_nodes(reader, path, said.evidence, at)
    return _wrapped(value, state, evidence, position)


def evidence_nodes(
    reader: CellReader,
    path: str,
    said: AnyMapping[str, CellValue],
    at: AnyMapping[str, Position],
) -> dict[str, Node]:
    """Read the cells that say where an answer comes from."""
    found: dict[str, Node] = {}
    for key in PROVENANCE:
        value = said.get(key)
        if value is None:
            continue
        where = f"{path}.{key}"
        node: Scalar | None
        if key == "asked_on":
            node = reader.date(value, where, at[key])
        elif key == "confidence":
            node = _confidence(reader, where, value, at[key])
        else:
            node = reader.text(value, where, at[key])
        if node is not None:
            found[key] = node
    return found


def _confidence(
    reader: CellReader, path: str, value: CellValue, position: Position
) -> Scalar | None:
    levels = reader.words.confidence
    for level, word in levels.items():
        if folded(str(value)) in (level, folded(word)):
            return Scalar(level, True, position)
    reader.refuse(position, path, say("one of: {names}", names="; ".join(levels.values())), value)
    return None


def _entries(
    reader: CellReader,
    fact: FactDeclaration,
    path: str,
    value: CellValue,
    lists: AnyMapping[str, Sequence],
    position: Position,
) -> Sequence | None:
    """Return the entries of a list: those of its sheet, or none where the cell says so."""
    words = reader.words
    rows = lists.get(path)
    if isinstance(value, str) and folded(value) == folded(words.none):
        if rows is not None and rows.items:
            expected = say("no entries on the sheet '{sheet}'", sheet=words.titles[fact.path])
            reader.refuse(position, path, expected, value)
        return Sequence((), position)
    if value is None or (isinstance(value, str) and folded(value) == folded(words.listed)):
        if rows is None and value is not None:
            expected = say("entries on the sheet '{sheet}'", sheet=words.titles[fact.path])
            reader.refuse(position, path, expected, value)
        return rows
    names = "; ".join((words.listed, words.none))
    reader.refuse(position, path, say("one of: {names}", names=names), value)
    return None


def _wrapped(
    value: Node | None,
    state: str,
    evidence: AnyMapping[str, Node],
    position: Position,
) -> Node | None:
    if value is None and not state and not evidence:
        return None
    if value is None and not evidence:
        return Scalar("null" if state == "unknown" else state, True, position)
    flags = {
        key: Scalar("false", True, position)
        for key, word in (("disclosed", "refused"), ("complete", "more"))
        if word in state.split()
    }
    if value is not None and not evidence and not flags:
        return value
    entries: dict[str, Node] = {}
    if value is not None:
        entries["items" if "complete" in flags else "value"] = value
    elif state in RESERVED_WORDS:
        entries["value"] = Scalar(state, True, position)
    entries |= {**flags, **evidence}
    return Mapping(entries, {key: node.position for key, node in entries.items()}, position)
