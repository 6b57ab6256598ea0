"""Draws uncertain facts: the same seed gives the same values on every machine, in any order.

Each fact has a stream of random numbers of its own for each chunk of draws (Philox, a generator
that counts): it depends on the seed, on what the draws are for, on the number of the chunk and on
the fact's path, and on nothing else. So other facts of the case change no draw of this one.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from convenio.errors import UsageError
from convenio.facts.case import Case
from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.distribution_checks import group_problems
from convenio.facts.distributions import Distribution
from convenio.messages import say

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_EPOCH = dt.date(1970, 1, 1)

Latent = Mapping[str, "Floats"]
"""Uniform numbers by the name of their stream: one of each fact, one of each group."""


@dataclass(frozen=True)
class UncertainFact:
    """A fact of the case with its declaration and what is known of it."""

    path: str
    declaration: FactDeclaration
    distribution: Distribution

    @property
    def group(self) -> str | None:
        """The correlation group that the fact moves with."""
        return self.distribution.group

    @property
    def is_counted(self) -> bool:
        """True where its values have an order, False where it has members."""
        return self.distribution.name != "choice"

    @property
    def members(self) -> tuple[bool | str, ...]:
        """Members that can be drawn; false stands before true."""
        weights = self.distribution.weights
        drawn = [member for member, weight in weights if weight > 0]
        return tuple(sorted(drawn) if self.declaration.type.kind == "bool" else drawn)

    @property
    def edges(self) -> tuple[float, ...]:
        """Where the unit interval is cut for the members, from 0 to 1."""
        weight_of = dict(self.distribution.weights)
        total = sum(weight_of[member] for member in self.members)
        found = [0.0]
        for member in self.members:
            found.append(found[-1] + weight_of[member] / total)
        return (*found[:-1], 1.0)


@dataclass(frozen=True)
class Factor:
    """What varies by itself: one fact, or a correlation group as a whole."""

    name: str
    facts: tuple[UncertainFact, ...]

    @property
    def streams(self) -> tuple[str, ...]:
        """Names of the streams that make its facts."""
        groups = dict.fromkeys(_group_stream(f.group) for f in self.facts if f.group is not None)
        return (*groups, *(fact.path for fact in self.facts))


def uncertain_facts(case: Case, catalogue: Catalogue) -> tuple[UncertainFact, ...]:
    """Return the uncertain facts of a case, in the order of the file.

    Raises UsageError where there is none, or where members of a group disagree.
    """
    problems = group_problems(case.facts)
    if problems:
        raise UsageError(problems)
    found = tuple(
        UncertainFact(path, catalogue.facts[path], fact.distribution)
        for path, fact in case.facts.items()
        if fact.distribution is not None
    )
    if not found:
        raise UsageError(
            say(
                "{id}: no fact is uncertain; state one as a distribution, such "
                "as duration_years: {{distribution: triangular, low: 8, mode: "
                "10, high: 30}}",
                id=case.id,
            )
        )
    return found


def factors_of(facts: Sequence[UncertainFact]) -> tuple[Factor, ...]:
    """Return what varies independently, in the order of the first fact of each."""
    members: dict[str, list[UncertainFact]] = {}
    for fact in facts:
        name = fact.path if fact.group is None else f"group {fact.group}"
        members.setdefault(name, []).append(fact)
    return tuple(Factor(name, tuple(found)) for name, found in members.items())


def latent(
    factors: Sequence[Factor], seed: int, purpose: str, chunk: int, count: int
) -> dict[str, Floats]:
    """Return the uniform numbers of one chunk, by stream."""
    return {
        stream: _uniform(stream, seed, purpose, chunk, count)
        for factor in factors
        for stream in factor.streams
    }


def _uniform(stream: str, seed: int, purpose: str, chunk: int, count: int) -> Floats:
    """Return numbers inside the unit interval, neither 0 nor 1."""
    import numpy as np
    from numpy.random import Philox

    named = hashlib.sha256(f"{seed}\n{purpose}\n{stream}".encode()).digest()
    key = int.from_bytes(named[:16], "little")
    # The counter's lowest part counts the numbers of a chunk, the next one the chunks.
    bits = Philox(key=key, counter=[0, chunk, 0, 0]).random_raw(count)
    uniform: Floats = ((bits >> 11).astype(np.float64) + 0.5) * 2.0**-53
    return uniform


def _group_stream(group: str) -> str:
    # No path of a fact holds a space.
    return f"group {group}"


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fact held where its unit interval runs from `low` to `high`; a point where they agree."""

    path: str
    low: float
    high: float


