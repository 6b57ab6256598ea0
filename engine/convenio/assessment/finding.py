"""A finding: the verdict of one rule on one case, with what led to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from convenio.assessment.support import Decided, PackSupport
from convenio.backends.outcome import Outcome, Verdict
from convenio.backends.reference import flag_truth
from convenio.facts.case import CONFIDENCE_ORDER, Case, Confidence, StatedFact
from convenio.facts.values import DateSpan
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator
from convenio.language.trace import Leaf, Trace, support
from convenio.language.truth import TRUTH_OF, Truth
from convenio.packs.compile import CompiledRule
from convenio.packs.pack import Pack
from convenio.packs.rule import Rule, Severity


class TracedRule(NamedTuple):
    """The conditions of a rule over one case, each traced when it is looked at."""

    rule: CompiledRule
    builder: FindingBuilder

    @property
    def applies(self) -> Trace:
        """The condition under which the rule applies."""
        return self.builder.evaluator.trace(self.rule.scope)

    @property
    def levels(self) -> list[Trace]:
        """The conditions of the severities, the lowest first."""
        evaluator = self.builder.evaluator
        return [evaluator.trace(condition) for _, condition in self.rule.conditions]


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
        return tuple(zip(severities, self.traced.levels, strict=True))

    @property
    def reason(self) -> str:
        """Why the rule does not apply, where that is for the date: "not in force"."""
        if self.verdict != "not_applicable" or not self.rule.dated:
            return ""
        day = self.traced.builder.case.as_of
        in_force = any(version.in_force(day) for version in self.rule.versions)
        return "" if in_force else "not in force"

    @property
    def is_flag(self) -> bool:
        """True where the rule is flagged, or the mitigating factor is in force."""
        return self.verdict == "flag"


class FindingBuilder:
    """Builds findings on demand from the outcomes of inference.

    `codes` are the truths of the pack's fact atoms, `supports` what finds the facts behind
    verdicts. `evaluator` is one that has looked at the case already, where there is
    one.
    """

    def __init__(
        self,
        case: Case,
        pack: Pack,
        outcomes: Mapping[str, Outcome],
        codes: bytes,
        supports: PackSupport,
        evaluator: Evaluator | None = None,
    ) -> None:
        self.case = case
        self._pack = pack
        self._outcomes = outcomes
        self.truths = codes
        """The truths of the pack's fact atoms, as codes of `language.truth`."""
        self._supports = supports.rules
        self._simple = supports.simple
        self._given = evaluator
        self._built: dict[str, Finding] = {}
        self._facts: dict[str, _Fact] = {}

    @cached_property
    def evaluator(self) -> Evaluator:
        """What traces conditions over the case."""
        evaluator = self._given or self._pack.evaluator(self.case)
        return evaluator.with_flags(self._read_flags)

    def build(self, rule_id: str) -> Finding:
        """Return the finding of a rule, with the support of the findings that it names."""
        found = self._built.get(rule_id)
        if found is None:
            found = self._built[rule_id] = self._make(rule_id, self._outcomes[rule_id])
        return found

    def decided(self, rule_id: str) -> Decided:
        """Return which atoms decided the verdict of a rule."""
        outcome = self._outcomes[rule_id]
        return self._supports[rule_id].decided(outcome, self.truths, self._flag_truth)

    def atoms(self, rule_id: str) -> tuple[int, ...]:
        """Return the atoms of a rule, by number."""
        return self._supports[rule_id].atoms

    def truth(self, atom: int) -> Truth:
        """Return the truth of an atom of the pack, by its number."""
        place = self._pack.compiled.places.get(atom)
        return self._flag_truth(atom) if place is None else TRUTH_OF[self.truths[place]]

    def _make(self, rule_id: str, outcome: Outcome) -> Finding:
        decided = self.decided(rule_id)
        facts: tuple[_Fact, ...]
        if decided.paths is not None and self._incomplete.isdisjoint(decided.paths):
            facts = tuple([self._fact(path) for path in decided.paths])
            missing = tuple([p for p in decided.open_paths or () if self._fact(p).leaf.missing])
        else:
            facts = self._facts_of(decided.atoms)
            missing = self._missing(decided.open_atoms)
        confidence = None
        if outcome.verdict in ("flag", "unknown"):
            levels = {fact.confidence for fact in facts}
            confidence = next((level for level in CONFIDENCE_ORDER if level in levels), None)
        leaves = tuple([fact.leaf for fact in facts])
        traced = TracedRule(self._pack.compiled.by_id[rule_id], self)
        return Finding(self._pack.by_id[rule_id], outcome, confidence, leaves, missing, traced)

    def _fact(self, path: str) -> _Fact:
        known = self._facts.get(path)
        if known is None:
            stated = self.case.facts.get(path)
            missing = stated is None or stated.state != "known"
            if missing and path in self._pack.guards:
                missing = path not in self.evaluator.excluded
            known = self._facts[path] = self._with_confidence(Leaf(path, stated, missing))
        return known

    def _with_confidence(self, leaf: Leaf) -> _Fact:
        fact = leaf.fact
        if fact is None or fact.state != "known" or fact.value is None:
            return _Fact(leaf, None)
        return _Fact(leaf, self.case.confidence_of(fact))

    @cached_property
    def _incomplete(self) -> frozenset[str]:
        facts = self.case.facts
        return frozenset(
            path
            for path, stated in facts.items()
            if not stated.complete or isinstance(stated.value, DateSpan)
        )

    def _leaves(self, atom: int) -> list[Leaf]:
        path = self._simple.get(atom)
        if path is not None and path not in self._incomplete:
            return [self._fact(path).leaf]
        trace = self.evaluator.trace(self._pack.compiled.atoms[atom])
        return [leaf for part in support(trace) for leaf in part.leaves]

    def _facts_of(self, atoms: Iterable[int]) -> tuple[_Fact, ...]:
        """Return the leaves of what decided, one for a path: one that is missing where any is."""
        found: dict[str, Leaf] = {}
        for atom in atoms:
            leaves = self._leaves(atom)
            for named in self.flagging(atom):
                leaves.extend(self.build(named).facts)
            for leaf in leaves:
                if leaf.path not in found or (leaf.missing and not found[leaf.path].missing):
                    found[leaf.path] = leaf
        return tuple(map(self._with_confidence, found.values()))

    def _missing(self, atoms: Iterable[int]) -> tuple[str, ...]:
        """Return what is not known of the scope and of the levels above the severity."""
        paths: dict[str, None] = {}
        for atom in atoms:
            paths.update((leaf.path, None) for leaf in self._leaves(atom) if leaf.missing)
            for named in self.flagging(atom):
                paths.update(dict.fromkeys(self.build(named).missing))
        return tuple(paths)

    def _flag_truth(self, atom: int) -> Truth:
        node = self._pack.compiled.atoms[atom]
        assert isinstance(node, s.Flagged | s.FlaggedIn)
        return flag_truth(node, self._outcomes, self._pack.compiled.families)

    def flagging(self, atom: int) -> tuple[str, ...]:
        """Return the rules whose findings decided an atom; none where it speaks of none."""
        node = self._pack.compiled.atoms[atom]
        return self._read_flags(node)[1] if isinstance(node, s.Flagged | s.FlaggedIn) else ()

    def _read_flags(self, node: s.Flagged | s.FlaggedIn) -> tuple[Truth, tuple[str, ...]]:
        """Answer `flagged(…)` with its truth and the rules whose findings decided it."""
        families = self._pack.compiled.families
        truth = flag_truth(node, self._outcomes, families)
        if isinstance(node, s.Flagged):
            return truth, (node.rule,)
        members = families.get(node.family, ())
        if truth is False:
            return truth, members
        flagged = {name: self._outcomes[name].flagged(node.severity) for name in members}
        return truth, tuple(name for name, found in flagged.items() if found is truth)


class _Fact(NamedTuple):
    """A fact behind a verdict, and how far it can be relied on."""

    leaf: Leaf
    confidence: Confidence | None


def status_of(fact: StatedFact | None) -> str:
    """Return `known`, `context`, `undisclosed` or `unknown`, as results show a fact.

    `context` is what a table of the pack fills.
    """
    if fact is None:
        return "unknown"
    if fact.state == "known":
        return "context" if fact.from_context else "known"
    return "undisclosed" if fact.state == "undisclosed" else "unknown"
