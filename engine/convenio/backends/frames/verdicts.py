"""Verdicts as columns: one code for each rule.

A code holds what is certain and what is possible in one small whole number: -1 where the rule does
not apply, else ten times the certain severity plus the possible one, where 0 is none and 1 to 4
are low to critical. So 0 is clear, 4 is unknown and may be critical, 24 is flagged as medium and
may be critical. A mitigating factor has no severity: 11 is in force, 1 may be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from convenio.backends.frames.conditions import Compiler, Scope
from convenio.backends.frames.truth import (
    Truth,
    conjunction,
    disjunction,
    negate,
    threshold,
)
from convenio.backends.frames.words import Frame, nw
from convenio.backends.outcome import Outcome, Verdict
from convenio.language import syntax as s
from convenio.language.normal import All, AnyOf, AtLeastOf, Formula, Test, atoms_of
from convenio.packs.compile import CompiledPack, CompiledRule
from convenio.packs.rule import SEVERITIES, Severity

NOT_APPLICABLE = -1
FIRST = 1
"""The number of the lowest severity, and of a factor that is in force."""


def outcome_of(code: int, mitigating: bool) -> Outcome:
    """Return the outcome that a code stands for.

    >>> outcome_of(24, mitigating=False)
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
    return 10 * number_of(outcome.severity) + number_of(outcome.ceiling)


def _named(number: int) -> Severity | None:
    return SEVERITIES[number - 1] if number else None


def number_of(severity: Severity | None) -> int:
    """Return 1 to 4 for low to critical, 0 for none."""
    return 0 if severity is None else SEVERITIES.index(severity) + 1


@dataclass(frozen=True, slots=True)
class RuleColumns:
    """What is known of one rule: whether it applies, and for each number whether it is flagged so.

    `levels` map a severity's number to the truth of "flagged with that severity or worse", the
    lowest first; for a mitigating factor the one number is 1.
    """

    rule: CompiledRule
    applies: Truth
    levels: Mapping[int, Truth]

    def at_least(self, number: int) -> Truth:
        """Return whether the rule is flagged with that severity or worse."""
        return next((truth for level, truth in self.levels.items() if level >= number), False)


@dataclass(frozen=True)
class Verdicts:
    """The frame with a column for each rule's levels, and what they are called."""

    frame: Frame
    rules: Mapping[str, RuleColumns]


def add_verdicts(
    scope: Scope, pack: CompiledPack, compiler: Compiler, keep: Sequence[str]
) -> Verdicts:
    """Return a frame with the columns of every rule's levels, and those that are to be kept.

    What is read no more is left behind at each step: engines look through all columns at each.
    """
    scope = compiler.prepare(scope, [pack.atoms[number] for number in pack.fact_atoms])
    inlined = _used_once(pack) if compiler.dialect.joins_steps else frozenset()
    atoms: dict[int, Truth] = {}
    stage: dict[str, nw.Expr] = {}
    for number in pack.fact_atoms:
        truth = compiler.condition(pack.atoms[number], scope)
        atoms[number] = truth if number in inlined else _kept(f"atom{number}", truth, stage)
    passed_on = [*keep, *stage]
    if inlined:
        frame = scope.frame.with_columns(**stage) if stage else scope.frame
    else:
        frame = scope.frame.select(*keep, **stage)
    rules: dict[str, RuleColumns] = {}
    rule_columns: list[str] = []
    for stratum in pack.strata:
        stage = {}
        for rule in stratum:
            rules[rule.id] = _rule_columns(rule, pack, atoms, rules, stage)
        frame = frame.select(*passed_on, *rule_columns, **stage)
        rule_columns += stage
    return Verdicts(frame.select(*keep, *rule_columns), rules)


def _used_once(pack: CompiledPack) -> frozenset[int]:
    """Return the atoms of the first stratum that stand in one place only.

    What says when a rule applies is kept, and stands before each of its levels; what is counted is
    looked at twice.
    """
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


