"""The worlds that draws of uncertain facts make of a case: what its rules say in each.

Only tests that read an uncertain fact differ between draws. They are computed on columns, all
others once by the reference; few combinations of truths then stand for all draws, and the engine
rates each of these once.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from convenio.assessment.engine import Engine
from convenio.assessment.presumed import presumed_case
from convenio.assessment.rating import is_assessed, worst
from convenio.errors import Position
from convenio.facts.case import Case
from convenio.facts.paths import owner_of
from convenio.language import syntax as s
from convenio.language.functions import asks_of_the_file
from convenio.language.truth import CODE_OF
from convenio.language.types import AS_OF
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating, rank
from convenio.packs.rule import Article, Level, Rule, Threshold, Version
from convenio.scenarios.simulate.draws import Latent, UncertainFact, column

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHUNK = 1 << 16
"""Draws that are computed together; a chunk's draws depend on its number."""

_KEPT_WORLDS = 200_000
_IN_WORD = 15
"""Verdict codes (0, 1 and 11, four bits each) that one whole number holds."""
_TRUTH_OF_CODE = {0: CODE_OF[False], 1: CODE_OF[None], 11: CODE_OF[True]}
_ID, _FAMILY = "id", "world"

Key = tuple[int, ...]
"""A combination of truths of the tests that depend on uncertain facts."""


@dataclass(frozen=True, slots=True)
class World:
    """What is found where the tests come out in one way: codes of the rules, ratings.

    Ratings are those of the families and, last, of the whole.
    """

    outcomes: bytes
    floors: tuple[Rating, ...]
    presumed: tuple[Rating, ...]
    ceilings: tuple[Rating, ...]

    @property
    def ranks(self) -> tuple[int, int, int]:
        """Ranks of the overall rating in its readings: established, presumed, possible."""
        return rank(self.floors[-1]), rank(self.presumed[-1]), rank(self.ceilings[-1])


class Worlds:
    """Finds what the rules of a pack say in each draw of one case's uncertain facts.

    Presumptions are those of the case as it stands: what they hang on is what the file states, and
    uncertain facts are drawn, never presumed.
    """

    def __init__(self, case: Case, pack: Pack, facts: Sequence[UncertainFact]) -> None:
        self._pack = pack
        self._facts = facts
        self._engine = Engine(pack, "reference")
        self._known: dict[Key, World] = {}
        self._stated = _Read(case, self._engine, facts, "stated")
        drawn = frozenset(fact.path for fact in facts)
        presumed = presumed_case(case, pack, leave_out=drawn)
        self._presumed = (
            _Read(presumed.case, self._engine, facts, "presumed") if presumed.facts else None
        )

    @property
    def dependent(self) -> int:
        """How many tests of the pack depend on uncertain facts."""
        return self._stated.dependent

    @property
    def at_rest(self) -> bytes:
        """Codes of the rules with every uncertain fact unknown."""
        return self._engine.ratings(self._stated.base)[0]

    def keys(self, scores: Latent) -> Any:
        """Return the combination of truths of each draw, as a frame of whole numbers."""
        import polars as pl

        drawn = {
            fact.path: column(fact, scores[fact.path], self._pack.catalogue) for fact in self._facts
        }
        reads = [self._stated] if self._presumed is None else [self._stated, self._presumed]
        return pl.concat([read.keys(drawn) for read in reads], how="horizontal")

    def world(self, key: Key) -> World:
        """Return what is found where the tests have these truths."""
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _KEPT_WORLDS:
                self._known.clear()
            known = self._known[key] = self._rated(key)
        return known

    def _rated(self, key: Key) -> World:
        width = self._stated.width
        outcomes, families = self._engine.ratings(self._stated.truths(key[:width]))
        floors = tuple(rating.floor for rating in families.values())
        ceilings = tuple(rating.ceiling for rating in families.values())
        presumed = floors
        if self._presumed is not None and is_assessed(families):
            _, read = self._engine.ratings(self._presumed.truths(key[width:]))
            presumed = tuple(rating.floor for rating in read.values())
        return World(
            outcomes,
            (*floors, worst(floors)),
            (*presumed, worst(presumed)),
            (*ceilings, worst(ceilings)),
        )

    def ranks(self, scores: Latent) -> NDArray[np.float64]:
        """Return the ranks of each draw's overall rating, a row for each reading."""
        import numpy as np
        import polars as pl

        keys = self.keys(scores)
        different = keys.unique()
        found = [self.world(key).ranks for key in different.iter_rows()]
        sides = ("floor", "presumed", "ceiling")
        ranked = different.with_columns(
            pl.Series(side, ranks, dtype=pl.Float64)
            for side, ranks in zip(sides, zip(*found, strict=True), strict=True)
        )
        joined = keys.join(ranked, on=keys.columns, how="left", maintain_order="left")
        return np.stack([joined[side].to_numpy() for side in sides])


