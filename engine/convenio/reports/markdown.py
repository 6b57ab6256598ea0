"""Markdown: a summary for pull requests and wikis."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convenio.assessment.assessment import Assessment
from convenio.assessment.finding import Finding
from convenio.assessment.open_questions import open_questions
from convenio.packs.rule import SEVERITIES
from convenio.reports.context import filled
from convenio.reports.wording import Wording

MAX_QUESTIONS = 20

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~])")


def render(assessments: Sequence[Assessment], wording: Wording) -> str:
    """Return a section for each case: verdict, families, findings, open questions."""
    return "\n\n".join(_section(assessment, wording) for assessment in assessments) + "\n"


def plain(text: str) -> str:
    """Return text that Markdown shows as it is, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def by_severity(findings: Sequence[Finding]) -> list[Finding]:
    """Return flagged findings, the worst first; the pack's order decides between equals."""
    flagged = [f for f in findings if f.is_flag and f.severity is not None]
    return sorted(flagged, key=lambda f: -SEVERITIES.index(f.severity or "low"))


def _section(assessment: Assessment, wording: Wording) -> str:
    case = assessment.case
    presumed = [wording("presumed")] if assessment.presumes else []
    columns = [wording("family"), *presumed, wording("established"), wording("possible")]
    columns += [wording("confidence"), wording("flagged"), wording("not testable")]
    lines = [
        f"# {plain(case.title)}",
        "",
        f"**{wording.verdict_sentence(assessment)}**",
        "",
        f"{wording('Case')} `{case.id}`, {wording('as of')} {wording.date(case.as_of)}; "
        f"{wording('pack')} {assessment.pack.id} {assessment.pack.version}.",
        "",
        f"| {' | '.join(columns)} |",
        "|---" * len(columns) + "|",
    ]
    for name, rating in assessment.families.items():
        counts = assessment.counts(name)
        ratings = [assessment.presumed_families[name]] if assessment.presumes else []
        ratings += [rating.floor, rating.ceiling]
        cells = [wording.family(name), *(wording.ratings[one] for one in ratings)]
        cells += [wording.confidence(assessment.family_confidence(name))]
        cells += [str(counts["flag"]), str(counts["unknown"])]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", f"## {wording('Findings')}", ""]
    flagged = by_severity(assessment.findings)
    lines += [
        f"- **{wording(finding.severity or 'low')}** {finding.rule.id} "
        f"{plain(finding.rule.title)}: "
        f"{plain(wording.because(finding, assessment))}"
        for finding in flagged
    ] or [wording("None is established.")]
    if assessment.presumes:
        lines += ["", f"## {wording('Findings on presumption')}", ""]
        lines += [
            f"- **{wording(severity)}** {rule.id} {plain(rule.title)}: "
            f"{plain(wording.presumed_because(rule, assessment))}"
            for rule, severity in assessment.presumed_findings
        ] or [wording("None.")]
        lines += ["", f"## {wording('Presumptions that carry a rating')}", ""]
        lines += [
            f"- {plain(wording.presumption(one.fact, assessment.pack.catalogue).rstrip('.'))}: "
            f"{plain(one.fact.presumption.because)}"
            for one in assessment.carrying
        ] or [wording("None.")]
    context = filled(assessment, wording)
    if context:
        lines += ["", f"## {wording('From context tables')}", ""]
        lines += [
            f"- {plain(one.label)}: {plain(one.value)} ({plain('; '.join(map(str, one.sources)))})"
            for one in context
        ]
    lines += ["", f"## {wording('Open questions')}", ""]
    questions = open_questions(assessment)
    lines += [
        f"- {plain(wording(question.ask))} (`{question.path}`: {', '.join(question.rules[:6])}"
        f"{', …' if len(question.rules) > 6 else ''})"
        for question in questions[:MAX_QUESTIONS]
    ] or [wording("None.")]
    if len(questions) > MAX_QUESTIONS:
        rest = len(questions) - MAX_QUESTIONS
        lines.append(wording.plural("- and {n} more", "- and {n} more", rest))
    return "\n".join(lines)
