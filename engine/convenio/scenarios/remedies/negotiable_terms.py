"""Negotiable facts as variables of the solver."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Protocol

from convenio.backends.solver.logic import Bool, BooleanLogic
from convenio.backends.solver.variables import MAX_MEMBERS, Class, NoNumberNoSet, Number, Variable
from convenio.facts.case import StatedFact, Value
from convenio.language import syntax as s
from convenio.language.functions import reads_sets
from convenio.language.rows import Rows
from convenio.scenarios.answers.finder import Answer, AnswerFinder
from convenio.scenarios.remedies.negotiable_values import AnyValues, Choices, Numbers, Sets


class ChoiceTerm(NoNumberNoSet):
    """A choice as a variable of the solver. `changed` says that it is another."""

    def __init__(self, values: Choices, logic: BooleanLogic) -> None:
        self.path = values.path
        self.values = values
        self._code = logic.z3.Int(values.path)
        self.changed: Bool = self._code != 0
        self.known: Bool = True if values.is_known else self.changed

    def domain(self) -> list[Bool]:
        """Return what always holds of the variable."""
        return [self._code >= 0, self._code <= len(self.values.values)]

    def classes(self, condition: s.Expression, rows: Rows) -> list[Class]:
        """Return each value as a class of its own, and that the fact stays as it is."""
        del condition, rows
        finder = self.values.finder
        found = [Class(self._code == 0, self.values.stated, finder.base)]
        for place, value in enumerate(self.values.values):
            evaluator = finder.evaluator(self.path, value)
            stated = _known(self.path, value, finder)
            found.append(Class(self._code == place + 1, stated, evaluator))
        return found

    def nearest(self, search: NearestSearch) -> tuple[Value, Bool]:
        """Return the nearest value that is still possible, and the test of it."""
        tests = ((v, self._code == self.values.values.index(v) + 1) for v in self.values.others())
        return next(found for found in tests if search.is_possible(found[1]))


class NumberTerm(NoNumberNoSet):
    """A number on a grid as a variable of the solver. `changed` says that it is another."""

    def __init__(self, values: Numbers, logic: BooleanLogic) -> None:
        self.path = values.path
        self.values = values
        self._logic = logic
        z3 = logic.z3
        self.changed: Bool = z3.Bool(f"{values.path} changed")
        self.known: Bool = self.changed if values.present is None else True
        self.place = z3.Int(values.path)
        self._classes: dict[object, list[Answer]] = {}

    def domain(self) -> list[Bool]:
        """Return what always holds of the variable; a change is to another value."""
        grid, present = self.values.grid, self.values.present
        found = [self.place >= 0]
        if grid.last is not None:
            found.append(self.place <= grid.last)
        if present is not None:
            place = (present - grid.low) / grid.step
            if place.denominator == 1:
                found.append(self._logic.z3.Implies(self.changed, self.place != int(place)))
        return found

    def number(self) -> Number:
        """Return the number, in the pack's currency where it is money."""
        z3, grid, present = self._logic.z3, self.values.grid, self.values.present
        rate = Fraction(self.values.scale.rate)
        low, step = _rational(z3, grid.low * rate), _rational(z3, grid.step * rate)
        new = low + step * z3.ToReal(self.place)
        if present is None:
            return Number(new, self.changed)
        return Number(z3.If(self.changed, new, _rational(z3, present * rate)), True)

    def classes(self, condition: s.Expression, rows: Rows) -> list[Class]:
        """Return ranges in which the condition does not change, and that the fact stays."""
        names = tuple(sorted((variable, row.name) for variable, row in rows.items()))
        key = (condition, names)
        finder = self.values.finder
        if key not in self._classes:
            declaration = self.values.declaration
            self._classes[key] = finder.ranges(self.path, declaration, [condition], rows)
        found = [Class(self._logic.negate(self.changed), self.values.stated, finder.base)]
        for answer in self._classes[key]:
            inside = self._inside(answer)
            if inside is not False:
                chosen = self._logic.conjunction([self.changed, inside])
                found.append(Class(chosen, None, finder.evaluator(self.path, answer.value)))
        return found

    def nearest(self, search: NearestSearch) -> tuple[Value, Bool]:
        """Return the nearest number that is still possible, and the test of it.

        The distance is doubled twice until there is one, then halved to the last step.
        """
        place, values = self.place, self.values
        start, both = values.start, self._logic.z3.And
        near, far = -1, 1
        while not search.is_possible(both(place >= start - far, place <= start + far)):
            near, far = far, far * 4
        while far - near > 1:
            middle = (near + far) // 2
            if search.is_possible(both(place >= start - middle, place <= start + middle)):
                far = middle
            else:
                near = middle
        sides = sorted({start - far, start + far}, key=lambda p: (values.distance(p), p))
        chosen = next(p for p in sides if p >= 0 and search.is_possible(place == p))
        return values.value(chosen), place == chosen

    def _inside(self, answer: Answer) -> Bool:
        places = self.values.grid.places(answer)
        if places is None:
            return False
        first, last = places
        parts = [self.place >= first] if first > 0 else []
        if last is not None and last != self.values.grid.last:
            parts.append(self.place <= last)
        return self._logic.conjunction(parts)


