"""The other values that negotiable facts may be given, and such facts as the solver's variables."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from convenio.backends.solver.logic import Bool, BooleanLogic
from convenio.backends.solver.variables import MAX_MEMBERS, Class, NoNumberNoSet, Number, Variable
from convenio.facts.case import Case, StatedFact, Value
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.values import Money
from convenio.language import syntax as s
from convenio.language.evaluate import Rows
from convenio.language.functions import reads_sets
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


class ChoiceTerm(NoNumberNoSet):
    """A choice as a variable of the solver. `changed` says that it is another."""

    def __init__(self, values: Choices, logic: BooleanLogic) -> None:
        self.path = values.path
        self.values = values
        self._code = logic.z3.Int(values.path)
        self.changed: Bool = self._code != 0
        self.known: Bool = True if values.is_known else self.changed

    def domain(self) -> list[Bool]:
        """Return what always holds of the variable."""
        return [self._code >= 0, self._code <= len(self.values.values)]

    def classes(self, condition: s.Expression, rows: Rows) -> list[Class]:
        """Return each value as a class of its own, and that the fact stays as it is."""
        del condition, rows
        finder = self.values.finder
        found = [Class(self._code == 0, self.values.stated, finder.base)]
        for place, value in enumerate(self.values.values):
            evaluator = finder.evaluator(self.path, value)
            stated = _known(self.path, value, finder)
            found.append(Class(self._code == place + 1, stated, evaluator))
        return found

    def nearest(self, search: NearestSearch) -> tuple[Value, Bool]:
        """Return the nearest value that is still possible, and the test of it."""
        tests = ((v, self._code == self.values.values.index(v) + 1) for v in self.values.others())
        return next(found for found in tests if search.is_possible(found[1]))


class NumberTerm(NoNumberNoSet):
    """A number on a grid as a variable of the solver. `changed` says that it is another."""

    def __init__(self, values: Numbers, logic: BooleanLogic) -> None:
        self.path = values.path
        self.values = values
        self._logic = logic
        z3 = logic.z3
        self.changed: Bool = z3.Bool(f"{values.path} changed")
        self.known: Bool = self.changed if values.present is None else True
        self.place = z3.Int(values.path)
        self._classes: dict[object, list[Answer]] = {}

    def domain(self) -> list[Bool]:
        """Return what always holds of the variable; a change is to another value."""
        grid, present = self.values.grid, self.values.present
        found = [self.place >= 0]
        if grid.last is not None:
            found.append(self.place <= grid.last)
        if present is not None:
            place = (present - grid.low) / grid.step
            if place.denominator == 1:
                found.append(self._logic.z3.Implies(self.changed, self.place != int(place)))
        return found

    def number(self) -> Number:
        """Return the number, in the pack's currency where it is money."""
        z3, grid, present = self._logic.z3, self.values.grid, self.values.present
        rate = Fraction(self.values.scale.rate)
        low, step = _rational(z3, grid.low * rate), _rational(z3, grid.step * rate)
        new = low + step * z3.ToReal(self.place)
        if present is None:
            return Number(new, self.changed)
        return Number(z3.If(self.changed, new, _rational(z3, present * rate)), True)

    def classes(self, condition: s.Expression, rows: Rows) -> list[Class]:
        """Return ranges in which the condition does not change, and that the fact stays."""
        names = tuple(sorted((variable, row.name) for variable, row in rows.items()))
        key = (condition, names)
        finder = self.values.finder
        if key not in self._classes:
            declaration = self.values.declaration
            self._classes[key] = finder.ranges(self.path, declaration, [condition], rows)
        found = [Class(self._logic.negate(self.changed), self.values.stated, finder.base)]
        for answer in self._classes[key]:
            inside = self._inside(answer)
            if inside is not False:
                chosen = self._logic.conjunction([self.changed, inside])
                found.append(Class(chosen, None, finder.evaluator(self.path, answer.value)))
        return found

    def nearest(self, search: NearestSearch) -> tuple[Value, Bool]:
        """Return the nearest number that is still possible, and the test of it.

        The distance is doubled twice until there is one, then halved to the last step.
        """
        place, values = self.place, self.values
        start, both = values.start, self._logic.z3.And
        near, far = -1, 1
        while not search.is_possible(both(place >= start - far, place <= start + far)):
            near, far = far, far * 4
        while far - near > 1:
            middle = (near + far) // 2
            if search.is_possible(both(place >= start - middle, place <= start + middle)):
                far = middle
            else:
                near = middle
        sides = sorted({start - far, start + far}, key=lambda p: (values.distance(p), p))
        chosen = next(p for p in sides if p >= 0 and search.is_possible(place == p))
        return values.value(chosen), place == chosen

    def _inside(self, answer: Answer) -> Bool:
        places = self.values.grid.places(answer)
        if places is None:
            return False
        first, last = places
        parts = [self.place >= first] if first > 0 else []
        if last is not None and last != self.values.grid.last:
            parts.append(self.place <= last)
        return self._logic.conjunction(parts)


