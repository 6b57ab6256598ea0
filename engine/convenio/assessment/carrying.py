"""Which presumptions carry a rating: those without which it would be lower."""

from __future__ import annotations

from dataclasses import dataclass

from convenio.assessment.assessment import Assessment
from convenio.assessment.engine import Engine
from convenio.assessment.presumed import PresumedFact, presumed_case
from convenio.assessment.rating import worst
from convenio.packs.made_once import MadeOnce
from convenio.packs.policy import Rating, rank


@dataclass(frozen=True, slots=True)
class Carrying:
    """A presumption that carries the rating, and the rating that is left without it.

    `families` are the families that would be rated lower.
    """

    fact: PresumedFact
    without: Rating
    families: tuple[str, ...]


def carrying(assessment: Assessment) -> tuple[Carrying, ...]:
    """Return the presumptions of which each alone carries the rating, overall or of a family.

    They come in the order of how far the rating falls without them, then of the catalogue.

    >>> from convenio import assess, load_case, load_pack
    >>> pack = load_pack("core")
    >>> found = carrying(assess(load_case("panamax-2014", pack), pack))
    >>> all(one.families for one in found)
    True
    """
    if all(
        rank(assessment.presumed_families[name]) <= rank(rating.floor)
        for name, rating in assessment.families.items()
    ):
        return ()
    engine = _ENGINE.of(assessment.pack)
    found = []
    for fact in assessment.presumptions_used:
        left = presumed_case(assessment.case, assessment.pack, frozenset([fact.path])).case
        _, ratings = engine.ratings(engine.truths(left))
        families = tuple(
            name
            for name, rating in ratings.items()
            if rank(rating.floor) < rank(assessment.presumed_families[name])
        )
        if families:
            overall = worst(rating.floor for rating in ratings.values())
            found.append(Carrying(fact, overall, families))
    return tuple(sorted(found, key=lambda one: (rank(one.without), -len(one.families))))


_ENGINE: MadeOnce[Engine] = MadeOnce(lambda pack: Engine(pack, "reference").compile())
