"""The brief: one HTML file that needs no script and fetches nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.follow_up.decision import what_changed
from convenio.reports.blocks import Block
from convenio.reports.brief.changes import what_is_read
from convenio.reports.brief.content import BriefContent
from convenio.reports.brief.embedded import embedded, packed
from convenio.reports.brief.look import PLAIN, Look
from convenio.reports.brief.themes import Theme
from convenio.reports.decisions import decision_blocks
from convenio.reports.json import to_dict
from convenio.reports.live import live_part
from convenio.reports.templates import templates
from convenio.reports.wording import Wording
from convenio.resources import data_folder
from convenio.version import __version__


def render_brief(
    assessment: Assessment,
    wording: Wording | None = None,
    previous: Mapping[str, Any] | None = None,
    recorded: str | None = None,
    look: Look = PLAIN,
) -> str:
    """Return the brief of an assessment as HTML.

    `previous` is the JSON of an earlier assessment of the same case; the brief then says what has
    changed. `recorded` is the hash of the assessment's record in an audit log. `look` is for whom
    and how it is made. The annex is folded and printed only where it is asked for, or after a link
    in the page. The assessment that a live page embeds is packed (`reports.brief.embedded`). The
    same assessment gives the same bytes.

    >>> from convenio import assess, load_case, load_pack
    >>> pack = load_pack("core")
    >>> html = render_brief(assess(load_case("panamax-2014", pack), pack))
    >>> html.startswith("<!doctype html>")
    True
    """
    wording = wording or Wording()
    environment = templates("brief")
    style = (data_folder("reports") / "brief" / "brief.css").read_text(encoding="utf-8")
    dressed = look.theme or Theme()
    style += dressed.style
    content = BriefContent(assessment, wording, previous, look.audience, look.quick)
    sections = content.sections
    document = _data(assessment, wording, previous, recorded, look)
    part = live_part(assessment, wording) if look.live else None
    styles = [style, *(s for one in sections for s in _STYLE.findall(one.chart))]
    if part is not None:
        styles.append(part.style)
    return environment.get_template("brief.html.j2").render(
        _=wording,
        plural=wording.plural,
        view=content.view,
        audience=look.audience,
        theme=dressed,
        advice=content.advice,
        precedent=content.precedent,
        a=assessment,
        case=assessment.case,
        pack=assessment.pack,
        wording=wording,
        language=wording.language,
        version=__version__,
        style=style,
        style_hashes=list(dict.fromkeys(map(_hash_of, styles))),
        scenario_sections=sections,
        data=embedded(packed(document) if look.live else document),
        live=part,
        script_hash=_hash_of(part.script) if part is not None else "",
        decided=_decided(look, assessment, wording),
        recorded=recorded,
        annex_printed=look.annex,
    )


def _decided(look: Look, assessment: Assessment, wording: Wording) -> list[Block]:
    """Return what was decided on the deal, and what has changed since."""
    if look.decision is None:
        return []
    changed = list(what_changed(look.decision, assessment))
    return decision_blocks(look.decision, assessment, changed, wording)


def render_card(title: str, blocks: Sequence[Block], wording: Wording) -> str:
    """Return a card (see `reports.brief.card`) as one HTML file on one sheet."""
    environment = templates("brief")
    style = (data_folder("reports") / "brief" / "brief.css").read_text(encoding="utf-8")
    return environment.get_template("card.html.j2").render(
        _=wording,
        plural=wording.plural,
        title=title,
        blocks=blocks,
        language=wording.language,
        style=style,
        style_hash=_hash_of(style),
    )


def render_page(title: str, blocks: Sequence[Block], wording: Wording) -> str:
    """Return headings, sentences and tables as one HTML file that needs no script.

    >>> "<h1>" in render_page("Two deals", [Block("Ratings", ["None."])], Wording())
    True
    """
    style = (data_folder("reports") / "brief" / "brief.css").read_text(encoding="utf-8")
    template = templates("brief").get_template("page.html.j2")
    return template.render(
        _=wording,
        plural=wording.plural,
        title=title,
        blocks=blocks,
        language=wording.language,
        version=__version__,
        style=style,
        style_hash=_hash_of(style),
    )


_SEARCHING = ("polars", "scipy", "z3")
"""Packages of which sections of the page speak where they are installed."""


def _data(
    assessment: Assessment,
    wording: Wording,
    previous: Mapping[str, Any] | None,
    recorded: str | None,
    look: Look,
) -> dict[str, Any]:
    """Return the assessment, and what else the page was made of, so that it can be made again."""
    made: dict[str, Any] = {"with": [name for name in _SEARCHING if find_spec(name) is not None]}
    made |= look.as_data()
    if recorded is not None:
        made["recorded"] = recorded
    if previous is not None:
        made["previous"] = what_is_read(previous)
    return {**to_dict(assessment, wording), "brief": made}


_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def _hash_of(text: str) -> str:
    """Return how a Content-Security-Policy names a style or script that it allows."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
