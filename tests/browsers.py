"""A real browser for tests: how it is started, printed from, and asked what it finds wrong."""

from __future__ import annotations

import base64
import re
import shutil
from pathlib import Path

import pypdfium2
from selenium import webdriver

AXE = Path(__file__).resolve().parent / "browser/node/node_modules/axe-core/axe.min.js"
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
PAPER = {"A4": (8.27, 11.69), "Letter": (8.5, 11)}


def start_browser(*, script: bool = True, downloads: Path | None = None) -> webdriver.Chrome:
    """Start Chromium; without `script` no page may run any."""
    options = webdriver.ChromeOptions()
    for flag in (
        *("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"),
        *("--disable-background-networking", "--no-first-run", "--window-size=1280,1000"),
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    settings: dict[str, object] = {}
    if downloads is not None:
        settings["download.default_directory"] = str(downloads)
    if not script:
        settings["profile.managed_default_content_settings.javascript"] = 2
    options.add_experimental_option("prefs", settings)
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    return webdriver.Chrome(options=options, service=service)


def violations(
    driver: webdriver.Chrome, scheme: str = "light", within: str = "html"
) -> list[tuple[str, list[str]]]:
    """Return what breaks WCAG 2.2 AA on the page that is open, or a part, everything unfolded."""
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    driver.execute_script("document.querySelectorAll('details').forEach(one => one.open = true)")
    driver.execute_script(AXE.read_text(encoding="utf-8"))
    found = driver.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "const part = arguments[1] === 'html' ? document : arguments[1];"
        "axe.run(part, {runOnly: {type: 'tag', values: arguments[0]}}).then(done)",
        list(STANDARDS),
        within,
    )
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    return [
        (one["id"], [str(node["target"]) for node in one["nodes"]][:3])
        for one in found["violations"]
    ]


def sheets_of(pdf: bytes) -> list[str]:
    """Return the text of each page of a PDF."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def printed(driver: webdriver.Chrome, paper: str = "A4") -> list[str]:
    """Print the page with the margins that it asks for, and return the text of each sheet."""
    width, height = PAPER[paper]
    size = {"paperWidth": width, "paperHeight": height, "printBackground": True}
    found = driver.execute_cdp_cmd("Page.printToPDF", size)
    return [re.sub(r"\s+", " ", text) for text in sheets_of(base64.b64decode(found["data"]))]
