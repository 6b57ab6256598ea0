"""The live part of a brief in a browser: what a reader changes, and what comes of it."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from browsers import printed, start_browser, violations
from convenio import Assessment, assess, load_case, load_pack
from convenio.assessment.cases import case_from_document, with_settings
from convenio.cli import main
from convenio.documents import parse_document
from convenio.errors import CaseError
from convenio.reports.brief.embedded import unpacked_page
from convenio.reports.brief.look import Look
from convenio.reports.html import render_brief

PACK = load_pack("core")
CASE = "us-colombia-dca-2009"
LIMIT = 400_000

HOSTILE = """case: hostile
title: "<script>document.title='owned'</script>"
as_of: 2020-01-01
deal:
  elements: {value: [basing_access, status_of_forces], source: s, at: "</script><script>alert(1)"}
text: {access: {value: withheld, source: s}}
terms: {duration_years: {value: 50, source: s, note: "{{ 7*7 }}"}}
sources: {s: {title: "</script><img src=x onerror=alert(1)>"}}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[webdriver.Chrome]:
    driver = start_browser()
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("live") / "brief.html"
    assert main(["brief", CASE, "-o", str(file), "--live"]) == 0
    return file


@pytest.fixture(scope="module")
def shown(page, browser):
    """Open the page afresh, as it is before anything was changed."""

    return lambda: opened(browser, page)


def opened(driver: webdriver.Chrome, page: Path) -> webdriver.Chrome:
    driver.get(page.as_uri())
    live = driver.find_element(By.ID, "live")
    WebDriverWait(driver, 10).until(lambda _: live.get_property("hidden") is False)
    return driver


def readings(driver: webdriver.Chrome) -> list[list[str]]:
    """Return the words of each row: families, then overall; presumed, established, possible."""
    return driver.execute_script(
        "return [...document.querySelectorAll('.readings tbody tr')].map((row) =>"
        " [...row.querySelectorAll('td')].map((cell) => cell.firstChild.textContent))"
    )


def wanted(assessment: Assessment) -> list[list[str]]:
    found = [assessment.readings(name) for name in assessment.families]
    rows = [*found, assessment.readings()]
    return [
        [word.replace("_", " ") for word in (row.presumed, row.floor, row.ceiling)] for row in rows
    ]


def items(driver: webdriver.Chrome, name: str) -> list[str]:
    found = driver.find_elements(By.CSS_SELECTOR, f"#{name} li")
    return [str(one.get_property("textContent")) for one in found]


def flags(driver: webdriver.Chrome) -> str:
    return str(driver.find_element(By.ID, "live-flags").get_property("value"))


def field(driver: webdriver.Chrome, path: str):
    holder = driver.find_element(By.CSS_SELECTOR, f".try[data-path='{path}']")
    return holder.find_element(By.CSS_SELECTOR, "select, input:not([type=checkbox])")


def test_the_page_begins_with_the_readings_of_the_case(shown):
    driver = shown()
    assert readings(driver) == wanted(assess(load_case(CASE, PACK), PACK))
    assert items(driver, "live-changes") == ["Nothing is changed yet."]
    assert flags(driver) == ""


def test_changes_read_as_the_engine_reads_them_and_can_be_taken_along(shown):
    driver = shown()
    term = field(driver, "terms.duration_years")
    term.clear()
    term.send_keys("3", Keys.TAB)
    Select(field(driver, "text.access")).select_by_value("public")
    case = load_case(CASE, PACK)
    settings = {"terms.duration_years": "3", "text.access": "public"}
    after = assess(with_settings(case, PACK, settings), PACK)
    assert readings(driver) == wanted(after) != wanted(assess(case, PACK))
    settings_shown = flags(driver).split()
    assert settings_shown[::2] == ["--set", "--set"]
    assert set(settings_shown[1::2]) == {"terms.duration_years=3", "text.access=public"}
    changes = items(driver, "live-changes")
    assert "Term of the agreement: 10 years → 3 years" in changes
    assert any("(SOV-004)" in rule for rule in items(driver, "live-rules"))
    assert "differ from the case: 2." in driver.find_element(By.ID, "live-status").get_property(
        "textContent"
    )
    driver.find_element(By.CSS_SELECTOR, "button[type=reset]").click()
    driver.execute_async_script("setTimeout(arguments[0], 50)")
    assert readings(driver) == wanted(assess(case, PACK))
    assert flags(driver) == ""


def test_a_set_that_is_open_is_stated_with_its_first_tick(shown):
    driver = shown()
    holder = driver.find_element(By.CSS_SELECTOR, ".try[data-path='deal.purposes']")
    leave = holder.find_element(By.CSS_SELECTOR, ".leave")
    assert leave.is_selected()
    holder.find_element(By.CSS_SELECTOR, "input[value='training']").click()
    assert not leave.is_selected()
    assert flags(driver).startswith("--set 'deal.purposes=[")
    assert "training" in flags(driver)
    leave.click()
    assert flags(driver) == ""


