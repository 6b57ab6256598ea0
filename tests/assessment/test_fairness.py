"""A rule describes a risk, not a country: the provider's nationality moves no verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from convenio import assess
from convenio.facts.case import Case, Element
from convenio.packs import Pack

COUNTRIES = ("USA", "CHN", "RUS", "FRA", "BRA", "ESP", "ISR", "KOR")
PROVIDING = ("provider", "sending", "original_supplier")


def with_country(case: Case, number: int, country: str) -> Case:
    """Return the case with another country in the row `parties[number]`, its source kept."""
    parties = case.facts["parties"]
    rows = list(parties.elements)
    fields = dict(rows[number].fields)
    fields["country"] = replace(fields["country"], value=country)
    rows[number] = Element(fields, rows[number].position)
    return replace(case, facts={**case.facts, "parties": replace(parties, value=tuple(rows))})


def providers(case: Case) -> Iterator[int]:
    for number, row in enumerate(case.facts["parties"].elements):
        role = row.fields.get("role")
        if role is not None and role.value in PROVIDING and "country" in row.fields:
            yield number


@pytest.mark.parametrize("country", COUNTRIES)
def test_only_rules_of_a_national_law_look_at_who_provides(
    country: str, pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    moved: list[str] = []
    exchanged = 0
    for name, case in shipped_cases.items():
        before = assess(case, pack, "reference").outcomes
        for number in providers(case):
            exchanged += 1
            after = assess(with_country(case, number, country), pack, "reference").outcomes
            moved += [
                f"{name}: {rule.id}"
                for rule in pack.rules
                if after[rule.id] != before[rule.id] and not rule.national_law
            ]
    assert moved == []
    assert exchanged >= 14


def test_the_ratings_move_only_by_those_rules(pack: Pack, shipped_cases: dict[str, Case]) -> None:
    """Where no rule of a national law moves, neither does any rating."""
    for case in shipped_cases.values():
        before = assess(case, pack, "reference")
        for number in providers(case):
            for country in COUNTRIES:
                after = assess(with_country(case, number, country), pack, "reference")
                if after.outcomes == before.outcomes:
                    assert after.families == before.families
