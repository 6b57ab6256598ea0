"""The rows on which conditions are computed, and what their columns are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from convenio.backends.frames.columns import column_name
from convenio.backends.frames.dialects import Dialect
from convenio.backends.frames.logic import Truth
from convenio.backends.frames.namespace import Frame
from convenio.backends.frames.values import Value
from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.language import syntax as s

PRESUMED = "presumed__"
"""Before the names of columns that hold a fact as it is presumed where it is open."""

Key = tuple[s.Expression, tuple[tuple[str, tuple[str, str]], ...]]
"""A part of a condition, and the rows that it speaks of."""


@dataclass(frozen=True)
class Scope:
    """The rows on which conditions are computed: cases, or elements of lists within cases.

    `keys` tell the rows apart. `variables` map each bound name to the list that it runs over and
    to what stands before the names of its columns. `computed` holds what has been added already:
    the parts of a quantifier, or the column of a test that only the engine's own words can make.
    `facts` are the same rows without what was joined to them, where that shortens a plan.
    `presumed` are facts of the case that are read as presumed; their columns begin otherwise.
    """

    frame: Frame
    keys: tuple[str, ...]
    columns: frozenset[str]
    variables: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    computed: Mapping[Key, Any] = field(default_factory=dict)
    facts: Frame | None = None
    presumed: frozenset[str] = frozenset()

    def key(self, node: s.Expression) -> Key:
        """Return what tells a part from the same words about other rows, or read otherwise."""
        variables = tuple(sorted(self.variables.items()))
        if self.presumed and not self.presumed.isdisjoint(s.paths_of(node)):
            return node, (*variables, ("", ("", PRESUMED)))
        return node, variables

    # --- names ---------------------------------------------------------------------------

    def has(self, name: str) -> bool:
        """Return whether there is such a column."""
        return name in self.columns

    def of_path(self, path: str) -> str:
        """Return how the names of the columns of a case's fact begin, as it is read here."""
        return (PRESUMED if path in self.presumed else "") + column_name(path)

    def base(self, node: s.Path | s.Field) -> str:
        """Return how the names of a fact's columns begin, as it is read here."""
        if isinstance(node, s.Path):
            return self.of_path(node.path)
        return self.variables[node.variable][1] + node.name

    def stated_base(self, node: s.Path | s.Field) -> str:
        """Return how the names of the columns begin that tell what is stated of a fact."""
        return column_name(node.path) if isinstance(node, s.Path) else self.base(node)

    def table_name(self, node: s.Path | s.Field) -> str:
        """Return how a fact's column is called in its own table: `path`, or `list[].field`."""
        if isinstance(node, s.Path):
            return self.of_path(node.path)
        return f"{self.variables[node.variable][0]}[].{node.name}"

    def column(self, node: s.Expression) -> str | None:
        """Return the column of a fact with one plain value; None where no column tells it."""
        if not isinstance(node, s.Path | s.Field):
            return None
        name = self.base(node)
        return name if name in self.columns else None

    def declaration(self, node: s.Path | s.Field, catalogue: Catalogue) -> FactDeclaration:
        """Return what the catalogue says of a fact or field."""
        if isinstance(node, s.Path):
            return catalogue.facts[node.path]
        path = self.variables[node.variable][0]
        return catalogue.records[catalogue.facts[path].type.record][node.name]


def known_members(declaration: FactDeclaration, catalogue: Catalogue) -> tuple[str, ...]:
    """Return every text that a fact of an enum, or a country, may have."""
    kinds = declaration.type
    return kinds.members if "enum" in (kinds.kind, kinds.element) else catalogue.actors


class ColumnCompiler(Protocol):
    """What makes columns of conditions, as those see it who make columns of their parts."""

    catalogue: Catalogue
    base_currency: str
    dialect: Dialect
    numbers: Iterator[int]

    def prepare(self, scope: Scope, conditions: Sequence[s.Expression]) -> Scope:
        """Return the scope with the columns that these conditions need beside those it has."""
        ...

    def condition(self, node: s.Expression, scope: Scope) -> Truth:
        """Return the truth of a condition; `prepare` must have been called with it."""
        ...

    def value(self, node: s.Expression, scope: Scope) -> Value:
        """Return a side of a comparison."""
        ...
