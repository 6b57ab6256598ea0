"""Deadlines, portfolios, decisions, second readers and precedents."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import openpyxl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from convenio import assess, load_case
from convenio.audit.verify import Sources, verify
from convenio.cli import main
from convenio.follow_up.conditions import deadlines
from convenio.follow_up.portfolio import portfolio
from convenio.follow_up.precedents import LEAST, likeness, precedents
from convenio.follow_up.review import kappa, review
from convenio.follow_up.terms import end_of_term, last_day_of_notice, months_later

HEAD = "case: {id}\ntitle: A deal\nas_of: {as_of}\n"
PARTIES = "parties: [{country: USA, role: provider}, {country: ECU, role: recipient}]\n"


def case(case_of, text: str = "", name: str = "a", as_of: str = "2020-01-01"):
    return case_of(HEAD.format(id=name, as_of=as_of) + text)


# --- terms --------------------------------------------------------------------------------------


@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1)), st.integers(-600, 600))
def test_so_many_months_later_is_that_month_and_no_later_day(day, months):
    found = months_later(day, months)
    assert found is not None
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day <= day.day
    assert found.day == day.day or (found + dt.timedelta(days=1)).day == 1


@pytest.mark.parametrize(
    ("text", "end", "notice"),
    [
        ("dates: {signed: 2010-05-31}\nterms: {duration_years: 10}", "2020-05-31", None),
        ("dates: {signed: 2010-05}\nterms: {duration_years: 0.5}", "2010-11-01", None),
        ("dates: {signed: 2010}\nterms: {duration_years: 10}", None, None),
        ("terms: {duration_years: 10}", None, None),
        (
            "dates: {signed: 2010-05-31}\n"
            "terms: {duration_years: 5, end: fixed_renews_itself, exit_notice_months: 6}",
            "2015-05-31",
            "2014-11-30",
        ),
        (
            "dates: {signed: 2010-05-31}\nterms: {duration_years: 5, exit_notice_months: 6}",
            "2015-05-31",
            None,
        ),
    ],
)
def test_a_term_ends_as_far_as_it_is_stated(case_of, text, end, notice):
    found = case(case_of, text)
    days = [end_of_term(found), last_day_of_notice(found)]
    assert [day.isoformat() if day else None for day in days] == [end, notice]


# --- conditions ---------------------------------------------------------------------------------

CONDITIONS = """conditions:
  - {text: Report, due: 2020-03-01, status: open, consequence: withhold}
  - {text: Publish, due: 2020-06-01}
  - {text: Consult}
  - {text: Inspect, due: 2020-01-01, status: met}
