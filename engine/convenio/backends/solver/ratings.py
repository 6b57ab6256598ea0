"""When the ratings of a pack are worse than some rank, as terms of Z3."""

from __future__ import annotations

from convenio.backends.rules import IN_FORCE, by_topic
from convenio.backends.solver.conditions import Conditions
from convenio.backends.solver.logic import Bool, Pair
from convenio.backends.solver.rules import rule_terms
from convenio.packs.pack import Pack
from convenio.packs.policy import GRAVE, Side, is_lowered


class Ratings:
    """When findings and ratings of a pack hold, over the variables of `conditions`."""

    def __init__(self, pack: Pack, conditions: Conditions) -> None:
        self._pack = pack
        self._logic = conditions.logic
        self._pairs = conditions.pairs
        self.rules = rule_terms(pack.compiled, conditions)

    def above(self, rank: int, side: Side) -> Bool:
        """Return when the overall rating is worse than that of a rank (0: low)."""
        families = self._pack.families
        return self._logic.disjunction(self.family_above(name, rank, side) for name in families)

    def family_above(self, family: str, rank: int, side: Side) -> Bool:
        """Return when the rating of a family is worse than that of a rank."""
        logic, policy = self._logic, self._pack.policy
        members = [self.rules[rule.id] for rule in self._pack.rules if rule.family == family]
        scored = [rule for rule in members if not rule.is_factor]
        topics = by_topic(scored, self._pairs)
        factors = [rule.at_least(IN_FORCE) for rule in members if rule.is_factor]
        factor = self._pairs.disjunction(factors)
        # The floor counts what is certain and factors that are possible, the ceiling the reverse.
        in_force = factor.possible if side == "floor" else factor.certain

        def held(number: int, count: int) -> Bool:
            return logic.threshold(count, [_rail(one.at_least(number), side) for one in topics])

        def above(place: int) -> Bool:
            return policy.above(place, held, logic)

        # Only a rating that is one step above comes down to the rank.
        grave = logic.disjunction(_rail(rule.at_least(GRAVE), side) for rule in scored)
        step = is_lowered(lambda place: place <= rank, grave, in_force, logic)
        lowered = logic.conjunction([step, logic.negate(above(rank + 1))])
        assessed = logic.disjunction(rule.applies.possible for rule in scored)
        return logic.conjunction([assessed, above(rank), logic.negate(lowered)])


def _rail(pair: Pair, side: Side) -> Bool:
    return pair.certain if side == "floor" else pair.possible
