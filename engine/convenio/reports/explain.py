"""How one rule came out: its conditions as a tree, with the value and line of every fact."""

from __future__ import annotations

from collections.abc import Iterator

from convenio.assessment.assessment import Assessment
from convenio.assessment.finding import Finding
from convenio.language.syntax import unparse
from convenio.language.trace import Leaf, Trace, deciding
from convenio.reports.wording import Wording

_MARKS = {True: "✓", False: "✗", None: "?"}
_WORDS = {True: "true", False: "false", None: "unknown"}


def explanation(assessment: Assessment, rule_id: str, wording: Wording) -> str:
    """Return the tree of one rule as text; `→` marks the parts that decided."""
    return "\n".join(_lines(assessment.finding(rule_id), assessment, wording)) + "\n"


def _lines(finding: Finding, assessment: Assessment, wording: Wording) -> Iterator[str]:
    rule = finding.rule
    yield f"{rule.id}  {rule.title}"
    yield rule.statement
    yield ""
    verdict = wording(finding.verdict.replace("_", " "))
    if finding.severity:
        verdict += f", {wording(finding.severity)}"
    if finding.severity_ceiling and finding.severity_ceiling != finding.severity:
        verdict += f" ({wording('up to')} {wording(finding.severity_ceiling)})"
    if finding.confidence:
        verdict += f"; {wording('confidence')}: {wording(finding.confidence)}"
    if finding.reason:
        verdict += f" ({wording(finding.reason)})"
    yield f"{wording('Verdict')}: {verdict}"
    if finding.missing:
        yield f"{wording('Missing')}: {', '.join(finding.missing)}"
    yield ""
    yield f"{wording('Applies')}: {_WORDS[finding.applies.truth]}"
    yield from _tree(finding.applies, assessment, wording, 1, finding.verdict != "clear")
    for severity, trace in reversed(finding.levels):
        name = wording(severity) if severity else wording("in force")
        yield f"{name[:1].upper()}{name[1:]}: {_WORDS[trace.truth]}"
        yield from _tree(trace, assessment, wording, 1, True)
    yield ""
    yield f"{wording('Threshold')}: {rule.threshold.basis}; {rule.threshold.source}"
    yield f"{wording('Article')}: {rule.article.section}, {rule.article.heading}"
    for reference in rule.references:
        parts = [reference.title, reference.at, reference.of]
        yield f"{wording('Reference')}: {', '.join(part for part in parts if part)}"
    for mitigation in rule.mitigations:
        yield f"{wording('Mitigation')}: {mitigation.text}"


def _tree(
    trace: Trace, assessment: Assessment, wording: Wording, depth: int, decided: bool
) -> Iterator[str]:
    pad = "   " * depth
    arrow = "→" if decided else " "
    element = f"  [{trace.element}]" if trace.element else ""
    logic = {"and": "all of", "or": "one of", "not": "not", "at_least": "at least"}
    if trace.logic and trace.children and not trace.element:
        text = wording(logic[trace.logic])
        if trace.logic in ("or", "and") and not _is_plain(trace):
            text = unparse(trace.node)
    else:
        text = unparse(trace.node)
    yield f"{pad}{_MARKS[trace.truth]} {arrow} {text}{element}"
    for leaf in trace.leaves:
        yield f"{pad}      {_leaf(leaf, assessment, wording)}"
    for rule in trace.flags:
        outcome = assessment.outcomes[rule]
        severity = f", {outcome.severity}" if outcome.severity else ""
        yield f"{pad}      {rule}: {outcome.verdict.replace('_', ' ')}{severity}"
    chosen = {id(child) for child in deciding(trace)} if trace.logic else set()
    for child in trace.children:
        yield from _tree(child, assessment, wording, depth + 1, decided and id(child) in chosen)


def _is_plain(trace: Trace) -> bool:
    return type(trace.node).__name__ in ("And", "Or")


def _leaf(leaf: Leaf, assessment: Assessment, wording: Wording) -> str:
    catalogue = assessment.pack.catalogue
    text = f"{leaf.path} = {wording.fact(leaf.fact, catalogue.resolve(leaf.path), catalogue)}"
    fact = leaf.fact
    if fact is None:
        return text
    words = [str(fact.position)] if fact.position.line else []
    words += [word for word in (fact.provenance.source, fact.provenance.at) if word]
    if fact.provenance.quote:
        words.append(f"“{fact.provenance.quote}”")
    return f"{text}  ({', '.join(words)})" if words else text
