"""Writes the dashboard: one HTML file that fetches nothing and whose script is an enhancement."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from urllib.parse import quote

from convenio.packs.pack import Pack
from convenio.reports.brief.embedded import embedded
from convenio.reports.dashboard.portfolio import Portfolio
from convenio.reports.dashboard.table import columns, packed
from convenio.reports.dashboard.view import DashboardView
from convenio.reports.templates import templates
from convenio.reports.wording import Wording
from convenio.resources import data_folder
from convenio.version import __version__

SHOWN = 100
"""Cases on one leaf of the table; of those with the worst rating the page itself holds so many."""


def render_dashboard(
    portfolio: Portfolio,
    pack: Pack,
    wording: Wording | None = None,
    briefs: str = "",
    linked: Iterable[str] = (),
) -> str:
    """Return a portfolio as HTML; the same portfolio gives the same bytes.

    `linked` are the cases of which a brief stands in the folder `briefs`, written as the page sees
    it. `pack` says what rules and facts are called.

    >>> from convenio import load_pack
    >>> page = render_dashboard(Portfolio(()), load_pack("core"))
    >>> page.startswith("<!doctype html>")
    True
    """
    wording = wording or Wording()
    environment = templates("dashboard")
    folder = data_folder("reports") / "dashboard"
    style = (folder / "dashboard.css").read_text(encoding="utf-8")
    script = (folder / "dashboard.js").read_text(encoding="utf-8")
    known = frozenset(linked)
    links = f"./{quote(briefs)}/" if briefs else "./"
    # Browsers write es-CO where Unicode's locale data write es_CO.
    language = wording.language.replace("_", "-")
    view = DashboardView(portfolio, pack, wording, links, known, SHOWN)
    data = {
        "cases": packed(portfolio, known),
        "families": list(portfolio.families),
        "columns": columns(portfolio),
        "has": view.has,
        "unread": [[one.name, one.message] for one in portfolio.unread],
        "links": links,
        "shown": SHOWN,
        "language": language,
        "words": view.words_of_script(),
    }
    return environment.get_template("dashboard.html.j2").render(
        _=wording,
        plural=wording.plural,
        view=view,
        portfolio=portfolio,
        wording=wording,
        language=language,
        version=__version__,
        style=style,
        script=script,
        style_hash=_hash_of(style),
        script_hash=_hash_of(script),
        data=embedded(data),
    )


def _hash_of(text: str) -> str:
    """Return how a Content-Security-Policy names a style or script that it allows."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
