"""A rule as its author wrote it: condition, reason, law, remedy, tests."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from convenio.documents import Node
from convenio.errors import Position
from convenio.facts.case import StatedFact
from convenio.facts.catalogue import Basis
from convenio.language import syntax as s

Severity = Literal["low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("low", "medium", "high", "critical")


def severity_number(severity: str | None) -> int:
    """Return 1 to 4 for low to critical, 0 for none.

    >>> severity_number("critical")
    4
    """
    order: Sequence[str] = SEVERITIES
    return 0 if severity is None else order.index(severity) + 1


RuleKind = Literal["risk", "compound", "mitigating"]
RULE_KINDS: tuple[RuleKind, ...] = ("risk", "compound", "mitigating")


PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
"""`{path}` in a `because`."""

RuleRole = Literal["exposure", "control", "breach"]
RULE_ROLES: tuple[RuleRole, ...] = ("exposure", "control", "breach")
"""What a risk rule says: that harm is likely, that a safeguard is missing, or that something is
unlawful or has happened. Compound and mitigating rules have none."""


@dataclass(frozen=True, slots=True)
class Article:
    """The passage of the article that names the risk. `clause` is quoted word for word."""

    section: str
    heading: str = ""
    clause: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """On what the rule's numbers rest. Law and opinion must look different to a reader."""

    basis: Basis
    source: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A legal or other source.

    `of` says whose law or whose view it is, `says` what stands there, in a sentence.
    """

    kind: str
    title: str
    at: str = ""
    of: str = ""
    url: str = ""
    says: str = ""
    cite: str = ""

    @property
    def citation(self) -> str:
        """The title with its pinpoint and whose it is; rulings with court and number.

        >>> Reference("treaty", "Arms Trade Treaty", at="Art. 6").citation
        'Arms Trade Treaty, Art. 6'
        """
        parts = (self.title, self.cite, self.at) if self.cite else (self.title, self.at, self.of)
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class Mitigation:
    """A change of terms; `set` holds it in a form that a machine can apply."""

    text: str
    set: Mapping[str, StatedFact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Level:
    """One severity and its condition. A mitigating factor has one level without severity."""

    severity: Severity | None
    condition: s.Expression
    position: Position


@dataclass(frozen=True, slots=True)
class Version:
    """The levels that hold from `since` (inclusive) until `until` (exclusive)."""

    levels: tuple[Level, ...]
    since: dt.date | None = None
    until: dt.date | None = None

    def in_force(self, day: dt.date) -> bool:
        """Return whether this version holds on a day."""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )

    @property
    def period(self) -> s.Expression:
        """The condition on `as_of` under which this version holds."""
        bounds: list[s.Expression] = []
        if self.since is not None:
            bounds.append(s.Compare(">=", s.Path("as_of"), s.Literal(self.since.isoformat())))
        if self.until is not None:
            bounds.append(s.Compare("<", s.Path("as_of"), s.Literal(self.until.isoformat())))
        return s.And(tuple(bounds)) if bounds else s.TRUE


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One example: facts given, verdict expected. Facts stay untyped until it is run."""

    given: Mapping[str, Node]
    expect: str
    position: Position
    as_of: dt.date | None = None


@dataclass(frozen=True)
class Rule:
    """One declarative rule.

    `own_law` names the matters on which the constitutions of the deal's own parties are cited.
    """

    id: str
    family: str
    kind: RuleKind
    title: str
    statement: str
    applies: s.Expression
    versions: tuple[Version, ...]
    because: str
    article: Article
    threshold: Threshold
    mitigations: tuple[Mitigation, ...]
    references: tuple[Reference, ...]
    tests: tuple[RuleTest, ...]
    position: Position
    national_law: str = ""
    role: RuleRole | None = None
    topic: str = ""
    own_law: tuple[str, ...] = ()

    @property
    def counted_as(self) -> str:
        """What tells it apart where findings are counted: its topic, or else the rule itself."""
        return self.topic or self.id

    @cached_property
    def dated(self) -> bool:
        """True where the rule holds only in certain periods."""
        return any(v.since is not None or v.until is not None for v in self.versions)

    @cached_property
    def scope(self) -> s.Expression:
        """When the rule applies: its `applies`, and one of its versions in force."""
        if not self.dated:
            return self.applies
        periods = tuple(version.period for version in self.versions)
        in_force = periods[0] if len(periods) == 1 else s.Or(periods)
        return in_force if self.applies == s.TRUE else s.And((self.applies, in_force))

    @cached_property
    def levels(self) -> tuple[tuple[Severity | None, s.Expression], ...]:
        """Each severity with its condition over all versions, the lowest first."""
        merged: dict[Severity | None, list[s.Expression]] = {}
        for version in self.versions:
            for level in version.levels:
                condition = level.condition
                if self.dated:
                    condition = s.And((version.period, condition))
                merged.setdefault(level.severity, []).append(condition)
        order: tuple[Severity | None, ...] = (None, *SEVERITIES)
        return tuple(
            (severity, parts[0] if len(parts) == 1 else s.Or(tuple(parts)))
            for severity in order
            if (parts := merged.get(severity))
        )
