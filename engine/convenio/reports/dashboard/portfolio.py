"""A portfolio: what the dashboard knows of each case, and what it counts over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from convenio.assessment.rating import Readings, worst
from convenio.facts.case import CONFIDENCE_ORDER, Confidence
from convenio.packs.policy import RATINGS, Rating

LEVELS: tuple[Rating, ...] = ("not_assessed", *RATINGS)
"""Ratings in their order; `not_assessed` is none of them and stands apart at the beginning."""

WORST_FIRST: tuple[Rating, ...] = (*reversed(RATINGS), "not_assessed")

GRAVE: tuple[Rating, ...] = ("high", "critical")
"""Ratings of deals that should not go ahead as they stand."""

UNRATED = Readings("not_assessed", "not_assessed", "not_assessed")

Move = Literal["rose", "fell", "rated", "unrated", "new"]
"""What became of a case since an earlier run; `rated` and `unrated` cross `not_assessed`."""

MOVES: tuple[Move, ...] = ("rose", "fell", "rated", "unrated", "new")


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case as the dashboard shows it.

    What the source of the case does not tell is None, and never counted as nothing: `countries`
    are those to which the deal comes, `missing` the facts that some test could not find,
    `carrying` the presumptions (in words) on each of which alone a rating rests.
    """

    id: str
    readings: Readings
    families: Mapping[str, Readings]
    title: str = ""
    as_of: str = ""
    confidence: Confidence | None = None
    countries: tuple[str, ...] | None = None
    tests_run: int = 0
    tests: int = 0
    flagged: tuple[str, ...] | None = None
    untested: tuple[str, ...] | None = None
    missing: tuple[str, ...] | None = None
    carrying: tuple[str, ...] | None = None

    @property
    def headline(self) -> Rating:
        """The rating that stands first: the presumed one (`Assessment.headline`)."""
        return self.readings.presumed


@dataclass(frozen=True, slots=True)
class Unread:
    """A case that could not be read: the file or row, and why."""

    name: str
    message: str


@dataclass(frozen=True, slots=True)
class Mover:
    """A case that stands otherwise than in an earlier run."""

    case: CaseRow
    move: Move
    now: Rating
    before: Rating | None = None

    @property
    def step(self) -> int:
        """How far it moved, whichever way."""
        before = 0 if self.before is None else LEVELS.index(self.before)
        return abs(LEVELS.index(self.now) - before)


@dataclass(frozen=True)
class Earlier:
    """What an earlier run said: the readings of each case, and the packs that it was run with."""

    readings: Mapping[str, Readings]
    packs: tuple[str, ...] = ()
    presumes: bool = True


