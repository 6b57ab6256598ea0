"""Conditions over columns: each becomes one Boolean column in which null stands for unknown.

What looks at the rows of a list is computed on the list's child table and brought back by the
case's id: all such parts of one list share one grouping.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from convenio.backends.frames import values as v
from convenio.backends.frames.columns import AS_OF, POSITION, column_name
from convenio.backends.frames.dialects import Dialect
from convenio.backends.frames.logic import (
    Truth,
    certain,
    choose,
    conjunction,
    disjunction,
    expression,
    negate,
    possibly,
    threshold,
    unknown,
)
from convenio.backends.frames.namespace import Frame, ns
from convenio.backends.frames.quantifiers import (
    Quantifier,
    own_parts,
    quantifiers_in,
    reads_outside,
    set_tests_in,
    speaks_of_lists,
)
from convenio.backends.frames.reading import member_column
from convenio.backends.frames.tables import Table
from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.values import chord_of
from convenio.language import syntax as s
from convenio.language.quantities import folded

_Key = tuple[s.Expression, tuple[tuple[str, tuple[str, str]], ...]]


@dataclass(frozen=True)
class Scope:
    """The rows on which conditions are computed: cases, or elements of lists within cases.

    `keys` tell the rows apart. `variables` map each bound name to the list that it runs over and
    to what stands before the names of its columns. `computed` holds what has been added already:
    the parts of a quantifier, or the column of a test that only the engine's own words can make.
    `facts` are the same rows without what was joined to them, where that shortens a plan.
    """

    frame: Frame
    keys: tuple[str, ...]
    columns: frozenset[str]
    variables: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    computed: Mapping[_Key, Any] = field(default_factory=dict)
    facts: Frame | None = None

    def key(self, node: s.Expression) -> _Key:
        """Return what tells a part from the same words about other rows."""
        return node, tuple(sorted(self.variables.items()))


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the child table says of one quantifier, as names of columns (None: no rows at all)."""

    true: str | None = None
    unknown: str | None = None
    false: str | None = None
    total: v.Value | None = None
    broken: str | None = None


@dataclass
class _Aggregates:
    """What is computed on the rows of a list, and how it is brought together for each case."""

    staged: dict[str, ns.Expr] = field(default_factory=dict)
    aggregates: dict[str, ns.Expr] = field(default_factory=dict)

    def aggregate(
        self, name: str, column: ns.Expr, function: Callable[[ns.Expr], ns.Expr]
    ) -> ns.Expr:
        """Add a column and what becomes of it; return the result's column."""
        self.staged[name] = column
        self.aggregates[name] = function(ns.col(name))
        return ns.col(name)

    def sum(self, name: str, column: ns.Expr) -> ns.Expr:
        """Add the sum of a column, 0 where there is nothing to add."""
        return self.aggregate(name, column, ns.Expr.sum).fill_null(0.0)

    def count(self, name: str, test: ns.Expr) -> str:
        """Add for how many rows a test holds; return the name of that column."""
        self.aggregate(name, test.cast(ns.Int32), ns.Expr.sum)
        return name


