"""The reference: what the verdict of every rule is, in plain Python that can be read in full."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from convenio.backends.outcome import Outcome, flag_truth
from convenio.language import syntax as s
from convenio.language.normal import All, AnyOf, AtLeastOf, Formula, Test
from convenio.language.truth import Truth, conjunction, disjunction, negate, threshold
from convenio.packs.compile import CompiledPack, CompiledRule
from convenio.packs.rule import Severity

NAME = "reference"


def infer(pack: CompiledPack, facts: Mapping[int, Truth]) -> dict[str, Outcome]:
    """Return the outcome of every rule; `facts` gives the truth of every fact atom."""
    outcomes: dict[str, Outcome] = {}
    for stratum in pack.strata:
        # A stratum asks only about findings of the strata below it.
        outcomes.update({rule.id: outcome_of(rule, pack, facts, outcomes) for rule in stratum})
    return outcomes


def outcome_of(
    rule: CompiledRule,
    pack: CompiledPack,
    facts: Mapping[int, Truth],
    outcomes: Mapping[str, Outcome],
) -> Outcome:
    """Return the outcome of one rule; `outcomes` are those of the strata below it."""

    def truth(formula: Formula) -> Truth:
        match formula:
            case Test(atom, positive):
                node = pack.atoms[atom]
                if isinstance(node, s.Flagged | s.FlaggedIn):
                    value = flag_truth(node, outcomes, pack.families)
                else:
                    value = facts[atom]
                return value if positive else negate(value)
            case All(parts):
                return conjunction([truth(part) for part in parts])
            case AnyOf(parts):
                return disjunction([truth(part) for part in parts])
            case AtLeastOf(count, parts, positive):
                value = threshold(count, [truth(part) for part in parts])
                return value if positive else negate(value)

    severities = [severity for severity, _ in rule.levels]
    return verdict(truth(rule.applies), severities, [truth(when) for _, when in rule.levels])


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
