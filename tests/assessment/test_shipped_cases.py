"""The sixteen deals that ship: they load, they are told apart, and benign ones look benign."""

from __future__ import annotations

from dataclasses import replace

import pytest

from convenio import assess, load_case
from convenio.facts.case import Case
from convenio.packs import Pack
from convenio.packs.policy import rank

BENIGN = ("panamax-2014", "eclac-method-2001", "unified-response-2010")


def test_sixteen_cases_ship(shipped_cases: dict[str, Case]) -> None:
    assert len(shipped_cases) == 16
    assert {case.id for case in shipped_cases.values()} == set(shipped_cases)


def test_a_case_that_ships_has_a_name(pack: Pack, shipped_cases: dict[str, Case]) -> None:
    for name, case in shipped_cases.items():
        assert load_case(name, pack).digest == case.digest


def test_every_stated_fact_names_a_declared_source(shipped_cases: dict[str, Case]) -> None:
    without = [
        f"{name}: {fact.path}"
        for name, case in shipped_cases.items()
        for fact in case.walk()
        if fact.state == "known"
        and not fact.elements
        and fact.value != ()
        and fact.provenance.source not in case.sources
    ]
    assert without == []


def test_the_floors_of_the_cases_differ(pack: Pack, shipped_cases: dict[str, Case]) -> None:
    floors = {assess(case, pack).floor for case in shipped_cases.values()}
    assert len(floors) >= 3


@pytest.mark.parametrize("name", BENIGN)
def test_a_benign_deal_is_low_or_moderate(
    name: str, pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    assessment = assess(shipped_cases[name], pack)
    assert assessment.floor in ("low", "moderate")
    assert assessment.ceiling in ("low", "moderate")


def test_a_floor_is_never_above_its_ceiling(pack: Pack, shipped_cases: dict[str, Case]) -> None:
    for case in shipped_cases.values():
        assessment = assess(case, pack)
        for rating in assessment.families.values():
            assert rank(rating.floor) <= rank(rating.ceiling)
        assert rank(assessment.floor) <= rank(assessment.ceiling)


def test_every_rule_has_one_finding_in_the_order_of_the_pack(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    for case in shipped_cases.values():
        assert [f.rule.id for f in assess(case, pack).findings] == [r.id for r in pack.rules]


def test_every_fact_behind_a_finding_has_its_line(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    for case in shipped_cases.values():
        for finding in assess(case, pack).findings:
            for leaf in finding.facts:
                if leaf.fact is not None and leaf.fact.state == "known":
                    assert leaf.fact.position.line > 0
                    assert leaf.fact.position.file == case.file


def test_an_unknown_finding_names_what_is_missing(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    silent = [
        f"{name}: {finding.rule.id}"
        for name, case in shipped_cases.items()
        for finding in assess(case, pack).findings
        if finding.verdict == "unknown" and not finding.missing
    ]
    assert silent == []


def test_a_scenario_changes_something(shipped_cases: dict[str, Case]) -> None:
    idle = [
        f"{name}: {scenario.key}"
        for name, case in shipped_cases.items()
        for scenario in case.scenarios.values()
        if not (scenario.add or scenario.remove)
        and all(
            path in case.facts and case.facts[path].value == fact.value
            for path, fact in scenario.set.items()
        )
    ]
    assert idle == []
    assert sum(len(case.scenarios) for case in shipped_cases.values()) >= 10


def test_every_scenario_of_a_case_can_be_assessed(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    for case in shipped_cases.values():
        for scenario in case.scenarios.values():
            changed = replace(case, facts={**case.facts, **scenario.set})
            assert assess(changed, pack, "reference").floor != "not_assessed"
