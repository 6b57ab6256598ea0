"""Brings rules into the form that inference engines combine: formulas over atoms, in strata."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from convenio.language import syntax as s
from convenio.language.formula import AtomTable, Formula, normalise
from convenio.packs.rule import Rule, RuleKind, Severity


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule as formulas; `levels` go from the lowest severity to the highest.

    `scope` and `conditions` are the same as expressions, with atoms shared between rules.
    """

    id: str
    family: str
    kind: RuleKind
    counted_as: str
    applies: Formula
    levels: tuple[tuple[Severity | None, Formula], ...]
    scope: s.Expression
    conditions: tuple[tuple[Severity | None, s.Expression], ...]


@dataclass(frozen=True)
class CompiledPack:
    """All rules of a pack.

    `atoms` are the tests of all rules, each once. `strata` hold the rules in an order in which
    every finding is known before it is asked for. `made` holds what `MadeOnce` keeps with the
    pack; a copy, or another process, begins without.
    """

    atoms: tuple[s.Expression, ...]
    fact_atoms: tuple[int, ...]
    strata: tuple[tuple[CompiledRule, ...], ...]
    families: Mapping[str, tuple[str, ...]]
    made: dict[object, Any] = field(init=False, default_factory=dict, repr=False, compare=False)

    def __getstate__(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("atoms", "fact_atoms", "strata", "families")}

    def __setstate__(self, state: Mapping[str, Any]) -> None:
        self.__dict__.update(state, made={})

    @cached_property
    def by_id(self) -> Mapping[str, CompiledRule]:
        """Rules by identifier."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def places(self) -> Mapping[int, int]:
        """Where each fact atom stands among them, by its number."""
        return {atom: place for place, atom in enumerate(self.fact_atoms)}

    @property
    def rules(self) -> Iterator[CompiledRule]:
        """Every rule, stratum by stratum."""
        return (rule for stratum in self.strata for rule in stratum)


def compile_rule(rule: Rule, table: AtomTable) -> CompiledRule:
    """Compile one rule; its atoms are numbered in a table that rules share."""
    return CompiledRule(
        rule.id,
        rule.family,
        rule.kind,
        rule.counted_as,
        normalise(rule.scope, table),
        tuple((severity, normalise(when, table)) for severity, when in rule.levels),
        table.shared(rule.scope),
        tuple((severity, table.shared(when)) for severity, when in rule.levels),
    )


def compile_rules(rules: Sequence[Rule]) -> CompiledPack:
    """Compile the rules of one pack. `flagged` must not be circular (loading checks it)."""
    table = AtomTable()
    compiled = {rule.id: compile_rule(rule, table) for rule in rules}
    families: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        if rule.kind != "mitigating":
            families[rule.family] = (*families.get(rule.family, ()), rule.id)
    depth = stratum_of(rules, families)
    strata = tuple(
        tuple(compiled[rule.id] for rule in rules if depth[rule.id] == level)
        for level in range(max(depth.values(), default=-1) + 1)
    )
    fact_atoms = tuple(
        number
        for number, atom in enumerate(table.atoms)
        if not isinstance(atom, s.Flagged | s.FlaggedIn)
    )
    return CompiledPack(tuple(table.atoms), fact_atoms, strata, families)


def named_rules(rule: Rule, families: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return the rules whose findings a rule asks about."""
    named: dict[str, None] = {}
    for expression in (rule.applies, *(condition for _, condition in rule.levels)):
        for part in s.walk(expression):
            if isinstance(part, s.Flagged):
                named[part.rule] = None
            elif isinstance(part, s.FlaggedIn):
                named.update(dict.fromkeys(families.get(part.family, ())))
    return tuple(named)


def stratum_of(rules: Sequence[Rule], families: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Return for each rule how many layers of findings lie below it.

    Raises CircularError where rules ask about each other's findings in a circle.
    """
    below = {rule.id: named_rules(rule, families) for rule in rules}
    depth: dict[str, int] = {}
    path: list[str] = []

    def visit(name: str) -> int:
        if name in depth:
            return depth[name]
        if name in path:
            raise CircularError((*path[path.index(name) :], name))
        path.append(name)
        depth[name] = max((visit(other) + 1 for other in below.get(name, ())), default=0)
        path.pop()
        return depth[name]

    for rule in rules:
        visit(rule.id)
    return depth


class CircularError(Exception):
    """Rules ask about each other's findings in a circle; `circle` names them in order."""

    def __init__(self, circle: tuple[str, ...]) -> None:
        super().__init__(" → ".join(circle))
        self.circle = circle
