"""A date that is known to the month, the year or a span is asked for where the day matters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.packs import case_text, load_written, read_case, write_pack
from convenio import Pack, assess
from convenio.cli.main import main
from convenio.facts.case import Case
from convenio.facts.values import DateSpan
from convenio.scenarios.answers import questions
from convenio.scenarios.exact import exact_range
from convenio.scenarios.sensitivity import sensitivity

Build = Callable[[str], Pack]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def built(condition: str) -> Pack:
        rule = {"id": "AA-001", "family": "tension", "when": condition, "severity": "high"}
        return load_written(write_pack(tmp_path / "pack", [rule], ("tension",)))

    return built


def case_of(pack: Pack, **facts: Any) -> Case:
    named = {path.replace("__", "."): value for path, value in facts.items()}
    return read_case(case_text({"facts": named}), pack)


@pytest.mark.parametrize(
    ("condition", "turns"),
    [
        ("terms.start < '2012-07-15'", "2012-07-15"),
        ("days(terms.start, '2012-08-01') <= 10", "2012-07-22"),
        ("months(terms.start, '2012-09-20') < 2", "2012-07-21"),
    ],
)
def test_only_the_days_on_which_it_may_be_are_answers(
    build: Build, condition: str, turns: str
) -> None:
    pack = build(condition)
    case = case_of(pack, terms__start="2012-07")
    assert assess(case, pack).outcomes["AA-001"].verdict == "unknown"
    (found,) = questions(case, pack).ranked
    assert (found.path, found.question.state) == ("terms.start", "imprecise")
    assert found.question.ask == "Start: on which day (2012-07)?"
    ends = [(effect.answer.low, effect.answer.high) for effect in found.effects]
    days = [tuple(str(_day(end)) for end in pair) for pair in ends]
    assert [days[0][0], days[1][0], days[1][1]] == ["2012-07-01", turns, "2012-07-31"]
    assert {effect.overall.floor for effect in found.effects} == {"low", "high"}


def _day(ordinal: Any) -> Any:
    import datetime as dt

    return dt.date.fromordinal(int(ordinal))


@pytest.mark.parametrize(
    ("condition", "reached"),
    [
        ("terms.start < '2012-07-15'", ("low", "high")),
        ("terms.start < '2012-08-15'", ("high", "high")),
        ("terms.start < '2012-07-01'", ("low", "low")),
        ("terms.start == '2012-07-31' and terms.start == '2012-07-30'", ("low", "low")),
    ],
)
def test_the_solver_tries_the_same_days(
    build: Build, condition: str, reached: tuple[str, str]
) -> None:
    pack = build(condition)
    found = exact_range(case_of(pack, terms__start="2012-07"), pack).overall
    assert (found.floor, found.ceiling) == reached


def test_another_fact_is_asked_at_both_ends_of_a_span(build: Build) -> None:
    pack = build("days(terms.start, terms.stop) > 10")
    case = case_of(pack, terms__start="2012-07")
    (stop,) = (found for found in questions(case, pack).ranked if found.path == "terms.stop")
    starts = [str(_day(effect.answer.low)) for effect in stop.effects[1:]]
    assert starts == ["2012-07-12", "2012-08-11"]
    assert [(e.overall.floor, e.overall.ceiling) for e in stop.effects] == [
        ("low", "low"),
        ("not_assessed", "high"),
        ("high", "high"),
    ]


def test_a_threshold_is_moved_beside_a_span(build: Build) -> None:
    pack = build("days(terms.start, '2012-08-01') > 40")
    (found,) = sensitivity(case_of(pack, terms__start="2012-07"), pack).thresholds
    assert found.below is not None
    # One day less than 31, and the earliest day of July would count.
    assert (float(found.below.at), found.below.included) == (31.0, False)


def test_it_is_written_as_far_as_it_is_known(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "case: a\ntitle: A\nas_of: 2012-12-01\ndates: {signed: 2012-07, announced: 2012}\n"
        "deal: {elements: [arms_sale]}\n",
        encoding="utf-8",
    )
    assert main(["explain", str(file), "TRA-016"]) == 0
    shown = capsys.readouterr().out
    assert "The date of signature is July 2012." in shown
    assert "The date of first publication is 2012." in shown
    assert main(["assess", str(file), "--format", "json"]) == 0
    assert '"value": "2012-07"' in capsys.readouterr().out
    assert main(["brief", str(file), "-o", str(tmp_path / "a.html")]) == 0
    assert "July 2012" in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_the_date_of_the_case_is_a_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("case: a\ntitle: A\nas_of: 2012-12\n", encoding="utf-8")
    assert main(["assess", str(file)]) == 3
    assert "expected a date such as 2009-10-30; found 2012-12" in capsys.readouterr().err


def test_a_case_keeps_it_in_a_table_and_back(build: Build) -> None:
    from convenio.backends.frames.rows import case_of_row, tabulate

    pack = build("terms.start < '2012-07-15'")
    case = case_of(pack, terms__start="2012-07", incidents=[{"date": "2012/2013-03"}])
    table, lists = tabulate([case], pack.catalogue)
    row, child = table.row(0, named=True), lists["incidents"].row(0, named=True)
    back = case_of_row(row, {"incidents": [child]}, pack)
    start, incident = back.facts["terms.start"].value, back.facts["incidents"].elements[0]
    assert isinstance(start, DateSpan)
    assert [str(start.first), str(start.last)] == ["2012-07-01", "2012-07-31"]
    when = incident.fields["date"].value
    assert isinstance(when, DateSpan)
    assert [str(when.first), str(when.last)] == ["2012-01-01", "2013-03-31"]
