"""Reads the rules of one family, collecting every problem."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from convenio.documents import Document, Mapping, Node, Scalar, Sequence
from convenio.documents.models import node_at, position_at, problems_of, to_plain, written
from convenio.errors import Position, Problem
from convenio.facts.case import StatedFact
from convenio.facts.catalogue import Basis, Catalogue
from convenio.facts.models import FactModels
from convenio.facts.provenance import MAX_QUOTE_WORDS
from convenio.facts.statements import StatementReader
from convenio.facts.values import country_codes
from convenio.language import syntax as s
from convenio.language.parser import SyntaxFaultError, parse
from convenio.messages import say
from convenio.packs.constitutions import Subject
from convenio.packs.rule import (
    PLACEHOLDER,
    SEVERITIES,
    Article,
    Level,
    Mitigation,
    Reference,
    Rule,
    RuleKind,
    RuleRole,
    RuleTest,
    Severity,
    Threshold,
    Version,
)

_EXPECTED = re.compile(
    r"(?:low|medium|high|critical)(?:\.\.(?:low|medium|high|critical))?\Z"
    r"|unknown(?:\.\.(?:low|medium|high|critical))?\Z"
    r"|(?:clear|not_applicable|in_force|not_in_force)\Z"
)
_FORBID = ConfigDict(extra="forbid")


class _Article(BaseModel):
    model_config = _FORBID
    section: str
    heading: str = ""
    clause: str = ""


class _Threshold(BaseModel):
    model_config = _FORBID
    basis: Basis
    source: str


class _Reference(BaseModel):
    model_config = _FORBID
    kind: Literal[
        "treaty",
        "constitution",
        "statute",
        "case_law",
        "resolution",
        "policy",
        "framework",
        "index",
        "report",
        "press",
        "analysis",
    ]
    title: str
    at: str = ""
    of: str = ""
    url: str = ""


class _Mitigation(BaseModel):
    model_config = _FORBID
    text: str
    set: dict[str, Any] = {}


class _Test(BaseModel):
    model_config = _FORBID
    given: dict[str, Any] = {}
    expect: str = Field(pattern=_EXPECTED)
    as_of: dt.date | None = None


class _Version(BaseModel):
    model_config = _FORBID
    since: dt.date | None = None
    until: dt.date | None = None
    when: str | None = None
    severity: Severity | None = None
    levels: dict[Severity, str] | None = None


class _RuleEntry(BaseModel):
    model_config = _FORBID
    id: str = Field(pattern=r"^[A-Z][A-Z0-9]{1,9}-\d{3}[a-z]?$")
    title: str = Field(min_length=3, max_length=120)
    statement: str = Field(min_length=3, max_length=600)
    kind: RuleKind = "risk"
    applies: str | None = None
    when: str | None = None
    severity: Severity | None = None
    levels: dict[Severity, str] | None = None
    versions: list[_Version] | None = None
    because: str = Field(min_length=3, max_length=800)
    article: _Article
    threshold: _Threshold
    mitigations: list[_Mitigation] = []
    references: list[_Reference] = []
    own_law: list[Subject] = []
    national_law: str = ""
    role: RuleRole | None = None
    topic: str = Field(default="", pattern="^[a-z0-9_]{0,60}$")
    given_base: dict[str, Any] = {}
    tests: list[_Test] = []

    @model_validator(mode="after")
    def _one_form(self) -> _RuleEntry:
        forms = [self.when, self.levels, self.versions]
        if sum(form is not None for form in forms) != 1:
            raise ValueError("needs exactly one of when, levels and versions")
        parts: list[_RuleEntry | _Version] = [self] if self.versions is None else [*self.versions]
        for part in parts:
            if (part.when is None) == (part.levels is None):
                raise ValueError("each version needs either when or levels")
            wants_severity = part.when is not None and self.kind != "mitigating"
            if wants_severity != (part.severity is not None):
                raise ValueError(
                    "severity stands beside when, never beside levels or in a mitigating factor"
                )
            if self.role is not None and self.kind != "risk":
                raise ValueError("only a risk rule has a role")
            if self.kind == "mitigating" and self.topic:
                raise ValueError("a mitigating factor is not counted, so it has no topic")
            if self.kind == "mitigating" and part.levels is not None:
                raise ValueError("a mitigating factor has a when and no levels")
        return self


class RuleReader:
    """Reads rules against a catalogue; everything that is wrong goes to `problems`."""

    def __init__(self, catalogue: Catalogue, models: FactModels, problems: list[Problem]) -> None:
        self._catalogue = catalogue
        self._models = models
        self._problems = problems

    def family(self, family: str, document: Document) -> list[Rule]:
        """Return the rules of a family's file; those that can't be read are left out."""
        root = document.root
        if not isinstance(root, Sequence):
            self._fault(root.position, family, say("must be a list of rules"), found=written(root))
            return []
        rules = (self._rule(family, node) for node in root.items)
        return [rule for rule in rules if rule is not None]

    def _fault(self, position: Position, path: str, message: str, **more: str) -> None:
        self._problems.append(Problem(position, path, message, **more))

    def _rule(self, family: str, node: Node) -> Rule | None:
        try:
            entry = _RuleEntry.model_validate(to_plain(node))
        except ValidationError as fault:
            self._report(fault, node)
            return None
        assert isinstance(node, Mapping)
        before = len(self._problems)
        applies = self._condition(entry.id, node, ("applies",), entry.applies)
        versions = self._versions(entry, node)
        self._check_because(entry, node)
        if entry.national_law and entry.national_law not in country_codes():
            self._fault(
                position_at(node, ("national_law",)),
                f"{entry.id}.national_law",
                say("no such country code"),
                found=entry.national_law,
            )
        if len(entry.article.clause.split()) > MAX_QUOTE_WORDS:
            self._fault(
                position_at(node, ("article", "clause")),
                f"{entry.id}.article.clause",
                say("quote at most {MAX_QUOTE_WORDS} words", MAX_QUOTE_WORDS=MAX_QUOTE_WORDS),
            )
        mitigations = self._mitigations(entry, node)
        if len(self._problems) > before:
            return None
        return Rule(
            id=entry.id,
            family=family,
            kind=entry.kind,
            title=entry.title,
            statement=entry.statement,
            applies=applies,
            versions=versions,
            because=entry.because,
            article=Article(entry.article.section, entry.article.heading, entry.article.clause),
            threshold=Threshold(entry.threshold.basis, entry.threshold.source),
            mitigations=mitigations,
            references=tuple(
                Reference(r.kind, r.title, r.at, r.of, r.url) for r in entry.references
            ),
            tests=_tests(entry, node),
            position=node.position,
            national_law=entry.national_law,
            role=entry.role,
            topic=entry.topic,
            own_law=tuple(entry.own_law),
        )

    def _report(self, fault: ValidationError, node: Node) -> None:
        name = to_plain(node).get("id", "") if isinstance(node, Mapping) else ""
        for problem in problems_of(fault, node, _RuleEntry):
            path = ".".join(part for part in (str(name or ""), problem.path) if part)
            message = problem.message.removeprefix("value error, ")
            found = problem.found if len(problem.found) < 80 else ""
            self._fault(
                problem.position,
                path,
                message,
                expected=problem.expected,
                found=found,
                nearest=problem.nearest,
            )

    def _condition(
        self, rule: str, node: Mapping, where: tuple[str | int, ...], text: str | None
    ) -> s.Expression:
        if text is None:
            return s.TRUE
        written_at = node_at(node, where)
        lead = written_at.lead if isinstance(written_at, Scalar) else None
        try:
            return parse(text, written_at.position, f"{rule}.{where[-1]}", lead)
        except SyntaxFaultError as fault:
            self._problems.append(fault.problem)
            return s.TRUE

    def _versions(self, entry: _RuleEntry, node: Mapping) -> tuple[Version, ...]:
        if entry.versions is None:
            return (Version(self._levels(entry, entry, node, ())),)
        versions = tuple(
            Version(self._levels(entry, v, node, ("versions", i)), v.since, v.until)
            for i, v in enumerate(entry.versions)
        )
        self._check_periods(entry.id, versions, node)
        return versions

    def _levels(
        self,
        entry: _RuleEntry,
        part: _RuleEntry | _Version,
        node: Mapping,
        where: tuple[str | int, ...],
    ) -> tuple[Level, ...]:
        if part.levels is None:
            place = (*where, "when")
            condition = self._condition(entry.id, node, place, part.when)
            return (Level(part.severity, condition, position_at(node, place)),)
        return tuple(
            Level(
                severity,
                self._condition(
                    entry.id, node, (*where, "levels", severity), part.levels[severity]
                ),
                position_at(node, (*where, "levels", severity)),
            )
            for severity in SEVERITIES
            if severity in part.levels
        )

    def _check_periods(self, rule: str, versions: tuple[Version, ...], node: Mapping) -> None:
        ordered = sorted(versions, key=lambda v: v.since or dt.date.min)
        for version in ordered:
            if version.since and version.until and version.since >= version.until:
                self._fault(
                    node.position, f"{rule}.versions", say("a version ends before it begins")
                )
        for earlier, later in itertools.pairwise(ordered):
            if earlier.until is None or (later.since or dt.date.min) < earlier.until:
                self._fault(node.position, f"{rule}.versions", say("two versions overlap in time"))

    def _check_because(self, entry: _RuleEntry, node: Mapping) -> None:
        position = position_at(node, ("because",))
        for path in PLACEHOLDER.findall(entry.because):
            declaration = self._catalogue.facts.get(path)
            if declaration is None:
                nearest = self._catalogue.nearest(path, self._problems)
                self._fault(
                    position,
                    f"{entry.id}.because",
                    say("no such fact in the catalogue"),
                    found="{" + path + "}",
                    nearest=nearest,
                )
            elif declaration.type.kind == "list":
                self._fault(
                    position,
                    f"{entry.id}.because",
                    say("a list can't be put into a sentence"),
                    found="{" + path + "}",
                )

    def _mitigations(self, entry: _RuleEntry, node: Mapping) -> tuple[Mitigation, ...]:
        reader = StatementReader(self._catalogue, self._models)
        result: list[Mitigation] = []
        items = node.entries.get("mitigations")
        nodes = items.items if isinstance(items, Sequence) else ()
        for mitigation, item in zip(entry.mitigations, nodes, strict=True):
            changes = item.entries.get("set") if isinstance(item, Mapping) else None
            stated: dict[str, StatedFact] = {}
            entries = changes.entries if isinstance(changes, Mapping) else {}
            for path, value in entries.items():
                fact = reader.path(path, value, value.position)
                declaration = self._catalogue.facts.get(path)
                if fact is not None:
                    stated[path] = fact
                if declaration is not None and not declaration.negotiable:
                    reader.problems.append(
                        Problem(value.position, path, say("the parties can't change this fact"))
                    )
            result.append(Mitigation(mitigation.text, stated))
        for problem in reader.problems:
            self._fault(
                problem.position,
                f"{entry.id}.mitigations.{problem.path}",
                problem.message,
                expected=problem.expected,
                found=problem.found,
                nearest=problem.nearest,
            )
        return tuple(result)


def _tests(entry: _RuleEntry, node: Mapping) -> tuple[RuleTest, ...]:
    base = node.entries.get("given_base")
    shared = dict(base.entries) if isinstance(base, Mapping) else {}
    items = node.entries.get("tests")
    nodes = items.items if isinstance(items, Sequence) else ()
    tests = []
    for test, item in zip(entry.tests, nodes, strict=True):
        given = item.entries.get("given") if isinstance(item, Mapping) else None
        facts = shared | (dict(given.entries) if isinstance(given, Mapping) else {})
        tests.append(RuleTest(facts, test.expect, item.position, test.as_of))
    return tuple(tests)
