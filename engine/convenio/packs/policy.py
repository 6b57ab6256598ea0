"""How findings add up to a rating. Monotone: a further finding never lowers it.

What is said here of one family's findings holds for every target: `T` is what a target calls true
or false, and `Held` tells whether so many findings stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from convenio.language.logic import KLEENE, Logic
from convenio.language.truth import Truth
from convenio.packs.rule import Severity, severity_number

T = TypeVar("T")

Held = Callable[[int, int], T]
"""Tells whether findings of a severity (by its number) or worse are at least so many."""

Rating = Literal["not_assessed", "low", "moderate", "high", "critical"]
RATINGS: tuple[Rating, ...] = ("low", "moderate", "high", "critical")


Reading = Literal["established", "presumed", "possible"]
READINGS: tuple[Reading, ...] = ("established", "presumed", "possible")
"""What is proved, what a careful reader would say today, what can't be ruled out."""

Side = Literal["floor", "ceiling"]
"""The rating that is established, or the one that can't be ruled out."""

SIDES: tuple[Side, Side] = ("floor", "ceiling")


def rank(rating: Rating) -> int:
    """Return the order of ratings; `not_assessed` stands with `low`, below which nothing is."""
    return RATINGS.index(rating) if rating in RATINGS else 0


@dataclass(frozen=True, slots=True)
class Scale:
    """What the ratings mean, in words: in general, and of each family.

    Both are empty where a pack doesn't say.
    """

    levels: Mapping[Rating, str] = field(default_factory=dict)
    families: Mapping[str, Mapping[Rating, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Requirement:
    """So many findings of that severity or worse."""

    at_least: int
    severity: Severity


GRAVE = severity_number("high")
"""The number of the severity from which on a finding keeps a rating at moderate."""


@dataclass(frozen=True, slots=True)
class RatingPolicy:
    """For each rating above low, the requirements of which one must hold."""

    rows: Mapping[Rating, tuple[Requirement, ...]]

    def row(self, rank: int, held: Held[T], logic: Logic[T]) -> T:
        """Return whether the row of one rating holds."""
        return self._any_row([rank], held, logic)

    def above(self, rank: int, held: Held[T], logic: Logic[T]) -> T:
        """Return whether the rating before mitigation is worse than that of a rank."""
        return self._any_row(range(rank + 1, len(RATINGS)), held, logic)

    def _any_row(self, ranks: Iterable[int], held: Held[T], logic: Logic[T]) -> T:
        requirements = [one for rank in ranks for one in self.rows.get(RATINGS[rank], ())]
        return logic.disjunction(
            [held(severity_number(one.severity), one.at_least) for one in requirements]
        )

    def rate(self, severities: Iterable[Severity]) -> tuple[Rating, Severity | None]:
        """Return the highest rating whose row holds, and the severity that counted for it.

        >>> policy = RatingPolicy({"high": (Requirement(1, "high"),)})
        >>> policy.rate(["medium", "high"])
        ('high', 'high')
        """
        numbers = [severity_number(severity) for severity in severities]
        for rating in reversed(RATINGS):
            for requirement in self.rows.get(rating, ()):
                wanted = severity_number(requirement.severity)
                if sum(number >= wanted for number in numbers) >= requirement.at_least:
                    return rating, requirement.severity
        return "low", None

    def mitigated(self, rating: Rating, severities: Iterable[Severity]) -> Rating:
        """Return the rating as it is with a mitigating factor in force; see `is_lowered`."""

        def above(place: int) -> Truth:
            return rank(rating) > place

        is_grave = any(severity_number(severity) >= GRAVE for severity in severities)
        if not is_lowered(above, is_grave, True, KLEENE):
            return rating
        return RATINGS[rank(rating) - 1]


def is_lowered(above: Callable[[int], T], is_grave: T, in_force: T, logic: Logic[T]) -> T:
    """Return whether a mitigating factor in force takes a rating one step down.

    `above` tells whether the rating is worse than that of a rank. The step is not taken where it
    would end below moderate while a high or critical finding stands, nor below low.
    """
    from_moderate = logic.conjunction([above(0), logic.negate(is_grave)])
    return logic.conjunction([in_force, logic.disjunction([above(1), from_moderate])])
