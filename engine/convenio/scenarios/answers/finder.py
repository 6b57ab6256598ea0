"""The answers that a fact can have, as far as the rules tell them apart.

Every value that the fact may take behaves, for all conditions of the pack and all else as the case
states it, like one of the answers here.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from convenio.assessment.cases import without_excluded
from convenio.assessment.presumed import presumed_case
from convenio.facts.case import Case, Element, StatedFact, Value
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.paths import every_entry
from convenio.facts.values import DateSpan, Money, Place
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator
from convenio.language.rows import Rows
from convenio.packs.pack import Pack
from convenio.scenarios.answers.breakpoints import FIRST_DAY, LAST_DAY, Breakpoints
from convenio.scenarios.changes import fact_at, with_value

MAX_MEMBERS = 6
"""Of a set with more members that matter, not every combination is looked at."""

_FAR_NORTH = Place(90.0, 0.0)
_OTHER = "another"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, or a range of numbers of which each is the same answer.

    `value` is the value or, of a range, one that stands for it; `low` and `high` are the range's
    ends (None: none), `closed` says of each whether it belongs to the range. `complete` is False
    for a set or list that may go on.
    """

    value: Value
    low: Fraction | None = None
    high: Fraction | None = None
    closed: tuple[bool, bool] = (True, True)
    is_range: bool = False
    other: bool = False
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Answers:
    """All answers to one question. `exact` is False where others exist, as `why` says."""

    answers: tuple[Answer, ...]
    exact: bool = True
    why: str = ""


