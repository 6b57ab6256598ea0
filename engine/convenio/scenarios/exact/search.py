"""Whether the floor and the ceiling are really reached, and by which facts.

Floor and ceiling of an assessment are bounds. Here the solver looks for a complete world: a value
for every open fact, within the catalogue's ranges and `only_if`, in which the rating is that low,
or that high. The reference evaluator confirms each world before it is shown.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.assessment.engine import Engine
from convenio.backends.solver import logic
from convenio.backends.solver.conditions import Conditions
from convenio.backends.solver.logic import Bool, BooleanLogic
from convenio.backends.solver.ratings import Ratings
from convenio.errors import Position
from convenio.facts.case import Case, Element, StatedFact, Value
from convenio.facts.paths import field_of, owner_of
from convenio.facts.values import DateSpan
from convenio.language.evaluate import Evaluator
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating, Side, rank
from convenio.presentation import Presented
from convenio.scenarios.answers.finder import AnswerFinder
from convenio.scenarios.changes import fact_at, with_fact, with_value
from convenio.scenarios.exact.open_facts import OpenChoice, OpenNumber, OpenSet, OpenTerm

FURTHER = 2
"""So many further entries a list that is absent or incomplete is given (`solver_max`)."""

RETRIES = 20
"""Worlds that the reference refutes before a rating is given up as not confirmed."""

OVERALL = "overall"


@dataclass(frozen=True)
class World:
    """One assignment of all open facts: the case that it makes, and the facts assumed in it."""

    case: Case
    assumed: Mapping[str, Value]


@dataclass(frozen=True)
class Reached:
    """The lowest and the highest rating that some world really has, and a world for each.

    A rating is None where no world was confirmed.
    """

    floor: Rating | None
    ceiling: Rating | None
    lowest: World | None
    highest: World | None


@dataclass(frozen=True)
class ExactRange(Presented):
    """Exact ranges: overall, and of each family.

    `lists` are lists that got at most `further` more entries each, so that worlds with more were
    not looked at; `left_free` are conditions that could not be translated, and `endless` facts of
    which only some values were tried. Where any of the three is not empty, the range is what could
    be shown to be reached, and the assessment's bounds stand beside it.
    """

    base: Assessment
    overall: Reached
    families: Mapping[str, Reached]
    further: int
    lists: tuple[str, ...]
    left_free: tuple[str, ...]
    endless: tuple[str, ...]

    @property
    def is_exact(self) -> bool:
        """True where every world was looked at."""
        return not (self.lists or self.left_free or self.endless)


def exact_range(case: Case, pack: Pack, *, further: int = FURTHER) -> ExactRange:
    """Return the ratings that some completion of the case really reaches.

    `further` is how many more entries an absent or incomplete list may get. Needs the extra
    `solver`.

    Raises UsageError where the solver is not installed.

    >>> from convenio import load_case, load_pack
    >>> pack = load_pack("core")
    >>> exact_range(load_case("chile-copper-law", pack), pack).overall.ceiling
    'critical'
    """
    return _Search(case, pack, further, logic.load_z3()).run()


class _Search:
    def __init__(self, case: Case, pack: Pack, further: int, z3: Any) -> None:
        self._case = case
        self._pack = pack
        self._further = further
        self._z3 = z3
        self._logic = BooleanLogic(z3)
        self._engine = Engine(pack, "reference").compile()
        self._base = self._engine.assess(case)
        self._read = _paths_read(pack)
        self._lists = [
            path
            for path in dict.fromkeys(owner_of(p) for p in self._read)
            if pack.catalogue.facts[path].type.kind == "list" and _may_go_on(case, path)
        ]
        self._whole = self._with_further(case)
        self._finder = AnswerFinder(self._whole, pack, assumed=True)
        self._terms: dict[str, OpenTerm] = {path: self._term(path) for path in self._open_paths()}
        self._present: dict[str, Any] = {
            name: z3.Bool(f"there {name}") for name in self._further_names()
        }
        self._conditions = Conditions(
            self._logic,
            self._finder.base,
            pack.currency,
            self._terms,
            pack.guards,
            self._evaluator_with,
            assumed=True,
            present=self._present,
        )
        self._ratings = Ratings(pack, self._conditions)
        self._solver = z3.Solver()
        self._solver.set("random_seed", 0)
        for term in self._terms.values():
            self._solver.add(*term.domain())
        for path in pack.guards:
            if path in case.facts and case.facts[path].state != "unknown":
                # What the file states may be stated.
                self._solver.add(self._logic.negate(self._conditions.excluded(path)))
        for path in self._lists:
            names = [n for n in self._present if n.startswith(f"{path}[")]
            for first, second in itertools.pairwise(names):
                self._solver.add(z3.Implies(self._present[second], self._present[first]))

    def run(self) -> ExactRange:
        """Return the ranges, the whole first."""
        families = {name: self._reached(name) for name in self._pack.families}
        overall = self._reached(OVERALL)
        endless = tuple(
            f"{path}: {term.endless}" for path, term in self._terms.items() if term.endless
        )
        return ExactRange(
            self._base,
            overall,
            families,
            self._further,
            tuple(self._lists),
            tuple(self._conditions.free),
            endless,
        )

    # --- the case with everything open made a variable -------------------------------------

    def _with_further(self, case: Case) -> Case:
        facts = dict(case.facts)
        for path in self._lists:
            stated = facts.get(path)
            rows = stated.elements if stated and stated.state == "known" else ()
            position = stated.position if stated else Position(case.file)
            empty = tuple(Element({}, position) for _ in range(self._further))
            state = stated.file_state if stated else "unknown"
            disclosed = stated.disclosed if stated else True
            facts[path] = StatedFact(
                path, "known", position, (*rows, *empty), disclosed=disclosed, assumed_from=state
            )
        return replace(case, facts=facts)

    def _further_names(self) -> Iterator[str]:
        for path in self._lists:
            rows = len(self._whole.facts[path].elements)
            yield from (f"{path}[{n}]" for n in range(rows - self._further, rows))

    def _open_paths(self) -> list[str]:
        """Return the facts without a value that some condition reads, fields of entries too."""
        found: dict[str, None] = {}
        for path in self._read:
            owner, field = owner_of(path), field_of(path)
            if not field:
                kind = self._pack.catalogue.facts[owner].type.kind
                stays_open = kind == "list" or owner in self._finder.base.excluded
                if not stays_open and self._is_open(owner):
                    found[owner] = None
                continue
            stated = self._whole.facts.get(owner)
            rows = len(stated.elements) if stated else 0
            names = (f"{owner}[{n}].{field}" for n in range(rows))
            found.update((name, None) for name in names if self._is_open(name))
        return list(found)

    def _is_open(self, path: str) -> bool:
        fact = fact_at(self._whole, path)
        if fact is None or fact.state != "known":
            return True
        return not fact.complete or isinstance(fact.value, DateSpan)

    def _term(self, path: str) -> OpenTerm:
        kind = self._finder.declaration(path).type.kind
        if kind in ("number", "integer", "money", "date"):
            return OpenNumber(path, self._finder, self._whole, self._pack.currency, self._logic)
        if kind == "set":
            return OpenSet(path, self._finder, self._whole, self._logic)
        return OpenChoice(path, self._finder, self._whole, self._logic)

    def _evaluator_with(self, stated: Mapping[str, StatedFact | None]) -> Evaluator:
        case = self._whole
        for path, fact in stated.items():
            if fact is not None:
                case = with_fact(case, path, fact)
        return self._pack.evaluator(case)

    # --- searching -------------------------------------------------------------------------

    def _reached(self, family: str) -> Reached:
        bounds = self._base if family == OVERALL else self._base.families[family]
        if bounds.ceiling == "not_assessed":
            return Reached(bounds.floor, bounds.ceiling, None, None)
        lowest: World | None = None
        highest: World | None = None
        floor: Rating | None = None
        ceiling: Rating | None = None
        for place in range(rank(bounds.floor), rank(bounds.ceiling) + 1):
            reached = self._world(family, place, "floor")
            if reached is not None:
                lowest, floor = reached
                break
        for place in range(rank(bounds.ceiling), rank(bounds.floor) - 1, -1):
            reached = self._world(family, place, "ceiling")
            if reached is not None:
                highest, ceiling = reached
                break
        return Reached(floor, ceiling, lowest, highest)

    def _above(self, family: str, place: int, side: Side) -> Bool:
        if place < 0:
            return True
        if family == OVERALL:
            return self._ratings.above(place, side)
        return self._ratings.family_above(family, place, side)

    def _world(self, family: str, place: int, side: Side) -> tuple[World, Rating] | None:
        """Return a world whose rating is at most (floor) or at least (ceiling) so high, and it."""
        if side == "floor":
            test = self._logic.negate(self._above(family, place, side))
        else:
            test = self._above(family, place - 1, side)
        if test is False:
            return None
        self._solver.push()
        try:
            self._solver.add(test)
            for _ in range(RETRIES):
                if self._solver.check() != self._z3.sat:
                    return None
                world, same = self._read_world(self._solver.model())
                rated = self._engine.assess(world.case)
                found = rated if family == OVERALL else rated.families[family]
                if side == "floor" and rank(found.floor) <= place:
                    return world, found.floor
                if side == "ceiling" and rank(found.ceiling) >= place:
                    return world, found.ceiling
                self._solver.add(self._z3.Not(same))
            self._conditions.free.append(f"{family}: {RETRIES} worlds were refuted")
            return None
        finally:
            self._solver.pop()

    def _read_world(self, model: Any) -> tuple[World, Bool]:
        case, assumed, tests = self._whole, dict[str, Value](), list[Bool]()
        there = {
            name: self._z3.is_true(model.eval(bit, model_completion=True))
            for name, bit in self._present.items()
        }
        for name, bit in self._present.items():
            tests.append(bit if there[name] else self._z3.Not(bit))
        for path, term in self._terms.items():
            row = path.partition("]")[0] + "]"
            value, same = term.value(model)
            tests.append(same)
            if there.get(row, True):
                case = with_value(case, path, value, assumed=True)
                assumed[path] = value
        facts = dict(case.facts)
        for path in self._lists:
            rows = facts[path].elements
            kept = [e for n, e in enumerate(rows) if there.get(f"{path}[{n}]", True)]
            facts[path] = replace(facts[path], value=tuple(kept))
        case = replace(case, facts=facts)
        evaluator = self._pack.evaluator(case)
        for path in evaluator.excluded:
            if path in assumed:
                case = replace(case, facts={p: f for p, f in case.facts.items() if p != path})
                if path in self._case.facts:
                    case = with_fact(case, path, self._case.facts[path])
                del assumed[path]
        return World(case, assumed), self._z3.And(tests)


def _may_go_on(case: Case, path: str) -> bool:
    fact = case.facts.get(path)
    return fact is None or fact.state != "known" or not fact.complete


def _paths_read(pack: Pack) -> Sequence[str]:
    """Return the paths that fact atoms and guards read, `as_of` left out."""
    return [path for path in pack.readers if owner_of(path) in pack.catalogue.facts]
