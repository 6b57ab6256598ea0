"""The other values that negotiable facts may be given, the nearest first."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from convenio.facts.case import Case, Value
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.values import Money
from convenio.language.quantities import number_of
from convenio.scenarios.answers.breakpoints import LAST_DAY
from convenio.scenarios.answers.finder import Answer, AnswerFinder, Scale
from convenio.scenarios.changes import fact_at


@dataclass(frozen=True)
class Grid:
    """The numbers `low`, `low + step`, … up to number `last` (None: no end)."""

    low: Fraction
    step: Fraction
    last: int | None

    def at(self, place: int) -> Fraction:
        """Return the number at a place, counted from 0."""
        return self.low + self.step * place

    def places(self, answer: Answer) -> tuple[int, int | None] | None:
        """Return the first and the last place inside a range; None where there is none."""
        first = 0
        if answer.low is not None:
            first = math.ceil((answer.low - self.low) / self.step)
            first += not answer.closed[0] and self.at(first) == answer.low
        last = self.last
        if answer.high is not None:
            place = math.floor((answer.high - self.low) / self.step)
            place -= not answer.closed[1] and self.at(place) == answer.high
            last = place if last is None else min(last, place)
        first = max(first, 0)
        return None if last is not None and first > last else (first, last)


def grid_of(declaration: FactDeclaration, case: Case) -> Grid:
    """Return the values that a negotiable number may be given; a date, none that is past."""
    if declaration.type.kind == "date":
        start = case.as_of.toordinal()
        return Grid(Fraction(start), Fraction(1), max(0, LAST_DAY.toordinal() - start))
    step = Fraction(str(declaration.step or 1))
    low = Fraction(str(declaration.minimum or 0))
    high = declaration.maximum
    last = None if high is None else math.floor((Fraction(str(high)) - low) / step)
    return Grid(low, step, last)


class Values:
    """The other values that a negotiable fact may be given, the nearest first."""

    def __init__(self, path: str, finder: AnswerFinder, case: Case) -> None:
        self.path = path
        self.declaration = finder.declaration(path)
        self.finder = finder
        self.stated = fact_at(case, path)
        self.is_known = self.stated is not None and self.stated.state == "known"
        value = self.stated.value if self.stated is not None and self.is_known else None
        self.value_now: Value | None = value


class Choices(Values):
    """Yes or no, or the members of an enum."""

    def __init__(self, path: str, finder: AnswerFinder, case: Case) -> None:
        super().__init__(path, finder, case)
        declared = self.declaration
        kind = declared.type.kind
        self._order: tuple[Value, ...] = (False, True) if kind == "bool" else declared.type.members
        reachable = self._order if declared.reachable is None else declared.reachable
        self.values: list[Value] = [
            v for v in self._order if v in reachable and not (self.is_known and v == self.value_now)
        ]

    def others(self) -> Iterator[Value]:
        """Yield other values, by how far they stand from the present one in the catalogue."""
        start = self._order.index(self.value_now) if self.value_now in self._order else 0
        yield from sorted(self.values, key=lambda v: abs(self._order.index(v) - start))


class Numbers(Values):
    """The numbers, amounts or dates of the catalogue's grid."""

    def __init__(self, path: str, finder: AnswerFinder, case: Case, base_currency: str) -> None:
        super().__init__(path, finder, case)
        self.grid = grid_of(self.declaration, case)
        self.scale = Scale.of(self.declaration, self.stated, base_currency)
        self.present = None if self.value_now is None else _amount(self.value_now, base_currency)

    @property
    def start(self) -> int:
        """The place on the grid nearest to the present value; the lowest where it is unknown."""
        if self.present is None:
            return 0
        place = round((self.present - self.grid.low) / self.grid.step)
        last = self.grid.last
        return max(0, place if last is None else min(place, last))

    def distance(self, place: int) -> Fraction:
        """Return how far a place is from the present value, in steps (unknown: from the lowest)."""
        if self.present is None:
            return Fraction(place)
        return abs(self.grid.at(place) - self.present) / self.grid.step

    def value(self, place: int) -> Value:
        """Return the value at a place of the grid."""
        return self.scale.value(self.grid.at(place))

    def others(self) -> Iterator[Value]:
        """Yield of each range that conditions tell apart the number nearest to the present one."""
        places: set[int] = set()
        for answer in self.finder.answers(self.path).answers:
            span = self.grid.places(answer)
            if span is not None:
                places.update(self._near(*span))
        for place in sorted(places, key=lambda p: (self.distance(p), p)):
            if self.present is None or self.grid.at(place) != self.present:
                yield self.value(place)

    def _near(self, first: int, last: int | None) -> Iterator[int]:
        """Yield the place inside a span nearest to the present value, and its neighbours."""
        inside = max(first, self.start if last is None else min(self.start, last))
        for place in (inside - 1, inside, inside + 1):
            if place >= first and (last is None or place <= last):
                yield place


class Sets(Values):
    """Sets of which the members that rules name may come and go."""

    def __init__(self, path: str, finder: AnswerFinder, case: Case) -> None:
        super().__init__(path, finder, case)
        declared = self.declaration
        self.is_complete = bool(self.stated and self.is_known and self.stated.complete)
        value = self.value_now if isinstance(self.value_now, tuple) else ()
        self.present = [member for member in value if isinstance(member, str)]
        named = finder.named_members(path)
        if declared.reachable is not None:
            named = [member for member in named if member in declared.reachable]
        order = [m for m in declared.type.members if m in named or m in self.present]
        self.names = order or list(dict.fromkeys([*self.present, *named]))

    def written(self, chosen: Mapping[str, bool]) -> tuple[str, ...]:
        """Return the set with these members in or out, and the others as they are."""
        return tuple(m for m in self.names if chosen.get(m, m in self.present))

    def others(self) -> Iterator[tuple[str, ...]]:
        """Yield other sets, those first from which the fewest members come or go."""
        for size in range(1 if self.is_complete else 0, len(self.names) + 1):
            for moved in itertools.combinations(self.names, size):
                yield self.written({m: m not in self.present for m in moved})


AnyValues = Choices | Numbers | Sets


def values_of(path: str, finder: AnswerFinder, case: Case, base_currency: str) -> AnyValues:
    """Return the other values of a negotiable fact."""
    kind = finder.declaration(path).type.kind
    if kind in ("bool", "enum"):
        return Choices(path, finder, case)
    return Sets(path, finder, case) if kind == "set" else Numbers(path, finder, case, base_currency)


def _amount(value: Value, base_currency: str) -> Fraction | None:
    if isinstance(value, Money):
        return Fraction(value.amount)
    return None if isinstance(value, tuple) else number_of(value, base_currency)


def can_be_changed(declaration: FactDeclaration, case: Case, base_currency: str) -> bool:
    """Return whether other values of a negotiable fact can be tried.

    Lists are neither lengthened nor shortened; money in a currency without a rate has no grid.
    """
    if declaration.cost is None or declaration.type.kind not in (
        "bool",
        "enum",
        "number",
        "integer",
        "money",
        "date",
        "set",
    ):
        return False
    fact = case.facts.get(declaration.path)
    value = fact.value if fact is not None and fact.state == "known" else None
    if isinstance(value, Money) and value.currency != base_currency:
        return value.rate is not None
    return True
