"""The truths of a pack's fact atoms for a case that changes little by little."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from convenio.assessment.engine import Engine
from convenio.backends.python.conditions import Conditions, compile_conditions
from convenio.facts.case import Case, Element, StatedFact
from convenio.facts.paths import owner_of
from convenio.language import syntax as s
from convenio.language.types import AS_OF


class ChangingTruths:
    """Evaluates again only those atoms that read what has changed since the last case.

    Facts are told apart by identity: what a case states anew is a new object. Where a list has
    grown, `any` and `all` over it look at the new rows alone, so that many events cost no more
    than their number; over two long lists the whole product would have to be tried each time.
    """

    def __init__(self, engine: Engine, case: Case) -> None:
        compiled = engine.pack.compiled
        self._currency = engine.pack.currency
        self._atoms = [compiled.atoms[number] for number in compiled.fact_atoms]
        self._conditions: dict[int, Conditions] = {}
        self._growing = [_growing(atom) for atom in self._atoms]
        self._readers: dict[str, list[int]] = {}
        for place, atom in enumerate(self._atoms):
            for path in dict.fromkeys(owner_of(path) for path in s.paths_of(atom)):
                self._readers.setdefault(path, []).append(place)
        self._case = case
        self._codes = bytearray(engine.truths(case))

    @property
    def codes(self) -> bytes:
        """The truths for the case that was looked at last."""
        return bytes(self._codes)

    def of(self, case: Case) -> bytes:
        """Return the truths for a case, as `Engine.truths` gives them, and remember the case."""
        before, self._case = self._case, case
        changed = [
            path
            for path in dict.fromkeys((*before.facts, *case.facts))
            if before.facts.get(path) is not case.facts.get(path)
        ]
        if before.as_of != case.as_of:
            changed.append(AS_OF)
        affected: dict[int, list[str]] = {}
        for path in changed:
            for place in self._readers.get(path, ()):
                affected.setdefault(place, []).append(path)
        grown: dict[str, Case | None] = {}
        for place, paths in affected.items():
            if len(paths) == 1 and paths[0] in self._growing[place]:
                path = paths[0]
                if path not in grown:
                    grown[path] = _grown(before, case, path)
                further = grown[path]
                if further is not None:
                    self._codes[place] = self._joined(place, further)
                    continue
            self._codes[place] = self._code(place, case)
        return self.codes

    def _joined(self, place: int, further: Case) -> int:
        """Return the truth over all rows from that over the old ones and that over the new."""
        atom, known = self._atoms[place], self._codes[place]
        assert isinstance(atom, s.Quantified)
        if atom.word == "any":
            return known if known == 3 else known | self._code(place, further)
        return known if known == 0 else known & self._code(place, further)

    def _code(self, place: int, case: Case) -> int:
        conditions = self._conditions.get(place)
        if conditions is None:
            conditions = compile_conditions([self._atoms[place]], self._currency)
            self._conditions[place] = conditions
        return conditions(case)[0]


def _growing(atom: s.Expression) -> frozenset[str]:
    """Return the lists over which an atom joins up from parts: those it reads in one place only."""
    if not isinstance(atom, s.Quantified):
        return frozenset()
    bound = [binding.path for binding in atom.bindings]
    inner: set[str] = set()
    for node in s.walk(atom.body):
        if isinstance(node, s.Path):
            inner.add(node.path)
        elif isinstance(node, s.Quantified | s.Count | s.Sum):
            inner.update(binding.path for binding in node.bindings)
    return frozenset(path for path in bound if bound.count(path) == 1 and path not in inner)


def _grown(before: Case, after: Case, path: str) -> Case | None:
    """Return the later case with only a list's new rows, or None where it did not just grow."""
    old, new = before.facts.get(path), after.facts.get(path)
    if old is None or new is None or not _alike(old, new):
        return None
    known = {id(row) for row in old.elements}
    added = [row for row in new.elements if id(row) not in known]
    if len(added) + len(old.elements) != len(new.elements):
        return None
    return replace(after, facts={**after.facts, path: _with_rows(new, added)})


def _alike(old: StatedFact, new: StatedFact) -> bool:
    return old.state == new.state == "known" and old.complete == new.complete


def _with_rows(stated: StatedFact, rows: Sequence[Element]) -> StatedFact:
    return replace(stated, value=tuple(rows))
