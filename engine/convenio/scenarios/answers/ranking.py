"""Which open fact matters most: what each possible answer would do to the ratings."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from convenio.assessment.assessment import Assessment
from convenio.assessment.cases import without_excluded
from convenio.assessment.engine import Engine
from convenio.assessment.open_questions import OpenQuestion, question_about
from convenio.assessment.rating import Readings, worst
from convenio.backends.outcome import Outcome
from convenio.facts.case import Case
from convenio.facts.paths import owner_of
from convenio.facts.values import DateSpan
from convenio.language import syntax as s
from convenio.language.functions import asks_of_the_file
from convenio.language.truth import CODE_OF
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating, rank
from convenio.presentation import Presented
from convenio.scenarios.answers.finder import Answer, AnswerFinder
from convenio.scenarios.changes import fact_at, with_value

PAIRS = 2_000
"""So many pairs of answers are tried at most; a count, not a time, so that results don't vary."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What one answer does.

    `overall` is the rating with it, `families` those of the families whose rating changes.
    `settles` are rules that were unknown and then are not; `opens` those that become unknown.
    """

    answer: Answer
    overall: Readings
    families: Mapping[str, Readings]
    settles: tuple[str, ...]
    opens: tuple[str, ...]
    about_the_file: tuple[str, ...]


@dataclass(frozen=True)
class RankedQuestion:
    """An open fact with the effect of every answer. `exact` is False where others exist."""

    question: OpenQuestion
    effects: tuple[Effect, ...]
    exact: bool
    why: str
    raises_floor: bool
    changes_presumed: bool
    lowers_ceiling: bool
    changes_family: bool

    @property
    def path(self) -> str:
        """The fact that the question is about."""
        return self.question.path

    @property
    def changes_rating(self) -> bool:
        """True where some answer changes a rating, overall or of a family."""
        overall = self.raises_floor or self.changes_presumed or self.lowers_ceiling
        return overall or self.changes_family


@dataclass(frozen=True, slots=True)
class Pair:
    """Two answers that together reach overall ratings which neither reaches alone."""

    paths: tuple[str, str]
    rules: tuple[str, ...]
    answers: tuple[Answer, Answer]
    overall: Readings


@dataclass(frozen=True)
class Questions(Presented):
    """Open questions, those first whose answers can do most.

    `pairs` are pairs of answers within one rule that do more than each alone; `untried_pairs` is
    how many pairs of answers were left out because there were more than the budget.
    """

    base: Assessment
    ranked: tuple[RankedQuestion, ...]
    pairs: tuple[Pair, ...]
    untried_pairs: int


def questions(case: Case, pack: Pack, *, pairs: int = PAIRS) -> Questions:
    """Return the open facts of a case, ranked by what an answer can do to the ratings.

    Facts whose presumption carries the presumed rating stand first: one answer rebuts it.
    Each answer is tried by testing the case with it. Answers are the members of an enum, yes and
    no, and the ranges that the rules' thresholds cut a number into. `pairs` limits how many pairs
    of answers are tried.

    >>> from convenio import load_case, load_pack
    >>> pack = load_pack("core")
    >>> found = questions(load_case("chile-copper-law", pack), pack)
    >>> [question.path for question in found.ranked if question.lowers_ceiling]
    ['terms.duration_years']
    """
    work = _Work(case, pack)
    ranked = sorted(map(work.ranked, work.candidates()), key=work.order)
    found, untried = work.pairs(ranked, pairs)
    return Questions(work.base, tuple(ranked), found, untried)


@dataclass(frozen=True, slots=True)
class _Tried:
    """An answer that was tried: its effect, and the truths of the pack's fact atoms with it."""

    effect: Effect
    truths: bytes


