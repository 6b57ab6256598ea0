"""Conditions over columns: each becomes one Boolean column in which null stands for unknown.

What is asked of lists stands in `lists.py`, the functions of the language in `functions.py`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from convenio.backends.frames import logic
from convenio.backends.frames import values as v
from convenio.backends.frames.columns import AS_OF
from convenio.backends.frames.dialects import Dialect
from convenio.backends.frames.functions import SET_TESTS, call
from convenio.backends.frames.lists import Lists
from convenio.backends.frames.logic import Truth, choose, disjunction, expression, negate
from convenio.backends.frames.namespace import ns
from convenio.backends.frames.quantifiers import set_tests_in
from convenio.backends.frames.reading import member_column
from convenio.backends.frames.scope import Key, Scope, known_members
from convenio.backends.frames.tables import Table
from convenio.facts.catalogue import Catalogue
from convenio.language import syntax as s
from convenio.language.functions import FUNCTIONS
from convenio.language.logic import connect


class Compiler:
    """Turns conditions into columns for one set of tables."""

    def __init__(
        self,
        catalogue: Catalogue,
        base_currency: str,
        dialect: Dialect,
        tables: Mapping[str, Table],
        texts: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.catalogue = catalogue
        self.base_currency = base_currency
        self.dialect = dialect
        self.numbers: Iterator[int] = itertools.count()
        self._texts = texts
        self._lists = Lists(self, tables)

    # --- preparing -----------------------------------------------------------------------

    def prepare(self, scope: Scope, conditions: Sequence[s.Expression]) -> Scope:
        """Return the scope with the columns that these conditions need beside those it has."""
        return self._with_set_tests(self._lists.prepare(scope, conditions), conditions)

    def _with_set_tests(self, scope: Scope, conditions: Sequence[s.Expression]) -> Scope:
        added: dict[str, Any] = {}
        computed: dict[Key, Any] = {}
        for node in dict.fromkeys(part for c in conditions for part in set_tests_in(c)):
            if scope.key(node) in scope.computed:
                continue
            test = self._set_test(node, scope)
            if test is not None:
                name = f"set{next(self.numbers)}"
                added[name], computed[scope.key(node)] = test, name
        if not added:
            return scope
        return replace(
            scope,
            frame=self.dialect.with_columns(scope.frame, added),
            computed={**scope.computed, **computed},
        )

    def _set_test(self, node: s.Expression, scope: Scope) -> Any:
        """Return what only the engine's own words can say of two columns; None where none does."""
        if isinstance(node, s.Call):
            left, right = map(scope.column, node.arguments)
            return SET_TESTS[node.function](self.dialect, left, right) if left and right else None
        assert isinstance(node, s.In)
        container, item = scope.column(node.container), scope.column(node.item)
        return self.dialect.holds(container, item) if container and item else None

    # --- conditions ----------------------------------------------------------------------

    def condition(self, node: s.Expression, scope: Scope) -> Truth:
        """Return the truth of a condition; `prepare` must have been called with it."""
        match node:
            case s.Literal(value):
                return bool(value)
            case s.Not() | s.And() | s.Or() | s.AtLeast():
                return connect(node, lambda part: self.condition(part, scope), logic)
            case s.Path() | s.Field():
                name = scope.column(node)
                return ns.col(name) if name else None
            case s.Compare(operator, left, right):
                return self._compare(operator, self.value(left, scope), self.value(right, scope))
            case s.In():
                return self._in(node, scope)
            case s.Call():
                truth: Truth = call(self, node, scope)
                return truth
            case s.Quantified():
                return self._lists.quantified(node, scope)
        raise AssertionError(f"no condition: {type(node).__name__}")

    def _compare(self, operator: str, left: v.Value, right: v.Value) -> Truth:
        if isinstance(left, v.Statement) and isinstance(right, v.Statement):
            return _same_truth(operator, left.truth, right.truth)
        if isinstance(left, v.Day) or isinstance(right, v.Day):
            return v.compare_days(operator, v.day_of(left), v.day_of(right))
        if isinstance(left, v.Text) and isinstance(right, v.Text):
            return _compare_texts(operator, left, right)
        if isinstance(left, v.Interval) or isinstance(right, v.Interval):
            return v.compare_intervals(operator, v.as_interval(left), v.as_interval(right))
        return v.compare(operator, *v.measured(left, right, self.base_currency))

    def _in(self, node: s.In, scope: Scope) -> Truth:
        if isinstance(node.container, s.Choices):
            item = self.value(node.item, scope)
            choices = node.container.values
            if isinstance(item, v.Text) and isinstance(item.text, ns.Expr):
                return item.text.is_in([str(choice) for choice in choices])
            literals = [self.value(s.Literal(choice), scope) for choice in choices]
            return disjunction([self._compare("==", item, literal) for literal in literals])
        name = scope.column(node.container)
        if name is None:
            return None
        if isinstance(node.item, s.Literal):
            inside: ns.Expr = ns.col(member_column(name, str(node.item.value)))
        elif scope.key(node) in scope.computed:
            inside = ns.col(scope.computed[scope.key(node)])
        else:
            return None
        if scope.has(f"{name}__complete"):
            still_open = negate(ns.col(f"{name}__complete"))
            return choose((inside, True), (still_open, None), otherwise=inside)
        return inside

    # --- values --------------------------------------------------------------------------

    def value(self, node: s.Expression, scope: Scope) -> v.Value:
        """Return a side of a comparison."""
        match node:
            case s.Literal(value):
                if isinstance(value, bool):
                    return v.Statement(value)
                return v.Text(value) if isinstance(value, str) else v.Number(float(value))
            case s.Path() | s.Field():
                return self._fact(node, scope)
            case s.Arithmetic(operator, left, right):
                return self._arithmetic(operator, self.value(left, scope), self.value(right, scope))
            case s.Call(function) if FUNCTIONS[function].is_number:
                number: v.Number | v.Interval = call(self, node, scope)
                return number
            case s.Count():
                return self._lists.count(node, scope)
            case s.Sum():
                return self._lists.sum(node, scope)
        return v.Statement(self.condition(node, scope))

    def _arithmetic(self, operator: str, left: v.Value, right: v.Value) -> v.Value:
        if isinstance(left, v.Amount) or isinstance(right, v.Amount):
            return v.compute_money(operator, left, right, self.base_currency)
        if isinstance(left, v.Interval) or isinstance(right, v.Interval):
            return v.compute_interval(operator, v.as_interval(left), v.as_interval(right))
        assert isinstance(left, v.Number)
        assert isinstance(right, v.Number)
        return v.Number(v.compute(operator, left.figure, right.figure))

    def _fact(self, node: s.Path | s.Field, scope: Scope) -> v.Value:
        base = scope.base(node)
        if isinstance(node, s.Path) and node.path == AS_OF:
            return v.Day(ns.col(AS_OF) if AS_OF in scope.columns else None)
        declaration = scope.declaration(node, self.catalogue)
        kind = declaration.type.kind
        if kind == "place":
            axes = [f"{base}__{axis}" for axis in "xyz"]
            if not scope.has(axes[0]):
                return v.Point(None)
            return v.Point((ns.col(axes[0]), ns.col(axes[1]), ns.col(axes[2])))
        column = ns.col(base) if scope.has(base) else None
        if kind == "money":
            if not scope.has(f"{base}__currency"):
                return v.Amount(column, None, column)
            return v.Amount(column, ns.col(f"{base}__currency"), ns.col(f"{base}__in_base"))
        if kind == "date":
            last = f"{base}__last"
            return v.Day(column, ns.col(last) if scope.has(last) else None)
        if kind == "bool":
            return v.Statement(column)
        if kind in ("integer", "number"):
            return v.Number(column)
        if isinstance(node, s.Path) and node.path in scope.presumed and kind != "text":
            return v.Text(column, known_members(declaration, self.catalogue))
        return v.Text(column, self._texts.get(scope.table_name(node), ()))


def _same_truth(operator: str, left: Truth, right: Truth) -> Truth:
    if left is None or right is None:
        return None
    if not isinstance(left, ns.Expr) and not isinstance(right, ns.Expr):
        return (left == right) == (operator == "==")
    sides = (expression(left), expression(right))
    return sides[0] == sides[1] if operator == "==" else sides[0] != sides[1]


def _compare_texts(operator: str, left: v.Text, right: v.Text) -> Truth:
    if left.text is None or right.text is None:
        return None
    if isinstance(left.text, str) and isinstance(right.text, str):
        return (left.text == right.text) == (operator == "==")
    first, second = left.text, right.text
    if left.members != right.members and isinstance(first, ns.Expr) and isinstance(second, ns.Expr):
        first, second = first.cast(ns.String), second.cast(ns.String)
    if isinstance(first, str):
        first, second = second, first
    assert isinstance(first, ns.Expr)
    return first == second if operator == "==" else first != second