class _Read:
    """One reading of the case: the truths of its tests in each draw."""

    def __init__(
        self, case: Case, engine: Engine, facts: Sequence[UncertainFact], name: str
    ) -> None:
        pack = engine.pack
        self.base = engine.truths(case)
        """Truths of the pack's tests with every uncertain fact unknown."""
        tests = _DependentTests(case, pack, facts)
        self._places = tuple(tests.atoms)
        self._tests = _Columns(case, pack, facts, tuple(tests.atoms.values()), name)
        self._guards = tests.guards
        self._guard_columns = _Columns(case, pack, facts, tuple(tests.guards.values()), name)

    @property
    def dependent(self) -> int:
        """How many tests depend on uncertain facts."""
        return len(self._places)

    @property
    def width(self) -> int:
        """How many whole numbers hold the truths of one draw."""
        return self._tests.width

    def keys(self, drawn: Mapping[str, Any]) -> Any:
        """Return the truths of each draw, packed into a few whole numbers."""
        return self._tests.keys(drawn, self._excluded(drawn))

    def _excluded(self, drawn: Mapping[str, Any]) -> dict[str, Any]:
        """Return for facts that may not be stated in every draw where they may not."""
        if not self._guards:
            return {}
        codes = self._guard_columns.codes(drawn, {})
        return {path: codes[:, place] == 0 for place, path in enumerate(self._guards)}

    def truths(self, key: Key) -> bytes:
        """Return the truths of all tests where those that depend on draws have these."""
        truths = bytearray(self.base)
        for number, place in enumerate(self._places):
            word, shift = divmod(number, _IN_WORD)
            truths[place] = _TRUTH_OF_CODE[key[word] >> 4 * shift & 15]
        return bytes(truths)


class _DependentTests:
    """Which tests of a pack differ between draws, and when a fact may not be stated in one.

    `known(x)`, `undisclosed(x)` and `asked(x)` speak of the file, so they stay as they are for the
    case (semantics, "Statements about the file").
    """

    def __init__(self, case: Case, pack: Pack, facts: Sequence[UncertainFact]) -> None:
        self._evaluator = pack.evaluator(case)
        self._catalogued = frozenset(pack.catalogue.facts)
        uncertain = {fact.path for fact in facts}
        stated = {path for path, fact in case.facts.items() if fact.state == "known"}
        self._moved = set(uncertain)
        held = {path: s.rewritten(guard, self._held) for path, guard in pack.guards.items()}
        self.guards = {
            path: guard
            for path, guard in held.items()
            if path in uncertain | stated and uncertain.intersection(s.paths_of(guard))
        }
        self._moved |= self.guards.keys()
        compiled = pack.compiled
        tests = (s.rewritten(compiled.atoms[atom], self._held) for atom in compiled.fact_atoms)
        self.atoms = {
            place: test
            for place, test in enumerate(tests)
            if self._moved.intersection(s.paths_of(test))
        }

    def _held(self, node: s.Expression) -> s.Expression:
        if not asks_of_the_file(node) or not self._catalogued.issuperset(s.paths_of(node)):
            return node
        return s.Literal(self._evaluator.trace(node).truth is True)


