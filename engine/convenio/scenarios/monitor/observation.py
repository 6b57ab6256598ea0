"""What one event of a stream changed, or why it was refused."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.errors import Problem
from convenio.facts.case import Element, StatedFact
from convenio.facts.plain import said, value_of
from convenio.scenarios.changes import ChangedFact
from convenio.scenarios.compare import Alternative, ChangedRule
from convenio.scenarios.monitor.events import Event
from convenio.scenarios.notebook import as_html
from convenio.scenarios.plain import rule_data

SCHEMA = "convenio/observation/1"


@dataclass(frozen=True, slots=True)
class ChangedRating:
    """A rating before and after: what is established (`floor`) and what is possible (`ceiling`).

    `family` is empty for the rating overall.
    """

    family: str
    before: tuple[str, str]
    after: tuple[str, str]


@dataclass(frozen=True, slots=True)
class ChangedRows:
    """The entries by which a list grew or shrank."""

    added: tuple[Element, ...]
    removed: tuple[Element, ...]


@dataclass(frozen=True)
class Observation:
    """What the monitored case looks like after one event, and what the event changed.

    `late`: events of a later date had arrived before, or the event is older than the case.
    `seen`: it had arrived before, and changes nothing. `effect` says what becomes of it: "applied",
    "withdrawn" (it was taken back before it came), "waiting" (it takes back what has not come yet),
    or "none" (it takes back a withdrawal, which can't be). `superseded` names facts that it sets
    and on which a later statement stands; `set_aside` facts that may no longer be stated, as their
    `only_if` is false; `by_time` rules that the passing of time alone would have changed.
    """

    event: Event
    before: Assessment
    change: Alternative
    late: bool = False
    seen: bool = False
    effect: str = "applied"
    superseded: tuple[str, ...] = ()
    set_aside: tuple[str, ...] = ()
    by_time: frozenset[str] = frozenset()

    @property
    def after(self) -> Assessment:
        """The assessment of the case after the event."""
        return self.change.assessment

    @property
    def facts(self) -> tuple[ChangedFact, ...]:
        """The facts that the case states differently after the event."""
        return self.change.facts

    @property
    def rules(self) -> tuple[ChangedRule, ...]:
        """The rules that come out otherwise, each with the conditions through which it does."""
        return self.change.rules

    @property
    def changed(self) -> bool:
        """True where a verdict changed; a rating changes with none but a verdict."""
        return bool(self.rules)

    @property
    def overall(self) -> ChangedRating:
        """The rating overall, before and after."""
        before, after = self.before, self.after
        return ChangedRating("", (before.floor, before.ceiling), (after.floor, after.ceiling))

    @property
    def families(self) -> tuple[ChangedRating, ...]:
        """The families of which the rating changed."""
        pairs = (
            ChangedRating(name, (old.floor, old.ceiling), (new.floor, new.ceiling))
            for name, old in self.before.families.items()
            for new in (self.after.families[name],)
        )
        return tuple(rating for rating in pairs if rating.before != rating.after)

    def to_dict(self) -> dict[str, Any]:
        """Return the observation as plain data: the schema `convenio/observation/1`."""
        found: dict[str, Any] = {
            "schema": SCHEMA,
            "case": self.after.case.id,
            "event": {
                "id": self.event.id,
                "date": self.event.date.isoformat(),
                "kind": self.event.kind,
                "title": self.event.title,
            },
            "effect": self.effect,
            "seen": self.seen,
            "late": self.late,
            "as_of": self.after.case.as_of.isoformat(),
            "rating": _rating(self.overall),
            "families": [{"family": r.family, **_rating(r)} for r in self.families],
            "rules": [
                {**rule_data(rule), "by_time": rule.rule.id in self.by_time} for rule in self.rules
            ],
            "facts": [_fact(change) for change in self.facts],
        }
        if self.superseded:
            found["superseded"] = list(self.superseded)
        if self.set_aside:
            found["set_aside"] = list(self.set_aside)
        return found

    def to_json(self) -> str:
        """Return the observation as one line of JSON, its keys always in the same order."""
        return json.dumps(self.to_dict(), ensure_ascii=False)

    def _repr_html_(self) -> str:
        rows = [["overall", _range(self.overall.before), _range(self.overall.after)]]
        rows += [[r.family, _range(r.before), _range(r.after)] for r in self.families]
        rows += [
            [f"{r.rule.id} {r.rule.title}", r.before.verdict, r.after.verdict] for r in self.rules
        ]
        caption = f"{self.event.date.isoformat()} {self.event.title or self.event.id}"
        return as_html(caption, ["", "before", "after"], rows)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An event that was refused: where it stands, its identifier if it has one, and why."""

    line: int
    id: str
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return the refusal as plain data."""
        return {
            "schema": SCHEMA,
            "event": {"id": self.id or None, "line": self.line},
            "refused": [
                {
                    "line": problem.position.line,
                    "column": problem.position.column,
                    "path": problem.path,
                    "message": problem.message,
                    "expected": problem.expected,
                    "found": problem.found,
                    "nearest": problem.nearest,
                }
                for problem in self.problems
            ],
        }

    def to_json(self) -> str:
        """Return the refusal as one line of JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False)


def rows_between(change: ChangedFact) -> ChangedRows | None:
    """Return by which entries a list grew or shrank; None for any other change."""
    sides = [side.elements if side is not None else () for side in (change.before, change.after)]
    if not any(sides):
        return None
    before, after = sides
    return ChangedRows(tuple(_further(after, before)), tuple(_further(before, after)))


def _further(rows: tuple[Element, ...], others: tuple[Element, ...]) -> Iterator[Element]:
    """Yield the rows that are not among the others, each as often as it is missing there."""
    known = Counter(map(id, others))
    for row in rows:
        if known[id(row)]:
            known[id(row)] -= 1
        else:
            yield row


def _rating(rating: ChangedRating) -> dict[str, dict[str, str]]:
    before, after = rating.before, rating.after
    return {
        "before": {"floor": before[0], "ceiling": before[1]},
        "after": {"floor": after[0], "ceiling": after[1]},
    }


def _fact(change: ChangedFact) -> dict[str, Any]:
    rows = rows_between(change)
    if rows is None:
        return {"path": change.path, "before": said(change.before), "after": said(change.after)}
    return {
        "path": change.path,
        "before": _counted(change.before),
        "after": _counted(change.after),
        "added": value_of(rows.added),
        "removed": value_of(rows.removed),
    }


def _counted(stated: StatedFact | None) -> dict[str, Any]:
    """Return what is said of a list, with the number of its entries in the place of them all."""
    if stated is None or stated.state != "known":
        return said(stated)
    found: dict[str, Any] = {"state": "known", "entries": len(stated.elements)}
    if not stated.complete:
        found["complete"] = False
    return found


def _range(rating: tuple[str, str]) -> str:
    floor, ceiling = rating
    return floor if floor == ceiling else f"{floor} to {ceiling}"
