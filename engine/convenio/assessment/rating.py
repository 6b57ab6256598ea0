"""Adds verdicts up to ratings: what is established (floor) and what is still possible (ceiling)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from convenio.backends.outcome import Outcome
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating, rank
from convenio.packs.rule import Rule, Severity


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


def rate_family(pack: Pack, family: str, outcomes: Mapping[str, Outcome]) -> FamilyRating:
    """Rate one family.

    The floor counts certain findings and mitigating factors that are possible; the ceiling counts
    possible findings and factors that are certain (semantics, "Floor and ceiling").
    """
    rules = [rule for rule in pack.rules if rule.family == family]
    scored = [rule for rule in rules if rule.kind != "mitigating"]
    factors = [rule for rule in rules if rule.kind == "mitigating"]
    certain = _in_force(factors, outcomes, ("flag",))
    possible = _in_force(factors, outcomes, ("flag", "unknown"))
    if all(outcomes[rule.id].verdict == "not_applicable" for rule in scored):
        return FamilyRating("not_assessed", "not_assessed", None, certain, possible)
    established = [o.severity for o in _outcomes(scored, outcomes) if o.severity is not None]
    conceivable = [o.ceiling for o in _outcomes(scored, outcomes) if o.ceiling is not None]
    floor, counted = pack.policy.rate(established)
    ceiling, _ = pack.policy.rate(conceivable)
    if possible:
        floor = pack.policy.mitigated(floor, established)
    if certain:
        ceiling = pack.policy.mitigated(ceiling, conceivable)
    return FamilyRating(floor, ceiling, counted, certain, possible)


def worst(ratings: Iterable[Rating]) -> Rating:
    """Return the worst of the ratings that were assessed, or `not_assessed` where none was.

    >>> worst(["low", "not_assessed", "high"])
    'high'
    """
    assessed = [rating for rating in ratings if rating != "not_assessed"]
    return max(assessed, key=rank, default="not_assessed")


def _outcomes(rules: Iterable[Rule], outcomes: Mapping[str, Outcome]) -> Iterable[Outcome]:
    return (outcomes[rule.id] for rule in rules)


def _in_force(
    factors: Iterable[Rule], outcomes: Mapping[str, Outcome], verdicts: tuple[str, ...]
) -> tuple[str, ...]:
    return tuple(rule.id for rule in factors if outcomes[rule.id].verdict in verdicts)
