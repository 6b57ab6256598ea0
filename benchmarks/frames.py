"""Times whole tables: our frames on every engine beside OpenFisca and what is written by hand.

Forty rules of two or three tests over a million cases, a tenth of the facts unknown. All ways run
side by side in one process and their answers are compared before anything is timed: those that
know no unknown over complete cases, all others over incomplete ones.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl
from benchmarks.tables import ROWS, make_table
from benchmarks.turns import TURN_SECONDS, best_in_turn
from benchmarks.ways import (
    BY_HAND,
    ON_POLARS,
    VERDICTS,
    VERDICTS_TRUSTED,
    WAYS,
    Way,
    check,
    make_workload,
)

import convenio

MANY_ROWS = 4_000_000
OTHER_SIZES: tuple[tuple[int, tuple[Way, ...]], ...] = (
    (1, (BY_HAND, VERDICTS, ON_POLARS)),
    (1_000, (BY_HAND, VERDICTS, ON_POLARS)),
    (100_000, (BY_HAND, VERDICTS, ON_POLARS)),
    (MANY_ROWS, (BY_HAND, VERDICTS_TRUSTED, VERDICTS)),
)
"""What is measured at fewer and at more rows than all ways are."""


@dataclass(frozen=True, slots=True)
class Row:
    """One way at one size. `ratio` is to Polars by hand at that size; None is not measured."""

    name: str
    rows: int
    nanoseconds: float | None
    ratio: float | None
    note: str = ""


def measure(rounds: int = 7) -> list[Row]:
    """Return the time of every way, each the best of several rounds.

    Raises SystemExit where answers differ.
    """
    warnings.simplefilter("ignore", convenio.FrameWarning)
    workload = make_workload()
    check(WAYS, workload)
    asked = [(way, ROWS) for way in WAYS]
    asked += [(way, rows) for rows, ways in OTHER_SIZES for way in ways]
    tables = {rows: make_table(rows) for rows in {rows for _, rows in asked}}
    tasks = {
        (way.name, rows): way.prepare(tables[rows], workload)
        for way, rows in asked
        if not way.missing
    }
    times = best_in_turn(tasks, rounds, TURN_SECONDS)
    return [_row(way, rows, times) for way, rows in asked]


def _row(way: Way, rows: int, times: dict[tuple[str, int], float]) -> Row:
    if way.missing:
        return Row(way.name, rows, None, None, way.missing)
    seconds = times[way.name, rows]
    return Row(way.name, rows, seconds / rows * 1e9, seconds / times[BY_HAND.name, rows], way.note)


def report(rows: Sequence[Row]) -> str:
    """Return a Markdown table."""
    lines = ["| way | rows | ns a case | ratio | note |", "|---|---:|---:|---:|---|"]
    lines += [
        f"| {row.name} | {row.rows:,} | {_figure(row.nanoseconds, 0)} "
        f"| {_figure(row.ratio, 2)} | {row.note} |"
        for row in rows
    ]
    return "\n".join(lines)


def _figure(value: float | None, places: int) -> str:
    return "–" if value is None else f"{value:,.{places}f}"


if __name__ == "__main__":
    print(f"Convenio {convenio.__version__}, Polars {pl.__version__}, DuckDB {duckdb.__version__}")
    print(report(measure()))
