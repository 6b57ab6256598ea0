"""Which uncertain fact drives the rating: Sobol indices and a tornado.

The overall rating counts as its rank, 0 for low (and not assessed) to 3 for critical. A
correlation group is one factor: its facts are swapped together, as Sobol indices ask for factors
that vary independently.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convenio.packs.policy import rank
from convenio.scenarios.simulate.draws import (
    Factor,
    Fixed,
    Latent,
    UncertainFact,
    latent,
    scores,
    value_at,
)
from convenio.scenarios.simulate.worlds import CHUNK, Worlds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SOBOL_SAMPLES = 1 << 13
"""Pairs of worlds behind Sobol indices; each factor is swapped in all of them."""

TORNADO_SAMPLES = 1 << 13
"""Worlds behind each end of a bar."""

TAILS = (0.05, 0.95)
"""Quantiles at which a fact is held for the tornado."""

_BLOCKS, _RESAMPLES = 64, 1000
_HIGH = rank("high")

Held = bool | int | float | str | dt.date
"""What a fact is held at; an amount is in the pack's currency of account."""


@dataclass(frozen=True, slots=True)
class SobolIndex:
    """Shares of a rank's variance: by the factor alone, and with all that it acts in together.

    The errors are standard errors from a bootstrap of 1,000 resamples of 64 blocks of samples.
    """

    first: float
    first_error: float
    total: float
    total_error: float


@dataclass(frozen=True)
class Driver:
    """How far one factor drives the overall rating: a fact, or a correlation group as a whole.

    An index is None where that reading of the rating is the same in all samples.
    """

    name: str
    facts: tuple[str, ...]
    floor: SobolIndex | None
    presumed: SobolIndex | None
    ceiling: SobolIndex | None


@dataclass(frozen=True, slots=True)
class TornadoEnd:
    """The overall rating where a fact is held: mean ranks, and chances of high or worse.

    `at` is the fact's value; an amount is in the pack's currency of account.
    """

    at: Held
    floor: float
    floor_error: float
    presumed: float
    presumed_error: float
    ceiling: float
    ceiling_error: float
    floor_high: float
    presumed_high: float
    ceiling_high: float


@dataclass(frozen=True)
class TornadoBar:
    """How far a fact moves the overall rating, the others drawn as they are likely with it.

    A number or date is held at its 5 % and its 95 % quantile. A fact with members is held at each;
    the ends are then the two where the mean rank of what is presumed is lowest and highest (where
    that agrees, of what is established, then possible).
    """

    path: str
    low: TornadoEnd
    high: TornadoEnd

    @property
    def width(self) -> float:
        """How far apart the ends are, in ranks, in the reading where that is most."""
        return max(
            abs(self.high.floor - self.low.floor),
            abs(self.high.presumed - self.low.presumed),
            abs(self.high.ceiling - self.low.ceiling),
        )


# --- Sobol indices ---------------------------------------------------------------------------


def drivers(
    worlds: Worlds, facts: Sequence[UncertainFact], factors: Sequence[Factor], seed: int
) -> tuple[Driver, ...]:
    """Return the Sobol indices of every factor, the strongest first.

    What counts is the total index of what is presumed, then of what is established and possible.
    """
    import numpy as np

    first = latent(factors, seed, "sobol A", 0, SOBOL_SAMPLES)
    second = latent(factors, seed, "sobol B", 0, SOBOL_SAMPLES)
    swapped = (first | {name: second[name] for name in factor.streams} for factor in factors)
    matrices = (scores(facts, drawn) for drawn in itertools.chain((first, second), swapped))
    ranks = list(_ranks(worlds, matrices))
    # Indices do not change with the mean; estimates scatter less without it.
    mean = np.mean([ranks[0], ranks[1]], axis=(0, -1))[:, np.newaxis]
    f_a, f_b = ranks[0] - mean, ranks[1] - mean
    f_ab = np.stack([found - mean for found in ranks[2:]])
    sides = [_indices(f_a[side], f_b[side], f_ab[:, side], seed) for side in range(len(f_a))]
    found = [
        Driver(factor.name, tuple(fact.path for fact in factor.facts), *indices)
        for factor, *indices in zip(factors, *sides, strict=True)
    ]
    return tuple(sorted(found, key=_strength, reverse=True))


def _strength(driver: Driver) -> tuple[float, ...]:
    sides = (driver.presumed, driver.floor, driver.ceiling)
    return tuple(index.total if index else 0.0 for index in sides)


