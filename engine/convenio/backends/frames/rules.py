"""Verdicts as columns: one code for each rule.

A code holds what is certain and what is possible in one small whole number: -1 where the rule does
not apply, else ten times the certain severity plus the possible one, where 0 is none and 1 to 4
are low to critical. So 0 is clear, 4 is unknown and may be critical, 24 is flagged as medium and
may be critical. A mitigating factor has no severity: 11 is in force, 1 may be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from convenio.backends.frames import logic
from convenio.backends.frames.conditions import Compiler
from convenio.backends.frames.dialects import Dialect
from convenio.backends.frames.logic import Truth
from convenio.backends.frames.namespace import Frame, ns
from convenio.backends.frames.scope import PRESUMED, Scope
from convenio.backends.outcome import Outcome, Verdict
from convenio.backends.rules import RuleTruths, outcome_of, rule_truths
from convenio.language import syntax as s
from convenio.language.formula import All, AnyOf, AtLeastOf, Formula, atoms_of
from convenio.language.logic import Logic
from convenio.packs.compile import CompiledPack, CompiledRule
from convenio.packs.rule import SEVERITIES, Severity, severity_number

NOT_APPLICABLE = -1


def outcome_of_code(code: int, mitigating: bool) -> Outcome:
    """Return the outcome that a code stands for.

    >>> outcome_of_code(24, mitigating=False)
    Outcome(verdict='flag', severity='medium', ceiling='critical')
    """
    if code == NOT_APPLICABLE:
        return Outcome("not_applicable")
    if code == 0:
        return Outcome("clear")
    severity, ceiling = divmod(code, 10)
    verdict: Verdict = "flag" if severity else "unknown"
    if mitigating:
        return Outcome(verdict)
    return Outcome(verdict, _named(severity), _named(ceiling))


def code_of(outcome: Outcome, mitigating: bool) -> int:
    """Return the code of an outcome.

    >>> code_of(Outcome("unknown", None, "critical"), mitigating=False)
    4
    """
    if outcome.verdict == "not_applicable":
        return NOT_APPLICABLE
    if outcome.verdict == "clear":
        return 0
    if mitigating:
        return 11 if outcome.verdict == "flag" else 1
    return 10 * severity_number(outcome.severity) + severity_number(outcome.ceiling)


def _named(number: int) -> Severity | None:
    return SEVERITIES[number - 1] if number else None


RuleColumns = RuleTruths[Truth]
"""When a rule applies and is flagged, as columns."""


@dataclass(frozen=True)
class Verdicts:
    """The frame with a column for each rule's levels, and what they are called."""

    frame: Frame
    rules: Mapping[str, RuleColumns]
    presumed: Mapping[str, RuleColumns] | None = None


def add_verdicts(
    scope: Scope,
    pack: CompiledPack,
    compiler: Compiler,
    keep: Sequence[str],
    presumed: frozenset[str] = frozenset(),
) -> Verdicts:
    """Return a frame with the columns of every rule's levels, and those that are to be kept.

    What is read no more is left behind at each step: engines look through all columns at each.
    With facts that are `presumed`, rules have columns for the presumed reading beside the others.
    """
    conditions = [pack.atoms[number] for number in pack.fact_atoms]
    scope = compiler.prepare(scope, conditions)
    taken = compiler.prepare(replace(scope, presumed=presumed), conditions) if presumed else scope
    inlined = frozenset() if presumed else _used_once(pack, compiler.dialect)
    atoms: dict[int, Truth] = {}
    presumed_atoms: dict[int, Truth] = {}
    stage: dict[str, ns.Expr] = {}
    for number in pack.fact_atoms:
        node = pack.atoms[number]
        truth = compiler.condition(node, scope)
        atoms[number] = truth if number in inlined else _kept(f"atom{number}", truth, stage)
        presumed_atoms[number] = atoms[number]
        if not presumed.isdisjoint(s.paths_of(node)):
            truth = compiler.condition(node, taken)
            presumed_atoms[number] = _kept(f"{PRESUMED}atom{number}", truth, stage)
    scope = taken
    passed_on = [*keep, *stage]
    if inlined:
        frame = scope.frame.with_columns(**stage) if stage else scope.frame
    else:
        frame = scope.frame.select(*keep, **stage)
    stage = {}
    readings = [(atoms, _Columns(stage), dict[str, RuleColumns]())]
    if presumed:
        readings.append((presumed_atoms, _Columns(stage, PRESUMED), {}))
    rule_columns: list[str] = []
    for stratum in pack.strata:
        stage.clear()
        for truths, target, found in readings:
            for rule in stratum:
                found[rule.id] = outcome_of(rule, pack, truths.__getitem__, target, found)
        frame = frame.select(*passed_on, *rule_columns, **stage)
        rule_columns += stage
    frame = frame.select(*keep, *rule_columns)
    return Verdicts(frame, *(found for _, _, found in readings))