@dataclass(frozen=True)
class Portfolio:
    """Cases, worst first, and those that could not be read.

    `presumes` is False where no case has a presumed reading of its own; `packs` says which rules
    were read.
    """

    cases: tuple[CaseRow, ...]
    unread: tuple[Unread, ...] = ()
    presumes: bool = True
    packs: tuple[str, ...] = ()
    earlier: Earlier | None = field(default=None, repr=False)

    @cached_property
    def families(self) -> tuple[str, ...]:
        """The families that any case is rated in, in the order of their packs."""
        return tuple(dict.fromkeys(name for case in self.cases for name in case.families))

    # --- counts ------------------------------------------------------------------------------

    def counts(self, family: str | None = None) -> dict[Rating, ReadingCounts]:
        """Return how many cases have each rating, in each reading; overall or of a family."""
        found = [
            case.readings if family is None else case.families.get(family, UNRATED)
            for case in self.cases
        ]
        floors = Counter(one.floor for one in found)
        presumed = Counter(one.presumed for one in found)
        ceilings = Counter(one.ceiling for one in found)
        return {
            rating: ReadingCounts(floors[rating], presumed[rating], ceilings[rating])
            for rating in WORST_FIRST
        }

    @cached_property
    def confidences(self) -> dict[Rating, dict[Confidence | None, int]]:
        """How many cases have each established rating with each confidence."""
        found = Counter((case.readings.floor, case.confidence) for case in self.cases)
        columns: tuple[Confidence | None, ...] = (*reversed(CONFIDENCE_ORDER), None)
        return {
            rating: {confidence: found[rating, confidence] for confidence in columns}
            for rating in WORST_FIRST
        }

    @property
    def has_confidence(self) -> bool:
        """True where some case tells how well its findings are documented."""
        return any(case.confidence is not None for case in self.cases)

    @cached_property
    def on_presumption(self) -> int:
        """Cases whose presumed rating is above what is established."""
        return sum(
            LEVELS.index(case.readings.presumed) > LEVELS.index(case.readings.floor)
            for case in self.cases
        )

    @cached_property
    def by_country(self) -> dict[str, CountryCount] | None:
        """The cases of each country, the most first; None where no case tells its countries."""
        if all(case.countries is None for case in self.cases):
            return None
        ratings: dict[str, list[Rating]] = {}
        for case in self.cases:
            for country in case.countries or ():
                ratings.setdefault(country, []).append(case.headline)
        counted = {
            code: CountryCount(len(all_), worst(all_), sum(one in GRAVE for one in all_))
            for code, all_ in ratings.items()
        }
        order = sorted(counted.items(), key=lambda one: (-one[1].cases, one[0]))
        return dict(order)

    @cached_property
    def without_country(self) -> int:
        """Cases that name no country to which the deal comes."""
        return sum(not case.countries for case in self.cases)

    @cached_property
    def flagged(self) -> Counter[str] | None:
        """In how many cases each rule is flagged; None where no case tells."""
        return _counted(case.flagged for case in self.cases)

    @cached_property
    def untested(self) -> Counter[str] | None:
        """In how many cases each rule could not be tested; None where no case tells."""
        return _counted(case.untested for case in self.cases)

    @cached_property
    def missing(self) -> Counter[str] | None:
        """In how many cases each fact is missing; None where no case tells."""
        return _counted(case.missing for case in self.cases)

    @cached_property
    def carrying(self) -> Counter[str] | None:
        """In how many cases each presumption carries a rating; None where no case tells."""
        return _counted(case.carrying for case in self.cases)

    # --- changes -----------------------------------------------------------------------------

    @cached_property
    def movers(self) -> tuple[Mover, ...]:
        """Cases that stand otherwise than in the earlier run, in the order of the cases."""
        if self.earlier is None:
            return ()
        found = (self._mover(case, self.earlier) for case in self.cases)
        return tuple(one for one in found if one is not None)

    def _mover(self, case: CaseRow, earlier: Earlier) -> Mover | None:
        before = earlier.readings.get(case.id)
        if before is None:
            return Mover(case, "new", case.headline)
        # Where one of the runs presumed nothing, only what is established can be compared.
        like = self.presumes and earlier.presumes
        then, now = (
            (before.presumed, case.headline) if like else (before.floor, case.readings.floor)
        )
        if then == now:
            return None
        if then == "not_assessed":
            return Mover(case, "rated", now, then)
        if now == "not_assessed":
            return Mover(case, "unrated", now, then)
        rose = LEVELS.index(now) > LEVELS.index(then)
        return Mover(case, "rose" if rose else "fell", now, then)

    @cached_property
    def gone(self) -> tuple[str, ...]:
        """Cases of the earlier run that are not among these, those that can't be read included."""
        if self.earlier is None:
            return ()
        known = {case.id for case in self.cases}
        return tuple(sorted(name for name in self.earlier.readings if name not in known))


@dataclass(frozen=True, slots=True)
class ReadingCounts:
    """How many cases are rated so as established, as presumed, and as possible."""

    floor: int
    presumed: int
    ceiling: int


@dataclass(frozen=True, slots=True)
class CountryCount:
    """How many cases a country has, the worst rating among them, and how many are grave."""

    cases: int
    worst: Rating
    grave: int


def in_order(cases: Iterable[CaseRow]) -> tuple[CaseRow, ...]:
    """Return cases with the worst first: by what is presumed, established, possible, by family."""

    def key(case: CaseRow) -> tuple[int, int, int, int, str]:
        floor, presumed, ceiling = (-LEVELS.index(rating) for rating in case.readings)
        by_family = -sum(LEVELS.index(one.presumed) for one in case.families.values())
        return presumed, floor, ceiling, by_family, case.id

    return tuple(sorted(cases, key=key))


def _counted(each: Iterable[Sequence[str] | None]) -> Counter[str] | None:
    told = [names for names in each if names is not None]
    return Counter(name for names in told for name in names) if told else None
