"""Each output format says the same in its own way. Golden files: tests/golden/."""

import csv
import io
import json
import os
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from convenio.assessment import assess
from convenio.assessment.cases import case_from_document
from convenio.documents import parse_document
from convenio.errors import CaseError
from convenio.packs import load_pack
from convenio.reports import csv as csv_report
from convenio.reports import github, html, junit, markdown, sarif, text
from convenio.reports import json as json_report
from convenio.reports.wording import Wording

GOLDEN = Path(__file__).parents[1] / "golden"
PACK = Path(__file__).parent / "small_pack"

MODULES = {
    "text.txt": text,
    "json.json": json_report,
    "markdown.md": markdown,
    "sarif.sarif": sarif,
    "junit.xml": junit,
    "github.txt": github,
    "csv.csv": csv_report,
}

CASE = b"""case: golden
title: "A deal: with <b>tags</b>, =1+1 and | pipes"
as_of: 2020-06-01
deal:
  elements: {value: [basing_access], source: gazette, at: art. 1, quote: "shall have access"}
  form: undisclosed
terms:
  duration_years: {value: 30, source: gazette, at: art. 9}
  end: {conflict: [{value: fixed, source: gazette}, {value: indefinite, source: press}]}
parties:
  items:
    - {country: USA, role: provider, source: gazette}
    - {country: COL, role: host}
  complete: false
value: {total: {amount: 5000000, currency: USD}}
sources:
  gazette: {kind: statute, title: Official Gazette 1, reliability: A}
  press: {kind: press, title: A newspaper, reliability: C}
"""


@pytest.fixture(scope="module")
def assessment():
    pack = load_pack(PACK)
    case = case_from_document(parse_document(CASE, "golden.yaml", CaseError), pack)
    return assess(case, pack, "reference")


@pytest.mark.parametrize("name", MODULES)
def test_the_format_is_as_agreed(name, assessment):
    found = MODULES[name].render([assessment], Wording())
    path = GOLDEN / name
    if os.environ.get("CONVENIO_REWRITE_GOLDEN"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


def test_sarif_points_to_the_lines_of_the_case(assessment):
    log = json.loads(sarif.render([assessment], Wording()))
    results = {r["ruleId"]: r for r in log["runs"][0]["results"]}
    region = results["SOV-001"]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 8, "startColumn": 19}
    assert results["SOV-001"]["level"] == "error"
    assert results["TRA-001"]["kind"] == "review"
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert [rules[r["ruleIndex"]]["id"] for r in results.values()] == list(results)


def test_junit_counts_add_up(assessment):
    suite = Xml.fromstring(junit.render([assessment], Wording())).find("testsuite")
    assert suite is not None
    assert int(suite.get("tests", "")) == len(suite.findall("testcase")) == 3
    assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
    assert int(suite.get("skipped", "")) == len(suite.findall("testcase/skipped"))


def test_csv_cells_are_never_formulas(assessment):
    rows = list(csv.reader(io.StringIO(csv_report.render([assessment], Wording()))))
    assert rows[0] == list(csv_report.COLUMNS)
    assert not [c for row in rows for c in row if c.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert [csv_report.safe_cell(c) for c in ("=1", "+1", "-1", "@a", "\tb", "c")] == [
        "'=1",
        "'+1",
        "'-1",
        "'@a",
        "'\tb",
        "c",
    ]


def test_markdown_shows_case_text_as_text(assessment):
    found = markdown.render([assessment], Wording())
    assert "\\<b\\>tags" in found
    assert "\\| pipes" in found


def test_github_commands_escape_what_would_end_them():
    assert github._property("a:b,c%\n") == "a%3Ab%2Cc%25%0A"


def test_colour_is_only_added_when_asked_for(assessment):
    plain = text.render([assessment], Wording())
    coloured = text.render([assessment], Wording(), colour=True)
    assert "\x1b[" in coloured
    assert "\x1b[" not in plain


def test_the_brief_escapes_everything_and_embeds_its_assessment(assessment):
    page = html.render_brief(assessment)
    assert "<b>tags</b>" not in page
    assert "&lt;b&gt;tags&lt;/b&gt;" in page
    embedded = page.partition('id="assessment">')[2].partition("</script>")[0]
    carried = json.loads(embedded)
    assert "language" not in carried
    assert carried.pop("brief")["with"]
    assert carried == json_report.to_dict(assessment, Wording())
    assert page == html.render_brief(assessment)


def test_the_brief_says_what_changed_since_a_previous_version(assessment):
    old = json_report.to_dict(assessment, Wording())
    nothing = html.render_brief(assessment, previous=old)
    assert "Neither the case file nor the rules changed." in nothing
    assert "No verdict and no rating changed." in nothing
    old["rating"] = {"floor": "low", "ceiling": "low"}
    old["findings"][0]["verdict"] = "clear"
    old["findings"][0]["severity"] = None
    page = html.render_brief(assessment, previous=old)
    assert "Rating, established: was low, is high." in page
    assert "SOV-001 Long term: clear → flag, high" in page


def test_conflicts_refusals_and_incomplete_lists_are_shown(assessment):
    page = html.render_brief(assessment)
    assert "Not resolved; treated as not known." in page
    assert "refused by the parties" in page
    assert "A newspaper" in page
