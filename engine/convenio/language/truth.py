"""Kleene's three-valued logic. True, False, and None for unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Truth = bool | None

CODE_OF: Mapping[Truth, int] = {False: 0, None: 1, True: 3}
"""Truth as two bits, "possibly" and "certainly", so that `&` and `|` are Kleene's and, or."""

TRUTH_OF: tuple[Truth, ...] = (False, None, None, True)
"""The truth of each code; 2, certain and not possible, does not occur."""


def negate(value: Truth) -> Truth:
    """Return T for F, F for T, U for U."""
    return None if value is None else not value


def conjunction(values: Iterable[Truth]) -> Truth:
    """Return F if any is F, else U if any is U, else T (also for none at all)."""
    result: Truth = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def disjunction(values: Iterable[Truth]) -> Truth:
    """Return T if any is T, else U if any is U, else F (also for none at all)."""
    result: Truth = False
    for value in values:
        if value is True:
            return True
        if value is None:
            result = None
    return result


def threshold(count: int, values: Iterable[Truth]) -> Truth:
    """Return T if `count` values are T, F if fewer than `count` are T or U, else U."""
    true = unknown = 0
    for value in values:
        true += value is True
        unknown += value is None
    if true >= count:
        return True
    return None if true + unknown >= count else False
