"""Times whole tables: our frames on every engine beside OpenFisca and what is written by hand.

Forty rules of two or three tests over a million cases, a tenth of the facts unknown. All
contenders run side by side in one process and their answers are compared before anything is timed:
those that know no unknown over complete cases, all others over incomplete ones.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl
from benchmarks.contenders import (
    BY_HAND,
    CONTENDERS,
    ON_POLARS,
    VERDICTS,
    VERDICTS_TRUSTED,
    Contender,
    check,
    make_workload,
)
from benchmarks.interleave import ROUND_SECONDS, best_interleaved
from benchmarks.tables import ROWS, make_table

import convenio

MANY_ROWS = 4_000_000
OTHER_SIZES: tuple[tuple[int, tuple[Contender, ...]], ...] = (
    (1, (BY_HAND, VERDICTS, ON_POLARS)),
    (1_000, (BY_HAND, VERDICTS, ON_POLARS)),
    (100_000, (BY_HAND, VERDICTS, ON_POLARS)),
    (MANY_ROWS, (BY_HAND, VERDICTS_TRUSTED, VERDICTS)),
)
"""What is measured at fewer and at more rows than all contenders are."""


@dataclass(frozen=True, slots=True)
class Row:
    """One contender at one size. `ratio` is to Polars by hand there; None is not measured."""

    name: str
    rows: int
    nanoseconds: float | None
    ratio: float | None
    note: str = ""


def measure(rounds: int = 7) -> list[Row]:
    """Return the time of every contender, each the best of several rounds.

    Raises SystemExit where answers differ.
    """
    warnings.simplefilter("ignore", convenio.FrameWarning)
    workload = make_workload()
    check(CONTENDERS, workload)
    asked = [(contender, ROWS) for contender in CONTENDERS]
    asked += [(contender, rows) for rows, contenders in OTHER_SIZES for contender in contenders]
    tables = {rows: make_table(rows) for rows in {rows for _, rows in asked}}
    tasks = {
        (contender.name, rows): contender.prepare(tables[rows], workload)
        for contender, rows in asked
        if not contender.missing
    }
    times = best_interleaved(tasks, rounds, ROUND_SECONDS)
    return [_row(contender, rows, times) for contender, rows in asked]


def _row(contender: Contender, rows: int, times: dict[tuple[str, int], float]) -> Row:
    if contender.missing:
        return Row(contender.name, rows, None, None, contender.missing)
    seconds = times[contender.name, rows]
    return Row(
        contender.name,
        rows,
        seconds / rows * 1e9,
        seconds / times[BY_HAND.name, rows],
        contender.note,
    )


def report(rows: Sequence[Row]) -> str:
    """Return a Markdown table."""
    lines = ["| contender | rows | ns a case | ratio | note |", "|---|---:|---:|---:|---|"]
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
