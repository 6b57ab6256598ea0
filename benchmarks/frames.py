"""Times whole tables: our frames on every engine beside Polars and NumPy written by hand.

Forty rules of two or three tests over a million cases, a tenth of the facts unknown. All ways run
side by side in one process and their answers are compared before anything is timed.
"""

from __future__ import annotations

import tempfile
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
from benchmarks.peers.catalogue import FACTS
from benchmarks.peers.conditions import Among, And, Compare, Condition, Equals, Holds, Not, Or
from benchmarks.peers.workload import SyntheticRule, make_rules, to_pack

import convenio

ROWS = 1_000_000
UNKNOWN_SHARE = 0.1
SEED = 20091030
CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Row:
    """One way of computing. `ratio` is to Polars written by hand."""

    name: str
    rows: int
    nanoseconds: float
    ratio: float


def make_table(rows: int, unknown_share: float = UNKNOWN_SHARE) -> pl.DataFrame:
    """Return random cases: enums as Enum, an identifier, and a share of nulls in every fact."""
    chance = np.random.default_rng(SEED)
    columns: dict[str, Any] = {"id": np.arange(rows)}
    for fact in FACTS:
        if fact.kind == "bool":
            values = pl.Series(chance.random(rows) < 0.5)
        elif fact.kind == "enum":
            codes = chance.integers(0, len(fact.values), rows)
            values = pl.Series(codes).cast(pl.UInt8).cat.to(pl.Enum(list(fact.values)))
        else:
            values = pl.Series(np.round(chance.uniform(fact.low, fact.high, rows)))
        known = pl.Series(chance.random(rows) >= unknown_share)
        columns[fact.path] = values.to_frame("v").select(pl.when(known).then(pl.col("v")))["v"]
    return pl.DataFrame(columns)


def by_hand_polars(condition: Condition) -> pl.Expr:
    """Return a condition as somebody would write it for Polars."""
    match condition:
        case Not(part):
            return ~by_hand_polars(part)
        case And(parts):
            return _all(parts, lambda a, b: a & b)
        case Or(parts):
            return _all(parts, lambda a, b: a | b)
        case Compare(path, name, value):
            return _compared(pl.col(path), name, value)
        case Equals(path, value):
            return pl.col(path) == value
        case Among(path, values):
            return pl.col(path).is_in(list(values))
        case Holds(path):
            return pl.col(path)
    raise AssertionError(condition)


def _all(parts: Sequence[Condition], join: Callable[[Any, Any], Any]) -> Any:
    first, *others = map(by_hand_polars, parts)
    for other in others:
        first = join(first, other)
    return first


def _compared(column: Any, name: str, value: float) -> Any:
    return {
        "<": lambda: column < value,
        "<=": lambda: column <= value,
        ">": lambda: column > value,
        ">=": lambda: column >= value,
    }[name]()


def by_hand_numpy(condition: Condition, columns: Mapping[str, np.ndarray], codes: Any) -> Any:
    """Return a condition over NumPy columns, two-valued: what is missing is false."""
    match condition:
        case Not(part):
            return ~by_hand_numpy(part, columns, codes)
        case And(parts):
            return np.logical_and.reduce([by_hand_numpy(p, columns, codes) for p in parts])
        case Or(parts):
            return np.logical_or.reduce([by_hand_numpy(p, columns, codes) for p in parts])
        case Compare(path, name, value):
            return _compared(columns[path], name, value)
        case Equals(path, value):
            return columns[path] == codes[path].index(value)
        case Among(path, values):
            wanted = [codes[path].index(value) for value in values]
            return np.logical_or.reduce([columns[path] == code for code in wanted])
        case Holds(path):
            return columns[path]
    raise AssertionError(condition)


