"""Three-valued truth of a column: a Boolean expression in which null stands for unknown.

What does not depend on the row is kept as True, False or None and folded away, so that a fact
which no column states costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

from convenio.backends.frames.namespace import ns
from convenio.language import truth as plain

Truth = ns.Expr | bool | None
Number = ns.Expr | int
"""How many of some truths are T; plain where it is the same in every row."""


def expression(truth: Truth) -> ns.Expr:
    """Return a truth as an expression."""
    return truth if isinstance(truth, ns.Expr) else ns.lit(truth, dtype=ns.Boolean)


def negate(truth: Truth) -> Truth:
    """Return T for F, F for T, U for U."""
    return ~truth if isinstance(truth, ns.Expr) else plain.negate(truth)


def conjunction(truths: Iterable[Truth]) -> Truth:
    """Return F if any is F, else U if any is U, else T."""
    return _joined(truths, False, ns.Expr.__and__)


def disjunction(truths: Iterable[Truth]) -> Truth:
    """Return T if any is T, else U if any is U, else F."""
    return _joined(truths, True, ns.Expr.__or__)


def _joined(
    truths: Iterable[Truth], decisive: bool, join: Callable[[ns.Expr, ns.Expr], ns.Expr]
) -> Truth:
    """Return `decisive` if any part is, else U if any is U, else the opposite."""
    constants: set[bool | None] = set()
    columns: list[ns.Expr] = []
    for truth in truths:
        if isinstance(truth, ns.Expr):
            columns.append(truth)
        else:
            constants.add(truth)
    if decisive in constants:
        return decisive
    if not columns:
        return None if None in constants else not decisive
    if None in constants:
        columns.append(expression(None))
    return reduce(join, columns)


def threshold(count: int, truths: Sequence[Truth]) -> Truth:
    """Return T if `count` are T, F if fewer than `count` are T or U, else U."""
    if count == 1:
        return disjunction(truths)
    if count == len(truths):
        return conjunction(truths)
    constants = [truth for truth in truths if not isinstance(truth, ns.Expr)]
    if len(constants) == len(truths):
        return plain.threshold(count, constants)
    true_count = total([certain(truth) for truth in truths])
    possible_count = total([possibly(truth) for truth in truths])
    return choose(
        (at_least(true_count, count), True),
        (at_least(possible_count, count), None),
        otherwise=False,
    )


def certain(truth: Truth) -> Truth:
    """Return whether a truth is T: a column without nulls."""
    return truth.fill_null(False) if isinstance(truth, ns.Expr) else truth is True


def possibly(truth: Truth) -> Truth:
    """Return whether a truth is T or U: a column without nulls."""
    return truth.fill_null(True) if isinstance(truth, ns.Expr) else truth is not False


def unknown(truth: Truth) -> Truth:
    """Return whether a truth is U."""
    return truth.is_null() if isinstance(truth, ns.Expr) else truth is None


# --- numbers of truths -----------------------------------------------------------------------

_IN_ONE_BYTE = 127


def total(truths: Sequence[Truth], most: int | None = None) -> Number:
    """Return how many truths are T, in as few bytes as hold the number: most time goes on bytes.

    `most` is the largest number that others, which are to be added, bring it to.
    """
    kind = ns.Int8 if (len(truths) if most is None else most) <= _IN_ONE_BYTE else ns.Int16
    one, none = ns.lit(1, dtype=kind), ns.lit(0, dtype=kind)
    count: Number = sum(truth is True for truth in truths)
    for truth in truths:
        if isinstance(truth, ns.Expr):
            count = plus(count, ns.when(truth).then(one).otherwise(none))
    return count


def plus(left: Number, right: Number) -> Number:
    """Return the sum of two numbers of truths."""
    if isinstance(left, int) and left == 0:
        return right
    return left if isinstance(right, int) and right == 0 else left + right


def minus(left: Number, right: Number) -> Number:
    """Return the difference of two numbers of truths."""
    if isinstance(right, int):
        return left if right == 0 else left - right
    return right * -1 + left


def at_least(number: Number, count: int) -> Truth:
    """Return whether a number of truths is that large."""
    return number >= count


def as_number(number: Number, kind: Any) -> ns.Expr:
    """Return a number of truths as an expression of one kind."""
    return ns.lit(number, dtype=kind) if isinstance(number, int) else number.cast(kind)


def choose(*cases: tuple[Truth, Truth], otherwise: Truth) -> Truth:
    """Return the truth that stands beside the first test that is T."""
    result = otherwise
    for test, value in reversed(cases):
        if not isinstance(test, ns.Expr):
            result = value if test is True else result
        else:
            result = ns.when(test).then(expression(value)).otherwise(expression(result))
    return result
