"""How findings add up to a rating. Monotone: a further finding never lowers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from convenio.packs.rule import SEVERITIES, Severity

Rating = Literal["not_assessed", "low", "moderate", "high", "critical"]
RATINGS: tuple[Rating, ...] = ("low", "moderate", "high", "critical")


def rank(rating: Rating) -> int:
    """Return the order of ratings; `not_assessed` stands with `low`, below which nothing is."""
    return RATINGS.index(rating) if rating in RATINGS else 0


@dataclass(frozen=True, slots=True)
class Requirement:
    """So many findings of that severity or worse."""

    at_least: int
    severity: Severity


@dataclass(frozen=True, slots=True)
class RatingPolicy:
    """For each rating above low, the requirements of which one must hold."""

    rows: Mapping[Rating, tuple[Requirement, ...]]

    def rate(self, severities: Iterable[Severity]) -> tuple[Rating, Severity | None]:
        """Return the highest rating whose row holds, and the severity that counted for it.

        >>> policy = RatingPolicy({"high": (Requirement(1, "high"),)})
        >>> policy.rate(["medium", "high"])
        ('high', 'high')
        """
        found = list(severities)
        for rating in reversed(RATINGS):
            for requirement in self.rows.get(rating, ()):
                at_least = SEVERITIES.index(requirement.severity)
                if sum(SEVERITIES.index(s) >= at_least for s in found) >= requirement.at_least:
                    return rating, requirement.severity
        return "low", None

    def mitigated(self, rating: Rating, severities: Iterable[Severity]) -> Rating:
        """Return the rating one step lower, as a mitigating factor in force makes it.

        The step is not taken where it would end below moderate while a high or critical finding
        stands, nor below low.
        """
        if rating in ("not_assessed", "low"):
            return rating
        lower = RATINGS[RATINGS.index(rating) - 1]
        if lower == "low" and any(s in ("high", "critical") for s in severities):
            return rating
        return lower
