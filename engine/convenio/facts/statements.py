"""Reads what a case states of its facts: takes off the wrappers, types the bare values."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, ValidationError

from convenio.documents import Mapping, Node, Scalar, Sequence
from convenio.documents.models import path_text, written
from convenio.errors import Position, Problem, nearest_name, shorten
from convenio.facts import values
from convenio.facts.by_country import combined
from convenio.facts.case import Candidate, Element, Provenance, State, StatedFact
from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.distributions import DistributionReader
from convenio.facts.models import FactModels
from convenio.facts.provenance import PROVENANCE, check_length, inherited, read_provenance
from convenio.facts.values import RESERVED_WORDS, parse_bool
from convenio.messages import say

_WRAPPER = frozenset({"value", "disclosed", "conflict", "resolved", "because", *PROVENANCE})
_LIST_WRAPPER = _WRAPPER | {"items", "complete"}
_BARE_MAPPINGS: AnyMapping[str, frozenset[str]] = {
    "money": frozenset({"amount", "currency", "rate", "rate_date"}),
    "place": frozenset({"lat", "lon"}),
}


_WRAPPED: AnyMapping[str, str] = {
    "money": "{value: {amount: 1200000, currency: USD}, source: …}",
    "place": "{value: {lat: 4.6, lon: -74.1}, source: …}",
}
"""How such a value is written with what is said of it."""


@dataclass(frozen=True, slots=True)
class _Row:
    """One element of a list with its fields unwrapped."""

    fields: AnyMapping[str, _Unwrapped]
    position: Position


@dataclass(frozen=True, slots=True)
class _Unwrapped:
    """A fact whose wrapper is off; `bare` and `rows` are still untyped."""

    stated: StatedFact
    bare: Node | None = None
    rows: tuple[_Row, ...] | None = None
    conflict: tuple[tuple[Node, Provenance], ...] = ()
    is_set: bool = False

    @property
    def has_value(self) -> bool:
        return self.bare is not None or self.rows is not None


class StatementReader:
    """Turns tree nodes into stated facts; `problems` collects all that is wrong."""

    def __init__(self, catalogue: Catalogue, models: FactModels) -> None:
        self._catalogue = catalogue
        self._models = models
        self.problems: list[Problem] = []

    def section(self, name: str, node: Node) -> dict[str, StatedFact]:
        """Read a section of a case file, or a list fact that stands at its top."""
        if name in self._catalogue.facts:
            return self._read(name, {"list": (name, node)})
        if isinstance(node, Scalar) and node.is_null:
            return {}
        if not isinstance(node, Mapping):
            self._fault(node.position, name, say("must be a mapping of facts"), "", written(node))
            return {}
        entries: dict[str, tuple[str, Node]] = {}
        by_country: dict[str, dict[str, StatedFact]] = {}
        for key, value in node.entries.items():
            path = f"{name}.{key}"
            if path in self._catalogue.facts:
                entries[key] = (path, value)
            elif key in self._catalogue.actors:
                by_country[key] = self._of_country(name, key, value)
            else:
                nearest = self._catalogue.nearest(path, self.problems)
                self._fault(
                    node.keys[key], path, say("no such fact in the catalogue"), nearest=nearest
                )
        return {**self._read(name, entries), **self._combined(by_country, set(entries), name)}

    def _of_country(self, section: str, country: str, node: Node) -> dict[str, StatedFact]:
        """Read what a section states for one country."""
        if not isinstance(node, Mapping):
            where = f"{section}.{country}"
            self._fault(node.position, where, say("must be a mapping of facts"), "", written(node))
            return {}
        return self.section(section, node)

    def _combined(
        self, by_country: AnyMapping[str, AnyMapping[str, StatedFact]], stated: set[str], name: str
    ) -> dict[str, StatedFact]:
        """Return the facts that are stated for single countries, each as one."""
        of_fact: dict[str, dict[str, StatedFact]] = {}
        for country, facts in by_country.items():
            for path, fact in facts.items():
                of_fact.setdefault(path, {})[country] = fact
        for path, facts in of_fact.items():
            declaration = self._catalogue.facts[path]
            first = next(iter(facts.values()))
            if not declaration.may_differ:
                self._fault(first.position, path, say("can't be stated for single countries"))
            elif path.removeprefix(f"{name}.") in stated:
                self._fault(first.position, path, say("is stated for single countries and for all"))
        return {
            path: combined(self._catalogue.facts[path], facts)
            for path, facts in of_fact.items()
            if self._catalogue.facts[path].may_differ
        }

    def path(self, path: str, node: Node, position: Position) -> StatedFact | None:
        """Read one fact given by its path, as `set` and `given` write it."""
        if path not in self._catalogue.facts:
            nearest = self._catalogue.nearest(path, self.problems)
            self._fault(position, path, say("no such fact in the catalogue"), nearest=nearest)
            return None
        section, _, key = path.partition(".")
        return self._read(section, {key or "list": (path, node)}).get(path)

    def rows(self, path: str, node: Node) -> tuple[Element, ...]:
        """Read further elements of a list fact, as a scenario adds them."""
        stated = self.path(path, node, node.position) if self.is_list(path, node) else None
        return stated.elements if stated else ()

    def is_list(self, path: str, node: Node) -> bool:
        """Return whether a path names a list fact; if not, that is a problem at the node."""
        declaration = self._catalogue.facts.get(path)
        if declaration is None:
            nearest = self._catalogue.nearest(path, self.problems)
            self._fault(node.position, path, say("no such fact in the catalogue"), nearest=nearest)
        elif declaration.type.kind != "list":
            self._fault(
                node.position, path, say("is no list"), say("a list fact"), str(declaration.type)
            )
        return declaration is not None and declaration.type.kind == "list"

    def _fault(
        self,
        position: Position,
        path: str,
        message: str,
        expected: str = "",
        found: str = "",
        nearest: str = "",
    ) -> None:
        self.problems.append(Problem(position, path, message, expected, found, nearest))

    def _read(self, section: str, entries: dict[str, tuple[str, Node]]) -> dict[str, StatedFact]:
        unwrapped = {
            key: self._unwrap(self._catalogue.facts[path], path, node)
            for key, (path, node) in entries.items()
        }
        typed = self._typed(section, {k: u for k, u in unwrapped.items() if u.has_value})
        result: dict[str, StatedFact] = {}
        for key, entry in unwrapped.items():
            stated = entry.stated
            if entry.has_value:
                if key not in typed:
                    continue
                record = self._catalogue.facts[stated.path].type.record
                stated = self._with_value(entry, typed[key], record)
            if entry.conflict:
                stated = self._with_candidates(self._models.section(section), key, entry, stated)
            result[stated.path] = stated
        return result

    # --- taking wrappers off -------------------------------------------------------------

    def _unwrap(self, declaration: FactDeclaration, path: str, node: Node) -> _Unwrapped:
        kind = declaration.type.kind
        if isinstance(node, Scalar):
            if node.is_null:
                return _Unwrapped(StatedFact(path, "unknown", node.position))
            if node.text in RESERVED_WORDS:
                return _Unwrapped(StatedFact(path, _state_of(node.text), node.position))
        if isinstance(node, Mapping) and "distribution" in node.entries:
            return self._unwrap_distribution(declaration, path, node)
        if isinstance(node, Mapping):
            if not self._is_bare(kind, node):
                return self._unwrap_mapping(declaration, path, node)
            beside = [key for key in node.entries if key in _WRAPPER]
            if beside:
                self._fault(
                    node.keys[beside[0]],
                    f"{path}.{beside[0]}",
                    say(
                        "stands inside the {kind}; what is said of a value stands around it",
                        kind=kind,
                    ),
                    _WRAPPED[kind],
                )
                return _Unwrapped(StatedFact(path, "unknown", node.position))
        return self._bare(declaration, StatedFact(path, "known", node.position), node)

    def _is_bare(self, kind: str, node: Mapping) -> bool:
        return kind in _BARE_MAPPINGS and bool(node.entries.keys() & _BARE_MAPPINGS[kind])

    def _unwrap_mapping(self, declaration: FactDeclaration, path: str, node: Mapping) -> _Unwrapped:
        is_collection = declaration.type.kind in ("list", "set")
        allowed = _LIST_WRAPPER if is_collection else _WRAPPER
        if is_collection and node.entries and not node.entries.keys() & allowed:
            self._fault(node.position, path, say("must be a list"), say("a list"), written(node))
            return _Unwrapped(StatedFact(path, "unknown", node.position))
        self._unknown_keys(node, path, allowed)
        provenance = read_provenance(node, path, self.problems)
        stated = StatedFact(
            path,
            "known",
            node.position,
            disclosed=self._flag(node, path, "disclosed"),
            complete=self._flag(node, path, "complete") if is_collection else True,
            provenance=provenance,
            because=_because(node, path, self.problems),
        )
        if "conflict" in node.entries:
            if "value" in node.entries:
                self._fault(
                    node.keys["value"],
                    f"{path}.value",
                    say("stands beside a conflict; use resolved"),
                )
            return self._conflict(declaration, stated, node)
        for key in ("resolved", "because"):
            if key in node.entries:
                self._fault(
                    node.keys[key], f"{path}.{key}", say("belongs to a conflict of sources")
                )
        if is_collection and "value" in node.entries and "items" in node.entries:
            self._fault(
                node.keys["value"], f"{path}.value", say("stands beside items; one is enough")
            )
        value = node.get("value") or (node.get("items") if is_collection else None)
        if isinstance(value, Scalar) and value.text in RESERVED_WORDS:
            return _Unwrapped(replace(stated, state=_state_of(value.text)))
        if value is None:
            state = _unanswered(provenance, stated.disclosed)
            return _Unwrapped(replace(stated, state=state, disclosed=True))
        return self._bare(declaration, stated, value)

    def _unwrap_distribution(
        self, declaration: FactDeclaration, path: str, node: Mapping
    ) -> _Unwrapped:
        organisations = frozenset(self._catalogue.organisations)
        reader = DistributionReader(declaration, path, node, organisations)
        distribution = reader.read(frozenset({"disclosed", *PROVENANCE}))
        self.problems.extend(reader.problems)
        provenance = read_provenance(node, path, self.problems)
        state = _unanswered(provenance, self._flag(node, path, "disclosed"))
        stated = StatedFact(
            path, state, node.position, provenance=provenance, distribution=distribution
        )
        return _Unwrapped(stated)

    def _conflict(
        self, declaration: FactDeclaration, stated: StatedFact, node: Mapping
    ) -> _Unwrapped:
        entries = node.entries["conflict"]
        if declaration.type.kind == "list":
            self._fault(node.position, stated.path, say("a list can't hold a conflict of sources"))
            return _Unwrapped(replace(stated, state="unknown"))
        candidates: list[tuple[Node, Provenance]] = []
        items = entries.items if isinstance(entries, Sequence) else ()
        for item in items:
            value = item.get("value") if isinstance(item, Mapping) else None
            if not isinstance(item, Mapping) or value is None:
                self._fault(
                    item.position, f"{stated.path}.conflict", say("each entry needs a value")
                )
                continue
            self._unknown_keys(item, f"{stated.path}.conflict", _WRAPPER)
            candidates.append((value, read_provenance(item, stated.path, self.problems)))
        if len(candidates) < 2:
            self._fault(
                entries.position, f"{stated.path}.conflict", say("must list two or more values")
            )
        resolved = node.get("resolved")
        if resolved is None:
            return _Unwrapped(replace(stated, state="conflict"), conflict=tuple(candidates))
        if not stated.because:
            self._fault(
                node.position, f"{stated.path}.because", say("a resolved conflict says why")
            )
        if stated.provenance.source is None:
            chosen = [p for value, p in candidates if to_text(value) == to_text(resolved)]
            if chosen:
                stated = replace(stated, provenance=inherited(stated.provenance, chosen[0]))
        inner = self._bare(declaration, stated, resolved)
        return replace(inner, conflict=tuple(candidates))

    def _bare(self, declaration: FactDeclaration, stated: StatedFact, node: Node) -> _Unwrapped:
        kind = declaration.type.kind
        if kind not in ("list", "set"):
            return _Unwrapped(stated, bare=node)
        if not isinstance(node, Sequence):
            self._fault(
                node.position, stated.path, say("must be a list"), say("a list"), written(node)
            )
            return _Unwrapped(replace(stated, state="unknown"))
        if kind == "set":
            return _Unwrapped(stated, bare=node, is_set=True)
        fields = self._catalogue.records[declaration.type.record]
        rows = [self._row(fields, f"{stated.path}[{i}]", item) for i, item in enumerate(node.items)]
        return _Unwrapped(stated, rows=tuple(row for row in rows if row is not None))

    def _row(self, fields: AnyMapping[str, FactDeclaration], path: str, node: Node) -> _Row | None:
        if not isinstance(node, Mapping):
            self._fault(
                node.position, path, say("each element is a mapping of fields"), found=written(node)
            )
            return None
        shared = read_provenance(node, path, self.problems, frozenset(fields))
        unwrapped: dict[str, _Unwrapped] = {}
        for key, value in node.entries.items():
            if key in fields:
                entry = self._unwrap(fields[key], f"{path}.{key}", value)
                provenance = inherited(entry.stated.provenance, shared)
                entry = replace(entry, stated=replace(entry.stated, provenance=provenance))
                unwrapped[key] = entry
            elif key not in PROVENANCE:
                nearest = nearest_name(key, fields, self.problems)
                self._fault(node.keys[key], f"{path}.{key}", say("no such field"), nearest=nearest)
        return _Row(unwrapped, node.position)

    def _unknown_keys(self, node: Mapping, path: str, allowed: frozenset[str]) -> None:
        for key in node.entries:
            if key not in allowed:
                self._fault(
                    node.keys[key],
                    f"{path}.{key}",
                    say("unknown key"),
                    say("double quotes around the text before, if this belongs to it")
                    if " " in key
                    else "",
                    nearest=nearest_name(key, allowed, self.problems),
                )

    def _flag(self, node: Mapping, path: str, key: str) -> bool:
        value = node.get(key)
        if value is None:
            return True
        try:
            return parse_bool(value)
        except ValueError:
            self._fault(value.position, f"{path}.{key}", say("must be true or false"))
            return True

    # --- typing --------------------------------------------------------------------------

    def _typed(self, section: str, entries: AnyMapping[str, _Unwrapped]) -> dict[str, Any]:
        """Return the typed values; what pydantic refuses is left out and reported."""
        model = self._models.section(section)
        try:
            instance = model.model_validate({key: _bare_value(u) for key, u in entries.items()})
        except ValidationError as fault:
            refused = set()
            for error in fault.errors(include_url=False):
                refused.add(error["loc"][0])
                self._refused(error, entries)
            good = {key: u for key, u in entries.items() if key not in refused}
            instance = model.model_validate({key: _bare_value(u) for key, u in good.items()})
            entries = good
        return {key: getattr(instance, f"fact_{key}") for key in entries}

    def _refused(self, error: AnyMapping[str, Any], entries: AnyMapping[str, _Unwrapped]) -> None:
        loc = error["loc"]
        entry = entries[loc[0]]
        path = entry.stated.path + path_text(loc[1:2])
        position = entry.bare.position if entry.bare is not None else entry.stated.position
        if entry.rows is not None and len(loc) > 2:
            entry = entry.rows[loc[1]].fields[loc[2]]
            path = entry.stated.path + path_text(loc[3:4])
            position = entry.bare.position if entry.bare is not None else entry.stated.position
        member = loc[-1]
        if entry.is_set and isinstance(entry.bare, Sequence) and isinstance(member, int):
            position = entry.bare.items[member].position
        declaration = self._catalogue.resolve(entry.stated.path)
        context = error.get("ctx", {})
        if error["type"] == "convenio":
            message, expected = error["msg"], context["expected"]
            found = context["found"]
            nearest = values.nearest_of(context, self.problems)
            position = context["position"]
        else:
            message, nearest = "out of range", ""
            expected, found = _range_text(declaration), shorten(to_text(entry.bare))
        self._fault(position, path, message, expected, found, nearest)

    def _with_candidates(
        self, model: type[BaseModel], key: str, entry: _Unwrapped, stated: StatedFact
    ) -> StatedFact:
        """Type the values on which sources differ; `model` has the fact as its field `key`."""
        candidates: list[Candidate] = []
        for node, provenance in entry.conflict:
            try:
                bare = list(node.items) if isinstance(node, Sequence) else node
                value = getattr(model.model_validate({key: bare}), f"fact_{key}")
            except ValidationError as fault:
                unwrapped = replace(entry, bare=node, rows=None)
                for error in fault.errors(include_url=False):
                    self._refused({**error, "loc": (key,)}, {key: unwrapped})
                continue
            candidates.append(Candidate(_frozen(value), provenance))
        return replace(stated, candidates=tuple(candidates))

    def _with_value(self, entry: _Unwrapped, value: Any, record: str) -> StatedFact:
        if entry.rows is None:
            return replace(entry.stated, value=_frozen(value))
        elements = []
        for row, instance in zip(entry.rows, value, strict=True):
            typed: dict[str, StatedFact] = {}
            for key, field in row.fields.items():
                stated = field.stated
                if field.has_value:
                    stated = self._with_value(field, getattr(instance, f"fact_{key}"), "")
                if field.conflict:
                    stated = self._with_candidates(self._models.record(record), key, field, stated)
                typed[key] = stated
            elements.append(Element(typed, row.position))
        return replace(entry.stated, value=tuple(elements))


def _because(node: Mapping, path: str, problems: list[Problem]) -> str | None:
    value = node.get("because")
    if not isinstance(value, Scalar):
        return None
    check_length(value, f"{path}.because", problems)
    return value.text


def _unanswered(provenance: Provenance, disclosed: bool) -> State:
    """Return the state of a fact that has no value, from what stands around it."""
    if provenance.asked_on is not None:
        return "asked"
    return "unknown" if disclosed else "undisclosed"


def _state_of(word: str) -> State:
    return "undisclosed" if word == "undisclosed" else "asked"


def to_text(node: Node | None) -> str:
    """Return how a bare value is written, for comparison and messages."""
    if isinstance(node, Scalar):
        return node.text
    if isinstance(node, Sequence):
        return "[" + ", ".join(map(to_text, node.items)) + "]"
    if isinstance(node, Mapping):
        return "{" + ", ".join(f"{k}: {to_text(v)}" for k, v in node.entries.items()) + "}"
    return ""


def _range_text(declaration: FactDeclaration | None) -> str:
    if declaration is None:
        return ""
    unit = f" {declaration.unit}" if declaration.unit else ""
    return f"from {declaration.minimum:,.10g} to {declaration.maximum:,.10g}{unit}"


def _bare_value(entry: _Unwrapped) -> Any:
    if entry.rows is not None:
        return [
            {key: _bare_value(field) for key, field in row.fields.items() if field.has_value}
            for row in entry.rows
        ]
    if entry.is_set and isinstance(entry.bare, Sequence):
        return list(entry.bare.items)
    return entry.bare


def _frozen(value: Any) -> Any:
    return tuple(dict.fromkeys(value)) if isinstance(value, list) else value
