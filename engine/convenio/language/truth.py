"""Kleene's three-valued logic. True, False, and None for unknown."""

from __future__ import annotations

from collections.abc import Iterable

Truth = bool | None


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
