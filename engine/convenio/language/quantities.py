"""Numbers that may be known only as an interval, and money in several currencies."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass

from convenio.facts.values import Money, Place
from convenio.language.truth import Truth


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from `low` to `high`, both included; `high` may be infinite."""

    low: float
    high: float


Number = int | float
Quantity = Number | Interval | Money | str | bool | dt.date | Place | tuple[str, ...]
"""What an expression may evaluate to, where it is not unknown."""


def in_account(money: Money, account: str) -> float | None:
    """Return an amount in the currency of account, or None where no rate is stated."""
    if money.currency == account:
        return money.amount
    return None if money.rate is None else money.amount * money.rate


def same_measure(left: Quantity, right: Quantity, account: str) -> tuple[Quantity, Quantity] | None:
    """Bring two sides of a comparison or sum to plain numbers; None where that is impossible.

    Two amounts in one currency are compared as they are; otherwise both are converted.
    """
    if isinstance(left, Money) and isinstance(right, Money) and left.currency == right.currency:
        return left.amount, right.amount
    sides = []
    for side in (left, right):
        value = in_account(side, account) if isinstance(side, Money) else side
        if value is None:
            return None
        sides.append(value)
    return sides[0], sides[1]


def compute(operator: str, left: Quantity, right: Quantity, account: str) -> Quantity | None:
    """Return `left operator right`; None where a rate is missing or the divisor may be 0."""
    if isinstance(left, Money) or isinstance(right, Money):
        return _compute_money(operator, left, right, account)
    if isinstance(left, Interval) or isinstance(right, Interval):
        return _compute_interval(operator, _interval(left), _interval(right))
    return _compute_numbers(operator, float(left), float(right))  # type: ignore[arg-type]


def _compute_numbers(operator: str, left: float, right: float) -> float | None:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*":
        return left * right
    return None if right == 0 else left / right


def _compute_money(operator: str, left: Quantity, right: Quantity, account: str) -> Quantity | None:
    if isinstance(left, Money) and isinstance(right, Money):
        if operator == "/":
            pair = same_measure(left, right, account)
            return None if pair is None else compute("/", pair[0], pair[1], account)
        if left.currency == right.currency:
            amount = compute(operator, left.amount, right.amount, account)
            return Money(amount, left.currency) if isinstance(amount, float) else None
        pair = same_measure(left, right, account)
        amount = None if pair is None else compute(operator, pair[0], pair[1], account)
        return Money(amount, account) if isinstance(amount, float) else None
    if isinstance(left, Interval) or isinstance(right, Interval):
        # An amount known only as an interval is carried in the currency of account.
        pair = same_measure(left, right, account)
        return None if pair is None else compute(operator, pair[0], pair[1], account)
    money = left if isinstance(left, Money) else right
    assert isinstance(money, Money)
    sides = [side.amount if isinstance(side, Money) else side for side in (left, right)]
    amount = compute(operator, sides[0], sides[1], account)
    if not isinstance(amount, float):
        return None
    return Money(amount, money.currency, money.rate, money.rate_date)


def _interval(value: Quantity) -> Interval:
    if isinstance(value, Interval):
        return value
    number = float(value)  # type: ignore[arg-type]
    return Interval(number, number)


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
    """Return whether a comparison holds; for intervals, whether it holds throughout."""
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
