"""A case as a careful reader takes it: what nobody has shown is what the pack presumes.

See docs/semantics.md, "Readings".
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from convenio.backends.outcome import Outcome
from convenio.errors import Position
from convenio.facts.case import Case, StatedFact
from convenio.language.truth import CODE_OF
from convenio.packs.made_once import MadeOnce
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating
from convenio.packs.presumptions import Presumption

if TYPE_CHECKING:
    from convenio.backends.python.conditions import Conditions


@dataclass(frozen=True, slots=True)
class PresumedFact:
    """One presumption that was made: what the case says of the fact, and what is presumed."""

    before: StatedFact | None
    after: StatedFact
    presumption: Presumption

    @property
    def path(self) -> str:
        """The fact."""
        return self.after.path


@dataclass(frozen=True, slots=True)
class PresumedCase:
    """A case with its open facts taken as presumed, and the presumptions that were made."""

    case: Case
    facts: tuple[PresumedFact, ...]


@dataclass(frozen=True, slots=True)
class PresumedReading:
    """What is inferred of a case with its presumptions made."""

    case: PresumedCase
    outcomes: Mapping[str, Outcome]
    families: Mapping[str, Rating]


@dataclass(frozen=True, slots=True)
class Carrying:
    """A presumption that carries the rating, and the rating that is left without it.

    `families` are the families that would be rated lower.
    """

    fact: PresumedFact
    without: Rating
    families: tuple[str, ...]


@dataclass(frozen=True)
class _Compiled:
    """The conditions of a pack's presumptions, and where that of each stands among them."""

    truths: Conditions
    places: Mapping[int, int]


def _compile(pack: Pack) -> _Compiled:
    from convenio.backends.python.conditions import compile_conditions

    several = itertools.chain.from_iterable(pack.presumptions.values())
    conditional = [(one, one.when) for one in several if one.when is not None]
    # They are told apart by identity, which is sooner done than by what they say.
    places = {id(one): place for place, (one, _) in enumerate(conditional)}
    return _Compiled(compile_conditions([when for _, when in conditional], pack.currency), places)


_CONDITIONS = MadeOnce(_compile)


def presumed_case(
    case: Case, pack: Pack, leave_out: frozenset[str] = frozenset(), compiled: bool = False
) -> PresumedCase:
    """Return the case in which every fact that is open and has a presumption takes that value.

    Presumptions do not feed each other: their conditions see what the case states. `leave_out`
    names facts that stay open. `compiled` has the conditions compiled, which is worth its time
    where many cases are to come.
    """
    holds = _compiled_test(case, pack) if compiled else _test(case, pack)
    made = {fact.path: fact for fact in _made(case, pack, holds) if fact.path not in leave_out}
    while made:
        filled = replace(case, facts={**case.facts, **{p: one.after for p, one in made.items()}})
        allowed = _allowed(filled, pack, made)
        if len(allowed) == len(made):
            return PresumedCase(filled, tuple(made.values()))
        made = {path: made[path] for path in allowed}
    return PresumedCase(case, ())


def _test(case: Case, pack: Pack) -> Callable[[Presumption], bool]:
    """Return what tells whether a presumption holds in a case."""
    evaluator = pack.evaluator(case)

    def holds(one: Presumption) -> bool:
        return one.when is None or evaluator.trace(one.when).truth is True

    return holds


def _compiled_test(case: Case, pack: Pack) -> Callable[[Presumption], bool]:
    """Return the same, from conditions that are compiled once for a pack."""
    compiled = _CONDITIONS.of(pack)
    truths, places, true = compiled.truths(case), compiled.places, CODE_OF[True]
    return lambda one: one.when is None or truths[places[id(one)]] == true


def _made(case: Case, pack: Pack, holds: Callable[[Presumption], bool]) -> Iterator[PresumedFact]:
    for path, presumptions in pack.presumptions.items():
        stated = case.facts.get(path)
        is_known = stated is not None and stated.state == "known"
        if stated is not None and is_known and stated.complete:
            continue
        for one in presumptions:
            if (one.value is None) != is_known:
                continue
            if holds(one):
                yield PresumedFact(stated, _taken(path, stated, one, case), one)
                break


def _taken(path: str, stated: StatedFact | None, one: Presumption, case: Case) -> StatedFact:
    """Return a fact as presumed; what the file says of it, conditions about the file still see."""
    state = stated.file_state if stated is not None else "unknown"
    position = stated.position if stated is not None else Position(case.file)
    if one.value is None:
        assert stated is not None
        return replace(stated, complete=True, assumed_from=state)
    return StatedFact(
        path,
        "known",
        position,
        one.value.value,
        disclosed=stated.disclosed if stated is not None else True,
        complete=one.value.complete,
        assumed_from=state,
    )


def _allowed(filled: Case, pack: Pack, made: dict[str, PresumedFact]) -> list[str]:
    """Return the facts that may be stated in the filled case: those whose `only_if` is true."""
    guarded = [path for path in made if path in pack.guards]
    if not guarded:
        return list(made)
    evaluator = pack.evaluator(filled)
    refused = {path for path in guarded if evaluator.trace(pack.guards[path]).truth is not True}
    return [path for path in made if path not in refused]
