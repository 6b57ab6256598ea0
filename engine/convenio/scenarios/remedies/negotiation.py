"""One way to a lower rating, and how it is confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from convenio.assessment.assessment import Assessment
from convenio.assessment.cases import without_excluded
from convenio.assessment.engine import Engine
from convenio.assessment.open_questions import OpenQuestion, open_questions
from convenio.backends.outcome import Outcome
from convenio.facts.case import Case, StatedFact, Value
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating, Reading, Side, rank
from convenio.packs.rule import Severity
from convenio.presentation import Presented
from convenio.scenarios.answers.finder import AnswerFinder
from convenio.scenarios.changes import fact_at, with_value
from convenio.scenarios.remedies.negotiable_values import can_be_changed, values_of


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
class Remedies(Presented):
    """What was found. `every` is True where there are no further alternatives.

    `singles_only` is True where the solver is not installed, so that only single changes were
    tried. `untried` names negotiable facts of which no other value could be tried, `past` those
    that can't be changed any more, and `is_bound` is True where some condition could not be
    translated.
    """

    base: Assessment
    target: Rating
    reading: Reading
    found: tuple[Remedy, ...]
    every: bool
    obstacles: tuple[Obstacle, ...]
    reached_already: bool
    singles_only: bool
    untried: tuple[str, ...]
    past: tuple[str, ...]
    is_bound: bool


class Negotiation:
    """The case, the rating wanted, and what talks can change; confirms what is proposed.

    What is presumed is searched as what is established of the case with its presumptions made;
    what is found there is confirmed on the case as it is stated.
    """

    def __init__(
        self, case: Case, pack: Pack, wanted: int, reading: Reading, keep: Sequence[str]
    ) -> None:
        self._stated = case
        self.pack = pack
        self.wanted = wanted
        self.reading: Reading = reading
        self.side: Side = "ceiling" if reading == "possible" else "floor"
        self._engine = Engine(pack, "reference").compile()
        self.base = self._engine.assess(case)
        self.case = self.base.presumed_case if reading == "presumed" else case
        self.searched = self._engine.assess(self.case)
        self.finder = AnswerFinder(self.case, pack)
        asked = [
            declaration
            for path, declaration in pack.catalogue.facts.items()
            if declaration.negotiable and path not in keep and self.finder.conditions(path)
        ]
        evaluator = pack.evaluator(case)
        self.past = tuple(
            declaration.path
            for declaration in asked
            if declaration.path in pack.past
            and evaluator.trace(pack.past[declaration.path]).truth is True
        )
        negotiable = [declaration for declaration in asked if declaration.path not in self.past]
        self.paths = [d.path for d in negotiable if can_be_changed(d, self.case, pack.currency)]
        self.untried = tuple(d.path for d in negotiable if d.path not in self.paths)

    def _rating(self, assessment: Assessment) -> Rating:
        return assessment.rating(self.reading)

    def _outcomes(self, assessment: Assessment) -> Mapping[str, Outcome]:
        presumed = self.reading == "presumed"
        return assessment.presumed_outcomes if presumed else assessment.outcomes

    def is_reached(self, assessment: Assessment) -> bool:
        """Return whether an assessment is at the target or below."""
        return rank(self._rating(assessment)) <= self.wanted

    def assess(self, values: Mapping[str, Value]) -> Assessment | None:
        """Return the assessment with other values; None where one may not be stated then."""
        case = self._stated
        for path, value in values.items():
            case = with_value(case, path, value)
        if any(path in self.pack.guards for path in values):
            evaluator = self.pack.evaluator(case)
            if any(path in evaluator.excluded for path in values):
                return None
        return self._engine.assess(without_excluded(case, self.pack))

    def remedy(self, values: Mapping[str, Value]) -> Remedy | None:
        """Return a remedy, if the ordinary engine confirms that the target is reached."""
        values, after = self._as_advised(values)
        if after is None or not self.is_reached(after):
            return None
        ordered = [path for path in self.paths if path in values]
        changes = tuple(
            Change(
                path,
                fact_at(self._stated, path),
                values[path],
                self.cost(path),
            )
            for path in ordered
        )
        without: dict[str, Rating] = {}
        for path in ordered:
            others = {other: value for other, value in values.items() if other != path}
            left = self.assess(others)
            without[path] = self._rating(left if left is not None else self.base)
        changed = self._changed(after)
        advice = tuple(
            (name, mitigation.text)
            for name in changed
            for mitigation in self.pack.by_id[name].mitigations
            if any(path in values for path in mitigation.set)
        )
        return Remedy(changes, after, without, changed, advice, self._still_open(after))

    def _changed(self, after: Assessment) -> tuple[str, ...]:
        """Return the rules that come out otherwise."""
        before, now = self._outcomes(self.base), self._outcomes(after)
        return tuple(rule.id for rule in self.pack.rules if before[rule.id] != now[rule.id])

    def _as_advised(
        self, values: Mapping[str, Value]
    ) -> tuple[Mapping[str, Value], Assessment | None]:
        """Put in the place of numbers what the rules advise, where that reaches the target too.

        The number nearest to the present one may pass a threshold by a single step. What a rule's
        mitigation sets is a term that its authors would sign.
        """
        after = self.assess(values)
        if after is None or not self.is_reached(after):
            return values, after
        for path in values:
            if self.pack.catalogue.facts[path].step is None:
                continue
            for advised in self._advised(path, self._changed(after)):
                other = self.assess({**values, path: advised})
                if other is not None and self.is_reached(other):
                    values, after = {**values, path: advised}, other
                    break
        return values, after

    def _advised(self, path: str, rules: Sequence[str]) -> Iterator[Value]:
        for name in rules:
            for mitigation in self.pack.by_id[name].mitigations:
                stated = mitigation.set.get(path)
                if stated is not None and stated.value is not None:
                    yield stated.value

    def _still_open(self, after: Assessment) -> tuple[OpenQuestion, ...]:
        """Return the questions of families whose ceiling is above the target."""
        families = {
            name for name, rating in after.families.items() if rank(rating.ceiling) > self.wanted
        }
        by_id = self.pack.by_id
        return tuple(
            question
            for question in open_questions(after)
            if any(by_id[rule].family in families for rule in question.rules)
        )

    # --- one change, without the solver ----------------------------------------------------

    def singles(self) -> list[Remedy]:
        """Return every single change that reaches the target, without the solver."""
        found = []
        for path in self.paths:
            values = values_of(path, self.finder, self.case, self.pack.currency)
            for value in values.others():
                remedy = self.remedy({path: value})
                if remedy is not None:
                    found.append(remedy)
                    break
        return sorted(found, key=lambda remedy: remedy.cost)

    def cost(self, path: str) -> int:
        """Return what a change of a fact costs, from the catalogue: 1 to 5."""
        return self.pack.catalogue.facts[path].cost or 1
