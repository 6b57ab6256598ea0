"""Scenarios side by side: what is applied, what changes, and through which condition."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from conformance.packs import read_case
from convenio import Engine, Pack, load_case
from convenio.errors import CaseError, UsageError
from convenio.facts.case import Case
from convenio.scenarios.changes import in_scenario
from convenio.scenarios.compare import SETTINGS, compare

CASE = """
case: two-states
title: Access between two states
as_of: 2020-05-01
deal: {elements: [basing_access], stage: signed}
terms: {duration_years: 5}
immunity: {level: official_acts}
incidents:
  - {date: 2020-01-10, deaths: 0}
  - {date: 2020-02-10, deaths: 3}
scenarios:
  longer:
    title: Longer
    set: {terms.duration_years: 30}
  calmer:
    title: Longer, and one incident fewer
    extends: longer
    remove: {incidents: [1]}
  hotter:
    title: Longer, one incident exchanged for another
    extends: calmer
    add:
      incidents:
        - {date: 2020-03-01, deaths: 9}
  quiet:
    title: Reactions appear
    add:
      reactions:
        - {date: 2020-04-01, by: VEN, neighbour: true, kind: protest_note}
  back:
    title: Short again
    extends: longer
    set: {terms.duration_years: 5}
"""


@pytest.fixture
def case(pack: Pack) -> Case:
    return read_case(CASE, pack)


def deaths(case: Case) -> list[object]:
    return [element.fields["deaths"].value for element in case.facts["incidents"].elements]


def test_a_scenario_builds_on_those_that_it_extends(case: Case) -> None:
    assert in_scenario(case, "longer").facts["terms.duration_years"].value == 30
    calmer = in_scenario(case, "calmer")
    assert calmer.facts["terms.duration_years"].value == 30
    assert deaths(calmer) == [0]
    assert deaths(in_scenario(case, "hotter")) == [0, 9]
    assert in_scenario(case, "back").facts["terms.duration_years"].value == 5
    assert deaths(case) == [0, 3]


def test_an_entry_added_to_an_unknown_list_is_one_of_perhaps_more(case: Case) -> None:
    reactions = in_scenario(case, "quiet").facts["reactions"]
    assert len(reactions.elements) == 1
    assert not reactions.complete


def test_what_changes_is_told_with_its_condition(case: Case, pack: Pack) -> None:
    found = compare(case, pack, ["longer", "back"])
    longer, back = found.alternatives
    assert [change.path for change in longer.facts] == ["terms.duration_years"]
    term = next(changed for changed in longer.rules if changed.rule.id == "SOV-004")
    assert (term.before.verdict, term.after.verdict) == ("unknown", "flag")
    assert any(
        "terms.duration_years" in condition.text and condition.after is True
        for condition in term.through
    )
    assert all(fact.path == "terms.duration_years" for c in term.through for fact in c.facts)
    assert back.facts == ()
    assert back.rules == ()


def test_every_alternative_is_what_the_engine_says_of_its_case(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    engine = Engine(pack, "reference")
    compared = 0
    for case in shipped_cases.values():
        found = compare(case, pack, inference="reference")
        assert len(found.alternatives) == len(case.scenarios)
        for alternative in found.alternatives:
            again = engine.assess(alternative.assessment.case)
            assert again.outcomes == alternative.assessment.outcomes
            changed = {
                rule.id
                for rule in pack.rules
                if found.base.outcomes[rule.id] != again.outcomes[rule.id]
            }
            assert {c.rule.id for c in alternative.rules} == changed
            assert all(c.through for c in alternative.rules)
            compared += 1
    assert compared >= 16


def test_settings_are_one_more_alternative(pack: Pack) -> None:
    case = load_case("us-colombia-dca-2009", pack)
    found = compare(case, pack, settings={"immunity.level": "official_acts"})
    (only,) = found.alternatives
    assert (only.key, only.title) == (SETTINGS, "immunity.level=official_acts")
    assert "SOV-003" in {changed.rule.id for changed in only.rules}


def test_unknown_scenarios_are_refused(case: Case, pack: Pack) -> None:
    with pytest.raises(UsageError, match="did you mean longer"):
        compare(case, pack, ["longr"])


@pytest.mark.parametrize(
    ("scenario", "line", "message"),
    [
        ("set: {terms.duration_year: 3}", 3, "terms.duration_years"),
        ("set: {terms.duration_years: long}", 3, "a number"),
        ("add: {terms.duration_years: [3]}", 3, "is no list"),
        ("remove: {incidents: [7]}", 3, "counted from 0"),
        ("extends: nothing", 3, "no such scenario"),
    ],
)
def test_a_wrong_scenario_is_told_with_its_line(
    pack: Pack, scenario: str, line: int, message: str
) -> None:
    text = f"scenarios:\n  one:\n    {scenario}\n" + CASE[: CASE.index("scenarios:")]
    with pytest.raises(CaseError) as refused:
        read_case(text, pack)
    told = str(refused.value)
    assert f"row.yaml:{line}:" in told
    assert message in told


def test_the_date_of_the_case_stays(case: Case, tmp_path: Path) -> None:
    assert in_scenario(case, "hotter").as_of == dt.date(2020, 5, 1)