def scores(facts: Sequence[UncertainFact], drawn: Latent, fixed: Fixed | None = None) -> Latent:
    """Return where each fact stands on its unit interval, for each draw.

    Facts of a group share one factor: their normal scores are √ρ of it and √(1-ρ) of their own.
    With one of them `fixed`, the factor is drawn as that fact's score leaves it, so that means
    over the others are conditional means.
    """
    import numpy as np
    from scipy.special import ndtr, ndtri

    found: dict[str, Floats] = {}
    held: Floats | None = None
    held_group: str | None = None
    if fixed is not None:
        own = drawn[fixed.path]
        held = fixed.low + (fixed.high - fixed.low) * own
        held_group = next(fact.group for fact in facts if fact.path == fixed.path)
    shared: dict[str, Floats] = {}
    for fact in facts:
        if fixed is not None and held is not None and fact.path == fixed.path:
            found[fact.path] = held
            continue
        if fact.group is None or fact.distribution.correlation is None:
            found[fact.path] = drawn[fact.path]
            continue
        share = fact.distribution.correlation
        if fact.group not in shared:
            common: Floats = ndtri(drawn[_group_stream(fact.group)])
            if held is not None and fact.group == held_group:
                common = np.sqrt(share) * ndtri(held) + np.sqrt(1 - share) * common
            shared[fact.group] = common
        mixed: Floats = np.sqrt(share) * shared[fact.group]
        if share < 1:
            mixed = mixed + np.sqrt(1 - share) * ndtri(drawn[fact.path])
        found[fact.path] = ndtr(mixed)
    return found


def column(fact: UncertainFact, score: Floats, catalogue: Catalogue) -> Any:
    """Return the values at these scores as a Polars series, in the form of a frame of cases."""
    import numpy as np
    import polars as pl

    kind = fact.declaration.type.kind
    if fact.is_counted:
        figures = quantile(fact, score)
        if kind == "date":
            return pl.Series(fact.path, figures.astype(np.int32)).cast(pl.Date)
        return pl.Series(fact.path, figures)
    places = np.searchsorted(np.array(fact.edges[1:-1]), score, side="right")
    if kind == "bool":
        return pl.Series(fact.path, np.array(fact.members)[places])
    whole = fact.declaration.type.members if kind == "enum" else catalogue.actors
    members = pl.Series(fact.path, [str(member) for member in fact.members], dtype=pl.Enum(whole))
    return members.gather(places)


def quantile(fact: UncertainFact, score: Floats) -> Floats:
    """Return the values of a counted fact at these scores; dates as days since 1970.

    Facts that take whole numbers, dates among them, are rounded.
    """
    import numpy as np

    stated = fact.distribution
    low, high = _figure(stated.low), _figure(stated.high)
    if stated.name == "uniform":
        figures = low + (high - low) * score
    elif stated.name == "triangular":
        figures = _triangular(low, _figure(stated.mode), high, score)
    else:
        assert stated.sd is not None
        figures = _normal(_figure(stated.mean), stated.sd, low, high, score)
    if fact.declaration.type.kind in ("integer", "date"):
        figures = np.rint(figures)
    clipped: Floats = np.clip(figures, low, high)
    return clipped


def _triangular(low: float, mode: float, high: float, score: Floats) -> Floats:
    import numpy as np

    width = high - low
    rising = low + np.sqrt(score * (width * (mode - low)))
    falling = high - np.sqrt((1 - score) * (width * (high - mode)))
    figures: Floats = np.where(score * width < mode - low, rising, falling)
    return figures


def _normal(mean: float, sd: float, low: float, high: float, score: Floats) -> Floats:
    from scipy.special import ndtr, ndtri

    below, above = ndtr((low - mean) / sd), ndtr((high - mean) / sd)
    figures: Floats = mean + sd * ndtri(below + (above - below) * score)
    return figures


def _figure(value: float | int | dt.date | None) -> float:
    assert value is not None
    return float((value - _EPOCH).days) if isinstance(value, dt.date) else float(value)


def value_at(fact: UncertainFact, score: float) -> float | int | dt.date:
    """Return the value of a counted fact at one score."""
    import numpy as np

    figure = float(quantile(fact, np.array([score]))[0])
    if fact.declaration.type.kind == "date":
        return _EPOCH + dt.timedelta(days=figure)
    return int(figure) if fact.declaration.type.kind == "integer" else figure
