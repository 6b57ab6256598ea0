"""Rules as statements that Z3 can reason about: what assignments of facts reach which rating.

Some facts of a case are variables; everything else keeps its value. A part of a condition that
reads one variable is a table over the variable's classes, filled by the reference evaluator, so
that it means the same by construction; only what joins several variables is translated. What can't
be is left free: then answers are bounds, which the caller confirms or refutes with the reference.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from convenio.errors import UsageError
from convenio.facts.case import StatedFact
from convenio.facts.values import Place
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator, Row, Rows
from convenio.language.normal import All, AnyOf, AtLeastOf, Formula, Test
from convenio.packs.compile import CompiledRule
from convenio.packs.pack import Pack
from convenio.packs.policy import RATINGS, Requirement
from convenio.packs.rule import SEVERITIES

MAX_MEMBERS = 8
"""Members of one set that a single condition may name."""

MAX_TABLE = 3_000
"""A part that joins variables is tabulated where they have no more classes together."""

Bool = Any
"""A Python bool or a Z3 Boolean."""


def load_z3() -> Any:
    """Return the solver's module.

    Raises UsageError where it is not installed.
    """
    try:
        import z3
    except ModuleNotFoundError:
        raise UsageError("this needs the solver: pip install 'convenio[solver]'") from None
    return z3


class Pair(NamedTuple):
    """A truth on two rails: what is possibly true, and what certainly is."""

    possible: Bool
    certain: Bool


class Number(NamedTuple):
    """A number as a Z3 term or an exact Python number, and whether it is known."""

    term: Any
    known: Bool


@dataclass(frozen=True)
class Class:
    """Values of a variable that no condition tells apart, and when the variable is among them."""

    chosen: Bool
    stated: StatedFact | None
    evaluator: Evaluator


class Variable(Protocol):
    """A fact that may take several values."""

    path: str

    @property
    def known(self) -> Bool:
        """Return whether the fact has a value."""
        ...

    def classes(self, condition: s.Expression, rows: Rows) -> Sequence[Class]:
        """Return classes of values between which a condition that reads no other does not change.

        They cover all values that the variable may have.
        """
        ...

    def number(self) -> Number | None:
        """Return the variable as a number, where it is one."""
        ...

    def members(self) -> Mapping[str, Bool] | None:
        """Return for each member whether the set holds it, where it is a set that is known."""
        ...


class Logic:
    """Boolean terms that fold what is constant."""

    def __init__(self, z3: Any) -> None:
        self.z3 = z3

    def all(self, parts: Iterable[Bool]) -> Bool:
        """Return the conjunction."""
        terms = [part for part in parts if part is not True]
        if any(term is False for term in terms):
            return False
        return True if not terms else terms[0] if len(terms) == 1 else self.z3.And(terms)

    def any(self, parts: Iterable[Bool]) -> Bool:
        """Return the disjunction."""
        terms = [part for part in parts if part is not False]
        if any(term is True for term in terms):
            return True
        return False if not terms else terms[0] if len(terms) == 1 else self.z3.Or(terms)

    def negate(self, part: Bool) -> Bool:
        """Return the negation."""
        return not part if isinstance(part, bool) else self.z3.Not(part)

    def at_least(self, count: int, parts: Iterable[Bool]) -> Bool:
        """Return whether so many parts hold."""
        terms = [part for part in parts if part is not False]
        certain = sum(term is True for term in terms)
        open_ = [term for term in terms if term is not True]
        if certain >= count:
            return True
        if certain + len(open_) < count:
            return False
        return self.z3.AtLeast(*open_, count - certain)

    def opposite(self, pair: Pair) -> Pair:
        """Return Kleene's not."""
        return Pair(self.negate(pair.certain), self.negate(pair.possible))

    def both(self, pairs: Sequence[Pair]) -> Pair:
        """Return Kleene's and."""
        return Pair(self.all(p.possible for p in pairs), self.all(p.certain for p in pairs))

    def either(self, pairs: Sequence[Pair]) -> Pair:
        """Return Kleene's or."""
        return Pair(self.any(p.possible for p in pairs), self.any(p.certain for p in pairs))

    def count(self, least: int, pairs: Sequence[Pair]) -> Pair:
        """Return `at_least`."""
        return Pair(
            self.at_least(least, [p.possible for p in pairs]),
            self.at_least(least, [p.certain for p in pairs]),
        )


