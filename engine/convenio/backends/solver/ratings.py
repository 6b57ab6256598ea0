"""When findings and ratings of a pack hold, as terms of Z3."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from convenio.backends.solver.conditions import Conditions
from convenio.backends.solver.logic import Bool, Pair
from convenio.language import syntax as s
from convenio.language.normal import All, AnyOf, AtLeastOf, Formula, Test
from convenio.packs.compile import CompiledRule
from convenio.packs.pack import Pack
from convenio.packs.policy import RATINGS, Requirement
from convenio.packs.rule import SEVERITIES


@dataclass(frozen=True)
class RuleTerms:
    """When a rule applies, and when it is flagged with a severity or worse, by its number.

    Numbers run from 1 (low) to 4; a mitigating factor has the number 1 alone.
    """

    applies: Pair
    levels: Mapping[int, Pair]

    def at_least(self, number: int) -> Pair:
        """Return whether the rule is flagged with that severity or worse."""
        return next((p for level, p in self.levels.items() if level >= number), Pair(False, False))


class Ratings:
    """When findings and ratings of a pack hold, over the variables of `conditions`."""

    def __init__(self, pack: Pack, conditions: Conditions) -> None:
        self._pack = pack
        self._conditions = conditions
        self._logic = conditions.logic
        compiled = pack.compiled
        self._atoms = {atom: conditions.truth(compiled.atoms[atom]) for atom in compiled.fact_atoms}
        self.rules: dict[str, RuleTerms] = {}
        for rule in compiled.rules:
            self.rules[rule.id] = self._rule(rule)

    def _rule(self, rule: CompiledRule) -> RuleTerms:
        applies = self._formula(rule.applies)
        worse = Pair(False, False)
        levels: dict[int, Pair] = {}
        for severity, formula in reversed(rule.levels):
            number = 1 if severity is None else SEVERITIES.index(severity) + 1
            held = self._logic.both([applies, self._formula(formula)])
            worse = self._logic.either([worse, held])
            levels[number] = worse
        return RuleTerms(applies, dict(sorted(levels.items())))

    def _formula(self, formula: Formula) -> Pair:
        match formula:
            case Test(atom, positive):
                found = self._atoms[atom] if atom in self._atoms else self._finding(atom)
                return found if positive else self._logic.opposite(found)
            case All(parts):
                return self._logic.both([self._formula(part) for part in parts])
            case AnyOf(parts):
                return self._logic.either([self._formula(part) for part in parts])
            case AtLeastOf(count, parts, positive):
                found = self._logic.count(count, [self._formula(part) for part in parts])
                return found if positive else self._logic.opposite(found)

    def _finding(self, atom: int) -> Pair:
        node = self._pack.compiled.atoms[atom]
        assert isinstance(node, s.Flagged | s.FlaggedIn)
        if isinstance(node, s.Flagged):
            mitigating = self._pack.by_id[node.rule].kind == "mitigating"
            number = 1 if node.severity is None or mitigating else number_of_severity(node.severity)
            return self.rules[node.rule].at_least(number)
        members = self._pack.compiled.families.get(node.family, ())
        wanted = number_of_severity(node.severity)
        return self._logic.either([self.rules[name].at_least(wanted) for name in members])

    def above(self, rank: int, side: str) -> Bool:
        """Return when the overall rating is worse than that of a rank (0: low).

        `side` is "floor" or "ceiling".
        """
        families = self._pack.families
        return self._logic.any(self.family_above(name, rank, side) for name in families)

    def family_above(self, family: str, rank: int, side: str) -> Bool:
        """Return when the rating of a family is worse than that of a rank."""
        logic = self._logic
        members = [rule for rule in self._pack.rules if rule.family == family]
        scored = [self.rules[rule.id] for rule in members if rule.kind != "mitigating"]
        factors = logic.either(
            [self.rules[rule.id].at_least(1) for rule in members if rule.kind == "mitigating"]
        )
        floor = side == "floor"
        in_force = factors.possible if floor else factors.certain

        def rail(pair: Pair) -> Bool:
            return pair.certain if floor else pair.possible

        def worse(than: int) -> Bool:
            rows = [self._pack.policy.rows.get(rating, ()) for rating in RATINGS[than + 1 :]]
            return logic.any(
                self._holds(requirement, scored, rail) for row in rows for requirement in row
            )

        grave = rail(logic.either([rule.at_least(3) for rule in scored]))
        lowered = logic.all([in_force, logic.negate(worse(rank + 1))])
        if rank == 0:
            lowered = logic.all([lowered, logic.negate(grave)])
        assessed = logic.any(rule.applies.possible for rule in scored)
        return logic.all([assessed, worse(rank), logic.negate(lowered)])

    def _holds(
        self,
        requirement: Requirement,
        scored: Sequence[RuleTerms],
        rail: Callable[[Pair], Bool],
    ) -> Bool:
        wanted = number_of_severity(requirement.severity)
        parts = [rail(rule.at_least(wanted)) for rule in scored]
        return self._logic.at_least(requirement.at_least, parts)


def number_of_severity(severity: str) -> int:
    """Return the number of a severity: 1 for low to 4 for critical."""
    order: Sequence[str] = SEVERITIES
    return order.index(severity) + 1
