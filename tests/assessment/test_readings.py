"""Three readings of one case: what is established, what is presumed, what is possible."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from conformance import rows
from conformance.packs import dump, write_pack
from convenio import Assessment, assess, load_pack
from convenio.assessment.cases import case_from_document
from convenio.cli import main
from convenio.documents import parse_document
from convenio.errors import CaseError, PackError
from convenio.facts.case import Case
from convenio.packs import Pack
from convenio.packs.policy import rank

NOTHING = "Nobody has shown it."

PRESUMED: Mapping[str, Any] = {
    "say.p": {"value": True, "because": NOTHING},
    "say.q": [
        {"when": "say.r", "value": False, "because": NOTHING},
        {"value": True, "because": NOTHING},
    ],
    "terms.end": {"value": "indefinite", "because": NOTHING},
    "terms.years": {"value": 30, "because": NOTHING},
    "deal.elements": {"complete": True, "because": NOTHING},
    "incidents": [{"value": [], "because": "No incident is on record."}],
    "activities": {"complete": True, "because": "More activities would be on record."},
}

RULES = (
    {"id": "AA-001", "when": "say.p", "severity": "high"},
    {"id": "AA-002", "family": "rights", "when": "say.q", "severity": "medium"},
    {"id": "AA-003", "levels": {"low": "terms.years > 1", "critical": "terms.years > 40"}},
    {"id": "AA-004", "family": "rights", "when": "say.s", "severity": "critical"},
    {"id": "AA-005", "family": "secrecy", "when": "not known(say.p)", "severity": "low"},
    {"id": "AA-006", "family": "secrecy", "severity": "high"}
    | {"when": "any(i.grave for i in incidents)"},
    {"id": "AA-007", "family": "secrecy", "severity": "medium"}
    | {"when": "terms.end == 'indefinite'"},
    {"id": "MI-001", "family": "rights", "kind": "mitigating", "when": "not say.p"},
)


def write(folder: Path, presumed: Mapping[str, Any] = PRESUMED) -> Path:
    written = write_pack(folder, RULES, ["tension", "rights", "secrecy"])
    text = (rows.FOLDER / "facts.yaml").read_text(encoding="utf-8")
    facts = yaml.load(text, Loader=yaml.CSafeLoader)
    for path, entry in presumed.items():
        section, _, name = path.partition(".")
        (facts[section][name] if name else facts[section])["presume"] = entry
    (written / "facts.yaml").write_text(dump(facts), encoding="utf-8")
    return written


@pytest.fixture(scope="module")
def presuming(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return load_pack(write(tmp_path_factory.mktemp("presuming") / "pack"))


def case(pack: Pack, **facts: Any) -> Case:
    document: dict[str, Any] = {"case": "row", "title": "Row", "as_of": "2020-01-01"}
    for path, value in facts.items():
        section, _, name = path.partition("__")
        if name:
            document.setdefault(section, {})[name] = value
        else:
            document[section] = value
    return case_from_document(parse_document(dump(document).encode(), "row.yaml", CaseError), pack)


def ratings(found: Assessment, family: str) -> tuple[str, str, str]:
    rating = found.families[family]
    return rating.floor, found.presumed_families[family], rating.ceiling


def test_what_nobody_has_shown_is_presumed(presuming: Pack) -> None:
    found = assess(case(presuming), presuming)
    assert ratings(found, "tension") == ("low", "high", "critical")
    assert ratings(found, "rights") == ("low", "moderate", "critical")
    assert ratings(found, "secrecy") == ("low", "moderate", "high")
    assert {fact.path for fact in found.presumptions} == PRESUMED.keys() - {
        "deal.elements",
        "activities",
    }


def test_what_is_stated_is_not_presumed(presuming: Pack) -> None:
    found = assess(case(presuming, say__p=False), presuming)
    assert "say.p" not in {fact.path for fact in found.presumptions}
    assert ratings(found, "tension")[1] == "low"


def test_a_refusal_an_unanswered_request_and_a_conflict_are_presumed_too(presuming: Pack) -> None:
    conflict = {"conflict": [{"value": True}, {"value": False}]}
    for stated in ("undisclosed", "asked", conflict, None):
        found = assess(case(presuming, say__p=stated), presuming)
        assert found.presumed_outcomes["AA-001"].verdict == "flag"


def test_the_first_condition_that_is_true_on_what_is_stated_holds(presuming: Pack) -> None:
    assert assess(case(presuming, say__r=True), presuming).presumed_families["rights"] == "low"
    assert (
        assess(case(presuming, say__r=False), presuming).presumed_families["rights"] == "moderate"
    )
    assert assess(case(presuming), presuming).presumed_families["rights"] == "moderate"


def test_what_the_file_says_of_a_fact_is_never_presumed(presuming: Pack) -> None:
    found = assess(case(presuming), presuming)
    assert found.presumed_outcomes["AA-005"].verdict == "flag"


def test_a_list_that_may_go_on_is_presumed_complete_and_an_absent_one_empty(tmp_path: Path) -> None:
    pack = load_pack(write(tmp_path / "pack"))
    open_set = {"items": ["training"], "complete": False}
    found = assess(case(pack, deal__elements=open_set), pack)
    assert found.presumed_case.facts["deal.elements"].complete
    assert not found.case.facts["deal.elements"].complete
    assert found.presumed_case.facts["incidents"].value == ()


def test_without_presumptions_there_are_two_readings(tmp_path: Path) -> None:
    pack = load_pack(write(tmp_path / "pack", {}))
    found = assess(case(pack), pack)
    assert not found.presumes
    assert found.presumed == found.floor
    assert "presumed" not in found.to_dict()["rating"]


STATES = st.fixed_dictionaries(
    {},
    optional={
        "say__p": st.sampled_from([True, False, "undisclosed", "asked"]),
        "say__q": st.booleans(),
        "say__r": st.booleans(),
        "say__s": st.booleans(),
        "terms__years": st.sampled_from([0, 2, 41]),
        "terms__end": st.sampled_from(["fixed", "indefinite", "undisclosed"]),
        "incidents": st.sampled_from([[], [{"grave": True}], [{"grave": False}]]),
    },
)


@given(STATES)
def test_presumed_stands_between_established_and_possible(
    presuming: Pack, facts: Mapping[str, Any]
) -> None:
    found = assess(case(presuming, **facts), presuming, "reference")
    for family, rating in found.families.items():
        presumed = found.presumed_families[family]
        assert rank(rating.floor) <= rank(presumed) <= rank(rating.ceiling)
    assert rank(found.floor) <= rank(found.presumed) <= rank(found.ceiling)


@given(STATES)
def test_presumed_is_what_is_established_of_the_filled_case(
    presuming: Pack, facts: Mapping[str, Any]
) -> None:
    found = assess(case(presuming, **facts), presuming, "reference")
    filled = assess(found.presumed_case, replace(presuming, presumptions={}), "reference")
    assert filled.outcomes == found.presumed_outcomes
    assert {name: one.floor for name, one in filled.families.items()} == dict(
        found.presumed_families
    )


@given(STATES)
def test_a_completion_that_agrees_is_no_better_than_presumed(
    presuming: Pack, facts: Mapping[str, Any]
) -> None:
    found = assess(case(presuming, **facts), presuming, "reference")
    open_ = [name for name in ("say__r", "say__s") if name not in facts]
    for values in itertools.product([True, False], repeat=len(open_)):
        whole = replace(found.presumed_case)
        stated = case(presuming, **dict(zip(open_, values, strict=True)))
        whole = replace(whole, facts={**whole.facts, **stated.facts})
        done = assess(whole, replace(presuming, presumptions={}), "reference")
        for family, rating in found.families.items():
            floor = done.families[family].floor
            assert rank(found.presumed_families[family]) <= rank(floor) <= rank(rating.ceiling)


def test_both_engines_presume_alike(presuming: Pack) -> None:
    for facts in ({}, {"say__p": False}, {"terms__years": 41, "say__q": True}):
        stated = case(presuming, **facts)
        outcomes = {
            engine: assess(stated, presuming, engine).presumed_outcomes
            for engine in ("reference", "durable_rules")
        }
        assert outcomes["reference"] == outcomes["durable_rules"]


def test_the_presumptions_that_carry_a_rating_are_named(presuming: Pack) -> None:
    found = assess(case(presuming), presuming).carrying
    assert {one.fact.path: one.families for one in found} == {
        # Without it, the mitigating factor of the family might be in force.
        "say.p": ("tension", "rights"),
        "say.q": ("rights",),
        "terms.end": ("secrecy",),
    }


def test_the_verdict_says_on_what_it_rests(presuming: Pack, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "row.yaml"
    file.write_text("case: row\ntitle: Row\nas_of: 2020-01-01\n", encoding="utf-8")
    assert main(["assess", str(file), "--pack", str(presuming.folder)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "High, presuming p: yes; 1 of 7 tests could be run." in said
    assert "Nothing above low is established. Critical can't be ruled out." in said


def test_a_gate_looks_at_the_reading_that_is_asked_for(
    presuming: Pack, tmp_path: Path, capsys: Any
) -> None:
    file = tmp_path / "row.yaml"
    file.write_text("case: row\ntitle: Row\nas_of: 2020-01-01\n", encoding="utf-8")
    command = ["assess", str(file), "--pack", str(presuming.folder), "--fail-on", "high"]
    assert main(command) == 1
    assert main([*command, "--reading", "established"]) == 0
    assert main([*command, "--reading", "possible"]) == 1
    assert main([*command, "--no-presumptions"]) == 0
    assert main([*command, "--presume", "say.p=false"]) == 0
    assert main([*command, "--presume", "say.p=perhaps"]) == 2
    assert "--presume say.p" in capsys.readouterr().err


def test_results_tell_the_readings_and_what_is_presumed(presuming: Pack) -> None:
    told = json.loads(assess(case(presuming), presuming).to_json())
    assert told["rating"] == {"floor": "low", "presumed": "high", "ceiling": "critical"}
    assert told["families"]["tension"]["presumed"] == "high"
    finding = next(one for one in told["findings"] if one["rule"] == "AA-001")
    assert finding["verdict"] == "unknown"
    assert finding["presumed"] == {"verdict": "flag", "severity": "high"}
    presumption = next(one for one in told["presumptions"] if one["path"] == "say.p")
    assert presumption["carries"] == ["tension", "rights"]
    assert presumption["because"] == NOTHING


WRONG = (
    ({"say.p": {"value": "perhaps", "because": NOTHING}}, "say.p.presume"),
    ({"say.p": {"because": NOTHING}}, "presumes either a value"),
    ({"say.p": {"complete": True, "because": NOTHING}}, "only a list or a set can be complete"),
    ({"say.p": {"value": "undisclosed", "because": NOTHING}}, "a value is expected"),
    ({"say.p": {"value": True, "because": NOTHING, "when": "say.zz"}}, "no such fact"),
    ({"say.p": {"value": True, "because": NOTHING, "when": "flagged('A')"}}, "has no place here"),
    (
        {"say.p": [{"value": True, "because": NOTHING}, {"value": False, "because": NOTHING}]},
        "those after it would never hold",
    ),
)


@pytest.mark.parametrize(("presumed", "says"), WRONG)
def test_a_wrong_presumption_is_refused(
    presumed: Mapping[str, Any], says: str, tmp_path: Path
) -> None:
    with pytest.raises(PackError) as caught:
        load_pack(write(tmp_path / "pack", presumed))
    assert says in str(caught.value)
    assert "facts.yaml:" in str(caught.value)
