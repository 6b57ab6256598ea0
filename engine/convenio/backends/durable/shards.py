"""Cuts the rules of a stratum into rulesets that durable_rules handles well.

A rule becomes an OR of few ANDs of properties; what is more involved is reduced by Python to one
property. A shard holds few enough branches and properties (docs/decisions/0003).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from convenio.errors import EngineError
from convenio.language.formula import All, AnyOf, AtLeastOf, Atom, Formula, atoms_of
from convenio.messages import say
from convenio.packs.compile import CompiledRule

# Bounds within which the library was measured to be right: see docs/decisions.
MAX_BRANCHES = 8
MAX_LITERALS = 24
MAX_SHARD_BRANCHES = 60
MAX_SHARD_PROPERTIES = 200

SENTINEL = "end"
CERTAIN = "c"
_RESERVED_NAMES = ("kind", "sid", "id", "$s")

Literal = str
"""The name of a property that must be set: `a17t` (atom 17 is true), `a17f`, `d3t`."""

Branches = tuple[tuple[Literal, ...], ...]


@dataclass(frozen=True, slots=True)
class Output:
    """What a firing means: the rule does not apply (level -1), or this level holds."""

    rule: str
    level: int
    branches: Branches


@dataclass
class Derived:
    """Formulas that Python reduces to one property: an OR beneath an AND, an `at_least`."""

    formulas: list[Formula] = field(default_factory=list)
    _index: dict[Formula, int] = field(default_factory=dict)

    def literal(self, formula: Formula) -> Literal:
        """Return the property that stands for a formula, the same for equal ones."""
        if formula not in self._index:
            self._index[formula] = len(self.formulas)
            self.formulas.append(formula)
        return f"d{self._index[formula]}t"


@dataclass(frozen=True)
class Shard:
    """A part of a stratum that is small enough for one ruleset."""

    name: str
    outputs: tuple[Output, ...]
    atoms: tuple[int, ...]
    derived: tuple[tuple[int, Formula], ...]
    findings: tuple[int, ...]


def negated(formula: Formula) -> Formula:
    """Return the negation, in negation normal form."""
    match formula:
        case Atom(number, positive):
            return Atom(number, not positive)
        case All(parts):
            return AnyOf(tuple(negated(part) for part in parts))
        case AnyOf(parts):
            return All(tuple(negated(part) for part in parts))
        case AtLeastOf(count, parts, positive):
            return AtLeastOf(count, parts, not positive)


def flattened(formula: Formula) -> Formula:
    """Return the formula with nested ANDs and nested ORs merged into one level each."""
    if isinstance(formula, Atom | AtLeastOf):
        return formula
    kind: type[All] | type[AnyOf] = All if isinstance(formula, All) else AnyOf
    parts: list[Formula] = []
    for part in map(flattened, formula.parts):
        parts.extend(part.parts if isinstance(part, kind) else [part])
    unique = tuple(dict.fromkeys(parts))
    return unique[0] if len(unique) == 1 else kind(unique)


def _branches(formula: Formula, derived: Derived) -> Branches:
    """Return the formula as an OR of ANDs of properties; no branch at all never fires."""
    flat = flattened(formula)
    if isinstance(flat, AnyOf):
        branches = tuple(_conjunction(part, derived) for part in flat.parts)
        if len(branches) > MAX_BRANCHES or sum(map(len, branches)) > MAX_LITERALS:
            return ((derived.literal(flat),),)
        return branches
    return (_conjunction(flat, derived),)


def _conjunction(formula: Formula, derived: Derived) -> tuple[Literal, ...]:
    parts = formula.parts if isinstance(formula, All) else (formula,)
    literals = tuple(
        f"a{part.number}{'t' if part.positive else 'f'}"
        if isinstance(part, Atom)
        else derived.literal(part)
        for part in parts
    )
    return literals if len(literals) <= MAX_LITERALS else (derived.literal(formula),)


def outputs_of(rule: CompiledRule, derived: Derived) -> Iterator[Output]:
    """Yield what is asked of a rule: that it does not apply, and each of its levels."""
    # Only what certainly does not apply is asked for, so this need not fire for the possible.
    exclusion = tuple((*branch, CERTAIN) for branch in _branches(negated(rule.applies), derived))
    if exclusion:
        yield Output(rule.id, -1, exclusion)
    for level, (_, condition) in enumerate(rule.levels):
        yield Output(rule.id, level, _branches(All((rule.applies, condition)), derived))


def shards_of(
    outputs: Sequence[Output], derived: Derived, name: str, findings: frozenset[int]
) -> Iterator[Shard]:
    """Yield the outputs in groups that one ruleset can hold, in their order.

    `findings` are the atoms that ask about findings of lower strata; each shard names its own.
    """
    group: list[Output] = []
    properties: set[str] = set()
    size = 0
    for output in outputs:
        if not output.branches:
            continue
        wanted = {literal for branch in output.branches for literal in branch}
        too_large = size + len(output.branches) > MAX_SHARD_BRANCHES
        if group and (too_large or len(properties | wanted) > MAX_SHARD_PROPERTIES):
            yield _shard(f"{name}_{group[0].rule}_{group[0].level}", group, derived, findings)
            group, properties, size = [], set(), 0
        group.append(output)
        properties |= wanted
        size += len(output.branches)
    if group:
        yield _shard(f"{name}_{group[0].rule}_{group[0].level}", group, derived, findings)


def _shard(name: str, outputs: list[Output], derived: Derived, findings: frozenset[int]) -> Shard:
    literals = {literal for o in outputs for branch in o.branches for literal in branch}
    literals.discard(CERTAIN)
    _refuse_collisions(literals | {CERTAIN})
    atoms = sorted({int(literal[1:-1]) for literal in literals if literal[0] == "a"})
    numbers = sorted({int(literal[1:-1]) for literal in literals if literal[0] == "d"})
    formulas = tuple((number, derived.formulas[number]) for number in numbers)
    read = {*atoms, *(atom for _, formula in formulas for atom in atoms_of(formula))}
    return Shard(name, tuple(outputs), tuple(atoms), formulas, tuple(sorted(read & findings)))


def _refuse_collisions(names: set[str]) -> None:
    """Refuse names that the library, which compares 32-bit hashes only (FNV-1a), would mix up."""
    seen: dict[int, str] = {}
    for name in sorted(names | set(_RESERVED_NAMES)):
        value = 2166136261
        for byte in name.encode():
            value = ((value ^ byte) * 16777619) & 0xFFFFFFFF
        if value in seen:
            raise EngineError(
                say(
                    "two names of atoms share one hash: {seen} and {name}",
                    seen=seen[value],
                    name=name,
                )
            )
        seen[value] = name
