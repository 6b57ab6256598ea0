"""What one event of a stream changed, or why it was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from convenio.assessment.assessment import Assessment
from convenio.assessment.rating import Readings
from convenio.errors import Problem
from convenio.facts.case import Element
from convenio.presentation import Presented
from convenio.scenarios.changes import ChangedFact
from convenio.scenarios.compare import Alternative, ChangedRule
from convenio.scenarios.monitor.events import Event


@dataclass(frozen=True, slots=True)
class ChangedRating:
    """A rating before and after, in its readings. `family` is empty for the rating overall."""

    family: str
    before: Readings
    after: Readings


@dataclass(frozen=True, slots=True)
class ChangedRows:
    """The entries by which a list grew or shrank."""

    added: tuple[Element, ...]
    removed: tuple[Element, ...]


@dataclass(frozen=True)
class Observation(Presented):
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
        """True where a verdict changed, or a rating that is presumed."""
        return bool(self.rules or self.families)

    @property
    def overall(self) -> ChangedRating:
        """The rating overall, before and after."""
        return ChangedRating("", self.before.readings(), self.after.readings())

    @property
    def families(self) -> tuple[ChangedRating, ...]:
        """The families of which the rating changed."""
        pairs = (
            ChangedRating(name, self.before.readings(name), self.after.readings(name))
            for name in self.before.families
        )
        return tuple(rating for rating in pairs if rating.before != rating.after)


@dataclass(frozen=True, slots=True)
class Refusal(Presented):
    """An event that was refused: where it stands, its identifier if it has one, and why."""

    line: int
    id: str
    problems: tuple[Problem, ...]


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
