"""Three-valued truth of a column: a Boolean expression in which null stands for unknown.

What does not depend on the row is kept as True, False or None and folded away, so that a fact
which no column states costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import narwhals as nw

Truth = nw.Expr | bool | None


def expression(truth: Truth) -> nw.Expr:
    """Return a truth as an expression."""
    return truth if isinstance(truth, nw.Expr) else nw.lit(truth, dtype=nw.Boolean)


def negate(truth: Truth) -> Truth:
    """Return T for F, F for T, U for U."""
    if isinstance(truth, nw.Expr):
        return ~truth
    return None if truth is None else not truth


def conjunction(truths: Iterable[Truth]) -> Truth:
    """Return F if any is F, else U if any is U, else T."""
    constants, columns = _split(truths)
    if False in constants:
        return False
    if None in constants:
        columns.append(expression(None))
    return _combined(columns, True, nw.Expr.__and__)


def disjunction(truths: Iterable[Truth]) -> Truth:
    """Return T if any is T, else U if any is U, else F."""
    constants, columns = _split(truths)
    if True in constants:
        return True
    if None in constants:
        columns.append(expression(None))
    return _combined(columns, False, nw.Expr.__or__)


def _split(truths: Iterable[Truth]) -> tuple[set[bool | None], list[nw.Expr]]:
    constants: set[bool | None] = set()
    columns: list[nw.Expr] = []
    for truth in truths:
        if isinstance(truth, nw.Expr):
            columns.append(truth)
        else:
            constants.add(truth)
    return constants, columns


def _combined(columns: Sequence[nw.Expr], empty: bool, operator: object) -> Truth:
    if not columns:
        return empty
    result = columns[0]
    for column in columns[1:]:
        result = operator(result, column)  # type: ignore[operator]
    return result


def threshold(count: int, truths: Sequence[Truth]) -> Truth:
    """Return T if `count` are T, F if fewer than `count` are T or U, else U."""
    if count == 1:
        return disjunction(truths)
    if count == len(truths):
        return conjunction(truths)
    if not any(isinstance(truth, nw.Expr) for truth in truths):
        true = sum(truth is True for truth in truths)
        possible = sum(truth is not False for truth in truths)
        return True if true >= count else None if possible >= count else False
    true_count = total(certain(truth) for truth in truths)
    possible_count = total(possibly(truth) for truth in truths)
    return choose((true_count >= count, True), (possible_count >= count, None), otherwise=False)


def certain(truth: Truth) -> Truth:
    """Return whether a truth is T: a column without nulls."""
    return truth.fill_null(False) if isinstance(truth, nw.Expr) else truth is True


def possibly(truth: Truth) -> Truth:
    """Return whether a truth is T or U: a column without nulls."""
    return truth.fill_null(True) if isinstance(truth, nw.Expr) else truth is not False


def unknown(truth: Truth) -> Truth:
    """Return whether a truth is U."""
    return truth.is_null() if isinstance(truth, nw.Expr) else truth is None


def total(truths: Iterable[Truth]) -> nw.Expr:
    """Return how many of two-valued truths are T."""
    constant = 0
    result: nw.Expr | None = None
    for truth in truths:
        if isinstance(truth, nw.Expr):
            one, none = nw.lit(1, dtype=nw.Int16), nw.lit(0, dtype=nw.Int16)
            number = nw.when(truth).then(one).otherwise(none)
            result = number if result is None else result + number
        else:
            constant += truth is True
    if result is None:
        return nw.lit(constant, dtype=nw.Int16)
    return result + nw.lit(constant, dtype=nw.Int16) if constant else result


def choose(*cases: tuple[Truth, Truth], otherwise: Truth) -> Truth:
    """Return the truth that stands beside the first test that is T."""
    result = otherwise
    for test, value in reversed(cases):
        if not isinstance(test, nw.Expr):
            result = value if test is True else result
        else:
            result = nw.when(test).then(expression(value)).otherwise(expression(result))
    return result
