"""Second readers, decisions and precedents in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.facts.plain import said
from convenio.facts.values import date_from_text
from convenio.follow_up.decision import Decision
from convenio.follow_up.precedents import Precedent
from convenio.follow_up.review import Review
from convenio.reports.blocks import Block
from convenio.reports.scenarios.compare import rating_words
from convenio.reports.wording import Wording

# --- two readers --------------------------------------------------------------------------------


def review_blocks(found: Review, wording: Wording) -> list[Block]:
    """Return where two readings differ, those differences first on which a verdict hangs."""
    _ = wording
    catalogue = found.first.pack.catalogue
    by = [", ".join(one.case.authors) for one in (found.first, found.second)]
    if by[0] == by[1] or not all(by):
        by = [found.first.case.file, found.second.case.file]
    weigh = sum(one.matters for one in found.differences)
    head = [
        _.plural("{n} fact is read alike.", "{n} facts are read alike.", len(found.agreed)),
        _.plural("{n} fact is read otherwise.", "{n} facts are read otherwise.",
                 len(found.differences)),
        _.plural("On {n} of them a verdict hangs.", "On {n} of them a verdict hangs.", weigh),
    ]  # fmt: skip
    ratings = [[_("Overall"), *(rating_words(one, _) for one in (found.first, found.second))]]
    rows = [
        [
            _.label(one.change.path, catalogue),
            _.cell(one.change.before, one.change.path, catalogue),
            _.cell(one.change.after, one.change.path, catalogue),
            ", ".join(one.rules) or "–",
            _.ratings[one.rating],
        ]
        for one in found.differences
    ]
    columns = [_("fact"), *by, _("rules that move"), _("rating with the second reading")]
    families = [
        [
            _.family(one.family),
            _("{same} of {all}").format(same=_.number(one.same), all=_.number(one.verdicts)),
            "–" if one.kappa is None else _.number(round(one.kappa, 2)),
        ]
        for one in found.families
    ]
    blocks = [
        Block(_("Two readings"), head, ["", *by], ratings),
        Block(_("Where they differ"), [] if rows else [_("Nowhere.")], columns, rows),
        Block(
            _("Agreement by family"),
            [_("Of verdicts of rules that apply in either reading. Cohen's kappa takes away what "
               "chance would give; it is left out where there are fewer than ten.")],
            [_("family"), _("same verdicts"), _("kappa")],
            families,
        ),
    ]  # fmt: skip
    if found.unread:
        names = "; ".join(_.label(path, catalogue) for path in found.unread)
        text = _("Judgements that neither file has checked: {names}.").format(names=names)
        blocks.append(Block(_("Without a second reader"), [text]))
    return blocks


def review_data(found: Review) -> dict[str, Any]:
    """Return a review as plain dicts and lists."""
    return {
        "schema": "convenio/review/1",
        "agreed": list(found.agreed),
        "differences": [
            {
                "path": one.change.path,
                "first": said(one.change.before),
                "second": said(one.change.after),
                "rules": list(one.rules),
                "rating": one.rating,
            }
            for one in found.differences
        ],
        "families": [
            {"family": one.family, "verdicts": one.verdicts, "same": one.same, "kappa": one.kappa}
            for one in found.families
        ],
        "unread": list(found.unread),
    }


# --- decisions ----------------------------------------------------------------------------------


def decision_blocks(
    decision: Decision, assessment: Assessment, changed: Sequence[str], wording: Wording
) -> list[Block]:
    """Return a decision, and what has changed since."""
    _ = wording
    choices = {
        "approve": _("approved"),
        "conditions": _("approved under conditions"),
        "decline": _("declined"),
    }
    by = f"{decision.by}, {decision.role}" if decision.role else decision.by
    rows = [
        [_("Decision"), choices[decision.decision]],
        [_("On"), _.date(decision.on)],
        [_("By"), by],
        [_("Rating then"), _.ratings[decision.rating]],
        [_("Whose decision the pack asks for"), decision.approval or "–"],
        [_("Reason"), decision.reason],
    ]
    if decision.overrules:
        rows.append([_("Advice"), _("The decision goes against the advice.")])
    blocks = [Block(_("Decision"), [], [_("What"), _("Value")], rows)]
    if decision.conditions:
        blocks.append(Block(_("Conditions"), decision.conditions))
    if decision.dissent:
        text = _("{who} disagreed: {reason}")
        said_ = [text.format(who=one.by, reason=one.reason) for one in decision.dissent]
        blocks.append(Block(_("Dissent"), said_))
    if decision.replies:
        titles = assessment.pack.by_id
        answered = [
            [f"{one.rule} {titles[one.rule].title}" if one.rule in titles else one.rule, one.reply]
            for one in decision.replies
        ]
        columns = [_("Finding"), _("The ministry's reply")]
        blocks.append(Block(_("Replies"), [], columns, answered))
    stands = [_("All that it rests on is as it was.")]
    blocks.append(Block(_("Does it still stand?"), [_(one) for one in changed] or stands))
    return blocks


# --- precedents ---------------------------------------------------------------------------------


def precedent_blocks(
    found: Sequence[Precedent], assessed: Sequence[Assessment], wording: Wording
) -> list[Block]:
    """Return precedents: what was alike, what differed, how they are rated, what became of them."""
    _ = wording
    measure = _(
        "Alike is measured by elements (weight 3), presence of foreign personnel (2), legal form, "
        "purposes and providers (1 each); ratings do not count."
    )
    if not found:
        return [Block(_("Precedents"), [measure, _("No earlier deal of the library is alike.")])]
    rows = [
        [
            one.case.title,
            _.percent(one.likeness),
            _features(one.alike, assessment, _),
            _features(one.differ, assessment, _),
            rating_words(assessment, _),
        ]
        for one, assessment in zip(found, assessed, strict=True)
    ]
    columns = [_("deal"), _("alike"), _("what is alike"), _("what differs"), _("rating")]
    blocks = [Block(_("Precedents"), [measure], columns, rows)]
    for one in found:
        became = [f"{_.date(date_from_text(event.date))}: {event.what}" for event in one.outcome]
        nothing = [_("Nothing is recorded up to the date of the case.")]
        title = _("What became of it: {deal}").format(deal=one.case.title)
        blocks.append(Block(title, became or nothing))
    return blocks


def _features(names: Sequence[str], assessment: Assessment, wording: Wording) -> str:
    catalogue = assessment.pack.catalogue
    words = [
        wording("Providers") if name == "providers" else wording.label(name, catalogue)
        for name in names
    ]
    return "; ".join(words) or "–"


def precedent_data(found: Sequence[Precedent]) -> dict[str, Any]:
    """Return precedents as plain dicts and lists."""
    return {
        "schema": "convenio/precedents/1",
        "precedents": [
            {
                "case": one.case.id,
                "title": one.case.title,
                "as_of": one.case.as_of.isoformat(),
                "likeness": round(one.likeness, 4),
                "alike": list(one.alike),
                "differ": list(one.differ),
                "outcome": [{"date": event.date, "what": event.what} for event in one.outcome],
            }
            for one in found
        ],
    }