class _Columns:
    """What columns make of rules; each level is a column of the stage that is being made."""

    logic: Logic[Truth] = logic

    def __init__(self, stage: dict[str, ns.Expr], prefix: str = "") -> None:
        self._stage = stage
        self._prefix = prefix

    def outcome(self, rule: CompiledRule, applies: Truth, levels: Sequence[Truth]) -> RuleColumns:
        return rule_truths(rule, applies, levels, self.logic, self._kept)

    def _kept(self, name: str, truth: Truth) -> Truth:
        return _kept(self._prefix + name, truth, self._stage)

    def flagged(self, outcome: RuleColumns, severity: str | None) -> Truth:
        return outcome.flagged(severity)


def _used_once(pack: CompiledPack, dialect: Dialect) -> frozenset[int]:
    """Return the atoms of the first stratum that stand in one place only, to be no columns.

    Where an engine computes an expression as often as it is written, there are none.

    What says when a rule applies is kept, and stands before each of its levels; what is counted is
    looked at twice.
    """
    if not dialect.joins_steps:
        return frozenset()
    places: Counter[int] = Counter()
    for stratum, rules in enumerate(pack.strata):
        for rule in rules:
            levels = [formula for _, formula in rule.levels]
            for formula, times in ((rule.applies, 2), *((one, 1) for one in levels)):
                weight = 2 if stratum or _counts(formula) else times
                for number in atoms_of(formula):
                    places[number] += weight
    return frozenset(number for number in pack.fact_atoms if places[number] == 1)


def _counts(formula: Formula) -> bool:
    if isinstance(formula, AtLeastOf):
        return True
    return isinstance(formula, All | AnyOf) and any(map(_counts, formula.parts))


def _kept(name: str, truth: Truth, stage: dict[str, ns.Expr]) -> Truth:
    """Keep a truth as a column, so that it is computed once; a constant needs none."""
    if not isinstance(truth, ns.Expr):
        return truth
    stage[name] = truth
    return ns.col(name)


# --- codes -----------------------------------------------------------------------------------


def codes(verdicts: Verdicts) -> dict[str, ns.Expr]:
    """Return the column of each rule's code, by the rule's identifier."""
    # The same few numbers stand in every rule, and an expression may be used again.
    bytes_made: dict[int, ns.Expr] = {}

    def byte(number: int) -> ns.Expr:
        if number not in bytes_made:
            bytes_made[number] = small(number)
        return bytes_made[number]

    return {name: _code(columns, byte) for name, columns in verdicts.rules.items()}


def _code(columns: RuleColumns, byte: Callable[[int], ns.Expr]) -> ns.Expr:
    constant = before = 0
    scored: list[ns.Expr] = []
    for number, truth in columns.levels.items():
        step = number - before
        before = number
        score = _scored(truth, 11 * step, step, byte)
        if isinstance(score, int):
            constant += score
        else:
            scored.append(score)
    if constant or not scored:
        scored.append(byte(constant))
    code = reduce(ns.Expr.__add__, scored)
    if columns.applies is True:
        return code
    if not isinstance(columns.applies, ns.Expr):
        return byte(NOT_APPLICABLE) if columns.applies is False else code
    return ns.when(~columns.applies).then(byte(NOT_APPLICABLE)).otherwise(code)


def _scored(
    truth: Truth, certain_score: int, possible_score: int, byte: Callable[[int], ns.Expr]
) -> ns.Expr | int:
    if not isinstance(truth, ns.Expr):
        return certain_score if truth is True else possible_score if truth is None else 0
    return (
        ns.when(truth)
        .then(byte(certain_score))
        .otherwise(ns.when(truth.is_null()).then(byte(possible_score)).otherwise(byte(0)))
    )


def small(number: int) -> ns.Expr:
    """Return a number in one byte."""
    return ns.lit(number, dtype=ns.Int8)
