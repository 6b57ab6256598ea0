"""Conditions as a table of nodes that refer to each other by number.

A node is a list: its kind, then numbers of other nodes, or words and values. Equal nodes stand in
the table once.
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

TRUE, FALSE, UNKNOWN = ["true"], ["false"], ["unknown"]
_CONSTANTS: Mapping[Truth, list[Any]] = {True: TRUE, False: FALSE, None: UNKNOWN}


class NodeTable:
    """Numbers the nodes of conditions.

    `settled` folds what can't change to its truth. `gone` are rules that can't apply any more:
    their findings are false.
    """

    def __init__(self, catalogue: Catalogue, settled: Settled | None = None) -> None:
        self.nodes: list[list[Any]] = []
        self.gone: set[str] = set()
        self._catalogue = catalogue
        self._settled = settled
        self._numbers: dict[str, int] = {}

    def condition(self, node: s.Expression, records: Records | None = None) -> int:
        """Return the number of a condition."""
        known = self._settled(node) if self._settled is not None and not records else None
        if known is not None:
            return self._put(_CONSTANTS[known[0]])
        return self._node(node, records or {})

    def is_false(self, number: int) -> bool:
        """Tell whether a condition can't be anything but false."""
        return self.nodes[number] == FALSE

    def _put(self, node: list[Any]) -> int:
        key = json.dumps(node)
        number = self._numbers.setdefault(key, len(self.nodes))
        if number == len(self.nodes):
            self.nodes.append(node)
        return number

    def _node(self, node: s.Expression, records: Records) -> int:
        match node:
            case s.And(operands):
                return self._joined("and", operands, records)
            case s.Or(operands):
                return self._joined("or", operands, records)
            case s.Not(operand):
                return self._not(self.condition(operand, records))
            case s.AtLeast(count, operands):
                parts = [self.condition(operand, records) for operand in operands]
                return self._put(["at_least", count, *parts])
            case s.Quantified(word, body, bindings):
                return self._quantifier(word, body, bindings, records)
            case s.Flagged(rule, severity):
                if rule in self.gone:
                    return self._put(FALSE)
                return self._put(["flagged", rule, severity_number(severity)])
            case s.FlaggedIn(family, severity):
                return self._put(["flagged_in", family, severity_number(severity)])
            case s.Compare(operator, left, right):
                sides = self._alike(left, right, records)
                return self._put(["compare", operator, *sides])
            case s.In(item, s.Choices(values)):
                return self._among(item, values, records)
            case s.In(item, container):
                sides = [self._value(item, records), self._value(container, records)]
                return self._put(["in", *sides])
            case _:
                return self._value(node, records)

    def _joined(self, word: str, operands: Sequence[s.Expression], records: Records) -> int:
        """Return an `and` or `or` without the parts that decide nothing."""
        idle, deciding = (TRUE, FALSE) if word == "and" else (FALSE, TRUE)
        parts = dict.fromkeys(self.condition(operand, records) for operand in operands)
        left = [part for part in parts if self.nodes[part] != idle]
        if any(self.nodes[part] == deciding for part in left):
            return self._put(deciding)
        if not left:
            return self._put(idle)
        return left[0] if len(left) == 1 else self._put([word, *left])

    def _not(self, part: int) -> int:
        node = self.nodes[part]
        if node in (TRUE, FALSE):
            return self._put(FALSE if node == TRUE else TRUE)
        return part if node == UNKNOWN else self._put(["not", part])

    def _quantifier(
        self,
        word: str,
        body: s.Expression,
        bindings: Sequence[s.Binding],
        records: Records,
        condition: s.Expression | None = None,
    ) -> int:
        """Return a node over lists; of a sum the body is a value, and it may have a condition."""
        bound = {one.variable: self._catalogue.facts[one.path].type.record for one in bindings}
        inner = {**records, **bound}
        part = self._value(body, inner) if word == "sum" else self.condition(body, inner)
        names = [[one.variable, one.path] for one in bindings]
        tail = [] if condition is None else [self.condition(condition, inner)]
        return self._put([word, part, names, *tail])

    def _among(self, item: s.Expression, values: Sequence[s.LiteralValue], records: Records) -> int:
        dates = self._is_date(item, records)
        choices = [{"date": _day(value)} if dates else value for value in values]
        return self._put(["among", self._value(item, records), choices])

    # --- values --------------------------------------------------------------------------

    def _value(self, node: s.Expression, records: Records) -> int:
        match node:
            case s.Literal(value):
                constant = _CONSTANTS[value] if isinstance(value, bool) else ["value", value]
                return self._put(constant)
            case s.Path(path):
                return self._put(["as_of"] if path == AS_OF else ["fact", path])
            case s.Field(variable, name):
                return self._put(["field", variable, name])
            case s.Arithmetic(operator, left, right):
                sides = [self._value(left, records), self._value(right, records)]
                return self._put(["arithmetic", operator, *sides])
            case s.Count(body, bindings):
                return self._quantifier("count", body, bindings, records)
            case s.Sum(body, bindings, condition):
                return self._quantifier("sum", body, bindings, records, condition)
            case s.Call("within_km", (left, right, s.Literal(kilometres))):
                places = [self._value(left, records), self._value(right, records)]
                return self._put(["within", *places, chord_of(float(kilometres))])
            case s.Call("days" | "months", (start, end)):
                ends = [self._date(start, records), self._date(end, records)]
                return self._put([node.function, *ends])
            case s.Call(function, arguments):
                parts = [self._value(argument, records) for argument in arguments]
                return self._put([function, *parts])
            case _:
                return self.condition(node, records)

    def _alike(self, left: s.Expression, right: s.Expression, records: Records) -> list[int]:
        """Return the sides of a comparison; a text beside a date is read as one."""
        either = self._is_date(left, records) or self._is_date(right, records)
        read = self._date if either else self._value
        return [read(left, records), read(right, records)]

    def _date(self, node: s.Expression, records: Records) -> int:
        if isinstance(node, s.Literal):
            return self._put(["value", {"date": _day(node.value)}])
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
