"""Which changes of negotiable terms bring the rating down, the cheapest first."""

from __future__ import annotations

from collections.abc import Sequence

from convenio.assessment.engine import Engine
from convenio.backends.solver import logic
from convenio.errors import UsageError, nearest_name
from convenio.facts.case import Case
from convenio.messages import say
from convenio.packs.pack import Pack
from convenio.packs.policy import RATINGS, Rating, Reading, rank
from convenio.scenarios.remedies.minimal_changes import MinimalChanges
from convenio.scenarios.remedies.negotiation import Negotiation, Obstacle, Remedies, Remedy

LIMIT = 5
"""Alternatives that are shown where not all are asked for; those of equal cost come along."""


def remedies(
    case: Case,
    pack: Pack,
    target: Rating = "moderate",
    *,
    keep: Sequence[str] = (),
    max_changes: int | None = None,
    every: bool = False,
    reading: Reading = "presumed",
) -> Remedies:
    """Return the changes of negotiable facts that bring the rating to the target, cheapest first.

    `keep` are facts that may not be changed; `every` asks for all alternatives, and not for the
    cheapest few; `reading` says which rating is meant: what is presumed, what is established, or
    that nothing unknown may exceed the target either. Values are those
    of the catalogue's grid nearest to the present ones, dates none before the date of the case.
    Each alternative was tested by the ordinary engine. Without the extra `solver` only single
    changes are tried.

    Raises UsageError for a target that is no rating, or a fact to keep that does not exist.

    >>> from convenio import load_case, load_pack
    >>> pack = load_pack("core")
    >>> found = remedies(load_case("alcantara-tsa-2019", pack), pack)
    >>> [(change.path, change.after) for change in found.found[0].changes]
    [('site.communities', 'affected_consulted')]
    """
    if target not in RATINGS:
        raise UsageError(
            say(
                "no rating '{target}'; there is {RATINGS}",
                target=target,
                RATINGS=", ".join(RATINGS),
            )
        )
    for path in keep:
        if path not in pack.catalogue.facts:
            nearest = nearest_name(path, pack.catalogue.facts)
            hint = say("; did you mean {nearest}?", nearest=nearest) if nearest else ""
            raise UsageError(say("no fact '{path}'{hint}", path=path, hint=hint))
    search = Negotiation(case, pack, rank(target), reading, keep)
    found: list[Remedy] = []
    obstacles: tuple[Obstacle, ...] = ()
    complete, singles, bound = True, False, False
    reached = search.is_reached(search.base)
    if not reached:
        try:
            z3 = logic.load_z3()
        except UsageError:
            singles = True
            found = search.singles()
        else:
            changes = MinimalChanges(search, z3, max_changes)
            found, complete = changes.run(None if every else LIMIT)
            bound = bool(changes.conditions.free)
            if not found:
                obstacles = changes.obstacles()
    return Remedies(
        search.base,
        target,
        reading,
        tuple(found),
        complete,
        obstacles,
        reached,
        singles,
        search.untried,
        search.past,
        bound,
    )


def frontier(
    case: Case, pack: Pack, *, keep: Sequence[str] = (), reading: Reading = "presumed"
) -> tuple[Remedies, ...]:
    """Return for every rating below the present one the cheapest way there.

    >>> from convenio import load_case, load_pack
    >>> pack = load_pack("core")
    >>> [found.target for found in frontier(load_case("alcantara-tsa-2019", pack), pack)]
    ['moderate', 'low']
    """
    base = Engine(pack, "reference").assess(case)
    now = base.rating(reading)
    lower = [rating for rating in reversed(RATINGS) if rank(rating) < rank(now)]
    return tuple(remedies(case, pack, rating, keep=keep, reading=reading) for rating in lower)
