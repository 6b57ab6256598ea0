"""The one way from the truths of atoms to the outcome of every rule.

Every target goes it: with plain truths (`reference.py`), as the text of a Python function
(`python/rules.py`), with columns (`frames/rules.py`), with terms of the solver
(`solver/rules.py`). A target brings its logic, says what it makes of a rule whose conditions came
out so, and how it reads a severity off that again; the walk over rules, strata and `flagged(…)` is
here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from convenio.language import syntax as s
from convenio.language.logic import Logic, fold
from convenio.packs.compile import CompiledPack, CompiledRule
from convenio.packs.rule import severity_number

T = TypeVar("T")
R = TypeVar("R")


class Target(Protocol[T, R]):
    """What a target makes of rules: `T` are its truths, `R` is what it knows of one rule."""

    @property
    def logic(self) -> Logic[T]:
        """Return how truths are combined."""
        ...

    def outcome(self, rule: CompiledRule, applies: T, levels: Sequence[T]) -> R:
        """Return what is known of a rule whose levels, the lowest severity first, came out so."""
        ...

    def flagged(self, outcome: R, severity: str | None) -> T:
        """Return whether a rule is flagged with that severity or worse (None: with any).

        Of a mitigating factor, which has no severity, it says whether the factor is in force.
        """
        ...


def infer(pack: CompiledPack, facts: Callable[[int], T], target: Target[T, R]) -> dict[str, R]:
    """Return what a target knows of every rule; `facts` gives the truth of every fact atom."""
    outcomes: dict[str, R] = {}
    for rule in pack.rules:
        # A rule asks only about findings of the strata below its own, which come before it.
        outcomes[rule.id] = outcome_of(rule, pack, facts, target, outcomes)
    return outcomes


def outcome_of(
    rule: CompiledRule,
    pack: CompiledPack,
    facts: Callable[[int], T],
    target: Target[T, R],
    below: Mapping[str, R],
) -> R:
    """Return what a target knows of one rule; `below` is what it knows of the strata below it."""

    def atom(number: int) -> T:
        node = pack.atoms[number]
        if isinstance(node, s.Flagged | s.FlaggedIn):
            return flag_truth(node, pack.families, below, target)
        return facts(number)

    applies = fold(rule.applies, atom, target.logic)
    levels = [fold(condition, atom, target.logic) for _, condition in rule.levels]
    return target.outcome(rule, applies, levels)


def flag_truth(
    node: s.Flagged | s.FlaggedIn,
    families: Mapping[str, Sequence[str]],
    outcomes: Mapping[str, R],
    target: Target[T, R],
) -> T:
    """Return the truth of `flagged(…)` or `flagged_in(…)` from the outcomes of lower strata."""
    if isinstance(node, s.Flagged):
        return target.flagged(outcomes[node.rule], node.severity)
    members = families.get(node.family, ())
    return target.logic.disjunction(
        [target.flagged(outcomes[rule], node.severity) for rule in members]
    )


IN_FORCE = 1
"""The number of a mitigating factor's only level; severities have the numbers 1 to 4."""


@dataclass(frozen=True, slots=True)
class RuleTruths(Generic[T]):
    """When a rule applies, and for each number when it is flagged so.

    It serves targets that look at many cases at once, and so have no one outcome.

    `levels` map a severity's number to the truth of "flagged with that severity or worse", the
    lowest first; for a mitigating factor the one number is `IN_FORCE`. `never` is the target's F.
    """

    rule: CompiledRule
    applies: T
    levels: Mapping[int, T]
    never: T

    @property
    def is_factor(self) -> bool:
        """True for a mitigating factor."""
        return self.rule.kind == "mitigating"

    def at_least(self, number: int) -> T:
        """Return whether the rule is flagged with that severity or worse."""
        return next((truth for level, truth in self.levels.items() if level >= number), self.never)

    def flagged(self, severity: str | None) -> T:
        """Answer `flagged(rule, severity)`."""
        is_any = severity is None or self.is_factor
        return self.at_least(IN_FORCE if is_any else severity_number(severity))


@dataclass(frozen=True, slots=True)
class TopicTruths(Generic[T]):
    """Rules of a family that share a topic, and count once (semantics, "Counting by topic")."""

    rules: tuple[RuleTruths[T], ...]
    logic: Logic[T]

    def at_least(self, number: int) -> T:
        """Return whether one of the rules is flagged with that severity or worse."""
        truths = [rule.at_least(number) for rule in self.rules]
        return truths[0] if len(truths) == 1 else self.logic.disjunction(truths)


def by_topic(rules: Iterable[RuleTruths[T]], logic: Logic[T]) -> list[TopicTruths[T]]:
    """Bring the rules of one family together that count as one."""
    topics: dict[str, list[RuleTruths[T]]] = {}
    for rule in rules:
        topics.setdefault(rule.rule.counted_as, []).append(rule)
    return [TopicTruths(tuple(members), logic) for members in topics.values()]


def rule_truths(
    rule: CompiledRule,
    applies: T,
    levels: Sequence[T],
    logic: Logic[T],
    keep: Callable[[str, T], T] = lambda _name, truth: truth,
) -> RuleTruths[T]:
    """Return when a rule is flagged with each severity or worse.

    `keep` may put a truth where it is computed once; it is told a name that no other truth has.
    """
    worse = never = logic.disjunction([])
    numbered: dict[int, T] = {}
    numbers = [severity_number(severity) or IN_FORCE for severity, _ in rule.levels]
    for number, level in reversed(list(zip(numbers, levels, strict=True))):
        worse = logic.disjunction([worse, logic.conjunction([applies, level])])
        numbered[number] = keep(f"rule__{rule.id}__{number}", worse)
    lowest_first = dict(sorted(numbered.items()))
    return RuleTruths(rule, keep(f"rule__{rule.id}__applies", applies), lowest_first, never)
