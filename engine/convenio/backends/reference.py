"""The reference: what the verdict of every rule is, in plain Python that can be read in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from convenio.backends import rules
from convenio.backends.outcome import Outcome
from convenio.language import syntax as s
from convenio.language.logic import KLEENE, Logic
from convenio.language.truth import Truth
from convenio.packs.compile import CompiledPack, CompiledRule
from convenio.packs.rule import Severity

NAME = "reference"


def infer(pack: CompiledPack, facts: Mapping[int, Truth]) -> dict[str, Outcome]:
    """Return the outcome of every rule; `facts` gives the truth of every fact atom."""
    return rules.infer(pack, facts.__getitem__, ONE_CASE)


def verdict(
    applies: Truth, severities: Sequence[Severity | None], levels: Sequence[Truth]
) -> Outcome:
    """Return the outcome of a rule whose levels, the lowest severity first, came out so."""
    if applies is False:
        return Outcome("not_applicable")
    possible = [name for name, value in zip(severities, levels, strict=True) if value is not False]
    certain = [name for name, value in zip(severities, levels, strict=True) if value is True]
    if not possible:
        return Outcome("clear")
    if applies is True and certain:
        return Outcome("flag", certain[-1], possible[-1])
    return Outcome("unknown", None, possible[-1])


def outcome_of(
    rule: CompiledRule,
    pack: CompiledPack,
    facts: Mapping[int, Truth],
    outcomes: Mapping[str, Outcome],
) -> Outcome:
    """Return the outcome of one rule; `outcomes` are those of the strata below it."""
    return rules.outcome_of(rule, pack, facts.__getitem__, ONE_CASE, outcomes)


def flag_truth(
    node: s.Flagged | s.FlaggedIn,
    outcomes: Mapping[str, Outcome],
    families: Mapping[str, Sequence[str]],
) -> Truth:
    """Return the truth of `flagged(…)` or `flagged_in(…)` from the outcomes of lower strata."""
    return rules.flag_truth(node, families, outcomes, ONE_CASE)


class _OneCase:
    """Plain truths in, outcomes out."""

    logic: Logic[Truth] = KLEENE

    def outcome(self, rule: CompiledRule, applies: Truth, levels: Sequence[Truth]) -> Outcome:
        return verdict(applies, [severity for severity, _ in rule.levels], levels)

    def flagged(self, outcome: Outcome, severity: str | None) -> Truth:
        return outcome.flagged(severity)


ONE_CASE: rules.Target[Truth, Outcome] = _OneCase()
"""What the reference makes of rules; `flagged(…)` reads severities off outcomes."""
