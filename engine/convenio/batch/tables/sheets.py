"""Reads the sheets of a workbook: which holds the cases, and its cells as text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convenio.backends.frames.columns import ID
from convenio.batch.tables.columns import Columns, folded
from convenio.batch.tables.headers import (
    Header,
    Layout,
    Line,
    header_among,
    lines_searched,
    names_facts,
)
from convenio.batch.tables.naming import called_like_facts
from convenio.batch.tables.table import ROW, ReadTable
from convenio.batch.tables.workbooks import SheetParts, parts_of_sheet
from convenio.batch.tables.written import in_facts
from convenio.errors import CaseError, UsageError, nearest_name
from convenio.messages import say


@dataclass(frozen=True, slots=True)
class Sheets:
    """Which sheet of a workbook holds what."""

    cases: str
    lists: Mapping[str, str]
    """The sheets of lists by the fact that each is of."""
    told: tuple[str, ...] = ()


def sheets_of(path: Path, columns: Columns, layout: Layout) -> Sheets:
    """Return which sheets of a workbook are read.

    Sheets that are called like lists hold those; of the others, the one that names facts holds the
    cases. Hidden sheets are read only when they are asked for.

    Raises CaseError where several sheets hold cases, UsageError where one is asked for that is not
    there.
    """
    import fastexcel

    book = fastexcel.read_excel(path)
    if layout.sheet is not None:
        if layout.sheet not in book.sheet_names:
            held = ", ".join(book.sheet_names)
            raise UsageError(
                say(
                    "{path}: there is no sheet '{sheet}'; it has {held}",
                    path=path,
                    sheet=layout.sheet,
                    held=held,
                )
            )
        left = [name for name in book.sheet_names if name != layout.sheet]
        return Sheets(layout.sheet, {}, _not_read(left))
    if len(book.sheet_names) == 1:
        return Sheets(book.sheet_names[0], {})
    loaded = [_loaded(book, name) for name in book.sheet_names]
    shown = [sheet for sheet in loaded if sheet.visible == "visible"] or loaded
    lists: dict[str, str] = {}
    others = []
    for sheet in shown:
        meant = columns.named(sheet.name)
        if meant in columns.lists and meant not in lists:
            lists[meant] = sheet.name
        else:
            others.append(sheet)
    if not others:
        raise CaseError(
            say(
                "{path}: no sheet holds cases; there are {sheet_names}",
                path=path,
                sheet_names=", ".join(book.sheet_names),
            )
        )
    holding = [sheet for sheet in others if names_facts(_head(sheet, layout), columns)]
    if len(holding) > 1 and not columns.wanted:
        held = ", ".join(sheet.name for sheet in holding)
        raise CaseError(
            say("{path}: several sheets hold cases ({held}); give --sheet", path=path, held=held)
        )
    filled = [sheet for sheet in others if sheet.total_height]
    cases = (holding or filled or others)[0]
    for sheet in others:
        if sheet is not cases and not columns.wanted:
            _refuse_near_list(path, sheet, columns, layout)
    read = {cases.name, *lists.values()}
    left = [
        f"{sheet.name} (hidden)" if sheet not in shown else sheet.name
        for sheet in loaded
        if sheet.name not in read and sheet.total_height
    ]
    return Sheets(cases.name, lists, _not_read(left))


def _not_read(names: Sequence[str]) -> tuple[str, ...]:
    return (f"sheets that are not read: {', '.join(names)}",) if names else ()


def _refuse_near_list(path: Path, sheet: Any, columns: Columns, layout: Layout) -> None:
    """Raise CaseError where a sheet that is not read tells of cases by their ids."""
    lists = sorted(columns.lists)
    near = nearest_name(folded(sheet.name), lists)
    named = {columns.named(cell) for line in _head(sheet, layout) for cell in line.cells}
    if near or ID in named:
        hint = (
            say("is it {near}?", near=near)
            if near
            else say("the lists are {lists}.", lists=", ".join(lists))
        )
        raise CaseError(
            say(
                "{path}: the sheet {name} tells of cases and is not called "
                "like a list: {hint} With --sheet NAME the other sheets are "
                "left alone",
                path=path,
                name=sheet.name,
                hint=hint,
            )
        )


def read_sheet(path: Path, name: str, columns: Columns, layout: Layout) -> ReadTable:
    """Read one sheet of a workbook, every cell as the text that it shows."""
    import fastexcel
    import polars as pl

    book = fastexcel.read_excel(path)
    loaded = _loaded(book, name)
    batch, wrong = loaded.to_arrow_with_errors()
    cells: Any = pl.from_arrow(batch)
    parts = parts_of_sheet(path, name)
    # Rows above the first that holds anything are no rows of what was loaded.
    offset = parts.top
    cells, filled = _with_merged(cells, parts)
    found = header_among(path, _lines(cells, layout, offset), columns, layout)
    data = cells.slice(found.lines_until_rows - offset)
    data.columns = list(found.names)
    first = found.lines_until_rows - offset
    faults = _wrong_cells(path, [*_error_cells(wrong), *_formulas(parts)], first, found, columns)
    told = [f"sheet {name}"] * (len(book.sheet_names) > 1)
    told += found.told("row")
    cells_in = "1 merged cell" if filled == 1 else f"{filled:,} merged cells"
    told += [f"{cells_in} read in every row and column covered"] * (filled > 0)
    rows = data.lazy().with_row_index(ROW, 1)
    if faults:
        rows = rows.filter(~pl.col(ROW).is_in(sorted(faults)))
    above = cells.head(found.line - 1 - offset).rows()
    table = ReadTable(
        path,
        rows,
        (", ".join(told),) if told else (),
        tuple(text for _, text in sorted(faults.items())),
        whole=False,
        above=tuple(" ".join(dict.fromkeys(filter(None, row))) for row in above),
    )
    return in_facts(called_like_facts(table, columns), columns, layout)


def _loaded(book: Any, name: str) -> Any:
    # Text as it stands in the cell: an engine that types cells on its own makes numbers of ids.
    return book.load_sheet(name, header_row=None, dtypes="string")


def _head(sheet: Any, layout: Layout) -> list[Line]:
    import polars as pl

    cells: Any = pl.from_arrow(sheet.to_arrow_with_errors()[0])
    return _lines(cells, layout, 0)


def _lines(cells: Any, layout: Layout, offset: int) -> list[Line]:
    head = cells.head(max(lines_searched(layout) - offset, 1)).rows()
    return [
        Line(n + offset, n + offset, ["" if c is None else str(c) for c in row])
        for n, row in enumerate(head, 1)
    ]


def _with_merged(cells: Any, parts: SheetParts) -> tuple[Any, int]:
    """Write what a merged cell holds into every cell that it reaches; return how many there are."""
    import polars as pl

    within = [
        block
        for block in parts.merged
        if 0 <= block.top < cells.height and 0 <= block.left < cells.width
    ]
    columns = {n: cells[:, n].to_list() for block in within for n in _columns(block, cells.width)}
    for block in within:
        value = columns[block.left][block.top]
        for place in _columns(block, cells.width):
            for row in range(block.top, min(block.bottom, cells.height - 1) + 1):
                columns[place][row] = value
    series = [pl.Series(cells.columns[n], given, pl.String) for n, given in columns.items()]
    return cells.with_columns(series), len(within)


def _columns(block: Any, width: int) -> range:
    return range(block.left, min(block.right, width - 1) + 1)


def _error_cells(wrong: Any) -> list[tuple[int, int, str]]:
    errors: Sequence[Any] = wrong.errors if wrong is not None else ()
    found = []
    for error in errors:
        code = re.search(r"Error\((\w+)\)", error.detail)
        row, column = error.offset_position
        found.append((row, column, f"an error ({code[1]})" if code else "an error"))
    return found


def _formulas(parts: SheetParts) -> list[tuple[int, int, str]]:
    told = "a formula and not what comes of it (save the file in a spreadsheet first)"
    return [(row, column, told) for row, column in parts.formulas]


def _wrong_cells(
    path: Path,
    cells: Sequence[tuple[int, int, str]],
    first: int,
    found: Header,
    columns: Columns,
) -> dict[int, str]:
    """Return what is wrong with rows, by their number from 1, `first` being where they begin."""
    faults: dict[int, str] = {}
    for row, column, told in cells:
        name = columns.named(found.names[column]) if column < len(found.names) else None
        if row >= first and name is not None:
            place = row - first + 1
            faults.setdefault(
                place, f"{path}: row {place}: {name}: the cell holds {told}; not rated"
            )
    return faults
