"""Ratings and counts as columns: floor and ceiling for each family, and how many rules say what.

Both come from a tally of each family: how many of its rules are flagged with each severity or
worse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from convenio.backends.frames import logic
from convenio.backends.frames.logic import (
    Number,
    Truth,
    as_number,
    at_least,
    disjunction,
    minus,
    negate,
    plus,
    possibly,
    total,
    unknown,
)
from convenio.backends.frames.namespace import Frame, ns
from convenio.backends.frames.rules import RuleColumns, small
from convenio.backends.rules import IN_FORCE, TopicTruths, by_topic
from convenio.packs.pack import Pack
from convenio.packs.policy import GRAVE, RATINGS, SIDES, Held, Side, is_lowered
from convenio.packs.rule import severity_number

NOT_ASSESSED = -1


@dataclass(frozen=True, slots=True)
class _Tally:
    """How many rules are flagged with a severity or worse: for certain, and perhaps beside those.

    The keys are the severities' numbers.
    """

    certain: Mapping[int, Number]
    unknown: Mapping[int, Number]

    def held(self, number: int, side: Side) -> Number:
        """Return how many are flagged as seen from one side of the rating."""
        certain = self.certain[number]
        return certain if side == "floor" else plus(certain, self.unknown[number])

    def seen_from(self, side: Side) -> Held[Truth]:
        """Return what tells whether so many are flagged, as seen from one side of the rating."""
        return lambda number, count: at_least(self.held(number, side), count)


@dataclass(frozen=True)
class Counted:
    """The frame with a column for each number of a tally, for each family's rules and factors."""

    frame: Frame
    rules: Mapping[str, RuleColumns]
    flagged: Mapping[str, _Tally]
    scored: Mapping[str, _Tally]
    factors: Mapping[str, _Tally]


def add_tallies(
    pack: Pack, frame: Frame, rules: Mapping[str, RuleColumns], prefix: str = ""
) -> Counted:
    """Return the frame with how many rules of each family are flagged or may be.

    Ratings and counts both come from these numbers, so that each rule is looked at once. `prefix`
    stands before the names of their columns.
    """
    asked = {severity_number(one.severity) for rows in pack.policy.rows.values() for one in rows}
    numbers = sorted(asked | {IN_FORCE, GRAVE}, reverse=True)
    stage: dict[str, ns.Expr] = {}
    flagged: dict[str, _Tally] = {}
    scored: dict[str, _Tally] = {}
    factors: dict[str, _Tally] = {}
    for family in pack.families:
        members = [rules[rule.id] for rule in pack.rules if rule.family == family]
        mitigating = [columns for columns in members if columns.rule.kind == "mitigating"]
        others = [columns for columns in members if columns.rule.kind != "mitigating"]
        topics = by_topic(others, logic)
        scored[family] = _tally(f"{prefix}{family}__scored", topics, numbers, stage)
        flagged[family] = scored[family]
        if len(topics) < len(others):
            # Rules that share a topic count once for the rating, and each for how many are flagged.
            flagged[family] = _tally(f"{prefix}{family}__flagged", others, [IN_FORCE], stage)
        factors[family] = _tally(f"{prefix}{family}__factors", mitigating, [IN_FORCE], stage)
    return Counted(frame.with_columns(**stage) if stage else frame, rules, flagged, scored, factors)


def _tally(
    name: str,
    members: Sequence[RuleColumns | TopicTruths[Truth]],
    numbers: Sequence[int],
    stage: dict[str, ns.Expr],
) -> _Tally:
    """Count rules for each severity, the worst first: the next is more by what is added there."""
    sides: dict[str, dict[int, Number]] = {}
    for side, told in (("certain", _same), ("unknown", unknown)):
        sides[side] = {}
        count: Number = 0
        above: Sequence[Truth] = [False] * len(members)
        for number in numbers:
            truths = [columns.at_least(number) for columns in members]
            changed = [(new, old) for new, old in zip(truths, above, strict=True) if new is not old]
            count = plus(count, total([told(new) for new, _ in changed], len(members)))
            count = minus(count, total([told(old) for _, old in changed], len(members)))
            above = truths
            sides[side][number] = _kept_number(f"{name}__{side}{number}", count, stage)
    return _Tally(**sides)


def _same(truth: Truth) -> Truth:
    return truth


def _kept_number(name: str, number: Number, stage: dict[str, ns.Expr]) -> Number:
    if isinstance(number, int):
        return number
    stage[name] = number
    return ns.col(name)


