"""Which facts decided a rule's verdict, and which open ones could change it.

Both follow from the truths of the rule's atoms alone (semantics, "Support"), so that what was
worked out once for a rule and its truths serves every case with the same ones. Nothing is traced
for it but atoms that look at lists or compute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeVar

from convenio.backends.outcome import Outcome
from convenio.facts.catalogue import Catalogue
from convenio.language import syntax as s
from convenio.language.formula import AtLeastOf, Atom, Formula, atoms_of
from convenio.language.logic import KLEENE, fold
from convenio.language.truth import TRUTH_OF, Truth, negate
from convenio.language.types import AS_OF
from convenio.packs.compile import CompiledPack, CompiledRule

KEPT = 4096
"""So many different truths of one rule are remembered at most."""

_Item = TypeVar("_Item")

Truths = Callable[[int], Truth]
"""Gives the truth of an atom by its number."""


@dataclass(frozen=True, slots=True)
class Decided:
    """What decided a verdict: numbers of atoms, in the order of the rule's text.

    `paths` and `open_paths` are the facts of those atoms, where each reads one fact as it stands;
    else both are None.
    """

    atoms: tuple[int, ...]
    open_atoms: tuple[int, ...]
    paths: tuple[str, ...] | None = None
    open_paths: tuple[str, ...] | None = None


class RuleSupport:
    """Finds what decided the verdicts of one rule."""

    def __init__(self, rule: CompiledRule, pack: CompiledPack, simple: Mapping[int, str]) -> None:
        self._rule = rule
        formulas = (rule.applies, *(level for _, level in rule.levels))
        atoms = _distinct(atom for part in formulas for atom in atoms_of(part))
        self.atoms = atoms
        """The rule's atoms, by number, in the order of its text."""
        self._atoms = tuple(atom for atom in atoms if atom in pack.places)
        self._flags = tuple(atom for atom in atoms if atom not in pack.places)
        self._paths = {atom: simple[atom] for atom in atoms if atom in simple}
        self._plain = len(self._paths) == len(atoms)
        self._key = _picker([pack.places[atom] for atom in self._atoms])
        self._known: dict[Any, Decided] = {}

    def decided(self, outcome: Outcome, codes: bytes, findings: Truths) -> Decided:
        """Return what decided an outcome.

        `codes` are the truths of all fact atoms; `findings` gives the truth of an atom that speaks
        of findings.
        """
        key = self._key(codes)
        flags = tuple(map(findings, self._flags))
        # Severities of findings stand in no truth, so that these don't tell outcomes apart.
        whole = (key, flags, outcome) if flags else key
        found = self._known.get(whole)
        if found is None:
            found = self._decide(outcome, key, flags)
            if len(self._known) < KEPT:
                self._known[whole] = found
        return found

    def _decide(self, outcome: Outcome, codes: Any, flags: Sequence[Truth]) -> Decided:
        known = {atom: TRUTH_OF[code] for atom, code in zip(self._atoms, codes, strict=True)}
        known.update(zip(self._flags, flags, strict=True))
        truths = known.__getitem__
        decided, open_ = _conditions(self._rule, outcome, truths)
        atoms = _distinct(atom for part in decided for atom in support(part, truths))
        unknown = [part for part in open_ if truth_of(part, truths) is None]
        open_atoms = _distinct(atom for part in unknown for atom in support(part, truths))
        if not self._plain:
            return Decided(atoms, open_atoms)
        paths = (_distinct(map(self._paths.__getitem__, found)) for found in (atoms, open_atoms))
        return Decided(atoms, open_atoms, *paths)


def _picker(places: list[int]) -> Callable[[bytes], Any]:
    """Return what picks the codes at some places, as something that can be a key."""
    if len(places) == 1:
        return lambda codes: (codes[places[0]],)
    return itemgetter(*places) if places else lambda _codes: ()


def _conditions(
    rule: CompiledRule, outcome: Outcome, truths: Truths
) -> tuple[list[Formula], list[Formula]]:
    """Return the conditions that decided an outcome, and those that could still change it."""
    levels = [level for _, level in rule.levels]
    if outcome.verdict == "not_applicable":
        return [rule.applies], []
    if outcome.verdict == "clear":
        return levels, [rule.applies]
    if outcome.verdict == "flag":
        place = [severity for severity, _ in rule.levels].index(outcome.severity)
        return [levels[place], rule.applies], [rule.applies, *levels[place + 1 :]]
    possible = [level for level in levels if truth_of(level, truths) is not False]
    return [rule.applies, *possible], [rule.applies, *possible]


def _distinct(items: Iterable[_Item]) -> tuple[_Item, ...]:
    return tuple(dict.fromkeys(items))


def truth_of(formula: Formula, truths: Truths) -> Truth:
    """Return the truth of a formula."""
    return fold(formula, truths, KLEENE)


def support(formula: Formula, truths: Truths) -> Iterator[int]:
    """Yield the atoms that decided a formula: those of the parts that have its truth.

    Of a formula that every part, or no part, decides together, all parts are.
    """
    if isinstance(formula, Atom):
        yield formula.number
        return
    truth = truth_of(formula, truths)
    if isinstance(formula, AtLeastOf) and not formula.positive:
        truth = negate(truth)
    for part in formula.parts:
        if truth_of(part, truths) is truth:
            yield from support(part, truths)


def simple_atoms(pack: CompiledPack, catalogue: Catalogue) -> dict[int, str]:
    """Return the atoms that read one fact as it stands, by number, with its path.

    An amount of money is none: whether it has a common measure with another is part of the answer.
    Of an incomplete set what is missing depends on the answer; `FindingBuilder` traces those.
    """
    found: dict[int, str] = {}
    for number in pack.fact_atoms:
        path = _only_path(pack.atoms[number])
        if path and path != AS_OF and catalogue.facts[path].type.kind != "money":
            found[number] = path
    return found


def _only_path(atom: s.Expression) -> str:
    match atom:
        case s.Path(path):
            return path
        case s.Compare(_, s.Path(path), s.Literal()) | s.In(s.Path(path), s.Choices()):
            return path
        case s.In(s.Literal(), s.Path(path)):
            return path
    return ""


class PackSupport:
    """What finds the facts behind verdicts: `rules` by identifier, and the `simple` atoms."""

    def __init__(self, pack: CompiledPack, catalogue: Catalogue) -> None:
        self.simple = simple_atoms(pack, catalogue)
        self.rules = {rule.id: RuleSupport(rule, pack, self.simple) for rule in pack.rules}
