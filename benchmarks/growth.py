"""How the time of a table grows: with its rows, with the rules, with the share of unknown facts.

Each figure is that of a table of its own, compared with Polars by hand before it is timed.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
from benchmarks.contenders import BY_HAND, ON_POLARS, VERDICTS, Workload, check, make_workload
from benchmarks.interleave import ROUND_SECONDS, best_interleaved
from benchmarks.peers.workload import RULES
from benchmarks.tables import ROWS, UNKNOWN_SHARE, make_table

import convenio

SIZES = (250_000, 500_000, 1_000_000, 2_000_000)
RULE_COUNTS = (20, 40, 80, 160)
SHARES = (0, 0.1, 0.3, 0.6)
CONTENDERS = (BY_HAND, VERDICTS, ON_POLARS)


@dataclass(frozen=True, slots=True)
class Growth:
    """One contender's nanoseconds a case at each of several sizes, and their ratios to by hand."""

    name: str
    nanoseconds: tuple[float, ...]
    ratios: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class _Point:
    """A table and the rules that it is tested against."""

    table: pl.DataFrame
    workload: Workload


def with_rows(sizes: Sequence[int] = SIZES, rounds: int = 5) -> list[Growth]:
    """Return how times change with the number of cases."""
    workload = make_workload()
    check(CONTENDERS, workload)
    return _measured([_Point(make_table(size), workload) for size in sizes], rounds)


def with_rules(counts: Sequence[int] = RULE_COUNTS, rounds: int = 5) -> list[Growth]:
    """Return how times change with the number of rules, over the same table."""
    table = make_table(ROWS)
    workloads = [make_workload(count) for count in counts]
    for workload in workloads:
        check(CONTENDERS, workload)
    return _measured([_Point(table, workload) for workload in workloads], rounds)


def with_unknowns(shares: Sequence[float] = SHARES, rounds: int = 5) -> list[Growth]:
    """Return how times change with the share of facts that are unknown."""
    workload = make_workload()
    for share in shares:
        check(CONTENDERS, workload, share)
    return _measured([_Point(make_table(ROWS, share), workload) for share in shares], rounds)


def _measured(points: Sequence[_Point], rounds: int) -> list[Growth]:
    warnings.simplefilter("ignore", convenio.FrameWarning)
    tasks = {
        (contender.name, place): contender.prepare(point.table, point.workload)
        for place, point in enumerate(points)
        for contender in CONTENDERS
    }
    seconds = best_interleaved(tasks, rounds, ROUND_SECONDS)
    rows = [point.table.height for point in points]
    return [_growth(contender.name, rows, seconds) for contender in CONTENDERS]


def _growth(name: str, rows: Sequence[int], seconds: Mapping[tuple[str, int], float]) -> Growth:
    places = range(len(rows))
    return Growth(
        name,
        tuple(seconds[name, place] / rows[place] * 1e9 for place in places),
        tuple(seconds[name, place] / seconds[BY_HAND.name, place] for place in places),
    )


def report(sizes: Sequence[float], growths: Sequence[Growth]) -> str:
    """Return a Markdown table: one line a contender, one column a size, the ratio in brackets."""
    lines = [
        f"| contender | {' | '.join(f'{size:,}' for size in sizes)} |",
        f"|---|{'---:|' * len(sizes)}",
    ]
    for growth in growths:
        pairs = zip(growth.nanoseconds, growth.ratios, strict=True)
        cells = " | ".join(f"{time:,.0f} ({ratio:.1f})" for time, ratio in pairs)
        lines.append(f"| {growth.name} | {cells} |")
    return "\n".join(lines)


def document() -> str:
    """Measure all and return it as Markdown."""
    return f"""Nanoseconds a case, and in brackets the ratio to Polars by hand in the same column.

By number of rows, with {RULES} rules and {UNKNOWN_SHARE:.0%} of the facts unknown:

{report(SIZES, with_rows())}

By number of rules, over {ROWS:,} rows with {UNKNOWN_SHARE:.0%} of the facts unknown:

{report(RULE_COUNTS, with_rules())}

By share of unknown facts, over {ROWS:,} rows with {RULES} rules:

{report(SHARES, with_unknowns())}"""


if __name__ == "__main__":
    print(document())
