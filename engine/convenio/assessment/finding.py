"""A finding: the verdict of one rule on one case, with what led to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from convenio.backends.outcome import Outcome, Verdict, flag_truth
from convenio.facts.case import CONFIDENCE_ORDER, Case, Confidence, StatedFact
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator, FlagReader
from convenio.language.trace import Leaf, Trace, support
from convenio.language.truth import Truth
from convenio.packs.compile import CompiledRule
from convenio.packs.pack import Pack
from convenio.packs.rule import Rule, Severity


class TracedRule(NamedTuple):
    """The conditions of a rule over one case, each traced when it is looked at."""

    rule: CompiledRule
    evaluator: Evaluator

    @property
    def applies(self) -> Trace:
        """The condition under which the rule applies."""
        return self.evaluator.trace(self.rule.scope)

    def levels(self, first: int = 0) -> list[Trace]:
        """Return the conditions of the severities, the lowest first, from the one so placed on."""
        return [self.evaluator.trace(condition) for _, condition in self.rule.conditions[first:]]

    def place(self, severity: Severity | None) -> int:
        """Return where the condition of a severity stands."""
        return [name for name, _ in self.rule.conditions].index(severity)


@dataclass(frozen=True)
class Finding:
    """What was found about one rule.

    `facts` decided the verdict; `missing` are paths whose answer could change it.
    """

    rule: Rule
    outcome: Outcome
    confidence: Confidence | None
    facts: tuple[Leaf, ...]
    missing: tuple[str, ...]
    traced: TracedRule = field(repr=False, compare=False)

    @property
    def verdict(self) -> Verdict:
        """What was found: a flag, clear, unknown, or that the rule does not apply."""
        return self.outcome.verdict

    @property
    def severity(self) -> Severity | None:
        """The highest severity that is certain; None where nothing is flagged."""
        return self.outcome.severity

    @property
    def severity_ceiling(self) -> Severity | None:
        """The highest severity that no known fact rules out."""
        return self.outcome.ceiling

    @property
    def applies(self) -> Trace:
        """How the condition under which the rule applies came out."""
        return self.traced.applies

    @property
    def levels(self) -> tuple[tuple[Severity | None, Trace], ...]:
        """How the condition of each severity came out, the lowest first."""
        severities = (severity for severity, _ in self.traced.rule.conditions)
        return tuple(zip(severities, self.traced.levels(), strict=True))

    @property
    def reason(self) -> str:
        """Why the rule does not apply, where that is for the date: "not in force"."""
        if self.verdict != "not_applicable" or not self.rule.dated:
            return ""
        day = self.traced.evaluator.as_of
        in_force = any(version.in_force(day) for version in self.rule.versions)
        return "" if in_force else "not in force"

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
        self._confidences: dict[str, Confidence | None] = {}

    @cached_property
    def _evaluator(self) -> Evaluator:
        evaluator = self._given or Evaluator(self._case, self._pack.currency, self._pack.guards)
        return evaluator.with_flags(_flag_reader(self._pack.compiled.families, self._outcomes))

    def build(self, rule_id: str) -> Finding:
        """Return the finding of a rule, with the support of the findings that it names."""
        if rule_id not in self._built:
            self._built[rule_id] = self._make(self._pack.by_id[rule_id], self._outcomes[rule_id])
        return self._built[rule_id]

    def _make(self, rule: Rule, outcome: Outcome) -> Finding:
        traced = TracedRule(self._pack.compiled.by_id[rule.id], self._evaluator)
        verdict, confidence = outcome.verdict, None
        # Conditions that bear on nothing are left untraced until somebody looks at them.
        if verdict == "not_applicable":
            facts, missing = self._facts((traced.applies,)), self._missing(())
        elif verdict == "clear":
            facts, missing = self._facts(traced.levels()), self._missing((traced.applies,))
        elif verdict == "flag":
            above = traced.levels(traced.place(outcome.severity))
            facts = self._facts((above[0], traced.applies))
            missing = self._missing((traced.applies, *above[1:]))
            confidence = self._confidence(facts)
        else:
            open_ = [level for level in traced.levels() if level.truth is not False]
            facts = self._facts((traced.applies, *open_))
            missing = self._missing((traced.applies, *open_))
            confidence = self._confidence(facts)
        return Finding(rule, outcome, confidence, facts, missing, traced)

    def _facts(self, decided: Iterable[Trace]) -> tuple[Leaf, ...]:
        """Return the leaves of what decided, one for a path: one that is missing where any is."""
        found: dict[str, Leaf] = {}
        for trace in decided:
            for atom in support(trace):
                leaves = atom.leaves
                for named in atom.flags:
                    leaves += self.build(named).facts
                for leaf in leaves:
                    path = leaf.path
                    if path not in found or (leaf.missing and not found[path].missing):
                        found[path] = leaf
        return tuple(found.values())

    def _missing(self, above: Iterable[Trace]) -> tuple[str, ...]:
        """Return what is not known of the scope and of the levels above the severity."""
        paths: dict[str, None] = {}
        for trace in above:
            if trace.truth is not None:
                continue
            for atom in support(trace):
                for leaf in atom.leaves:
                    if leaf.missing:
                        paths[leaf.path] = None
                for named in atom.flags:
                    paths.update(dict.fromkeys(self.build(named).missing))
        return tuple(paths)

    def _confidence_of(self, fact: StatedFact | None) -> Confidence | None:
        if fact is None or fact.state != "known" or fact.value is None:
            return None
        return self._case.confidence_of(fact)

    def _confidence(self, facts: Iterable[Leaf]) -> Confidence | None:
        levels = set()
        for path, fact, _ in facts:
            if path not in self._confidences:
                self._confidences[path] = self._confidence_of(fact)
            levels.add(self._confidences[path])
        return next((level for level in CONFIDENCE_ORDER if level in levels), None)


def _flag_reader(
    families: Mapping[str, tuple[str, ...]], outcomes: Mapping[str, Outcome]
) -> FlagReader:
    """Return what answers `flagged(…)` with its truth and the rules whose findings decided it."""

    def read(node: s.Flagged | s.FlaggedIn) -> tuple[Truth, tuple[str, ...]]:
        truth = flag_truth(node, outcomes, families)
        if isinstance(node, s.Flagged):
            return truth, (node.rule,)
        members = families.get(node.family, ())
        if truth is False:
            return truth, members
        return truth, tuple(m for m in members if outcomes[m].flagged(node.severity) is truth)

    return read


def status_of(fact: StatedFact | None) -> str:
    """Return `known`, `undisclosed` or `unknown`, as results show a fact."""
    if fact is None:
        return "unknown"
    if fact.state in ("known", "undisclosed"):
        return fact.state
    return "unknown"
