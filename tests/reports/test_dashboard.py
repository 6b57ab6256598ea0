"""The dashboard: what it counts, who moved, what can't be read, and that text stays text."""

import csv
import io
import json
import re
from dataclasses import replace

import pytest

from convenio import assess, load_case, load_pack
from convenio.assessment.rating import Readings
from convenio.reports.dashboard.page import render_dashboard
from convenio.reports.dashboard.portfolio import (
    CaseRow,
    Earlier,
    Portfolio,
    Unread,
    in_order,
)
from convenio.reports.dashboard.rows import row_of_assessment, row_of_document
from convenio.reports.dashboard.table import render_csv
from convenio.reports.dashboard.tiles import COLUMNS, ROWS, TILES
from convenio.reports.json import to_dict
from convenio.reports.wording import Wording

LOW = Readings("low", "low", "low")
UNRATED = Readings("not_assessed", "not_assessed", "high")
HIGH = Readings("low", "high", "critical")
HOSTILE = "</script><script>alert(1)</script>{{ 7*7 }}'\"><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def pack():
    return load_pack("core")


def case(name: str, readings: Readings = LOW, **told) -> CaseRow:
    return CaseRow(name, readings, {"tension": readings, "sovereignty": LOW}, **told)


def text_of(page: str) -> str:
    body = page.partition("<body>")[2].partition('<script type="application/json"')[0]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def data_of(page: str) -> dict:
    return json.loads(page.partition('id="data">')[2].partition("</script>")[0])


# --- rows ----------------------------------------------------------------------------------------


def test_a_row_says_of_an_assessment_what_its_json_says(pack):
    assessment = assess(load_case("us-colombia-dca-2009", pack), pack)
    row = row_of_assessment(assessment, Wording())
    assert row.readings == assessment.readings()
    assert row.countries == ("COL",)
    assert row.confidence is not None
    assert (row.tests_run, row.tests) == assessment.tested
    assert row.missing
    assert not any("[" in path for path in row.missing)
    document = row_of_document(to_dict(assessment, Wording()), pack, Wording())
    assert document == replace(row, countries=None, carrying=document.carrying)


@pytest.mark.parametrize("name", ["manta-fol-1999", "merida-2008"])
def test_presumptions_that_carry_read_the_same_from_json(name, pack):
    assessment = assess(load_case(name, pack), pack)
    row = row_of_assessment(assessment, Wording())
    document = row_of_document(to_dict(assessment, Wording()), pack, Wording())
    assert row.carrying
    assert sorted(document.carrying) == sorted(row.carrying)


# --- counts --------------------------------------------------------------------------------------


def test_cases_are_counted_in_each_reading_and_not_assessed_apart():
    portfolio = Portfolio((case("a"), case("b", HIGH), case("c", UNRATED)))
    counts = portfolio.counts()
    assert list(counts) == ["critical", "high", "moderate", "low", "not_assessed"]
    assert (counts["low"].floor, counts["low"].presumed, counts["low"].ceiling) == (2, 1, 1)
    assert counts["not_assessed"].presumed == 1
    assert sum(one.presumed for one in counts.values()) == 3
    assert portfolio.counts("sovereignty")["low"].presumed == 3
    assert portfolio.on_presumption == 1


def test_the_worst_stand_first_and_equals_by_id():
    found = in_order([case("b"), case("c", UNRATED), case("a"), case("d", HIGH)])
    assert [one.id for one in found] == ["d", "a", "b", "c"]


def test_countries_are_counted_for_every_case_that_names_them():
    portfolio = Portfolio(
        (case("a", HIGH, countries=("COL", "USA")), case("b", countries=("COL",)), case("c"))
    )
    found = portfolio.by_country
    assert list(found) == ["COL", "USA"]
    assert (found["COL"].cases, found["COL"].worst, found["COL"].grave) == (2, "high", 1)
    assert portfolio.without_country == 1
    assert Portfolio((case("a"),)).by_country is None


def test_what_the_sources_do_not_tell_is_none_and_not_nothing():
    untold = Portfolio((case("a"),))
    assert (untold.flagged, untold.missing, untold.carrying) == (None, None, None)
    told = Portfolio((case("a", flagged=("X",), missing=()), case("b", flagged=("X", "Y"))))
    assert told.flagged == {"X": 2, "Y": 1}
    assert told.missing == {}


def test_every_state_has_a_place_of_its_own():
    assert len(TILES) == 35
    assert len(set(TILES.values())) == 35
    assert all(x < COLUMNS and y < ROWS for x, y in TILES.values())


# --- changes -------------------------------------------------------------------------------------


def test_movers_are_told_apart():
    earlier = Earlier(
        {"a": LOW, "b": HIGH, "c": LOW, "d": UNRATED, "same": LOW, "lost": HIGH, "broken": LOW}
    )
    cases = (case("a", HIGH), case("b"), case("c", UNRATED), case("d"), case("same"), case("e"))
    portfolio = Portfolio(cases, (Unread("broken.yaml", "no"),), earlier=earlier)
    moved = {one.case.id: one.move for one in portfolio.movers}
    assert moved == {"a": "rose", "b": "fell", "c": "unrated", "d": "rated", "e": "new"}
    assert portfolio.gone == ("broken", "lost")