class SetTerm(NoNumberNoSet):
    """A set as a variable of the solver. `changed` says that it is another."""

    def __init__(self, values: Sets, logic: BooleanLogic) -> None:
        self.path = values.path
        self.values = values
        self._logic = logic
        z3 = logic.z3
        self.changed: Bool = z3.Bool(f"{values.path} changed")
        self.known: Bool = True if values.is_known else self.changed
        self._bits = {member: z3.Bool(f"{values.path} {member}") for member in values.names}

    def domain(self) -> list[Bool]:
        """Return what always holds: a change makes another set of it."""
        if not self.values.is_complete:
            return []
        differs = self._logic.disjunction(self.differences())
        return [self._logic.z3.Implies(self.changed, differs)]

    def differences(self) -> list[Bool]:
        """Return for each member whether it comes or goes."""
        present = self.values.present
        return [
            self._logic.negate(bit) if member in present else bit
            for member, bit in self._bits.items()
        ]

    def classes(self, condition: s.Expression, rows: Rows) -> list[Class]:
        """Return each set of the members that the condition names, and that the fact stays."""
        del rows
        finder = self.values.finder
        words = finder.words_of(condition)
        named = [member for member in self.values.names if member in words]
        if any(map(reads_sets, s.walk(condition))):
            named = self.values.names
        named = named[:MAX_MEMBERS]
        found = [Class(self._logic.negate(self.changed), self.values.stated, finder.base)]
        for held in itertools.product((False, True), repeat=len(named)):
            chosen = dict(zip(named, held, strict=True))
            value = self.values.written(chosen)
            stated = _known(self.path, value, finder)
            test = self._logic.conjunction([self.changed, *self.tests(chosen)])
            found.append(Class(test, stated, finder.evaluator(self.path, value)))
        return found

    def nearest(self, search: NearestSearch) -> tuple[Value, Bool]:
        """Return a set from which the fewest members come or go, and the test of it."""
        z3 = self._logic.z3
        differences = self.differences()
        for count in range(1, len(differences) + 1):
            bound = z3.AtMost(*differences, count)
            if search.is_possible(bound):
                search.require(bound)
                break
        chosen: dict[str, bool] = {}
        for member in self.values.names:
            same = member in self.values.present
            stays = search.is_possible(z3.And(self.tests({member: same})))
            chosen[member] = same if stays else not same
            search.require(z3.And(self.tests({member: chosen[member]})))
        return self.values.written(chosen), z3.And(self.tests(chosen))

    def tests(self, chosen: Mapping[str, bool]) -> list[Bool]:
        """Return the tests of these members being in or out."""
        return [
            self._bits[member] if on else self._logic.negate(self._bits[member])
            for member, on in chosen.items()
        ]


class NearestSearch(Protocol):
    """What a term asks of the search that it stands in."""

    def is_possible(self, test: Bool, /) -> bool:
        """Return whether a test may hold beside all that is required."""
        ...

    def require(self, test: Bool, /) -> None:
        """Look only at values for which a test holds."""
        ...


class NegotiableTerm(Variable, Protocol):
    """A negotiable fact as a variable of the solver."""

    changed: Bool
    """Whether it is agreed otherwise than it stands."""

    def nearest(self, search: NearestSearch, /) -> tuple[Value, Bool]:
        """Return the value nearest to the present one that is possible, and the test of it."""
        ...


def _known(path: str, value: Value, finder: AnswerFinder) -> StatedFact:
    return StatedFact(path, "known", finder.declaration(path).position, value)


def _amount(value: Value, base_currency: str) -> Fraction | None:
    if isinstance(value, Money):
        return Fraction(value.amount)
    return None if isinstance(value, tuple) else number_of(value, base_currency)


def _rational(z3: Any, number: Fraction) -> Any:
    return z3.Q(number.numerator, number.denominator)


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


def term_of(values: AnyValues, logic: BooleanLogic) -> NegotiableTerm:
    """Return the variable of a fact."""
    if isinstance(values, Choices):
        return ChoiceTerm(values, logic)
    return SetTerm(values, logic) if isinstance(values, Sets) else NumberTerm(values, logic)
