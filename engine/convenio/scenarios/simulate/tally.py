"""Adds up what was found in the draws; what it keeps does not grow with their number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convenio.backends.outcome import OUTCOMES
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating
from convenio.scenarios.simulate.worlds import Key, Worlds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_KEYS = 50_000


@dataclass(frozen=True, slots=True)
class RuleTally:
    """In how many draws a rule was flagged and unknown.

    `varies` and `settled` are those of `RuleChances`.
    """

    flag: int
    unknown: int
    varies: bool
    settled: bool


class Tally:
    """Counts ratings and outcomes over draws that come in by their combinations of truths."""

    def __init__(self, pack: Pack, worlds: Worlds) -> None:
        import numpy as np

        self._worlds = worlds
        self._families = pack.families
        # The engine gives outcomes family by family.
        self._rules = [
            rule.id for family in pack.families for rule in pack.rules if rule.family == family
        ]
        self._waiting: Counter[Key] = Counter()
        sides = range(len(pack.families) + 1)
        self._floors: list[Counter[Rating]] = [Counter() for _ in sides]
        self._presumed: list[Counter[Rating]] = [Counter() for _ in sides]
        self._ceilings: list[Counter[Rating]] = [Counter() for _ in sides]
        self._outcomes: NDArray[np.int64] = np.zeros((len(self._rules), len(OUTCOMES)), np.int64)

    def add(self, counts: Iterable[tuple[Key, int]]) -> None:
        """Count draws: each combination of truths with how often it came."""
        for key, count in counts:
            self._waiting[key] += count
        if len(self._waiting) > _MOST_KEYS:
            self._settle()

    def ratings(self) -> dict[str, tuple[Counter[Rating], Counter[Rating], Counter[Rating]]]:
        """Return how often each family, and the whole (""), had which rating in each reading.

        The readings are established, presumed and possible.
        """
        self._settle()
        sides = zip(self._floors, self._presumed, self._ceilings, strict=True)
        return dict(zip((*self._families, ""), sides, strict=True))

    def rules(self) -> Mapping[str, RuleTally]:
        """Return how each rule came out."""
        self._settle()
        stated = self._worlds.at_rest
        found: dict[str, RuleTally] = {}
        for rule, counts, code in zip(self._rules, self._outcomes.tolist(), stated, strict=True):
            flag, unknown = (
                sum(n for n, outcome in zip(counts, OUTCOMES, strict=True) if outcome.verdict == v)
                for v in ("flag", "unknown")
            )
            varies = sum(count > 0 for count in counts) > 1
            settled = OUTCOMES[code].verdict == "unknown" and unknown == 0
            found[rule] = RuleTally(flag, unknown, varies, settled)
        return found

    def _settle(self) -> None:
        """Add what is waiting to the counts of ratings and outcomes."""
        import numpy as np

        rows = np.arange(len(self._rules))
        for key, count in self._waiting.items():
            world = self._worlds.world(key)
            self._outcomes[rows, np.frombuffer(world.outcomes, dtype=np.uint8)] += count
            for counters, ratings in (
                (self._floors, world.floors),
                (self._presumed, world.presumed),
                (self._ceilings, world.ceilings),
            ):
                for counter, rating in zip(counters, ratings, strict=True):
                    counter[rating] += count
        self._waiting.clear()
