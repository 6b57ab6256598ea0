"""Facts that may take other values, as variables of the solver."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from convenio.backends.solver import MAX_MEMBERS, Bool, Class, Logic, Number
from convenio.facts.case import Case, StatedFact, Value
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.values import Money
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator, Rows
from convenio.packs.pack import Pack
from convenio.scenarios.answers import Answer, AnswerFinder, Scale
from convenio.scenarios.breakpoints import number_of
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
        return Grid(Fraction(start), Fraction(1), dt.date.max.toordinal() - start)
    step = Fraction(str(declaration.step or 1))
    low = Fraction(str(declaration.minimum or 0))
    high = declaration.maximum
    last = None if high is None else math.floor((Fraction(str(high)) - low) / step)
    return Grid(low, step, last)


class Term:
    """A fact that may be changed. `changed` says that it is."""

    def __init__(self, path: str, declaration: FactDeclaration, changed: Bool) -> None:
        self.path = path
        self.declaration = declaration
        self.changed = changed

    def members(self) -> None:
        """Return None: a set may be unknown as long as it is not changed."""

    @property
    def cost(self) -> int:
        """What a change costs, from the catalogue: 1 to 5."""
        return self.declaration.cost or 1


class ChoiceTerm(Term):
    """A fact with few values: yes or no, a member of an enum."""

    def __init__(
        self, path: str, values: Sequence[Value], finder: AnswerFinder, case: Case, logic: Logic
    ) -> None:
        declaration = finder.declaration(path)
        self.stated = fact_at(case, path)
        self._is_known = self.stated is not None and self.stated.state == "known"
        self._code = logic.z3.Int(path)
        super().__init__(path, declaration, self._code != 0)
        self._finder = finder
        self._logic = logic
        present = self.stated.value if self.stated and self._is_known else None
        reachable = values if declaration.reachable is None else declaration.reachable
        self.values = [
            v for v in values if v in reachable and not (self._is_known and v == present)
        ]
        self._order = list(values)
        self._present = present

    @property
    def known(self) -> Bool:
        """Return whether the fact has a value."""
        return True if self._is_known else self.changed

    def domain(self) -> list[Bool]:
        """Return what always holds of the variable."""
        return [self._code >= 0, self._code <= len(self.values)]

    def number(self) -> Number | None:
        """Return None: a choice is no number."""
        return None

    def classes(self, condition: s.Expression, rows: Rows) -> list[Class]:
        """Return each value as a class of its own, and that the fact stays as it is."""
        del condition, rows
        found = [Class(self._code == 0, self.stated, self._finder.base)]
        for place, value in enumerate(self.values):
            evaluator = self._finder.evaluator(self.path, value)
            stated = _known(self.path, value, self._finder)
            found.append(Class(self._code == place + 1, stated, evaluator))
        return found

    def nearest(self) -> Iterator[tuple[Value, Bool]]:
        """Yield values, that nearest to the present one in the catalogue's order first."""
        start = self._order.index(self._present) if self._present in self._order else 0
        ranked = sorted(self.values, key=lambda v: (abs(self._order.index(v) - start), v is False))
        for value in ranked:
            yield value, self._code == self.values.index(value) + 1


class NumberTerm(Term):
    """A number, an amount or a date, on the grid of the catalogue."""

    def __init__(
        self, path: str, finder: AnswerFinder, case: Case, pack: Pack, logic: Logic
    ) -> None:
        declaration = finder.declaration(path)
        z3 = logic.z3
        super().__init__(path, declaration, z3.Bool(f"{path} changed"))
        self.stated = fact_at(case, path)
        self._finder = finder
        self._logic = logic
        self.grid = grid_of(declaration, case)
        self.scale = Scale.of(declaration, self.stated, pack.currency)
        self.place = z3.Int(path)
        value = self.stated.value if self.stated and self.stated.state == "known" else None
        self.present = None if value is None else _amount(value, pack.currency)
        self._classes: dict[object, list[Answer]] = {}

    @property
    def known(self) -> Bool:
        """Return whether the fact has a value."""
        return self.changed if self.present is None else True

    def domain(self) -> list[Bool]:
        """Return what always holds of the variable; a change is to another value."""
        z3 = self._logic.z3
        found = [self.place >= 0]
        if self.grid.last is not None:
            found.append(self.place <= self.grid.last)
        if self.present is not None:
            place = (self.present - self.grid.low) / self.grid.step
            if place.denominator == 1:
                found.append(z3.Implies(self.changed, self.place != int(place)))
        return found

    def number(self) -> Number:
        """Return the number, in the pack's currency where it is money."""
        z3, grid = self._logic.z3, self.grid
        rate = Fraction(self.scale.rate)
        new = _rational(z3, grid.low * rate) + _rational(z3, grid.step * rate) * z3.ToReal(
            self.place
        )
        if self.present is None:
            return Number(new, self.changed)
        return Number(z3.If(self.changed, new, _rational(z3, self.present * rate)), True)

    def classes(self, condition: s.Expression, rows: Rows) -> list[Class]:
        """Return ranges in which the condition does not change, and that the fact stays."""
        names = tuple(sorted((variable, row.name) for variable, row in rows.items()))
        key = (condition, names)
        if key not in self._classes:
            self._classes[key] = self._finder.ranges(self.path, self.declaration, [condition], rows)
        z3 = self._logic.z3
        found = [Class(z3.Not(self.changed), self.stated, self._finder.base)]
        for answer in self._classes[key]:
            inside = self.inside(answer)
            if inside is not False:
                evaluator = self._finder.evaluator(self.path, answer.value)
                chosen = self._logic.all([self.changed, inside])
                found.append(Class(chosen, None, evaluator))
        return found

    def inside(self, answer: Answer) -> Bool:
        """Return whether the new number is in a range."""
        places = self.grid.places(answer)
        if places is None:
            return False
        first, last = places
        parts = [self.place >= first] if first > 0 else []
        if last is not None and last != self.grid.last:
            parts.append(self.place <= last)
        return self._logic.all(parts)

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