def _kept(name: str, truth: Truth, stage: dict[str, nw.Expr]) -> Truth:
    """Keep a truth as a column, so that it is computed once; a constant needs none."""
    if not isinstance(truth, nw.Expr):
        return truth
    stage[name] = truth
    return nw.col(name)


def _rule_columns(
    rule: CompiledRule,
    pack: CompiledPack,
    atoms: Mapping[int, Truth],
    below: Mapping[str, RuleColumns],
    stage: dict[str, nw.Expr],
) -> RuleColumns:
    def truth(formula: Formula) -> Truth:
        match formula:
            case Test(atom, positive):
                node = pack.atoms[atom]
                value = (
                    _flag_truth(node, pack, below)
                    if isinstance(node, s.Flagged | s.FlaggedIn)
                    else atoms[atom]
                )
                return value if positive else negate(value)
            case All(parts):
                return conjunction([truth(part) for part in parts])
            case AnyOf(parts):
                return disjunction([truth(part) for part in parts])
            case AtLeastOf(count, parts, positive):
                value = threshold(count, [truth(part) for part in parts])
                return value if positive else negate(value)

    applies = truth(rule.applies)
    worse: Truth = False
    levels: dict[int, Truth] = {}
    for severity, formula in reversed(rule.levels):
        number = FIRST if severity is None else number_of(severity)
        worse = disjunction((worse, conjunction((applies, truth(formula)))))
        levels[number] = _kept(f"rule__{rule.id}__{number}", worse, stage)
    lowest_first = dict(sorted(levels.items()))
    applies = _kept(f"rule__{rule.id}__applies", applies, stage)
    return RuleColumns(rule, applies, lowest_first)


def _flag_truth(
    node: s.Flagged | s.FlaggedIn, pack: CompiledPack, below: Mapping[str, RuleColumns]
) -> Truth:
    if isinstance(node, s.Flagged):
        rule = below[node.rule]
        mitigating = rule.rule.kind == "mitigating"
        wanted = FIRST if node.severity is None or mitigating else _wanted(node.severity)
        return rule.at_least(wanted)
    wanted = _wanted(node.severity)
    return disjunction(below[name].at_least(wanted) for name in pack.families.get(node.family, ()))


def _wanted(severity: str) -> int:
    order: Sequence[str] = SEVERITIES
    return order.index(severity) + 1


# --- codes -----------------------------------------------------------------------------------


def codes(verdicts: Verdicts) -> dict[str, nw.Expr]:
    """Return the column of each rule's code, by the rule's identifier."""
    # The same few numbers stand in every rule, and an expression may be used again.
    bytes_made: dict[int, nw.Expr] = {}

    def byte(number: int) -> nw.Expr:
        if number not in bytes_made:
            bytes_made[number] = small(number)
        return bytes_made[number]

    return {name: _code(columns, byte) for name, columns in verdicts.rules.items()}


def _code(columns: RuleColumns, byte: Callable[[int], nw.Expr]) -> nw.Expr:
    constant = before = 0
    scored: list[nw.Expr] = []
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
    code = reduce(nw.Expr.__add__, scored)
    if columns.applies is True:
        return code
    if not isinstance(columns.applies, nw.Expr):
        return byte(NOT_APPLICABLE) if columns.applies is False else code
    return nw.when(~columns.applies).then(byte(NOT_APPLICABLE)).otherwise(code)


def _scored(
    truth: Truth, certain_score: int, possible_score: int, byte: Callable[[int], nw.Expr]
) -> nw.Expr | int:
    if not isinstance(truth, nw.Expr):
        return certain_score if truth is True else possible_score if truth is None else 0
    return (
        nw.when(truth)
        .then(byte(certain_score))
        .otherwise(nw.when(truth.is_null()).then(byte(possible_score)).otherwise(byte(0)))
    )


def small(number: int) -> nw.Expr:
    """Return a number in one byte."""
    return nw.lit(number, dtype=nw.Int8)
