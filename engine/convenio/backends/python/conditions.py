"""Conditions as one Python function: the truth that the traced evaluator finds, without traces.

Equal parts are evaluated once. Values that need more than one look (money, intervals, dates as
text) are handed to the same helpers that the evaluator uses; a condition of a kind that has no
text here is given to the evaluator itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from convenio.backends.python import logic
from convenio.backends.python.source import Source
from convenio.errors import Position
from convenio.facts.case import Case, StatedFact
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator, added, among
from convenio.language.functions import FUNCTIONS, Function, KnownMembers, reads_sets
from convenio.language.logic import connect
from convenio.language.quantities import Interval, Quantity, compare, compute, same_measure
from convenio.language.truth import CODE_OF, TRUTH_OF
from convenio.language.types import AS_OF

Conditions = Callable[[Case], tuple[int, ...]]
"""Gives the code of each condition (0, 1, 3: see language/truth.py) for a case."""

_ABSENT = StatedFact("", "unknown", Position(""))
_PLAIN = frozenset({bool, int, float, str, dt.date})
"""Classes of which two values of one class compare as Python compares them."""

_MAX_LOOPS = 10
"""Loops within each other that one function may hold, well below what Python takes."""


def compile_conditions(conditions: Sequence[s.Expression], base_currency: str) -> Conditions:
    """Return the function that evaluates conditions over a case.

    No condition may ask about findings. `base_currency` is the pack's currency.
    """
    writer = _Writer(base_currency)
    codes = [writer.truth(condition) for condition in conditions]
    writer.source.line(f"return ({''.join(f'{code}, ' for code in codes)})")
    return writer.source.function()


class _Writer:
    """Writes the text of conditions, each part once as long as its variables are in reach."""

    def __init__(self, base_currency: str) -> None:
        self.source = Source("case")
        self._logic = logic.TextLogic(self.source.variable)
        self._base_currency = self.source.constant(base_currency)
        self._absent = self.source.constant(_ABSENT)
        self._written: list[dict[object, Any]] = [{}]
        self._elements: dict[str, tuple[str, int]] = {}
        self._loops = 0
        self._as_of = self.source.variable("case.as_of", 0)
        self._facts = self.source.variable("case.facts.get", 0)

    def _once(self, key: object, write: Callable[[], Any], depth: int | None = None) -> Any:
        """Return what was written under a key, or write it now, to last as the block at `depth`."""
        for written in self._written:
            if key in written:
                return written[key]
        made = write()
        self._written[-1 if depth is None else depth][key] = made
        return made

    def _early(self, key: object, text: str, depth: int) -> str:
        """Keep a value from the start of a block on, so that all that stands in it can use it."""
        return str(self._once(key, lambda: self.source.variable(text, depth), depth))

    @contextmanager
    def _block(self, head: str) -> Iterator[None]:
        with self.source.block(head):
            self._written.append({})
            yield
            self._written.pop()

    def _call(self, helper: Callable[..., Any], *arguments: str) -> str:
        return f"{self.source.constant(helper)}({', '.join(arguments)})"

    # --- conditions ----------------------------------------------------------------------

    def truth(self, node: s.Expression) -> str:
        """Return where the code of a condition stands: a variable or a number."""
        return str(self._once(id(node), lambda: self._truth(node)))

    def _truth(self, node: s.Expression) -> str:
        match node:
            case s.Literal(value):
                return "3" if value else "0"
            case s.And(operands) if self._elements:
                return self._conjunction(operands)
            case s.Not() | s.And() | s.Or() | s.AtLeast():
                return connect(node, self.truth, self._logic)
            case _ if not self._elements and not _has_text(node):
                return self._evaluated(node)
            case s.Quantified():
                return self._quantified(node)
            case _:
                return self.source.variable(self._atom(node))

    def _conjunction(self, operands: Sequence[s.Expression]) -> str:
        """Write an `and` over the fields of elements, whose further parts can often be left out."""
        first, *others = operands
        result = self.source.variable(self.truth(first))
        for operand in others:
            with self._block(f"if {result}"):
                both = logic.conjunction([result, self.truth(operand)])
                self.source.line(f"{result} = {both}")
        return result

    def _evaluated(self, node: s.Expression) -> str:
        evaluator = self._early("evaluator", self._call(Evaluator, "case", self._base_currency), 0)
        code = self.source.constant(CODE_OF)
        return self.source.variable(
            f"{code}[{evaluator}.trace({self.source.constant(node)}).truth]"
        )

    def _atom(self, node: s.Expression) -> str:
        match node:
            case s.Path() | s.Field():
                value = self._value(node)
                return f"1 if {value} is None else 3 if {value} else 0"
            case s.Compare(operator, left, right):
                return self._comparison(operator, left, right)
            case s.In(item, s.Choices(values)):
                return self._choice(self._value(item), values)
            case s.In(item, container):
                members, further = self._set(container)
                value = self._value(item)
                inside = f"3 if {value} in {members} else {further}"
                return (
                    inside if isinstance(item, s.Literal) else f"1 if {value} is None else {inside}"
                )
            case s.Call(function, arguments):
                return self._called(FUNCTIONS[function], arguments)
        raise AssertionError(f"no text for {type(node).__name__}")

    def _comparison(self, operator: str, left: s.Expression, right: s.Expression) -> str:
        sides = [self._value(left), self._value(right)]
        unknown = [
            f"{side} is None"
            for side, node in zip(sides, (left, right), strict=True)
            if not isinstance(node, s.Literal) and side != self._as_of
        ]
        word = self.source.constant(operator)
        general = self._call(_compared, word, *sides, self._base_currency)
        (first, second), plain = self._direct_sides(sides, left, right)
        direct = f"(3 if {first} {operator} {second} else 0)"
        text = f"{direct} if {plain} else {general}"
        return f"1 if {' or '.join(unknown)} else {text}" if unknown else text

    def _direct_sides(
        self, sides: Sequence[str], left: s.Expression, right: s.Expression
    ) -> tuple[Sequence[str], str]:
        """Return two sides as Python may compare them, and the test of whether it may."""
        for place, literal in ((0, right), (1, left)):
            if not isinstance(literal, s.Literal):
                continue
            kind, given = f"{sides[place]}.__class__", type(literal.value)
            if given in (int, float):
                number, whole = self.source.constant(float), self.source.constant(int)
                return sides, f"{kind} is {number} or {kind} is {whole}"
            day = _as_date(literal.value)
            if day is not None:
                # A date is compared with the day that the text names; text only with the text.
                other = self.source.constant(day)
                dated = (sides[0], other) if place == 0 else (other, sides[1])
                return dated, f"{kind} is {self.source.constant(dt.date)}"
            return sides, f"{kind} is {self.source.constant(given)}"
        same = f"{sides[0]}.__class__ is {sides[1]}.__class__"
        return sides, f"{same} and {sides[0]}.__class__ in {self.source.constant(_PLAIN)}"

    def _choice(self, value: str, choices: tuple[s.LiteralValue, ...]) -> str:
        general = self._call(_chosen, value, self.source.constant(choices))
        if not all(isinstance(choice, str) for choice in choices):
            return f"1 if {value} is None else {general}"
        words, text = self.source.constant(frozenset(choices)), self.source.constant(str)
        direct = f"(3 if {value} in {words} else 0)"
        return f"1 if {value} is None else {direct} if {value}.__class__ is {text} else {general}"

    # --- functions -----------------------------------------------------------------------

    def _called(self, function: Function, arguments: Sequence[s.Expression]) -> str:
        """Return the text of a call that is true or false."""
        if function.name == "overlaps":
            return self._overlap(*map(self._set, arguments))
        if function.reads == "sets":
            return self._set_call(function, arguments)
        if function.reads == "file":
            ((fact, _),) = map(self._fact, arguments)  # type: ignore[arg-type]
            return f"3 if {self._call(function.meaning, fact)} else 0"
        call, unknown = self._strict_call(function, arguments)
        text = f"3 if {call} else 0"
        return f"1 if {unknown} else {text}" if unknown else text

    def _strict_call(
        self, function: Function, arguments: Sequence[s.Expression]
    ) -> tuple[str, str]:
        """Return the text of a call, and the test of whether an argument is unknown."""
        values = [self._value(argument) for argument in arguments]
        unknown = [
            f"{value} is None"
            for value, argument in zip(values, arguments, strict=True)
            if not isinstance(argument, s.Literal)
        ]
        return self._call(function.meaning, *values), " or ".join(unknown)

    def _set_call(self, function: Function, arguments: Sequence[s.Expression]) -> str:
        sets = [
            self._call(KnownMembers, members, f"not {further}")
            for members, further in map(self._set, arguments)
        ]
        return f"{self.source.constant(CODE_OF)}[{self._call(function.meaning, *sets)}]"

    def _overlap(self, left: tuple[str, str], right: tuple[str, str]) -> str:
        """Write `overlaps` out: where pairs of rows are looked at, a call for each would cost."""
        empty = " or ".join(f"not {members} and not {more}" for members, more in (left, right))
        apart = f"{left[0]}.isdisjoint({right[0]})"
        return f"0 if {empty} else {left[1]} | {right[1]} if {apart} else 3"

    # --- values --------------------------------------------------------------------------

    def _value(self, node: s.Expression) -> str:
        """Return where the value of an expression stands; None is unknown."""
        match node:
            case s.Literal(value):
                return self.source.constant(value)
            case s.Path(path) if path == AS_OF:
                return self._as_of
            case s.Path() | s.Field():
                (fact, depth), known = self._fact(node), self.source.constant("known")
                text = f"{fact}.value if {fact}.state == {known} else None"
                return self._early(("value", fact), text, depth)
        return str(self._once(("value", id(node)), lambda: self._computed(node)))

    def _computed(self, node: s.Expression) -> str:
        match node:
            case s.Arithmetic(operator, left, right):
                return self._arithmetic(operator, left, right)
            case s.Call(function, arguments) if FUNCTIONS[function].is_number:
                call, unknown = self._strict_call(FUNCTIONS[function], arguments)
                return self.source.variable(f"None if {unknown} else {call}" if unknown else call)
            case s.Count():
                return self._count(node)
            case s.Sum():
                return self._sum(node)
        return self.source.variable(f"{self.source.constant(TRUTH_OF)}[{self.truth(node)}]")

    def _arithmetic(self, operator: str, left: s.Expression, right: s.Expression) -> str:
        sides = self._value(left), self._value(right)
        call = self._call(compute, self.source.constant(operator), *sides, self._base_currency)
        unknown = " or ".join(f"{side} is None" for side in sides)
        return self.source.variable(f"None if {unknown} else {call}")

    def _fact(self, node: s.Path | s.Field) -> tuple[str, int]:
        """Return where a fact stands, and from which block on."""
        if isinstance(node, s.Path):
            name, get, depth = node.path, self._facts, 0
        else:
            name, (get, depth) = node.name, self._elements[node.variable]
        text = f"{get}({self.source.constant(name)}, {self._absent})"
        return self._early(("fact", get, name), text, depth), depth

    def _set(self, node: s.Expression) -> tuple[str, str]:
        """Return where the members of a set stand, and the code of what is not among them."""
        assert isinstance(node, s.Path | s.Field)
        (fact, depth), known = self._fact(node), self.source.constant("known")
        stated = f"{fact}.value if {fact}.state == {known} else ()"
        members = f"{self.source.constant(frozenset)}({stated})"
        return self._early(("set", fact), members, depth), self._further(fact, depth)

    def _further(self, fact: str, depth: int) -> str:
        """Return where it stands whether a list or set may have members that are not stated."""
        whole = f"{fact}.state == {self.source.constant('known')} and {fact}.complete"
        return self._early(("further", fact), f"0 if {whole} else 1", depth)

    # --- lists ---------------------------------------------------------------------------

    def _quantified(self, node: s.Quantified) -> str:
        rows = [self._rows(binding) for binding in node.bindings]
        combine, start = (
            (logic.disjunction, "0") if node.word == "any" else (logic.conjunction, "3")
        )
        more = " or ".join(further for _, further, _ in rows)
        text = f"1 if {more} else {start}"
        result = self.source.variable(self._unless_empty(rows, start, text))
        with self._each(node.bindings, rows):
            part = self.truth(node.body)
            self.source.line(f"{result} = {combine([result, part])}")
        return result

    def _count(self, node: s.Count) -> str:
        rows = [self._rows(binding) for binding in node.bindings]
        low, high = self.source.variable("0"), self.source.variable("0")
        with self._each(node.bindings, rows):
            part = self.truth(node.body)
            self.source.line(f"{low} += {part} >> 1")
            self.source.line(f"{high} += {part} & 1")
        absent = " or ".join(absent for _, _, absent in rows)
        more = " or ".join(further for _, further, _ in rows)
        endless, interval = self.source.constant(float("inf")), self.source.constant(Interval)
        whole = f"{low} if {low} == {high} else {interval}({low}, {high})"
        counted = f"None if {absent} else {interval}({low}, {endless}) if {more} else {whole}"
        return self.source.variable(self._unless_empty(rows, "0", counted))

    def _sum(self, node: s.Sum) -> str:
        rows = [self._rows(binding) for binding in node.bindings]
        more = " or ".join(further for _, further, _ in rows)
        total = self.source.variable(self._unless_empty(rows, "0", f"None if {more} else 0"))
        with self._each(node.bindings, rows):
            counts = f"{total} is not None"
            if node.condition is not None:
                chosen = self.truth(node.condition)
                self.source.line(f"{total} = None if {chosen} == 1 else {total}")
                counts = f"{chosen} == 3 and {counts}"
            with self._block(f"if {counts}"):
                term = self._value(node.body)
                self.source.line(f"{total} = {self._call(added, total, term, self._base_currency)}")
        return total

    def _unless_empty(self, rows: Sequence[tuple[str, str, str]], empty: str, text: str) -> str:
        """Return a text that holds unless one of several lists is complete and empty."""
        if len(rows) == 1:
            return text
        one_empty = " or ".join(f"not {items} and not {further}" for items, further, _ in rows)
        return f"{empty} if {one_empty} else {text}"

    def _rows(self, binding: s.Binding) -> tuple[str, str, str]:
        """Return where a list stands: its rows, whether there may be more, whether it is absent."""
        (fact, _), known = self._fact(s.Path(binding.path)), self.source.constant("known")
        stated = f"{fact}.elements if {fact}.state == {known} else ()"
        items = self._early(("items", fact), stated, 0)
        absent = self._early(("absent", fact), f"{fact}.state != {known}", 0)
        return items, self._further(fact, 0), absent

    @contextmanager
    def _each(
        self, bindings: Sequence[s.Binding], rows: Sequence[tuple[str, str, str]]
    ) -> Iterator[None]:
        """Put what is written meanwhile into a loop over every choice of one row from each list."""
        if not bindings:
            yield
            return
        binding, (items, _, _) = bindings[0], rows[0]
        self._loops += 1
        element = f"e{self._loops}"
        outer = self._elements
        with self._block(f"for {element} in {items}"):
            depth = self.source.depth
            get = self._early(("get", element), f"{element}.fields.get", depth)
            self._elements = {**outer, binding.variable: (get, depth)}
            with self._each(bindings[1:], rows[1:]):
                yield
        self._elements = outer


def _has_text(node: s.Expression) -> bool:
    """Return whether every part of a condition is of a kind that can be written here."""
    parts = tuple(s.walk(node))
    loops = sum(
        len(part.bindings) for part in parts if isinstance(part, s.Quantified | s.Count | s.Sum)
    )
    return loops <= _MAX_LOOPS and not any(map(_has_computed_set, parts))


def _has_computed_set(node: s.Expression) -> bool:
    """Return whether a node takes a set that is not just a fact."""
    sets: tuple[s.Expression, ...] = ()
    if isinstance(node, s.In) and not isinstance(node.container, s.Choices):
        sets = (node.container,)
    elif isinstance(node, s.Call) and reads_sets(node):
        sets = node.arguments
    return not all(isinstance(part, s.Path | s.Field) for part in sets)


def _as_date(value: s.LiteralValue) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _compared(operator: str, left: Quantity, right: Quantity, base_currency: str) -> int:
    pair = same_measure(left, right, base_currency)
    return 1 if pair is None else CODE_OF[compare(operator, *pair)]


def _chosen(value: Quantity, choices: tuple[s.LiteralValue, ...]) -> int:
    return CODE_OF[among(value, choices)]
