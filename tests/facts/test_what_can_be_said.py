"""What case files need to say: members and facts that were missing, words with one meaning."""

from __future__ import annotations

import pytest

from conftest import CaseReader
from convenio import assess
from convenio.packs import Pack

MEMBERS = [
    # gap, fact, field of its rows, members
    ("purposes", "deal.purposes", "", "cyber_protection airspace_control humanitarian"),
    ("more purposes", "deal.purposes", "", "transport_and_medical_evacuation nuclear_safeguards"),
    ("frameworks", "deal.frameworks", "", "Rio_Protocol Panama_Neutrality_Treaty"),
    ("more frameworks", "deal.frameworks", "", "Tlatelolco EU_criteria"),
    ("forms", "deal.form", "", "security_council_resolution"),
    ("stages", "deal.stage", "", "announced denounced offer_rejected"),
    ("bars", "law.bars", "", "force_against_civil_aircraft other_armed_bodies_banned"),
    ("neutrality of one state", "law.bars", "", "declared_neutrality neutrality_treaty"),
    ("strings", "strings.imposed", "", "imposed_local_partner threat concession"),
    ("claims shut off", "immunity.claims", "", "provider_law_immunity mutual_waiver"),
    ("agents", "intermediary.status", "", "none_declared declared_none"),
    ("roles", "parties", "role", "affected_third_state mandating_body lender implementer"),
    ("rejections", "law.earlier_rejections", "forum", "executive"),
    ("forums", "allegations", "forum", "foreign_court truth_commission ngo"),
    ("reactions", "reactions", "kind", "denunciation suspension_by_provider prosecution"),
    ("who reacted", "reactions", "body", "ngo legislature court control_body"),
    ("abuse", "events.abuse", "kind", "shootdown sexual_exploitation disease_brought_in"),
    ("abuse by contractors", "events.abuse", "kind", "contractor_strike"),
    ("conditions", "conditions", "status", "breached breach_alleged"),
    ("equipment", "equipment", "category", "transport_aircraft patrol_craft cyber_means services"),
]


@pytest.mark.parametrize(
    ("path", "field", "member"),
    [
        pytest.param(path, field, member, id=f"{gap}: {member}")
        for gap, path, field, members in MEMBERS
        for member in members.split()
    ],
)
def test_a_member_that_was_missing_can_be_stated(
    path: str, field: str, member: str, case_with: CaseReader, pack: Pack
) -> None:
    kind = pack.catalogue.facts[path].type.kind
    written = f"[{{{field}: {member}}}]" if field else f"[{member}]" if kind == "set" else member
    fact = case_with(nested(path, written)).facts[path]
    if field:
        (row,) = fact.elements
        assert row.fields[field].value == member
    else:
        assert fact.value == ((member,) if kind == "set" else member)


FACTS: list[tuple[str, str, dict[str, str], str]] = [
    # fact, as it is written, what else the case states, the rule that reads it
    ("finance.later_years", "not_voted", {}, "TRA-106"),
    ("procurement.guarantees", "none", {}, "TRA-106"),
    ("value.price_ratio", "1.4", {}, "TRA-105"),
    ("procurement.supplier_record", "convicted_or_settled", {}, "TRA-104"),
    ("procurement.inquiry", "findings_not_answered", {}, "TRA-104"),
    ("immunity.claims", "[provider_law_immunity]", {}, "HUM-109"),
    ("site.host_share", "0.1", {"site.host_share_reported": "false"}, "TRA-107"),
    ("site.host_share_reported", "false", {"site.host_share": "0.1"}, "TRA-107"),
]


@pytest.mark.parametrize(("path", "written", "beside", "rule"), FACTS, ids=[f[0] for f in FACTS])
def test_a_fact_that_was_missing_can_be_stated_and_counts(
    path: str, written: str, beside: dict[str, str], rule: str, case_with: CaseReader, pack: Pack
) -> None:
    deal = "deal: {elements: [arms_sale, dual_use_facility], stage: in_force}\n"
    body = deal + nested(path, written, beside)
    assert assess(case_with(body), pack).finding(rule).severity


def nested(path: str, written: str, beside: dict[str, str] | None = None) -> str:
    """Write a fact, and others of its section, as a case file does."""
    section, _, name = path.partition(".")
    if not name:
        return f"{section}: {written}\n"
    others = "".join(f"  {p.partition('.')[2]}: {w}\n" for p, w in (beside or {}).items())
    return f"{section}:\n  {name}: {written}\n{others}"


ASKED = [
    # fact, elements whose crux it was
    ("events.abuse", "intelligence_sharing peacekeeping contractor_services"),
    ("allegations", "intelligence_sharing peacekeeping contractor_services"),
    ("screening.procedure", "intelligence_sharing peacekeeping contractor_services"),
    ("units", "intelligence_sharing peacekeeping contractor_services"),
    ("use.internal_security", "intelligence_sharing peacekeeping contractor_services"),
    ("use.safeguards", "intelligence_sharing peacekeeping contractor_services"),
    ("immunity.level", "dual_use_facility mediation_confidence_building"),
    ("immunity.victim_remedy", "dual_use_facility mediation_confidence_building"),
    ("immunity.contractors", "dual_use_facility"),
    ("activities", "status_of_forces"),
]


@pytest.mark.parametrize(("path", "elements"), ASKED)
def test_a_fact_is_asked_of_the_elements_whose_crux_it_is(
    path: str, elements: str, pack: Pack
) -> None:
    assert set(elements.split()) <= set(pack.catalogue.facts[path].when)


ONE_MEANING = [
    # fact or field of a record, what its hint settles
    ("intermediary.status", "none_declared: nobody has declared any"),
    ("procurement.route", "a sale that two governments agree on"),
    ("text.access", "where a permit, notes and a contract differ"),
    ("law.new_obligations", "false for a plain purchase"),
    ("context.exception_months", "in the area where it has lasted longest"),
    ("presence.kind", "ships on a station included"),
    ("activity.kind", "a call at a port is a visit"),
    ("deal.stage", "notice was given and still runs"),
    ("condition.status", "others say so"),
]


@pytest.mark.parametrize(("path", "settled"), ONE_MEANING)
def test_a_word_that_meant_two_things_says_which(path: str, settled: str, pack: Pack) -> None:
    catalogue = pack.catalogue
    record, _, field = path.partition(".")
    fact = catalogue.facts.get(path) or catalogue.records[record][field]
    assert settled in fact.hint


@pytest.mark.parametrize("status", ["none_declared", "declared_none"])
def test_fees_are_not_asked_where_there_is_no_agent(status: str, pack: Pack) -> None:
    assert f"'{status}'" in pack.catalogue.facts["intermediary.fees"].only_if
