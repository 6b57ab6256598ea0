"""How likely each rating is where facts are uncertain, and which fact drives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from convenio.errors import UsageError
from convenio.facts.case import Case
from convenio.messages import say
from convenio.packs.pack import Pack
from convenio.packs.policy import RATINGS, Rating
from convenio.presentation import Presented
from convenio.scenarios.simulate.draws import (
    Latent,
    UncertainFact,
    factors_of,
    latent,
    scores,
    uncertain_facts,
)
from convenio.scenarios.simulate.drivers import (
    SOBOL_SAMPLES,
    TORNADO_SAMPLES,
    Driver,
    TornadoBar,
    drivers,
    tornado,
)
from convenio.scenarios.simulate.tally import Tally
from convenio.scenarios.simulate.worlds import CHUNK, Key, Worlds

DRAWS = 100_000
EVERY_RATING: tuple[Rating, ...] = ("not_assessed", *RATINGS)
"""Ratings in the order in which they are shown."""


@dataclass(frozen=True, slots=True)
class Chance:
    """How often something came out, and the standard error of that share: √(p(1-p)/n)."""

    share: float
    error: float

    @classmethod
    def of(cls, count: int, draws: int) -> Chance:
        """Return the chance of what came out `count` times.

        >>> Chance.of(50, 100)
        Chance(share=0.5, error=0.05)
        """
        share = count / draws
        return cls(share, (share * (1 - share) / draws) ** 0.5)


@dataclass(frozen=True, slots=True)
class RatingChances:
    """Chances of every rating, `not_assessed` among them: established, presumed and possible."""

    floor: Mapping[Rating, Chance]
    presumed: Mapping[Rating, Chance]
    ceiling: Mapping[Rating, Chance]


@dataclass(frozen=True, slots=True)
class RuleChances:
    """Chances that a rule is flagged (a mitigating factor: in force), and that it is unknown.

    `varies` is True where it did not come out the same way in every draw, severities included;
    `settled` where it is unknown as the case stands and in no draw.
    """

    flag: Chance
    unknown: Chance
    varies: bool
    settled: bool


@dataclass(frozen=True)
class Simulation(Presented):
    """What `simulate` found: chances of ratings and verdicts, and what drives the overall rating.

    `families` and `overall` have the chances of each rating; `rules` those of each rule in the
    order of the pack. `drivers` are Sobol indices from `sobol_samples` pairs of worlds (empty
    where they were not asked for), `tornado` the bars of each fact from `tornado_samples` worlds
    at each end. `tests` is how many of the pack's tests depend on uncertain facts.
    """

    case: Case
    pack: Pack
    draws: int
    seed: int
    facts: tuple[UncertainFact, ...]
    families: Mapping[str, RatingChances]
    overall: RatingChances
    rules: Mapping[str, RuleChances]
    drivers: tuple[Driver, ...]
    tornado: tuple[TornadoBar, ...]
    sobol_samples: int
    tornado_samples: int
    tests: int


def simulate(
    case: Case,
    pack: Pack,
    draws: int = DRAWS,
    seed: int = 0,
    *,
    on_progress: Callable[[int], None] | None = None,
    sobol: bool = True,
) -> Simulation:
    """Return how likely each rating of a case is, given the distributions of its uncertain facts.

    Facts that are simply unknown stay so: each draw has its floor and its ceiling, and between them
    the rating that is presumed, with the presumptions of the case as it stands. `known(x)`,
    `undisclosed(x)` and `asked(x)` are held as they are for the case. The same seed gives the same
    result on every machine. `on_progress` is called with how many draws were done since its last
    call. `sobol=False` leaves out the Sobol indices.

    Raises UsageError where no fact is uncertain, where members of a correlation group state
    different correlations, where `draws` is less than 1, and where a library is missing.

    >>> from convenio import load_case, load_pack
    >>> from convenio.assessment.cases import with_settings
    >>> pack = load_pack("core")
    >>> years = "{distribution: triangular, low: 2, mode: 10, high: 30}"
    >>> case = load_case("panamax-2014", pack)
    >>> case = with_settings(case, pack, {"terms.duration_years": years})
    >>> found = simulate(case, pack, draws=1000, sobol=False)
    >>> round(sum(chance.share for chance in found.overall.floor.values()), 9)
    1.0
    """
    _check_libraries()
    if draws < 1:
        raise UsageError(say("draws is 1 or more, not {draws}", draws=draws))
    facts = uncertain_facts(case, pack.catalogue)
    factors = factors_of(facts)
    worlds = Worlds(case, pack, facts)
    tally = Tally(pack, worlds)
    for chunk, start in enumerate(range(0, draws, CHUNK)):
        count = min(CHUNK, draws - start)
        drawn = latent(factors, seed, "draws", chunk, count)
        tally.add(_counted(worlds, scores(facts, drawn)))
        if on_progress is not None:
            on_progress(count)
    chances = {
        name: RatingChances(*(_chances(counts, draws) for counts in sides))
        for name, sides in tally.ratings().items()
    }
    return Simulation(
        case=case,
        pack=pack,
        draws=draws,
        seed=seed,
        facts=facts,
        overall=chances.pop(""),
        families=chances,
        rules=_rule_chances(tally, pack, draws),
        drivers=drivers(worlds, facts, factors, seed) if sobol else (),
        tornado=tornado(worlds, facts, factors, seed),
        sobol_samples=SOBOL_SAMPLES if sobol else 0,
        tornado_samples=TORNADO_SAMPLES,
        tests=worlds.dependent,
    )


def _counted(worlds: Worlds, drawn: Latent) -> Iterator[tuple[Key, int]]:
    """Yield each combination of truths with how many draws lead to it."""
    keys = worlds.keys(drawn)
    for *key, count in keys.group_by(keys.columns).len().iter_rows():
        yield tuple(key), count


def _chances(counts: Mapping[Rating, int], draws: int) -> dict[Rating, Chance]:
    return {rating: Chance.of(counts.get(rating, 0), draws) for rating in EVERY_RATING}


def _rule_chances(tally: Tally, pack: Pack, draws: int) -> dict[str, RuleChances]:
    counted = tally.rules()
    return {
        rule.id: RuleChances(
            Chance.of(found.flag, draws),
            Chance.of(found.unknown, draws),
            found.varies,
            found.settled,
        )
        for rule in pack.rules
        for found in (counted[rule.id],)
    }


def _check_libraries() -> None:
    try:
        import narwhals  # noqa: F401
        import polars  # noqa: F401
        import scipy  # noqa: F401
    except ModuleNotFoundError as missing:
        raise UsageError(
            say("simulate needs {name}: pip install 'convenio[simulate]'", name=missing.name)
        ) from None
