"""The dashboard in a real browser: what it shows without script, and what the script adds."""

import csv
import io
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from browsers import start_browser, violations
from convenio import load_pack
from convenio.assessment.rating import Readings
from convenio.packs.policy import RATINGS
from convenio.reports.dashboard.page import render_dashboard
from convenio.reports.dashboard.portfolio import CaseRow, Earlier, Portfolio, Unread, in_order
from convenio.reports.dashboard.table import render_csv

FAMILIES = ("tension", "transparency", "sovereignty", "human_rights", "cross")
COUNTRIES = ("COL", "BRA", "ARG", "MEX", "HTI", "USA")
HOSTILE = "<script>document.title='owned'</script><img src=x onerror=alert(1)>\u202egnp"
NUMBER = 10_000


def readings(seed: int) -> Readings:
    if seed % 17 == 0:
        return Readings("not_assessed", "not_assessed", "high")
    floor, more, most = seed % 3, seed // 3 % 2, seed // 6 % 2
    return Readings(RATINGS[floor % 2], RATINGS[floor % 2 + more], RATINGS[floor % 2 + more + most])


def case(number: int) -> CaseRow:
    name = HOSTILE if number == 5 else f"deal-{number:05d}"
    overall = Readings("high", "critical", "critical") if number % 211 == 5 else readings(number)
    return CaseRow(
        id=name,
        title=HOSTILE if number == 5 else f"Convenção número {number}" if number % 2 else "",
        as_of=f"20{number % 20 + 10}-01-01",
        readings=overall,
        families={family: readings(number + at) for at, family in enumerate(FAMILIES)},
        confidence=("high", "medium", "low", None)[number % 4],
        countries=(COUNTRIES[number % 6],),
        tests_run=number % 30,
        tests=40,
        flagged=("TRA-001",),
        missing=("text.access",),
        carrying=("No unit is screened.",),
    )


@pytest.fixture(scope="module")
def portfolio() -> Portfolio:
    before = {f"deal-{n:05d}": Readings("low", "moderate", "high") for n in range(0, NUMBER, 2)}
    return Portfolio(
        in_order(map(case, range(NUMBER))),
        (Unread("wrong.yaml", f"wrong.yaml:4:3: {HOSTILE}"),),
        packs=("core 1.0.0",),
        earlier=Earlier({**before, "gone": readings(1)}, ("core 0.9.0",)),
    )