class _Work:
    def __init__(self, case: Case, pack: Pack) -> None:
        self._case = case
        self._pack = pack
        self._engine = Engine(pack, "reference").compile()
        self._finder = AnswerFinder(case, pack, presuming=True)
        self.base = self._engine.assess(case)
        # First of all what carries the presumed rating of the whole, then that of a family.
        self._carries = {
            one.fact.path: -2 if one.without != self.base.presumed else -1
            for one in self.base.carrying
        }
        self._places = {path: place for place, path in enumerate(pack.catalogue.facts)}
        self._tried: dict[str, tuple[_Tried, ...]] = {}
        self._atoms = _atoms_by_path(pack)
        self._ratings: dict[bytes, tuple[Rating, Rating]] = {}

    def candidates(self) -> list[OpenQuestion]:
        """Return the open facts behind any verdict, those included that rules ask the file for."""
        rules: dict[str, list[str]] = {}
        for finding in self.base.findings:
            paths = dict.fromkeys(finding.missing)
            for leaf in finding.facts:
                if self._is_open(leaf.path):
                    paths[leaf.path] = None
            for path in (*self._asked_of_the_file(finding.rule.id), *self._hung_on(paths)):
                paths[path] = None
            for path in paths:
                rules.setdefault(path, []).append(finding.rule.id)
        return [
            question_about(self.base, path, names)
            for path, names in rules.items()
            if self._pack.catalogue.resolve(path) is not None
        ]

    def _asked_of_the_file(self, rule: str) -> Iterator[str]:
        """Yield the open facts of which a rule asks whether they are known or disclosed.

        An answer changes what the file says, whether or not that decides the rule as it stands.
        """
        compiled = self._pack.compiled
        for atom in self.base.builder.atoms(rule):
            for part in s.walk(compiled.atoms[atom]):
                match part:
                    case s.Call(_, (s.Path(path),)) if asks_of_the_file(part):
                        if self._is_open(path):
                            yield path

    def _hung_on(self, paths: Iterable[str]) -> list[str]:
        """Return the open facts on which the presumptions about some facts hang."""
        presumed = (self._pack.presumptions.get(owner_of(path), ()) for path in paths)
        conditions = (one.when for one in itertools.chain.from_iterable(presumed))
        read = (path for when in conditions if when is not None for path in s.paths_of(when))
        return [path for path in read if "[" not in path and self._is_open(path)]

    def _is_open(self, path: str) -> bool:
        fact = fact_at(self._case, path)
        return fact is None or fact.state != "known" or isinstance(fact.value, DateSpan)

    def ranked(self, question: OpenQuestion) -> RankedQuestion:
        """Try every answer to a question."""
        answers = self._finder.answers(question.path)
        tried = tuple(self._try(question.path, answer) for answer in answers.answers)
        self._tried[question.path] = tried
        effects = tuple(found.effect for found in tried)
        base = self.base
        return RankedQuestion(
            question,
            effects,
            answers.exact,
            answers.why,
            raises_floor=any(rank(e.overall.floor) > rank(base.floor) for e in effects),
            changes_presumed=any(e.overall.presumed != base.presumed for e in effects),
            lowers_ceiling=any(rank(e.overall.ceiling) < rank(base.ceiling) for e in effects),
            changes_family=any(e.families for e in effects),
        )

    def _try(self, path: str, answer: Answer) -> _Tried:
        case = with_value(self._case, path, answer.value, answer.complete)
        after = self._engine.assess(without_excluded(case, self._pack))
        families = {
            name: rated
            for name in self._pack.families
            if (rated := after.readings(name)) != self.base.readings(name)
        }
        changed = {
            name: (before, outcome)
            for name, outcome in after.outcomes.items()
            if (before := self.base.outcomes[name]) != outcome
        }
        effect = Effect(
            answer,
            after.readings(),
            families,
            tuple(n for n, (old, new) in changed.items() if _closed(old, new)),
            tuple(n for n, (old, new) in changed.items() if _closed(new, old)),
            tuple(n for n, (old, _) in changed.items() if old.verdict != "unknown"),
        )
        return _Tried(effect, after.builder.truths)

    def order(self, found: RankedQuestion) -> tuple[object, ...]:
        """Sort by what an answer can do: rebut a presumption that carries, widen the ratings."""
        base = self.base
        ratings = [effect.overall for effect in found.effects]
        down = max((rank(base.ceiling) - rank(r.ceiling) for r in ratings), default=0)
        up = max((rank(r.floor) - rank(base.floor) for r in ratings), default=0)
        presumed = max((abs(rank(r.presumed) - rank(base.presumed)) for r in ratings), default=0)
        families = {name for e in found.effects for name in e.families}
        settled = max((len(e.settles) for e in found.effects), default=0)
        owner = owner_of(found.path)
        return (
            self._carries.get(owner, 0),
            -(down + up),
            -presumed,
            -len(families),
            -settled,
            self._places.get(owner, len(self._places)),
            found.path,
        )

    # --- pairs ---------------------------------------------------------------------------

    def pairs(self, ranked: Sequence[RankedQuestion], budget: int) -> tuple[tuple[Pair, ...], int]:
        """Return pairs of answers that reach overall ratings which neither reaches alone."""
        tried = untried = 0
        found: list[Pair] = []
        for first, second, rules in self._pairs_of(ranked):
            sides = [self._told_apart(question.path) for question in (first, second)]
            combinations = list(itertools.product(sides[0], sides[1]))
            if tried + len(combinations) > budget:
                untried += len(combinations)
                continue
            tried += len(combinations)
            best = self._best_pair((first.path, second.path), rules, combinations)
            if best is not None:
                found.append(best)
        return tuple(found), untried

    def _told_apart(self, path: str) -> list[_Tried]:
        """Return one answer for each way in which conditions can come out."""
        found: dict[bytes, _Tried] = {}
        for tried in self._tried[path]:
            found.setdefault(tried.truths, tried)
        return list(found.values())

    def _pairs_of(
        self, ranked: Sequence[RankedQuestion]
    ) -> Iterator[tuple[RankedQuestion, RankedQuestion, tuple[str, ...]]]:
        for first, second in itertools.combinations(ranked, 2):
            if _one_holds_the_other(first.path, second.path):
                continue
            shared = [rule for rule in first.question.rules if rule in second.question.rules]
            open_ = tuple(r for r in shared if self.base.outcomes[r].verdict == "unknown")
            if open_:
                yield first, second, open_

    def _best_pair(
        self,
        paths: tuple[str, str],
        rules: tuple[str, ...],
        combinations: Sequence[tuple[_Tried, _Tried]],
    ) -> Pair | None:
        """Return the pair of answers that moves the range most, if more than each does alone."""
        best: tuple[int, tuple[Answer, Answer]] | None = None
        shared = [place for place in self._reads(paths[0]) if place in self._reads(paths[1])]
        for left, right in combinations:
            truths = self._together(paths, left, right, shared)
            floor, ceiling = self._rating(truths)
            alone = (left.effect, right.effect)
            up = rank(floor) - max(rank(effect.overall.floor) for effect in alone)
            down = min(rank(effect.overall.ceiling) for effect in alone) - rank(ceiling)
            gain = max(up, down)
            if gain > 0 and (best is None or gain > best[0]):
                best = (gain, (left.effect.answer, right.effect.answer))
        if best is None:
            return None
        after = self._engine.assess(self._with_both(paths, best[1]))
        return Pair(paths, rules, best[1], after.readings())

    def _rating(self, truths: bytes) -> tuple[Rating, Rating]:
        known = self._ratings.get(truths)
        if known is None:
            _, families = self._engine.ratings(truths)
            floor = worst(rating.floor for rating in families.values())
            ceiling = worst(rating.ceiling for rating in families.values())
            known = self._ratings[truths] = (floor, ceiling)
        return known

    def _together(
        self, paths: tuple[str, str], left: _Tried, right: _Tried, shared: Sequence[int]
    ) -> bytes:
        """Return the truths with both answers; atoms that read both facts are evaluated anew."""
        truths = bytearray(left.truths)
        for place in self._reads(paths[1]):
            truths[place] = right.truths[place]
        if shared:
            case = self._with_both(paths, (left.effect.answer, right.effect.answer))
            evaluator = self._pack.evaluator(case)
            compiled = self._pack.compiled
            for place in shared:
                truth = evaluator.trace(compiled.atoms[compiled.fact_atoms[place]]).truth
                truths[place] = CODE_OF[truth]
        return bytes(truths)

    def _with_both(self, paths: tuple[str, str], answers: tuple[Answer, Answer]) -> Case:
        case = self._case
        for path, answer in zip(paths, answers, strict=True):
            case = with_value(case, path, answer.value, answer.complete)
        return without_excluded(case, self._pack)

    def _reads(self, path: str) -> frozenset[int]:
        return self._atoms.get(owner_of(path), frozenset())


def _closed(before: Outcome, after: Outcome) -> bool:
    return before.verdict == "unknown" and after.verdict != "unknown"


def _atoms_by_path(pack: Pack) -> Mapping[str, frozenset[int]]:
    """Return where the fact atoms stand that a fact bears on, itself or by an `only_if`."""
    guarding: dict[str, set[str]] = {}
    for path, guard in pack.guards.items():
        for read in s.paths_of(guard):
            guarding.setdefault(path, set()).add(read)
    found: dict[str, set[int]] = {}
    compiled = pack.compiled
    for place, atom in enumerate(compiled.fact_atoms):
        for path in s.paths_of(compiled.atoms[atom]):
            for read in (path, *guarding.get(path, ())):
                found.setdefault(owner_of(read), set()).add(place)
    return {path: frozenset(places) for path, places in found.items()}


def _one_holds_the_other(first: str, second: str) -> bool:
    """Return whether one path is a list and the other a field of its entries."""
    owners = {owner_of(path) for path in (first, second)}
    return len(owners) == 1 and ("[" in first) != ("[" in second)
