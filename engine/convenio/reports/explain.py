"""How one rule came out: its conditions as a tree, with the value and line of every fact."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

from convenio.assessment.assessment import Assessment
from convenio.assessment.finding import Finding
from convenio.language import syntax as s
from convenio.language.trace import Leaf, Trace, deciding
from convenio.reports.condition_words import ConditionWords
from convenio.reports.law import LawWords
from convenio.reports.wording import Wording

_MARKS = {True: "✓", False: "✗", None: "?"}
_WORDS = {True: "true", False: "false", None: "unknown"}


def explanation(assessment: Assessment, rule_id: str, wording: Wording) -> str:
    """Return the tree of one rule as text; `→` marks the parts that decided."""
    return "\n".join(_Explanation(assessment, wording).lines(rule_id)) + "\n"


class _Explanation:
    """Writes one tree; a fact that comes again is named without its source."""

    def __init__(self, assessment: Assessment, wording: Wording) -> None:
        self._assessment = assessment
        self._wording = wording
        self._shown: set[str] = set()
        self._read_out = ConditionWords(assessment.pack, wording).sentence

    def lines(self, rule_id: str) -> Iterator[str]:
        _ = self._wording
        finding = self._assessment.finding(rule_id)
        rule = finding.rule
        yield f"{rule.id}  {rule.title}"
        yield rule.statement
        yield ""
        yield f"{_('Verdict')}: {self._verdict(finding)}"
        if finding.missing:
            yield f"{_('Missing')}: {', '.join(finding.missing)}"
        yield ""
        yield f"{_('Applies')}: {_(_WORDS[finding.applies.truth])}"
        yield from self._tree(finding.applies, 1, finding.verdict != "clear")
        for severity, trace in reversed(finding.levels):
            name = _(severity or "in force")
            yield f"{name[:1].upper()}{name[1:]}: {_(_WORDS[trace.truth])}"
            yield from self._tree(trace, 1, True)
        yield ""
        yield f"{_('Threshold')}: {_(rule.threshold.basis)}; {rule.threshold.source}"
        yield f"{_('Article')}: {rule.article.section}, {rule.article.heading}"
        law = LawWords(self._assessment, _)
        for applied in self._assessment.references(rule):
            yield f"{law.heading(applied)}: {law.cite(applied)}"
        for mitigation in rule.mitigations:
            yield f"{_('Mitigation')}: {mitigation.text}"

    def _verdict(self, finding: Finding) -> str:
        _ = self._wording
        text = _.verdict(finding.verdict, finding.severity)
        if finding.severity_ceiling and finding.severity_ceiling != finding.severity:
            text += f" ({_('up to')} {_(finding.severity_ceiling)})"
        if finding.confidence:
            text += f"; {_('confidence')}: {_.confidence(finding.confidence)}"
        return f"{text} ({_(finding.reason)})" if finding.reason else text

    def _tree(self, trace: Trace, depth: int, decided: bool) -> Iterator[str]:
        pad = "   " * depth
        arrow = "→" if decided else " "
        element = f"  [{trace.element}]" if trace.element else ""
        yield f"{pad}{_MARKS[trace.truth]} {arrow} {self._text(trace)}{element}"
        for leaf in trace.leaves:
            yield f"{pad}      {self._leaf(leaf)}"
        for rule in trace.flags:
            outcome = self._assessment.outcomes[rule]
            yield f"{pad}      {rule}: {self._wording.verdict(outcome.verdict, outcome.severity)}"
        chosen = {id(child) for child in deciding(trace)} if trace.logic else set()
        for child in trace.children:
            yield from self._tree(child, depth + 1, decided and id(child) in chosen)

    def _text(self, trace: Trace) -> str:
        _ = self._wording
        match trace.node:
            case s.And():
                return _("all of")
            case s.Or():
                return _("one of")
            case s.Not():
                return _("not")
            case s.AtLeast(count):
                return _("at least {n} of").format(n=count)
        code = s.unparse(trace.node)
        if not self._assessment.pack.catalogue.has_sentences:
            return code
        return f"{self._read_out(trace.node)} [{code}]"

    def _leaf(self, leaf: Leaf) -> str:
        catalogue = self._assessment.pack.catalogue
        value = self._wording.cell(leaf.fact, leaf.path, catalogue)
        text = f"{value} [{leaf.path}]" if catalogue.has_sentences else f"{leaf.path} = {value}"
        fact = leaf.fact
        if leaf.path in self._shown:
            return f"{leaf.path} ({self._wording('as above')})"
        if fact is None:
            return text
        self._shown.add(leaf.path)
        position = fact.position
        name = PurePath(position.file).name
        words = [f"{name}:{position.line}:{position.column}"] if position.line else []
        words += [word for word in (fact.provenance.source, fact.provenance.at) if word]
        if fact.provenance.quote:
            words.append(f"“{fact.provenance.quote}”")
        return f"{text}  ({', '.join(words)})" if words else text
