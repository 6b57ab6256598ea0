"""Conditions over a case in which some facts are variables, as terms of Z3."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from convenio.backends.solver.logic import Bool, BooleanLogic, Pair, PairLogic, constant
from convenio.backends.solver.variables import Number, Variable
from convenio.facts.case import StatedFact
from convenio.facts.paths import owner_of
from convenio.facts.values import Place
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator
from convenio.language.functions import asks_of_the_file
from convenio.language.logic import connect
from convenio.language.quantities import number_of
from convenio.language.rows import Row, Rows

MAX_TABLE = 3_000
"""A part that joins variables is tabulated where they have no more classes together."""


@dataclass
class Conditions:
    """Translates conditions over a case in which some facts are variables.

    With `assumed`, values are assumptions that leave what the file says as it is; else a case whose
    facts are changed no longer states what its `only_if` excludes. `present` says of entries that a
    list may have besides those stated, by their name (`activities[2]`), whether they are there.
    `free` names parts that were left free.
    """

    logic: BooleanLogic
    base: Evaluator
    base_currency: str
    variables: Mapping[str, Variable]
    guards: Mapping[str, s.Expression]
    evaluator_with: Callable[[Mapping[str, StatedFact | None]], Evaluator]
    assumed: bool = False
    present: Mapping[str, Bool] = field(default_factory=dict)
    free: list[str] = field(default_factory=list)
    pairs: PairLogic = field(init=False)
    _excluded: dict[str, Bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Take the logic of pairs from that of their rails."""
        self.pairs = PairLogic(self.logic)

    def truth(self, node: s.Expression, rows: Rows | None = None) -> Pair:
        """Return a condition on two rails."""
        rows = rows or {}
        read = self._reads(node, rows)
        if not read:
            return constant(self.base.trace(node, rows).truth)
        if len(read) == 1 and not self._grows(node):
            (path,) = read
            return self._table(node, rows, self.variables[path])
        return self._joined(node, rows, read)

    def excluded(self, path: str) -> Bool:
        """Return whether a fact may not be stated, because its `only_if` is false."""
        if path not in self.guards:
            return False
        if path not in self._excluded:
            guard = self.truth(self.guards[path])
            self._excluded[path] = self.logic.negate(guard.possible)
        return self._excluded[path]

    # --- what a part reads ---------------------------------------------------------------

    def _reads(self, node: s.Expression, rows: Rows) -> tuple[str, ...]:
        """Return the variables that a part reads, those behind an `only_if` included."""
        found: dict[str, None] = {}
        self._collect(node, rows, found)
        return tuple(found)

    def _collect(self, node: s.Expression, rows: Rows, found: dict[str, None]) -> None:
        match node:
            case s.Path(path):
                if path in self.variables:
                    found[path] = None
                if path in self.guards:
                    self._collect(self.guards[path], {}, found)
            case s.Field(variable, name):
                path = f"{rows[variable].name}.{name}"
                if path in self.variables:
                    found[path] = None
            case s.Call(_, (s.Path(path),)) if self.assumed and asks_of_the_file(node):
                # What the file says of a fact stays as it is, whatever is assumed.
                if path in self.variables:
                    found[path] = None
            case s.Quantified(_, body, bindings) | s.Count(body, bindings):
                for scope, _ in self.base.combinations(bindings, rows):
                    self._collect(body, scope, found)
            case s.Sum(body, bindings, condition):
                for scope, _ in self.base.combinations(bindings, rows):
                    self._collect(body, scope, found)
                    if condition is not None:
                        self._collect(condition, scope, found)
            case _:
                for part in s.children(node):
                    self._collect(part, rows, found)

    def _grows(self, node: s.Expression) -> bool:
        """Return whether a part looks at a list to which entries may be added."""
        if not self.present:
            return False
        lists = {owner_of(name) for name in self.present}
        return any(
            binding.path in lists
            for part in s.walk(node)
            if isinstance(part, s.Quantified | s.Count | s.Sum)
            for binding in part.bindings
        )

    # --- parts that read one variable, or few values of several ----------------------------

    def _table(self, node: s.Expression, rows: Rows, variable: Variable) -> Pair:
        possible: list[Bool] = []
        certain: list[Bool] = []
        for found in variable.classes(node, rows):
            truth = found.evaluator.trace(node, found.evaluator.same_rows(rows)).truth
            if truth is not False:
                possible.append(found.chosen)
            if truth is True:
                certain.append(found.chosen)
        return Pair(self.logic.disjunction(possible), self.logic.disjunction(certain))

    # --- parts that join variables -------------------------------------------------------

    def _joined(self, node: s.Expression, rows: Rows, read: Sequence[str]) -> Pair:
        match node:
            case s.Not() | s.And() | s.Or() | s.AtLeast():
                return connect(node, lambda part: self.truth(part, rows), self.pairs)
            case s.Call(_, (s.Path(path),)) if asks_of_the_file(node):
                said = Pair(*[self.base.trace(node).truth is True] * 2)
                if path in self.variables:
                    said = self._table(node, rows, self.variables[path])
                stated = self.logic.negate(self.excluded(path))
                return self.pairs.conjunction([said, Pair(stated, stated)])
            case s.Quantified():
                return self._quantified(node, rows)
            case s.Compare(operator, left, right):
                found = self._compared(operator, left, right, rows)
                if found is not None:
                    return found
            case s.Call("overlaps", (left, right)):
                found = self._shared((left, right), rows)
                if found is not None:
                    return found
        table = self._joint_table(node, rows, [self.variables[path] for path in read])
        return self._left_free(node) if table is None else table

    def _shared(self, sets: Sequence[s.Expression], rows: Rows) -> Pair | None:
        """Return whether two sets share a member, where both are wholly known variables."""
        sides = []
        for side in sets:
            names = self._reads(side, rows)
            variable = self.variables[names[0]] if len(names) == 1 else None
            members = variable.members() if variable is not None else None
            if members is None:
                return None
            sides.append(members)
        shared = self.logic.disjunction(
            self.logic.conjunction([holds, sides[1][member]])
            for member, holds in sides[0].items()
            if member in sides[1]
        )
        return Pair(shared, shared)

    def _joint_table(
        self, node: s.Expression, rows: Rows, variables: Sequence[Variable]
    ) -> Pair | None:
        """Return a table over all values of several variables, none of which is a number."""
        if any(variable.number() is not None for variable in variables):
            return None
        classes = [variable.classes(node, rows) for variable in variables]
        if math.prod(map(len, classes)) > MAX_TABLE:
            return None
        paths = [variable.path for variable in variables]
        possible, certain = [], []
        for chosen in itertools.product(*classes):
            stated = {path: found.stated for path, found in zip(paths, chosen, strict=True)}
            evaluator = self.evaluator_with(stated)
            truth = evaluator.trace(node, evaluator.same_rows(rows)).truth
            term = self.logic.conjunction(found.chosen for found in chosen)
            if truth is not False:
                possible.append(term)
            if truth is True:
                certain.append(term)
        return Pair(self.logic.disjunction(possible), self.logic.disjunction(certain))

    def _left_free(self, node: s.Expression) -> Pair:
        name = f"free{len(self.free)}"
        self.free.append(s.unparse(node))
        possible, certain = self.logic.z3.Bools(f"{name}p {name}c")
        return Pair(possible, self.logic.conjunction([possible, certain]))

    def _there(self, chosen: Sequence[Row]) -> Bool:
        return self.logic.conjunction(self.present.get(row.name, True) for row in chosen)

    def _quantified(self, node: s.Quantified, rows: Rows) -> Pair:
        found = self._list_truth(node.bindings)
        if found is not None:
            return found
        parts = []
        for scope, chosen in self.base.combinations(node.bindings, rows):
            there, body = self._there(chosen), self.truth(node.body, scope)
            if node.word == "any":
                parts.append(self.pairs.conjunction([Pair(there, there), body]))
            else:
                absent = self.logic.negate(there)
                parts.append(self.pairs.disjunction([Pair(absent, absent), body]))
        open_ = [Pair(True, False)] if self._is_open(node.bindings) else []
        join = self.pairs.disjunction if node.word == "any" else self.pairs.conjunction
        return join([*parts, *open_])

    def _list_truth(self, bindings: Sequence[s.Binding]) -> Pair | None:
        """Return U where a list is absent; None where its entries decide."""
        states = [self.base.list_state(binding.path) for binding in bindings]
        if "absent" in states and "empty" not in states:
            return constant(None)
        return None

    def _is_open(self, bindings: Sequence[s.Binding]) -> bool:
        states = [self.base.list_state(binding.path) for binding in bindings]
        return "open" in states and "empty" not in states

    # --- numbers -------------------------------------------------------------------------

    def _compared(
        self, operator: str, left: s.Expression, right: s.Expression, rows: Rows
    ) -> Pair | None:
        counts = [isinstance(side, s.Count) for side in (left, right)]
        if any(counts):
            return self._counted(operator, left, right, rows)
        first, second = self._number(left, rows), self._number(right, rows)
        if first is None or second is None:
            return self._same(operator, left, right, rows)
        known = self.logic.conjunction([first.known, second.known])
        test = _compare(operator, first.term, second.term)
        certain = self.logic.conjunction([known, test])
        return Pair(self.logic.disjunction([self.logic.negate(known), test]), certain)

    def _counted(
        self, operator: str, left: s.Expression, right: s.Expression, rows: Rows
    ) -> Pair | None:
        """Compare a count, which may be an interval, with a number that is no count."""
        if isinstance(right, s.Count):
            mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
            return self._counted(mirrored.get(operator, operator), right, left, rows)
        assert isinstance(left, s.Count)
        other = self._number(right, rows)
        absent = self._list_truth(left.bindings)
        if other is None or isinstance(right, s.Count):
            return None
        if absent is not None:
            return absent
        if self._is_open(left.bindings):
            return None
        low, high = [], []
        for scope, chosen in self.base.combinations(left.bindings, rows):
            there, body = self._there(chosen), self.truth(left.body, scope)
            low.append(self.logic.conjunction([there, body.certain]))
            high.append(self.logic.conjunction([there, body.possible]))
        least, most = self._total(low), self._total(high)
        ends = [_compare(operator, end, other.term) for end in (least, most)]
        if operator in ("==", "!="):
            inside = self.logic.conjunction(
                [_compare("<=", least, other.term), _compare(">=", most, other.term)]
            )
            single = _compare("==", least, most)
            equal = Pair(inside, self.logic.conjunction([inside, single]))
            found = equal if operator == "==" else self.pairs.negate(equal)
        else:
            found = Pair(self.logic.disjunction(ends), self.logic.conjunction(ends))
        unknown = self.logic.negate(other.known)
        return Pair(
            self.logic.disjunction([unknown, found.possible]),
            self.logic.conjunction([other.known, found.certain]),
        )

    def _total(self, parts: Sequence[Bool]) -> Any:
        z3 = self.logic.z3
        terms = [int(p) if isinstance(p, bool) else z3.If(p, 1, 0) for p in parts]
        constant = sum(term for term in terms if isinstance(term, int))
        open_ = [term for term in terms if not isinstance(term, int)]
        return z3.Sum(open_) + constant if open_ else constant

    def _number(self, node: s.Expression, rows: Rows) -> Number | None:
        """Return a number; None where the part is none, or can't be translated."""
        if not self._reads(node, rows) and not self._grows(node):
            value = self.base.value(node, rows)
            if value is None:
                return Number(Fraction(0), False)
            found = number_of(value, self.base_currency)
            return None if found is None else Number(found, True)
        match node:
            case s.Path(path):
                number = self.variables[path].number() if path in self.variables else None
                if number is None:
                    return None
                stated = self.logic.negate(self.excluded(path))
                return Number(number.term, self.logic.conjunction([number.known, stated]))
            case s.Field(variable, name):
                return self.variables[f"{rows[variable].name}.{name}"].number()
            case s.Arithmetic(operator, left, right):
                return self._arithmetic(operator, left, right, rows)
            case s.Call("days", (start, end)):
                return self._arithmetic("-", end, start, rows)
            case s.Sum():
                return self._summed(node, rows)
        return None

    def _arithmetic(
        self, operator: str, left: s.Expression, right: s.Expression, rows: Rows
    ) -> Number | None:
        first, second = self._number(left, rows), self._number(right, rows)
        if first is None or second is None:
            return None
        known = [first.known, second.known]
        a, b = first.term, second.term
        if operator == "/":
            nonzero = b != 0
            known.append(bool(nonzero) if isinstance(nonzero, bool) else nonzero)
            if b == 0 and isinstance(b, Fraction):
                return Number(Fraction(0), False)
            return Number(a / b, self.logic.conjunction(known))
        term = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b}[operator]()
        return Number(term, self.logic.conjunction(known))

    def _summed(self, node: s.Sum, rows: Rows) -> Number | None:
        if self._list_truth(node.bindings) is not None or self._is_open(node.bindings):
            return Number(Fraction(0), False)
        z3 = self.logic.z3
        total: Any = Fraction(0)
        known: list[Bool] = []
        for scope, chosen in self.base.combinations(node.bindings, rows):
            test = constant(True)
            if node.condition is not None:
                test = self.truth(node.condition, scope)
            there = self._there(chosen)
            term = self._number(node.body, scope)
            if term is None:
                return None
            counts = self.logic.conjunction([there, test.certain])
            decided = self.logic.disjunction([self.logic.negate(test.possible), test.certain])
            absent = self.logic.negate(there)
            known.append(self.logic.disjunction([absent, decided]))
            known.append(self.logic.disjunction([self.logic.negate(counts), term.known]))
            if counts is True:
                total = total + term.term
            elif counts is not False:
                total = total + z3.If(counts, _real(z3, term.term), z3.RealVal(0))
        return Number(total, self.logic.conjunction(known))

    # --- equality of words ---------------------------------------------------------------

    def _same(
        self, operator: str, left: s.Expression, right: s.Expression, rows: Rows
    ) -> Pair | None:
        """Compare two facts that are no numbers, by a table of both."""
        read = self._reads(s.Compare("==", left, right), rows)
        if operator not in ("==", "!=") or len(read) != 2:
            return None
        sides = []
        for side in (left, right):
            names = self._reads(side, rows)
            if len(names) != 1:
                return None
            sides.append((side, self.variables[names[0]].classes(side, rows)))
        if len(sides[0][1]) * len(sides[1][1]) > MAX_TABLE:
            return None
        possible, certain = [], []
        for first, second in itertools.product(sides[0][1], sides[1][1]):
            values = [
                found.evaluator.value(side, found.evaluator.same_rows(rows))
                for (side, _), found in zip(sides, (first, second), strict=True)
            ]
            if any(isinstance(value, Place) for value in values):
                return None
            chosen = self.logic.conjunction([first.chosen, second.chosen])
            if None in values:
                possible.append(chosen)
            elif (values[0] == values[1]) == (operator == "=="):
                possible.append(chosen)
                certain.append(chosen)
        return Pair(self.logic.disjunction(possible), self.logic.disjunction(certain))


def _real(z3: Any, term: Any) -> Any:
    if isinstance(term, Fraction | int):
        return z3.Q(Fraction(term).numerator, Fraction(term).denominator)
    return term


def _compare(operator: str, left: Any, right: Any) -> Bool:
    return {
        "==": lambda: left == right,
        "!=": lambda: left != right,
        "<": lambda: left < right,
        "<=": lambda: left <= right,
        ">": lambda: left > right,
        ">=": lambda: left >= right,
    }[operator]()
