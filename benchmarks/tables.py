"""Tables of random cases, and rules over them as somebody would write them by hand.

Of Convenio it imports nothing, so that what a hand-written contender takes of memory is its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import numpy as np
import polars as pl
from benchmarks.peers.catalogue import FACTS
from benchmarks.peers.conditions import Among, And, Compare, Condition, Equals, Holds, Not, Or
from benchmarks.peers.workload import SyntheticRule

ROWS = 1_000_000
UNKNOWN_SHARE = 0.1
SEED = 20091030
CHUNK = 16_384
"""Rows that NumPy tests at once: few enough for the processor to keep them near."""


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


def by_hand_polars(condition: Condition, two_valued: bool = False) -> pl.Expr:
    """Return a condition as somebody would write it for Polars.

    Two-valued, each test of what is missing is false.
    """
    match condition:
        case Not(part):
            return ~by_hand_polars(part, two_valued)
        case And(parts):
            return reduce(lambda a, b: a & b, [by_hand_polars(p, two_valued) for p in parts])
        case Or(parts):
            return reduce(lambda a, b: a | b, [by_hand_polars(p, two_valued) for p in parts])
    test = _by_hand_test(condition)
    return test.fill_null(False) if two_valued else test


def _by_hand_test(condition: Condition) -> pl.Expr:
    match condition:
        case Compare(path, name, value):
            found: pl.Expr = _compared(pl.col(path), name, value)
            return found
        case Equals(path, value):
            return pl.col(path) == value
        case Among(path, values):
            return pl.col(path).is_in(list(values))
        case Holds(path):
            return pl.col(path)
    raise AssertionError(condition)


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


def by_hand(rules: Sequence[SyntheticRule], two_valued: bool = False) -> dict[str, pl.Expr]:
    """Return what is selected from a table: one Boolean column a rule, nullable or two-valued."""
    return {rule.id: by_hand_polars(rule.condition, two_valued) for rule in rules}


def numpy_columns(table: pl.DataFrame) -> dict[str, np.ndarray]:
    """Return the facts as arrays; what is missing there is false, -1 or not a number."""
    columns = {}
    for fact in FACTS:
        series = table[fact.path]
        if fact.kind == "enum":
            columns[fact.path] = series.to_physical().cast(pl.Int16).fill_null(-1).to_numpy()
        elif fact.kind == "bool":
            columns[fact.path] = series.fill_null(False).to_numpy()
        else:
            columns[fact.path] = series.cast(pl.Float64).fill_null(float("nan")).to_numpy()
    return columns


def run_numpy(
    columns: Mapping[str, np.ndarray], rules: Sequence[SyntheticRule]
) -> dict[str, np.ndarray]:
    """Return one array of Booleans a rule."""
    codes = {fact.path: list(fact.values) for fact in FACTS}
    rows = len(next(iter(columns.values())))
    results = {rule.id: np.empty(rows, dtype=bool) for rule in rules}
    for start in range(0, rows, CHUNK):
        part = {path: column[start : start + CHUNK] for path, column in columns.items()}
        for rule in rules:
            found = by_hand_numpy(rule.condition, part, codes)
            results[rule.id][start : start + CHUNK] = found
    return results
