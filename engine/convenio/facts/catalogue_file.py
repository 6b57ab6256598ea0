"""Reads a pack's `facts.yaml` into its catalogue."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from convenio import documents
from convenio.documents.models import problems_of, to_plain
from convenio.documents.tree import MAX_KEY
from convenio.errors import PackError, Position, Problem, nearest_name, shorten
from convenio.facts.catalogue import (
    CASE_KEYS,
    Basis,
    Catalogue,
    DeclaredCheck,
    DeclaredPresumption,
    FactDeclaration,
    FactType,
    Source,
    WorstFirst,
)
from convenio.facts.values import RESERVED_WORDS
from convenio.messages import say

MAX_FACTS = 1_000
"""Facts of a catalogue, the fields of records among them: the core pack has 178. A form with more
can't be filled in, and the JSON Schema of case files grows with each."""

MAX_VALUES = 500
"""Values of one enum: the longest of the core pack has 19, and the states of the world are 249."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,60}\Z")
_TYPE = re.compile(
    r"(?P<plain>bool|integer|number|money|date|enum|text|country|place)\Z"
    r"|set of (?P<members>enum|country)\Z|list of (?P<record>[a-z][a-z0-9_]*)\Z"
)


class _Cost(BaseModel):
    model_config = ConfigDict(extra="forbid")
    cost: int = Field(ge=1, le=5)
    to: list[str] | None = None
    already: str = ""
    act: str = ""


class _Presumption(BaseModel):
    model_config = ConfigDict(extra="forbid")
    value: Any = None
    complete: bool | None = None
    because: str = Field(min_length=3, max_length=500)
    basis: Basis = "judgement"
    when: str = ""

    @model_validator(mode="after")
    def _says_one_thing(self) -> _Presumption:
        if (self.value is None) == (not self.complete):
            raise ValueError("presumes either a value, or that a list or set is complete")
        return self


class _Check(BaseModel):
    model_config = ConfigDict(extra="forbid")
    when: str = Field(min_length=1)
    says: str = Field(min_length=3, max_length=400)


class _Declaration(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    type: str
    values: list[str] | None = None
    labels: dict[str, str] = {}
    unit: str = ""
    range: tuple[FiniteFloat, FiniteFloat] | None = None
    step: FiniteFloat | None = Field(default=None, gt=0)
    label: str = Field(min_length=1, max_length=100)
    ask: str = Field(min_length=1, max_length=500)
    hint: str = ""
    answer_from: Source | None = Field(default=None, alias="from")
    when: list[str] = []
    first: bool = False
    only_if: str = ""
    negotiable: _Cost | None = None
    presume: Any = None
    worst_first: list[str] | Literal["highest", "lowest"] | None = None


def load_catalogue(root: documents.Mapping, file: str) -> Catalogue:
    """Build the catalogue from the tree of `facts.yaml`.

    Raises PackError with every problem: unknown keys and types, missing values of an enum,
    reserved words, a negotiable number without a grid, unknown elements under `when`.
    """
    return _Loader(root, file).load()


class _Loader:
    """Collects problems while it walks the tree, and raises them together."""

    def __init__(self, root: documents.Mapping, file: str) -> None:
        self._root = root
        self._file = file
        self._problems: list[Problem] = []

    def load(self) -> Catalogue:
        sections = self._texts("sections")
        organisations = self._texts("organisations")
        records = dict(self._records())
        facts: dict[str, FactDeclaration] = {}
        for name, node in self._root.entries.items():
            if name in {"version", "sections", "organisations", "records", "checks"}:
                continue
            for path, entry in self._entries(name, node):
                declaration = self._declaration(path, entry, records)
                if declaration:
                    facts[path] = declaration
        self._check_size(facts, records)
        self._check_when(facts)
        checks = tuple(self._checks())
        if self._problems:
            raise PackError(self._problems)
        return Catalogue(facts, records, sections, organisations, self._file, checks)

    def _fault(self, position: Position, path: str, message: str, **more: str) -> None:
        self._problems.append(Problem(position, path, message, **more))

    def _texts(self, key: str) -> dict[str, str]:
        node = self._root.get(key)
        if node is None:
            return {}
        plain = to_plain(node)
        if not isinstance(plain, dict) or not all(isinstance(v, str) for v in plain.values()):
            self._fault(node.position, key, say("must map names to texts"))
            return {}
        return plain

    def _checks(self) -> Iterator[DeclaredCheck]:
        node = self._root.get("checks")
        if node is None:
            return
        if not isinstance(node, documents.Sequence):
            self._fault(node.position, "checks", say("must be a list of checks"))
            return
        for number, item in enumerate(node.items):
            try:
                check = _Check.model_validate(to_plain(item))
            except ValidationError as fault:
                for problem in problems_of(fault, item, _Check):
                    path = f"checks[{number}].{problem.path}".rstrip(".")
                    self._problems.append(replace(problem, path=path))
                continue
            yield DeclaredCheck(check.when, check.says, item.position)

    def _entries(self, name: str, node: documents.Node) -> Iterator[tuple[str, documents.Node]]:
        position = self._root.keys[name]
        if name in CASE_KEYS or not _NAME.match(name) or "__" in name:
            self._fault(position, name, say("this name can't be used for a section or a list"))
        elif not isinstance(node, documents.Mapping):
            self._fault(position, name, say("must be a section of facts or one list fact"))
        elif isinstance(node.entries.get("type"), documents.Scalar):
            yield name, node
        else:
            for key, entry in node.entries.items():
                if not _NAME.match(key) or "__" in key:
                    self._fault(node.keys[key], f"{name}.{key}", say("this name can't be used"))
                else:
                    yield f"{name}.{key}", entry

    def _records(self) -> Iterator[tuple[str, dict[str, FactDeclaration]]]:
        node = self._root.get("records")
        if node is None:
            return
        if not isinstance(node, documents.Mapping):
            self._fault(node.position, "records", say("must map names to records"))
            return
        for name, record in node.entries.items():
            fields: dict[str, FactDeclaration] = {}
            if not isinstance(record, documents.Mapping):
                self._fault(record.position, f"records.{name}", say("must map fields to facts"))
                continue
            for key, entry in record.entries.items():
                declaration = self._declaration(f"{name}.{key}", entry, {})
                if declaration:
                    fields[key] = declaration
            yield name, fields

    def _declaration(
        self, path: str, node: documents.Node, records: Mapping[str, object]
    ) -> FactDeclaration | None:
        try:
            entry = _Declaration.model_validate(to_plain(node))
        except ValidationError as fault:
            self._problems.extend(
                Problem(p.position, f"{path}.{p.path}", p.message, p.expected, p.found, p.nearest)
                for p in problems_of(fault, node, _Declaration)
            )
            return None
        fact_type = self._type(path, entry, node, records)
        if fact_type is None:
            return None
        numeric = fact_type.kind in {"integer", "number", "money"}
        if numeric and entry.negotiable and entry.step is None:
            self._fault(node.position, path, say("a negotiable number needs a step"))
        low, high = entry.range or (None, None)
        if low is not None and high is not None and low > high:
            self._fault(node.position, f"{path}.range", say("ends before it begins"))
        return FactDeclaration(
            path=path,
            type=fact_type,
            label=entry.label,
            ask=entry.ask,
            hint=entry.hint,
            unit=entry.unit,
            minimum=low,
            maximum=high,
            step=entry.step,
            answer_from=entry.answer_from,
            when=tuple(entry.when),
            first=entry.first,
            only_if=entry.only_if,
            cost=entry.negotiable.cost if entry.negotiable else None,
            reachable=self._reachable(path, entry, fact_type, node),
            already=entry.negotiable.already if entry.negotiable else "",
            act=entry.negotiable.act if entry.negotiable else "",
            presumptions=self._presumptions(path, entry, fact_type, node),
            worst_first=self._worst_first(path, entry, fact_type, node),
            position=node.position,
        )

    def _presumptions(
        self, path: str, entry: _Declaration, fact_type: FactType, node: documents.Node
    ) -> tuple[DeclaredPresumption, ...]:
        if entry.presume is None:
            return ()
        assert isinstance(node, documents.Mapping)
        written = node.entries["presume"]
        where = f"{path}.presume"
        found = []
        for item in written.items if isinstance(written, documents.Sequence) else (written,):
            try:
                one = _Presumption.model_validate(to_plain(item))
            except ValidationError as fault:
                self._problems.extend(
                    Problem(
                        p.position,
                        f"{where}.{p.path}".rstrip("."),
                        p.message.removeprefix("value error, "),
                        p.expected,
                        p.found if len(p.found) < 80 else "",
                        p.nearest,
                    )
                    for p in problems_of(fault, item, _Presumption)
                )
                continue
            if one.complete and fact_type.kind not in ("list", "set"):
                self._fault(item.position, where, say("only a list or a set can be complete"))
            value = item.entries.get("value") if isinstance(item, documents.Mapping) else None
            found.append(
                DeclaredPresumption(one.because, one.basis, value, one.when, item.position)
            )
        if any(not one.when for one in found[:-1]):
            self._fault(
                written.position,
                where,
                say(
                    "only the last presumption may go without a when: those after "
                    "it would never hold"
                ),
            )
        return tuple(found)

    def _worst_first(
        self, path: str, entry: _Declaration, fact_type: FactType, node: documents.Node
    ) -> WorstFirst:
        order = entry.worst_first
        if order is None:
            return ""
        values = ("true", "false") if fact_type.kind == "bool" else fact_type.members
        is_listed = fact_type.kind in ("bool", "enum")
        fits = sorted(order) == sorted(values) if isinstance(order, list) else True
        if is_listed != isinstance(order, list) or not fits or fact_type.kind in ("set", "list"):
            expected = (
                say("every value once")
                if is_listed
                else say("highest or lowest, of a number or date")
            )
            self._fault(node.position, f"{path}.worst_first", say("is no order"), expected=expected)
            return ""
        return tuple(order) if isinstance(order, list) else order

    def _reachable(
        self, path: str, entry: _Declaration, fact_type: FactType, node: documents.Node
    ) -> tuple[bool | str, ...] | None:
        values = entry.negotiable.to if entry.negotiable else None
        if values is None:
            return None
        possible: dict[str, bool | str] = {member: member for member in fact_type.members}
        if fact_type.kind == "bool":
            possible = {"true": True, "false": False}
        for value in values:
            if value not in possible:
                self._fault(
                    node.position,
                    f"{path}.negotiable.to",
                    say("not a value of this fact"),
                    found=value,
                    nearest=nearest_name(value, possible, self._problems),
                )
        return tuple(possible[value] for value in values if value in possible)

    def _type(
        self, path: str, entry: _Declaration, node: documents.Node, records: Mapping[str, object]
    ) -> FactType | None:
        match = _TYPE.match(entry.type)
        if not match:
            self._fault(
                node.position,
                f"{path}.type",
                say("unknown type"),
                expected=say(
                    "bool, integer, number, money, date, enum, text, country, "
                    "place, set of enum, set of country or list of RECORD"
                ),
                found=entry.type,
            )
            return None
        if match["record"]:
            if match["record"] not in records:
                self._fault(
                    node.position,
                    f"{path}.type",
                    say("unknown record"),
                    found=match["record"],
                    nearest=nearest_name(match["record"], records, self._problems),
                )
                return None
            return FactType("list", record=match["record"])
        holds_enum = "enum" in (match["plain"], match["members"])
        if holds_enum != bool(entry.values):
            self._fault(
                node.position, path, say("values belong to an enum, and an enum needs values")
            )
            return None
        members = tuple(entry.values or ())
        if len(members) > MAX_VALUES:
            expected = say("at most {MAX_VALUES}", MAX_VALUES=MAX_VALUES)
            self._fault(
                node.position,
                f"{path}.values",
                say("too many values"),
                expected=expected,
                found=f"{len(members):,}",
            )
        for word in members:
            if len(word) > MAX_KEY:
                expected = say("at most {MAX_KEY} characters", MAX_KEY=MAX_KEY)
                self._fault(
                    node.position,
                    f"{path}.values",
                    say("the value is too long"),
                    expected=expected,
                    found=shorten(word),
                )
        for word in RESERVED_WORDS.intersection(members):
            self._fault(node.position, path, say("a reserved word can't be a value"), found=word)
        if len(set(members)) != len(members):
            self._fault(node.position, path, say("a value stands twice"))
        for word in entry.labels:
            if word not in members:
                nearest = nearest_name(word, members, self._problems)
                self._fault(node.position, f"{path}.labels", say("not a value"), nearest=nearest)
        labels = tuple(entry.labels.items())
        if match["members"]:
            element: Any = match["members"]
            return FactType("set", members, element, labels=labels)
        plain: Any = match["plain"]
        return FactType(plain, members, labels=labels)

    def _check_size(
        self,
        facts: Mapping[str, FactDeclaration],
        records: Mapping[str, Mapping[str, FactDeclaration]],
    ) -> None:
        count = len(facts) + sum(map(len, records.values()))
        if count > MAX_FACTS:
            expected = say(
                "at most {MAX_FACTS:,}, the fields of records among them", MAX_FACTS=MAX_FACTS
            )
            self._fault(
                self._root.position,
                "",
                say("too many facts"),
                expected=expected,
                found=f"{count:,}",
            )

    def _check_when(self, facts: Mapping[str, FactDeclaration]) -> None:
        elements = facts.get("deal.elements")
        members = elements.type.members if elements else ()
        for declaration in facts.values():
            for word in declaration.when:
                if word not in members:
                    self._fault(
                        declaration.position,
                        f"{declaration.path}.when",
                        say("not a value of deal.elements"),
                        found=word,
                        nearest=nearest_name(word, members, self._problems),
                    )
