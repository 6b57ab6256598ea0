"""Hypothesis strategies for small packs over the catalogue of the conformance corpus.

`known`, `undisclosed` and `asked` are left out: they speak of the file, so an answer may move a
rating outside the earlier range. Everything else of the language is drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
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

_atom = st.builds(lambda text, n: text.format(n=n), st.sampled_from(_ATOMS), st.integers(0, 5))
_severity = st.sampled_from(SEVERITIES)


def _joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(
        st.builds(
            lambda word, p: f"({f' {word} '.join(p)})", st.sampled_from(["and", "or"]), several
        ),
        parts.map(lambda part: f"not ({part})"),
        st.builds(lambda n, p: f"at_least({n}, {', '.join(p)})", st.integers(1, 2), several),
    )


def _conditions(rules: list[str], families: tuple[str, ...]) -> st.SearchStrategy[str]:
    leaves = [_atom]
    if rules:
        name = st.sampled_from(rules)
        leaves += [
            name.map(lambda rule: f"flagged('{rule}')"),
            st.builds(lambda rule, s: f"flagged('{rule}', '{s}')", name, _severity),
        ]
    if families:
        family = st.sampled_from(families)
        leaves.append(st.builds(lambda f, s: f"flagged_in('{f}', '{s}')", family, _severity))
    return st.recursive(st.one_of(leaves), _joined, max_leaves=4)


@st.composite
def rules(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Draw the rules of a pack, two to four for each family."""
    drawn: list[dict[str, Any]] = []
    for place, family in enumerate(FAMILIES):
        for number in range(draw(st.integers(2, 4))):
            condition = _conditions([rule["id"] for rule in drawn], FAMILIES[:place])
            drawn.append(_rule(draw, family, f"{family[:2].upper()}-{number:03d}", condition))
    return drawn


def _rule(
    draw: st.DrawFn, family: str, name: str, condition: st.SearchStrategy[str]
) -> dict[str, Any]:
    kinds = ["risk", "compound", "compound"] + ["mitigating"] * (family != "cross")
    rule: dict[str, Any] = {"id": name, "family": family, "kind": draw(st.sampled_from(kinds))}
    if draw(st.booleans()):
        rule["applies"] = draw(condition)
    if rule["kind"] == "mitigating":
        return {**rule, "when": draw(condition)}
    levels = draw(st.lists(_severity, min_size=1, max_size=3, unique=True))
    return {**rule, "levels": {severity: draw(condition) for severity in levels}}
