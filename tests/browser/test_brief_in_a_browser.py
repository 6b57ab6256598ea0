"""The brief in a real browser: nothing fetched, no script needed, narrow screens, print."""

import itertools
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By

from browsers import PAPER, printed, start_browser, violations
from convenio import assess, load_case, load_pack
from convenio.assessment.cases import case_from_document
from convenio.documents import parse_document
from convenio.errors import CaseError
from convenio.reports.brief.look import Look
from convenio.reports.html import render_brief
from convenio.reports.wording import Wording
from convenio.resources import data_folder

SHIPPED = sorted(path.stem for path in data_folder("cases").glob("*.yaml"))

HOSTILE = """case: hostile
title: "<script>document.title='owned'</script><img src=x onerror=alert(1)>"
as_of: 2020-01-01
summary: "</style><style>body{display:none}</style> javascript:alert(1)"
authors: ["\\"><svg onload=alert(1)>"]
deal:
  elements: {value: [basing_access], source: s, at: "'><script>alert(1)</script>"}
text: {access: {value: withheld, source: s, at: "{{ 7*7 }} </script>", quote: "<iframe src=//x>"}}
terms: {duration_years: {value: 50, source: s}}
sources: {s: {title: "<a href='javascript:alert(1)'>x</a>", url: "javascript:alert(1)"}}
outcome: [{date: "2021", what: "<style>*{color:red}</style> & </title>"}]
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    driver = start_browser()
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("briefs")
    pack = load_pack("core")
    cases = {name: load_case(name, pack) for name in SHIPPED}
    cases["hostile"] = case_from_document(
        parse_document(HOSTILE.encode(), "hostile.yaml", CaseError), pack
    )
    paths = {}
    for name, case in cases.items():
        paths[name] = folder / f"{name}.html"
        paths[name].write_text(render_brief(assess(case, pack)), encoding="utf-8")
    return paths


NAMES = ("us-colombia-dca-2009", "panamax-2014", "hostile")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_blocked_logged_or_fetched(browser, pages, name):
    browser.get(pages[name].as_uri())
    assert browser.get_log("browser") == []
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0
    assert browser.execute_script("return getComputedStyle(document.body).display") == "block"


# All of them in `make nightly`: the same macros make every page, and axe takes seconds of each.
WHOLE = "CONVENIO_BROWSER_WHOLE" in os.environ
CHECKED = [*SHIPPED, "hostile"] if WHOLE else [*NAMES, "neuquen-2014"]


@pytest.mark.parametrize("name", CHECKED)
def test_axe_finds_no_violation(browser, pages, name):
    browser.get(pages[name].as_uri())
    assert violations(browser) == []


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_violation_on_a_dark_screen(browser, pages, name):
    browser.get(pages[name].as_uri())
    assert violations(browser, "dark") == []


@pytest.mark.parametrize("name", NAMES)
def test_a_narrow_screen_does_not_scroll_sideways(browser, pages, name):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 320, "height": 800, "deviceScaleFactor": 1, "mobile": True},
    )
    browser.get(pages[name].as_uri())
    width = browser.execute_script("return document.documentElement.scrollWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width <= 320


@pytest.mark.parametrize("name", SHIPPED)
def test_a_brief_has_four_sheets_at_most_and_the_first_holds_the_verdict(browser, pages, name):
    browser.get(pages[name].as_uri())
    for paper in PAPER:
        sheets = printed(browser, paper)
        assert len(sheets) <= 4
        assert "The ministry's reply" in sheets[0]
        assert "Family by family" in sheets[1]
        whole = "".join(sheets)
        for heading in ("Limits", "Sign-off"):
            assert heading in whole
        assert "Severity and confidence" not in whole


LONGEST = ("us-colombia-dca-2009", "neuquen-2014", "ecuador-us-sofa-2023")
"""The cases of which most is told, so that no other needs more room."""


@pytest.mark.parametrize("language", ["es", "pt"])
@pytest.mark.parametrize("name", LONGEST)
def test_other_languages_need_no_more_sheets_and_no_other_care(browser, tmp_path, name, language):
    pack = load_pack("core", language=language)
    case = load_case(name, pack)
    wording = Wording(language).of_case(case)
    assessment = assess(case, pack)
    for audience in ("committee", "minister") if name == LONGEST[0] else ("press",):
        checked = WHOLE or name == LONGEST[1]
        page = tmp_path / f"{audience}.html"
        page.write_text(
            render_brief(assessment, wording, look=Look(audience=audience)), encoding="utf-8"
        )
        browser.get(page.as_uri())
        assert not checked or violations(browser) == []
        browser.get(page.as_uri())
        for paper in PAPER:
            sheets = printed(browser, paper)
            assert len(sheets) <= 4
            assert wording("Family by family") in sheets[1]


@pytest.mark.parametrize("name", NAMES)
def test_the_annex_is_printed_whole_where_it_is_asked_for(browser, pages, name):
    """By the link in the page, which needs no script, or by `--annex`."""
    page = pages[name]
    with_annex = page.with_name(f"{name}-annex.html")
    closed = page.read_text(encoding="utf-8")
    opened = closed.replace('class="annex"', 'class="annex printed"').replace(
        '<details class="whole">', '<details class="whole" open>'
    )
    with_annex.write_text(opened, encoding="utf-8")
    for address in (f"{page.as_uri()}#annex", with_annex.as_uri()):
        browser.get(address)
        sheets = printed(browser)
        assert "Severity and confidence" in "".join(sheets)
        folded = browser.find_elements(By.CSS_SELECTOR, "details li")
        everything = re.sub(r"\s+", "", "".join(sheets))
        assert folded
        for item in folded[:: max(1, len(folded) // 15)]:
            words = browser.execute_script("return arguments[0].textContent", item).split()
            assert words[0] in everything


def test_a_finding_in_the_folded_annex_is_reached_by_its_link(browser, pages):
    browser.get(pages["us-colombia-dca-2009"].as_uri())
    finding = browser.find_element(By.ID, "TRA-014")
    assert not finding.is_displayed()
    browser.find_element(By.CSS_SELECTOR, ".found a[href='#TRA-014']").click()
    assert finding.is_displayed()


def test_hostile_text_changes_nothing_but_text(browser, pages):
    browser.get(pages["hostile"].as_uri())
    assert "owned" not in browser.title.replace("document.title='owned'", "")
    assert (
        browser.find_elements(By.CSS_SELECTOR, "img, iframe, svg[onload], a[href^=javascript]")
        == []
    )
    assert len(browser.find_elements(By.TAG_NAME, "script")) == 1
    assert len(browser.find_elements(By.TAG_NAME, "style")) == 1
    heading = browser.find_element(By.TAG_NAME, "h1").text
    assert heading.startswith("<script>document.title='owned'</script>")
    assert "{{ 7*7 }}" in browser.page_source


def test_the_page_says_the_same_without_script(browser, pages):
    browser.get(pages["us-colombia-dca-2009"].as_uri())
    with_script = browser.find_element(By.TAG_NAME, "main").text
    plain = start_browser(script=False)
    try:
        plain.get(pages["us-colombia-dca-2009"].as_uri())
        assert plain.find_element(By.TAG_NAME, "main").text == with_script
    finally:
        plain.quit()


def test_structure_serves_screen_readers(browser, pages):
    browser.get(pages["us-colombia-dca-2009"].as_uri())
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en"
    levels = [int(e.tag_name[1]) for e in browser.find_elements(By.CSS_SELECTOR, "h1,h2,h3,h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    for table in browser.find_elements(By.TAG_NAME, "table"):
        assert table.find_elements(By.CSS_SELECTOR, "thead th[scope=col]")
    for chart in browser.find_elements(By.CSS_SELECTOR, "main svg"):
        assert chart.get_attribute("aria-label")
    identifiers = [e.get_attribute("id") for e in browser.find_elements(By.CSS_SELECTOR, "[id]")]
    assert len(identifiers) == len(set(identifiers))
    for link in browser.find_elements(By.CSS_SELECTOR, "a[href^='#']"):
        assert str(link.get_attribute("href")).partition("#")[2] in identifiers
