"""A rule describes a risk, not a country; a benign deal comes out benign."""

from dataclasses import replace

import pytest

from convenio import Case, Pack, assess, load_case, load_pack
from convenio.assessment.cases import case_from_document
from convenio.documents import parse_document
from convenio.errors import CaseError, EngineError
from convenio.facts.case import Element
from convenio.resources import data_folder

CASES = sorted(path.stem for path in data_folder("cases").glob("*.yaml"))
PROVIDERS = ("USA", "CHN", "RUS", "FRA", "BRA", "ESP", "ISR", "KOR")


@pytest.fixture(scope="module")
def core() -> Pack:
    return load_pack("core")


def _provided_by(case: Case, country: str) -> Case:
    parties = case.facts["parties"]
    elements = []
    for element in parties.elements:
        fields = dict(element.fields)
        if "role" in fields and fields["role"].value == "provider":
            fields["country"] = replace(fields["country"], value=country)
        elements.append(Element(fields, element.position))
    return replace(case, facts={**case.facts, "parties": replace(parties, value=tuple(elements))})


@pytest.mark.parametrize("name", CASES)
def test_the_providers_nationality_moves_only_rules_of_a_declared_national_law(name, core):
    case = load_case(name, core)
    free = [rule.id for rule in core.rules if not rule.national_law]
    outcomes = []
    for country in PROVIDERS:
        found = assess(_provided_by(case, country), core, "reference").outcomes
        outcomes.append({rule: found[rule] for rule in free})
    assert all(outcome == outcomes[0] for outcome in outcomes)


def test_national_law_is_declared_where_it_is_applied(core):
    assert {rule.national_law for rule in core.rules if rule.national_law} == {"USA"}


def test_ratings_of_the_shipped_cases_discriminate(core):
    floors = {name: assess(load_case(name, core), core).floor for name in CASES}
    assert len(CASES) == 16
    assert len(set(floors.values())) >= 3
    for benign in ("panamax-2014", "eclac-method-2001", "unified-response-2010"):
        assert floors[benign] in ("low", "moderate")
    assert floors["us-colombia-dca-2009"] == "critical"


FIRST_ANSWERS = """case: first
title: First answers only
as_of: 2022-01-01
parties: [{{country: USA, role: provider}}, {{country: COL, role: recipient}}]
deal: {{elements: [{element}], form: {form}, stage: in_force}}
dates: {{signed: 2021-12-01}}
text: {{access: public}}
terms: {{duration_years: 2}}
presence: {{kind: {presence}}}
immunity: {{level: official_acts}}
equipment: []
use: {{internal_security: false}}
"""


@pytest.mark.parametrize(
    ("element", "form", "presence", "raised"),
    [
        ("disaster_relief", "exchange_of_notes", "visits", set()),
        ("mediation_confidence_building", "treaty", "none", set()),
        ("training_exchange", "binding_mou", "visits", set()),
        ("peacekeeping", "exchange_of_notes", "rotational", {"human_rights"}),
        ("cyber_cooperation", "nonbinding_mou", "none", {"tension"}),
        ("joint_exercise", "nonbinding_mou", "visits", {"tension"}),
        ("cooperation_agreement", "treaty", "none", set()),
    ],
)
def test_first_answers_leave_no_critical_ceiling_that_the_elements_do_not_raise(
    element, form, presence, raised, core
):
    text = FIRST_ANSWERS.format(element=element, form=form, presence=presence)
    case = case_from_document(parse_document(text.encode(), "first.yaml", CaseError), core)
    families = assess(case, core).families
    critical = {name for name, rating in families.items() if rating.ceiling == "critical"}
    assert critical <= raised
    assert all(rating.floor in ("low", "not_assessed") for rating in families.values())


@pytest.mark.parametrize("name", CASES)
def test_both_engines_give_the_same(name, core):
    case = load_case(name, core)
    one, other = assess(case, core, "reference"), assess(case, core, "durable_rules")
    assert one.outcomes == other.outcomes
    assert one.families == other.families
    assert (one.inference, other.inference) == ("reference", "durable_rules")


def test_where_the_engines_disagree_there_is_no_verdict(core, monkeypatch):
    from convenio.backends.durable import DurableEngine

    honest = DurableEngine.infer

    def lie(self, facts):
        outcomes = honest(self, facts)
        return {**outcomes, "TRA-001": replace(outcomes["TRA-001"], verdict="clear")}

    monkeypatch.setattr(DurableEngine, "infer", lie)
    with pytest.raises(EngineError, match="disagree on TRA-001"):
        assess(load_case("us-colombia-dca-2009", core), core, "durable_rules")


def test_a_lost_agenda_is_an_error(core, monkeypatch):
    import durable_rules_engine

    monkeypatch.setattr(durable_rules_engine, "complete_and_start_action", lambda *_: None)
    pack = load_pack("core")
    with pytest.raises(EngineError, match="did not run its agenda to the end"):
        assess(load_case("us-colombia-dca-2009", pack), pack, "durable_rules")


@pytest.mark.parametrize("name", CASES)
def test_every_scenario_of_a_shipped_case_can_be_assessed(name, core):
    case = load_case(name, core)
    for scenario in case.scenarios.values():
        changed = replace(case, facts={**case.facts, **scenario.set})
        assert assess(changed, core, "reference").floor != "not_assessed"