def _constant(truth: bool | None) -> Pair:
    return Pair(truth is not False, truth is True)


@dataclass
class Conditions:
    """Translates conditions over a case in which some facts are variables.

    With `assumed`, values are assumptions that leave what the file says as it is; else a case whose
    facts are changed no longer states what its `only_if` excludes. `present` says of entries that a
    list may have besides those stated, by their name (`activities[2]`), whether they are there.
    `free` names parts that were left free.
    """

    logic: Logic
    base: Evaluator
    account: str
    variables: Mapping[str, Variable]
    guards: Mapping[str, s.Expression]
    number_of: Callable[[Any, str], Fraction | None]
    evaluator_with: Callable[[Mapping[str, StatedFact | None]], Evaluator]
    assumed: bool = False
    present: Mapping[str, Bool] = field(default_factory=dict)
    free: list[str] = field(default_factory=list)
    _excluded: dict[str, Bool] = field(default_factory=dict)

    def truth(self, node: s.Expression, rows: Rows | None = None) -> Pair:
        """Return a condition on two rails."""
        rows = rows or {}
        read = self._reads(node, rows)
        if not read:
            return _constant(self.base.trace(node, rows).truth)
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
            case s.About(_, s.Path(path)) if self.assumed:
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
        lists = {name.partition("[")[0] for name in self.present}
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
        return Pair(self.logic.any(possible), self.logic.any(certain))

    # --- parts that join variables -------------------------------------------------------

    def _joined(self, node: s.Expression, rows: Rows, read: Sequence[str]) -> Pair:
        logic = self.logic
        match node:
            case s.And(operands):
                return logic.both([self.truth(part, rows) for part in operands])
            case s.Or(operands):
                return logic.either([self.truth(part, rows) for part in operands])
            case s.Not(operand):
                return logic.opposite(self.truth(operand, rows))
            case s.AtLeast(count, operands):
                return logic.count(count, [self.truth(part, rows) for part in operands])
            case s.About(_, s.Path(path)):
                said = Pair(*[self.base.trace(node).truth is True] * 2)
                if path in self.variables:
                    said = self._table(node, rows, self.variables[path])
                stated = self.logic.negate(self.excluded(path))
                return self.logic.both([said, Pair(stated, stated)])
            case s.Quantified():
                return self._quantified(node, rows)
            case s.Compare(operator, left, right):
                found = self._compared(operator, left, right, rows)
                if found is not None:
                    return found
        if isinstance(node, s.Overlaps):
            shared = self._shared(node, rows)
            if shared is not None:
                return shared
        table = self._joint_table(node, rows, [self.variables[path] for path in read])
        return self._left_free(node) if table is None else table

    def _shared(self, node: s.Overlaps, rows: Rows) -> Pair | None:
        """Return whether two sets share a member, where both are wholly known variables."""
        sides = []
        for side in (node.left, node.right):
            names = self._reads(side, rows)
            variable = self.variables[names[0]] if len(names) == 1 else None
            members = variable.members() if variable is not None else None
            if members is None:
                return None
            sides.append(members)
        shared = self.logic.any(
            self.logic.all([holds, sides[1][member]])
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
            term = self.logic.all(found.chosen for found in chosen)
            if truth is not False:
                possible.append(term)
            if truth is True:
                certain.append(term)
        return Pair(self.logic.any(possible), self.logic.any(certain))

    def _left_free(self, node: s.Expression) -> Pair:
        name = f"free{len(self.free)}"
        self.free.append(s.unparse(node))
        possible, certain = self.logic.z3.Bools(f"{name}p {name}c")
        return Pair(possible, self.logic.all([possible, certain]))

    def _there(self, chosen: Sequence[Row]) -> Bool:
        return self.logic.all(self.present.get(row.name, True) for row in chosen)

    def _quantified(self, node: s.Quantified, rows: Rows) -> Pair:
        found = self._list_truth(node.bindings)
        if found is not None:
            return found
        parts = []
        for scope, chosen in self.base.combinations(node.bindings, rows):
            there, body = self._there(chosen), self.truth(node.body, scope)
            if node.word == "any":
                parts.append(self.logic.both([Pair(there, there), body]))
            else:
                absent = self.logic.negate(there)
                parts.append(self.logic.either([Pair(absent, absent), body]))
        open_ = [Pair(True, False)] if self._is_open(node.bindings) else []
        join = self.logic.either if node.word == "any" else self.logic.both
        return join([*parts, *open_])

    def _list_truth(self, bindings: Sequence[s.Binding]) -> Pair | None:
        """Return U where a list is absent; None where its entries decide."""
        states = [self.base.list_state(binding.path) for binding in bindings]
        if "absent" in states and "empty" not in states:
            return _constant(None)
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
        known = self.logic.all([first.known, second.known])
        test = _compare(operator, first.term, second.term)
        certain = self.logic.all([known, test])
        return Pair(self.logic.any([self.logic.negate(known), test]), certain)

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
            low.append(self.logic.all([there, body.certain]))
            high.append(self.logic.all([there, body.possible]))
        least, most = self._total(low), self._total(high)
        ends = [_compare(operator, end, other.term) for end in (least, most)]
        if operator in ("==", "!="):
            inside = self.logic.all(
                [_compare("<=", least, other.term), _compare(">=", most, other.term)]
            )
            single = _compare("==", least, most)
            equal = Pair(inside, self.logic.all([inside, single]))
            found = equal if operator == "==" else self.logic.opposite(equal)
        else:
            found = Pair(self.logic.any(ends), self.logic.all(ends))
        unknown = self.logic.negate(other.known)
        return Pair(
            self.logic.any([unknown, found.possible]),
            self.logic.all([other.known, found.certain]),
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
            found = self.number_of(value, self.account)
            return None if found is None else Number(found, True)
        match node:
            case s.Path(path):
                number = self.variables[path].number() if path in self.variables else None
                if number is None:
                    return None
                stated = self.logic.negate(self.excluded(path))
                return Number(number.term, self.logic.all([number.known, stated]))
            case s.Field(variable, name):
                return self.variables[f"{rows[variable].name}.{name}"].number()
            case s.Arithmetic(operator, left, right):
                return self._arithmetic(operator, left, right, rows)
            case s.Days(start, end):
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
            return Number(a / b, self.logic.all(known))
        term = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b}[operator]()
        return Number(term, self.logic.all(known))

    def _summed(self, node: s.Sum, rows: Rows) -> Number | None:
        if self._list_truth(node.bindings) is not None or self._is_open(node.bindings):
            return Number(Fraction(0), False)
        z3 = self.logic.z3
        total: Any = Fraction(0)
        known: list[Bool] = []
        for scope, chosen in self.base.combinations(node.bindings, rows):
            test = _constant(True)
            if node.condition is not None:
                test = self.truth(node.condition, scope)
            there = self._there(chosen)
            term = self._number(node.body, scope)
            if term is None:
                return None
            counts = self.logic.all([there, test.certain])
            decided = self.logic.any([self.logic.negate(test.possible), test.certain])
            absent = self.logic.negate(there)
            known.append(self.logic.any([absent, decided]))
            known.append(self.logic.any([self.logic.negate(counts), term.known]))
            if counts is True:
                total = total + term.term
            elif counts is not False:
                total = total + z3.If(counts, _real(z3, term.term), z3.RealVal(0))
        return Number(total, self.logic.all(known))

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
            chosen = self.logic.all([first.chosen, second.chosen])
            if None in values:
                possible.append(chosen)
            elif (values[0] == values[1]) == (operator == "=="):
                possible.append(chosen)
                certain.append(chosen)
        return Pair(self.logic.any(possible), self.logic.any(certain))


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


# --- rules and ratings -----------------------------------------------------------------------


@dataclass(frozen=True)
class RuleTerms:
    """When a rule applies, and when it is flagged with a severity or worse, by its number.

    Numbers run from 1 (low) to 4; a mitigating factor has the number 1 alone.
    """

    applies: Pair
    levels: Mapping[int, Pair]

    def at_least(self, number: int) -> Pair:
        """Return whether the rule is flagged with that severity or worse."""
        return next((p for level, p in self.levels.items() if level >= number), Pair(False, False))


class Ratings:
    """When findings and ratings of a pack hold, over the variables of `conditions`."""

    def __init__(self, pack: Pack, conditions: Conditions) -> None:
        self._pack = pack
        self._conditions = conditions
        self._logic = conditions.logic
        compiled = pack.compiled
        self._atoms = {atom: conditions.truth(compiled.atoms[atom]) for atom in compiled.fact_atoms}
        self.rules: dict[str, RuleTerms] = {}
        for rule in compiled.rules:
            self.rules[rule.id] = self._rule(rule)

    def _rule(self, rule: CompiledRule) -> RuleTerms:
        applies = self._formula(rule.applies)
        worse = Pair(False, False)
        levels: dict[int, Pair] = {}
        for severity, formula in reversed(rule.levels):
            number = 1 if severity is None else SEVERITIES.index(severity) + 1
            held = self._logic.both([applies, self._formula(formula)])
            worse = self._logic.either([worse, held])
            levels[number] = worse
        return RuleTerms(applies, dict(sorted(levels.items())))

    def _formula(self, formula: Formula) -> Pair:
        match formula:
            case Test(atom, positive):
                found = self._atoms[atom] if atom in self._atoms else self._finding(atom)
                return found if positive else self._logic.opposite(found)
            case All(parts):
                return self._logic.both([self._formula(part) for part in parts])
            case AnyOf(parts):
                return self._logic.either([self._formula(part) for part in parts])
            case AtLeastOf(count, parts, positive):
                found = self._logic.count(count, [self._formula(part) for part in parts])
                return found if positive else self._logic.opposite(found)

    def _finding(self, atom: int) -> Pair:
        node = self._pack.compiled.atoms[atom]
        assert isinstance(node, s.Flagged | s.FlaggedIn)
        if isinstance(node, s.Flagged):
            mitigating = self._pack.by_id[node.rule].kind == "mitigating"
            number = 1 if node.severity is None or mitigating else number_of_severity(node.severity)
            return self.rules[node.rule].at_least(number)
        members = self._pack.compiled.families.get(node.family, ())
        wanted = number_of_severity(node.severity)
        return self._logic.either([self.rules[name].at_least(wanted) for name in members])

    def above(self, rank: int, side: str) -> Bool:
        """Return when the overall rating is worse than that of a rank (0: low).

        `side` is "floor" or "ceiling".
        """
        families = self._pack.families
        return self._logic.any(self.family_above(name, rank, side) for name in families)

    def family_above(self, family: str, rank: int, side: str) -> Bool:
        """Return when the rating of a family is worse than that of a rank."""
        logic = self._logic
        members = [rule for rule in self._pack.rules if rule.family == family]
        scored = [self.rules[rule.id] for rule in members if rule.kind != "mitigating"]
        factors = logic.either(
            [self.rules[rule.id].at_least(1) for rule in members if rule.kind == "mitigating"]
        )
        floor = side == "floor"
        in_force = factors.possible if floor else factors.certain

        def rail(pair: Pair) -> Bool:
            return pair.certain if floor else pair.possible

        def worse(than: int) -> Bool:
            rows = [self._pack.policy.rows.get(rating, ()) for rating in RATINGS[than + 1 :]]
            return logic.any(
                self._holds(requirement, scored, rail) for row in rows for requirement in row
            )

        grave = rail(logic.either([rule.at_least(3) for rule in scored]))
        lowered = logic.all([in_force, logic.negate(worse(rank + 1))])
        if rank == 0:
            lowered = logic.all([lowered, logic.negate(grave)])
        assessed = logic.any(rule.applies.possible for rule in scored)
        return logic.all([assessed, worse(rank), logic.negate(lowered)])

    def _holds(
        self,
        requirement: Requirement,
        scored: Sequence[RuleTerms],
        rail: Callable[[Pair], Bool],
    ) -> Bool:
        wanted = number_of_severity(requirement.severity)
        parts = [rail(rule.at_least(wanted)) for rule in scored]
        return self._logic.at_least(requirement.at_least, parts)


def number_of_severity(severity: str) -> int:
    """Return the number of a severity: 1 for low to 4 for critical."""
    order: Sequence[str] = SEVERITIES
    return order.index(severity) + 1
