"""What differs between several recipients is stated for each of them, and the worst holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import CaseReader
from convenio import assess
from convenio.cli.main import main
from convenio.errors import CaseError
from convenio.packs import Pack


@pytest.mark.parametrize(
    ("haiti", "kenya", "state", "value"),
    [
        ("altered", "normal", "known", "altered"),
        ("normal", "normal", "known", "normal"),
        ("altered", None, "known", "altered"),
        ("altered", "null", "unknown", None),
        ("interrupted", "null", "known", "interrupted"),
        ("altered", "undisclosed", "undisclosed", None),
        ("null", "asked", "asked", None),
    ],
)
def test_of_a_fact_with_one_value_the_worst_holds(
    haiti: str, kenya: str | None, state: str, value: str | None, case_with: CaseReader
) -> None:
    """A country whose block leaves the fact out has no part in it."""
    other = "political_terror: 3" if kenya is None else f"constitutional_order: {kenya}"
    body = f"context: {{HTI: {{constitutional_order: {haiti}}}, KEN: {{{other}}}}}\n"
    order = case_with(body).facts["context.constitutional_order"]
    assert (order.state, order.value) == (state, value)


def test_numbers_dates_and_money_have_a_worse_end(case_with: CaseReader) -> None:
    facts = case_with(
        "context:\n"
        "  HTI: {political_terror: 4, handover_date: 2026-02,\n"
        "    defence_budget: {amount: 9, currency: USD}}\n"
        "  KEN: {political_terror: 3, handover_date: 2027-08-10,\n"
        "    defence_budget: {amount: 8, currency: USD}}\n"
    ).facts
    assert facts["context.political_terror"].value == 4
    assert str(facts["context.handover_date"].value) == "2026-02"
    assert facts["context.defence_budget"].value.amount == 8  # type: ignore[union-attr]


def test_sets_are_put_together(case_with: CaseReader) -> None:
    facts = case_with(
        "context:\n"
        "  HTI: {listings: [cspa_list]}\n"
        "  KEN: {listings: {items: [other_autonomous_embargo, cspa_list], complete: false}}\n"
        "law:\n"
        "  HTI: {bars: [other_armed_bodies_banned]}\n"
        "  KEN: {bars: []}\n"
    ).facts
    listings, bars = facts["context.listings"], facts["law.bars"]
    assert (listings.value, listings.complete) == (("cspa_list", "other_autonomous_embargo"), False)
    assert (bars.value, bars.complete) == (("other_armed_bodies_banned",), True)


def test_a_set_that_one_of_them_leaves_open_may_go_on(case_with: CaseReader) -> None:
    stated = case_with("context: {HTI: {listings: [cspa_list]}, KEN: {listings: null}}\n")
    assert stated.facts["context.listings"].value == ("cspa_list",)
    assert not stated.facts["context.listings"].complete


def test_reports_show_what_holds_and_what_each_states(
    tmp_path: Path, pack: Pack, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "case: a\ntitle: A\nas_of: 2024-06-25\n"
        "deal: {elements: [peacekeeping], stage: in_force}\n"
        "law:\n"
        "  HTI: {approval_required: legislature, approval_status: not_asked}\n"
        "  KEN: {approval_required: none}\n",
        encoding="utf-8",
    )
    assert main(["explain", str(file), "TRA-002"]) == 0
    shown = capsys.readouterr().out
    assert (
        "For Haiti, national law requires the approval of the legislature. "
        "For Kenya, national law requires no approval for the deal. [law.approval_required]"
    ) in shown
    assert main(["assess", str(file), "--format", "json"]) == 0
    told = capsys.readouterr().out
    assert '"by_country": {' in told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("presence: {HTI: {kind: none}}", "presence.kind: can't be stated for single countries"),
        (
            "law: {approval_required: none, HTI: {approval_required: none}}",
            "law.approval_required: is stated for single countries and for all",
        ),
        ("law: {HTI: none}", "law.HTI: must be a mapping of facts"),
        ("law: {HTJ: {approval_required: none}}", "law.HTJ: no such fact in the catalogue"),
        ("law: {HTI: {aproval_required: none}}", "did you mean law.approval_required"),
        ("context: {HTI: {political_terror: 9}}", "context.political_terror: out of range"),
    ],
)
def test_wrong_use_is_told_with_its_place(body: str, told: str, case_with: CaseReader) -> None:
    with pytest.raises(CaseError, match=r"case\.yaml:4:") as caught:
        case_with(f"{body}\n")
    assert told in str(caught.value)


def test_both_engines_take_the_worst(pack: Pack, case_with: CaseReader) -> None:
    case = case_with(
        "deal: {elements: [grant_aid], stage: in_force}\n"
        "context: {HTI: {constitutional_order: interrupted}, KEN: {constitutional_order: normal}}\n"
    )
    assert assess(case, pack).outcomes["HUM-015"].verdict == "flag"
