"""Remedies bring down the reading that is asked for, confirmed on the case as it is stated."""

from __future__ import annotations

import json

import pytest

from convenio import Assessment, assess, load_case, load_pack, remedies
from convenio.packs import Pack
from convenio.packs.policy import READINGS, Rating, Reading, rank
from convenio.reports.blocks import as_text
from convenio.reports.scenarios.remedies import blocks
from convenio.reports.wording import Wording
from convenio.scenarios.changes import with_value


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("core")


@pytest.fixture(scope="module")
def relief(pack: Pack) -> Assessment:
    return assess(load_case("unified-response-2010", pack), pack, inference="reference")


def test_the_presumed_rating_is_the_one_that_is_brought_down(
    relief: Assessment, pack: Pack
) -> None:
    assert rank(relief.floor) < rank(relief.presumed)
    found = remedies(relief.case, pack, relief.floor)
    assert (found.reading, found.reached_already) == ("presumed", False)
    assert found.found


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("target", ["low", "moderate"])
def test_every_remedy_reaches_the_target_on_the_case_as_it_is_stated(
    reading: Reading, target: Rating, relief: Assessment, pack: Pack
) -> None:
    found = remedies(relief.case, pack, target, reading=reading)
    assert found.reached_already == (rank(relief.rating(reading)) <= rank(target))
    for remedy in found.found:
        case = relief.case
        for change in remedy.changes:
            case = with_value(case, change.path, change.after)
        assert rank(assess(case, pack, inference="reference").rating(reading)) <= rank(target)
        assert rank(remedy.assessment.rating(reading)) <= rank(target)


def test_what_was_presumed_before_is_said_to_be_not_known(relief: Assessment, pack: Pack) -> None:
    found = remedies(relief.case, pack, relief.floor)
    presumed = {fact.path for fact in relief.presumptions}
    changed = [c for remedy in found.found for c in remedy.changes if c.path in presumed]
    assert changed
    assert {change.before for change in changed} == {None}


def test_the_data_says_which_reading(relief: Assessment, pack: Pack) -> None:
    found = json.loads(remedies(relief.case, pack, "low").to_json())
    assert found["reading"] == "presumed"
    assert found["rating"]["presumed"] == relief.presumed


def test_what_is_signed_already_is_not_negotiated_again(pack: Pack) -> None:
    case = load_case("us-colombia-dca-2009", pack)
    found = remedies(case, pack, "moderate", every=True, max_changes=3)
    assert {"dates.signed", "text.published_before_signature"} <= set(found.past)
    changed = {change.path for remedy in found.found for change in remedy.changes}
    assert changed.isdisjoint(found.past)


def test_what_is_not_signed_yet_is_negotiable(pack: Pack) -> None:
    found = remedies(load_case("merida-2008", pack), pack, "low")
    assert "text.published_before_signature" not in found.past


def test_a_number_is_changed_to_what_a_rule_advises(pack: Pack) -> None:
    found = remedies(load_case("us-colombia-dca-2009", pack), pack, "high", every=True)
    terms = [
        (change.after, dict(remedy.mitigations))
        for remedy in found.found
        for change in remedy.changes
        if change.path == "terms.duration_years"
    ]
    assert terms
    for years, advice in terms:
        assert years == pack.by_id["SOV-004"].mitigations[0].set["terms.duration_years"].value
        assert "five years" in advice["SOV-004"]


def test_what_another_body_must_grant_is_submitted_to_it(pack: Pack) -> None:
    found = remedies(load_case("us-colombia-dca-2009", pack), pack, "moderate", every=True)
    text = as_text("", blocks(found, Wording()), width=400)
    assert "Submit it to the organ whose approval the law requires (Status of that approval" in text
