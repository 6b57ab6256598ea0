"""Inference by forward chaining on durable_rules.

The library is given only what it was measured to do well: flat facts whose properties are set to
1 or absent, and rules that are ORs of ANDs of such properties. Each atom has two properties,
*true* and *false*. A case is asserted twice: with every unknown atom setting neither property
(what fires is certain) and with it setting both (what fires is possible). Whatever else can go
wrong in it (a lost agenda, a swallowed exception) is found and raised, never read as a verdict.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from convenio.backends.durable.library import LOCK, Ruleset
from convenio.backends.durable.shards import CERTAIN, Derived, Shard, outputs_of, shards_of
from convenio.backends.outcome import Outcome
from convenio.backends.reference import flag_truth
from convenio.errors import EngineError
from convenio.language import syntax as s
from convenio.language.logic import KLEENE, fold
from convenio.language.truth import Truth
from convenio.messages import say
from convenio.packs.compile import CompiledPack, CompiledRule
from convenio.packs.rule import SEVERITIES, Severity


class DurableEngine:
    """The rules of one compiled pack on durable_rules; safe to share between threads."""

    def __init__(self, pack: CompiledPack) -> None:
        derived = Derived()
        findings = frozenset(range(len(pack.atoms))) - frozenset(pack.fact_atoms)
        self._pack = pack
        self._plan = [
            tuple(
                shards_of(
                    [output for rule in stratum for output in outputs_of(rule, derived)],
                    derived,
                    f"s{number}",
                    findings,
                )
            )
            for number, stratum in enumerate(pack.strata)
        ]
        self._rulesets: dict[str, Ruleset] = {}
        self._process = os.getpid()
        # At exit the library may be gone already; only a pack that is dropped is cleaned up.
        weakref.finalize(self, _close, self._rulesets).atexit = False

    def infer(self, facts: Mapping[int, Truth]) -> dict[str, Outcome]:
        """Return the outcome of every rule; `facts` gives the truth of every fact atom.

        Raises EngineError where the library failed or its agenda did not run to the end.
        """
        outcomes: dict[str, Outcome] = {}
        truths = dict(facts)
        for stratum, shards in zip(self._pack.strata, self._plan, strict=True):
            self._add_findings(truths, shards, outcomes)
            certain: set[tuple[str, int]] = set()
            possible: set[tuple[str, int]] = set()
            for shard in shards:
                values = dict(_properties(shard, truths))
                certain |= self._fire(shard, values, certain=True)
                possible |= self._fire(shard, values, certain=False)
            for rule in stratum:
                outcomes[rule.id] = _outcome(rule, certain, possible)
        return outcomes

    def close(self) -> None:
        """Give the library's memory back; the engine makes its rulesets anew when used again."""
        _close(self._rulesets)

    def _add_findings(
        self,
        truths: dict[int, Truth],
        shards: Sequence[Shard],
        outcomes: Mapping[str, Outcome],
    ) -> None:
        for atom in {atom for shard in shards for atom in shard.findings}:
            node = self._pack.atoms[atom]
            assert isinstance(node, s.Flagged | s.FlaggedIn)
            truths[atom] = flag_truth(node, outcomes, self._pack.families)

    def _fire(
        self, shard: Shard, values: Mapping[str, Truth], certain: bool
    ) -> set[tuple[str, int]]:
        fact: dict[str, Any] = {"kind": "case"}
        if certain:
            fact[CERTAIN] = 1
        for name, value in values.items():
            if value is True or (value is None and not certain):
                fact[f"{name}t"] = 1
            if value is False or (value is None and not certain):
                fact[f"{name}f"] = 1
        with LOCK:
            try:
                return self._ruleset(shard).fire(fact)
            except EngineError:
                self._rulesets.pop(shard.name, None)
                raise
            except Exception as fault:
                # The state may be half made; touching it again could crash the process.
                self._rulesets.pop(shard.name, None)
                raise EngineError(say("durable_rules failed: {fault!r}", fault=fault)) from fault

    def _ruleset(self, shard: Shard) -> Ruleset:
        if self._process != os.getpid():
            self._rulesets.clear()
            self._process = os.getpid()
        if shard.name not in self._rulesets:
            self._rulesets[shard.name] = Ruleset(shard)
        return self._rulesets[shard.name]


def _properties(shard: Shard, truths: Mapping[int, Truth]) -> Iterator[tuple[str, Truth]]:
    for atom in shard.atoms:
        yield f"a{atom}", truths[atom]
    for number, formula in shard.derived:
        yield f"d{number}", fold(formula, truths.__getitem__, KLEENE)


def _outcome(
    rule: CompiledRule, certain: set[tuple[str, int]], possible: set[tuple[str, int]]
) -> Outcome:
    if (rule.id, -1) in certain:
        return Outcome("not_applicable")
    held = [severity for i, (severity, _) in enumerate(rule.levels) if (rule.id, i) in certain]
    open_ = [severity for i, (severity, _) in enumerate(rule.levels) if (rule.id, i) in possible]
    if not open_:
        return Outcome("clear")
    if held:
        return Outcome("flag", _highest(held), _highest(open_))
    return Outcome("unknown", None, _highest(open_))


def _highest(severities: Sequence[Severity | None]) -> Severity | None:
    stated = [severity for severity in severities if severity is not None]
    return max(stated, key=SEVERITIES.index) if stated else None


def _close(rulesets: dict[str, Ruleset]) -> None:
    with LOCK:
        while rulesets:
            rulesets.popitem()[1].close()
