"""Hypothesis strategies for small packs over the catalogue of the conformance corpus.

`known`, `undisclosed` and `asked` are left out: they speak of the file, so an answer may move a
rating outside the earlier range. Everything else of the language is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from convenio.packs.rule import SEVERITIES

FAMILIES = ("tension", "rights", "cross")
"""In this order a rule may look at findings: of families before its own, of rules before it."""

_ATOMS = (
    "say.p",
    "say.q",
    "say.r",
    "not say.s",
    "say.p == say.q",
    "(say.p or say.r) != say.s",
    "terms.years > {n}",
    "terms.years >= terms.limit",
    "1 < terms.years <= terms.limit",
    "terms.years / terms.limit > 1",
    "terms.years - terms.limit + {n} >= 3",
    "1.15 * terms.limit <= terms.years",
    "terms.end in ['renews', 'indefinite']",
    "terms.end != terms.draft_end",
    "days(terms.start, terms.stop) > {n}",
    "terms.start <= as_of",
    "contains(terms.title, 'base')",
    "'training' in deal.elements",
    "'arms_sale' not in deal.elements",
    "overlaps(deal.elements, deal.wanted)",
    "parties.host in parties.countries",
    "overlaps(parties.countries, parties.rivals)",
    "within_km(site.base, site.border, 120)",
    "value.price > 100 * {n}",
    "value.price * 2 >= value.budget + value.price",
    "ceiling.exists and ceiling.troops > 100 * {n}",
    "ceiling.troops > 200",
    "any(a.live for a in activities)",
    "all(a.live or a.night for a in activities)",
    "any(a.live and not say.p for a in activities)",
    "any(at_least(2, a.live, a.night, a.troops > {n}) for a in activities)",
    "any('sea' in a.tags and a.km < {n} for a in activities)",
    "any(a.troops / a.km > {n} for a in activities)",
    "all(overlaps(a.parties, parties.countries) for a in activities)",
    "any(within_km(a.place, i.place, 120) for a in activities for i in incidents)",
    "all(a.live or i.grave for a in activities for i in incidents)",
    "any(any(i.deaths > a.troops for i in incidents) for a in activities)",
    "all(any(i.grave for i in incidents) for a in activities)",
    "count(a.live for a in activities) >= {n}",
    "count(a.live for a in activities) == {n}",
    "count(a.live for a in activities) in [1, {n}]",
    "6 / count(a.night for a in activities) > {n}",
    "value.price * count(a.live for a in activities) > 100 * {n}",
    "count(a.live for a in activities) > count(i.grave for i in incidents)",
    "count(a.live and i.grave for a in activities for i in incidents) * 2 - 1 < {n}",
    "sum(a.troops for a in activities) > {n}",
    "sum(a.troops for a in activities if a.live) >= {n}",
    "sum(a.cost for a in activities if a.night) > 50 * {n}",
    "sum(i.deaths for i in incidents) / count(True for i in incidents) > {n}",
)

RATINGS: tuple[Mapping[str, Any], ...] = (
    {
        "critical": [{"at_least": 1, "severity": "critical"}, {"at_least": 2, "severity": "high"}],
        "high": [{"at_least": 1, "severity": "high"}, {"at_least": 2, "severity": "medium"}],
        "moderate": [{"at_least": 1, "severity": "medium"}, {"at_least": 2, "severity": "low"}],
    },
    {
        "critical": [{"at_least": 3, "severity": "high"}],
        "high": [{"at_least": 2, "severity": "medium"}],
        "moderate": [{"at_least": 1, "severity": "low"}],
    },
)


def every_atom() -> list[str]:
    """Return each atom with each number, once."""
    return list(dict.fromkeys(text.format(n=n) for text in _ATOMS for n in range(6)))


# Made once: a strategy that is made anew for each draw costs more than all the rest of a test.
_ATOM = st.sampled_from(_ATOMS)
_NUMBER = st.integers(0, 5)
_SEVERITY = st.sampled_from(SEVERITIES)
_LEVELS = st.lists(_SEVERITY, min_size=1, max_size=3, unique=True)
_SHAPE = st.sampled_from(("atom", "finding", "and", "or", "not", "at_least"))
_LEAF = st.sampled_from(("atom", "atom", "finding"))
_FINDING = st.sampled_from(("flagged", "flagged with", "flagged_in"))
_KIND = st.sampled_from(("risk", "compound", "mitigating"))
_SEVERAL = st.integers(2, 3)
_HAS = st.booleans()
_WHICH = st.integers(0, 100)


@dataclass(frozen=True)
class _Below:
    """What a condition may look at: rules before its own, families before its own."""

    rules: tuple[str, ...]
    families: tuple[str, ...]


def _condition(draw: st.DrawFn, below: _Below, depth: int = 2) -> str:
    shape = draw(_SHAPE if depth else _LEAF)
    if shape == "atom" or (shape == "finding" and not below.rules):
        return draw(_ATOM).format(n=draw(_NUMBER))
    if shape == "finding":
        return _finding(draw, below)
    if shape == "not":
        return f"not ({_condition(draw, below, depth - 1)})"
    parts = [_condition(draw, below, depth - 1) for _ in range(draw(_SEVERAL))]
    if shape == "at_least":
        return f"at_least({draw(_SEVERAL) - 1}, {', '.join(parts)})"
    return f"({f' {shape} '.join(parts)})"


def _finding(draw: st.DrawFn, below: _Below) -> str:
    shape = draw(_FINDING)
    if shape == "flagged_in" and below.families:
        family = below.families[draw(_WHICH) % len(below.families)]
        return f"flagged_in('{family}', '{draw(_SEVERITY)}')"
    rule = below.rules[draw(_WHICH) % len(below.rules)]
    return f"flagged('{rule}')" if shape == "flagged" else f"flagged('{rule}', '{draw(_SEVERITY)}')"


@st.composite
def rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw the rules of a pack, two or three for each family."""
    drawn: list[dict[str, Any]] = []
    for place, family in enumerate(FAMILIES):
        for number in range(draw(_SEVERAL)):
            below = _Below(tuple(rule["id"] for rule in drawn), FAMILIES[:place])
            drawn.append(_rule(draw, family, f"{family[:2].upper()}-{number:03d}", below))
    return drawn


def _rule(draw: st.DrawFn, family: str, name: str, below: _Below) -> dict[str, Any]:
    kind = draw(_KIND)
    if family == "cross" and kind == "mitigating":
        kind = "compound"
    rule: dict[str, Any] = {"id": name, "family": family, "kind": kind}
    if draw(_HAS):
        rule["applies"] = _condition(draw, below)
    if kind == "mitigating":
        return {**rule, "when": _condition(draw, below)}
    levels = {severity: _condition(draw, below) for severity in draw(_LEVELS)}
    return {**rule, "levels": levels}
