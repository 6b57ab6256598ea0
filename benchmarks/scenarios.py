"""Times what is asked beyond a verdict, on every shipped case, beside one assessment of it."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import convenio
from convenio import Case, Pack
from convenio.assessment.cases import with_settings
from convenio.packs.policy import RATINGS, rank

CASES = Path(__file__).parents[1] / "cases"
UNCERTAIN = {"terms.duration_years": "{distribution: triangular, low: 1, mode: 5, high: 30}"}
DRAWS = 1_000_000


@dataclass(frozen=True, slots=True)
class Row:
    """The median and the worst of all cases, in milliseconds, and the median's ratio."""

    name: str
    median: float
    worst: float
    ratio: float


def _lower(case: Case, pack: Pack) -> convenio.Remedies:
    floor = rank(convenio.assess(case, pack, "reference").floor)
    return convenio.remedies(case, pack, RATINGS[max(0, floor - 1)])


CONTENDERS: dict[str, Callable[[Case, Pack], object]] = {
    "assess, reference, explained": lambda c, p: convenio.assess(c, p, "reference").findings,
    "compare, all scenarios": lambda c, p: convenio.compare(c, p, inference="reference"),
    "questions": convenio.questions,
    "remedies, one rating lower": _lower,
    "sensitivity": convenio.sensitivity,
    "exact range": convenio.exact_range,
}


def measure(rounds: int = 3) -> list[Row]:
    """Return the times of every question; each is the best of several rounds on each case."""
    pack = convenio.load_pack("core")
    cases = [convenio.load_case(path, pack) for path in sorted(CASES.glob("*.yaml"))]
    rows: list[Row] = []
    base = 0.0
    for name, ask in CONTENDERS.items():
        ask(cases[0], pack)
        times = sorted(_best(lambda ask=ask, c=case: ask(c, pack), rounds) for case in cases)
        median = times[len(times) // 2]
        base = base or median
        rows.append(Row(name, median, times[-1], median / base))
    with warnings.catch_warnings(action="ignore"):
        case = with_settings(convenio.load_case("panamax-2014", pack), pack, UNCERTAIN)
        spent = _best(lambda: convenio.simulate(case, pack, DRAWS), rounds)
    rows.append(Row(f"simulate, {DRAWS:,} draws of one fact", spent, spent, spent / base))
    return rows


def _best(run: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def report(rows: Sequence[Row]) -> str:
    """Return a Markdown table."""
    lines = ["| asked | median ms | worst ms | ratio |", "|---|---:|---:|---:|"]
    lines += [f"| {r.name} | {r.median:,.1f} | {r.worst:,.1f} | {r.ratio:,.1f} |" for r in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(measure()))
