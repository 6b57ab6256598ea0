"""The values that a condition compares, as columns: numbers, intervals, money, texts, days.

Each part is an expression, a plain value where it is the same in every row, or None where it is
unknown in every row.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, gt, le, lt, ne

from convenio.backends.frames.logic import Truth, choose, conjunction, negate
from convenio.backends.frames.namespace import ns
from convenio.language.quantities import Interval as PlainInterval
from convenio.language.quantities import compare as compare_plain
from convenio.language.quantities import compute as compute_plain

Figure = ns.Expr | float | None


@dataclass(frozen=True, slots=True)
class Number:
    """One number a row."""

    figure: Figure


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`; what `count` gives where elements are unknown."""

    low: Figure
    high: Figure


@dataclass(frozen=True, slots=True)
class Amount:
    """Money: in its own currency, and in the currency of account. See `quantities.Amount`.

    `currency` is None where every row has the currency of account; then both figures are one.
    """

    figure: Figure
    currency: ns.Expr | None
    in_base: Figure


@dataclass(frozen=True, slots=True)
class Text:
    """A text, or a member of an enum; `members` are those that the column is coded with."""

    text: ns.Expr | str | None
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """A date as days since 1970-01-01; `last` where it may be any day up to that one."""

    figure: Figure
    last: Figure = None


