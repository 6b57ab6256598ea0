"""Inference by forward chaining on durable_rules.

The library is given only what it was measured to do well: flat facts whose properties are set to
1 or absent, and rules that are ORs of ANDs of such properties. Each atom has two properties,
*true* and *false*. A case is asserted twice: with every unknown atom setting neither property
(what fires is certain) and with it setting both (what fires is possible). Whatever else can go
wrong in it (a lost agenda, a swallowed exception) is found and raised, never read as a verdict.
"""

from __future__ import annotations

import itertools
import json
import os
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from convenio.backends.outcome import Outcome, flag_truth
from convenio.backends.shards import (
    CERTAIN,
    SENTINEL,
    Branches,
    Derived,
    Shard,
    outputs_of,
    shards_of,
)
from convenio.errors import EngineError
from convenio.language import syntax as s
from convenio.language.normal import All, AnyOf, AtLeastOf, Formula, Test
from convenio.language.truth import Truth, conjunction, disjunction, negate, threshold
from convenio.packs.compile import CompiledPack, CompiledRule
from convenio.packs.rule import SEVERITIES, Severity

NAME = "durable_rules"


@cache
def available() -> bool:
    """Return whether the library can be imported (its C part does not build on Python 3.13+)."""
    try:
        import durable_rules_engine  # noqa: F401
    except ImportError:
        return False
    return True


# --- the library ----------------------------------------------------------------------------

_LOCK = threading.RLock()
"""The library keeps global state and is used by one thread at a time."""

if hasattr(os, "register_at_fork"):
    # A process that is forked while another thread is inside the library could never go in.
    os.register_at_fork(
        before=_LOCK.acquire, after_in_child=_LOCK.release, after_in_parent=_LOCK.release
    )

_NAMES = itertools.count()


class _Ruleset:
    """One shard inside the library, driven without its host: no timers, threads or callbacks.

    The library's own loop decodes the whole fact again for each firing and swallows exceptions of
    actions; this one reads the fired rule's name and goes on (docs/decisions/0003).
    """

    def __init__(self, shard: Shard) -> None:
        import durable_rules_engine  # absent on Python 3.13+

        self._library: Any = durable_rules_engine
        self._outputs = {
            f"r{number}": (output.rule, output.level) for number, output in enumerate(shard.outputs)
        }
        rules: dict[str, Any] = {
            f"r{number}": {"all": [{"m": _expression(output.branches)}], "pri": 1}
            for number, output in enumerate(shard.outputs)
        }
        rules[SENTINEL] = {"all": [{"m": {"kind": "case"}}], "pri": 9}
        name = f"{shard.name}_{os.getpid()}_{next(_NAMES)}"
        self._handle = durable_rules_engine.create_ruleset(name, json.dumps(rules))
        self._sids = itertools.count()

    def fire(self, fact: Mapping[str, Any]) -> set[tuple[str, int]]:
        """Assert a fact and return what fired; raises EngineError unless the sentinel did."""
        sid = f"s{next(self._sids) % 500}"
        library, handle = self._library, self._handle
        code, state = library.assert_fact(handle, json.dumps({**fact, "sid": sid}))
        if code != 0:
            raise EngineError(f"durable_rules did not take a fact: code {code}")
        started = library.start_action_for_state(handle, state)
        message = started[1] if started else None
        fired: set[tuple[str, int]] = set()
        complete = False
        while message:
            name = message[2 : message.index('"', 2)]
            if name == SENTINEL:
                complete = True
            else:
                fired.add(self._outputs[name])
            message = library.complete_and_start_action(handle, state)
        if not complete:
            raise EngineError("durable_rules did not run its agenda to the end")
        library.delete_state(handle, sid)
        return fired

    def close(self) -> None:
        """Give the library's memory back."""
        self._library.delete_ruleset(self._handle)


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
        self._rulesets: dict[str, _Ruleset] = {}
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
        with _LOCK:
            try:
                return self._ruleset(shard).fire(fact)
            except EngineError:
                self._rulesets.pop(shard.name, None)
                raise
            except Exception as fault:
                # The state may be half made; touching it again could crash the process.
                self._rulesets.pop(shard.name, None)
                raise EngineError(f"durable_rules failed: {fault!r}") from fault

    def _ruleset(self, shard: Shard) -> _Ruleset:
        if self._process != os.getpid():
            self._rulesets.clear()
            self._process = os.getpid()
        if shard.name not in self._rulesets:
            self._rulesets[shard.name] = _Ruleset(shard)
        return self._rulesets[shard.name]


def _properties(shard: Shard, truths: Mapping[int, Truth]) -> Iterator[tuple[str, Truth]]:
    for atom in shard.atoms:
        yield f"a{atom}", truths[atom]
    for number, formula in shard.derived:
        yield f"d{number}", _derived_truth(formula, truths)


def _derived_truth(formula: Formula, truths: Mapping[int, Truth]) -> Truth:
    match formula:
        case Test(atom, positive):
            return truths[atom] if positive else negate(truths[atom])
        case All(parts):
            return conjunction([_derived_truth(part, truths) for part in parts])
        case AnyOf(parts):
            return disjunction([_derived_truth(part, truths) for part in parts])
        case AtLeastOf(count, parts, positive):
            value = threshold(count, [_derived_truth(part, truths) for part in parts])
            return value if positive else negate(value)


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


def _close(rulesets: dict[str, _Ruleset]) -> None:
    with _LOCK:
        while rulesets:
            rulesets.popitem()[1].close()


def _expression(branches: Branches) -> dict[str, Any]:
    parts = []
    for branch in branches:
        literals: list[dict[str, Any]] = [{name: 1} for name in branch] or [{"kind": "case"}]
        parts.append(literals[0] if len(literals) == 1 else {"$and": literals})
    return parts[0] if len(parts) == 1 else {"$or": parts}
