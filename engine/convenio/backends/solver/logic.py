"""Truths on two rails as terms of Z3."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

from convenio.errors import UsageError
from convenio.messages import say

Bool = Any
"""A Python bool or a Z3 Boolean."""


def load_z3() -> Any:
    """Return the solver's module.

    Raises UsageError where it is not installed.
    """
    try:
        import z3
    except ModuleNotFoundError:
        raise UsageError(say("this needs the solver: pip install 'convenio[solver]'")) from None
    return z3


class Pair(NamedTuple):
    """A truth on two rails: what is possibly true, and what certainly is."""

    possible: Bool
    certain: Bool


class BooleanLogic:
    """Z3's Boolean terms, or Python's where a part is constant."""

    def __init__(self, z3: Any) -> None:
        self.z3 = z3

    def negate(self, value: Bool) -> Bool:
        """Return the negation."""
        return not value if isinstance(value, bool) else self.z3.Not(value)

    def conjunction(self, values: Iterable[Bool]) -> Bool:
        """Return the conjunction."""
        terms = [value for value in values if value is not True]
        if any(term is False for term in terms):
            return False
        return True if not terms else terms[0] if len(terms) == 1 else self.z3.And(terms)

    def disjunction(self, values: Iterable[Bool]) -> Bool:
        """Return the disjunction."""
        terms = [value for value in values if value is not False]
        if any(term is True for term in terms):
            return True
        return False if not terms else terms[0] if len(terms) == 1 else self.z3.Or(terms)

    def threshold(self, count: int, values: Iterable[Bool]) -> Bool:
        """Return whether so many parts hold."""
        terms = [value for value in values if value is not False]
        certain = sum(term is True for term in terms)
        open_ = [term for term in terms if term is not True]
        if certain >= count:
            return True
        if certain + len(open_) < count:
            return False
        return self.z3.AtLeast(*open_, count - certain)


class PairLogic:
    """Kleene's operations on pairs: each rail is a logic of two values."""

    def __init__(self, rail: BooleanLogic) -> None:
        self._rail = rail

    def negate(self, value: Pair) -> Pair:
        """Return Kleene's not: what may be false is what is not certain."""
        return Pair(self._rail.negate(value.certain), self._rail.negate(value.possible))

    def conjunction(self, values: Sequence[Pair]) -> Pair:
        """Return Kleene's and."""
        return self._on_each_rail(self._rail.conjunction, values)

    def disjunction(self, values: Sequence[Pair]) -> Pair:
        """Return Kleene's or."""
        return self._on_each_rail(self._rail.disjunction, values)

    def threshold(self, count: int, values: Sequence[Pair]) -> Pair:
        """Return `at_least`."""
        return self._on_each_rail(partial(self._rail.threshold, count), values)

    def _on_each_rail(
        self, operation: Callable[[Iterable[Bool]], Bool], values: Sequence[Pair]
    ) -> Pair:
        return Pair(
            operation([value.possible for value in values]),
            operation([value.certain for value in values]),
        )


def constant(truth: bool | None) -> Pair:
    """Return a truth that does not depend on any variable."""
    return Pair(truth is not False, truth is True)