class SetTerm(NoNumberNoSet):
    """A set as a variable of the solver. `changed` says that it is another."""

    def __init__(self, values: Sets, logic: BooleanLogic) -> None:
        self.path = values.path
        self.values = values
        self._logic = logic
        z3 = logic.z3
        self.changed: Bool = z3.Bool(f"{values.path} changed")
        self.known: Bool = True if values.is_known else self.changed
        self._bits = {member: z3.Bool(f"{values.path} {member}") for member in values.names}

    def domain(self) -> list[Bool]:
        """Return what always holds: a change makes another set of it."""
        if not self.values.is_complete:
            return []
        differs = self._logic.disjunction(self.differences())
        return [self._logic.z3.Implies(self.changed, differs)]

    def differences(self) -> list[Bool]:
        """Return for each member whether it comes or goes."""
        present = self.values.present
        return [
            self._logic.negate(bit) if member in present else bit
            for member, bit in self._bits.items()
        ]

    def classes(self, condition: s.Expression, rows: Rows) -> list[Class]:
        """Return each set of the members that the condition names, and that the fact stays."""
        del rows
        finder = self.values.finder
        words = finder.words_of(condition)
        named = [member for member in self.values.names if member in words]
        if any(map(reads_sets, s.walk(condition))):
            named = self.values.names
        named = named[:MAX_MEMBERS]
        found = [Class(self._logic.negate(self.changed), self.values.stated, finder.base)]
        for held in itertools.product((False, True), repeat=len(named)):
            chosen = dict(zip(named, held, strict=True))
            value = self.values.written(chosen)
            stated = _known(self.path, value, finder)
            test = self._logic.conjunction([self.changed, *self.tests(chosen)])
            found.append(Class(test, stated, finder.evaluator(self.path, value)))
        return found

    def nearest(self, search: NearestSearch) -> tuple[Value, Bool]:
        """Return a set from which the fewest members come or go, and the test of it."""
        z3 = self._logic.z3
        differences = self.differences()
        for count in range(1, len(differences) + 1):
            bound = z3.AtMost(*differences, count)
            if search.is_possible(bound):
                search.require(bound)
                break
        chosen: dict[str, bool] = {}
        for member in self.values.names:
            same = member in self.values.present
            stays = search.is_possible(z3.And(self.tests({member: same})))
            chosen[member] = same if stays else not same
            search.require(z3.And(self.tests({member: chosen[member]})))
        return self.values.written(chosen), z3.And(self.tests(chosen))

    def tests(self, chosen: Mapping[str, bool]) -> list[Bool]:
        """Return the tests of these members being in or out."""
        return [
            self._bits[member] if on else self._logic.negate(self._bits[member])
            for member, on in chosen.items()
        ]


class NearestSearch(Protocol):
    """What a term asks of the search that it stands in."""

    def is_possible(self, test: Bool, /) -> bool:
        """Return whether a test may hold beside all that is required."""
        ...

    def require(self, test: Bool, /) -> None:
        """Look only at values for which a test holds."""
        ...


class NegotiableTerm(Variable, Protocol):
    """A negotiable fact as a variable of the solver."""

    changed: Bool
    """Whether it is agreed otherwise than it stands."""

    def nearest(self, search: NearestSearch, /) -> tuple[Value, Bool]:
        """Return the value nearest to the present one that is possible, and the test of it."""
        ...


def _known(path: str, value: Value, finder: AnswerFinder) -> StatedFact:
    return StatedFact(path, "known", finder.declaration(path).position, value)


def _rational(z3: Any, number: Fraction) -> Any:
    return z3.Q(number.numerator, number.denominator)


def term_of(values: AnyValues, logic: BooleanLogic) -> NegotiableTerm:
    """Return the variable of a fact."""
    if isinstance(values, Choices):
        return ChoiceTerm(values, logic)
    return SetTerm(values, logic) if isinstance(values, Sets) else NumberTerm(values, logic)
