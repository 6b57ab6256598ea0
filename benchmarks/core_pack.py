"""Times the core pack over tables of its own cases, repeated, as a ministry's register would be.

Every case that ships is a row, as often as it takes; its lists are child tables. A list is told
apart from others by the id of its case, a text of some thirty characters.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
from benchmarks.interleave import always, best_interleaved

import convenio
from convenio.backends.frames.rows import tabulate

ROOT = Path(__file__).parents[1]
MANY, FEW = 1_000_000, 100_000


@dataclass(frozen=True, slots=True)
class Row:
    """One contender: rows of cases and of lists, and the seconds until all cases are there."""

    name: str
    cases: int
    elements: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Tables:
    cases: pl.DataFrame
    lists: dict[str, pl.DataFrame]


def measure(rounds: int = 3) -> list[Row]:
    """Return the time of every contender, each the best of several rounds."""
    warnings.simplefilter("ignore", convenio.FrameWarning)
    pack = convenio.load_pack("core")
    many, few = _tables(pack, MANY), _tables(pack, FEW)
    contenders: tuple[tuple[str, _Tables, bool, Callable[[Any], Any]], ...] = (
        ("Polars, no lists", many, False, lambda frame: frame),
        ("Polars, twelve lists", many, True, lambda frame: frame),
        ("Polars, no lists", few, False, lambda frame: frame),
        ("Polars, twelve lists", few, True, lambda frame: frame),
        ("pandas, twelve lists", few, True, lambda frame: frame.to_pandas()),
        ("DuckDB, no lists", few, False, _relation),
        ("DuckDB, twelve lists", few, True, _relation),
    )
    tasks = {}
    for number, (_, tables, with_lists, convert) in enumerate(contenders):
        cases = convert(tables.cases)
        lists = {path: convert(rows) for path, rows in tables.lists.items()} if with_lists else {}
        tasks[number] = always(lambda cases=cases, lists=lists: _assessed(cases, pack, lists))
    times = best_interleaved(tasks, rounds)
    return [
        Row(name, tables.cases.height, _elements(tables) if with_lists else 0, times[number])
        for number, (name, tables, with_lists, _) in enumerate(contenders)
    ]


def _tables(pack: convenio.Pack, rows: int) -> _Tables:
    files = sorted((ROOT / "cases").glob("*.yaml"))
    cases, lists = tabulate([convenio.load_case(file, pack) for file in files], pack.catalogue)
    copies = pl.DataFrame({"copy": range(rows // len(files))})
    return _Tables(_repeated(cases, copies), {p: _repeated(t, copies) for p, t in lists.items()})


def _repeated(table: pl.DataFrame, copies: pl.DataFrame) -> pl.DataFrame:
    named = pl.concat_str("id", pl.lit("-"), "copy").alias("id")
    return table.join(copies, how="cross").with_columns(named).drop("copy")


def _elements(tables: _Tables) -> int:
    return sum(table.height for table in tables.lists.values())


_CONNECTION = duckdb.connect()


def _relation(table: pl.DataFrame) -> Any:
    return _CONNECTION.from_arrow(table.to_arrow())


def _assessed(cases: Any, pack: convenio.Pack, lists: dict[str, Any]) -> Any:
    result = convenio.assess_frame(cases, pack, lists).cases
    return result.to_arrow_table() if hasattr(result, "to_arrow_table") else result


def report(rows: Sequence[Row]) -> str:
    """Return a Markdown table."""
    lines = ["| on | cases | rows of lists | seconds | ns a case |", "|---|---:|---:|---:|---:|"]
    lines += [
        f"| {row.name} | {row.cases:,} | {row.elements:,} | {row.seconds:.2f} "
        f"| {row.seconds / row.cases * 1e9:,.0f} |"
        for row in rows
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(report(measure()))
