"""What conditions ask of lists: `any`, `all`, `count` and `sum` over their rows.

What looks at the rows of a list is computed on the list's child table and brought back by the
case's id: all such parts of one list share one grouping.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from convenio.backends.frames import values as v
from convenio.backends.frames.columns import POSITION, column_name
from convenio.backends.frames.logic import (
    Truth,
    certain,
    choose,
    conjunction,
    disjunction,
    expression,
    negate,
    possibly,
    unknown,
)
from convenio.backends.frames.namespace import Frame, ns
from convenio.backends.frames.quantifiers import (
    Quantifier,
    own_parts,
    quantifiers_in,
    reads_outside,
    speaks_of_lists,
)
from convenio.backends.frames.scope import ColumnCompiler, Scope
from convenio.backends.frames.tables import Table
from convenio.language import syntax as s


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


class Lists:
    """Makes columns of what conditions ask of lists, for one set of child tables."""

    def __init__(self, compiler: ColumnCompiler, tables: Mapping[str, Table]) -> None:
        self._compiler = compiler
        self._tables = tables

    def prepare(self, scope: Scope, conditions: Sequence[s.Expression]) -> Scope:
        """Return the scope with what the lists of these conditions come to for each of its rows."""
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
        return replace(scope, frame=frame, computed=computed)

    def _group(
        self, scope: Scope, lists: tuple[str, ...], quantifiers: Sequence[Quantifier]
    ) -> tuple[Frame | None, dict[Quantifier, _Parts]]:
        """Return what the quantifiers over the same lists come to, one row for each of a scope."""
        if any(path not in self._tables for path in lists):
            return None, dict.fromkeys(quantifiers, _Parts())
        prefixes = [f"{column_name(path)}{next(self._compiler.numbers)}__" for path in lists]
        inner = self._elements(scope, lists, prefixes, quantifiers)
        variables = dict(zip(prefixes, zip(lists, prefixes, strict=True), strict=True))
        inner = replace(inner, variables={**scope.variables, **variables})
        bodies = {quantifier: own_parts(quantifier, prefixes) for quantifier in quantifiers}
        inner = self._compiler.prepare(inner, [part for parts in bodies.values() for part in parts])
        truths: dict[str, ns.Expr] = {}
        work = _Aggregates()
        parts: dict[Quantifier, _Parts] = {}
        for quantifier, own in bodies.items():
            number = next(self._compiler.numbers)
            if isinstance(quantifier, s.Sum):
                parts[quantifier] = self._sum_parts(own, inner, number, work)
            else:
                truth = f"body{number}"
                truths[truth] = expression(self._compiler.condition(own[0], inner))
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
        counts = self._compiler.condition(own[1], scope) if len(own) > 1 else True
        term = self._compiler.value(own[0], scope)
        assert isinstance(term, v.Number | v.Amount | v.Interval)
        figure = v.or_null(term.low if isinstance(term, v.Interval) else term.figure)
        taken = expression(certain(counts))
        missing = conjunction((certain(counts), figure.is_null()))
        broken = work.count(f"broken{number}", expression(disjunction((unknown(counts), missing))))

        def summed(name: str, part: v.Figure) -> ns.Expr:
            return work.sum(f"{name}{number}", ns.when(taken).then(v.or_null(part)))

        if isinstance(term, v.Interval):
            interval = v.Interval(summed("low", term.low), summed("high", term.high))
            return _Parts(total=interval, broken=broken)
        total = summed("sum", term.figure)
        if isinstance(term, v.Number):
            return _Parts(total=v.Number(total), broken=broken)
        if term.currency is None:
            return _Parts(total=v.Amount(total, None, total), broken=broken)
        # A sum stays in its currency where all amounts have one; else all are converted.
        worth = summed("worth", term.in_base)
        lacking = work.count(f"lacking{number}", taken & v.or_null(term.in_base).is_null())
        currency = ns.when(taken).then(term.currency)
        first = work.aggregate(f"first{number}", currency, ns.Expr.min)
        last = work.aggregate(f"last{number}", currency, ns.Expr.max)
        base_currency = ns.when(ns.col(lacking).fill_null(0) == 0).then(worth)
        same = (first == last).fill_null(False)
        figure = ns.when(same).then(total).otherwise(base_currency)
        kept = ns.when(same).then(first).otherwise(ns.lit(self._compiler.base_currency))
        return _Parts(total=v.Amount(figure, kept, base_currency), broken=broken)

    def _lists(self, bindings: Sequence[s.Binding], scope: Scope) -> tuple[Truth, Truth, Truth]:
        """Return whether the product is empty, whether a list is absent, whether one is open."""
        each = [list_state(binding.path, scope) for binding in bindings]
        return (
            disjunction([empty for _, _, empty in each]),
            disjunction([negate(stated) for stated, _, _ in each]),
            disjunction([still_open for _, still_open, _ in each]),
        )

    def quantified(self, node: s.Quantified, scope: Scope) -> Truth:
        """Return the truth of an `any` or `all`."""
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

    def count(self, node: s.Count, scope: Scope) -> v.Interval:
        """Return for how many rows a condition holds, at least and at most."""
        empty, absent, still_open = self._lists(node.bindings, scope)
        parts: _Parts = scope.computed[scope.key(node)]
        low, unknowns = _figure(parts.true), _figure(parts.unknown)
        high = v.compute("+", low, unknowns)
        nothing = ns.lit(None, dtype=ns.Float64)
        infinite = ns.lit(float("inf"))

        def bounded(figure: ns.Expr) -> ns.Expr:
            known = ns.when(expression(absent)).then(nothing).otherwise(figure)
            return ns.when(expression(empty)).then(ns.lit(0.0)).otherwise(known)

        upper = ns.when(expression(still_open)).then(infinite).otherwise(v.or_null(high))
        return v.Interval(bounded(v.or_null(low)), bounded(upper))

    def sum(self, node: s.Sum, scope: Scope) -> v.Value:
        """Return a sum; unknown where a term or its test is, or where the list may go on."""
        empty, absent, still_open = self._lists(node.bindings, scope)
        parts: _Parts = scope.computed[scope.key(node)]
        broken = disjunction((absent, still_open, _some(parts.broken)))

        def settled(figure: v.Figure) -> ns.Expr:
            known = (
                ns.when(expression(broken))
                .then(ns.lit(None, dtype=ns.Float64))
                .otherwise(v.or_null(figure))
            )
            return ns.when(expression(empty)).then(ns.lit(0.0)).otherwise(known)

        total = parts.total or v.Number(0.0)
        if isinstance(total, v.Amount):
            own = settled(total.figure)
            worth = own if total.currency is None else settled(total.in_base)
            currency = total.currency
            if currency is not None:
                currency = (
                    ns.when(expression(empty))
                    .then(ns.lit(self._compiler.base_currency))
                    .otherwise(currency)
                )
            return v.Amount(own, currency, worth)
        if isinstance(total, v.Interval):
            return v.Interval(settled(total.low), settled(total.high))
        assert isinstance(total, v.Number)
        return v.Number(settled(total.figure))


def list_state(path: str, scope: Scope) -> tuple[Truth, Truth, Truth]:
    """Return whether a list is stated, whether it may go on, and whether it is empty."""
    base = scope.of_path(path)
    rows = f"{base}__rows"
    has_rows: Truth = False
    if scope.has(rows):
        has_rows = ns.col(rows).fill_null(0) > 0
    said: Truth = False
    if scope.has(f"{base}__stated"):
        said = certain(ns.col(f"{base}__stated"))
    stated = disjunction((said, has_rows))
    complete = is_complete(base, scope)
    still_open = conjunction((stated, negate(complete)))
    return stated, still_open, conjunction((said, complete, negate(has_rows)))


def is_complete(name: str, scope: Scope) -> Truth:
    """Return whether a set or list has no members but those stated."""
    column = f"{name}__complete"
    return possibly(ns.col(column)) if scope.has(column) else True


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