@dataclass(frozen=True, slots=True)
class Point:
    """A place on a unit sphere; None where no column tells it."""

    axes: tuple[ns.Expr, ns.Expr, ns.Expr] | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A condition that is used as a value."""

    truth: Truth


Value = Number | Interval | Amount | Text | Day | Point | Statement

_OPERATORS: dict[str, Callable[[ns.Expr, ns.Expr | float], ns.Expr]] = {
    "==": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


def day_of(value: Value) -> Day:
    """Return a date, which may be written as text."""
    if isinstance(value, Text):
        if not isinstance(value.text, str):
            return Day(None)
        return Day(days_since_1970(dt.date.fromisoformat(value.text)))
    assert isinstance(value, Day)
    return value


def days_in(day: Day) -> Interval:
    """Return the days on which a date may be."""
    return Interval(day.figure, day.figure if day.last is None else day.last)


def compare_days(operator: str, left: Day, right: Day) -> Truth:
    """Return whether a comparison of two dates holds; U where it hangs on days not known."""
    if left.last is None and right.last is None:
        return compare(operator, left.figure, right.figure)
    return compare_intervals(operator, days_in(left), days_in(right))


def days_since_1970(day: dt.date) -> float:
    """Return a date as the frames count it.

    >>> days_since_1970(dt.date(1970, 1, 2))
    1.0
    """
    return float((day - dt.date(1970, 1, 1)).days)


def lifted(figure: ns.Expr | float) -> ns.Expr:
    """Return a figure as an expression."""
    return figure if isinstance(figure, ns.Expr) else ns.lit(figure, dtype=ns.Float64)


def or_null(figure: Figure) -> ns.Expr:
    """Return a figure as an expression, null where it is unknown in every row."""
    return ns.lit(None, dtype=ns.Float64) if figure is None else lifted(figure)


def compute(operator: str, left: Figure, right: Figure) -> Figure:
    """Return `left operator right`; unknown where a side is, or where the divisor is 0."""
    if left is None or right is None:
        return None
    if not isinstance(left, ns.Expr) and not isinstance(right, ns.Expr):
        result = compute_plain(operator, left, right, "")
        return result if isinstance(result, float) else None
    first, second = lifted(left), lifted(right)
    if operator == "+":
        return _as_written(first + second)
    if operator == "-":
        return _as_written(first - second)
    if operator == "*":
        return _as_written(first * second)
    return ns.when(second != 0).then(first / second)


def _as_written(result: ns.Expr) -> ns.Expr:
    # Infinity less infinity, and 0 times it, is no number and so unknown. The test also keeps
    # Spark, which takes sums for associative, from computing them in another order.
    return ns.when(~result.is_nan()).then(result)


def compare(operator: str, left: Figure, right: Figure) -> Truth:
    """Return whether a comparison of two figures holds."""
    if left is None or right is None:
        return None
    if not isinstance(left, ns.Expr):
        if not isinstance(right, ns.Expr):
            return compare_plain(operator, left, right)
        mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
        return compare(mirrored, right, left)
    return _OPERATORS[operator](left, right)


# --- intervals -------------------------------------------------------------------------------


def as_interval(value: Value) -> Interval:
    """Return a number as the interval that holds only it."""
    if isinstance(value, Interval):
        return value
    if isinstance(value, Amount):
        return Interval(value.in_base, value.in_base)
    assert isinstance(value, Number)
    return Interval(value.figure, value.figure)


def compute_interval(operator: str, left: Interval, right: Interval) -> Interval:
    """Return interval arithmetic; unknown where the divisor may be 0."""
    figures = (left.low, left.high, right.low, right.high)
    if any(figure is None for figure in figures):
        return Interval(None, None)
    plain = [figure for figure in figures if isinstance(figure, int | float)]
    if len(plain) == len(figures):
        sides = PlainInterval(plain[0], plain[1]), PlainInterval(plain[2], plain[3])
        result = compute_plain(operator, *sides, "")
        if not isinstance(result, PlainInterval):
            return Interval(None, None)
        return Interval(result.low, result.high)
    a, b, c, d = (lifted(figure) for figure in figures if figure is not None)
    if operator == "+":
        return Interval(a + c, b + d)
    if operator == "-":
        return Interval(a - d, b - c)
    pairs = ((a, c), (a, d), (b, c), (b, d))
    if operator == "*":
        corners = [
            ns.when((x == 0) | (y == 0)).then(ns.lit(0.0)).otherwise(x * y) for x, y in pairs
        ]
        return _hull(corners, (a + b + c + d).is_null())
    holds_zero = (c <= 0) & (d >= 0)
    corners = [
        ns.when((y == math.inf) | (y == -math.inf))
        .then(ns.lit(0.0))
        .otherwise(ns.when(y != 0).then(x / y))
        for x, y in pairs
    ]
    return _hull(corners, holds_zero | (a + b + c + d).is_null())


def _hull(corners: list[ns.Expr], unknown: ns.Expr) -> Interval:
    low, high = ns.min_horizontal(*corners), ns.max_horizontal(*corners)
    return Interval(ns.when(~unknown).then(low), ns.when(~unknown).then(high))


def compare_intervals(operator: str, left: Interval, right: Interval) -> Truth:
    """Return whether a comparison holds throughout both intervals; U where it depends."""
    if operator in (">", ">="):
        return compare_intervals("<" if operator == ">" else "<=", right, left)
    if operator in ("<", "<="):
        strict = operator == "<"
        always = compare("<" if strict else "<=", left.high, right.low)
        never = compare(">=" if strict else ">", left.low, right.high)
        return choose((always, True), (never, False), otherwise=None)
    below = compare("<", left.high, right.low)
    above = compare("<", right.high, left.low)
    single = conjunction(
        (
            compare("==", left.low, left.high),
            compare("==", right.low, right.high),
            compare("==", left.low, right.low),
        )
    )
    equal = choose((below, False), (above, False), (single, True), otherwise=None)
    return equal if operator == "==" else negate(equal)


# --- money -----------------------------------------------------------------------------------


def same_currency(left: Amount, right: Amount, base_currency: str) -> ns.Expr | bool:
    """Return whether two amounts are in one currency."""
    if left.currency is None and right.currency is None:
        return True
    sides = [
        ns.lit(base_currency) if side.currency is None else side.currency for side in (left, right)
    ]
    return sides[0] == sides[1]


def _either(test: ns.Expr | bool, yes: Figure, no: Figure) -> Figure:
    if not isinstance(test, ns.Expr):
        return yes if test else no
    first, second = (
        ns.lit(None, dtype=ns.Float64) if side is None else lifted(side) for side in (yes, no)
    )
    return ns.when(test).then(first).otherwise(second)


def measured(left: Value, right: Value, base_currency: str) -> tuple[Figure, Figure]:
    """Return two sides as plain figures, converted where their currencies differ."""
    if isinstance(left, Amount) and isinstance(right, Amount):
        same = same_currency(left, right, base_currency)
        return (
            _either(same, left.figure, left.in_base),
            _either(same, right.figure, right.in_base),
        )
    sides = [
        side.in_base if isinstance(side, Amount) else side.figure
        for side in (left, right)
        if isinstance(side, Amount | Number)
    ]
    return sides[0], sides[1]


def compute_money(operator: str, left: Value, right: Value, base_currency: str) -> Value:
    """Return arithmetic in which money takes part; see `quantities._compute_money`."""
    if isinstance(left, Interval) or isinstance(right, Interval):
        return compute_interval(operator, as_interval(left), as_interval(right))
    if isinstance(left, Amount) and isinstance(right, Amount):
        if operator == "/":
            return Number(compute("/", *measured(left, right, base_currency)))
        worth = compute(operator, left.in_base, right.in_base)
        same = same_currency(left, right, base_currency)
        own = compute(operator, left.figure, right.figure)
        if not isinstance(same, ns.Expr):
            return Amount(own, None, worth)
        currency = left.currency if left.currency is not None else ns.lit(base_currency)
        kept = ns.when(same).then(currency).otherwise(ns.lit(base_currency))
        return Amount(_either(same, own, worth), kept, worth)
    money, number = (left, right) if isinstance(left, Amount) else (right, left)
    assert isinstance(money, Amount)
    assert isinstance(number, Number)
    if money is left:
        figures = [(part, number.figure) for part in (money.figure, money.in_base)]
    else:
        figures = [(number.figure, part) for part in (money.figure, money.in_base)]
    own, worth = (compute(operator, *pair) for pair in figures)
    return Amount(own, money.currency, worth)
