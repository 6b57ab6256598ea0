"""Finds the line on which the columns are named, and what stands between cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from convenio.batch.tables.columns import Columns, folded
from convenio.batch.tables.labels import is_of_labels
from convenio.errors import CaseError, UsageError, nearest_name
from convenio.messages import say

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
    header_until: int | None = None
    """The last line of the header, where it has two."""
    sheet: str | None = None
    dates: Literal["dmy", "mdy", "iso"] | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One record of a text, or one row of a sheet: where it begins and ends, from 1."""

    first: int
    last: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns are named, and how."""

    names: tuple[str, ...]
    line: int
    """On which line it begins, from 1."""
    lines_until_rows: int
    second: int | None = None
    """The line below it that names columns too, or has their labels."""
    is_labelled: bool = False

    def told(self, word: str, offset: int = 0) -> list[str]:
        """Tell where the header stands, where that is not the first line alone."""
        line = self.line + offset
        if self.second is None:
            return [f"header on {word} {line}"] * (line > 1)
        if self.is_labelled:
            return [f"header on {word} {line}, labels of it on {word} {self.second + offset}"]
        return [f"header on {word}s {line} and {self.second + offset}"]


def header(path: Path, head: str, columns: Columns, layout: Layout) -> tuple[str, Header]:
    """Return what stands between the cells of a text, and its header; `head` is its beginning."""
    candidates = [layout.separator] if layout.separator else list(SEPARATORS)
    best: tuple[int, str, list[Line]] | None = None
    for separator in candidates:
        lines = _records(head, separator, layout)
        score = max((_score(found.names, columns) for found in _headers(lines, columns)), default=0)
        if best is None or score > best[0]:
            best = (score, separator, lines)
    assert best is not None
    return best[1], header_among(path, best[2], columns, layout)


def _records(head: str, separator: str, layout: Layout) -> list[Line]:
    """Return the first records of a text."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    records: list[Line] = []
    before = 0
    searched = lines_searched(layout)
    try:
        for cells in reader:
            records.append(Line(before + 1, reader.line_num, cells))
            before = reader.line_num
            if len(records) == searched:
                break
    except csv.Error:
        pass
    return records


def lines_searched(layout: Layout) -> int:
    """Return how many lines are looked at for the header and what stands right below it."""
    return max(SEARCHED, (layout.header_until or layout.header_row or 0) + 1)


def header_among(path: Path, lines: Sequence[Line], columns: Columns, layout: Layout) -> Header:
    """Return the header among the first lines: that with most names, or the one asked for.

    Two lines are one header where together they name more columns than any line does alone, as
    `Terms` above `Duration years` does; a line of labels right below the names is part of it.

    Raises CaseError where none holds a name, UsageError where none can stand where it is asked for.
    """
    if layout.header_row is not None:
        found = _asked(path, lines, columns, layout)
    else:
        candidates = list(_headers(lines, columns))
        if not candidates:
            raise CaseError(say("{path}: the table is empty", path=path))
        found = max(candidates, key=lambda one: _score(one.names, columns))
        if not _score(found.names, columns):
            widest = max(lines, key=lambda line: len(line.cells))
            told = nothing_understood(path, widest.cells, columns)
            # With a mapping the table may be right, and the mapping another's.
            raise UsageError(told) if columns.wanted else CaseError(told)
    if found.second is None:
        found = _with_labels(found, lines, columns)
    return Header(
        _told_apart(path, found.names, columns),
        found.line,
        found.lines_until_rows,
        found.second,
        found.is_labelled,
    )


def _headers(lines: Sequence[Line], columns: Columns) -> Iterator[Header]:
    """Yield the headers that lines can be, alone and by twos; those of one line come first.

    Of two lines one has as many names as any line has alone: the others need not be tried.
    """
    filled = [line for line in lines if any(cell.strip() for cell in line.cells)]
    yield from (Header(tuple(line.cells), line.first, line.last) for line in filled)
    if columns.wanted:
        return
    scores = [_score(line.cells, columns) for line in filled]
    most = max(scores, default=0)
    for number, (upper, lower) in enumerate(pairwise(filled)):
        if most in scores[number : number + 2]:
            names = _joined(upper.cells, lower.cells, columns)
            yield Header(names, upper.first, lower.last, lower.first)