def _numpy_way(table: pl.DataFrame, rules: Sequence[SyntheticRule]) -> Callable[[], Any]:
    codes = {fact.path: list(fact.values) for fact in FACTS}
    columns = {}
    for fact in FACTS:
        series = table[fact.path]
        if fact.kind == "enum":
            columns[fact.path] = series.to_physical().cast(pl.Int16).fill_null(-1).to_numpy()
        elif fact.kind == "bool":
            columns[fact.path] = series.fill_null(False).to_numpy()
        else:
            columns[fact.path] = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()

    def run() -> list[np.ndarray]:
        results = [np.empty(table.height, dtype=bool) for _ in rules]
        for start in range(0, table.height, CHUNK):
            part = {path: column[start : start + CHUNK] for path, column in columns.items()}
            for rule, result in zip(rules, results, strict=True):
                result[start : start + CHUNK] = by_hand_numpy(rule.condition, part, codes)
        return results

    return run


def _compare(table: pl.DataFrame, rules: Sequence[SyntheticRule], pack: convenio.Pack) -> None:
    """Stop where our verdicts differ from those written by hand."""
    few = table.head(20_000)
    hand = few.select(**{rule.id: by_hand_polars(rule.condition) for rule in rules})
    ours = convenio.assess_frame(few, pack).cases
    for rule in rules:
        said = ours[rule.id]
        truth = pl.DataFrame({"c": said}).select(
            pl.when(pl.col("c") >= 10).then(True).when(pl.col("c") == 0).then(False)
        )
        if not truth.to_series().equals(hand[rule.id].rename(truth.columns[0]), null_equal=True):
            raise SystemExit(f"{rule.id}: our verdicts differ from those written by hand")


def _on_duckdb(relation: Any, pack: convenio.Pack) -> Any:
    return convenio.assess_frame(relation, pack).cases.to_arrow_table()


def _best(run: Callable[[], Any], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def measure(rows: int = ROWS, rounds: int = 3) -> list[Row]:
    """Return the time of every way, each the best of several rounds."""
    warnings.simplefilter("ignore", convenio.FrameWarning)
    rules = make_rules()
    with tempfile.TemporaryDirectory() as folder:
        pack = convenio.load_pack(to_pack(Path(folder) / "pack", rules))
        table = make_table(rows)
        _compare(table, rules, pack)
        hand = {rule.id: by_hand_polars(rule.condition) for rule in rules}
        arrow, pandas = table.to_arrow(), table.to_pandas()
        relation = duckdb.connect().from_arrow(arrow)
        ways: dict[str, tuple[int, Callable[[], Any]]] = {
            "Polars by hand, nullable": (rows, partial(table.select, **hand)),
            "NumPy by hand, two-valued": (rows, _numpy_way(table, rules)),
            "Convenio on Polars": (rows, lambda: convenio.assess_frame(table, pack)),
            "Convenio on Polars, values trusted": (
                rows,
                lambda: convenio.assess_frame(table, pack, check=False),
            ),
            "Convenio on PyArrow": (rows, lambda: convenio.assess_frame(arrow, pack)),
            "Convenio on pandas": (rows, lambda: convenio.assess_frame(pandas, pack)),
            "Convenio on DuckDB": (
                rows,
                partial(_on_duckdb, relation, pack),
            ),
        }
        for count in (1, 1_000, 100_000):
            part = table.head(count)
            run = partial(convenio.assess_frame, part, pack)
            ways[f"Convenio on Polars, {count:,} rows"] = (count, run)
        times = {name: (size, _best(run, rounds)) for name, (size, run) in ways.items()}
    size, base = times["Polars by hand, nullable"]
    base /= size
    return [
        Row(name, size, seconds / size * 1e9, seconds / size / base)
        for name, (size, seconds) in times.items()
    ]


def report(rows: Sequence[Row]) -> str:
    """Return a Markdown table."""
    lines = ["| way | rows | ns a case | ratio |", "|---|---:|---:|---:|"]
    lines += [f"| {r.name} | {r.rows:,} | {r.nanoseconds:,.0f} | {r.ratio:,.2f} |" for r in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    print(f"Convenio {convenio.__version__}, Polars {pl.__version__}, DuckDB {duckdb.__version__}")
    print(report(measure()))