class AnswerFinder:
    """Finds the answers to questions about one case under one pack.

    With `assumed`, an answer is an assumption: what conditions ask of the file stays as it is.
    With `presuming`, answers to a question are also told apart where the conditions of the pack, or
    of its presumptions, come out otherwise in the presumed reading.
    """

    def __init__(
        self, case: Case, pack: Pack, assumed: bool = False, presuming: bool = False
    ) -> None:
        self._case = case
        self._assumed = assumed
        self._presuming = presuming and bool(pack.presumptions)
        self._pack = pack
        self.base = pack.evaluator(case)
        """What evaluates conditions over the case as it is."""
        self._evaluators: dict[tuple[str, object], Evaluator] = {}
        self._presumed: dict[tuple[str, object], Evaluator] = {}

    def conditions(self, path: str) -> Sequence[s.Expression]:
        """Return the conditions that read a fact, or a field of a list's entries.

        They are the pack's atoms and guards and, where presumed is read too, what its presumptions
        hang on.
        """
        read = every_entry(path)
        hang_on = self._hang_on.get(read, ()) if self._presuming else ()
        return (*self._pack.readers.get(read, ()), *hang_on)

    @cached_property
    def _hang_on(self) -> Mapping[str, Sequence[s.Expression]]:
        """The conditions of presumptions, by the facts that they read."""
        found: dict[str, dict[s.Expression, None]] = {}
        for one in itertools.chain.from_iterable(self._pack.presumptions.values()):
            if one.when is None:
                continue
            for path in s.paths_of(one.when):
                found.setdefault(path, {})[one.when] = None
        return {path: tuple(conditions) for path, conditions in found.items()}

    def declaration(self, path: str) -> FactDeclaration:
        """Return what the catalogue says of a fact."""
        found = self._pack.catalogue.resolve(path)
        assert found is not None
        return found

    def words_of(self, condition: s.Expression) -> list[str]:
        """Return the words that a condition names."""
        found: dict[str, None] = {}
        for part in s.walk(condition):
            if isinstance(part, s.Literal) and isinstance(part.value, str):
                found[part.value] = None
            elif isinstance(part, s.Choices):
                found.update((v, None) for v in part.values if isinstance(v, str))
        return list(found)

    def possible_members(self, path: str) -> tuple[str, ...]:
        """Return all members that a set may have."""
        declaration = self.declaration(path)
        if declaration.type.element == "country":
            return self._pack.catalogue.actors
        return declaration.type.members

    def named_members(self, path: str) -> list[str]:
        """Return the members of a set that conditions or other facts name."""
        members = frozenset(self.possible_members(path))
        words = [*self._literals(path), *self._stated_words()]
        return [word for word in dict.fromkeys(words) if word in members]

    def answers(self, path: str) -> Answers:
        """Return the answers to the question about a fact, in the catalogue's order or rising."""
        declaration = self.declaration(path)
        kind = declaration.type.kind
        if kind in ("number", "integer", "money", "date"):
            return Answers(tuple(self._ranges(path, declaration)))
        finders: dict[str, Callable[[str, FactDeclaration], Answers]] = {
            "bool": lambda _path, _declaration: Answers((Answer(True), Answer(False))),
            "enum": lambda _path, found: Answers(tuple(map(Answer, found.type.members))),
            "country": self._countries,
            "text": self._texts,
            "set": self._sets,
            "place": self._places,
            "list": self._lists,
        }
        return finders[kind](path, declaration)

    # --- numbers -------------------------------------------------------------------------

    def _ranges(self, path: str, declaration: FactDeclaration) -> Iterator[Answer]:
        ranges = self.ranges(path, declaration, self.conditions(path))
        yield from self._merged(path, ranges)

    def ranges(
        self,
        path: str,
        declaration: FactDeclaration,
        conditions: Sequence[s.Expression],
        rows: Rows | None = None,
    ) -> list[Answer]:
        """Return ranges of a number in which no part of the conditions changes, rising.

        Where a range splits the conditions further, it is looked at again, until none does.
        """
        scale = Scale.of(declaration, fact_at(self._case, path), self._pack.currency)
        places: set[Fraction] = set()
        while True:
            ranges = list(scale.ranges(sorted(places)))
            found = set(places)
            for answer in ranges:
                for evaluator in self._readings(path, answer):
                    finder = Breakpoints(path, evaluator, self._pack.currency, scale.rate)
                    scope = evaluator.same_rows(rows or {})
                    for condition in conditions:
                        found |= finder.of(condition, scope)
            found = {place for place in found if scale.inside(place)}
            if found <= places:
                return ranges
            places |= found

    def _merged(self, path: str, ranges: Sequence[Answer]) -> Iterator[Answer]:
        """Join neighbours between which no condition changes."""
        truths = [self.truths(path, answer) for answer in ranges]
        start = 0
        for place in range(1, len(ranges) + 1):
            if place == len(ranges) or truths[place] != truths[start]:
                yield _joined(ranges[start:place])
                start = place

    def truths(self, path: str, answer: Answer) -> tuple[object, ...]:
        """Return the truth of every condition that reads the fact, with that answer given."""
        conditions = self.conditions(path)
        readings = self._readings(path, answer)
        return tuple([one.trace(part).truth for one in readings for part in conditions])

    def _readings(self, path: str, answer: Answer) -> tuple[Evaluator, ...]:
        """Return what evaluates conditions with an answer given: as stated, and as presumed."""
        stated = self.evaluator(path, answer.value, answer.complete)
        if not self._presuming:
            return (stated,)
        key = (path, (type(answer.value), answer.value, answer.complete))
        if key not in self._presumed:
            case = self._changed(path, answer.value, answer.complete)
            presumed = presumed_case(case, self._pack, compiled=True).case
            self._presumed[key] = self._pack.evaluator(presumed)
        return stated, self._presumed[key]

    def evaluator(self, path: str, value: Value, complete: bool = True) -> Evaluator:
        """Return what evaluates conditions over the case with that value."""
        if isinstance(value, tuple) and any(isinstance(item, Element) for item in value):
            return self._pack.evaluator(self._changed(path, value, complete))
        key = (path, (type(value), value, complete))
        if key not in self._evaluators:
            self._evaluators[key] = self._pack.evaluator(self._changed(path, value, complete))
        return self._evaluators[key]

    def _changed(self, path: str, value: Value, complete: bool) -> Case:
        changed = with_value(self._case, path, value, complete, self._assumed)
        return changed if self._assumed else without_excluded(changed, self._pack)

    # --- words ---------------------------------------------------------------------------

    def _literals(self, path: str) -> list[str]:
        words = (word for part in self.conditions(path) for word in self.words_of(part))
        return list(dict.fromkeys(words))

    def _countries(self, path: str, _declaration: FactDeclaration) -> Answers:
        """Return the countries that matter: those that conditions or other facts name."""
        known = frozenset(self._pack.catalogue.actors)
        named = [word for word in self._literals(path) if word in known]
        stated = [word for word in self._stated_words() if word in known]
        chosen = dict.fromkeys([*named, *stated])
        other = next(code for code in sorted(known) if code not in chosen)
        return Answers((*map(Answer, chosen), Answer(other, other=True)))

    def _stated_words(self) -> Iterator[str]:
        for fact in self._case.walk():
            if isinstance(fact.value, str):
                yield fact.value
            elif isinstance(fact.value, tuple):
                yield from (item for item in fact.value if isinstance(item, str))

    def _texts(self, path: str, _declaration: FactDeclaration) -> Answers:
        words = self._literals(path)
        both = [" ".join(words)] if len(words) > 1 else []
        chosen = dict.fromkeys([*words, *both])
        answers = (*map(Answer, chosen), Answer(_OTHER, other=True))
        return Answers(
            answers, len(words) <= 2, "texts are endless; those that rules name are here"
        )

    # --- sets, places, lists -------------------------------------------------------------

    def _sets(self, path: str, declaration: FactDeclaration) -> Answers:
        fact = fact_at(self._case, path)
        stated = tuple(item for item in _members(fact) if isinstance(item, str))
        known = self.possible_members(path)
        members = [m for m in self.named_members(path) if m not in stated]
        if declaration.type.element == "enum":
            members.sort(key=known.index)
        rest = next((m for m in known if m not in members and m not in stated), None)
        chosen: list[tuple[str, ...]] = []
        sizes = range(len(members) + 1)
        exact = len(members) <= MAX_MEMBERS
        if not exact:
            sizes = range(2)
        for size in sizes:
            chosen += itertools.combinations(members, size)
        if not exact:
            chosen.append(tuple(members))
        answers = [Answer((*stated, *added)) for added in chosen]
        # A member that no rule names shows in counts of nothing, but makes the set not empty.
        if rest is not None and not stated:
            answers.append(Answer((rest,), other=True))
        why = "" if exact else "of its members, each alone, all and none were tried"
        return Answers(tuple(answers), exact, why)

    def _places(self, _path: str, _declaration: FactDeclaration) -> Answers:
        places = [fact.value for fact in self._case.walk() if isinstance(fact.value, Place)]
        far = [Place(-p.lat, p.lon - 180 if p.lon > 0 else p.lon + 180) for p in places]
        chosen = dict.fromkeys([*places, *far]) or {_FAR_NORTH: None}
        why = "places are endless; those that the case names and their opposites were tried"
        return Answers(tuple(map(Answer, chosen)), False, why)

    def _lists(self, path: str, _declaration: FactDeclaration) -> Answers:
        fact = fact_at(self._case, path)
        why = "only that there is none, or no more, is tried; what an entry says is open"
        return Answers((Answer(fact.elements if fact else ()),), False, why)


