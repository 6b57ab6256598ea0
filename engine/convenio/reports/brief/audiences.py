"""What page one says to those who read it: a committee, a minister, the press.

The verdict, the facts, the families and what decides are the same for all; what follows is what
each of them has to do with it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

from convenio.facts.case import StatedFact
from convenio.packs.policy import Rating
from convenio.reports.blocks import Block
from convenio.reports.brief.decision import Decision
from convenio.reports.scenarios.remedies import change_words
from convenio.scenarios.remedies.negotiation import Remedies

if TYPE_CHECKING:
    from convenio.reports.brief.view import BriefView

Audience = Literal["committee", "minister", "press"]
AUDIENCES: tuple[Audience, ...] = ("committee", "minister", "press")

_CHANGES = 3
_SHOWN = 3
_IN_COURT = 2


def advice(audience: Audience, view: BriefView, steps: Sequence[Remedies]) -> list[Block]:
    """Return what page one says to an audience below what decides; each block is a list."""
    blocks = {"committee": _committee, "minister": _minister, "press": _press}[audience]
    return list(blocks(view, steps))


# --- a committee: what to ask, what to ask for --------------------------------------------------


def _committee(view: BriefView, _steps: Sequence[Remedies]) -> Iterator[Block]:
    _ = view.wording
    questions = [_(question.ask) for question in view.first_questions]
    yield Block(_("Questions to put"), questions or [_("None is open.")])
    conditions = [f"{text} ({rule})" for text, rule in view.conditions]
    yield Block(
        _("Conditions the committee could adopt"),
        conditions or [_("None is called for by the findings.")],
    )


# --- a minister: sign or not, what to change, who objects, what a court would say ---------------


def _minister(view: BriefView, steps: Sequence[Remedies]) -> Iterator[Block]:
    _ = view.wording
    yield Block(
        _("To sign or not"), [_signing(view), _("This is advice by the scale of the rules.")]
    )
    yield Block(_("The cheapest changes"), _changes(view, steps))
    yield Block(_("Who has protested, and who may"), _protests(view))
    yield Block(_("What would be hard to defend in court"), _in_court(view))


def _signing(view: BriefView) -> str:
    """Return what the scale of the ratings advises (see `scale` of pack.yaml)."""
    _ = view.wording
    texts: dict[Rating, str] = {
        "not_assessed": _("No advice: no test could be run."),
        "low": _("Sign: nothing was found that would have to be raised."),
        "moderate": _("Sign if the conditions below are met: there is a real concern."),
        "high": _("Do not sign as it stands; sign if the changes below are made."),
        "critical": _("Do not sign: no condition alone mends what was found."),
    }
    return texts[view.assessment.headline]


def _changes(view: BriefView, steps: Sequence[Remedies]) -> list[str]:
    """Return the cheapest changes that reach the nearest lower rating that can be reached."""
    _ = view.wording
    best = next(((step, step.found[0]) for step in steps if step.found), None)
    if best is None:
        return [text for text, _rule in view.conditions] or [_("None is called for.")]
    step, remedy = best
    shown = [
        change_words(change.path, step.base, remedy.assessment, _)
        for change in remedy.changes[:_CHANGES]
    ]
    rest = len(remedy.changes) - len(shown)
    if rest:
        shown.append(_.plural("and {n} more change", "and {n} more changes", rest))
    reached = _("Together they bring the rating to {rating}.")
    if len(remedy.changes) == 1:
        reached = _("It brings the rating to {rating}.")
    return [*shown, reached.format(rating=_.ratings[step.target])]


def _protests(view: BriefView) -> list[str]:
    _ = view.wording
    said = [
        _("Has reacted: {who} ({how}).").format(who=who, how=how) for who, how in _reactions(view)
    ]
    disputes = view.case.facts.get("disputes")
    rivals = dict.fromkeys(
        _.country(other.value, view.pack.catalogue)
        for dispute in (disputes.elements if disputes is not None else ())
        for other in (dispute.fields.get("with"),)
        if other is not None and isinstance(other.value, str)
    )
    if rivals:
        text = _("In a dispute with the recipient or host: {names}.")
        said.append(text.format(names=", ".join(rivals)))
    return said or [_("Nobody, as far as the case file tells.")]


def _reactions(view: BriefView) -> Iterator[tuple[str, str]]:
    """Yield who has reacted and how, each only once."""
    _ = view.wording
    catalogue = view.pack.catalogue
    reactions = view.case.facts.get("reactions")
    found: dict[str, dict[str, None]] = {}
    for reaction in reactions.elements if reactions is not None else ():
        by, kind = reaction.fields.get("by"), reaction.fields.get("kind")
        if by is None or kind is None or by.state != "known" or kind.state != "known":
            continue
        who = _.fact(by, catalogue.resolve("reactions[].by"), catalogue)
        how = _.fact(kind, catalogue.resolve("reactions[].kind"), catalogue)
        found.setdefault(who, {})[how] = None
    for who, ways in list(found.items())[:_SHOWN]:
        yield who, "; ".join(ways)


def _in_court(view: BriefView) -> list[str]:
    """Return the findings that rest on law that binds a party, with that law."""
    _ = view.wording
    said = [
        f"{decision.rule.title}: {view.law.law(decision.rule)[0]}"
        for decision in view.decisions
        if view.law.basis(decision.rule)[1] == "law" and decision.severity in ("high", "critical")
    ]
    return said[:_IN_COURT] or [_("No finding of weight rests on law that binds a party.")]


# --- the press: what is documented, what can be quoted, how to check ----------------------------


def _press(view: BriefView, _steps: Sequence[Remedies]) -> Iterator[Block]:
    _ = view.wording
    documented = [one for one in view.decisions if not one.presumed and one.confidence > 0]
    alleged = [one for one in view.decisions if one.presumed or one.confidence <= 0]
    yield Block(_("Documented"), _titles(documented) or [_("Nothing, as far as the rules go.")])
    yield Block(_("Presumed, or resting on weak sources"), _titles(alleged) or [_("Nothing.")])
    yield Block(_("To quote"), [_quotable(view)])
    yield Block(_("What this does not say"), [view.limits[0], view.limits[-1]])
    check = _("Every fact stands in the annex with its source; the page verifies itself with: {it}")
    command = f"convenio verify brief.html --case {view.case.id}.yaml"
    yield Block(_("How to check it"), [check.format(it=command)])


def _titles(decisions: Sequence[Decision]) -> list[str]:
    return [f"{one.rule.title} ({one.rule.id})" for one in decisions[:_SHOWN]]


def _quotable(view: BriefView) -> str:
    """Return the words of a source behind what decides, else the best documented finding's."""
    _ = view.wording
    for fact in _facts_that_decide(view):
        if fact.provenance.quote and fact.provenance.source:
            at = f", {fact.provenance.at}" if fact.provenance.at else ""
            return f"“{fact.provenance.quote}” ({view.source_title(fact)}{at})"
    for decision in view.decisions:
        if not decision.presumed and decision.clause:
            return f"{decision.because} ({decision.clause})"
    return _("The case file quotes no source on what decides.")


def _facts_that_decide(view: BriefView) -> Iterator[StatedFact]:
    for decision in view.decisions:
        finding = view.assessment.finding(decision.rule.id)
        for leaf in finding.facts if not decision.presumed else ():
            if leaf.fact is not None:
                yield leaf.fact
