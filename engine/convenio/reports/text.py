"""The picture in the terminal: family strip, findings by severity, open questions."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from convenio.assessment.assessment import Assessment
from convenio.assessment.finding import Finding
from convenio.assessment.open_questions import open_questions, refused_facts
from convenio.language.trace import Leaf
from convenio.packs.policy import RATINGS, Rating, rank
from convenio.packs.rule import severity_number
from convenio.reports.blocks import terminal
from convenio.reports.context import filled
from convenio.reports.markdown import by_severity
from convenio.reports.wording import N_, Wording

MAX_FACTS = 6
MAX_QUESTIONS = 8

_STYLES = {
    "critical": "bold white on red",
    "high": "bold red",
    "moderate": "yellow",
    "medium": "yellow",
    "low": "green",
    "not_assessed": "dim",
}


def render(
    assessments: Sequence[Assessment], wording: Wording, colour: bool = False, width: int = 100
) -> str:
    """Return the report; `colour` adds terminal colours, `width` is in columns."""
    console, written = terminal(colour, width)
    for number, assessment in enumerate(assessments):
        if number:
            console.print()
        _report(console, assessment, wording)
    return written()


def strip(floor: Rating, ceiling: Rating) -> str:
    """Draw a rating as four boxes: full where established, hatched where possible.

    >>> strip("moderate", "high")
    '■■▨□'
    """
    if ceiling == "not_assessed":
        return "····"
    low, high = 0 if floor == "not_assessed" else rank(floor) + 1, rank(ceiling) + 1
    return "■" * low + "▨" * (high - low) + "□" * (len(RATINGS) - high)


def _report(console: Console, assessment: Assessment, wording: Wording) -> None:
    case, pack = assessment.case, assessment.pack
    console.print(Text(case.title, style="bold"))
    console.print(
        Text(
            f"{case.id}, {wording('as of')} {wording.date(case.as_of)} · "
            f"{wording('pack')} {pack.id} {pack.version} · {assessment.inference}",
            style="dim",
        )
    )
    console.print()
    console.print(Text(wording.verdict_sentence(assessment), style=_STYLES[assessment.headline]))
    console.print()
    console.print(_families(assessment, wording))
    flagged = by_severity(assessment.findings)
    _heading(console, wording("Findings"), len(flagged))
    for finding in flagged:
        _finding(console, finding, assessment, wording)
    _presumed(console, assessment, wording)
    _context(console, assessment, wording)
    _factors(console, assessment, wording)
    _open(console, assessment, wording)


def _heading(console: Console, title: str, count: int) -> None:
    console.print()
    console.print(Text(f"{title} ({count})", style="bold"))


def _families(assessment: Assessment, wording: Wording) -> Table:
    # Words of other languages are longer; the table has a hundred columns all the same.
    apart = 2 if wording.base == "en" else 1
    table = Table(box=None, pad_edge=False, padding=(0, apart, 0, 0), header_style="dim")
    presumed = ("presumed",) if assessment.presumes else ()
    for title in ("", "", *presumed, "established", "possible", "confidence"):
        table.add_column(wording(title) if title else "")
    for title in (N_("flagged"), N_("unknown"), N_("clear"), N_("n/a")):
        table.add_column(wording(title), justify="right")
    for name, rating in assessment.families.items():
        counts = assessment.counts(name)
        table.add_row(
            wording.family(name),
            Text(strip(rating.floor, rating.ceiling), style=_STYLES[rating.ceiling]),
            *(
                Text(wording.ratings[one], style=_STYLES[one])
                for one in (assessment.presumed_families[name],)
                if assessment.presumes
            ),
            Text(wording.ratings[rating.floor], style=_STYLES[rating.floor]),
            Text(wording.ratings[rating.ceiling], style=_STYLES[rating.ceiling]),
            wording.confidence(assessment.family_confidence(name)),
            *(str(counts[v]) for v in ("flag", "unknown", "clear", "not_applicable")),
        )
    return table


def _finding(console: Console, finding: Finding, assessment: Assessment, wording: Wording) -> None:
    severity = finding.severity or "low"
    head = Text()
    head.append(f"{wording(severity):<9}", style=_STYLES[severity])
    head.append(f"{finding.rule.id}  ", style="bold")
    head.append(finding.rule.title)
    head.append(
        f"  ({wording('confidence')}: {wording.confidence(finding.confidence)}", style="dim"
    )
    if finding.severity_ceiling != finding.severity:
        head.append(f", {wording('up to')} {wording(str(finding.severity_ceiling))}", style="dim")
    head.append(")", style="dim")
    console.print(head)
    console.print(Padding(Text(wording.because(finding, assessment)), (0, 0, 0, 9)))
    for leaf in finding.facts[:MAX_FACTS]:
        text = _fact_line(leaf, assessment, wording)
        console.print(Padding(Text(text, style="dim"), (0, 0, 0, 11)))
    if len(finding.facts) > MAX_FACTS:
        rest = len(finding.facts) - MAX_FACTS
        more = wording.plural("and {n} more fact", "and {n} more facts", rest)
        console.print(Padding(Text(more, style="dim"), (0, 0, 0, 11)))


def _fact_line(leaf: Leaf, assessment: Assessment, wording: Wording) -> str:
    catalogue = assessment.pack.catalogue
    value = wording.cell(leaf.fact, leaf.path, catalogue)
    text = f"{value} ({leaf.path})" if catalogue.has_sentences else f"{leaf.path} = {value}"
    if leaf.fact is None:
        return text
    line = leaf.fact.position.line
    details = [f"{wording('line')} {line}" if line else wording("from context")]
    details += [word for word in (leaf.fact.provenance.source, leaf.fact.provenance.at) if word]
    return f"{text}  [{', '.join(details)}]"


def _presumed(console: Console, assessment: Assessment, wording: Wording) -> None:
    """Show what is found on presumption alone, and what is presumed."""
    found = assessment.presumed_findings
    if not assessment.presumes:
        return
    _heading(console, wording("Findings on presumption"), len(found))
    for rule, severity in sorted(found, key=lambda one: -severity_number(one[1])):
        head = Text(f"{wording(severity):<9}", style=_STYLES[severity])
        head.append(f"{rule.id}  ", style="bold")
        head.append(rule.title)
        console.print(head)
        because = wording.presumed_because(rule, assessment)
        console.print(Padding(Text(because), (0, 0, 0, 9)))
    carried = assessment.carrying
    _heading(console, wording("Presumptions that carry a rating"), len(carried))
    for one in carried:
        said = wording.presumption(one.fact, assessment.pack.catalogue)
        console.print(Text(f"{said} ({one.fact.path})", style="bold"))
        left = wording("{why} Without it: {families} lower.").format(
            why=one.fact.presumption.because,
            families=", ".join(map(wording.family, one.families)),
        )
        console.print(Padding(Text(left), (0, 0, 0, 9)))


def _context(console: Console, assessment: Assessment, wording: Wording) -> None:
    """Show what context tables filled, and on what that rests."""
    found = filled(assessment, wording)
    if not found:
        return
    _heading(console, wording("From context tables"), len(found))
    for one in found:
        console.print(Text(f"{one.label}: {one.value} ({one.fact.path})"))
        text = "; ".join(map(str, one.sources))
        console.print(Padding(Text(text, style="dim"), (0, 0, 0, 9)))


def _factors(console: Console, assessment: Assessment, wording: Wording) -> None:
    factors = [f for f in assessment.findings if f.rule.kind == "mitigating" and f.is_flag]
    if not factors:
        return
    _heading(console, wording("Mitigating factors in force"), len(factors))
    for finding in factors:
        console.print(Text(f"{finding.rule.id}  {finding.rule.title}"))


def _open(console: Console, assessment: Assessment, wording: Wording) -> None:
    questions = open_questions(assessment)
    _heading(console, wording("Open questions"), len(questions))
    for question in questions[:MAX_QUESTIONS]:
        rules = wording.plural("{n} rule", "{n} rules", len(question.rules))
        reach = wording(question.ceiling or "–")
        line = Text(f"{reach:<9}", style=_STYLES.get(question.ceiling or "", ""))
        line.append(wording(question.ask))
        line.append(f"  ({question.path}, {rules})", style="dim")
        console.print(line)
    if len(questions) > MAX_QUESTIONS:
        rest = len(questions) - MAX_QUESTIONS
        more = wording.plural("and {n} more question", "and {n} more questions", rest)
        console.print(Padding(Text(more, style="dim"), (0, 0, 0, 9)))
    refused = refused_facts(assessment)
    if refused:
        names = ", ".join(fact.path for fact in refused)
        console.print(Text(f"{wording('Refused by the parties')}: {names}"))