def add_counts(counted: Counted) -> Frame:
    """Return the frame with how many rules have each verdict."""
    tallies = [*counted.flagged.values(), *counted.factors.values()]
    rules = list(counted.rules.values())
    counts = {
        "flag": [tally.certain[IN_FORCE] for tally in tallies],
        "unknown": [tally.unknown[IN_FORCE] for tally in tallies],
        "not_applicable": [total([negate(columns.applies) for columns in rules], len(rules))],
    }
    frame = counted.frame.with_columns(
        **{
            name: reduce(ns.Expr.__add__, (as_number(part, ns.Int16) for part in parts))
            for name, parts in counts.items()
        }
    )
    others = reduce(ns.Expr.__add__, map(ns.col, counts))
    return frame.with_columns(clear=ns.lit(len(rules), dtype=ns.Int16) - others)


# --- ratings ---------------------------------------------------------------------------------


BOTH: Mapping[Side, str] = {side: side for side in SIDES}
"""The names of both ratings that a reading of what is stated has."""


def add_ratings(counted: Counted, pack: Pack, sides: Mapping[Side, str] = BOTH) -> Counted:
    """Return the frame with the rank of each family and of the whole, floor and ceiling.

    Ranks are -1 for not assessed, 0 to 3 for low to critical, in `<family>__floor`,
    `<family>__ceiling`, `floor` and `ceiling`, or what `sides` call them. Each step is a stage of
    its own, since an engine may compute an expression as often as it is written.
    """
    ranks: dict[str, ns.Expr] = {}
    mitigated: dict[str, ns.Expr] = {}
    for family, tally in counted.scored.items():
        assessed = disjunction(
            possibly(columns.applies)
            for columns in counted.rules.values()
            if columns.rule.family == family and columns.rule.kind != "mitigating"
        )
        # A factor that only may be in force lowers what is least, not what is worst.
        lowering: Mapping[Side, Side] = {"floor": "ceiling", "ceiling": "floor"}
        for side, called in sides.items():
            name = f"{family}__{called}"
            other = lowering[side]
            ranks[name] = _rank(pack, tally.seen_from(side))
            in_force = at_least(counted.factors[family].held(IN_FORCE, other), 1)
            grave = at_least(tally.held(GRAVE, side), 1)
            rank = _mitigated(ns.col(name), in_force, grave)
            mitigated[name] = _when(assessed, rank, small(NOT_ASSESSED))
    frame = counted.frame.with_columns(**ranks).with_columns(**mitigated)
    frame = frame.with_columns(
        **{
            called: _worst([f"{family}__{called}" for family in pack.families])
            for called in sides.values()
        }
    )
    return replace(counted, frame=frame)


def add_untested(counted: Counted, readings: Sequence[str]) -> Counted:
    """Return the frame with nothing established where no test could be run.

    `readings` are the names of the ratings that are then not assessed: all but the ceiling.
    """
    run: Number = 0
    for family, tally in counted.flagged.items():
        scored = [
            columns
            for columns in counted.rules.values()
            if columns.rule.family == family and columns.rule.kind != "mitigating"
        ]
        excluded = total([negate(columns.applies) for columns in scored], len(counted.rules))
        ended = minus(minus(len(scored), _wide(excluded)), _wide(tally.unknown[IN_FORCE]))
        run = plus(run, ended)
    tested = at_least(run, 1)
    if tested is True:
        return counted
    names = [*readings, *(f"{family}__{one}" for family in counted.flagged for one in readings)]
    untested = {name: _when(tested, ns.col(name), small(NOT_ASSESSED)) for name in names}
    return replace(counted, frame=counted.frame.with_columns(**untested))


def _wide(number: Number) -> Number:
    """Return a number with room for those of all families together."""
    return number if isinstance(number, int) else as_number(number, ns.Int16)


def _when(test: Truth, yes: ns.Expr, no: ns.Expr) -> ns.Expr:
    if not isinstance(test, ns.Expr):
        return yes if test is True else no
    return ns.when(test).then(yes).otherwise(no)


def _rank(pack: Pack, held: Held[Truth]) -> ns.Expr:
    """Return the worst rating whose row of the policy holds."""
    result = small(0)
    for number in range(len(RATINGS)):
        result = _when(pack.policy.row(number, held, logic), small(number), result)
    return result


def _mitigated(rank: ns.Expr, in_force: Truth, grave: Truth) -> ns.Expr:
    lowered = is_lowered(lambda place: rank > place, grave, in_force, logic)
    return _when(lowered, rank - small(1), rank)


def _worst(names: Sequence[str]) -> ns.Expr:
    """Return the worst of ranks; a family that is not assessed counts for nothing."""
    columns = [ns.col(name) for name in names]
    return columns[0] if len(columns) == 1 else ns.max_horizontal(*columns)
