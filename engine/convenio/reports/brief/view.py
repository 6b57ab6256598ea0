"""Prepares an assessment for the brief: everything a template shows, already in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.assessment.finding import Finding
from convenio.assessment.open_questions import OpenQuestion, open_questions, refused_facts
from convenio.assessment.presumed import PresumedFact
from convenio.errors import shorten
from convenio.facts.case import CONFIDENCE_ORDER, StatedFact
from convenio.facts.paths import owner_of
from convenio.language.syntax import unparse
from convenio.language.trace import Leaf
from convenio.packs.policy import Rating
from convenio.packs.rule import SEVERITIES, Rule, Severity
from convenio.reports.brief.changes import changes_since
from convenio.reports.brief.dates_ahead import dates_ahead
from convenio.reports.brief.deal_facts import DealFacts
from convenio.reports.brief.decision import Decision
from convenio.reports.brief.family_strip import FamilyRow, family_rows
from convenio.reports.brief.site_map import SiteMap, site_map
from convenio.reports.brief.timeline import Event, timeline
from convenio.reports.condition_words import ConditionWords, Outline
from convenio.reports.context import FilledFact, filled
from convenio.reports.law import LawWords
from convenio.reports.markdown import by_severity
from convenio.reports.wording import Wording

DECIDING = 3
QUESTIONS_ON_PAGE_ONE = 4
CONDITIONS_ON_PAGE_ONE = 3
DATES_ON_PAGE_ONE = 2
SENTENCES_ON_PAGE_ONE = 2
_BETWEEN_SENTENCES = re.compile(r"(?<=[.!?]) (?=[A-ZÀ-Ý¿¡])")
FINDINGS_OF_A_FAMILY = 5
"""Findings of one family that the brief tells; with more, four sheets do not hold it."""


@dataclass(frozen=True, slots=True)
class FamilyView:
    """One family in the brief: its rating in words, the findings that weigh most, what helps.

    `more` says how many findings the annex alone shows.
    """

    key: str
    name: str
    rating: Rating
    word: str
    sentence: str
    decisions: Sequence[Decision]
    more: int
    factors: Sequence[Finding]


class BriefView:
    """Answers what the templates ask. It words and sorts; it decides nothing.

    `asked` are the open facts, those first whose answer would do most.
    """

    def __init__(
        self,
        assessment: Assessment,
        wording: Wording,
        previous: Mapping[str, Any] | None,
        asked: Sequence[OpenQuestion],
        quick: bool = False,
    ) -> None:
        self.quick = quick
        self.assessment = assessment
        self.wording = wording
        self.case = assessment.case
        self.pack = assessment.pack
        self.previous = previous
        self.flagged = by_severity(assessment.findings)
        self.questions = open_questions(assessment)
        self.first_questions = asked[:QUESTIONS_ON_PAGE_ONE]
        self.deal = DealFacts(
            assessment.case, assessment.pack.catalogue, wording, assessment.pack.currency
        )
        self.law = LawWords(assessment, wording)
        self._catalogue = assessment.pack.catalogue

    @cached_property
    def flagged_rules(self) -> tuple[Rule, ...]:
        """The rules that are flagged on what is established; each has its place in the annex."""
        return tuple(finding.rule for finding in self.flagged)

    # --- page one ------------------------------------------------------------------------

    @property
    def verdict(self) -> str:
        """The verdict sentence."""
        return self.wording.verdict_sentence(self.assessment)

    @property
    def untested(self) -> str:
        """How many rules could not be tested."""
        count = sum(f.verdict == "unknown" for f in self.assessment.findings)
        return self.wording.plural(
            "{n} rule could not be tested, because facts are missing.",
            "{n} rules could not be tested, because facts are missing.",
            count,
        )

    @property
    def deciding(self) -> list[Decision]:
        """What decides: the worst findings; of equals what is established, law, firm evidence."""
        return self.decisions[:DECIDING]

    @cached_property
    def decisions(self) -> list[Decision]:
        """All findings, established or presumed; the first decide."""
        presumed = [self._presumed(*found) for found in self.assessment.presumed_findings]
        worse = {decision.rule.id for decision in presumed}
        stated = [self._established(f) for f in self.flagged if f.rule.id not in worse]

        def key(decision: Decision) -> tuple[int, bool, bool, int]:
            is_opinion = self.law.basis(decision.rule)[1] == "opinion"
            severity = -SEVERITIES.index(decision.severity)
            return severity, decision.presumed, is_opinion, -decision.confidence

        return sorted([*stated, *presumed], key=key)

    @staticmethod
    def in_short(because: str) -> str:
        """Return the first sentences of a reason; page one has no room for more than two."""
        sentences = _BETWEEN_SENTENCES.split(because)
        return " ".join(sentences[:SENTENCES_ON_PAGE_ONE])

    @property
    def limits(self) -> list[str]:
        """What a brief can't say."""
        _ = self.wording
        not_searched = _(
            "What answers and other terms would do, and how firm the rating is, was not searched "
            "for this brief."
        )
        return [
            _(
                "This brief tests what the case file states against published rules. It does not "
                "establish facts, and it is not legal advice."
            ),
            _(
                "A rule that is clear says that its condition is not met on the stated facts, not "
                "that there is no risk."
            ),
            _(
                "Floor and ceiling are bounds: the floor counts what is certain, the ceiling "
                "everything that open facts leave possible."
            ),
            _(
                "Thresholds marked as judgement are the opinion of the authors of the rules; whose "
                "law is applied is said with each rule."
            ),
            _(
                "Law is what bound a party of the deal on its date, as the register of laws of the "
                "rules has it; the register says what nobody has checked."
            ),
            *([not_searched] if self.quick else []),
            _("The rating is of the deal, never of a country."),
        ]

    @property
    def families(self) -> list[FamilyView]:
        """Each family in prose; of its findings those that weigh most."""
        return [self._family(name) for name in self.assessment.families]

    def _family(self, name: str) -> FamilyView:
        readings = self.assessment.readings(name)
        rating = readings.presumed if self.assessment.presumes else readings.floor
        decisions = [one for one in self.decisions if one.rule.family == name]
        counts = self.assessment.counts(name)
        _ = self.wording
        run = counts["flag"] + counts["clear"]
        tests = _("Of {all} tests that apply {run} could be run.").format(
            all=run + counts["unknown"], run=run
        )
        return FamilyView(
            key=name,
            name=_.family(name),
            rating=rating,
            word=_.ratings[rating],
            sentence=" ".join([*_.family_sentences(readings, self.assessment.presumes), tests]),
            decisions=decisions[:FINDINGS_OF_A_FAMILY],
            more=max(0, len(decisions) - FINDINGS_OF_A_FAMILY),
            factors=[
                finding
                for finding in self.factors
                if finding.rule.family == name and finding.verdict == "flag"
            ],
        )

    def _established(self, finding: Finding) -> Decision:
        confidence = CONFIDENCE_ORDER.index(finding.confidence) if finding.confidence else -1
        return Decision(
            finding.rule,
            finding.severity or "low",
            self.because(finding),
            self.clause(finding),
            confidence,
            rests_on_press=self._rests_on_press(finding),
        )

    def _rests_on_press(self, finding: Finding) -> bool:
        """Tell whether the facts behind a finding stand in one report of the press alone."""
        facts = [leaf.fact for leaf in finding.facts if leaf.fact is not None]
        known = [fact for fact in facts if fact.state == "known" and not fact.from_context]
        keys = {fact.provenance.source for fact in known} - {None}
        if len(keys) != 1:
            return False
        source = self.case.sources.get(keys.pop() or "")
        return source is not None and source.kind == "press"

    def _presumed(self, rule: Rule, severity: Severity) -> Decision:
        because = self.wording.presumed_because(rule, self.assessment)
        return Decision(rule, severity, because, presumed=True)

    @property
    def filled(self) -> list[FilledFact]:
        """What context tables filled."""
        return filled(self.assessment, self.wording)

    @property
    def presumptions(self) -> list[tuple[PresumedFact, str]]:
        """What is presumed, with the families whose rating rests on it; those first that carry."""
        carried = {one.fact.path: one.families for one in self.assessment.carrying}
        named = [
            (fact, ", ".join(map(self.wording.family, carried.get(fact.path, ()))))
            for fact in self.assessment.presumptions_used
        ]
        return sorted(named, key=lambda one: not one[1])

    @property
    def warnings(self) -> list[str]:
        """What the case file leaves unexplained, each from its line on."""
        return [warning.removeprefix(f"{self.case.file}:") for warning in self.case.warnings]

    @property
    def refused(self) -> tuple[StatedFact, ...]:
        """Facts that the parties refuse."""
        return refused_facts(self.assessment)

    @property
    def asked(self) -> list[StatedFact]:
        """Facts that were asked for and not answered."""
        return [fact for fact in self.case.walk() if fact.state == "asked"]

    @property
    def approval(self) -> list[tuple[str, str]]:
        """Whose approval the law requires, and what has become of it."""
        paths = ("law.approval_required", "law.approval_status", "law.court_review")
        declared = [path for path in paths if path in self._catalogue.facts]
        stated = [path for path in declared if path in self.case.facts]
        # In sentences the first that is not known says enough; beside labels all are listed.
        shown = (stated or declared[:1]) if self._catalogue.has_sentences else declared
        return [(self.wording.label(path, self._catalogue), self.deal.of(path)) for path in shown]

    @property
    def conditions(self) -> list[tuple[str, str]]:
        """Conditions that a committee could adopt: mitigations of the worst findings."""
        found: dict[str, str] = {}
        rules = [decision.rule for decision in self.deciding]
        for rule in (*rules, *(finding.rule for finding in self.flagged)):
            for mitigation in rule.mitigations[:1]:
                found.setdefault(mitigation.text, rule.id)
        return list(found.items())[:CONDITIONS_ON_PAGE_ONE]

    @property
    def bound(self) -> str:
        """Who is bound by the deal: the states and bodies that take part in it."""
        _ = self.wording
        names = [_.country(code, self._catalogue) for code in self.assessment.countries]
        return ", ".join(names) or _("not known")

    @cached_property
    def ahead(self) -> list[str]:
        """The next days on which something has to be decided, or happens by itself."""
        _ = self.wording
        found = dates_ahead(self.case, _)[:DATES_ON_PAGE_ONE]
        return [
            _("{date}: {what}.").format(date=_.date(day), what=what) for day, what in found
        ] or [_("The case file tells of no date ahead.")]

    @property
    def strip(self) -> list[FamilyRow]:
        """The family strip: what makes harm likely, what holds it down, what is left."""
        return family_rows(self.assessment, self.decisions, self.factors, self.wording)

    @cached_property
    def sites(self) -> SiteMap | None:
        """The map of the places that the case tells of."""
        return site_map(self.assessment, self.wording)

    @cached_property
    def changes(self) -> list[str]:
        """What changed since the previous assessment, where one was given."""
        if self.previous is None:
            return []
        return changes_since(self.previous, self.assessment, self.wording)

    # --- findings ------------------------------------------------------------------------

    def because(self, finding: Finding) -> str:
        """Return a finding's reason with the facts filled in."""
        return self.wording.because(finding, self.assessment)

    def clause(self, finding: Finding) -> str:
        """Return the pinpoint of the best-placed fact behind a finding."""
        for leaf in finding.facts:
            if leaf.fact and leaf.fact.provenance.source and leaf.fact.provenance.at:
                label = self.wording.label(leaf.path, self._catalogue)
                title = shorten(self.source_title(leaf.fact), 70)
                return f"{label}: {title}, {shorten(leaf.fact.provenance.at, 50)}"
        return self.wording("no pinpoint in the case file")

    def conditions_of(self, finding: Finding) -> list[tuple[str, Outline, str, str]]:
        """Return each level's condition in words and as text, with its truth."""
        words = {True: "true", False: "false", None: "unknown"}
        read_out = ConditionWords(self.pack, self.wording).outline
        return [
            (
                severity or "in force",
                read_out(trace.node),
                unparse(trace.node),
                words[trace.truth],
            )
            for severity, trace in reversed(finding.levels)
        ]

    def fact_row(self, leaf: Leaf) -> dict[str, Any]:
        """Return one fact behind a finding: label, value, line, source, pinpoint, words."""
        fact = leaf.fact
        provenance = fact.provenance if fact else None
        return {
            "label": self.wording.label(leaf.path, self._catalogue),
            "path": leaf.path,
            "value": self.wording.cell(fact, leaf.path, self._catalogue),
            "line": fact.position.line if fact and fact.position.line else None,
            "source": self.source_title(fact) if fact else "",
            "at": provenance.at if provenance else None,
            "quote": provenance.quote if provenance else None,
            "note": provenance.note if provenance else None,
            "grade": self._grade(fact),
            "disclosed": fact.disclosed if fact else True,
            "from_context": bool(fact and fact.from_context),
            "unread": self._needs_second_reader(leaf),
        }

    def _grade(self, fact: StatedFact | None) -> str:
        """Return how far a source is reliable (A to F) and a claim credible (1 to 6): `B2`."""
        if fact is None:
            return ""
        source = self.case.sources.get(fact.provenance.source or "")
        reliability = source.reliability if source is not None else None
        credibility = fact.provenance.credibility
        if reliability is None and credibility is None:
            return ""
        return f"{reliability or '–'}{credibility or '–'}"

    def _needs_second_reader(self, leaf: Leaf) -> bool:
        declaration = self._catalogue.resolve(leaf.path)
        judged = declaration is not None and declaration.answer_from == "judgement"
        fact = leaf.fact
        return bool(judged and fact and fact.state == "known" and not fact.provenance.checked_by)

    def source_title(self, fact: StatedFact) -> str:
        """Return the title of a fact's source, or its key where it is not declared."""
        key = fact.provenance.source
        if not key:
            return ""
        return self.case.sources[key].title if key in self.case.sources else key

    @property
    def matrix(self) -> list[tuple[str, list[tuple[str, list[str]]]]]:
        """Severity by confidence: for each severity and confidence the rules found so."""
        return [
            (
                severity,
                [
                    (
                        confidence,
                        [
                            f.rule.id
                            for f in self.flagged
                            if f.severity == severity and f.confidence == confidence
                        ],
                    )
                    for confidence in CONFIDENCE_ORDER
                ],
            )
            for severity in reversed(SEVERITIES)
        ]

    # --- the rest ------------------------------------------------------------------------

    def question_state(self, question: OpenQuestion) -> str:
        """Word the state of an open question."""
        _ = self.wording
        return {
            "unknown": _("not known"),
            "asked": _("asked, not answered"),
            "undisclosed": _("refused"),
            "conflict": _("sources differ"),
            "incomplete": _("list not complete"),
            "imprecise": _("day not known"),
        }[question.state]

    def label(self, path: str) -> str:
        """Return the name of a fact."""
        return self.wording.label(path, self._catalogue)

    def value(self, fact: StatedFact | None) -> str:
        """Word a stated fact."""
        if fact is None:
            return self.wording("not known")
        return self.wording.fact(fact, self._catalogue.resolve(fact.path), self._catalogue)

    def ask_whom(self, question: OpenQuestion) -> str:
        """Return where the answer is found."""
        _ = self.wording
        places = {
            "text": _("the text of the deal"),
            "record": _("public record"),
            "ministry": _("the ministry"),
            "context": _("reference tables"),
            "judgement": _("the analyst"),
        }
        source = question.declaration.answer_from if question.declaration else None
        if source is None and "[" in question.path:
            owner = self._catalogue.facts[owner_of(question.path)]
            source = owner.answer_from
        return places.get(source or "", "–")

    def with_verdict(self, verdict: str) -> list[Finding]:
        """Return findings of risk and compound rules with a verdict, in the pack's order."""
        return [
            f
            for f in self.assessment.findings
            if f.verdict == verdict and f.rule.kind != "mitigating"
        ]

    @property
    def factors(self) -> list[Finding]:
        """Mitigating factors that apply, those in force first."""
        found = [
            f
            for f in self.assessment.findings
            if f.rule.kind == "mitigating" and f.verdict in ("flag", "unknown")
        ]
        return sorted(found, key=lambda f: f.verdict != "flag")

    @property
    def conflicts(self) -> list[dict[str, Any]]:
        """Facts on which sources differ: the values, and which was taken and why."""
        return [
            {
                "label": self.label(fact.path),
                "candidates": [
                    (
                        self.wording.value(
                            c.value, self._catalogue.resolve(fact.path), self._catalogue
                        ),
                        self.source_title(
                            StatedFact(fact.path, "known", fact.position, provenance=c.provenance)
                        ),
                        c.provenance.at,
                    )
                    for c in fact.candidates
                ],
                "taken": self.value(fact) if fact.state == "known" else None,
                "because": fact.because,
            }
            for fact in self.case.walk()
            if fact.candidates
        ]

    @property
    def events(self) -> list[Event]:
        """Dated facts for the timeline, in order."""
        return timeline(self.assessment, self.wording)