def test_what_a_case_may_not_state_is_left_out_and_told(shown):
    driver = shown()
    term = field(driver, "terms.duration_years")
    before = readings(driver)
    term.clear()
    term.send_keys("-4")
    assert readings(driver) == before
    assert flags(driver) == ""
    assert term.get_attribute("aria-invalid") == "true"
    note = driver.find_element(By.ID, str(term.get_attribute("aria-describedby")))
    assert "may not state" in note.text


def test_copying_says_what_it_did(shown):
    driver = shown()
    Select(field(driver, "text.access")).select_by_value("public")
    driver.find_element(By.ID, "live-copy").click()
    driver.execute_async_script("setTimeout(arguments[0], 200)")
    assert driver.find_element(By.ID, "live-copied").text in (
        "Copied.",
        "Selected: copy it with the keyboard.",
    )


def test_nothing_is_blocked_logged_or_fetched(shown):
    driver = shown()
    assert driver.get_log("browser") == []
    assert driver.execute_script("return performance.getEntriesByType('resource').length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_violation(shown, scheme):
    driver = shown()
    Select(field(driver, "text.access")).select_by_value("public")
    assert violations(driver, scheme, "#live") == []


def test_a_narrow_screen_does_not_scroll_sideways_and_keeps_the_readings_in_sight(shown):
    driver = shown()
    size = {"width": 320, "height": 800, "deviceScaleFactor": 1, "mobile": True}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    driver.execute_script("document.querySelectorAll('details').forEach((one) => one.open = true)")
    width = driver.execute_script("return document.documentElement.scrollWidth")
    controls = driver.find_elements(By.CSS_SELECTOR, ".try select, .try input[type=number]")
    controls[-1].send_keys(Keys.SHIFT, Keys.NULL)
    top, bottom, focused = driver.execute_script(
        "const box = document.querySelector('.readings').getBoundingClientRect();"
        "return [box.top, box.bottom, document.activeElement.getBoundingClientRect().top]"
    )
    driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width <= 320
    assert 0 <= top < bottom <= focused


def test_without_script_the_brief_is_as_it_was(page, tmp_path):
    plain = tmp_path / "plain.html"
    assert main(["brief", CASE, "-o", str(plain)]) == 0
    driver = start_browser(script=False)
    try:
        driver.get(page.as_uri())
        live = driver.find_element(By.TAG_NAME, "main").text
        driver.get(plain.as_uri())
        assert live == driver.find_element(By.TAG_NAME, "main").text
        assert "script-src" not in plain.read_text(encoding="utf-8")
    finally:
        driver.quit()


def test_it_is_not_printed(shown):
    assert "Try other terms" not in "".join(printed(shown()))


def test_hostile_text_changes_nothing_but_text(browser, tmp_path):
    case = case_from_document(parse_document(HOSTILE.encode(), "hostile.yaml", CaseError), PACK)
    file = tmp_path / "hostile.html"
    file.write_text(render_brief(assess(case, PACK), look=Look(live=True)), encoding="utf-8")
    opened(browser, file)
    assert browser.get_log("browser") == []
    assert len(browser.find_elements(By.TAG_NAME, "script")) == 3
    assert readings(browser) == wanted(assess(case, PACK))


def test_a_page_is_small_enough_to_be_sent_along(page):
    """It is that of the case with most to say; all others have less than 320 kB."""
    assert page.stat().st_size < LIMIT


def test_the_script_holds_no_words_and_the_policy_allows_it_alone(page):
    text = page.read_text(encoding="utf-8")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', text)
    assert re.search(r"; script-src 'sha256-[A-Za-z0-9+/=]{44}';", policy)
    assert "unsafe" not in policy
    assert not re.search(r"\b(eval|innerHTML|Function)\b", text.rpartition("<script>")[2])


def _packed(content: bytes, level: int) -> str:
    return base64.b64encode(zlib.compress(content, level)).decode()


def test_a_live_page_is_verified(page, tmp_path, capsys):
    """What it carries is compared as it reads, however a library compresses it."""
    text = page.read_text(encoding="utf-8")
    other = tmp_path / "other.html"
    (data,) = re.findall(r'id="live-data">\{"deflate":"([^"]*)"', text)
    content = zlib.decompress(base64.b64decode(data))
    other.write_text(text.replace(data, _packed(content, 1)), encoding="utf-8")
    assert main(["verify", str(other)]) == 0
    assert "everything holds good" in capsys.readouterr().out
    changed = content.replace(b'["any",', b'["all",', 1)
    assert unpacked_page(text.replace(data, _packed(changed, 9))) != unpacked_page(text)


@pytest.mark.parametrize(
    "others", [["--redact", "text.access"], ["--card"], ["-o", "brief.pdf"], ["-o", "brief.md"]]
)
def test_what_can_not_be_live_is_refused(others, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["brief", CASE, "-o", "brief.html", "--live", *others]) == 2
    assert "--live" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