"""


def test_conditions_stand_as_the_day_has_it(case_of):
    found = deadlines([case(case_of, CONDITIONS)], dt.date(2020, 4, 1))
    assert [(one.text, one.standing) for one in found] == [
        ("Report", "overdue"),
        ("Publish", "due"),
        ("Consult", "undated"),
        ("Inspect", "settled"),
    ]
    on_the_day = deadlines([case(case_of, CONDITIONS)], dt.date(2020, 3, 1))
    assert on_the_day[0].standing == "due"


@pytest.mark.parametrize(("due", "last"), [("2020-03", "2020-03-31"), ("2020", "2020-12-31")])
def test_what_is_due_in_a_month_or_a_year_is_due_until_its_last_day(case_of, due, last):
    found = case(case_of, f"conditions:\n  - {{text: Report, due: {due}}}\n")
    last_day = dt.date.fromisoformat(last)
    assert [one.standing for one in deadlines([found], last_day)] == ["due"]
    after = deadlines([found], last_day + dt.timedelta(days=1))
    assert [(one.standing, str(one.due)) for one in after] == [("overdue", due)]


def test_the_command_tells_by_its_exit_code_and_writes_a_calendar(tmp_path: Path, capsys):
    file = tmp_path / "a.yaml"
    file.write_text(HEAD.format(id="a", as_of="2020-01-01") + CONDITIONS, encoding="utf-8")
    calendar = tmp_path / "x.ics"
    words = ["conditions", str(tmp_path), "--on", "2020-04-01", "--ics", str(calendar)]
    assert main(words) == 1
    assert "Overdue: 1." in capsys.readouterr().out
    events = Calendar.from_ical(calendar.read_bytes()).walk("VEVENT")
    assert [(str(one["summary"]), one["dtstart"].dt) for one in events] == [
        ("Report", dt.date(2020, 3, 1)),
        ("Publish", dt.date(2020, 6, 1)),
    ]
    first = calendar.read_bytes()
    main(words)
    assert calendar.read_bytes() == first
    assert main(["conditions", str(file), "--on", "2020-02-01"]) == 0
    assert main(["conditions", str(file), "--on", "yesterday"]) == 2
    assert main(["conditions", str(file), "--on", "2020-02-01", "--ics", str(file)]) == 2


# --- portfolios ---------------------------------------------------------------------------------


def test_a_portfolio_holds_what_runs_on_the_day(case_of, pack):
    cases = [
        case(case_of, PARTIES + "deal: {stage: signed}\ndates: {signed: 2019-01-01}\n"
             "terms: {duration_years: 5, end: fixed}\n"
             "value: {total: {amount: 5000000, currency: USD}}", "runs"),
        case(case_of, PARTIES + "deal: {stage: in_force}\ndates: {signed: 2010-01-01}\n"
             "terms: {duration_years: 5, end: fixed}", "over"),
        case(case_of, PARTIES + "deal: {stage: in_force}\ndates: {signed: 2010-01-01}\n"
             "terms: {duration_years: 5, end: fixed_renews_itself}\npresence: {ceiling: 300}",
             "renews"),
        case(case_of, PARTIES + "deal: {stage: negotiating}", "coming"),
        case(case_of, PARTIES, "later", "2023-01-01"),
        case(case_of, "parties: [{country: PER, role: recipient}]", "other"),
    ]  # fmt: skip
    found = portfolio([assess(one, pack) for one in cases], "ECU", dt.date(2021, 1, 1))
    lives = {one.assessment.case.id: one.life for one in found.holdings}
    assert lives == {"runs": "running", "renews": "running", "coming": "coming", "over": "ended"}
    assert found.later == ("later",)
    assert [one.value for one in found.running] == [None, 5_000_000]
    assert [one.people for one in found.running] == [300, None]


def test_of_several_cases_of_one_deal_the_latest_counts(case_of, pack):
    both = [
        case(case_of, PARTIES + "deal: {stage: negotiating}", "a", "2020-01-01"),
        case(case_of, PARTIES + "deal: {stage: signed}", "a", "2020-06-01"),
    ]
    found = portfolio([assess(one, pack) for one in both], "ECU", dt.date(2021, 1, 1))
    assert [one.stage for one in found.holdings] == ["signed"]


def test_the_command_takes_names_of_states_and_writes_a_workbook(tmp_path: Path, capsys):
    target = tmp_path / "ecuador.xlsx"
    words = ["portfolio", "cases", "--country", "Ecuador", "--on", "2024-03-01", "-o", str(target)]
    assert main(words) == 0
    sheets = openpyxl.load_workbook(io.BytesIO(target.read_bytes())).sheetnames
    assert {"In all", "Deals"} <= set(sheets)
    first = target.read_bytes()
    main(words)
    assert target.read_bytes() == first
    assert main([*words[:3], "Atlantis", *words[4:]]) == 2
    assert "no state or body 'Atlantis'" in capsys.readouterr().err


def test_what_looks_like_a_formula_stays_text(tmp_path: Path):
    file = tmp_path / "a.yaml"
    text = HEAD.format(id="a", as_of="2020-01-01").replace("A deal", "'=1+1'") + PARTIES
    file.write_text(text, encoding="utf-8")
    target = tmp_path / "x.xlsx"
    main(["portfolio", str(file), "--country", "ECU", "--on", "2020-02-01", "-o", str(target)])
    sheet = openpyxl.load_workbook(target)["Deals"]
    cell = next(cell for row in sheet for cell in row if cell.value == "=1+1")
    assert cell.data_type == "s"


# --- decisions ----------------------------------------------------------------------------------

SIGN = ["sign", "us-colombia-dca-2009", "--by", "A. Pérez", "--on", "2026-03-01"]


def signed(tmp_path: Path, *more: str) -> tuple[int, Path]:
    target = tmp_path / "decision.yaml"
    return main([*SIGN, *more, "-o", str(target)]), target


def test_a_decision_is_written_and_still_stands(tmp_path: Path, capsys):
    code, target = signed(
        tmp_path, "--decision", "conditions", "--condition", "The annexes are published.",
        "--reason", "Needed.", "--dissent", "B. Gómez: It is a treaty.",
        "--reply", "TRA-014: It will be published.",
    )  # fmt: skip
    assert code == 0
    found = yaml.safe_load(target.read_text(encoding="utf-8"))
    assert (found["rating"], found["overrules"]) == ("critical", False)
    assert "committee" in found["approval"]
    assert main(["sign", "us-colombia-dca-2009", "--check", str(target)]) == 0
    assert "is as it was" in capsys.readouterr().out


def test_a_brief_carries_the_decision_and_verifies(tmp_path: Path):
    _, target = signed(tmp_path, "--decision", "decline", "--reason", "<b>No</b>, not so.")
    page = tmp_path / "x.html"
    words = ["brief", "us-colombia-dca-2009", "-o", str(page), "--quick"]
    assert main([*words, "--decision", str(target)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "&lt;b&gt;No&lt;/b&gt;, not so." in text
    assert verify(page, Sources()).differences == ()


def test_a_decision_on_other_facts_or_rules_says_so(tmp_path: Path, capsys):
    _, target = signed(tmp_path, "--decision", "decline", "--reason", "No.")
    words = ["sign", "us-colombia-dca-2009", "--check", str(target)]
    assert main([*words, "--set", "text.access=public"]) == 1
    assert "the rating was critical and is high" in capsys.readouterr().out
    text = target.read_text(encoding="utf-8")
    target.write_text(text.replace("digest: sha256:", "digest: sha256:0", 1), encoding="utf-8")
    assert main(words) == 1
    assert "the case file has changed" in capsys.readouterr().out
    assert main(["sign", "panamax-2014", "--check", str(target)]) == 1
    assert "about another case" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--decision", "approve", "--reason", "Yes."], "against the advice"),
        (["--decision", "conditions", "--reason", "Yes."], "names them: --condition"),
        (["--decision", "decline"], "needs --reason"),
        (["--decision", "decline", "--reason", "No.", "--reply", "X-1: y"], "no rule of the pack"),
        (["--decision", "decline", "--reason", "No.", "--dissent", "nobody"], "two parts"),
    ],
)
def test_a_decision_that_lacks_something_is_refused(tmp_path: Path, capsys, more, said):
    code, target = signed(tmp_path, *more)
    assert code == 2
    assert said in capsys.readouterr().err
    assert not target.exists()


def test_overruling_the_advice_is_marked(tmp_path: Path):
    reason = "The operations can't wait, and the text is to be published in May."
    code, target = signed(tmp_path, "--decision", "approve", "--reason", reason)
    assert code == 0
    assert yaml.safe_load(target.read_text(encoding="utf-8"))["overrules"] is True


def test_a_decision_file_with_anything_else_in_it_is_refused(tmp_path: Path, capsys):
    _, target = signed(tmp_path, "--decision", "decline", "--reason", "No.")
    target.write_text(target.read_text(encoding="utf-8") + "more: 1\n", encoding="utf-8")
    assert main(["sign", "us-colombia-dca-2009", "--check", str(target)]) == 2
    assert "unknown key" in capsys.readouterr().err


# --- two readers --------------------------------------------------------------------------------


def test_differences_that_move_a_verdict_come_first(pack, case_with):
    one = load_case("us-colombia-dca-2009", pack)
    other = load_case("us-colombia-dca-2009", pack)
    from convenio.assessment.cases import with_settings

    other = with_settings(other, pack, {"text.access": "public", "presence.border_km": "30"})
    found = review(one, other, pack)
    assert next(i.change.path for i in found.differences if i.matters) == "text.access"
    assert "TRA-014" in found.differences[0].rules
    assert {item.family for item in found.families} == set(pack.families)
    assert "text.access" not in found.agreed


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=60))
def test_kappa_is_at_most_one_and_one_only_where_all_agree(pairs):
    found = kappa(pairs)
    if found is None:
        return
    assert found <= 1
    assert (found == pytest.approx(1)) == all(a == b for a, b in pairs)


def test_kappa_is_cohens():
    pairs = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert kappa(pairs) == pytest.approx(0.4)


def test_two_readings_of_two_days_are_refused(capsys):
    assert main(["review", "panamax-2014", "manta-fol-1999"]) == 2
    assert "of one day" in capsys.readouterr().err


def test_two_readings_become_one_file_in_which_differences_are_to_be_decided(
    tmp_path: Path, capsys, pack
):
    head = HEAD.format(id="a", as_of="2020-01-01")
    mine, hers, both = (tmp_path / f"{name}.yaml" for name in ("mine", "hers", "both"))
    mine.write_text(
        "# mine\n" + head + "text:\n  access: {value: public, source: s}\n"
        "terms:\n  duration_years: 5\nsources:\n  s: {title: Gazette}\n",
        encoding="utf-8",
    )
    hers.write_text(
        head + "text:\n  access: {value: withheld, source: s}\nterms:\n  duration_years: 5\n"
        "  end: indefinite\nactivities: []\nsources:\n  s: {title: Another}\n",
        encoding="utf-8",
    )
    assert main(["review", str(mine), str(hers), "--merged", str(both)]) == 0
    told = capsys.readouterr().err
    assert "to decide, unknown until then: text.access" in told
    assert "taken from the second reading: activities, terms.end" in told
    merged = load_case(both, pack)
    assert merged.facts["text.access"].state == "conflict"
    sources = [one.provenance.source for one in merged.facts["text.access"].candidates]
    assert [merged.sources[key].title for key in sources] == ["Gazette", "Another"]
    assert merged.facts["terms.end"].value == "indefinite"
    assert both.read_text(encoding="utf-8").startswith("# mine\n")
    assert main(["review", str(mine), str(hers), "--merged", str(mine)]) == 2


# --- precedents ---------------------------------------------------------------------------------


def test_likeness_is_symmetric_and_one_with_itself(shipped_cases):
    cases = list(shipped_cases.values())
    for one in cases:
        for other in cases:
            there, back = likeness(one, other), likeness(other, one)
            assert (there is None) == (back is None)
            if there is not None and back is not None:
                assert there[0] == pytest.approx(back[0])
                assert 0 <= there[0] <= 1
        itself = likeness(one, one)
        assert itself is None or itself[0] == pytest.approx(1)


def test_precedents_are_earlier_and_tell_nothing_of_later_days(shipped_cases):
    for one in shipped_cases.values():
        for found in precedents(one, shipped_cases.values()):
            assert found.case.as_of < one.as_of
            assert found.likeness >= LEAST
            assert all(event.date[:4] <= str(one.as_of.year) for event in found.outcome)


def test_the_base_at_manta_is_a_precedent_of_those_in_colombia(capsys):
    assert main(["precedents", "us-colombia-dca-2009", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)["precedents"]
    assert found[0]["case"] == "manta-fol-1999"
    assert "The base was handed back" in found[0]["outcome"][-1]["what"]


def test_too_little_in_common_is_no_measure(case_of):
    one, other = case(case_of, "deal: {form: treaty}"), case(case_of, "deal: {form: treaty}")
    assert likeness(one, other) is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["-o", "x.pdf"], "x.pdf: results are written as .html"),
        (
            ["-o", "x.xlsx", "--format", "json"],
            "x.xlsx: its name asks for another format than json",
        ),
        (["-o", "x.txt", "--format", "json"], "x.txt: its name asks for another format than json"),
    ],
)
def test_a_file_holds_what_its_name_says(words, told, tmp_path: Path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["precedents", "panamax-2014", *words]) == 2
    assert told in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
