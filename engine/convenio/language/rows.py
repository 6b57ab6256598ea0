"""The rows of lists that conditions look at, and what was read of one side of a test."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from convenio.facts.case import Element
from convenio.language import syntax as s
from convenio.language.quantities import Quantity
from convenio.language.trace import Leaf, Trace

ListState = Literal["absent", "empty", "known", "open"]


class Operand(NamedTuple):
    """One side of an atom: its value (None: unknown), the facts read, elements looked at."""

    value: Quantity | None
    leaves: tuple[Leaf, ...] = ()
    complete: bool = True
    traces: tuple[Trace, ...] = ()


class Row:
    """One element of a list under its name (`activities[1]`), and what was read of its fields."""

    __slots__ = ("element", "name", "read")

    def __init__(self, name: str, element: Element) -> None:
        self.name = name
        self.element = element
        self.read: dict[str, Operand] = {}


Rows = Mapping[str, Row]
NO_ROWS: Rows = {}


@dataclass(frozen=True, slots=True)
class Lists:
    """The rows that a quantifier looks at. `open` holds the lists that may go on."""

    bindings: tuple[s.Binding, ...]
    elements: tuple[tuple[Row, ...], ...]
    empty: tuple[Leaf, ...] = ()
    absent: tuple[Leaf, ...] = ()
    open: tuple[Leaf, ...] = ()

    def combinations(self, rows: Rows) -> list[tuple[Rows, tuple[Row, ...]]]:
        """Return each choice of one row from every list, as a scope and as the rows chosen."""
        if self.empty:
            return []
        if len(self.bindings) == 1:
            variable = self.bindings[0].variable
            return [({**rows, variable: row}, (row,)) for row in self.elements[0]]
        variables = [binding.variable for binding in self.bindings]
        return [
            ({**rows, **dict(zip(variables, chosen, strict=True))}, chosen)
            for chosen in itertools.product(*self.elements)
        ]
