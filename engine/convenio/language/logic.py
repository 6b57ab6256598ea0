"""Kleene's four operations over whatever a target calls a truth.

A target says what its truths are (plain ones, the text of a Python expression, a column, a pair of
terms of the solver) and how the four are done with them; the walk over a condition is done here,
once. The table of the logic itself is `truth.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from convenio.language import syntax as s
from convenio.language import truth
from convenio.language.formula import All, AnyOf, AtLeastOf, Atom, Formula
from convenio.language.truth import Truth

T = TypeVar("T")


class Logic(Protocol[T]):
    """What a target does with its truths. Of no value at all, `and` is T and `or` is F."""

    def negate(self, value: T, /) -> T:
        """Return T for F, F for T, U for U."""
        ...

    def conjunction(self, values: Sequence[T], /) -> T:
        """Return F if any is F, else U if any is U, else T."""
        ...

    def disjunction(self, values: Sequence[T], /) -> T:
        """Return T if any is T, else U if any is U, else F."""
        ...

    def threshold(self, count: int, values: Sequence[T], /) -> T:
        """Return T if `count` values are T, F if fewer than `count` are T or U, else U."""
        ...


KLEENE: Logic[Truth] = truth
"""The logic of plain truths. Of `True` and `False` alone it is that of two values."""


def fold(formula: Formula, atom: Callable[[int], T], logic: Logic[T]) -> T:
    """Return the truth of a formula from that of its atoms, which `atom` gives by their number.

    >>> from convenio.language.formula import All, Atom
    >>> fold(All((Atom(0), Atom(1, positive=False))), [True, False].__getitem__, KLEENE)
    True
    """
    match formula:
        case Atom(number, positive):
            value = atom(number)
            return value if positive else logic.negate(value)
        case All(parts):
            return logic.conjunction([fold(part, atom, logic) for part in parts])
        case AnyOf(parts):
            return logic.disjunction([fold(part, atom, logic) for part in parts])
        case AtLeastOf(count, parts, positive):
            value = logic.threshold(count, [fold(part, atom, logic) for part in parts])
            return value if positive else logic.negate(value)


def connect(node: s.Connective, part: Callable[[s.Expression], T], logic: Logic[T]) -> T:
    """Return the truth of a `not`, `and`, `or` or `at_least` from that of the parts within."""
    match node:
        case s.Not(operand):
            return logic.negate(part(operand))
        case s.And(operands):
            return logic.conjunction([part(operand) for operand in operands])
        case s.Or(operands):
            return logic.disjunction([part(operand) for operand in operands])
        case s.AtLeast(count, operands):
            return logic.threshold(count, [part(operand) for operand in operands])
