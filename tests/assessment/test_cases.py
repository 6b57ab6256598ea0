"""How a case is named and loaded, and how single facts of it are changed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conftest import ROOT
from convenio import assess, load_case
from convenio.assessment.cases import with_settings
from convenio.errors import CaseError, UsageError
from convenio.facts.case import Case
from convenio.facts.values import Money
from convenio.packs import Pack

JSON = '{"case": "a", "title": "A", "as_of": "2020-01-01", "terms": {"duration_years": 5}}'


@pytest.fixture
def case(shipped_cases: dict[str, Case]) -> Case:
    return shipped_cases["us-colombia-dca-2009"]


def test_a_case_can_be_given_by_name_or_file(pack: Pack, case: Case) -> None:
    path = ROOT / "cases" / "us-colombia-dca-2009.yaml"
    for name in ("us-colombia-dca-2009", path, str(path)):
        assert load_case(name, pack).digest == case.digest


def test_without_a_pack_the_core_pack_is_meant(case: Case) -> None:
    assert load_case("us-colombia-dca-2009").facts.keys() == case.facts.keys()


def test_a_file_comes_before_a_case_of_the_same_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Pack
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("panamax-2014").write_text("case: mine\ntitle: Mine\nas_of: 2020-01-01\n")
    assert load_case("panamax-2014", pack).id == "mine"


def test_json_is_read_too(tmp_path: Path, pack: Pack) -> None:
    path = tmp_path / "a.json"
    path.write_text(JSON)
    case = load_case(path, pack)
    assert case.facts["terms.duration_years"].value == 5
    assert assess(case, pack).case.id == "a"


@pytest.mark.parametrize("name", ["no-such-case", "no/such.yaml", "no-such.json", "."])
def test_what_is_no_case_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Pack
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CaseError) as caught:
        load_case(name, pack)
    (problem,) = caught.value.problems
    assert problem.position.file == name
    assert problem.message == "the file can't be read"


SETTINGS: list[tuple[str, str, str, Any]] = [
    # path, text, state, value
    ("terms.duration_years", "3", "known", 3.0),
    ("terms.duration_years", "undisclosed", "undisclosed", None),
    ("terms.duration_years", "asked", "asked", None),
    ("terms.duration_years", "null", "unknown", None),
    ("terms.duration_years", "", "unknown", None),
    ("terms.end", "fixed", "known", "fixed"),
    ("use.internal_security", "false", "known", False),
    ("deal.elements", "[grant_aid, arms_sale]", "known", ("grant_aid", "arms_sale")),
    ("value.total", "{amount: 5, currency: USD}", "known", Money(5, "USD")),
    ("parties", "[]", "known", ()),
]


@pytest.mark.parametrize(("path", "text", "state", "value"), SETTINGS)
def test_a_fact_is_set_as_a_case_file_writes_it(
    path: str, text: str, state: str, value: Any, case: Case, pack: Pack
) -> None:
    changed = with_settings(case, pack, {path: text})
    assert (changed.facts[path].state, changed.facts[path].value) == (state, value)
    others = {p: f for p, f in changed.facts.items() if p != path}
    assert others == {p: f for p, f in case.facts.items() if p != path}


def test_a_change_leaves_the_case_as_it_was(case: Case, pack: Pack) -> None:
    before = dict(case.facts)
    with_settings(case, pack, {"terms.duration_years": "3", "terms.end": "fixed"})
    assert dict(case.facts) == before


def test_a_change_can_move_a_rating(case: Case, pack: Pack) -> None:
    changed = with_settings(case, pack, {"text.access": "public", "text.annexes": "public"})
    before, after = assess(case, pack), assess(changed, pack)
    assert before.finding("TRA-001").verdict == "flag"
    assert after.finding("TRA-001").verdict == "clear"


WRONG = [
    # path, text, part of the message
    ("terms.duration_year", "3", "did you mean terms.duration_years?"),
    ("terms.duration_years", "three", "expected a number"),
    ("terms.duration_years", "300", "out of range"),
    ("terms.end", "fixd", "did you mean fixed?"),
    ("deal.elements", "arms_sale", "must be a list"),
    ("deal.elements", "[arms_sale", "not valid YAML"),
    ("terms.duration_years", "&x 3", "anchors"),
    ("terms.duration_years", "!!int 3", "tags"),
    ("terms.duration_years", "3\nother: 4", ""),
    ("terms.duration_years", "3\n---\n4", ""),
    ("terms.end", "\u202efixed", "marks of direction"),
    ("", "3", "no such fact"),
]


@pytest.mark.parametrize(("path", "text", "message"), WRONG)
def test_a_wrong_setting_is_a_fault_of_the_command(
    path: str, text: str, message: str, case: Case, pack: Pack
) -> None:
    with pytest.raises(UsageError) as caught:
        with_settings(case, pack, {path: text})
    assert message in str(caught.value)
    assert caught.value.exit_code == 2


def test_all_wrong_settings_are_told_at_once(case: Case, pack: Pack) -> None:
    with pytest.raises(UsageError) as caught:
        with_settings(case, pack, {"terms.duration_years": "x", "terms.end": "y", "z": "1"})
    assert [problem.path for problem in caught.value.problems] == [
        "terms.duration_years",
        "terms.end",
        "z",
    ]


def test_a_setting_may_not_state_what_another_fact_excludes(case: Case, pack: Pack) -> None:
    settings = {"presence.ceiling_covers": "no_ceiling", "presence.ceiling": "5"}
    with pytest.raises(UsageError, match=r"presence\.ceiling: this fact may not be stated here"):
        with_settings(case, pack, settings)
