"""A table that was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

ROW = "row of the table"


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a table in UTF-8: its file, what stands between cells, and where rows begin."""

    path: Path
    separator: str
    lines_until_rows: int


@dataclass(frozen=True, slots=True)
class ReadTable:
    """The rows of one table (lazy), what was recognised, and the rows that are not in it."""

    path: Path
    rows: Any
    told: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    whole: bool = True
    """Whether the rows are the file's own, so that another engine may read the file itself."""
    above: tuple[str, ...] = ()
    """The lines above the header."""
    text: Text | None = None
    sheets_of_lists: Mapping[str, str] = field(default_factory=dict)
    """The sheets of the same workbook that hold lists, by the fact that each is of."""


def without_numbers(table: ReadTable) -> ReadTable:
    """Drop the numbers of rows, which no row is told by any more."""
    if ROW not in table.rows.collect_schema().names():
        return table
    return replace(table, rows=table.rows.drop(ROW))
