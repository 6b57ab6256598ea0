"""How far each threshold could move before the rating changes, and what rests on judgement."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from convenio.assessment.assessment import Assessment
from convenio.assessment.engine import Engine
from convenio.assessment.rating import FamilyRating, Readings, worst
from convenio.backends import reference
from convenio.backends.outcome import decode, encode
from convenio.errors import Position
from convenio.facts.case import Case, StatedFact
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator
from convenio.language.formula import AtomTable
from convenio.language.truth import TRUTH_OF, Truth
from convenio.packs.compile import compile_rule
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating
from convenio.packs.rule import Rule
from convenio.presentation import Presented
from convenio.scenarios.answers.breakpoints import Breakpoints
from convenio.scenarios.thresholds import (
    MOVED,
    as_number,
    conditions_of,
    counts_of,
    distances_of,
    marked_in,
    number_in,
    numbers_of,
    with_conditions,
    with_number,
)

JUDGEMENT = "judgement"
"""The basis of a threshold that rests on opinion alone."""


@dataclass(frozen=True, slots=True)
class Move:
    """Where a threshold changes the overall rating: at this number and beyond, or only beyond."""

    at: Fraction
    included: bool
    overall: Readings


@dataclass(frozen=True, slots=True)
class MovableThreshold:
    """A number in a rule's conditions, and the nearest places below and above that matter.

    None says that the rating stays, however far the threshold moves in that direction (down to 0).
    """

    rule: Rule
    condition: str
    value: float
    below: Move | None
    above: Move | None

    @property
    def slack(self) -> float | None:
        """The smallest move that matters, as a share of the threshold; None where none does."""
        moves = [move for move in (self.below, self.above) if move is not None]
        if not moves:
            return None
        return min(float(abs(m.at - Fraction(self.value))) for m in moves) / abs(self.value)


@dataclass(frozen=True)
class Sensitivity(Presented):
    """How firm the rating is, in all its readings.

    `thresholds` are the numbers whose move changes the overall rating, the tightest first; of the
    others that decided a finding only `firm`, their number, is told. `carried_by` are rules whose
    numbers rest on judgement and without any one of which what is established, or presumed, would
    be lower, with the rating that is left. `without_judgement` is the rating where all rules that
    rest on judgement are set aside.
    """

    base: Assessment
    thresholds: tuple[MovableThreshold, ...]
    firm: int
    carried_by: tuple[tuple[str, Readings], ...]
    without_judgement: Readings
    judged: tuple[str, ...]


def sensitivity(case: Case, pack: Pack) -> Sensitivity:
    """Return how far thresholds could move before the overall rating changes.

    Every number in the conditions of a rule is moved alone, with all else as it is: numbers that
    are compared, distances, and how many conditions `at_least` asks for. Zeros are left out, since
    they say where a count begins and are no one's choice.

    >>> from convenio import load_case, load_pack
    >>> pack = load_pack("core")
    >>> found = sensitivity(load_case("merida-2008", pack), pack)
    >>> [(t.rule.id, t.value) for t in found.thresholds]
    [('HUM-008', 6)]
    """
    return _Work(case, pack).run()


class _Read:
    """One case as it is read, stated or presumed: what is found where rules are changed."""

    def __init__(self, case: Case, engine: Engine) -> None:
        self._case = case
        self._engine = engine
        self._pack = pack = engine.pack
        truths = engine.truths(case)
        outcomes, families = engine.ratings(truths)
        self._outcomes = decode(outcomes, engine.order)
        self._base = _bounds(families)
        by_atom = {atom: TRUTH_OF[truths[place]] for atom, place in pack.compiled.places.items()}
        self._table = AtomTable()
        for node in pack.compiled.atoms:
            self._table.number(node)
        self._known: list[Truth] = [by_atom.get(n) for n in range(len(pack.compiled.atoms))]
        self._whole = pack.evaluator(case)
        self._evaluators: dict[Fraction, Evaluator] = {}

    def places(self, conditions: Sequence[s.Expression], number: Fraction) -> set[Fraction]:
        """Return the numbers at which some part of the conditions changes, near a number."""
        evaluator = self._evaluator(number)
        finder = Breakpoints(MOVED, evaluator, self._pack.currency)
        found: set[Fraction] = set()
        for condition in conditions:
            found |= finder.of(condition)
            found |= set(distances_of(condition, evaluator))
            found |= counts_of(condition)
        return found

    def _evaluator(self, number: Fraction) -> Evaluator:
        if number not in self._evaluators:
            fact = StatedFact(MOVED, "known", Position(self._case.file), as_number(number))
            case = replace(self._case, facts={**self._case.facts, MOVED: fact})
            self._evaluators[number] = self._pack.evaluator(case)
        return self._evaluators[number]

    def rated(self, changed: Sequence[Rule]) -> tuple[Rating, Rating]:
        """Return the rating, floor and ceiling, with some rules changed."""
        compiled = {rule.id: compile_rule(rule, self._table) for rule in changed}
        for atom in range(len(self._known), len(self._table.atoms)):
            node = self._table.atoms[atom]
            findings = isinstance(node, s.Flagged | s.FlaggedIn)
            self._known.append(None if findings else self._whole.trace(node).truth)
        pack = replace(self._pack.compiled, atoms=tuple(self._table.atoms))
        facts, before = dict(enumerate(self._known)), self._outcomes
        if all(
            reference.outcome_of(rule, pack, facts, before) == before[name]
            for name, rule in compiled.items()
        ):
            return self._base
        strata = tuple(
            tuple(compiled.get(rule.id, rule) for rule in stratum) for stratum in pack.strata
        )
        outcomes = reference.infer(replace(pack, strata=strata), facts)
        return _bounds(self._engine.rate(encode(outcomes, self._engine.order)))


def _bounds(families: Mapping[str, FamilyRating]) -> tuple[Rating, Rating]:
    floor = worst(rating.floor for rating in families.values())
    return floor, worst(rating.ceiling for rating in families.values())


class _Work:
    def __init__(self, case: Case, pack: Pack) -> None:
        self._pack = pack
        engine = Engine(pack, "reference").compile()
        self._base = engine.assess(case)
        self._order = engine.order
        self._stated = _Read(case, engine)
        presumed = self._base.presumed_case
        self._presumed = _Read(presumed, engine) if self._base.presumptions else self._stated

    def run(self) -> Sensitivity:
        found: list[MovableThreshold] = []
        firm = 0
        for rule in self._pack.rules:
            if self._base.outcomes[rule.id].verdict == "not_applicable":
                continue
            for node in numbers_of(rule):
                moved = self._threshold(rule, node)
                if moved.below is None and moved.above is None:
                    firm += 1
                else:
                    found.append(moved)
        judged = [r for r in self._pack.rules if self._is_judged(r)]
        found.sort(key=lambda t: (t.slack or 0.0, self._order.index(t.rule.id)))
        return Sensitivity(
            self._base,
            tuple(found),
            firm,
            tuple(self._carried(judged)),
            self._set_aside(judged),
            tuple(rule.id for rule in judged),
        )

    # --- judgement -------------------------------------------------------------------------

    def _is_judged(self, rule: Rule) -> bool:
        outcome = self._base.outcomes[rule.id]
        is_open = outcome.verdict in ("flag", "unknown")
        return is_open and rule.threshold.basis == JUDGEMENT and rule.kind != "mitigating"

    def _carried(self, judged: Sequence[Rule]) -> Iterator[tuple[str, Readings]]:
        base = self._base.readings()
        for rule in judged:
            left = self._set_aside([rule])
            if (left.floor, left.presumed) != (base.floor, base.presumed):
                yield rule.id, left

    def _set_aside(self, rules: Sequence[Rule]) -> Readings:
        """Return the rating with these rules clear, in whatever looks at them too."""
        return self._rated([with_conditions(rule, _never) for rule in rules])

    # --- thresholds ------------------------------------------------------------------------

    def _threshold(self, rule: Rule, node: s.Expression) -> MovableThreshold:
        number = number_in(node)
        parts = {part: marked_in(part, node) for part in conditions_of(rule)}
        moved = tuple(part for whole, part in parts.items() if part is not whole)
        places = self._places(moved, number)
        below, above = self._moves(rule, parts, places, number)
        return MovableThreshold(rule, s.unparse(node), number, below, above)

    def _places(self, conditions: Sequence[s.Expression], number: float) -> list[Fraction]:
        """Return the numbers at which some part of the conditions changes in some reading."""
        reads = dict.fromkeys((self._stated, self._presumed))
        places: set[Fraction] = set()
        while True:
            found = set(places)
            for value in (Fraction(number), *_around(sorted(places))):
                for read in reads:
                    found |= read.places(conditions, value)
            found = {place for place in found if place >= 0}
            if found <= places:
                return sorted(places)
            places |= found

    def _moves(
        self,
        rule: Rule,
        parts: Mapping[s.Expression, s.Expression],
        places: Sequence[Fraction],
        number: float,
    ) -> tuple[Move | None, Move | None]:
        """Return the nearest places on both sides where the overall rating changes."""
        now = Fraction(number)
        base = self._base.readings()

        def nearest(beyond: Sequence[Fraction], upward: bool) -> Move | None:
            for value, at, included in _outward(beyond, now, upward):
                rated = self._with(rule, parts, value)
                if rated != base:
                    return Move(at, included, rated)
            return None

        below = nearest([place for place in places if place <= now], upward=False)
        return below, nearest([place for place in places if place >= now], upward=True)

    def _with(
        self, rule: Rule, parts: Mapping[s.Expression, s.Expression], value: Fraction
    ) -> Readings:
        """Return the rating with the number at a value."""
        return self._rated([with_conditions(rule, lambda whole: with_number(parts[whole], value))])

    def _rated(self, changed: Sequence[Rule]) -> Readings:
        """Return the rating with some rules changed."""
        floor, ceiling = self._stated.rated(changed)
        if self._presumed is self._stated:
            return Readings(floor, floor, ceiling)
        return Readings(floor, self._presumed.rated(changed)[0], ceiling)


def _never(condition: s.Expression) -> s.Expression:
    del condition
    return s.Literal(False)


def _around(places: Sequence[Fraction]) -> Iterator[Fraction]:
    """Yield numbers before, at, between and after places."""
    if not places:
        return
    yield places[0] / 2
    for first, second in itertools.pairwise(places):
        yield first
        yield (first + second) / 2
    yield places[-1]
    yield places[-1] + 1


def _outward(
    places: Sequence[Fraction], now: Fraction, upward: bool
) -> Iterator[tuple[Fraction, Fraction, bool]]:
    """Yield numbers away from the present one: each place, and one from each range between.

    With each comes the end of its range nearer to the present number, and whether it belongs.
    """
    ordered = sorted(places, reverse=not upward)
    ends: list[Fraction | None] = [*ordered, None]
    start = now
    for end in ends:
        if end is None:
            beyond = start + 1 if upward else start / 2
            if beyond != start:
                yield beyond, start, False
            return
        if end != start:
            yield (start + end) / 2, start, False
        if end != now:
            yield end, end, True
        start = end
