"""Scenarios side by side: what each changes, in which rules, and through which conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from convenio.assessment.assessment import Assessment
from convenio.assessment.cases import with_settings, without_excluded
from convenio.assessment.engine import Engine, Inference
from convenio.backends.outcome import Outcome
from convenio.facts.case import Case
from convenio.facts.paths import owner_of
from convenio.language import syntax as s
from convenio.language.truth import Truth
from convenio.packs.pack import Pack
from convenio.packs.rule import Rule
from convenio.presentation import Presented
from convenio.scenarios.changes import ChangedFact, changed_facts, in_scenario

SETTINGS = "set"
"""The key of what is compared where facts are set by hand."""


@dataclass(frozen=True, slots=True)
class ChangedCondition:
    """A condition of a rule that came out otherwise, and the changed facts that it reads.

    `rules` are those whose findings it speaks of.
    """

    text: str
    before: Truth
    after: Truth
    facts: tuple[ChangedFact, ...]
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangedRule:
    """A rule that came out otherwise."""

    rule: Rule
    before: Outcome
    after: Outcome
    through: tuple[ChangedCondition, ...]


@dataclass(frozen=True)
class Alternative:
    """The case with other facts, and what that changes."""

    key: str
    title: str
    assessment: Assessment
    facts: tuple[ChangedFact, ...]
    rules: tuple[ChangedRule, ...]


@dataclass(frozen=True)
class Comparison(Presented):
    """A case as it stands, beside one or more alternatives to it."""

    base: Assessment
    alternatives: tuple[Alternative, ...]


def compare(
    case: Case,
    pack: Pack,
    scenarios: Sequence[str] | None = None,
    settings: Mapping[str, str] | None = None,
    inference: Inference = "auto",
) -> Comparison:
    """Return the case beside its scenarios: all of them, or those that are named.

    `settings` are facts by path, written as in a case file; with them set, the case is one more
    alternative, and the only one where no scenario is named.

    Raises UsageError where the case has no such scenario, or a setting can't be used.

    >>> from convenio import load_case, load_pack
    >>> pack = load_pack("core")
    >>> found = compare(load_case("chile-copper-law", pack), pack, ["reformed"])
    >>> "TRA-008" in [changed.rule.id for changed in found.alternatives[0].rules]
    True
    """
    engine = Engine(pack, inference)
    base = engine.assess(case)
    names = scenarios
    if names is None:
        names = () if settings else tuple(case.scenarios)
    changed = [
        (name, case.scenarios[name].title, without_excluded(in_scenario(case, name), pack))
        for name in _known(case, names)
    ]
    if settings:
        title = ", ".join(f"{path}={value}" for path, value in settings.items())
        changed.append((SETTINGS, title, with_settings(case, pack, settings)))
    found = tuple(
        alternative(base, key, title, engine.assess(other)) for key, title, other in changed
    )
    return Comparison(base, found)


def _known(case: Case, names: Iterable[str]) -> list[str]:
    for name in names:
        in_scenario(case, name)
    return list(dict.fromkeys(names))


def alternative(base: Assessment, key: str, title: str, other: Assessment) -> Alternative:
    """Return what another assessment of the same case under the same pack changes."""
    facts = changed_facts(base.case, other.case)
    rules = tuple(
        ChangedRule(rule, before, after, _through(rule.id, base, other, facts))
        for rule in base.pack.rules
        if (before := base.outcomes[rule.id]) != (after := other.outcomes[rule.id])
    )
    return Alternative(key, title, other, facts, rules)


def _through(
    rule: str, base: Assessment, other: Assessment, facts: Sequence[ChangedFact]
) -> tuple[ChangedCondition, ...]:
    """Return the conditions that decided before or after, and came out otherwise."""
    sides = (base.builder, other.builder)
    decided = dict.fromkeys(atom for side in sides for atom in side.decided(rule).atoms)
    changed = [atom for atom in decided if sides[0].truth(atom) is not sides[1].truth(atom)]
    if not changed:
        changed = [
            atom
            for atom in base.builder.atoms(rule)
            if sides[0].truth(atom) is not sides[1].truth(atom)
        ]
    found = []
    for number in changed:
        before, after = (side.truth(number) for side in sides)
        atom = base.pack.compiled.atoms[number]
        paths = {owner_of(path) for path in s.paths_of(atom)}
        read = tuple(fact for fact in facts if fact.path in paths)
        rules = tuple(
            dict.fromkeys(
                name
                for side in sides
                for name in side.flagging(number)
                if base.outcomes[name] != other.outcomes[name]
            )
        )
        found.append(ChangedCondition(s.unparse(atom), before, after, read, rules))
    return tuple(found)
