"""Finds the line on which the columns are named, and what stands between cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from convenio.batch.tables.columns import Columns, folded
from convenio.errors import CaseError, UsageError, nearest_name

SEPARATORS: Mapping[str, str] = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
SEARCHED = 50
"""How many lines may stand above a header."""
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Layout:
    """What a user says of a file; None is recognised."""

    separator: str | None = None
    encoding: str | None = None
    decimal: Literal[",", "."] | None = None
    header_row: int | None = None
    sheet: str | None = None
    dates: Literal["dmy", "mdy", "iso"] | None = None


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns are named, and how."""

    names: tuple[str, ...]
    line: int
    """On which line it stands, from 1."""
    lines_until_rows: int


def header(path: Path, head: str, columns: Columns, layout: Layout) -> tuple[str, Header]:
    """Return what stands between the cells of a text, and its header; `head` is its beginning."""
    candidates = [layout.separator] if layout.separator else list(SEPARATORS)
    best: tuple[int, str, list[tuple[int, int, list[str]]]] | None = None
    for separator in candidates:
        lines = _records(head, separator)
        score = max((_score(cells, columns) for *_, cells in lines), default=0)
        if best is None or score > best[0]:
            best = (score, separator, lines)
    assert best is not None
    return best[1], header_among(path, best[2], columns, layout)


def _records(head: str, separator: str) -> list[tuple[int, int, list[str]]]:
    """Return the first records of a text with their first lines and how many lines end them."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    records: list[tuple[int, int, list[str]]] = []
    before = 0
    try:
        for cells in reader:
            records.append((before + 1, reader.line_num, cells))
            before = reader.line_num
            if len(records) == SEARCHED:
                break
    except csv.Error:
        pass
    return records


def header_among(
    path: Path,
    lines: Sequence[tuple[int, int, list[str]]],
    columns: Columns,
    layout: Layout,
) -> Header:
    """Return the header among the first lines: that with most names, or the one asked for.

    Raises CaseError where none holds a name, UsageError where none can stand where it is asked for.
    """
    if layout.header_row is not None:
        chosen = [line for line in lines if line[0] == layout.header_row]
        if not chosen:
            raise UsageError(f"{path}: no header can stand on line {layout.header_row}")
        first, until, cells = chosen[0]
    else:
        if not lines:
            raise CaseError(f"{path}: the table is empty")
        first, until, cells = max(lines, key=lambda line: _score(line[2], columns))
        if not _score(cells, columns):
            widest = max(lines, key=lambda line: len(line[2]))
            told = nothing_understood(path, widest[2], columns)
            # With a mapping the table may be right, and the mapping another's.
            raise UsageError(told) if columns.wanted else CaseError(told)
    names = tuple(name.strip() or f"column {n}" for n, name in enumerate(cells, 1))
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise CaseError(f"{path}: two columns are called {', '.join(twice)}")
    return Header(names, first, until)


def _score(cells: Sequence[str], columns: Columns) -> int:
    meant = [columns.named(cell) for cell in cells]
    if columns.wanted:
        return sum(name in columns.wanted for name in meant)
    return sum(name is not None for name in meant)


def nothing_understood(path: Path, names: Sequence[str], columns: Columns) -> str:
    """Return what is said of a table of which no column is a fact."""
    shown = [name.strip() for name in names if name.strip()][:SHOWN]
    if columns.wanted:
        held = ", ".join(shown) or "not named"
        return (
            f"{path}: no line holds one of the columns that the mapping reads "
            f"({', '.join(columns.wanted)}); the widest line holds {held}"
        )
    near = {name: nearest_name(folded(name), list(columns.holds)) for name in shown}
    hints = [f"{name} (nearest: {fact})" if fact else name for name, fact in near.items()]
    return (
        f"{path}: no column is a fact, so nothing is rated; the columns are "
        f"{', '.join(hints) or 'not named'}: docs/pipelines.md tells how they are called"
    )
