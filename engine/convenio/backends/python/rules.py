"""The reference as one Python function for a pack: what `reference.infer` says, faster.

Verdicts are read from tables that `reference.verdict` and `Outcome.flagged` fill beforehand.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from convenio.backends.outcome import OUTCOME_CODES, OUTCOMES
from convenio.backends.python.logic import TextLogic
from convenio.backends.python.source import Source
from convenio.backends.reference import verdict
from convenio.backends.rules import infer
from convenio.language.logic import Logic
from convenio.language.truth import CODE_OF, TRUTH_OF
from convenio.packs.compile import CompiledPack, CompiledRule
from convenio.packs.rule import Severity

Inference = Callable[[Sequence[int]], bytes]
"""Gives the code of every rule's outcome from the codes of the fact atoms, in their order."""

Severities = tuple[Severity | None, ...]


def compile_inference(pack: CompiledPack, order: Sequence[str]) -> Inference:
    """Return the function that infers a pack's rules; its outcomes stand in the order given."""
    source = Source("facts")
    atoms = {atom: f"a{atom}" for atom in pack.fact_atoms}
    names = "".join(f"{name}, " for name in atoms.values())
    if names:
        source.line(f"({names}) = facts")
    places = infer(pack, atoms.__getitem__, _Text(source))
    codes = "".join(f"{places[rule]}, " for rule in order)
    source.line(f"return {source.constant(bytes)}(({codes}))")
    return source.function()


class _Text:
    """What the text makes of rules: the variable with the code of each one's outcome."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._variables: dict[str, str] = {}
        self._verdicts: dict[Severities, object] = {}
        self._flags: dict[str | None, tuple[int, ...]] = {}
        self.logic: Logic[str] = TextLogic(self._kept)

    def _kept(self, text: str) -> str:
        """Return the variable that holds the value of an expression, the same for equal ones."""
        if text not in self._variables:
            self._variables[text] = self._source.variable(text)
        return self._variables[text]

    def outcome(self, rule: CompiledRule, applies: str, levels: Sequence[str]) -> str:
        severities = tuple(severity for severity, _ in rule.levels)
        if severities not in self._verdicts:
            self._verdicts[severities] = verdict_codes(severities)
        table = self._source.constant(self._verdicts[severities])
        return self._kept(table + "".join(f"[{truth}]" for truth in (applies, *levels)))

    def flagged(self, outcome: str, severity: str | None) -> str:
        if severity not in self._flags:
            self._flags[severity] = flag_codes(severity)
        return self._kept(f"{self._source.constant(self._flags[severity])}[{outcome}]")


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