class Compiler:
    """Turns conditions into columns for one set of tables."""

    def __init__(
        self,
        catalogue: Catalogue,
        account: str,
        dialect: Dialect,
        tables: Mapping[str, Table],
        texts: Mapping[str, tuple[str, ...]],
    ) -> None:
        self._catalogue = catalogue
        self._account = account
        self.dialect = dialect
        self._tables = tables
        self._texts = texts
        self._numbers = itertools.count()

    # --- preparing -----------------------------------------------------------------------

    def prepare(self, scope: Scope, conditions: Sequence[s.Expression]) -> Scope:
        """Return the scope with the columns that these conditions need beside those it has."""
        quantifiers = dict.fromkeys(q for c in conditions for q in quantifiers_in(c))
        groups: dict[tuple[str, ...], list[Quantifier]] = {}
        for quantifier in quantifiers:
            lists = tuple(binding.path for binding in quantifier.bindings)
            groups.setdefault(lists, []).append(quantifier)
        # Each group starts from the same rows: were each to start from the last one's result, the
        # plan would double with every group.
        frame, computed = scope.frame, dict(scope.computed)
        for lists, members in groups.items():
            grouped, parts = self._group(scope, lists, members)
            computed |= {scope.key(quantifier): part for quantifier, part in parts.items()}
            if grouped is not None:
                frame = frame.join(grouped, on=list(scope.keys), how="left")
        return self._with_set_tests(replace(scope, frame=frame, computed=computed), conditions)

    def _with_set_tests(self, scope: Scope, conditions: Sequence[s.Expression]) -> Scope:
        added: dict[str, Any] = {}
        computed: dict[_Key, Any] = {}
        for node in dict.fromkeys(part for c in conditions for part in set_tests_in(c)):
            test = None
            if scope.key(node) in scope.computed:
                continue
            if isinstance(node, s.Overlaps):
                left, right = self._column(node.left, scope), self._column(node.right, scope)
                if left and right:
                    test = self.dialect.overlap(left, right)
            elif isinstance(node, s.In) and not isinstance(node.container, s.Choices):
                container = self._column(node.container, scope)
                item = self._column(node.item, scope)
                if container and item and not isinstance(node.item, s.Literal):
                    test = self.dialect.holds(container, item)
            if test is not None:
                name = f"set{next(self._numbers)}"
                added[name], computed[scope.key(node)] = test, name
        if not added:
            return scope
        return replace(
            scope,
            frame=self.dialect.with_columns(scope.frame, added),
            computed={**scope.computed, **computed},
        )

    def _group(
        self, scope: Scope, lists: tuple[str, ...], quantifiers: Sequence[Quantifier]
    ) -> tuple[Frame | None, dict[Quantifier, _Parts]]:
        """Return what the quantifiers over the same lists come to, one row for each of a scope."""
        if any(path not in self._tables for path in lists):
            return None, dict.fromkeys(quantifiers, _Parts())
        prefixes = [f"{column_name(path)}{next(self._numbers)}__" for path in lists]
        inner = self._elements(scope, lists, prefixes, quantifiers)
        variables = dict(zip(prefixes, zip(lists, prefixes, strict=True), strict=True))
        inner = replace(inner, variables={**scope.variables, **variables})
        bodies = {quantifier: own_parts(quantifier, prefixes) for quantifier in quantifiers}
        inner = self.prepare(inner, [part for parts in bodies.values() for part in parts])
        truths: dict[str, ns.Expr] = {}
        work = _Aggregates()
        parts: dict[Quantifier, _Parts] = {}
        for quantifier, own in bodies.items():
            number = next(self._numbers)
            if isinstance(quantifier, s.Sum):
                parts[quantifier] = self._sum_parts(own, inner, number, work)
            else:
                truth = f"body{number}"
                truths[truth] = expression(self.condition(own[0], inner))
                parts[quantifier] = _truth_parts(quantifier, ns.col(truth), number, work)
        frame = inner.frame.with_columns(**truths) if truths else inner.frame
        frame = frame.with_columns(**work.staged)
        named = [aggregate.alias(name) for name, aggregate in work.aggregates.items()]
        return frame.group_by(*scope.keys).agg(*named), parts

    def _elements(
        self,
        scope: Scope,
        lists: tuple[str, ...],
        prefixes: Sequence[str],
        quantifiers: Sequence[Quantifier],
    ) -> Scope:
        """Return the rows of the lists, one for each choice of one element from every list."""
        key = scope.keys[0]
        outside = bool(scope.variables) or any(map(reads_outside, quantifiers))
        frame = None
        if outside:
            of_lists = bool(scope.variables) or any(map(speaks_of_lists, quantifiers))
            frame = scope.frame if of_lists or scope.facts is None else scope.facts
        columns: set[str] = set(scope.columns) if outside else set()
        keys = list(scope.keys)
        for path, prefix in zip(lists, prefixes, strict=True):
            table = self._tables[path]
            renamed = table.frame.select(
                ns.col(key), *(ns.col(n).alias(prefix + n) for n in sorted(table.columns - {key}))
            )
            frame = renamed if frame is None else frame.join(renamed, on=key, how="inner")
            columns |= {prefix + name for name in table.columns - {key}}
            keys.append(prefix + POSITION)
        assert frame is not None
        return Scope(
            frame,
            tuple(keys),
            frozenset(columns),
            scope.variables,
            scope.computed if outside else {},
        )

    def _sum_parts(
        self, own: Sequence[s.Expression], scope: Scope, number: int, work: _Aggregates
    ) -> _Parts:
        counts = self.condition(own[1], scope) if len(own) > 1 else True
        term = self.value(own[0], scope)
        assert isinstance(term, v.Number | v.Amount | v.Interval)
        figure = _or_null(term.low if isinstance(term, v.Interval) else term.figure)
        taken = expression(certain(counts))
        missing = conjunction((certain(counts), figure.is_null()))
        broken = work.count(f"broken{number}", expression(disjunction((unknown(counts), missing))))

        def summed(name: str, part: v.Figure) -> ns.Expr:
            return work.sum(f"{name}{number}", ns.when(taken).then(_or_null(part)))

        if isinstance(term, v.Interval):
            interval = v.Interval(summed("low", term.low), summed("high", term.high))
            return _Parts(total=interval, broken=broken)
        total = summed("sum", term.figure)
        if isinstance(term, v.Number):
            return _Parts(total=v.Number(total), broken=broken)
        if term.currency is None:
            return _Parts(total=v.Amount(total, None, total), broken=broken)
        # A sum stays in its currency where all amounts have one; else all are converted.
        worth = summed("worth", term.account)
        lacking = work.count(f"lacking{number}", taken & _or_null(term.account).is_null())
        currency = ns.when(taken).then(term.currency)
        first = work.aggregate(f"first{number}", currency, ns.Expr.min)
        last = work.aggregate(f"last{number}", currency, ns.Expr.max)
        account = ns.when(ns.col(lacking).fill_null(0) == 0).then(worth)
        same = (first == last).fill_null(False)
        figure = ns.when(same).then(total).otherwise(account)
        kept = ns.when(same).then(first).otherwise(ns.lit(self._account))
        return _Parts(total=v.Amount(figure, kept, account), broken=broken)

    # --- conditions ----------------------------------------------------------------------

    def condition(self, node: s.Expression, scope: Scope) -> Truth:
        """Return the truth of a condition; `prepare` must have been called with it."""
        match node:
            case s.Literal(value):
                return bool(value)
            case s.And(operands):
                return conjunction([self.condition(part, scope) for part in operands])
            case s.Or(operands):
                return disjunction([self.condition(part, scope) for part in operands])
            case s.Not(operand):
                return negate(self.condition(operand, scope))
            case s.AtLeast(count, operands):
                return threshold(count, [self.condition(part, scope) for part in operands])
            case s.Path() | s.Field():
                name = self._column(node, scope)
                return ns.col(name) if name else None
            case s.Compare(operator, left, right):
                return self._compare(operator, self.value(left, scope), self.value(right, scope))
            case s.In():
                return self._in(node, scope)
            case s.About(word, operand):
                return self._about(word, operand, scope)
            case s.Overlaps():
                return self._overlaps(node, scope)
            case s.WithinKm(left, right, km):
                return self._within(self.value(left, scope), self.value(right, scope), km)
            case s.Contains(text, word):
                return self._contains(text, word, scope)
            case s.Quantified():
                return self._quantified(node, scope)
        raise AssertionError(f"no condition: {type(node).__name__}")

    def _compare(self, operator: str, left: v.Value, right: v.Value) -> Truth:
        if isinstance(left, v.Statement) and isinstance(right, v.Statement):
            return _same_truth(operator, left.truth, right.truth)
        if isinstance(left, v.Day) or isinstance(right, v.Day):
            sides = [_day(side) for side in (left, right)]
            return v.compare(operator, *sides)
        if isinstance(left, v.Text) and isinstance(right, v.Text):
            return _compare_texts(operator, left, right)
        if isinstance(left, v.Interval) or isinstance(right, v.Interval):
            return v.compare_intervals(operator, v.as_interval(left), v.as_interval(right))
        return v.compare(operator, *v.measured(left, right, self._account))

    def _in(self, node: s.In, scope: Scope) -> Truth:
        if isinstance(node.container, s.Choices):
            item = self.value(node.item, scope)
            choices = node.container.values
            if isinstance(item, v.Text) and isinstance(item.text, ns.Expr):
                return item.text.is_in([str(choice) for choice in choices])
            literals = [self.value(s.Literal(choice), scope) for choice in choices]
            return disjunction([self._compare("==", item, literal) for literal in literals])
        name = self._column(node.container, scope)
        if name is None:
            return None
        if isinstance(node.item, s.Literal):
            inside: ns.Expr = ns.col(self._member(node.container, str(node.item.value), scope))
        elif scope.key(node) in scope.computed:
            inside = ns.col(scope.computed[scope.key(node)])
        else:
            return None
        if self._has(f"{name}__complete", scope):
            still_open = negate(ns.col(f"{name}__complete"))
            return choose((inside, True), (still_open, None), otherwise=inside)
        return inside

    def _member(self, container: s.Expression, member: str, scope: Scope) -> str:
        name = self._column(container, scope)
        assert name is not None
        return member_column(name, member)

    def _overlaps(self, node: s.Overlaps, scope: Scope) -> Truth:
        names = [self._column(side, scope) for side in (node.left, node.right)]
        empty = [
            conjunction((certain(ns.col(f"{name}__none")), self._complete(name, scope)))
            for name in names
            if name is not None
        ]
        is_known = [False if name is None else ~ns.col(name).is_null() for name in names]
        whole = [name is not None and self._complete(name, scope) for name in names]
        decided = conjunction([*is_known, *whole])
        shared: Truth = None
        if scope.key(node) in scope.computed:
            shared = certain(ns.col(scope.computed[scope.key(node)]))
        return choose((disjunction(empty), False), (shared, True), (decided, False), otherwise=None)

    def _complete(self, name: str, scope: Scope) -> Truth:
        column = f"{name}__complete"
        return possibly(ns.col(column)) if self._has(column, scope) else True

    def _about(self, word: str, operand: s.Path | s.Field, scope: Scope) -> Truth:
        declaration = self._declaration(operand, scope)
        base = self._base(operand, scope)
        known: Truth
        if declaration.type.kind == "list":
            known = self._listed(operand.path if isinstance(operand, s.Path) else "", scope)[0]
        else:
            name = f"{base}__x" if declaration.type.kind == "place" else base
            known = ~ns.col(name).is_null() if self._has(name, scope) else False
        undisclosed, asked = (
            certain(ns.col(f"{base}__{part}")) if self._has(f"{base}__{part}", scope) else False
            for part in ("undisclosed", "asked")
        )
        if word == "known":
            return known
        if word == "undisclosed":
            return undisclosed
        return conjunction((asked, negate(known), negate(undisclosed)))

    def _within(self, left: v.Value, right: v.Value, km: float) -> Truth:
        assert isinstance(left, v.Point)
        assert isinstance(right, v.Point)
        if left.axes is None or right.axes is None:
            return None
        x, y, z = (
            (first - second) * (first - second)
            for first, second in zip(left.axes, right.axes, strict=True)
        )
        return (x + y + z).sqrt() <= chord_of(km)

    def _contains(self, node: s.Expression, word: str, scope: Scope) -> Truth:
        text = self.value(node, scope)
        assert isinstance(text, v.Text)
        if not isinstance(text.text, ns.Expr):
            return None if text.text is None else folded(word) in folded(text.text)
        lowered = text.text.str.replace_all("İ", "i", literal=True).str.to_lowercase()
        even = lowered.str.replace_all("ς", "σ", literal=True)
        return even.str.contains(folded(word), literal=True)

    # --- lists ---------------------------------------------------------------------------

    def _listed(self, path: str, scope: Scope) -> tuple[Truth, Truth, Truth]:
        """Return whether a list is stated, whether it may go on, and whether it is empty."""
        base = column_name(path)
        rows = f"{base}__rows"
        has_rows: Truth = False
        if self._has(rows, scope):
            has_rows = ns.col(rows).fill_null(0) > 0
        said: Truth = False
        if self._has(f"{base}__stated", scope):
            said = certain(ns.col(f"{base}__stated"))
        stated = disjunction((said, has_rows))
        complete = self._complete(base, scope)
        still_open = conjunction((stated, negate(complete)))
        return stated, still_open, conjunction((said, complete, negate(has_rows)))

    def _lists(self, bindings: Sequence[s.Binding], scope: Scope) -> tuple[Truth, Truth, Truth]:
        """Return whether the product is empty, whether a list is absent, whether one is open."""
        each = [self._listed(binding.path, scope) for binding in bindings]
        return (
            disjunction([empty for _, _, empty in each]),
            disjunction([negate(stated) for stated, _, _ in each]),
            disjunction([still_open for _, still_open, _ in each]),
        )

    def _quantified(self, node: s.Quantified, scope: Scope) -> Truth:
        empty, absent, still_open = self._lists(node.bindings, scope)
        parts: _Parts = scope.computed[scope.key(node)]
        undecided = disjunction((still_open, _some(parts.unknown)))
        if node.word == "any":
            return choose(
                (empty, False),
                (absent, None),
                (_some(parts.true), True),
                (undecided, None),
                otherwise=False,
            )
        return choose(
            (empty, True),
            (absent, None),
            (_some(parts.false), False),
            (undecided, None),
            otherwise=True,
        )

    def _count(self, node: s.Count, scope: Scope) -> v.Interval:
        empty, absent, still_open = self._lists(node.bindings, scope)
        parts: _Parts = scope.computed[scope.key(node)]
        low, unknowns = _figure(parts.true), _figure(parts.unknown)
        high = v.compute("+", low, unknowns)
        nothing = ns.lit(None, dtype=ns.Float64)
        infinite = ns.lit(float("inf"))

        def bounded(figure: ns.Expr) -> ns.Expr:
            known = ns.when(expression(absent)).then(nothing).otherwise(figure)
            return ns.when(expression(empty)).then(ns.lit(0.0)).otherwise(known)

        upper = ns.when(expression(still_open)).then(infinite).otherwise(_or_null(high))
        return v.Interval(bounded(_or_null(low)), bounded(upper))

    def _sum(self, node: s.Sum, scope: Scope) -> v.Value:
        empty, absent, still_open = self._lists(node.bindings, scope)
        parts: _Parts = scope.computed[scope.key(node)]
        broken = disjunction((absent, still_open, _some(parts.broken)))

        def settled(figure: v.Figure) -> ns.Expr:
            known = (
                ns.when(expression(broken))
                .then(ns.lit(None, dtype=ns.Float64))
                .otherwise(_or_null(figure))
            )
            return ns.when(expression(empty)).then(ns.lit(0.0)).otherwise(known)

        total = parts.total or v.Number(0.0)
        if isinstance(total, v.Amount):
            own = settled(total.figure)
            worth = own if total.currency is None else settled(total.account)
            currency = total.currency
            if currency is not None:
                currency = (
                    ns.when(expression(empty)).then(ns.lit(self._account)).otherwise(currency)
                )
            return v.Amount(own, currency, worth)
        if isinstance(total, v.Interval):
            return v.Interval(settled(total.low), settled(total.high))
        assert isinstance(total, v.Number)
        return v.Number(settled(total.figure))

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
            case s.Days(start, end):
                days = [_day(self.value(side, scope)) for side in (end, start)]
                return v.Number(v.compute("-", *days))
            case s.Count():
                return self._count(node, scope)
            case s.Sum():
                return self._sum(node, scope)
        return v.Statement(self.condition(node, scope))

    def _arithmetic(self, operator: str, left: v.Value, right: v.Value) -> v.Value:
        if isinstance(left, v.Amount) or isinstance(right, v.Amount):
            return v.compute_money(operator, left, right, self._account)
        if isinstance(left, v.Interval) or isinstance(right, v.Interval):
            return v.compute_interval(operator, v.as_interval(left), v.as_interval(right))
        assert isinstance(left, v.Number)
        assert isinstance(right, v.Number)
        return v.Number(v.compute(operator, left.figure, right.figure))

    def _fact(self, node: s.Path | s.Field, scope: Scope) -> v.Value:
        base = self._base(node, scope)
        if isinstance(node, s.Path) and node.path == AS_OF:
            return v.Day(ns.col(AS_OF) if AS_OF in scope.columns else None)
        kind = self._declaration(node, scope).type.kind
        if kind == "place":
            axes = [f"{base}__{axis}" for axis in "xyz"]
            if not self._has(axes[0], scope):
                return v.Point(None)
            return v.Point((ns.col(axes[0]), ns.col(axes[1]), ns.col(axes[2])))
        column = ns.col(base) if self._has(base, scope) else None
        if kind == "money":
            if not self._has(f"{base}__currency", scope):
                return v.Amount(column, None, column)
            return v.Amount(column, ns.col(f"{base}__currency"), ns.col(f"{base}__account"))
        if kind == "date":
            return v.Day(column)
        if kind == "bool":
            return v.Statement(column)
        if kind in ("integer", "number"):
            return v.Number(column)
        return v.Text(column, self._texts.get(self._kept_name(node, scope), ()))

    # --- names ---------------------------------------------------------------------------

    def _base(self, node: s.Path | s.Field, scope: Scope) -> str:
        if isinstance(node, s.Path):
            return column_name(node.path)
        return scope.variables[node.variable][1] + node.name

    def _kept_name(self, node: s.Path | s.Field, scope: Scope) -> str:
        if isinstance(node, s.Path):
            return column_name(node.path)
        return f"{scope.variables[node.variable][0]}[].{node.name}"

    def _has(self, name: str, scope: Scope) -> bool:
        return name in scope.columns

    def _column(self, node: s.Expression, scope: Scope) -> str | None:
        """Return the column of a fact with one plain value; None where no column tells it."""
        if not isinstance(node, s.Path | s.Field):
            return None
        name = self._base(node, scope)
        return name if name in scope.columns else None

    def _declaration(self, node: s.Path | s.Field, scope: Scope) -> FactDeclaration:
        if isinstance(node, s.Path):
            return self._catalogue.facts[node.path]
        path = scope.variables[node.variable][0]
        return self._catalogue.records[self._catalogue.facts[path].type.record][node.name]


def _truth_parts(
    node: s.Quantified | s.Count, truth: ns.Expr, number: int, work: _Aggregates
) -> _Parts:
    unknowns = work.count(f"unknown{number}", truth.is_null())
    if isinstance(node, s.Quantified) and node.word == "all":
        false = work.count(f"false{number}", ~truth.fill_null(True))
        return _Parts(false=false, unknown=unknowns)
    true = work.count(f"true{number}", truth.fill_null(False))
    return _Parts(true=true, unknown=unknowns)


def _some(name: str | None) -> Truth:
    """Return whether a count of elements is above 0; cases without elements have none."""
    return False if name is None else ns.col(name).fill_null(0) > 0


def _figure(name: str | None) -> v.Figure:
    return 0.0 if name is None else ns.col(name).cast(ns.Float64).fill_null(0.0)


def _or_null(figure: v.Figure) -> ns.Expr:
    return ns.lit(None, dtype=ns.Float64) if figure is None else v.lifted(figure)


def _day(value: v.Value) -> v.Figure:
    if isinstance(value, v.Text):
        if not isinstance(value.text, str):
            return None
        return v.days_since_1970(dt.date.fromisoformat(value.text))
    assert isinstance(value, v.Day)
    return value.figure


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
