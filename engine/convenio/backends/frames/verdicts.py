"""Verdicts and ratings as columns: one code for each rule, floor and ceiling for each family.

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
    certain,
    choose,
    conjunction,
    disjunction,
    negate,
    possibly,
    threshold,
    total,
    unknown,
)
from convenio.backends.frames.words import Frame, nw
from convenio.backends.outcome import Outcome, Verdict
from convenio.language import syntax as s
from convenio.language.normal import All, AnyOf, AtLeastOf, Formula, Test, atoms_of
from convenio.packs.compile import CompiledPack, CompiledRule
from convenio.packs.pack import Pack
from convenio.packs.policy import RATINGS, Requirement
from convenio.packs.rule import SEVERITIES, Severity

NOT_APPLICABLE = -1
NOT_ASSESSED = -1
_FIRST = 1
_GRAVE = 3
"""The number of high; see RatingPolicy.mitigated."""


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
    return 10 * _number(outcome.severity) + _number(outcome.ceiling)


def _named(number: int) -> Severity | None:
    return SEVERITIES[number - 1] if number else None


def _number(severity: Severity | None) -> int:
    return 0 if severity is None else SEVERITIES.index(severity) + 1


@dataclass(frozen=True, slots=True)
class _RuleColumns:
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
    rules: Mapping[str, _RuleColumns]


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
        frame = compiler.dialect.settled(scope.frame.select(*keep, **stage))
    rules: dict[str, _RuleColumns] = {}
    rule_columns: list[str] = []
    for stratum in pack.strata:
        stage = {}
        for rule in stratum:
            rules[rule.id] = _rule_columns(rule, pack, atoms, rules, stage)
        frame = frame.select(*passed_on, *rule_columns, **stage)
        rule_columns += stage
        frame = compiler.dialect.settled(frame)
    return Verdicts(frame.select(*keep, *rule_columns), rules)


def _used_once(pack: CompiledPack) -> frozenset[int]:
    """Return the atoms of the first stratum that stand in one place only.

    What says when a rule applies stands before each of its levels, and what is counted is looked
    at twice.
    """
    places: Counter[int] = Counter()
    for stratum, rules in enumerate(pack.strata):
        for rule in rules:
            levels = [formula for _, formula in rule.levels]
            for formula, times in ((rule.applies, len(levels)), *((one, 1) for one in levels)):
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
    below: Mapping[str, _RuleColumns],
    stage: dict[str, nw.Expr],
) -> _RuleColumns:
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
        number = _FIRST if severity is None else _number(severity)
        worse = disjunction((worse, conjunction((applies, truth(formula)))))
        levels[number] = _kept(f"rule__{rule.id}__{number}", worse, stage)
    lowest_first = dict(sorted(levels.items()))
    applies = _kept(f"rule__{rule.id}__applies", applies, stage)
    return _RuleColumns(rule, applies, lowest_first)


def _flag_truth(
    node: s.Flagged | s.FlaggedIn, pack: CompiledPack, below: Mapping[str, _RuleColumns]
) -> Truth:
    if isinstance(node, s.Flagged):
        rule = below[node.rule]
        mitigating = rule.rule.kind == "mitigating"
        wanted = _FIRST if node.severity is None or mitigating else _named_number(node.severity)
        return rule.at_least(wanted)
    wanted = _named_number(node.severity)
    return disjunction(below[name].at_least(wanted) for name in pack.families.get(node.family, ()))


def _named_number(severity: str) -> int:
    order: Sequence[str] = SEVERITIES
    return order.index(severity) + 1


# --- codes -----------------------------------------------------------------------------------


def codes(verdicts: Verdicts) -> dict[str, nw.Expr]:
    """Return the column of each rule's code, by the rule's identifier."""
    return {name: _code(columns) for name, columns in verdicts.rules.items()}


def _code(columns: _RuleColumns) -> nw.Expr:
    constant = before = 0
    scored: list[nw.Expr] = []
    for number, truth in columns.levels.items():
        step = number - before
        before = number
        score = _scored(truth, 11 * step, step)
        if isinstance(score, int):
            constant += score
        else:
            scored.append(score)
    if constant or not scored:
        scored.append(_small(constant))
    code = reduce(nw.Expr.__add__, scored)
    if columns.applies is True:
        return code
    if not isinstance(columns.applies, nw.Expr):
        return _small(NOT_APPLICABLE) if columns.applies is False else code
    return nw.when(~columns.applies).then(_small(NOT_APPLICABLE)).otherwise(code)


def _scored(truth: Truth, certain_score: int, possible_score: int) -> nw.Expr | int:
    if not isinstance(truth, nw.Expr):
        return certain_score if truth is True else possible_score if truth is None else 0
    return (
        nw.when(truth)
        .then(_small(certain_score))
        .otherwise(nw.when(truth.is_null()).then(_small(possible_score)).otherwise(_small(0)))
    )


def _small(number: int) -> nw.Expr:
    return nw.lit(number, dtype=nw.Int8)


# --- ratings ---------------------------------------------------------------------------------

_RAILS = (("floor", certain), ("ceiling", possibly))


def add_ratings(frame: Frame, pack: Pack, verdicts: Verdicts) -> Frame:
    """Return the frame with the rank of each family and of the whole, floor and ceiling.

    Ranks are -1 for not assessed, 0 to 3 for low to critical, in `<family>__floor`,
    `<family>__ceiling`, `floor` and `ceiling`. Each step is a stage of its own, since an engine
    may compute an expression as often as it is written.
    """
    requirements: dict[str, nw.Expr] = {}
    ranks: dict[str, nw.Expr] = {}
    mitigated: dict[str, nw.Expr] = {}
    for family in pack.families:
        members = [verdicts.rules[rule.id] for rule in pack.rules if rule.family == family]
        scored = [columns for columns in members if columns.rule.kind != "mitigating"]
        factors = disjunction(
            columns.at_least(_FIRST) for columns in members if columns.rule.kind == "mitigating"
        )
        assessed = _kept(
            f"assessed__{family}",
            disjunction(possibly(columns.applies) for columns in scored),
            requirements,
        )
        for (side, rail), in_force in zip(
            _RAILS, (possibly(factors), certain(factors)), strict=True
        ):
            name = f"{family}__{side}"
            rows = _rows(pack, scored, rail, name, requirements)
            ranks[name] = _rank(rows)
            grave = rail(disjunction(columns.at_least(_GRAVE) for columns in scored))
            grave = _kept(f"grave__{name}", grave, requirements)
            lowered = _kept(f"in_force__{name}", in_force, requirements)
            rank = _mitigated(nw.col(name), lowered, grave)
            mitigated[name] = _when(assessed, rank, _small(NOT_ASSESSED))
    if requirements:
        frame = frame.with_columns(**requirements)
    frame = frame.with_columns(**ranks).with_columns(**mitigated)
    return frame.with_columns(
        **{side: _worst([f"{family}__{side}" for family in pack.families]) for side, _ in _RAILS}
    )


def _when(test: Truth, yes: nw.Expr, no: nw.Expr) -> nw.Expr:
    if not isinstance(test, nw.Expr):
        return yes if test is True else no
    return nw.when(test).then(yes).otherwise(no)


def _rows(
    pack: Pack,
    scored: Sequence[_RuleColumns],
    rail: Callable[[Truth], Truth],
    name: str,
    stage: dict[str, nw.Expr],
) -> dict[int, Truth]:
    """Return for each rating above low whether its row of the policy holds."""
    holds: dict[int, Truth] = {}
    for number, rating in enumerate(RATINGS):
        requirements = pack.policy.rows.get(rating, ())
        held = disjunction(_holds(requirement, scored, rail) for requirement in requirements)
        holds[number] = _kept(f"row{number}__{name}", held, stage)
    return holds


def _rank(rows: Mapping[int, Truth]) -> nw.Expr:
    result = _small(0)
    for number, holds in rows.items():
        result = _when(holds, _small(number), result)
    return result


def _holds(
    requirement: Requirement, scored: Sequence[_RuleColumns], rail: Callable[[Truth], Truth]
) -> Truth:
    wanted = _number(requirement.severity)
    truths = [columns.at_least(wanted) for columns in scored]
    if requirement.at_least == 1:
        return rail(disjunction(truths))
    return total([rail(truth) for truth in truths]) >= requirement.at_least


def _mitigated(rank: nw.Expr, in_force: Truth, grave: Truth) -> nw.Expr:
    """Lower a rank by one; not below moderate while a high or critical finding stands."""
    step = choose((rank >= 2, True), (rank >= 1, negate(grave)), otherwise=False)
    return _when(conjunction((in_force, step)), rank - _small(1), rank)


def _worst(names: Sequence[str]) -> nw.Expr:
    """Return the worst of ranks; a family that is not assessed counts for nothing."""
    columns = [nw.col(name) for name in names]
    return columns[0] if len(columns) == 1 else nw.max_horizontal(*columns)


# --- counts ----------------------------------------------------------------------------------


def add_counts(frame: Frame, verdicts: Verdicts) -> Frame:
    """Return the frame with how many rules have each verdict."""
    rules = list(verdicts.rules.values())
    flagged = [columns.at_least(_FIRST) for columns in rules]
    counts = {
        "flag": total(flagged),
        "unknown": total([unknown(truth) for truth in flagged]),
        "not_applicable": total([negate(columns.applies) for columns in rules]),
    }
    counted = {name: number.cast(nw.Int16) for name, number in counts.items()}
    frame = frame.with_columns(**counted)
    others = reduce(nw.Expr.__add__, map(nw.col, counts))
    return frame.with_columns(clear=nw.lit(len(rules), dtype=nw.Int16) - others)