def _members(fact: StatedFact | None) -> Iterable[object]:
    return fact.value if fact is not None and isinstance(fact.value, tuple) else ()


def _joined(ranges: Sequence[Answer]) -> Answer:
    first, last = ranges[0], ranges[-1]
    middle = ranges[len(ranges) // 2]
    return replace(middle, low=first.low, high=last.high, closed=(first.closed[0], last.closed[1]))


@dataclass(frozen=True, slots=True)
class Scale:
    """The numbers that a fact may take, and how they are written as values."""

    kind: str
    low: Fraction | None
    high: Fraction | None
    currency: str
    rate: float = 1.0

    @classmethod
    def of(cls, declaration: FactDeclaration, fact: StatedFact | None, base_currency: str) -> Scale:
        """Return the scale of a fact; money keeps the currency in which it is stated."""
        low, high = declaration.minimum, declaration.maximum
        kind = declaration.type.kind
        if kind == "money" and low is None:
            low = 0.0
        currency, rate = base_currency, 1.0
        stated = fact.value if fact is not None else None
        if isinstance(stated, Money):
            currency, rate = stated.currency, stated.rate or 1.0
        if isinstance(stated, DateSpan):
            low, high = stated.first.toordinal(), stated.last.toordinal()
        elif kind == "date":
            low, high = FIRST_DAY.toordinal(), LAST_DAY.toordinal()
        first, last = (None if end is None else Fraction(end) for end in (low, high))
        return cls(kind, first, last, currency, rate)

    @property
    def whole(self) -> bool:
        """True where only whole numbers are meant."""
        return self.kind in ("integer", "date")

    def inside(self, place: Fraction) -> bool:
        """Return whether a number is one of the scale's, its ends included."""
        return (self.low is None or place >= self.low) and (self.high is None or place <= self.high)

    def value(self, place: Fraction) -> Value:
        """Write a number as the value of a fact."""
        if self.kind == "date":
            return dt.date.fromordinal(int(place))
        if self.kind == "integer":
            return int(place)
        if self.kind == "money":
            rate = None if self.rate == 1.0 else self.rate
            return Money(float(place), self.currency, rate, None)
        return float(place)

    def ranges(self, places: Sequence[Fraction]) -> Iterator[Answer]:
        """Yield the places themselves and the open ranges around and between them, rising."""
        if self.whole:
            yield from self._whole_ranges(places)
            return
        ends: list[Fraction | None] = [self.low, *places, self.high]
        for number, (low, high) in enumerate(itertools.pairwise(ends)):
            if number:
                assert low is not None
                yield Answer(self.value(low), low, low, is_range=True)
            first, last = number == 0, number == len(places)
            if low is None or high is None or low < high:
                closed = (first and low is not None, last and high is not None)
                middle = self.value(_between(low, high))
                yield Answer(middle, low, high, closed, is_range=True)

    def _whole_ranges(self, places: Sequence[Fraction]) -> Iterator[Answer]:
        """Yield ranges of whole numbers: those that are places, and those between."""
        starts = {math.floor(place) for place in places} | {math.ceil(place) for place in places}
        starts |= {place + 1 for place in starts}
        low = None if self.low is None else math.ceil(self.low)
        high = None if self.high is None else math.floor(self.high)
        cuts = [
            c for c in sorted(starts) if (low is None or c > low) and (high is None or c <= high)
        ]
        for first, after in itertools.pairwise([low, *cuts, None if high is None else high + 1]):
            last = None if after is None else after - 1
            start, end = (None if edge is None else Fraction(edge) for edge in (first, last))
            middle = Fraction(math.floor(_between(start, end)))
            yield Answer(self.value(middle), start, end, is_range=True)


def _between(low: Fraction | None, high: Fraction | None) -> Fraction:
    """Return a number from within, a whole one where there is one."""
    if low is None and high is None:
        return Fraction(0)
    if low is None:
        assert high is not None
        return Fraction(math.ceil(high) - 1)
    if high is None:
        return Fraction(math.floor(low) + 1)
    middle = (low + high) / 2
    whole = Fraction(math.floor(middle))
    return whole if low < whole < high else middle