class SetTerm(Term):
    """A set of which the members that rules name may come and go."""

    def __init__(self, path: str, finder: AnswerFinder, case: Case, logic: Logic) -> None:
        declaration = finder.declaration(path)
        z3 = logic.z3
        super().__init__(path, declaration, z3.Bool(f"{path} changed"))
        self.stated = fact_at(case, path)
        self._is_known = self.stated is not None and self.stated.state == "known"
        self._complete = bool(self.stated and self._is_known and self.stated.complete)
        value = self.stated.value if self.stated and self._is_known else ()
        self.present = [
            m for m in (value if isinstance(value, tuple) else ()) if isinstance(m, str)
        ]
        self._finder = finder
        self._logic = logic
        named = finder.named_members(path)
        if declaration.reachable is not None:
            named = [member for member in named if member in declaration.reachable]
        order = [m for m in declaration.type.members if m in named or m in self.present]
        self.names = order or list(dict.fromkeys([*self.present, *named]))
        self._bits = {member: z3.Bool(f"{path} {member}") for member in self.names}

    @property
    def known(self) -> Bool:
        """Return whether the fact has a value."""
        return True if self._is_known else self.changed

    def domain(self) -> list[Bool]:
        """Return what always holds: a change makes another set of it."""
        if not self._complete:
            return []
        differs = self._logic.any(self.differences())
        return [self._logic.z3.Implies(self.changed, differs)]

    def differences(self) -> list[Bool]:
        """Return for each member whether it comes or goes."""
        z3 = self._logic.z3
        return [
            z3.Not(bit) if member in self.present else bit for member, bit in self._bits.items()
        ]

    def number(self) -> Number | None:
        """Return None: a set is no number."""
        return None

    def classes(self, condition: s.Expression, rows: Rows) -> list[Class]:
        """Return each set of the members that the condition names, and that the fact stays."""
        del rows
        z3 = self._logic.z3
        named = [m for m in self.names if m in self._finder.words_of(condition)]
        if any(isinstance(part, s.Overlaps) for part in s.walk(condition)):
            named = self.names
        named = named[:MAX_MEMBERS]
        found = [Class(z3.Not(self.changed), self.stated, self._finder.base)]
        for held in itertools.product((False, True), repeat=len(named)):
            chosen = dict(zip(named, held, strict=True))
            value = self.written(chosen)
            bits = [self._bits[m] if on else z3.Not(self._bits[m]) for m, on in chosen.items()]
            evaluator = self._finder.evaluator(self.path, value)
            stated = _known(self.path, value, self._finder)
            found.append(Class(self._logic.all([self.changed, *bits]), stated, evaluator))
        return found

    def written(self, chosen: dict[str, bool]) -> tuple[str, ...]:
        """Return the set with these members in or out, and the others as they are."""
        return tuple(m for m in self.names if chosen.get(m, m in self.present))

    def others(self) -> Iterator[tuple[str, ...]]:
        """Yield other sets, those first from which the fewest members come or go."""
        sizes = range(0 if not self._complete else 1, len(self.names) + 1)
        for size in sizes:
            for moved in itertools.combinations(self.names, size):
                yield self.written({m: m not in self.present for m in moved})

    def bit(self, member: str) -> Bool:
        """Return whether the new set holds a member."""
        return self._bits[member]


AnyTerm = ChoiceTerm | NumberTerm | SetTerm


def _known(path: str, value: Value, finder: AnswerFinder) -> StatedFact:
    return StatedFact(path, "known", finder.declaration(path).position, value)


def _amount(value: Value, account: str) -> Fraction | None:
    if isinstance(value, Money):
        return Fraction(value.amount)
    return None if isinstance(value, tuple) else number_of(value, account)


def _rational(z3: Any, number: Fraction) -> Any:
    return z3.Q(number.numerator, number.denominator)


def can_be_changed(declaration: FactDeclaration, case: Case, account: str) -> bool:
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
    if isinstance(value, Money) and value.currency != account:
        return value.rate is not None
    return True


def term_of(path: str, finder: AnswerFinder, case: Case, pack: Pack, logic: Logic) -> AnyTerm:
    """Return the variable of a fact."""
    fact_type = finder.declaration(path).type
    if fact_type.kind == "bool":
        return ChoiceTerm(path, (False, True), finder, case, logic)
    if fact_type.kind == "enum":
        return ChoiceTerm(path, fact_type.members, finder, case, logic)
    if fact_type.kind == "set":
        return SetTerm(path, finder, case, logic)
    return NumberTerm(path, finder, case, pack, logic)


def evaluator_of(case: Case, pack: Pack) -> Evaluator:
    """Return what evaluates the pack's conditions over a case."""
    return Evaluator(case, pack.currency, pack.guards)
