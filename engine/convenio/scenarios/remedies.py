"""Which changes of negotiable terms bring the rating down, the cheapest first."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from convenio.assessment.assessment import Assessment
from convenio.assessment.cases import without_excluded
from convenio.assessment.engine import Engine
from convenio.assessment.finding import Finding
from convenio.assessment.open_questions import OpenQuestion, open_questions
from convenio.backends import solver
from convenio.backends.solver import Bool, Conditions, Logic, Ratings
from convenio.errors import UsageError, nearest_name
from convenio.facts.case import Case, StatedFact, Value
from convenio.language.evaluate import Evaluator
from convenio.packs.pack import Pack
from convenio.packs.policy import RATINGS, Rating, rank
from convenio.packs.rule import Severity
from convenio.scenarios.answers import AnswerFinder
from convenio.scenarios.breakpoints import number_of
from convenio.scenarios.changes import fact_at, with_fact, with_value
from convenio.scenarios.notebook import as_html
from convenio.scenarios.terms import (
    AnyTerm,
    ChoiceTerm,
    NumberTerm,
    SetTerm,
    can_be_changed,
    term_of,
    values_of,
)

Side = Literal["floor", "ceiling"]

LIMIT = 5
"""Alternatives that are shown where not all are asked for; those of equal cost come along."""


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that would be agreed otherwise; `cost` is the catalogue's, from 1 to 5."""

    path: str
    before: StatedFact | None
    after: Value
    cost: int


