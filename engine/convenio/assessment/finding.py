"""A finding: the verdict of one rule on one case, with what led to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from convenio.backends.outcome import Outcome, Verdict, flag_truth
from convenio.facts.case import CONFIDENCE_ORDER, Case, Confidence, StatedFact
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator
from convenio.language.trace import Leaf, Trace, support
from convenio.language.truth import Truth
from convenio.packs.pack import Pack
from convenio.packs.rule import Rule, Severity


@dataclass(frozen=True)
class Finding:
    """What was found about one rule.

    `facts` decided the verdict; `missing` are paths whose answer could change it. `applies` and
    `levels` are the traces behind it, from the lowest severity to the highest.
    """

    rule: Rule
    verdict: Verdict
    severity: Severity | None
    severity_ceiling: Severity | None
    confidence: Confidence | None
    facts: tuple[Leaf, ...]
    missing: tuple[str, ...]
    applies: Trace
    levels: tuple[tuple[Severity | None, Trace], ...]
    reason: str = ""

    @property
    def is_flag(self) -> bool:
        """True where the rule is flagged, or the mitigating factor is in force."""
        return self.verdict == "flag"


class FindingBuilder:
    """Builds findings on demand from the outcomes of inference.

    `evaluator` is one that has looked at the case already, where there is one.
    """

    def __init__(
        self,
        case: Case,
        pack: Pack,
        outcomes: Mapping[str, Outcome],
        evaluator: Evaluator | None = None,
    ) -> None:
        self._case = case
        self._pack = pack
        self._outcomes = outcomes
        self._given = evaluator
        self._built: dict[str, Finding] = {}

    @cached_property
    def _evaluator(self) -> Evaluator:
        evaluator = self._given or Evaluator(self._case, self._pack.currency, self._pack.guards)
        return evaluator.with_flags(self._read_flag)

    def _read_flag(self, node: s.Flagged | s.FlaggedIn) -> tuple[Truth, tuple[str, ...]]:
        """Answer `flagged(…)` with its truth and the rules whose findings decided it."""
        families, outcomes = self._pack.compiled.families, self._outcomes
        truth = flag_truth(node, outcomes, families)
        if isinstance(node, s.Flagged):
            return truth, (node.rule,)
        members = families.get(node.family, ())
        if truth is False:
            return truth, tuple(members)
        return truth, tuple(m for m in members if outcomes[m].flagged(node.severity) is truth)

    def build(self, rule_id: str) -> Finding:
        """Return the finding of a rule, with the support of the findings that it names."""
        if rule_id not in self._built:
            self._built[rule_id] = self._make(self._pack.by_id[rule_id], self._outcomes[rule_id])
        return self._built[rule_id]

    def _make(self, rule: Rule, outcome: Outcome) -> Finding:
        compiled = self._pack.compiled.by_id[rule.id]
        applies = self._evaluator.trace(compiled.scope)
        levels = tuple((sev, self._evaluator.trace(when)) for sev, when in compiled.conditions)
        facts = _unique(
            leaf for trace in _deciding(outcome, applies, levels) for leaf in self._leaves(trace)
        )
        confidence = self._confidence(facts) if outcome.verdict in ("flag", "unknown") else None
        return Finding(
            rule=rule,
            verdict=outcome.verdict,
            severity=outcome.severity,
            severity_ceiling=outcome.ceiling,
            confidence=confidence,
            facts=facts,
            missing=self._missing(outcome, applies, levels),
            applies=applies,
            levels=levels,
            reason=_reason(rule, outcome, self._case),
        )

    def _leaves(self, trace: Trace) -> Iterable[Leaf]:
        for atom in support(trace):
            yield from atom.leaves
            for named in atom.flags:
                yield from self.build(named).facts

    def _missing(
        self,
        outcome: Outcome,
        applies: Trace,
        levels: tuple[tuple[Severity | None, Trace], ...],
    ) -> tuple[str, ...]:
        if outcome.verdict == "not_applicable":
            return ()
        above = [
            trace
            for severity, trace in levels
            if trace.truth is None
            and (outcome.severity is None or severity != outcome.severity)
            and not _below(severity, outcome.severity, levels)
        ]
        paths: dict[str, None] = {}
        for trace in (applies, *above):
            if trace.truth is not None:
                continue
            for atom in support(trace):
                paths.update((leaf.path, None) for leaf in atom.leaves if leaf.missing)
                for named in atom.flags:
                    paths.update(dict.fromkeys(self.build(named).missing))
        return tuple(paths)

    def _confidence(self, facts: Iterable[Leaf]) -> Confidence | None:
        levels = [
            self._case.confidence_of(leaf.fact)
            for leaf in facts
            if leaf.fact is not None and leaf.fact.state == "known" and leaf.fact.value is not None
        ]
        return min(levels, key=CONFIDENCE_ORDER.index, default=None)


def _below(
    severity: Severity | None,
    found: Severity | None,
    levels: tuple[tuple[Severity | None, Trace], ...],
) -> bool:
    if found is None:
        return False
    order = [name for name, _ in levels]
    return order.index(severity) < order.index(found)


def _deciding(
    outcome: Outcome, applies: Trace, levels: tuple[tuple[Severity | None, Trace], ...]
) -> tuple[Trace, ...]:
    """Return the conditions that decided a verdict."""
    if outcome.verdict == "not_applicable":
        return (applies,)
    if outcome.verdict == "clear":
        return tuple(trace for _, trace in levels)
    if outcome.verdict == "flag":
        held = [trace for severity, trace in levels if severity == outcome.severity]
        return (*held, applies)
    return (applies, *(trace for _, trace in levels if trace.truth is not False))


def _unique(leaves: Iterable[Leaf]) -> tuple[Leaf, ...]:
    """Keep one leaf for each path, the one that is missing where any is."""
    found: dict[str, Leaf] = {}
    for leaf in leaves:
        kept = found.get(leaf.path)
        if kept is None or (leaf.missing and not kept.missing):
            found[leaf.path] = leaf
    return tuple(found.values())


def _reason(rule: Rule, outcome: Outcome, case: Case) -> str:
    if outcome.verdict != "not_applicable" or not rule.dated:
        return ""
    in_force = any(version.in_force(case.as_of) for version in rule.versions)
    return "" if in_force else "not in force"


def status_of(fact: StatedFact | None) -> str:
    """Return `known`, `undisclosed` or `unknown`, as results show a fact."""
    if fact is None:
        return "unknown"
    if fact.state in ("known", "undisclosed"):
        return fact.state
    return "unknown"
