"""Adds verdicts up to ratings: what is established (floor) and what is still possible (ceiling)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import NamedTuple

from convenio.backends.outcome import OUTCOME_CODES, OUTCOMES, Outcome
from convenio.packs.policy import Rating, RatingPolicy, rank
from convenio.packs.rule import SEVERITIES, Rule, Severity


class Readings(NamedTuple):
    """A rating in its three readings: what is established, presumed and possible."""

    floor: Rating
    presumed: Rating
    ceiling: Rating


@dataclass(frozen=True, slots=True)
class FamilyRating:
    """Floor and ceiling of one family.

    `counted` is the severity that made the floor before mitigation (None where nothing did);
    `certain_factors` lowered the ceiling; `possible_factors`, which include them, the floor.
    """

    floor: Rating
    ceiling: Rating
    counted: Severity | None
    certain_factors: tuple[str, ...]
    possible_factors: tuple[str, ...]


class FamilyRater:
    """Rates one family from the codes of outcomes (backends/outcome.py).

    `rules` are those of the family; their codes stand together, from `start` on.

    The floor counts certain findings and mitigating factors that are possible; the ceiling counts
    possible findings and factors that are certain (semantics, "Floor and ceiling").
    """

    def __init__(self, policy: RatingPolicy, rules: Sequence[Rule], start: int) -> None:
        self._start, self._stop = start, start + len(rules)
        self._factors = tuple(
            (place, rule.id) for place, rule in enumerate(rules) if rule.kind == "mitigating"
        )
        self._places = tuple(n for n, rule in enumerate(rules) if rule.kind != "mitigating")
        self._scored = len(self._places)
        topics: dict[str, list[int]] = {}
        for place, rule in enumerate(rules):
            topics.setdefault(rule.counted_as, []).append(place)
        # Where no topic has several rules, nothing needs to be brought together.
        self._topics = tuple(topics.values()) if len(topics) < len(rules) else None
        # Findings differ from case to case; how many there are of each severity often does not.
        self._standing = lru_cache(maxsize=4096)(partial(_standing, policy))
        self._known = lru_cache(maxsize=4096)(self._rated)

    def tested(self, codes: bytes) -> bool:
        """Tell whether a risk or compound rule of the family is flagged or clear."""
        found = codes[self._start : self._stop]
        return any(found[place] in _RUN for place in self._places)

    def rate(self, codes: bytes) -> FamilyRating:
        """Return the rating; `codes` holds the outcome of every rule of the pack."""
        return self._known(codes[self._start : self._stop])

    def _rated(self, found: bytes) -> FamilyRating:
        certain: tuple[str, ...] = ()
        possible: tuple[str, ...] = ()
        excluded = found.count(_NOT_APPLICABLE)
        if self._factors:
            verdicts = [(rule, OUTCOMES[found[place]].verdict) for place, rule in self._factors]
            certain = tuple(rule for rule, verdict in verdicts if verdict == "flag")
            possible = tuple(rule for rule, verdict in verdicts if verdict in ("flag", "unknown"))
            excluded -= sum(verdict == "not_applicable" for _, verdict in verdicts)
        if excluded == self._scored:
            return FamilyRating("not_assessed", "not_assessed", None, certain, possible)
        established = self._by_topic(found.translate(_ESTABLISHED))
        conceivable = self._by_topic(found.translate(_CONCEIVABLE))
        floor, counted = self._standing(_counts(established), bool(possible))
        ceiling, _ = self._standing(_counts(conceivable), bool(certain))
        return FamilyRating(floor, ceiling, counted, certain, possible)

    def _by_topic(self, numbers: bytes) -> bytes:
        """Return one severity for each topic, the highest (semantics, "Counting by topic")."""
        if self._topics is None:
            return numbers
        return bytes(max(numbers[place] for place in places) for places in self._topics)


_NOT_APPLICABLE = OUTCOME_CODES[Outcome("not_applicable")]
_RUN = frozenset(
    code for outcome, code in OUTCOME_CODES.items() if outcome.verdict in ("flag", "clear")
)
_BY_NUMBER: tuple[Severity | None, ...] = (None, *SEVERITIES)


def _numbers(severities: Iterable[Severity | None]) -> bytes:
    """Return a table from the code of an outcome to the number of a severity; 0 is none."""
    return bytes(map(_BY_NUMBER.index, severities)).ljust(256, b"\0")


_ESTABLISHED = _numbers(outcome.severity for outcome in OUTCOMES)
_CONCEIVABLE = _numbers(outcome.ceiling for outcome in OUTCOMES)


def _counts(numbers: bytes) -> tuple[int, int, int, int]:
    """Return how many findings have each severity, the lowest first."""
    return numbers.count(1), numbers.count(2), numbers.count(3), numbers.count(4)


def _standing(
    policy: RatingPolicy, counts: tuple[int, ...], mitigated: bool
) -> tuple[Rating, Severity | None]:
    """Return the rating to which so many findings add up, and the severity that counted for it."""
    severities = [
        severity for severity, count in zip(SEVERITIES, counts, strict=True) for _ in range(count)
    ]
    rating, counted = policy.rate(severities)
    return (policy.mitigated(rating, severities) if mitigated else rating), counted


def without_tests(families: Mapping[str, FamilyRating]) -> dict[str, FamilyRating]:
    """Return the ratings of a case of which no test could be run: nothing of it is established.

    The ceilings stay (semantics, "Floor and ceiling").
    """
    return {
        family: replace(rating, floor="not_assessed", counted=None)
        for family, rating in families.items()
    }


def is_assessed(families: Mapping[str, FamilyRating]) -> bool:
    """Tell whether anything of a case is established: whether some test could be run."""
    return any(rating.floor != "not_assessed" for rating in families.values())


def worst(ratings: Iterable[Rating]) -> Rating:
    """Return the worst of the ratings that were assessed, or `not_assessed` where none was.

    >>> worst(["low", "not_assessed", "high"])
    'high'
    """
    assessed = [rating for rating in ratings if rating != "not_assessed"]
    return max(assessed, key=rank, default="not_assessed")
