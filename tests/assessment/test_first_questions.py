"""The dozen first questions make a case assessable, and raise no alarm that nothing speaks for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from conftest import CaseReader
from convenio import assess
from convenio.assessment.assessment import Assessment
from convenio.packs import Pack
from convenio.packs.policy import rank


@dataclass(frozen=True)
class Benign:
    """A benign deal. `raised` are the families that its elements touch by their nature."""

    name: str
    elements: str
    raised: frozenset[str]
    form: str = "exchange_of_notes"
    parties: str = "[{country: FRA, role: provider}, {country: PER, role: recipient}]"
    presence: str = "visits"
    immunity: str = "official_acts"

    def body(self) -> str:
        return (
            f"deal: {{elements: [{self.elements}], form: {self.form}, stage: signed}}\n"
            f"parties: {self.parties}\n"
            "dates: {signed: 2019-12-01}\n"
            "text: {access: public}\n"
            "terms: {duration_years: 2}\n"
            "value: {total: {amount: 500000, currency: USD}}\n"
            f"presence: {{kind: {self.presence}}}\n"
            f"immunity: {{level: {self.immunity}}}\n"
            "equipment: []\n"
            "use: {internal_security: false}\n"
        )


DEALS = [
    Benign("relief after an earthquake", "disaster_relief", frozenset()),
    Benign("relief that a region coordinates", "disaster_relief", frozenset(), "nonbinding_mou"),
    Benign("command-post exercise", "joint_exercise", frozenset({"tension"})),
    Benign("mediation", "mediation_confidence_building", frozenset(), presence="none"),
    Benign("observers of a border", "mediation_confidence_building", frozenset()),
    Benign("training of cadets", "training_exchange", frozenset({"human_rights"}), "binding_mou"),
    Benign("framework agreement", "cooperation_agreement", frozenset(), "treaty", presence="none"),
    Benign("contractors mend radars", "contractor_services", frozenset(), "contract"),
    Benign("cyber incidents are shared", "cyber_cooperation", frozenset({"tension"})),
    Benign(
        "training and relief", "training_exchange, disaster_relief", frozenset({"human_rights"})
    ),
    Benign("peacekeepers", "peacekeeping", frozenset({"human_rights"}), "treaty"),
]


@pytest.fixture(params=DEALS, ids=lambda deal: deal.name)
def deal(request: pytest.FixtureRequest) -> Benign:
    return request.param


@pytest.fixture
def assessment(deal: Benign, case_with: CaseReader, pack: Pack) -> Assessment:
    return assess(case_with(deal.body()), pack)


def test_all_twelve_are_answered(deal: Benign, case_with: CaseReader, pack: Pack) -> None:
    first = {path for path, fact in pack.catalogue.facts.items() if fact.first}
    assert set(case_with(deal.body()).facts) == first


def test_no_family_that_the_elements_do_not_raise_could_become_critical(
    deal: Benign, assessment: Assessment
) -> None:
    critical = {name for name, r in assessment.families.items() if r.ceiling == "critical"}
    assert critical <= deal.raised


def test_nothing_bad_is_established(assessment: Assessment) -> None:
    assert assessment.floor in ("low", "moderate")


def test_what_could_still_be_high_names_the_questions_that_would_settle_it(
    assessment: Assessment,
) -> None:
    for finding in assessment.findings:
        if finding.severity_ceiling in ("high", "critical"):
            assert finding.missing


def test_a_worse_answer_never_lowers_a_rating(
    deal: Benign, assessment: Assessment, case_with: CaseReader, pack: Pack
) -> None:
    body = deal.body().replace("access: public", "access: withheld")
    worse = assess(case_with(body), pack)
    for name, rating in assessment.families.items():
        assert rank(worse.families[name].floor) >= rank(rating.floor)
        assert rank(worse.families[name].ceiling) >= rank(rating.ceiling)


def test_a_case_without_any_fact_says_that_it_knows_nothing(
    case_with: CaseReader, pack: Pack
) -> None:
    assessment = assess(case_with(), pack)
    assert {outcome.verdict for outcome in assessment.outcomes.values()} <= {
        "unknown",
        "not_applicable",
        "clear",
    }
    assert assessment.floor in ("low", "not_assessed")
    assert assessment.ceiling == "critical"
