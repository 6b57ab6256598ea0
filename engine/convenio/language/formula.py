"""Negation normal form over numbered atoms: what the inference engines combine.

An atom is one test that Python evaluates (a comparison, an `in`, a quantified expression, …).
Conditions that stand in several rules share their atoms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from convenio.language import syntax as s


@dataclass(frozen=True, slots=True)
class Atom:
    """A numbered atom that must be true (`positive`) or false."""

    number: int
    positive: bool = True


@dataclass(frozen=True, slots=True)
class All:
    """Every part must hold; none at all holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part must hold; none at all does not."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class AtLeastOf:
    """`count` of the parts must hold (`positive`), or fewer than that."""

    count: int
    parts: tuple[Formula, ...]
    positive: bool = True


Formula = Atom | All | AnyOf | AtLeastOf


@dataclass
class AtomTable:
    """Numbers atoms in the order in which they are first met.

    Equal conditions are kept as one object, so that each is evaluated once for a case.
    """

    atoms: list[s.Expression] = field(default_factory=list)
    _index: dict[s.Expression, int] = field(default_factory=dict)
    _known: dict[s.Expression, s.Expression] = field(default_factory=dict)

    def number(self, atom: s.Expression) -> int:
        """Return the number of an atom, the same for equal ones."""
        # A tree is hashed as a whole each time, so each is looked up once.
        place = self._index.setdefault(atom, len(self.atoms))
        if place == len(self.atoms):
            self.atoms.append(self.shared(atom))
        return place

    def shared(self, node: s.Expression) -> s.Expression:
        """Return the one object that stands for this condition."""
        known = self._known.get(node)
        if known is None:
            known = self._known[node] = self._rebuilt(node)
        return known

    def _rebuilt(self, node: s.Expression) -> s.Expression:
        match node:
            case s.Not(operand, position):
                return s.Not(self.shared(operand), position)
            case s.And(operands, position):
                return s.And(tuple(map(self.shared, operands)), position)
            case s.Or(operands, position):
                return s.Or(tuple(map(self.shared, operands)), position)
            case s.AtLeast(count, operands, position):
                return s.AtLeast(count, tuple(map(self.shared, operands)), position)
        return node


def speaks_of_findings(node: s.Expression) -> bool:
    """Return whether a condition uses `flagged(…)` or `flagged_in(…)`."""
    return any(isinstance(part, s.Flagged | s.FlaggedIn) for part in s.walk(node))


def normalise(node: s.Expression, table: AtomTable, positive: bool = True) -> Formula:
    """Return a condition in negation normal form: `not` stands only at atoms.

    `at_least` is one atom, unless it speaks of findings, which are known only when the strata
    below have been inferred.
    """
    match node:
        case s.Not(operand):
            return normalise(operand, table, not positive)
        case s.And(operands) | s.Or(operands):
            parts = _parts(operands, table, positive)
            is_all = isinstance(node, s.And) == positive
            return All(parts) if is_all else AnyOf(parts)
        case s.AtLeast(count, operands) if speaks_of_findings(node):
            return AtLeastOf(count, _parts(operands, table, True), positive)
        case s.Literal(value):
            return All(()) if bool(value) == positive else AnyOf(())
        case _:
            return Atom(table.number(node), positive)


def _parts(
    operands: Sequence[s.Expression], table: AtomTable, positive: bool
) -> tuple[Formula, ...]:
    return tuple(normalise(operand, table, positive) for operand in operands)


def atoms_of(formula: Formula) -> Iterator[int]:
    """Yield the atoms of a formula, in the order of its text."""
    if isinstance(formula, Atom):
        yield formula.number
    else:
        for part in formula.parts:
            yield from atoms_of(part)
