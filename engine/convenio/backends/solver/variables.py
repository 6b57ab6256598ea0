"""What a fact that may take several values must say of itself to the solver."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from convenio.backends.solver.logic import Bool
from convenio.facts.case import StatedFact
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator
from convenio.language.rows import Rows

MAX_MEMBERS = 8
"""Members of one set that a single condition may name."""


class Number(NamedTuple):
    """A number as a Z3 term or an exact Python number, and whether it is known."""

    term: Any
    known: Bool


@dataclass(frozen=True)
class Class:
    """Values of a variable that no condition tells apart, and when the variable is among them."""

    chosen: Bool
    stated: StatedFact | None
    evaluator: Evaluator


class Variable(Protocol):
    """A fact that may take several values."""

    path: str
    known: Bool
    """Whether the fact has a value."""

    def domain(self) -> list[Bool]:
        """Return what always holds of the variable."""
        ...

    def classes(self, condition: s.Expression, rows: Rows, /) -> Sequence[Class]:
        """Return classes of values between which a condition that reads no other does not change.

        They cover all values that the variable may have.
        """
        ...

    def number(self) -> Number | None:
        """Return the variable as a number, where it is one."""
        ...

    def members(self) -> Mapping[str, Bool] | None:
        """Return for each member whether the set holds it, where it is a set that is known."""
        ...


class NoNumberNoSet:
    """For variables that are neither a number nor a set whose members are all known."""

    def number(self) -> Number | None:
        """Return None: it is no number."""
        return None

    def members(self) -> Mapping[str, Bool] | None:
        """Return None: it is no set that is wholly known."""
        return None
