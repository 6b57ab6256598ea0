"""A case as a careful reader takes it: what nobody has shown is what the pack presumes.

See docs/semantics.md, "Readings".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from convenio.backends.outcome import Outcome
from convenio.errors import Position
from convenio.facts.case import Case, StatedFact
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating
from convenio.packs.presumptions import Presumption


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


def presumed_case(case: Case, pack: Pack, leave_out: frozenset[str] = frozenset()) -> PresumedCase:
    """Return the case in which every fact that is open and has a presumption takes that value.

    Presumptions do not feed each other: their conditions see what the case states. `leave_out`
    names facts that stay open.
    """
    made = {fact.path: fact for fact in _made(case, pack) if fact.path not in leave_out}
    while made:
        filled = replace(case, facts={**case.facts, **{p: one.after for p, one in made.items()}})
        allowed = _allowed(filled, pack, made)
        if len(allowed) == len(made):
            return PresumedCase(filled, tuple(made.values()))
        made = {path: made[path] for path in allowed}
    return PresumedCase(case, ())


def _made(case: Case, pack: Pack) -> Iterator[PresumedFact]:
    evaluator = pack.evaluator(case)
    for path, presumptions in pack.presumptions.items():
        stated = case.facts.get(path)
        is_known = stated is not None and stated.state == "known"
        if stated is not None and is_known and stated.complete:
            continue
        for one in presumptions:
            if (one.value is None) != is_known:
                continue
            if one.when is None or evaluator.trace(one.when).truth is True:
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
