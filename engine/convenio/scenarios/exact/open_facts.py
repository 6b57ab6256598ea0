"""Open facts as variables of the solver: every value that the catalogue allows."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Protocol

from convenio.backends.solver.logic import Bool, BooleanLogic
from convenio.backends.solver.variables import MAX_MEMBERS, Class, NoNumberNoSet, Number, Variable
from convenio.errors import Position
from convenio.facts.case import Case, StatedFact, Value
from convenio.facts.catalogue import FactDeclaration
from convenio.language import syntax as s
from convenio.language.functions import reads_sets
from convenio.language.rows import Rows
from convenio.scenarios.answers.finder import Answer, AnswerFinder, Scale
from convenio.scenarios.changes import fact_at


class _Open(NoNumberNoSet):
    """An open fact: every value that the catalogue allows."""

    def __init__(self, path: str, finder: AnswerFinder, case: Case, logic: BooleanLogic) -> None:
        self.path = path
        self._finder = finder
        self._logic = logic
        self._before = fact_at(case, path)
        self.known: Bool = True
        self.endless = ""

    def _stated(self, value: Value) -> StatedFact:
        before = self._before
        state = before.file_state if before else "unknown"
        disclosed = before.disclosed if before else True
        position = before.position if before else Position("")
        return StatedFact(
            self.path, "known", position, value, disclosed=disclosed, assumed_from=state
        )


class OpenChoice(_Open):
    """An open fact with few values, or of whose values few are told apart."""

    def __init__(self, path: str, finder: AnswerFinder, case: Case, logic: BooleanLogic) -> None:
        super().__init__(path, finder, case, logic)
        found = finder.answers(path)
        self._values = [answer.value for answer in found.answers]
        self._code = logic.z3.Int(path)
        self.endless = "" if found.exact else found.why

    def domain(self) -> list[Bool]:
        """Return what always holds of the variable."""
        return [self._code >= 0, self._code < len(self._values)]

    def classes(self, condition: s.Expression, rows: Rows) -> list[Class]:
        """Return each value as a class of its own."""
        del condition, rows
        return [
            Class(self._code == place, self._stated(v), self._finder.evaluator(self.path, v))
            for place, v in enumerate(self._values)
        ]

    def value(self, model: Any) -> tuple[Value, Bool]:
        """Return the value in a model, and the test of it."""
        place = model.eval(self._code, model_completion=True).as_long()
        return self._values[place], self._code == place


class OpenNumber(_Open):
    """An open number, amount or date."""

    def __init__(
        self, path: str, finder: AnswerFinder, case: Case, base_currency: str, logic: BooleanLogic
    ) -> None:
        super().__init__(path, finder, case, logic)
        self._declaration: FactDeclaration = finder.declaration(path)
        self._scale = Scale.of(self._declaration, fact_at(case, path), base_currency)
        z3 = logic.z3
        self._number = z3.Int(path) if self._scale.whole else z3.Real(path)
        self._ranges: dict[object, list[Answer]] = {}

    def domain(self) -> list[Bool]:
        """Return the catalogue's range."""
        found = []
        if self._scale.low is not None:
            found.append(self._number >= self._rational(self._scale.low))
        if self._scale.high is not None:
            found.append(self._number <= self._rational(self._scale.high))
        return found

    def _rational(self, number: Fraction) -> Any:
        return self._logic.z3.Q(number.numerator, number.denominator)

    def number(self) -> Number:
        """Return the number."""
        z3 = self._logic.z3
        return Number(z3.ToReal(self._number) if self._scale.whole else self._number, True)

    def classes(self, condition: s.Expression, rows: Rows) -> list[Class]:
        """Return ranges in which the condition does not change."""
        names = tuple(sorted((variable, row.name) for variable, row in rows.items()))
        key = (condition, names)
        if key not in self._ranges:
            self._ranges[key] = self._finder.ranges(self.path, self._declaration, [condition], rows)
        return [
            Class(self._inside(a), None, self._finder.evaluator(self.path, a.value))
            for a in self._ranges[key]
        ]

    def _inside(self, answer: Answer) -> Bool:
        parts = []
        if answer.low is not None:
            low = self._rational(answer.low)
            parts.append(self._number >= low if answer.closed[0] else self._number > low)
        if answer.high is not None:
            high = self._rational(answer.high)
            parts.append(self._number <= high if answer.closed[1] else self._number < high)
        return self._logic.conjunction(parts)

    def value(self, model: Any) -> tuple[Value, Bool]:
        """Return the value in a model, and the test of it."""
        found = model.eval(self._number, model_completion=True)
        if self._scale.whole:
            exact = Fraction(found.as_long())
        elif hasattr(found, "as_fraction"):
            exact = Fraction(found.as_fraction())
        else:
            exact = Fraction(found.approx(20).as_fraction())
        return self._scale.value(exact), self._number == self._rational(exact)


class OpenSet(_Open):
    """An open set, or one that may have further members."""

    def __init__(self, path: str, finder: AnswerFinder, case: Case, logic: BooleanLogic) -> None:
        super().__init__(path, finder, case, logic)
        before = self._before
        value = before.value if before is not None and before.state == "known" else ()
        self._present = [
            m for m in (value if isinstance(value, tuple) else ()) if isinstance(m, str)
        ]
        members = finder.named_members(path)
        # Two sets may also share what nothing names.
        members += [m for m in finder.possible_members(path) if m not in members][:1]
        members = [m for m in members if m not in self._present]
        self._bits = {member: logic.z3.Bool(f"{path} {member}") for member in members}

    def members(self) -> Mapping[str, Bool]:
        """Return for each member whether the set holds it."""
        return {**dict.fromkeys(self._present, True), **self._bits}

    def domain(self) -> list[Bool]:
        """Return nothing: every set may be."""
        return []

    def classes(self, condition: s.Expression, rows: Rows) -> list[Class]:
        """Return each choice of the members that the condition names."""
        del rows
        z3 = self._logic.z3
        words = self._finder.words_of(condition)
        named = [m for m in self._bits if m in words]
        if any(map(reads_sets, s.walk(condition))):
            named = list(self._bits)
        if len(named) > MAX_MEMBERS:
            named = named[:MAX_MEMBERS]
            self.endless = "of its members, only some were tried"
        found = []
        for held in itertools.product((False, True), repeat=len(named)):
            chosen = dict(zip(named, held, strict=True))
            value = (*self._present, *(m for m, on in chosen.items() if on))
            bits = [self._bits[m] if on else z3.Not(self._bits[m]) for m, on in chosen.items()]
            evaluator = self._finder.evaluator(self.path, value)
            found.append(Class(self._logic.conjunction(bits), self._stated(value), evaluator))
        return found

    def value(self, model: Any) -> tuple[Value, Bool]:
        """Return the value in a model, and the test of it."""
        z3 = self._logic.z3
        held = {m: z3.is_true(model.eval(b, model_completion=True)) for m, b in self._bits.items()}
        bits = [self._bits[m] if on else z3.Not(self._bits[m]) for m, on in held.items()]
        value = (*self._present, *(m for m, on in held.items() if on))
        return value, self._logic.conjunction(bits)


class OpenTerm(Variable, Protocol):
    """An open fact as a variable of the solver."""

    endless: str
    """Why not every value was tried; empty where every one was."""

    def value(self, model: Any, /) -> tuple[Value, Bool]:
        """Return the value in a model, and the test of it."""
        ...
