"""What the brief proper says, as headings, sentences and tables: for formats other than HTML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.assessment.open_questions import open_questions
from convenio.facts.values import date_from_text
from convenio.follow_up.library import shipped_cases
from convenio.follow_up.precedents import precedents
from convenio.reports.blocks import Block
from convenio.reports.brief.audiences import Audience, advice
from convenio.reports.brief.decision import Decision
from convenio.reports.brief.scenario_sections import ScenarioSections, Section
from convenio.reports.brief.view import BriefView
from convenio.reports.wording import Wording


class BriefContent:
    """The parts of a brief: what a template or another format shows, computed once.

    `previous` is the JSON of an earlier assessment of the same case.
    """

    def __init__(
        self,
        assessment: Assessment,
        wording: Wording,
        previous: Mapping[str, Any] | None = None,
        audience: Audience = "committee",
        quick: bool = False,
    ) -> None:
        self.audience = audience
        # What is redacted would be told by what answers and changes do; the quick search nothing.
        self._searches = not (assessment.redacted or quick)
        self.assessment = assessment
        self.wording = wording
        self._scenarios = ScenarioSections(assessment, wording)
        if not self._searches:
            asked = list(open_questions(assessment))
        else:
            asked = [ranked.question for ranked in self._scenarios.asked.ranked]
        self.view = BriefView(assessment, wording, previous, asked, quick)

    @cached_property
    def sections(self) -> Sequence[Section]:
        """What goes beyond the verdict: answers, scenarios, changes, how firm the rating is.

        None where facts are redacted: all reckon with them, and would tell what they are.
        """
        return self._scenarios.sections if self._searches else ()

    @cached_property
    def precedent(self) -> str:
        """The earlier shipped deal that is most alike, and what became of it; or nothing."""
        _, case = self.wording, self.assessment.case
        found = precedents(case, shipped_cases(self.assessment.pack), 1)
        if not found or self.assessment.redacted:
            return ""
        (one,) = found
        text = _("{deal} ({share} alike)").format(
            deal=one.case.title, share=_.percent(one.likeness)
        )
        if not one.outcome:
            return _("{precedent}; what became of it is not recorded.").format(precedent=text)
        last = one.outcome[-1]
        return _("{precedent}; {date}: {what}").format(
            precedent=text, date=_dated(last.date, _), what=last.what
        )

    @cached_property
    def advice(self) -> list[Block]:
        """What page one says to its audience; without remedies where facts are redacted."""
        steps = self._scenarios.steps if self._searches else ()
        return advice(self.audience, self.view, steps)

    def blocks(self) -> list[Block]:
        """Return the brief proper, in the order of the page."""
        return list(self._blocks())

    def _blocks(self) -> Iterator[Block]:
        _, view, case = self.wording, self.view, self.assessment.case
        summary = [case.summary] if case.summary else []
        yield Block(_("Verdict"), [view.verdict, view.untested, *summary])
        yield Block(_("The deal in five facts"), [], [_("Fact"), _("Value")], view.deal.in_five())
        rows = [*view.approval, (_("Bound by it"), view.bound)]
        rows += [(_("Next date"), text) for text in view.ahead]
        yield Block(_("Is our vote needed?"), [], [_("Question"), _("Answer")], rows)
        yield self._strip()
        yield Block(_("What decides"), list(self._deciding()))
        if self.precedent:
            yield Block(_("Precedent"), [self.precedent])
        yield from self.advice
        yield Block(_("Refused or not answered"), list(self._refused()))
        if view.changes:
            yield Block(_("Changed since the previous version"), view.changes)
        for family in view.families:
            found = [self._found(decision) for decision in family.decisions]
            factors = [f"{_('In its favour')}: {one.rule.title}." for one in family.factors]
            title = f"{family.name}: {family.word}"
            yield Block(title, [family.sentence, *found, *factors])
        for section in self.sections:
            for block in section.short:
                yield Block(section.title, block.sentences, block.columns, block.rows)
        yield Block(_("Limits"), view.limits)
        yield self._signed_off()
        yield Block(_("Provenance"), [], [_("What"), _("Value")], list(self._provenance()))

    def _strip(self) -> Block:
        _, presumes = self.wording, self.assessment.presumes
        columns = [
            _("Family"),
            _("Exposure"),
            _("Controls"),
            *([_("Presumed")] if presumes else []),
        ]
        rows = [
            [
                row.name,
                row.exposure,
                row.controls,
                *([row.presumed_word] if presumes else []),
                row.floor_word,
                row.ceiling_word,
            ]
            for row in self.view.strip
        ]
        return Block(_("By family of risk"), [], [*columns, _("Established"), _("Possible")], rows)

    def _found(self, decision: Decision) -> str:
        _ = self.wording
        presumed = f" ({_('on presumption')})" if decision.presumed else ""
        presumed += f" ({_('one press report')})" if decision.rests_on_press else ""
        severity = _(decision.severity).capitalize()
        rule = decision.rule
        return f"{severity}: {rule.title}{presumed}. {decision.because} ({rule.id})"

    def _deciding(self) -> Iterator[str]:
        _ = self.wording
        for decision in self.view.deciding:
            law = self.view.law.law(decision.rule)
            basis, weight = self.view.law.basis(decision.rule)
            rests = f"{_('Law')}: {law[0]}" if weight == "law" else f"{_('Basis')}: {basis}"
            fix = [
                f"{_('What would fix it')}: {mitigation.text}"
                for mitigation in decision.rule.mitigations[:1]
            ]
            yield " ".join([self._found(decision), rests.removesuffix(".") + ".", *fix])
        if not self.view.deciding:
            yield _("No finding is established.")

    def _refused(self) -> Iterator[str]:
        _, view = self.wording, self.view
        for fact in view.refused:
            yield f"{view.label(fact.path)}: {_('refused by the parties')}."
        for fact in view.asked:
            yield f"{view.label(fact.path)}: {_('asked, not answered')}."
        if not view.refused and not view.asked:
            yield _("The case file records no refusal and no unanswered request.")

    def _signed_off(self) -> Block:
        _ = self.wording
        columns = [_("Finding"), _("Owner"), _("Decision")]
        columns.append(_("Reason, if the advice is overruled"))
        grave = [f for f in self.view.flagged if f.severity in ("critical", "high")]
        names = [*(f"{f.rule.id} {f.rule.title}" for f in grave), _("The brief as a whole")]
        return Block(_("Sign-off"), [], columns, [[name, "", "", ""] for name in names])

    def _provenance(self) -> Iterator[list[str]]:
        _, case, pack = self.wording, self.assessment.case, self.assessment.pack
        yield [_("As of"), _.date(case.as_of)]
        yield [_("Authors"), ", ".join(case.authors) or _("not named")]
        yield [_("Second reader"), case.second_reader or _("none yet")]
        yield [_("The ministry's reply"), case.reply or _("none")]
        yield [_("Case"), f"{case.id} {case.digest}"]
        yield [_("Pack"), f"{pack.id} {pack.version} {pack.digest}"]


def _dated(text: str, wording: Wording) -> str:
    """Return a date of an outcome in words; what is none stands as it is written."""
    try:
        return wording.date(date_from_text(text))
    except ValueError:
        return text
