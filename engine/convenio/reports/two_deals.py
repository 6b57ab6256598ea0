"""Two deals side by side, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.facts.case import StatedFact
from convenio.facts.plain import said
from convenio.reports.blocks import Block
from convenio.reports.json import rating_data
from convenio.reports.scenarios.compare import rating_words, rule_data, rule_rows
from convenio.reports.wording import Wording
from convenio.scenarios.two_deals import TwoDeals

SCHEMA = "convenio/two-deals/1"


def blocks(found: TwoDeals, wording: Wording) -> list[Block]:
    """Return ratings, terms that differ, rules that moved, and what only one deal states."""
    _ = wording
    titles = [found.first.case.title, found.second.case.title]
    none = [_("None.")]
    terms = [
        [
            _.label(change.path, found.first.pack.catalogue),
            _words(change.before, change.path, found.first, _),
            _words(change.after, change.path, found.second, _),
        ]
        for change in found.differ
    ]
    # What could be tested of one deal alone says little of either.
    moved = [one for one in found.rules if "flag" in (one.before.verdict, one.after.verdict)]
    rules = rule_rows(found.first, moved, _)
    rest = len(found.rules) - len(moved)
    others = [
        _.plural(
            "{n} more rule is flagged in neither and could be tested in one of them only.",
            "{n} more rules are flagged in neither and could be tested in one of them only.",
            rest,
        )
    ]
    columns = [_("rule"), *titles, _("through")]
    alike = _.plural("{n} term is stated alike.", "{n} terms are stated alike.", len(found.same))
    return [
        _ratings(found, titles, _),
        Block(_("Terms that differ"), [alike], [_("term"), *titles], terms),
        Block(_("Rules that moved"), [*(none if not rules else ()), *others], columns, rules),
        _only(found.first, found.first_only, _),
        _only(found.second, found.second_only, _),
    ]


def _ratings(found: TwoDeals, titles: Sequence[str], wording: Wording) -> Block:
    _ = wording
    both = (found.first, found.second)
    rows = [[_("Overall"), *(rating_words(one, _) for one in both)]]
    rows += [
        [_.family(name), *(rating_words(one, _, name) for one in both)]
        for name in found.first.families
    ]
    dates = [_.date(one.case.as_of) for one in both]
    rows.append([_("As of"), *dates])
    return Block(_("Ratings"), [], [_("family"), *titles], rows)


def _only(assessment: Assessment, facts: Sequence[StatedFact], wording: Wording) -> Block:
    _ = wording
    rows = [
        [_.label(fact.path, assessment.pack.catalogue), _words(fact, fact.path, assessment, _)]
        for fact in facts
    ]
    title = _("Stated only of: {deal}").format(deal=assessment.case.title)
    return Block(title, [] if rows else [_("Nothing.")], [_("term"), _("value")], rows)


def _words(fact: StatedFact | None, path: str, assessment: Assessment, wording: Wording) -> str:
    catalogue = assessment.pack.catalogue
    if fact is None or not fact.elements:
        return wording.cell(fact, path, catalogue)
    record = catalogue.records[catalogue.facts[path].type.record]
    entries = [
        ", ".join(
            wording.fact(inner, record[name], catalogue)
            for name, inner in element.fields.items()
            if inner.state == "known" and name in record
        )
        for element in fact.elements
    ]
    return "; ".join(entry or wording("not described") for entry in entries)


def to_dict(found: TwoDeals) -> dict[str, Any]:
    """Return the comparison as plain dicts and lists."""
    return {
        "schema": SCHEMA,
        "deals": [
            {"case": one.case.id, "as_of": one.case.as_of.isoformat(), "rating": rating_data(one)}
            for one in (found.first, found.second)
        ],
        "differ": [
            {"path": change.path, "first": said(change.before), "second": said(change.after)}
            for change in found.differ
        ],
        "same": list(found.same),
        "first_only": [{"path": fact.path, "value": said(fact)} for fact in found.first_only],
        "second_only": [{"path": fact.path, "value": said(fact)} for fact in found.second_only],
        "rules": [rule_data(changed) for changed in found.rules],
    }
