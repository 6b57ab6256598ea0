"""Earlier deals that are most alike, and what became of them.

Alike is measured on what a deal is, not on how it is rated. Five features count, with weights that
say how much each tells of a kind of deal (a judgement of the authors): its elements 3, the presence
of foreign personnel 2, its legal form 1, its purposes 1, its providers 1. Sets are compared by the
share that both have of what either has (Jaccard), single values by being the same. What one of two
deals does not state is left out; where less than half of the weight can be compared, two deals are
not said to be alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from convenio.facts.case import Case, OutcomeEvent
from convenio.facts.values import date_from_text, last_day

WEIGHTS: Mapping[str, int] = {
    "deal.elements": 3,
    "presence.kind": 2,
    "deal.form": 1,
    "deal.purposes": 1,
    "providers": 1,
}
LEAST = 0.4
"""Deals that are less alike than this are no precedents; a judgement of the authors."""


@dataclass(frozen=True)
class Precedent:
    """An earlier deal: how alike from 0 to 1, by feature, and what became of it up to a day.

    `alike` and `differ` hold features: paths of facts, or `providers`.
    """

    case: Case
    likeness: float
    alike: tuple[str, ...]
    differ: tuple[str, ...]
    outcome: tuple[OutcomeEvent, ...]


def precedents(case: Case, library: Iterable[Case], most: int = 5) -> list[Precedent]:
    """Return the earlier deals of a library that are most alike, the most alike first.

    Earlier is what is dated before the case; of what became of it only that counts which happened
    up to the date of the case.
    """
    found = []
    for other in library:
        if other.id == case.id or other.as_of >= case.as_of:
            continue
        measured = likeness(case, other)
        if measured is not None and measured[0] >= LEAST:
            found.append(_precedent(case, other, *measured))
    return sorted(found, key=lambda one: (-one.likeness, one.case.id))[:most]


def likeness(one: Case, other: Case) -> tuple[float, Mapping[str, float]] | None:
    """Return how alike two deals are, in all and by feature; None where too little is stated.

    >>> from convenio import load_case
    >>> case = load_case("panamax-2014")
    >>> likeness(case, case)[0]
    1.0
    """
    parts = {
        name: share
        for name in WEIGHTS
        for share in (_share(_feature(one, name), _feature(other, name)),)
        if share is not None
    }
    weight = sum(WEIGHTS[name] for name in parts)
    if 2 * weight < sum(WEIGHTS.values()):
        return None
    return sum(WEIGHTS[name] * share for name, share in parts.items()) / weight, parts


def _feature(case: Case, name: str) -> frozenset[str]:
    if name == "providers":
        return frozenset(who for who, role in case.participants if role == "provider")
    fact = case.facts.get(name)
    value = fact.value if fact is not None and fact.state == "known" else None
    if isinstance(value, tuple):
        return frozenset(item for item in value if isinstance(item, str))
    return frozenset([value]) if isinstance(value, str) else frozenset()


def _share(one: frozenset[str], other: frozenset[str]) -> float | None:
    return len(one & other) / len(one | other) if one and other else None


def _precedent(case: Case, other: Case, total: float, parts: Mapping[str, float]) -> Precedent:
    return Precedent(
        other,
        total,
        tuple(name for name, share in parts.items() if share >= 0.5),
        tuple(name for name, share in parts.items() if share < 0.5),
        tuple(event for event in other.outcome if _known_by(event, case.as_of)),
    )


def _known_by(event: OutcomeEvent, day: dt.date) -> bool:
    try:
        return last_day(date_from_text(event.date)) <= day
    except ValueError:
        return False
