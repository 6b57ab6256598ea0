"""When the rules of a pack are flagged, as terms of Z3."""

from __future__ import annotations

from collections.abc import Sequence

from convenio.backends import rules
from convenio.backends.rules import RuleTruths, rule_truths
from convenio.backends.solver.conditions import Conditions
from convenio.backends.solver.logic import Pair
from convenio.language.logic import Logic
from convenio.packs.compile import CompiledPack, CompiledRule

RuleTerms = RuleTruths[Pair]
"""When a rule applies and is flagged, as terms."""


def rule_terms(pack: CompiledPack, conditions: Conditions) -> dict[str, RuleTerms]:
    """Return when each rule is flagged, over the variables of `conditions`."""
    facts = {atom: conditions.truth(pack.atoms[atom]) for atom in pack.fact_atoms}
    return rules.infer(pack, facts.__getitem__, _Terms(conditions.pairs))


class _Terms:
    """What the solver makes of rules."""

    def __init__(self, logic: Logic[Pair]) -> None:
        self.logic = logic

    def outcome(self, rule: CompiledRule, applies: Pair, levels: Sequence[Pair]) -> RuleTerms:
        return rule_truths(rule, applies, levels, self.logic)

    def flagged(self, outcome: RuleTerms, severity: str | None) -> Pair:
        return outcome.flagged(severity)