@dataclass(frozen=True)
class Remedy:
    """Changes that together reach the target; each is needed.

    `without` is the rating that is left where that one change is not made. `rules` come out
    otherwise; `mitigations` are what the pack advises for those of them that are about these facts.
    `still_open` are questions whose answers could bring the deal above the target again.
    """

    changes: tuple[Change, ...]
    assessment: Assessment
    without: Mapping[str, Rating]
    rules: tuple[str, ...]
    mitigations: tuple[tuple[str, str], ...]
    still_open: tuple[OpenQuestion, ...]

    @property
    def cost(self) -> int:
        """What the changes cost together."""
        return sum(change.cost for change in self.changes)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A finding that stays whatever is negotiated, and the facts that it rests on."""

    rule: str
    severity: Severity | None
    facts: tuple[str, ...]


@dataclass(frozen=True)
class Remedies:
    """What was found. `every` is True where there are no further alternatives.

    `singles_only` is True where the solver is not installed, so that only single changes were
    tried. `untried` names negotiable facts of which no other value could be tried, and
    `is_bound` is True where some condition could not be translated.
    """

    base: Assessment
    target: Rating
    side: Side
    found: tuple[Remedy, ...]
    every: bool
    obstacles: tuple[Obstacle, ...]
    reached_already: bool
    singles_only: bool
    untried: tuple[str, ...]
    is_bound: bool

    def _repr_html_(self) -> str:
        rows = [
            [
                str(remedy.cost),
                "; ".join(change.path for change in remedy.changes),
                f"{remedy.assessment.floor} to {remedy.assessment.ceiling}",
            ]
            for remedy in self.found
        ]
        title = f"{self.base.case.title}: changes that reach {self.target}"
        return as_html(title, ["cost", "changes", "rating"], rows)


def remedies(
    case: Case,
    pack: Pack,
    target: Rating = "moderate",
    *,
    keep: Sequence[str] = (),
    max_changes: int | None = None,
    every: bool = False,
    ceiling: bool = False,
) -> Remedies:
    """Return the changes of negotiable facts that bring the floor to the target, cheapest first.

    `keep` are facts that may not be changed; `every` asks for all alternatives, and not for the
    cheapest few; `ceiling` asks that nothing unknown may exceed the target either. Values are those
    of the catalogue's grid nearest to the present ones, dates none before the date of the case.
    Each alternative was tested by the ordinary engine. Without the extra `solver` only single
    changes are tried.

    Raises UsageError for a target that is no rating, or a fact to keep that does not exist.

    >>> from convenio import load_case, load_pack
    >>> pack = load_pack("core")
    >>> found = remedies(load_case("alcantara-tsa-2019", pack), pack)
    >>> [(change.path, change.after) for change in found.found[0].changes]
    [('site.communities', 'affected_consulted')]
    """
    if target not in RATINGS:
        raise UsageError(f"no rating '{target}'; there is {', '.join(RATINGS)}")
    for path in keep:
        if path not in pack.catalogue.facts:
            nearest = nearest_name(path, pack.catalogue.facts)
            hint = f"; did you mean {nearest}?" if nearest else ""
            raise UsageError(f"no fact '{path}'{hint}")
    search = _Search(case, pack, rank(target), "ceiling" if ceiling else "floor", keep)
    return search.run(target, max_changes, every)


def frontier(
    case: Case, pack: Pack, *, keep: Sequence[str] = (), ceiling: bool = False
) -> tuple[Remedies, ...]:
    """Return for every rating below the present one the cheapest way there.

    >>> from convenio import load_case, load_pack
    >>> pack = load_pack("core")
    >>> [found.target for found in frontier(load_case("alcantara-tsa-2019", pack), pack)]
    ['moderate', 'low']
    """
    base = Engine(pack, "reference").assess(case)
    now = base.ceiling if ceiling else base.floor
    lower = [rating for rating in reversed(RATINGS) if rank(rating) < rank(now)]
    return tuple(remedies(case, pack, rating, keep=keep, ceiling=ceiling) for rating in lower)


class _Search:
    def __init__(
        self, case: Case, pack: Pack, wanted: int, side: Side, keep: Sequence[str]
    ) -> None:
        self._case = case
        self._pack = pack
        self._wanted = wanted
        self._side: Side = side
        self._engine = Engine(pack, "reference").compile()
        self._base = self._engine.assess(case)
        self._finder = AnswerFinder(case, pack)
        negotiable = [
            declaration
            for path, declaration in pack.catalogue.facts.items()
            if declaration.negotiable and path not in keep and self._finder.conditions(path)
        ]
        self._paths = [d.path for d in negotiable if can_be_changed(d, case, pack.currency)]
        self._untried = tuple(d.path for d in negotiable if d.path not in self._paths)

    def run(self, target: Rating, max_changes: int | None, every: bool) -> Remedies:
        """Search, with the solver where it is installed."""
        found: list[Remedy] = []
        obstacles: tuple[Obstacle, ...] = ()
        complete, singles, bound = True, False, False
        reached = self._reached(self._base)
        if not reached:
            try:
                z3 = solver.load_z3()
            except UsageError:
                singles = True
                found = self._singles()
            else:
                exact = _Exact(self, z3, max_changes)
                found, complete = exact.run(LIMIT if not every else None)
                bound = bool(exact.conditions.free)
                if not found:
                    obstacles = exact.obstacles()
        return Remedies(
            self._base,
            target,
            self._side,
            tuple(found),
            complete,
            obstacles,
            reached,
            singles,
            self._untried,
            bound,
        )

    def _rating(self, assessment: Assessment) -> Rating:
        return assessment.floor if self._side == "floor" else assessment.ceiling

    def _reached(self, assessment: Assessment) -> bool:
        return rank(self._rating(assessment)) <= self._wanted

    def assess(self, values: Mapping[str, Value]) -> Assessment | None:
        """Return the assessment with other values; None where one may not be stated then."""
        case = self._case
        for path, value in values.items():
            case = with_value(case, path, value)
        if any(path in self._pack.guards for path in values):
            evaluator = Evaluator(case, self._pack.currency, self._pack.guards)
            if any(path in evaluator.excluded for path in values):
                return None
        return self._engine.assess(without_excluded(case, self._pack))

    def remedy(self, values: Mapping[str, Value]) -> Remedy | None:
        """Return a remedy, if the ordinary engine confirms that the target is reached."""
        after = self.assess(values)
        if after is None or not self._reached(after):
            return None
        ordered = [path for path in self._paths if path in values]
        changes = tuple(
            Change(
                path,
                fact_at(self._case, path),
                values[path],
                self.cost(path),
            )
            for path in ordered
        )
        without: dict[str, Rating] = {}
        for path in ordered:
            others = {other: value for other, value in values.items() if other != path}
            left = self.assess(others)
            without[path] = self._rating(left if left is not None else self._base)
        changed = tuple(
            rule.id
            for rule in self._pack.rules
            if self._base.outcomes[rule.id] != after.outcomes[rule.id]
        )
        advice = tuple(
            (name, mitigation.text)
            for name in changed
            for mitigation in self._pack.by_id[name].mitigations
            if any(path in values for path in mitigation.set)
        )
        return Remedy(changes, after, without, changed, advice, self._still_open(after))

    def _still_open(self, after: Assessment) -> tuple[OpenQuestion, ...]:
        """Return the questions of families whose ceiling is above the target."""
        families = {
            name for name, rating in after.families.items() if rank(rating.ceiling) > self._wanted
        }
        by_id = self._pack.by_id
        return tuple(
            question
            for question in open_questions(after)
            if any(by_id[rule].family in families for rule in question.rules)
        )

    # --- one change, without the solver ----------------------------------------------------

    def _singles(self) -> list[Remedy]:
        found = []
        for path in self._paths:
            for value in self._values(path):
                remedy = self.remedy({path: value})
                if remedy is not None:
                    found.append(remedy)
                    break
        return sorted(found, key=lambda remedy: remedy.cost)

    def _values(self, path: str) -> Iterator[Value]:
        return iter(values_of(path, self._finder, self._case, self._pack.currency).others())

    def cost(self, path: str) -> int:
        """Return what a change of a fact costs, from the catalogue: 1 to 5."""
        return self._pack.catalogue.facts[path].cost or 1

    @property
    def paths(self) -> list[str]:
        """The facts that may be changed."""
        return self._paths

    @property
    def case(self) -> Case:
        """The case as it is."""
        return self._case

    @property
    def pack(self) -> Pack:
        """The pack that it is tested against."""
        return self._pack

    @property
    def finder(self) -> AnswerFinder:
        """What tells values apart."""
        return self._finder

    @property
    def base(self) -> Assessment:
        """The assessment of the case as it is."""
        return self._base

    @property
    def wanted(self) -> int:
        """The rank of the target."""
        return self._wanted

    @property
    def side(self) -> Side:
        """The rail that the target is about."""
        return self._side


class _Exact:
    """Finds every minimal set of changes, by cost."""

    def __init__(self, search: _Search, z3: Any, max_changes: int | None) -> None:
        self._search = search
        self._z3 = z3
        logic = Logic(z3)
        case, pack = search.case, search.pack
        self._terms: dict[str, AnyTerm] = {
            path: term_of(values_of(path, search.finder, case, pack.currency), logic)
            for path in search.paths
        }
        self.conditions = Conditions(
            logic,
            search.finder.base,
            pack.currency,
            self._terms,
            pack.guards,
            number_of,
            self._evaluator_with,
        )
        self._ratings = Ratings(pack, self.conditions)
        self._solver = z3.Solver()
        self._solver.set("random_seed", 0)
        for path, term in self._terms.items():
            self._solver.add(*term.domain())
            excluded = self.conditions.excluded(path)
            if excluded is not False:
                self._solver.add(z3.Implies(term.changed, logic.negate(excluded)))
        self._changed = {path: term.changed for path, term in self._terms.items()}
        if max_changes is not None and self._changed:
            self._solver.add(z3.AtMost(*self._changed.values(), max_changes))
        self._target = logic.negate(self._ratings.above(search.wanted, search.side))

    def _evaluator_with(self, stated: Mapping[str, StatedFact | None]) -> Evaluator:
        case, pack = self._search.case, self._search.pack
        for path, fact in stated.items():
            if fact is not None:
                case = with_fact(case, path, fact)
        case = without_excluded(case, pack)
        return Evaluator(case, pack.currency, pack.guards)

    def run(self, limit: int | None) -> tuple[list[Remedy], bool]:
        """Return alternatives by rising cost, and whether there are no more."""
        z3, search, found = self._z3, self._search, list[Remedy]()
        if self._target is False:
            return [], True
        self._solver.add(self._target)
        weights = [(changed, search.cost(path)) for path, changed in self._changed.items()]
        for cost in itertools.count(1):
            if self._solver.check() == z3.unsat:
                return self._sorted(found), True
            if limit is not None and len(found) >= limit:
                return self._sorted(found), False
            found += self._of_cost(z3.PbLe(weights, cost))
        raise AssertionError

    def _of_cost(self, bound: Bool) -> list[Remedy]:
        """Return the alternatives within a cost; each is excluded from then on."""
        z3, found = self._z3, list[Remedy]()
        while self._solver.check(bound) == z3.sat:
            model = self._solver.model()
            paths = [
                path
                for path, changed in self._changed.items()
                if z3.is_true(model.eval(changed, model_completion=True))
            ]
            remedy = self._remedy(paths)
            if remedy is not None:
                found.append(remedy)
            self._solver.add(z3.Or([z3.Not(self._changed[path]) for path in paths]))
        return found

    def _sorted(self, found: Sequence[Remedy]) -> list[Remedy]:
        order = {path: place for place, path in enumerate(self._search.paths)}
        return sorted(
            found,
            key=lambda remedy: (
                remedy.cost,
                len(remedy.changes),
                [order[change.path] for change in remedy.changes],
            ),
        )

    # --- the nearest values ----------------------------------------------------------------

    def _remedy(self, paths: Sequence[str]) -> Remedy | None:
        """Return the changes of exactly these facts, to the nearest values that do.

        What the reference refutes is excluded, and the search goes on.
        """
        z3 = self._z3
        self._solver.push()
        try:
            for path, changed in self._changed.items():
                self._solver.add(changed if path in paths else z3.Not(changed))
            while self._solver.check() == z3.sat:
                self._solver.push()
                fixed = {path: self._nearest(self._terms[path]) for path in paths}
                self._solver.pop()
                remedy = self._search.remedy({path: value for path, (value, _) in fixed.items()})
                if remedy is not None:
                    return remedy
                self._solver.add(z3.Not(z3.And([chosen for _, chosen in fixed.values()])))
        finally:
            self._solver.pop()
        return None

    def _nearest(self, term: AnyTerm) -> tuple[Value, Bool]:
        """Fix a fact at the value nearest to the present one that is still possible."""
        if isinstance(term, ChoiceTerm):
            found = self._nearest_choice(term)
        elif isinstance(term, NumberTerm):
            found = self._nearest_number(term)
        else:
            found = self._nearest_set(term)
        self._solver.add(found[1])
        return found

    def _is_possible(self, test: Bool) -> bool:
        return bool(self._solver.check(test) == self._z3.sat)

    def _nearest_choice(self, term: ChoiceTerm) -> tuple[Value, Bool]:
        return next(found for found in term.nearest() if self._is_possible(found[1]))

    def _nearest_number(self, term: NumberTerm) -> tuple[Value, Bool]:
        place, values = term.place, term.values
        start = values.start
        near, far = -1, 1
        while not self._is_possible(self._z3.And(place >= start - far, place <= start + far)):
            near, far = far, far * 4
        while far - near > 1:
            middle = (near + far) // 2
            if self._is_possible(self._z3.And(place >= start - middle, place <= start + middle)):
                far = middle
            else:
                near = middle
        sides = sorted({start - far, start + far}, key=lambda p: (values.distance(p), p))
        chosen = next(p for p in sides if p >= 0 and self._is_possible(place == p))
        return values.value(chosen), place == chosen

    def _nearest_set(self, term: SetTerm) -> tuple[Value, Bool]:
        z3 = self._z3
        differences = term.differences()
        for count in range(1, len(differences) + 1):
            bound = z3.AtMost(*differences, count)
            if self._is_possible(bound):
                self._solver.add(bound)
                break
        chosen: dict[str, bool] = {}
        for member in term.values.names:
            same = member in term.values.present
            stays = self._is_possible(z3.And(term.tests({member: same})))
            chosen[member] = same if stays else not same
            self._solver.add(*term.tests({member: chosen[member]}))
        return term.values.written(chosen), z3.And(term.tests(chosen))

    # --- why nothing reaches the target ----------------------------------------------------

    def obstacles(self) -> tuple[Obstacle, ...]:
        """Return the findings that no change lowers, in families that stay above the target."""
        z3, search = self._z3, self._search
        fresh = z3.Solver()
        for term in self._terms.values():
            fresh.add(*term.domain())
        stuck = []
        for family, rating in search.base.families.items():
            if rank(rating.floor if search.side == "floor" else rating.ceiling) <= search.wanted:
                continue
            for finding in _of_family(search.base, family):
                severity = finding.severity if search.side == "floor" else finding.severity_ceiling
                if severity is None or severity == "low":
                    continue
                terms = self._ratings.rules[finding.rule.id]
                pair = terms.at_least(solver.number_of_severity(severity))
                held = pair.certain if search.side == "floor" else pair.possible
                gone = self.conditions.logic.negate(held)
                if gone is False or (gone is not True and fresh.check(gone) == z3.unsat):
                    paths = tuple(leaf.path for leaf in finding.facts)
                    stuck.append(Obstacle(finding.rule.id, severity, paths))
        return tuple(stuck)


def _of_family(assessment: Assessment, family: str) -> list[Finding]:
    return [finding for finding in assessment.findings if finding.rule.family == family]