class _Columns:
    """Computes tests on a table with one row for each draw."""

    def __init__(
        self,
        case: Case,
        pack: Pack,
        facts: Sequence[UncertainFact],
        tests: Sequence[s.Expression],
        name: str,
    ) -> None:
        from convenio.backends.frames.rows import tabulate

        rules = tuple(_rule(f"test{number}", test) for number, test in enumerate(tests))
        self._names = [rule.id for rule in rules]
        self._word = f"{name}_word"
        self._pack = replace(pack, rules=rules, families=(_FAMILY,), guards={})
        drawn = {fact.path for fact in facts}
        read = dict.fromkeys(owner_of(path) for test in tests for path in s.paths_of(test))
        table, children = tabulate([case], pack.catalogue)
        kept = [
            name
            for name in table.columns
            if name == AS_OF or name.partition("__")[0] in read.keys() - drawn
        ]
        # Where tests depend on draws only by way of `only_if`, the columns still tell how many.
        self._drawn = [path for path in read if path in drawn] or sorted(drawn)
        self._same = table.select(kept)
        self._lists = {
            path: child.drop(_ID)
            for path, child in children.items()
            if path in read and child.height
        }

    @property
    def width(self) -> int:
        """How many whole numbers `keys` gives for a draw."""
        return max(1, -(-len(self._names) // _IN_WORD))

    def codes(self, drawn: Mapping[str, Any], excluded: Mapping[str, Any]) -> Any:
        """Return a code of each test for each draw: 0 false, 1 unknown, 11 true."""
        return self._verdicts(drawn, excluded).select(self._names).to_numpy()

    def keys(self, drawn: Mapping[str, Any], excluded: Mapping[str, Any]) -> Any:
        """Return the codes of each draw, packed into a few whole numbers."""
        import polars as pl

        if not self._names:
            count = len(next(iter(drawn.values())))
            return pl.select(pl.repeat(0, count, dtype=pl.Int64).alias(f"{self._word}0"))
        words = []
        for start in range(0, len(self._names), _IN_WORD):
            names = self._names[start : start + _IN_WORD]
            codes = [pl.col(name).cast(pl.Int64) * 16**n for n, name in enumerate(names)]
            words.append(pl.sum_horizontal(codes).alias(f"{self._word}{start // _IN_WORD}"))
        return self._verdicts(drawn, excluded).select(words)

    def _verdicts(self, drawn: Mapping[str, Any], excluded: Mapping[str, Any]) -> Any:
        import polars as pl

        from convenio.assessment.frame import FrameWarning, assess_frame

        frame = pl.DataFrame([drawn[path] for path in self._drawn])
        frame = frame.join(self._same, how="cross")
        for path, where in excluded.items():
            changed = [name for name in frame.columns if name.partition("__")[0] == path]
            if changed:
                frame = frame.with_columns(
                    pl.when(~pl.Series(where)).then(pl.col(name)).alias(name) for name in changed
                )
        children = {}
        if self._lists:
            frame = frame.with_row_index(_ID)
            for path, child in self._lists.items():
                ids = frame.select(_ID)
                if path in excluded:
                    ids = ids.filter(~pl.Series(excluded[path]))
                children[path] = ids.join(child, how="cross")
        with warnings.catch_warnings():
            # Facts that the case leaves open have no column here either.
            warnings.simplefilter("ignore", FrameWarning)
            result = assess_frame(frame, self._pack, children, check=False, ratings=False)
        return result.cases


def _rule(name: str, test: s.Expression) -> Rule:
    """Return a rule that does nothing but say how one test comes out."""
    nowhere = Position("")
    return Rule(
        id=name,
        family=_FAMILY,
        kind="risk",
        title=name,
        statement="",
        applies=s.TRUE,
        versions=(Version((Level("low", test, nowhere),)),),
        because="",
        article=Article(""),
        threshold=Threshold("judgement", ""),
        mitigations=(),
        references=(),
        tests=(),
        position=nowhere,
    )
