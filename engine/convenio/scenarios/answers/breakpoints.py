"""Where conditions change as one number of a case changes.

A comparison that reads the number becomes a difference of two ratios of polynomials, whose zeros
are the places. Whatever else it reads is taken from a case in which the number has some value in
the region looked at. A function that counts in steps is looked through by halves.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from convenio.facts.values import DateSpan
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator
from convenio.language.functions import FUNCTIONS, Function
from convenio.language.quantities import Interval, Quantity, number_of
from convenio.language.rows import Rows

FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2100, 12, 31)
"""Dates before and after these are not tried: no deal that is assessed reaches so far."""

Polynomial = tuple[Fraction, ...]
"""Coefficients, that of the constant first."""

_ZERO: Polynomial = ()
_ONE: Polynomial = (Fraction(1),)


@dataclass(frozen=True, slots=True)
class Ratio:
    """One polynomial over another."""

    above: Polynomial
    below: Polynomial = _ONE

    @property
    def varies(self) -> bool:
        """True where the value depends on the number."""
        return len(self.above) > 1 or len(self.below) > 1


class Breakpoints:
    """Finds the places for the number that stands at `path` (`activities[1].troops` in a list).

    `rate` is what one unit of the number is worth in the pack's currency, where it is money.
    """

    def __init__(
        self, path: str, evaluator: Evaluator, base_currency: str, rate: float = 1.0
    ) -> None:
        self._path = path
        self._number = Ratio((Fraction(0), Fraction(rate)))
        self._evaluator = evaluator
        self._base_currency = base_currency

    def of(self, node: s.Expression, rows: Rows | None = None) -> set[Fraction]:
        """Return the values of the number at which some part of a condition may change."""
        return set(self._conditions(node, rows or {}))

    def _conditions(self, node: s.Expression, rows: Rows) -> Iterator[Fraction]:
        match node:
            case s.Compare(_, left, right):
                yield from self._inside(left, rows)
                yield from self._inside(right, rows)
                for first in self._ratios(left, rows):
                    for second in self._ratios(right, rows):
                        yield from zeros(first, second)
                yield from self._steps(left, right, rows)
                yield from self._steps(right, left, rows)
            case s.In(item, s.Choices(values)):
                for first in self._ratios(item, rows):
                    for value in values:
                        number = number_of(value, self._base_currency)
                        if number is not None:
                            yield from zeros(first, Ratio(_constant(number)))
            case s.Quantified(_, body, bindings):
                for scope in self._scopes(bindings, rows):
                    yield from self._conditions(body, scope)
            case _:
                yield from self._inside(node, rows)

    def _inside(self, node: s.Expression, rows: Rows) -> Iterator[Fraction]:
        """Yield the places of conditions that stand inside a value."""
        match node:
            case s.Count(body, bindings):
                for scope in self._scopes(bindings, rows):
                    yield from self._conditions(body, scope)
            case s.Sum(body, bindings, condition):
                for scope in self._scopes(bindings, rows):
                    yield from self._inside(body, scope)
                    if condition is not None:
                        yield from self._conditions(condition, scope)
            case s.Arithmetic(_, left, right) | s.Call("days", (left, right)):
                yield from self._inside(left, rows)
                yield from self._inside(right, rows)
            case s.And() | s.Or() | s.Not() | s.AtLeast():
                for part in s.children(node):
                    yield from self._conditions(part, rows)

    def _scopes(self, bindings: tuple[s.Binding, ...], rows: Rows) -> list[Rows]:
        return [scope for scope, _ in self._evaluator.combinations(bindings, rows)]

    def _ratios(self, node: s.Expression, rows: Rows) -> list[Ratio]:
        """Return what a value may be: nothing where it is unknown, both ends of an interval."""
        match node:
            case s.Path() | s.Field() if self._is_number(node, rows):
                return [self._number]
            case s.Arithmetic(operator, left, right):
                pairs = itertools.product(self._ratios(left, rows), self._ratios(right, rows))
                return [combined(operator, first, second) for first, second in pairs]
            case s.Call("days", (start, end)):
                pairs = itertools.product(self._ratios(end, rows), self._ratios(start, rows))
                return [combined("-", first, second) for first, second in pairs]
            case s.Sum(body, bindings, condition):
                return self._sum(body, bindings, condition, rows)
        value = self._evaluator.value(node, rows)
        if isinstance(value, Interval):
            ends = [value.low, value.high]
            return [Ratio(_constant(Fraction(end))) for end in ends if math.isfinite(end)]
        numbers = (number_of(end, self._base_currency) for end in _ends_of(value))
        return [Ratio(_constant(number)) for number in numbers if number is not None]

    # --- functions that rise or fall in steps ----------------------------------------------

    def _steps(self, side: s.Expression, other: s.Expression, rows: Rows) -> Iterator[Fraction]:
        """Yield the days on which a function that counts by steps, such as months, changes.

        Of one that is compared as it stands, only those where it passes what it is compared with.
        """
        for call in s.walk(side):
            if not isinstance(call, s.Call):
                continue
            for count in self._stepping(call, rows):
                limit = None
                if call is side:
                    limit = number_of(self._evaluator.value(other, rows), self._base_currency)
                yield from _changes(count if limit is None else _against(count, limit))

    def _stepping(self, call: s.Call, rows: Rows) -> Iterator[Callable[[int], Fraction]]:
        """Yield a call that reads the number as a date, as functions of that day's ordinal.

        There are several where another date of the call is not known to the day.
        """
        function = FUNCTIONS[call.function]
        mine = [self._is_number(argument, rows) for argument in call.arguments]
        if not function.is_number or function.name == "days" or not any(mine):
            return
        values = [self._evaluator.value(argument, rows) for argument in call.arguments]
        if any(value is None and not own for value, own in zip(values, mine, strict=True)):
            return
        for ends in itertools.product(*map(_ends_of, values)):
            yield partial(_count_on, function, mine, ends)

    def _is_number(self, node: s.Expression, rows: Rows) -> bool:
        match node:
            case s.Path(path):
                return path == self._path
            case s.Field(variable, name):
                return f"{rows[variable].name}.{name}" == self._path
        return False

    def _sum(
        self,
        body: s.Expression,
        bindings: tuple[s.Binding, ...],
        condition: s.Expression | None,
        rows: Rows,
    ) -> list[Ratio]:
        totals = [Ratio(_ZERO)]
        for scope in self._scopes(bindings, rows):
            counts = condition is None or self._evaluator.trace(condition, scope).truth
            if counts:
                terms = self._ratios(body, scope)
                totals = [combined("+", t, term) for t in totals for term in terms]
        return totals


def _ends_of(value: Quantity | None) -> tuple[Quantity | None, ...]:
    """Return a value, or the first and the last day of a date that is not known to the day."""
    return (value.first, value.last) if isinstance(value, DateSpan) else (value,)


def _count_on(
    function: Function, mine: Sequence[bool], values: Sequence[Quantity | None], day: int
) -> Fraction:
    """Return what a function gives with a day in the place of those arguments that are `mine`."""
    date = dt.date.fromordinal(day)
    given = [date if own else value for value, own in zip(values, mine, strict=True)]
    return Fraction(function.meaning(*given))


def _against(count: Callable[[int], Fraction], limit: Fraction) -> Callable[[int], Fraction]:
    """Return whether a count is below, at or above a limit: -1, 0 or 1."""
    return lambda day: Fraction((count(day) > limit) - (count(day) < limit))


def _changes(count: Callable[[int], Fraction]) -> Iterator[Fraction]:
    """Yield the first day of each value of a function that rises, or falls, all the way."""
    spans = [(FIRST_DAY.toordinal(), LAST_DAY.toordinal())]
    while spans:
        low, high = spans.pop()
        if count(low) == count(high):
            continue
        if high - low == 1:
            yield Fraction(high)
            continue
        middle = (low + high) // 2
        spans += [(low, middle), (middle, high)]


def _constant(number: Fraction) -> Polynomial:
    return (number,) if number else _ZERO


def _added(left: Polynomial, right: Polynomial, sign: int = 1) -> Polynomial:
    pairs = itertools.zip_longest(left, right, fillvalue=Fraction(0))
    return _trimmed([a + sign * b for a, b in pairs])


def _multiplied(left: Polynomial, right: Polynomial) -> Polynomial:
    result = [Fraction(0)] * max(0, len(left) + len(right) - 1)
    for (i, a), (j, b) in itertools.product(enumerate(left), enumerate(right)):
        result[i + j] += a * b
    return _trimmed(result)


def _trimmed(coefficients: list[Fraction]) -> Polynomial:
    while coefficients and not coefficients[-1]:
        coefficients.pop()
    return tuple(coefficients)


def combined(operator: s.ArithmeticOperator, left: Ratio, right: Ratio) -> Ratio:
    """Return the sum, difference, product or quotient of two ratios."""
    if operator == "*":
        return Ratio(_multiplied(left.above, right.above), _multiplied(left.below, right.below))
    if operator == "/":
        return Ratio(_multiplied(left.above, right.below), _multiplied(left.below, right.above))
    crossed = (_multiplied(left.above, right.below), _multiplied(right.above, left.below))
    sign = 1 if operator == "+" else -1
    return Ratio(_added(*crossed, sign), _multiplied(left.below, right.below))


def zeros(left: Ratio, right: Ratio) -> Iterator[Fraction]:
    """Yield where two ratios are equal, and where one of them has no value.

    >>> list(zeros(Ratio((Fraction(0), Fraction(2))), Ratio((Fraction(3),))))
    [Fraction(3, 2)]
    """
    if left.varies or right.varies:
        yield from roots(combined("-", left, right).above)
        yield from roots(left.below)
        yield from roots(right.below)


def roots(polynomial: Polynomial) -> list[Fraction]:
    """Return the real zeros of a polynomial of degree 2 or less; of higher ones none."""
    if len(polynomial) == 2:
        return [-polynomial[0] / polynomial[1]]
    if len(polynomial) == 3:
        c, b, a = polynomial
        inside = b * b - 4 * a * c
        if inside < 0:
            return []
        root = Fraction(math.sqrt(inside))
        return [(-b - root) / (2 * a), (-b + root) / (2 * a)]
    return []