def test_a_run_without_presumptions_is_compared_by_what_is_established():
    earlier = Earlier({"a": LOW}, presumes=False)
    assert Portfolio((case("a", HIGH),), earlier=earlier).movers == ()


def test_the_page_tells_movers_and_that_the_rules_are_others(pack):
    earlier = Earlier({"a": LOW, "gone-one": LOW}, ("core 0.9",))
    page = render_dashboard(Portfolio((case("a", HIGH),), packs=("core 1",), earlier=earlier), pack)
    text = text_of(page)
    assert "1 case is rated worse" in text
    assert "1 case is gone" in text
    assert "gone-one" in text
    assert "read other rules" in text
    assert "Since the last run" not in text_of(render_dashboard(Portfolio((case("a"),)), pack))


# --- the page ------------------------------------------------------------------------------------


def many(number: int) -> Portfolio:
    return Portfolio(
        in_order(case(f"deal-{n:05d}", HIGH if n % 7 else LOW) for n in range(number)),
        (Unread("wrong.yaml", "wrong.yaml:4:3: terms.duration_year: unknown\nand more"),),
    )


def test_the_page_holds_the_worst_hundred_and_the_data_all(pack):
    page = render_dashboard(many(1000), pack)
    rows = page.partition('<tbody id="rows">')[2].partition("</tbody>")[0]
    assert rows.count("<tr>") == 100
    assert len(data_of(page)["cases"]) == 1000
    assert "wrong.yaml:4:3: terms.duration_year: unknown" in text_of(page)
    assert "1 case could not be read and is not rated." in text_of(page)


def test_where_nothing_is_presumed_nothing_is_said_to_be(pack):
    text = text_of(render_dashboard(replace(many(3), presumes=False), pack))
    assert "nothing is presumed" in text
    assert "The word is the established rating." in text
    assert "presumed rating" not in text


def test_a_portfolio_without_a_case_that_could_be_read_lists_the_others(pack):
    text = text_of(render_dashboard(Portfolio((), (Unread("a.yaml", "wrong"),)), pack))
    assert "0 cases of cooperation" in text
    assert "a.yaml wrong" in text


def test_ten_thousand_cases_are_a_small_file(pack):
    assert len(render_dashboard(many(10_000), pack)) < 2_000_000


def test_the_same_portfolio_gives_the_same_bytes(pack):
    assert render_dashboard(many(300), pack) == render_dashboard(many(300), pack)


def test_results_without_countries_say_so_instead_of_an_empty_map(pack):
    page = render_dashboard(many(3), pack)
    assert "so there is no map" in text_of(page)
    assert 'class="map"' not in page
    with_map = render_dashboard(Portfolio((case("a", countries=("BRA",)),)), pack)
    assert "Brazil: 1 case, the worst low" in with_map


def test_hostile_text_is_text(pack):
    portfolio = Portfolio(
        (case(HOSTILE, title=HOSTILE, as_of=HOSTILE, countries=(HOSTILE,), missing=(HOSTILE,)),),
        (Unread(HOSTILE, HOSTILE),),
        packs=(HOSTILE,),
        earlier=Earlier({HOSTILE + "x": LOW}),
    )
    page = render_dashboard(portfolio, pack, briefs="javascript:x", linked=[HOSTILE])
    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    assert "<img" not in page
    assert "{{ 7*7 }}" in page
    assert 'href="javascript:' not in page
    assert data_of(page)["cases"][0][0] == HOSTILE


def test_nothing_is_fetched_and_no_script_but_its_own_may_run(pack):
    page = render_dashboard(many(3), pack)
    policy = page.partition('Policy" content="')[2].partition('"')[0]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert ' style="' not in page


def test_a_case_is_linked_only_where_its_brief_stands(pack):
    portfolio = Portfolio((case("a b"), case("c")))
    page = render_dashboard(portfolio, pack, briefs="../briefs", linked=["a b"])
    assert '<a href="./../briefs/a%20b.html">a b</a>' in page
    assert page.count('<a href="./') == 1
    assert [row[-1] for row in data_of(page)["cases"]] == [1, 0]


# --- CSV -----------------------------------------------------------------------------------------


def test_csv_has_all_cases_and_those_that_could_not_be_read():
    text = render_csv(
        Portfolio((case("a", HIGH, countries=("COL", "USA")), case("=1+1")), (Unread("x", "why"),))
    )
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["id"] for row in rows] == ["a", "'=1+1", "x"]
    assert [row["status"] for row in rows] == ["ok", "ok", "error"]
    assert rows[0]["presumed"] == "high"
    assert rows[0]["tension__ceiling"] == "critical"
    assert rows[0]["countries"] == "COL USA"
    assert rows[2]["reason"] == "why"