@pytest.fixture(scope="module")
def page(portfolio: Portfolio, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("dashboard") / "dashboard.html"
    linked = [one.id for one in portfolio.cases if one.id.endswith("7")]
    html = render_dashboard(portfolio, load_pack("core"), briefs="briefs", linked=linked)
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def browser(page: Path) -> Iterator[webdriver.Chrome]:
    driver = start_browser(downloads=page.parent)
    yield driver
    driver.quit()


@pytest.fixture
def opened(browser: webdriver.Chrome, page: Path) -> webdriver.Chrome:
    browser.get(page.as_uri())
    return browser


def found(driver: webdriver.Chrome) -> str:
    return driver.find_element(By.ID, "found").text


def first_cells(driver: webdriver.Chrome, column: int) -> list[str]:
    rows = "[...document.querySelectorAll('#rows tr')]"
    script = f"return {rows}.map(row => row.cells[arguments[0]].innerText)"
    return driver.execute_script(script, column)


def html_of_rows(driver: webdriver.Chrome) -> str:
    return driver.execute_script("return document.getElementById('rows').innerHTML")


def test_nothing_is_blocked_logged_or_fetched_and_it_opens_fast(opened):
    assert opened.get_log("browser") == []
    assert opened.execute_script("return performance.getEntriesByType('resource').length") == 0
    took = opened.execute_script(
        "return performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"
    )
    assert took < 3_000, "milliseconds; it takes 0.3 s on two slow cores"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(opened, scheme):
    # Without the many rows that are alike axe takes a tenth of the time.
    opened.execute_script(
        "[...document.querySelectorAll('#rows tr')].slice(12).forEach(row => row.remove())"
    )
    assert violations(opened, scheme) == []


def test_without_script_the_summary_and_the_worst_hundred_are_there(browser, page, portfolio):
    plain = start_browser(script=False, downloads=page.parent)
    try:
        plain.get(page.as_uri())
        shown = plain.find_element(By.TAG_NAME, "main").text
        assert "The 100 cases with the worst ratings, the worst first." in shown
        assert len(plain.find_elements(By.CSS_SELECTOR, "#rows tr")) == 100
        assert "wrong.yaml" in shown
        assert "10,000 cases of cooperation" in plain.find_element(By.TAG_NAME, "h1").text
        assert not plain.find_element(By.ID, "tools").is_displayed()
        assert not plain.find_element(By.ID, "save").is_displayed()
        assert plain.find_element(By.CSS_SELECTOR, ".map svg").is_displayed()
        assert plain.find_elements(By.CSS_SELECTOR, ".heat th button") == []
    finally:
        plain.quit()


def test_rows_that_the_script_makes_are_those_of_the_page(opened):
    before = html_of_rows(opened)
    search = opened.find_element(By.ID, "search")
    search.send_keys("x", Keys.BACKSPACE)
    assert html_of_rows(opened).replace("\n", "") == before.replace("\n", "")


def test_search_reads_titles_ids_and_countries_without_accents(opened):
    search = opened.find_element(By.ID, "search")
    search.send_keys("convencao 4321")
    assert found(opened).startswith("1 of 10,000 cases")
    assert "Convenção número 4321" in first_cells(opened, 0)[0]
    search.clear()
    search.send_keys("BRAZIL 99")
    assert set(first_cells(opened, 2)) == {"BRA"}
    search.clear()
    search.send_keys("qqq")
    assert found(opened) == "No case is like that."


def test_filters_choose_by_rating_family_country_and_change(opened, portfolio):
    Select(opened.find_element(By.ID, "rating")).select_by_visible_text("critical")
    critical = sum(one.headline == "critical" for one in portfolio.cases)
    assert found(opened).startswith(f"{critical} of 10,000 cases")
    Select(opened.find_element(By.ID, "family")).select_by_visible_text("Sovereignty")
    Select(opened.find_element(By.ID, "rating")).select_by_visible_text("not assessed")
    assert all("not assessed" in text for text in first_cells(opened, 6))
    Select(opened.find_element(By.ID, "country")).select_by_visible_text("Haiti")
    assert set(first_cells(opened, 2)) == {"HTI"}
    Select(opened.find_element(By.ID, "move")).select_by_visible_text("new")
    assert set(first_cells(opened, 11)) <= {"new"}


def test_columns_sort_both_ways_with_the_keyboard_alone(opened):
    button = opened.find_elements(By.CSS_SELECTOR, ".heat th button")[1]
    opened.execute_script("arguments[0].focus()", button)
    button.send_keys(Keys.ENTER)
    dates = first_cells(opened, 1)
    assert dates == sorted(dates)
    assert dates[0] == "2010-01-01"
    head = opened.find_elements(By.CSS_SELECTOR, ".heat thead th")[1]
    assert head.get_attribute("aria-sort") == "ascending"
    button.send_keys(Keys.SPACE)
    assert first_cells(opened, 1)[0] == "2029-01-01"
    assert head.get_attribute("aria-sort") == "descending"


def test_leaves_are_turned(opened):
    assert not opened.find_element(By.ID, "before").is_enabled()
    opened.find_element(By.ID, "after").send_keys(Keys.ENTER)
    assert found(opened) == "10,000 of 10,000 cases; page 2 of 100"
    assert len(first_cells(opened, 0)) == 100
    assert opened.find_element(By.ID, "before").is_enabled()


def test_what_is_shown_is_saved_as_csv(opened, page, portfolio):
    target = page.parent / "cases.csv"
    opened.find_element(By.ID, "save").click()
    WebDriverWait(opened, 10).until(lambda _driver: target.is_file() and target.stat().st_size)
    time.sleep(0.2)
    assert target.read_text(encoding="utf-8") == render_csv(portfolio)
    target.unlink()
    opened.find_element(By.ID, "search").send_keys("deal-00042")
    opened.find_element(By.ID, "save").click()
    WebDriverWait(opened, 10).until(lambda _driver: target.is_file() and target.stat().st_size)
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8"))))
    assert [row["id"] for row in rows] == ["deal-00042", "wrong.yaml"]
    assert opened.get_log("browser") == []


def test_hostile_text_changes_nothing_but_text(opened):
    opened.find_element(By.ID, "search").send_keys("owned")
    assert found(opened).startswith("1 of")
    assert "owned" not in opened.title
    assert opened.find_elements(By.CSS_SELECTOR, "img, iframe, a[href^=javascript]") == []
    assert len(opened.find_elements(By.TAG_NAME, "script")) == 2
    assert opened.get_log("browser") == []


def test_a_narrow_screen_does_not_scroll_sideways(browser, page):
    metrics = {"width": 320, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(page.as_uri())
    width = browser.execute_script("return document.documentElement.scrollWidth")
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width <= 320


def test_structure_serves_screen_readers(opened):
    levels = [int(e.tag_name[1]) for e in opened.find_elements(By.CSS_SELECTOR, "h1,h2,h3,h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))
    for table in opened.find_elements(By.TAG_NAME, "table"):
        assert table.find_elements(By.CSS_SELECTOR, "thead th[scope=col]")
    identifiers = [e.get_attribute("id") for e in opened.find_elements(By.CSS_SELECTOR, "[id]")]
    assert len(identifiers) == len(set(identifiers))
    for link in opened.find_elements(By.CSS_SELECTOR, "a[href^='#']"):
        assert str(link.get_attribute("href")).partition("#")[2] in identifiers
    for button in opened.find_elements(By.CSS_SELECTOR, "button, input, select"):
        assert button.size["height"] >= 24
