"""One rule as a page of text: what it tests, in words and as written, and on what it rests."""

from __future__ import annotations

import re
from collections.abc import Iterator

from convenio.language import syntax as s
from convenio.packs.pack import Pack
from convenio.packs.rule import PLACEHOLDER, Rule
from convenio.reports.condition_words import ConditionWords
from convenio.reports.law import basis_words
from convenio.reports.wording import Wording

_WIDTH = 12


def rule_page(rule: Rule, pack: Pack, wording: Wording) -> str:
    """Return all that a rule says. Conditions are read out; the code stands below.

    >>> from convenio import load_pack
    >>> pack = load_pack("core")
    >>> rule_page(pack.by_id["SOV-003"], pack, Wording()).splitlines()[0]
    "SOV-003  Visiting personnel outside the host's courts"
    """
    return "\n".join(_lines(rule, pack, wording))


def _lines(rule: Rule, pack: Pack, wording: Wording) -> Iterator[str]:
    _ = wording
    yield f"{rule.id}  {rule.title}"
    yield rule.statement
    yield ""
    yield _row(_("family"), f"{_.family(rule.family)} ({_(rule.kind)})")
    if rule.applies == s.TRUE:
        yield _row(_("applies"), _("to every deal"))
    else:
        yield from _condition(_("applies"), rule.applies, pack, wording)
    for version in rule.versions:
        if rule.dated:
            since = _.date(version.since) if version.since else "…"
            until = _.date(version.until) if version.until else "…"
            period = _("{start} to {end}").format(start=since, end=until)
            yield _row(_("in force"), period)
        for level in reversed(version.levels):
            name = _(level.severity or "in force")
            yield from _condition(name, level.condition, pack, wording)
    yield _row(_("tells"), _told(rule, pack, wording))
    yield _row(_("article"), f"{rule.article.section} / {rule.article.heading}")
    basis = basis_words(wording)[rule.threshold.basis]
    yield _row(_("threshold"), f"{basis}: {rule.threshold.source}")
    if rule.national_law:
        yield _row(_("law of"), _.country(rule.national_law, pack.catalogue))
    if rule.own_law:
        subjects = ", ".join(_(subject.replace("_", " ")) for subject in rule.own_law)
        text = _("the constitutions of the deal's own parties on {subjects}")
        yield _row(_("own law"), text.format(subjects=subjects))
    for reference in rule.references:
        yield _row(_("reference"), f"{_(reference.kind.replace('_', ' '))}: {reference.citation}")
    for mitigation in rule.mitigations:
        yield _row(_("mitigation"), mitigation.text)
    yield _row(_("tests"), _.number(len(rule.tests)))


def _told(rule: Rule, pack: Pack, wording: Wording) -> str:
    """Return a rule's `because` with the names of the facts that it tells of."""

    def named(match: re.Match[str]) -> str:
        return f"‹{wording.label(match.group(1), pack.catalogue)}›"

    return PLACEHOLDER.sub(named, rule.because)


def _condition(name: str, node: s.Expression, pack: Pack, wording: Wording) -> Iterator[str]:
    code = s.unparse(node)
    if not pack.catalogue.has_sentences:
        yield _row(name, code)
        return
    first, *rest = ConditionWords(pack, wording).outline(node).lines()
    yield _row(name, first)
    yield from (_row("", line) for line in rest)
    yield _row("", f"[{code}]")


def _row(name: str, text: str) -> str:
    return f"{name:<{_WIDTH}} {text}"
