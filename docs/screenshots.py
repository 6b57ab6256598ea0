"""Takes the pictures of the README: `python docs/screenshots.py`, or `make screenshots`.

The terminal, a brief and the dashboard of the shipped cases, as a user gets them.
"""

from __future__ import annotations

import io
import shutil
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text
from selenium import webdriver

from convenio import assess, load_case, load_pack
from convenio.cli import main
from convenio.reports.text import render
from convenio.reports.wording import Wording

PICTURES = Path(__file__).resolve().parent / "pictures"
CASE = "us-colombia-dca-2009"


def terminal(folder: Path) -> Path:
    """Return a page that shows what `convenio assess` prints on a terminal."""
    pack = load_pack("core")
    shown = render([assess(load_case(CASE, pack), pack)], Wording(), colour=True, width=96)
    console = Console(record=True, width=96, file=io.StringIO())
    console.print(Text.from_ansi(f"$ convenio assess {CASE}\n\n" + shown))
    page = folder / "terminal.html"
    page.write_text(console.export_html(inline_styles=True), encoding="utf-8")
    return page


def take(driver: webdriver.Chrome, page: Path, name: str, width: int, height: int) -> None:
    """Write a picture of a page."""
    driver.set_window_size(width, height)
    driver.get(page.as_uri())
    (PICTURES / f"{name}.png").write_bytes(driver.get_screenshot_as_png())


def run() -> None:
    """Take all pictures."""
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--hide-scrollbars", "--disable-gpu"):
        options.add_argument(flag)
    service = webdriver.ChromeService(executable_path=shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        brief, dashboard = folder / "brief.html", folder / "dashboard.html"
        main(["brief", CASE, "-o", str(brief)])
        main(["brief", CASE, "-o", str(folder / "informe.html"), "--lang", "es"])
        main(["dashboard", "cases", "-o", str(dashboard)])
        take(driver, terminal(folder), "terminal", 1010, 640)
        take(driver, brief, "brief", 960, 1180)
        take(driver, folder / "informe.html", "informe", 960, 1180)
        take(driver, dashboard, "dashboard", 1100, 1000)
    driver.quit()


if __name__ == "__main__":
    run()
