"""The reference meaning of conditions over one case: three-valued, traced, never stopping short."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from convenio.facts.case import Case, StatedFact
from convenio.facts.paths import entry_of
from convenio.facts.values import DateSpan, Money
from convenio.language import syntax as s
from convenio.language.functions import FUNCTIONS, Function, KnownMembers
from convenio.language.quantities import (
    Amount,
    Interval,
    Quantity,
    compare,
    compute,
    same_measure,
)
from convenio.language.rows import NO_ROWS, Lists, ListState, Operand, Row, Rows
from convenio.language.trace import Leaf, Trace, support
from convenio.language.truth import Truth, conjunction, disjunction, negate, threshold
from convenio.language.types import AS_OF

FlagReader = Callable[[s.Flagged | s.FlaggedIn], tuple[Truth, tuple[str, ...]]]
"""Answers `flagged(…)`: its truth, and the rules whose findings decided it."""


class Evaluator:
    """Evaluates conditions over one case.

    `base_currency` is the pack's currency; `guards` maps facts to the condition under which they
    may be stated (`only_if`); `flags` answers `flagged(…)`.
    """

    def __init__(
        self,
        case: Case,
        base_currency: str = "USD",
        guards: Mapping[str, s.Expression] | None = None,
        flags: FlagReader | None = None,
    ) -> None:
        self._facts = case.facts
        self.as_of = case.as_of
        self._base_currency = base_currency
        self._flags = flags
        self._excluded: frozenset[str] = frozenset()
        self._forget()
        if guards:
            self._excluded = frozenset(
                path for path, guard in guards.items() if self.trace(guard).truth is False
            )
            self._forget()

    def _forget(self) -> None:
        self._read: dict[str, Operand] = {}
        self._rows: dict[str, tuple[Row, ...]] = {}
        self._traces: dict[int, Trace] = {}

    def with_flags(self, flags: FlagReader) -> Evaluator:
        """Return an evaluator of the same case that also answers `flagged(…)`."""
        other = copy.copy(self)
        other._flags = flags
        return other

    @property
    def excluded(self) -> frozenset[str]:
        """Facts that may not be stated here, because their `only_if` is false."""
        return self._excluded

    def trace(self, node: s.Expression, rows: Rows = NO_ROWS) -> Trace:
        """Return the value of a condition with the facts that it read."""
        if rows:
            return _CONDITIONS[type(node)](self, node, rows)
        # A trace holds its node, so the identity stays taken for as long as the entry lives.
        known = self._traces.get(id(node))
        if known is None:
            known = self._traces[id(node)] = _CONDITIONS[type(node)](self, node, rows)
        return known

    def _traced(self, nodes: tuple[s.Expression, ...], rows: Rows) -> tuple[Trace, ...]:
        return tuple([self.trace(node, rows) for node in nodes])

    def value(self, node: s.Expression, rows: Rows = NO_ROWS) -> Quantity | None:
        """Return the value of one side of an atom; None where it is unknown."""
        return self._operand(node, rows).value

    def combinations(
        self, bindings: tuple[s.Binding, ...], rows: Rows = NO_ROWS
    ) -> list[tuple[Rows, tuple[Row, ...]]]:
        """Return each choice of one stated row from every list, as a scope and as the rows."""
        return self._lists(bindings, rows).combinations(rows)

    def list_state(self, path: str) -> ListState:
        """Return whether a list is absent, empty, of known length, or may go on."""
        fact = self._facts.get(path)
        if fact is None or fact.state != "known":
            return "absent"
        if not fact.complete:
            return "open"
        return "known" if fact.elements else "empty"

    def same_rows(self, rows: Rows) -> Rows:
        """Return rows of another evaluator's case as this one's case has them."""
        return {variable: self.row(row.name) for variable, row in rows.items()}

    def row(self, name: str) -> Row:
        """Return the row of a list by its name (`activities[1]`)."""
        entry = entry_of(name)
        assert entry is not None
        return self._rows_of(entry.list, self._facts.get(entry.list))[entry.place]

    # --- logic ---------------------------------------------------------------------------

    def _and(self, node: s.And, rows: Rows) -> Trace:
        parts = self._traced(node.operands, rows)
        return Trace(node, conjunction([part.truth for part in parts]), "and", parts)

    def _or(self, node: s.Or, rows: Rows) -> Trace:
        parts = self._traced(node.operands, rows)
        return Trace(node, disjunction([part.truth for part in parts]), "or", parts)

    def _not(self, node: s.Not, rows: Rows) -> Trace:
        part = self.trace(node.operand, rows)
        return Trace(node, negate(part.truth), "not", (part,))

    def _at_least(self, node: s.AtLeast, rows: Rows) -> Trace:
        parts = self._traced(node.operands, rows)
        truth = threshold(node.count, [part.truth for part in parts])
        return Trace(node, truth, "at_least", parts)

    # --- atoms ---------------------------------------------------------------------------

    def _literal(self, node: s.Literal, _rows: Rows) -> Trace:
        return Trace(node, bool(node.value))

    def _bare(self, node: s.Path | s.Field, rows: Rows) -> Trace:
        operand = self._operand(node, rows)
        return Trace(node, operand.value, "", (), operand.leaves)  # type: ignore[arg-type]

    def _compare(self, node: s.Compare, rows: Rows) -> Trace:
        first, leaves, _, traces = self._operand(node.left, rows)
        if type(node.right) is s.Literal:
            second: Quantity | None = node.right.value
        else:
            right = self._operand(node.right, rows)
            second, leaves, traces = right.value, leaves + right.leaves, traces + right.traces
        if first is None or second is None:
            return Trace(node, None, "", traces, leaves)
        if isinstance(first, Money | Amount) or isinstance(second, Money | Amount):
            pair = same_measure(first, second, self._base_currency)
            if pair is None:
                return Trace(node, None, "", traces, _as_missing(leaves))
            first, second = pair
        truth = compare(node.operator, first, second)
        return Trace(node, truth, "", traces, _with_imprecise(leaves, truth))

    def _in(self, node: s.In, rows: Rows) -> Trace:
        item = self._operand(node.item, rows)
        if isinstance(node.container, s.Choices):
            truth = None if item.value is None else among(item.value, node.container.values)
            return Trace(node, truth, "", (), _with_imprecise(item.leaves, truth))
        container = self._operand(node.container, rows)
        truth = None
        if item.value is not None and container.value is not None:
            inside = item.value in container.value  # type: ignore[operator]
            truth = True if inside else False if container.complete else None
        leaves = item.leaves + _marked(container, truth is None)
        return Trace(node, truth, "", (), leaves)

    def _call(self, node: s.Call, rows: Rows) -> Trace:
        function = FUNCTIONS[node.function]
        if function.reads == "file":
            (asked,) = node.arguments
            ((path, fact, _),) = self._fact_value(asked, rows).leaves  # type: ignore[arg-type]
            return Trace(node, function.meaning(fact), leaves=(Leaf(path, fact),))
        if function.reads == "sets":
            return self._set_call(node, function, rows)
        operand = self._call_value(node, rows)
        return Trace(node, operand.value, leaves=operand.leaves)  # type: ignore[arg-type]

    def _set_call(self, node: s.Call, function: Function, rows: Rows) -> Trace:
        operands = [self._operand(argument, rows) for argument in node.arguments]
        sets = [_members_of(operand) for operand in operands]
        for place, operand in enumerate(operands):
            alone = [one if n == place else _NOTHING_KNOWN for n, one in enumerate(sets)]
            truth = function.meaning(*alone)
            if truth is not None:
                return Trace(node, truth, leaves=operand.leaves)
        truth = function.meaning(*sets)
        marked = [_marked(operand, truth is None) for operand in operands]
        return Trace(node, truth, leaves=sum(marked, ()))

    def _flagged(self, node: s.Flagged | s.FlaggedIn, _rows: Rows) -> Trace:
        if self._flags is None:
            raise AssertionError("flagged(…) was evaluated before its stratum")
        truth, rules = self._flags(node)
        return Trace(node, truth, flags=rules)

    def _quantified(self, node: s.Quantified, rows: Rows) -> Trace:
        lists = self._lists(node.bindings, rows)
        logic, settle = ("or", disjunction) if node.word == "any" else ("and", conjunction)
        if lists.absent:
            return Trace(node, None, "", leaves=lists.absent)
        parts = self._element_traces(node.body, lists, rows)
        truth = settle([part.truth for part in parts] + [None] * bool(lists.open))
        if not parts:
            return Trace(node, truth, "", leaves=lists.open or lists.empty)
        return Trace(node, truth, logic, parts, lists.open if truth is None else ())

    # --- values --------------------------------------------------------------------------

    def _operand(self, node: s.Expression, rows: Rows) -> Operand:
        kind = type(node)
        if kind is s.Path and node.path in self._read:  # type: ignore[union-attr]
            return self._read[node.path]  # type: ignore[union-attr]
        method = _VALUES.get(kind)
        if kind is s.Call and FUNCTIONS[node.function].is_number:  # type: ignore[union-attr]
            return self._call_value(node, rows)  # type: ignore[arg-type]
        return self._condition_value(node, rows) if method is None else method(self, node, rows)

    def _literal_value(self, node: s.Literal, _rows: Rows) -> Operand:
        return Operand(node.value)

    def _condition_value(self, node: s.Expression, rows: Rows) -> Operand:
        trace = self.trace(node, rows)
        return Operand(trace.truth, _all_leaves(trace), traces=(trace,))

    def _fact_value(self, node: s.Path | s.Field, rows: Rows) -> Operand:
        if isinstance(node, s.Path):
            known = self._read.get(node.path)
            if known is None:
                known = self._read[node.path] = self._stated(node.path)
            return known
        row = rows[node.variable]
        known = row.read.get(node.name)
        if known is None:
            fact = row.element.fields.get(node.name)
            known = row.read[node.name] = _value_of(f"{row.name}.{node.name}", fact, True)
        return known

    def _stated(self, path: str) -> Operand:
        if path == AS_OF:
            return Operand(self.as_of)
        return _value_of(path, self._facts.get(path), path not in self._excluded)

    def _arithmetic(self, node: s.Arithmetic, rows: Rows) -> Operand:
        left, right = self._operand(node.left, rows), self._operand(node.right, rows)
        value = None
        if left.value is not None and right.value is not None:
            value = compute(node.operator, left.value, right.value, self._base_currency)
        leaves = left.leaves + right.leaves
        if value is None:
            leaves = self._at_fault(node.operator, left, right)
        return Operand(value, leaves, traces=left.traces + right.traces)

    def _at_fault(self, operator: str, left: Operand, right: Operand) -> tuple[Leaf, ...]:
        """Return the facts of a computation without result, those that could mend it marked.

        That is a divisor which is 0, or money without a rate; unknown facts are marked already.
        """
        if operator == "/" and _is_zero(right.value):
            return left.leaves + _as_missing(right.leaves)
        is_money = isinstance(left.value, Money | Amount) or isinstance(right.value, Money | Amount)
        if is_money and left.value is not None and right.value is not None:
            return _as_missing(left.leaves + right.leaves)
        return left.leaves + right.leaves

    def _call_value(self, node: s.Call, rows: Rows) -> Operand:
        """Return the value of a strict function: unknown where an argument is."""
        values: list[Quantity | None] = []
        leaves: tuple[Leaf, ...] = ()
        for argument in node.arguments:
            operand = self._operand(argument, rows)
            values.append(operand.value)
            leaves += operand.leaves
        if None in values:
            return Operand(None, leaves)
        return Operand(FUNCTIONS[node.function].meaning(*values), leaves)

    def _count(self, node: s.Count, rows: Rows) -> Operand:
        lists = self._lists(node.bindings, rows)
        if lists.absent:
            return Operand(None, lists.absent)
        parts = self._element_traces(node.body, lists, rows)
        low = sum(part.truth is True for part in parts)
        high = float("inf") if lists.open else sum(part.truth is not False for part in parts)
        leaves = tuple([leaf for part in parts for leaf in _all_leaves(part)]) + lists.open
        value: Quantity = low if low == high else Interval(low, high)
        return Operand(value, leaves or lists.empty, traces=parts)

    def _sum(self, node: s.Sum, rows: Rows) -> Operand:
        lists = self._lists(node.bindings, rows)
        if lists.absent:
            return Operand(None, lists.absent)
        total: Quantity | None = None if lists.open else 0
        leaves: tuple[Leaf, ...] = lists.open
        traces: list[Trace] = []
        for scope, chosen in lists.combinations(rows):
            if node.condition is not None:
                test = self.trace(node.condition, scope)
                traces.append(_labelled(test, chosen))
                leaves += _all_leaves(test)
                if test.truth is None:
                    total = None
                if test.truth is not True:
                    continue
            term = self._operand(node.body, scope)
            leaves += term.leaves
            if total is not None:
                total = added(total, term.value, self._base_currency)
                if total is None and term.value is not None:
                    leaves += _as_missing(term.leaves)
        return Operand(total, leaves or lists.empty, traces=tuple(traces))

    # --- lists ---------------------------------------------------------------------------

    def _lists(self, bindings: tuple[s.Binding, ...], _rows: Rows) -> Lists:
        bound = [(binding, self._facts.get(binding.path)) for binding in bindings]
        empty = tuple(
            Leaf(binding.path, fact)
            for binding, fact in bound
            if fact and fact.state == "known" and fact.complete and not fact.elements
        )
        if empty:
            return Lists(bindings, (), empty=empty[:1])
        absent = tuple(
            Leaf(binding.path, fact, True)
            for binding, fact in bound
            if fact is None or fact.state != "known"
        )
        still_open = tuple(
            Leaf(binding.path, fact, True)
            for binding, fact in bound
            if fact and fact.state == "known" and not fact.complete
        )
        elements = tuple([self._rows_of(binding.path, fact) for binding, fact in bound])
        return Lists(bindings, elements, absent=absent, open=still_open)

    def _rows_of(self, path: str, fact: StatedFact | None) -> tuple[Row, ...]:
        rows = self._rows.get(path)
        if rows is None:
            elements = fact.elements if fact else ()
            rows = tuple([Row(f"{path}[{i}]", element) for i, element in enumerate(elements)])
            self._rows[path] = rows
        return rows

    def _element_traces(self, body: s.Expression, lists: Lists, rows: Rows) -> tuple[Trace, ...]:
        return tuple(
            [
                _labelled(self.trace(body, scope), chosen)
                for scope, chosen in lists.combinations(rows)
            ]
        )


def _value_of(path: str, fact: StatedFact | None, may_be_stated: bool) -> Operand:
    if fact is None or fact.state != "known":
        return Operand(None, (Leaf(path, fact, may_be_stated),))
    return Operand(fact.value, (Leaf(path, fact),), fact.complete)  # type: ignore[arg-type]


def _labelled(trace: Trace, chosen: tuple[Row, ...]) -> Trace:
    """Name the rows that a part looked at; a part that read no field rests on the rows alone."""
    node, truth, logic, children, leaves, _, flags = trace
    if not logic and not leaves and not children and not flags:
        leaves = tuple(
            Leaf(row.name, StatedFact(row.name, "known", row.element.position)) for row in chosen
        )
    label = ", ".join([row.name for row in chosen])
    return Trace(node, truth, logic, children, leaves, label, flags)


def _all_leaves(trace: Trace) -> tuple[Leaf, ...]:
    return tuple([leaf for atom in support(trace) for leaf in atom.leaves])


def _marked(operand: Operand, undecided: bool) -> tuple[Leaf, ...]:
    """Mark an incomplete set as missing where the atom is undecided."""
    if not undecided or operand.complete:
        return operand.leaves
    return _as_missing(operand.leaves)


def _as_missing(leaves: tuple[Leaf, ...]) -> tuple[Leaf, ...]:
    return tuple(Leaf(leaf.path, leaf.fact, True) for leaf in leaves)


def _with_imprecise(leaves: tuple[Leaf, ...], truth: Truth) -> tuple[Leaf, ...]:
    """Mark dates as missing of which the day would have to be known to decide."""
    if truth is not None:
        return leaves
    return tuple(
        Leaf(leaf.path, leaf.fact, True)
        if leaf.fact is not None and isinstance(leaf.fact.value, DateSpan)
        else leaf
        for leaf in leaves
    )


def _is_zero(value: Quantity | None) -> bool:
    return value == 0 or (isinstance(value, Money | Amount) and value.amount == 0)


def among(value: Quantity, choices: tuple[s.LiteralValue, ...]) -> Truth:
    """Return whether a value is one of those written in the condition."""
    if isinstance(value, str):
        return value in choices
    return disjunction([compare("==", value, choice) for choice in choices])


def added(total: Quantity, term: Quantity | None, base_currency: str) -> Quantity | None:
    """Return a sum with one more term; None where that is unknown or has no common measure."""
    if term is None:
        return None
    if total == 0:
        return term
    return compute("+", total, term, base_currency)


def _members_of(operand: Operand) -> KnownMembers:
    if operand.value is None:
        return _NOTHING_KNOWN
    return KnownMembers(frozenset(operand.value), operand.complete)  # type: ignore[arg-type]


_NOTHING_KNOWN = KnownMembers(frozenset(), is_complete=False)

_CONDITIONS: Mapping[type, Callable[[Evaluator, Any, Rows], Trace]] = {
    s.And: Evaluator._and,
    s.Or: Evaluator._or,
    s.Not: Evaluator._not,
    s.AtLeast: Evaluator._at_least,
    s.Literal: Evaluator._literal,
    s.Path: Evaluator._bare,
    s.Field: Evaluator._bare,
    s.Compare: Evaluator._compare,
    s.In: Evaluator._in,
    s.Call: Evaluator._call,
    s.Flagged: Evaluator._flagged,
    s.FlaggedIn: Evaluator._flagged,
    s.Quantified: Evaluator._quantified,
}
_VALUES: Mapping[type, Callable[[Evaluator, Any, Rows], Operand]] = {
    s.Literal: Evaluator._literal_value,
    s.Path: Evaluator._fact_value,
    s.Field: Evaluator._fact_value,
    s.Arithmetic: Evaluator._arithmetic,
    s.Count: Evaluator._count,
    s.Sum: Evaluator._sum,
}
