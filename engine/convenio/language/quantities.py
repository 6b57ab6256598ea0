"""Numbers that may be known only as an interval, and money in several currencies."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from fractions import Fraction

from convenio.facts.values import Date, DateSpan, Money, Place, first_day, last_day
from convenio.language.truth import Truth


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`, both included; `high` may be infinite."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Amount:
    """A computed amount of money: in its own currency, and in the currency of account.

    `in_base` is None where no rate is stated for a part of it.
    """

    amount: float
    currency: str
    in_base: float | None


Number = int | float
Quantity = Number | Interval | Money | Amount | str | bool | Date | Place | tuple[str, ...]
"""What an expression may evaluate to, where it is not unknown."""


def as_amount(money: Money | Amount, base_currency: str) -> Amount:
    """Return money with its worth in the currency of account, which needs a rate if it differs."""
    if isinstance(money, Amount):
        return money
    if money.currency == base_currency:
        return Amount(money.amount, base_currency, money.amount)
    worth = None if money.rate is None else money.amount * money.rate
    return Amount(money.amount, money.currency, worth)


def same_measure(
    left: Quantity, right: Quantity, base_currency: str
) -> tuple[Quantity, Quantity] | None:
    """Bring two sides of a comparison or sum to plain numbers; None where that is impossible.

    Two amounts in one currency are compared as they are; otherwise both are converted.
    """
    sides = [
        as_amount(side, base_currency) if isinstance(side, Money | Amount) else side
        for side in (left, right)
    ]
    first, second = sides
    if isinstance(first, Amount) and isinstance(second, Amount):
        if first.currency == second.currency:
            return first.amount, second.amount
        return _both(first.in_base, second.in_base)
    return _both(*(side.in_base if isinstance(side, Amount) else side for side in sides))


def _both(left: Quantity | None, right: Quantity | None) -> tuple[Quantity, Quantity] | None:
    return None if left is None or right is None else (left, right)


def compute(operator: str, left: Quantity, right: Quantity, base_currency: str) -> Quantity | None:
    """Return `left operator right`; None where a rate is missing or the divisor may be 0."""
    if isinstance(left, Money | Amount) or isinstance(right, Money | Amount):
        return _compute_money(operator, left, right, base_currency)
    if isinstance(left, Interval) or isinstance(right, Interval):
        return _compute_interval(operator, _interval(left), _interval(right))
    return _compute_numbers(operator, float(left), float(right))  # type: ignore[arg-type]


def _compute_numbers(operator: str, left: float, right: float) -> float | None:
    if operator == "+":
        result = left + right
    elif operator == "-":
        result = left - right
    elif operator == "*":
        result = left * right
    elif right == 0:
        return None
    else:
        result = left / right
    # Infinity less infinity, and the like, is no number and so unknown.
    return None if math.isnan(result) else result


def _compute_money(
    operator: str, left: Quantity, right: Quantity, base_currency: str
) -> Quantity | None:
    if isinstance(left, Interval) or isinstance(right, Interval):
        # An amount known only as an interval is carried in the currency of account.
        pair = same_measure(left, right, base_currency)
        return None if pair is None else compute(operator, pair[0], pair[1], base_currency)
    sides = [
        as_amount(side, base_currency) if isinstance(side, Money | Amount) else side
        for side in (left, right)
    ]
    first, second = sides
    if isinstance(first, Amount) and isinstance(second, Amount):
        if operator == "/":
            pair = same_measure(first, second, base_currency)
            return None if pair is None else compute("/", pair[0], pair[1], base_currency)
        worth = _computed(operator, first.in_base, second.in_base)
        if first.currency == second.currency:
            amount = _computed(operator, first.amount, second.amount)
            return None if amount is None else Amount(amount, first.currency, worth)
        return None if worth is None else Amount(worth, base_currency, worth)
    money = first if isinstance(first, Amount) else second
    assert isinstance(money, Amount)
    amount = _computed(operator, *(s.amount if isinstance(s, Amount) else s for s in sides))
    worth = _computed(operator, *(s.in_base if isinstance(s, Amount) else s for s in sides))
    return None if amount is None else Amount(amount, money.currency, worth)


def _computed(operator: str, left: Quantity | None, right: Quantity | None) -> float | None:
    if left is None or right is None:
        return None
    return _compute_numbers(operator, float(left), float(right))  # type: ignore[arg-type]


def _interval(value: Quantity) -> Interval:
    if isinstance(value, Interval):
        return value
    number = float(value)  # type: ignore[arg-type]
    return Interval(number, number)


def _days_in(date: Quantity) -> Interval:
    """Return a date, which may be written as text, as the interval of its days."""
    if isinstance(date, str):
        date = dt.date.fromisoformat(date)
    assert isinstance(date, dt.date | DateSpan)
    return Interval(first_day(date).toordinal(), last_day(date).toordinal())


def _product(left: float, right: float) -> float:
    # An empty count times an unbounded one is still empty.
    return 0.0 if left == 0 or right == 0 else left * right


def _quotient(left: float, right: float) -> float:
    # A count that has no upper bound, over another such: 0 is as low as it can get.
    return 0.0 if math.isinf(right) else left / right


def _compute_interval(operator: str, left: Interval, right: Interval) -> Interval | None:
    if operator == "+":
        return Interval(left.low + right.low, left.high + right.high)
    if operator == "-":
        return Interval(left.low - right.high, left.high - right.low)
    if operator == "/" and right.low <= 0 <= right.high:
        return None
    combine = _quotient if operator == "/" else _product
    corners = [combine(a, b) for a in (left.low, left.high) for b in (right.low, right.high)]
    return Interval(min(corners), max(corners))


def compare(operator: str, left: Quantity, right: Quantity) -> Truth:
    """Return whether a comparison holds; for intervals, whether it holds throughout.

    A date of which the day is not known is an interval of days.
    """
    if isinstance(left, DateSpan) or isinstance(right, DateSpan):
        return _compare_intervals(operator, _days_in(left), _days_in(right))
    if isinstance(left, Interval) or isinstance(right, Interval):
        return _compare_intervals(operator, _interval(left), _interval(right))
    if isinstance(left, dt.date) and isinstance(right, str):
        right = dt.date.fromisoformat(right)
    elif isinstance(left, str) and isinstance(right, dt.date):
        left = dt.date.fromisoformat(left)
    if operator == "==":
        return left == right
    if operator == "!=":
        return left != right
    return _ordered(operator, left, right)


def _ordered(operator: str, left: Quantity, right: Quantity) -> bool:
    if operator == "<":
        return left < right  # type: ignore[operator]
    if operator == "<=":
        return left <= right  # type: ignore[operator]
    if operator == ">":
        return left > right  # type: ignore[operator]
    return left >= right  # type: ignore[operator]


def _compare_intervals(operator: str, left: Interval, right: Interval) -> Truth:
    if operator in (">", ">="):
        mirrored = "<" if operator == ">" else "<="
        return _compare_intervals(mirrored, right, left)
    if operator == "<":
        return True if left.high < right.low else False if left.low >= right.high else None
    if operator == "<=":
        return True if left.high <= right.low else False if left.low > right.high else None
    apart = left.high < right.low or right.high < left.low
    same = left.low == left.high == right.low == right.high
    equal: Truth = False if apart else True if same else None
    if operator == "==":
        return equal
    return None if equal is None else not equal


def number_of(value: Quantity | None, base_currency: str) -> Fraction | None:
    """Return a value as an exact number: money in the pack's currency, dates as days.

    >>> number_of(0.5, "USD")
    Fraction(1, 2)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return Fraction(value) if math.isfinite(value) else None
    if isinstance(value, dt.date):
        return Fraction(value.toordinal())
    if isinstance(value, str):
        try:
            return Fraction(dt.date.fromisoformat(value).toordinal())
        except ValueError:
            return None
    if isinstance(value, Money):
        if value.currency == base_currency:
            return Fraction(value.amount)
        return None if value.rate is None else Fraction(value.amount) * Fraction(value.rate)
    if isinstance(value, Amount):
        return Fraction(value.amount) if value.currency in (None, base_currency) else None
    return None


def folded(text: str) -> str:
    """Return a text as `contains` compares it: in lower case.

    Two letters are treated by hand, since engines differ on them: the dotted capital I, and the
    sigma at the end of a word.

    >>> folded("BASE en Ática")
    'base en ática'
    """
    return text.replace("İ", "i").lower().replace("ς", "σ")
