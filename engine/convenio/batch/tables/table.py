"""A table that was read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

ROW = "row of the table"


@dataclass(frozen=True, slots=True)
class ReadTable:
    """The rows of one table (lazy), what was recognised, and the rows that are not in it."""

    path: Path
    rows: Any
    told: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    whole: bool = True
    """Whether the rows are the file's own, so that another engine may read the file itself."""


def without_numbers(table: ReadTable) -> ReadTable:
    """Drop the numbers of rows, which no row is told by any more."""
    if ROW not in table.rows.collect_schema().names():
        return table
    return replace(table, rows=table.rows.drop(ROW))
