"""The reference as one Python function for a pack: what `reference.infer` says, faster.

Verdicts are read from tables that `reference.verdict` and `Outcome.flagged` fill beforehand.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from convenio.backends.outcome import OUTCOME_CODES, OUTCOMES
from convenio.backends.reference import verdict
from convenio.language import source
from convenio.language import syntax as s
from convenio.language.normal import All, AnyOf, AtLeastOf, Formula, Test
from convenio.language.source import Source
from convenio.language.truth import CODE_OF, TRUTH_OF
from convenio.packs.compile import CompiledPack, CompiledRule
from convenio.packs.rule import Severity

Inference = Callable[[Sequence[int]], bytes]
"""Gives the code of every rule's outcome from the codes of the fact atoms, in their order."""

Severities = tuple[Severity | None, ...]


def compile_inference(pack: CompiledPack, order: Sequence[str]) -> Inference:
    """Return the function that infers a pack's rules; its outcomes stand in the order given."""
    writer = _Writer(pack)
    places = {rule.id: writer.rule(rule) for rule in pack.rules}
    codes = "".join(f"{places[rule]}, " for rule in order)
    writer.source.line(f"return {writer.source.constant(bytes)}(({codes}))")
    return writer.source.function()


class _Writer:
    def __init__(self, pack: CompiledPack) -> None:
        self.source = Source("facts")
        self._pack = pack
        self._atoms = {atom: f"a{atom}" for atom in pack.fact_atoms}
        self._opposites: dict[int, str] = {}
        self._rules: dict[str, str] = {}
        self._verdicts: dict[Severities, object] = {}
        self._flags: dict[str | None, tuple[int, ...]] = {}
        names = "".join(f"{name}, " for name in self._atoms.values())
        if names:
            self.source.line(f"({names}) = facts")

    def rule(self, rule: CompiledRule) -> str:
        """Write a rule and return the variable that holds the code of its outcome."""
        severities = tuple(severity for severity, _ in rule.levels)
        if severities not in self._verdicts:
            self._verdicts[severities] = verdict_codes(severities)
        table = self.source.constant(self._verdicts[severities])
        truths = [self._truth(rule.applies), *(self._truth(when) for _, when in rule.levels)]
        code = self.source.variable(table + "".join(f"[{truth}]" for truth in truths))
        self._rules[rule.id] = code
        return code

    def _truth(self, formula: Formula) -> str:
        match formula:
            case Test(atom, True):
                return self._atom(atom)
            case Test(atom, False):
                if atom not in self._opposites:
                    text = source.opposite(self._atom(atom))
                    self._opposites[atom] = self.source.variable(text)
                return self._opposites[atom]
            case All(parts):
                return self._combined(source.all_of([*map(self._truth, parts)]), parts)
            case AnyOf(parts):
                return self._combined(source.any_of([*map(self._truth, parts)]), parts)
            case AtLeastOf(count, parts, positive):
                text = source.at_least(count, [*map(self._truth, parts)])
                return self.source.variable(text if positive else source.opposite(text))
        raise AssertionError(formula)

    def _combined(self, text: str, parts: Sequence[Formula]) -> str:
        # Kept in a variable, so that no expression is nested deeper than one level.
        return self.source.variable(text) if len(parts) > 1 else text

    def _atom(self, atom: int) -> str:
        if atom not in self._atoms:
            node = self._pack.atoms[atom]
            assert isinstance(node, s.Flagged | s.FlaggedIn)
            self._atoms[atom] = self.source.variable(self._flagged(node))
        return self._atoms[atom]

    def _flagged(self, node: s.Flagged | s.FlaggedIn) -> str:
        if node.severity not in self._flags:
            self._flags[node.severity] = flag_codes(node.severity)
        table = self.source.constant(self._flags[node.severity])
        if isinstance(node, s.Flagged):
            return f"{table}[{self._rules[node.rule]}]"
        members = self._pack.families.get(node.family, ())
        return source.any_of([f"{table}[{self._rules[rule]}]" for rule in members])


def flag_codes(severity: str | None) -> tuple[int, ...]:
    """Return the truth of `flagged(…, severity)` for each code of an outcome."""
    return tuple(CODE_OF[outcome.flagged(severity)] for outcome in OUTCOMES)


def verdict_codes(severities: Severities) -> object:
    """Return the code of a rule's outcome as nested tuples, by the code of each of its truths.

    The first index is the code of `applies`, the others those of the levels.
    """
    return _nested(iter(_verdicts(severities)), len(severities) + 1)


def _verdicts(severities: Severities) -> Iterator[int]:
    for applies, *levels in itertools.product(TRUTH_OF, repeat=len(severities) + 1):
        yield OUTCOME_CODES[verdict(applies, severities, levels)]


def _nested(codes: Iterator[int], depth: int) -> Any:
    if depth == 0:
        return next(codes)
    return tuple(_nested(codes, depth - 1) for _ in TRUTH_OF)
