"""Conditions as a table of nodes that refer to each other by number.

A node is a list: its kind, then numbers of other nodes, or words and values. Equal nodes stand in
the table once. A condition is made as a tree first, whatever can be told of it now folded away, and
only what is left of it is numbered.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from convenio.facts.catalogue import Catalogue
from convenio.facts.values import chord_of
from convenio.language import syntax as s
from convenio.language.truth import Truth
from convenio.language.types import AS_OF
from convenio.packs.rule import severity_number

Settled = Callable[[s.Expression], tuple[Truth] | None]
"""Gives the truth of a condition that nothing on the page can change; None where something can."""

Records = Mapping[str, str]
"""The record type behind each bound variable."""

Tree = tuple[Any, ...]
"""A node with the nodes below it in their place. They are tuples; nothing else in it is one."""

TRUE, FALSE, UNKNOWN = ("true",), ("false",), ("unknown",)
_CONSTANTS: Mapping[Truth, Tree] = {True: TRUE, False: FALSE, None: UNKNOWN}


class NodeTable:
    """Numbers the nodes of conditions."""

    def __init__(self) -> None:
        self.nodes: list[list[Any]] = []
        self._numbers: dict[str, int] = {}

    def number(self, tree: Tree) -> int:
        """Return the number of a tree, the same for equal ones."""
        node = [self.number(part) if isinstance(part, tuple) else part for part in tree]
        number = self._numbers.setdefault(json.dumps(node), len(self.nodes))
        if number == len(self.nodes):
            self.nodes.append(node)
        return number


class Trees:
    """Makes trees of conditions.

    `settled` folds what can't change to its truth. `gone` are rules that can't apply any more:
    their findings are false.
    """

    def __init__(self, catalogue: Catalogue, settled: Settled | None = None) -> None:
        self.gone: set[str] = set()
        self._catalogue = catalogue
        self._settled = settled

    def condition(self, node: s.Expression, records: Records | None = None) -> Tree:
        """Return the tree of a condition."""
        known = self._settled(node) if self._settled is not None and not records else None
        return self._node(node, records or {}) if known is None else _CONSTANTS[known[0]]

    def _node(self, node: s.Expression, records: Records) -> Tree:
        match node:
            case s.And(operands):
                return self._joined("and", operands, records)
            case s.Or(operands):
                return self._joined("or", operands, records)
            case s.Not(operand):
                return _negated(self.condition(operand, records))
            case s.AtLeast(count, operands):
                parts = [self.condition(operand, records) for operand in operands]
                return ("at_least", count, *parts)
            case s.Quantified(word, body, bindings):
                return self._quantifier(word, body, bindings, records)
            case s.Flagged(rule, severity):
                return FALSE if rule in self.gone else ("flagged", rule, severity_number(severity))
            case s.FlaggedIn(family, severity):
                return ("flagged_in", family, severity_number(severity))
            case s.Compare(operator, left, right):
                sides = self._alike(left, right, records)
                return ("compare", operator, *sides)
            case s.In(item, s.Choices(values)):
                return self._among(item, values, records)
            case s.In(item, container):
                sides = [self._value(item, records), self._value(container, records)]
                return ("in", *sides)
            case _:
                return self._value(node, records)

    def _joined(self, word: str, operands: Sequence[s.Expression], records: Records) -> Tree:
        """Return an `and` or `or` without the parts that decide nothing."""
        idle, deciding = (TRUE, FALSE) if word == "and" else (FALSE, TRUE)
        parts = [self.condition(operand, records) for operand in operands]
        left = [part for part in parts if part != idle]
        if deciding in left:
            return deciding
        if len(left) < 2:
            return left[0] if left else idle
        return (word, *left)

    def _quantifier(
        self,
        word: str,
        body: s.Expression,
        bindings: Sequence[s.Binding],
        records: Records,
        condition: s.Expression | None = None,
    ) -> Tree:
        """Return a node over lists; of a sum the body is a value, and it may have a condition."""
        bound = {one.variable: self._catalogue.facts[one.path].type.record for one in bindings}
        inner = {**records, **bound}
        part = self._value(body, inner) if word == "sum" else self.condition(body, inner)
        names = [[one.variable, one.path] for one in bindings]
        tail = [] if condition is None else [self.condition(condition, inner)]
        return (word, part, names, *tail)

    def _among(
        self, item: s.Expression, values: Sequence[s.LiteralValue], records: Records
    ) -> Tree:
        dates = self._is_date(item, records)
        choices = [{"date": _day(value)} if dates else value for value in values]
        return ("among", self._value(item, records), choices)

    # --- values --------------------------------------------------------------------------

    def _value(self, node: s.Expression, records: Records) -> Tree:
        match node:
            case s.Literal(value):
                return _CONSTANTS[value] if isinstance(value, bool) else ("value", value)
            case s.Path(path):
                return ("as_of",) if path == AS_OF else ("fact", path)
            case s.Field(variable, name):
                return ("field", variable, name)
            case s.Arithmetic(operator, left, right):
                sides = [self._value(left, records), self._value(right, records)]
                return ("arithmetic", operator, *sides)
            case s.Count(body, bindings):
                return self._quantifier("count", body, bindings, records)
            case s.Sum(body, bindings, condition):
                return self._quantifier("sum", body, bindings, records, condition)
            case s.Call("within_km", (left, right, s.Literal(kilometres))):
                places = [self._value(left, records), self._value(right, records)]
                return ("within", *places, chord_of(float(kilometres)))
            case s.Call("days" | "months", (start, end)):
                ends = [self._date(start, records), self._date(end, records)]
                return (node.function, *ends)
            case s.Call(function, arguments):
                parts = [self._value(argument, records) for argument in arguments]
                return (function, *parts)
            case _:
                return self.condition(node, records)

    def _alike(self, left: s.Expression, right: s.Expression, records: Records) -> list[Tree]:
        """Return the sides of a comparison; a text beside a date is read as one."""
        either = self._is_date(left, records) or self._is_date(right, records)
        read = self._date if either else self._value
        return [read(left, records), read(right, records)]

    def _date(self, node: s.Expression, records: Records) -> Tree:
        if isinstance(node, s.Literal):
            return ("value", {"date": _day(node.value)})
        return self._value(node, records)

    def _is_date(self, node: s.Expression, records: Records) -> bool:
        match node:
            case s.Path(path):
                return path == AS_OF or self._catalogue.facts[path].type.kind == "date"
            case s.Field(variable, name):
                return self._catalogue.records[records[variable]][name].type.kind == "date"
        return False


def _day(value: s.LiteralValue) -> str:
    return dt.date.fromisoformat(str(value)).isoformat()


def _negated(tree: Tree) -> Tree:
    opposite = {TRUE: FALSE, FALSE: TRUE, UNKNOWN: UNKNOWN}
    return opposite[tree] if tree in _CONSTANTS.values() else ("not", tree)