def _asked(path: Path, lines: Sequence[Line], columns: Columns, layout: Layout) -> Header:
    chosen = [line for line in lines if line.first == layout.header_row]
    until = [line for line in lines if line.first == layout.header_until]
    if not chosen:
        raise UsageError(
            say(
                "{path}: no header can stand on line {header_row}",
                path=path,
                header_row=layout.header_row,
            )
        )
    if layout.header_until is None:
        return Header(tuple(chosen[0].cells), chosen[0].first, chosen[0].last)
    if not until:
        raise UsageError(
            say(
                "{path}: no header can stand on line {header_until}",
                path=path,
                header_until=layout.header_until,
            )
        )
    upper, lower = chosen[0], until[0]
    ways = (
        tuple(upper.cells),
        tuple(lower.cells),
        _joined(upper.cells, lower.cells, columns),
    )
    names = max(ways, key=lambda names: _score(names, columns))
    return Header(names, upper.first, lower.last, lower.first)


def _joined(upper: Sequence[str], lower: Sequence[str], columns: Columns) -> tuple[str, ...]:
    """Return the names of columns that two lines give: a group's and, below it, its member's.

    A group's name stands over the first of its columns, as merged cells are read.
    """
    names = []
    group = ""
    for place in range(max(len(upper), len(lower))):
        above = upper[place].strip() if place < len(upper) else ""
        below = lower[place].strip() if place < len(lower) else ""
        group = above or group
        both = f"{group}.{below}"
        if group and below and columns.named(below) is None and columns.named(both) is not None:
            names.append(both)
        else:
            names.append(below or above)
    return tuple(names)


def _with_labels(found: Header, lines: Sequence[Line], columns: Columns) -> Header:
    below = [line for line in lines if line.first > found.lines_until_rows]
    filled = [line for line in below if any(cell.strip() for cell in line.cells)]
    if columns.wanted or not filled or not is_of_labels(filled[0].cells, found.names, columns):
        return found
    return Header(found.names, found.line, filled[0].last, filled[0].first, is_labelled=True)


def _told_apart(path: Path, names: Sequence[str], columns: Columns) -> tuple[str, ...]:
    """Return names of which each stands once.

    Raises CaseError where two columns that are read have one name.
    """
    plain = [name.strip(" \t\r\n\ufeff\u00a0") or f"column {n}" for n, name in enumerate(names, 1)]
    twice = [name for name in dict.fromkeys(plain) if plain.count(name) > 1]
    meant = [name for name in twice if columns.named(name) is not None]
    if meant:
        raise CaseError(
            say("{path}: two columns are called {meant}", path=path, meant=", ".join(meant))
        )
    apart: list[str] = []
    for number, name in enumerate(plain, 1):
        # Nobody reads them, and nothing is lost by another name.
        apart.append(f"{name} ({number})" if name in twice and name in apart else name)
    return tuple(apart)


def names_facts(lines: Sequence[Line], columns: Columns) -> bool:
    """Tell whether some line, or two of them, can be a header that names a fact."""
    named = {columns.named(name) for found in _headers(lines, columns) for name in found.names}
    if columns.wanted:
        return bool(named & set(columns.wanted))
    return any(name is not None and columns.is_fact(name) for name in named)


def _score(cells: Sequence[str], columns: Columns) -> int:
    meant = [columns.named(cell) for cell in cells]
    if columns.wanted:
        return sum(name in columns.wanted for name in meant)
    return len({name for name in meant if name is not None})


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
        f"{', '.join(hints) or 'not named'}: docs/pipelines.md tells how they are called. Where "
        "they are named on another line, or on two, say so with --header-row 4 or --header-row 4-5"
    )