def _indices(f_a: Floats, f_b: Floats, f_ab: Floats, seed: int) -> list[SobolIndex | None]:
    """Return the indices of one side of the rating, for each factor."""
    import numpy as np
    from scipy.stats import sobol_indices

    if not np.var([f_a, f_b]):
        return [None] * len(f_ab)
    # SciPy fails where there is one factor and one output, so one stands there twice.
    swapped = np.concatenate([f_ab, f_ab[:1]])[:, np.newaxis]
    evaluated = {"f_A": f_a[np.newaxis], "f_B": f_b[np.newaxis], "f_AB": swapped}
    found = sobol_indices(func=evaluated, n=f_a.size)
    errors = _bootstrapped(f_a, f_b, f_ab, seed)
    return [
        SobolIndex(float(first), float(first_error), float(total), float(total_error))
        for first, total, first_error, total_error in zip(
            found.first_order.reshape(-1)[:-1],
            found.total_order.reshape(-1)[:-1],
            *errors,
            strict=True,
        )
    ]


def _bootstrapped(f_a: Floats, f_b: Floats, f_ab: Floats, seed: int) -> tuple[Floats, Floats]:
    """Return standard errors of the first and total indices.

    Samples are independent, so blocks of them may be resampled in their place: that takes sums
    over blocks once, and a product of matrices.
    """
    import numpy as np
    from numpy.random import Philox

    def summed(figures: Floats) -> Floats:
        blocks: Floats = figures.reshape(*figures.shape[:-1], _BLOCKS, -1).mean(axis=-1)
        return blocks

    bits = Philox(key=seed % 2**128).random_raw(_RESAMPLES * _BLOCKS) % _BLOCKS
    chosen = bits.astype(np.int64).reshape(_RESAMPLES, _BLOCKS)
    mean, square = summed((f_a + f_b) / 2), summed((f_a**2 + f_b**2) / 2)
    variance = square[chosen].mean(axis=-1) - mean[chosen].mean(axis=-1) ** 2
    variance = np.where(variance > 0, variance, np.nan)
    firsts, totals = summed(f_b * (f_ab - f_a)), summed((f_a - f_ab) ** 2 / 2)
    errors = [
        np.nan_to_num(np.nanstd(parts[:, chosen].mean(axis=-1) / variance, axis=-1))
        for parts in (firsts, totals)
    ]
    return errors[0], errors[1]


# --- tornado ---------------------------------------------------------------------------------


def tornado(
    worlds: Worlds, facts: Sequence[UncertainFact], factors: Sequence[Factor], seed: int
) -> tuple[TornadoBar, ...]:
    """Return how far each fact moves the overall rating, the widest bar first."""
    drawn = latent(factors, seed, "tornado", 0, TORNADO_SAMPLES)
    held = [(fact, at, fixed) for fact in facts for at, fixed in _holds(fact)]
    matrices = (scores(facts, drawn, fixed) for _, _, fixed in held)
    ends: dict[str, list[TornadoEnd]] = {}
    for (fact, at, _), ranks in zip(held, _ranks(worlds, matrices), strict=True):
        ends.setdefault(fact.path, []).append(_end(at, ranks))
    bars = [_bar(fact, ends[fact.path]) for fact in facts]
    return tuple(sorted(bars, key=lambda bar: bar.width, reverse=True))


def _holds(fact: UncertainFact) -> Iterator[tuple[Held, Fixed]]:
    """Yield each value at which a fact is held."""
    if fact.is_counted:
        for tail in TAILS:
            yield value_at(fact, tail), Fixed(fact.path, tail, tail)
        return
    edges = fact.edges
    for member, low, high in zip(fact.members, edges[:-1], edges[1:], strict=True):
        yield member, Fixed(fact.path, low, high)


def _end(at: Held, ranks: Floats) -> TornadoEnd:
    means, errors = ranks.mean(axis=-1), ranks.std(axis=-1) / ranks.shape[-1] ** 0.5
    high = (ranks >= _HIGH).mean(axis=-1)
    moments = [float(part) for pair in zip(means, errors, strict=True) for part in pair]
    return TornadoEnd(at, *moments, *map(float, high))


def _bar(fact: UncertainFact, ends: Sequence[TornadoEnd]) -> TornadoBar:
    if not fact.is_counted:
        ends = sorted(ends, key=lambda end: (end.presumed, end.floor, end.ceiling))
    return TornadoBar(fact.path, ends[0], ends[-1])


def _ranks(worlds: Worlds, matrices: Iterable[Latent]) -> Iterator[Floats]:
    """Yield the ranks that each matrix of scores leads to; several are computed together."""

    waiting: list[Latent] = []
    for matrix in matrices:
        waiting.append(matrix)
        if len(waiting) * _length(matrix) >= CHUNK:
            yield from _together(worlds, waiting)
            waiting = []
    if waiting:
        yield from _together(worlds, waiting)


def _length(matrix: Latent) -> int:
    return len(next(iter(matrix.values())))


def _together(worlds: Worlds, matrices: Sequence[Latent]) -> list[Floats]:
    import numpy as np

    joined = {path: np.concatenate([matrix[path] for matrix in matrices]) for path in matrices[0]}
    return list(np.split(worlds.ranks(joined), len(matrices), axis=-1))
