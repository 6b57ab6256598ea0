"""Reads one table: its rows, lazy, under the names of facts."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from convenio.batch.tables.columns import Columns
from convenio.batch.tables.files import NAMES_OF_ENCODINGS, SHEETS, TYPED, as_utf8, ending
from convenio.batch.tables.headers import SEARCHED, SEPARATORS, Header, Layout, header, header_among
from convenio.batch.tables.table import ROW, ReadTable, Text
from convenio.batch.tables.written import in_facts
from convenio.errors import CaseError, UsageError

_HEAD = 1 << 18


def read_table(
    path: Path,
    columns: Columns,
    layout: Layout,
    scratch: Path,
    prepare: Callable[[Any], Any] = lambda rows: rows,
) -> ReadTable:
    """Read the table of a file; `prepare` may add columns before they are looked at.

    `scratch` is a folder for what must be written anew to be read. Raises UsageError where the
    file can't be read, CaseError where it is no table of cases.
    """
    import polars as pl

    kind = ending(path)
    if kind == ".parquet":
        return _named(ReadTable(path, prepare(pl.scan_parquet(path))), columns)
    if kind in TYPED:
        rows = pl.scan_ndjson(path, infer_schema_length=None)
        return _named(ReadTable(path, prepare(rows)), columns)
    if kind in SHEETS:
        return read_sheet(path, layout.sheet or 0, columns, layout)
    table = _text_table(path, columns, layout, scratch)
    return in_facts(_named(replace(table, rows=prepare(table.rows)), columns), columns, layout)


def names_of_sheets(path: Path) -> list[str]:
    """Return the names of a workbook's sheets, in their order."""
    import fastexcel

    return list(fastexcel.read_excel(path).sheet_names)


def _text_table(path: Path, columns: Columns, layout: Layout, scratch: Path) -> ReadTable:
    import polars as pl

    text, encoding = as_utf8(path, layout.encoding, scratch)
    with text.open(encoding="utf-8", newline="") as opened:
        head = opened.read(_HEAD)
    separator, found = header(path, head, columns, layout)
    told = [f"separated by {SEPARATORS.get(separator, repr(separator))}"] * (separator != ",")
    told += [NAMES_OF_ENCODINGS.get(encoding, encoding)] * (encoding != "utf-8")
    told += [f"header on line {found.line}"] * (found.line > 1)
    rows = pl.scan_csv(
        text,
        separator=separator,
        has_header=False,
        skip_lines=found.lines_until_rows,
        schema={name: pl.String() for name in found.names},
        missing_columns="insert",
        row_index_name=ROW,
        row_index_offset=1,
    )
    try:
        rows.select(pl.all().count()).collect(engine="streaming")
    except pl.exceptions.PolarsError as fault:
        raise UsageError(_ragged(path, text, separator, found) or _unread(path, fault)) from None
    return ReadTable(
        path,
        rows,
        (", ".join(told),) if told else (),
        whole=False,
        above=tuple(head.splitlines()[: found.line - 1]),
        text=Text(text, separator, found.lines_until_rows),
    )


def read_sheet(path: Path, sheet: str | int, columns: Columns, layout: Layout) -> ReadTable:
    """Read one sheet of a workbook, given by its name or its place from 0."""
    import fastexcel
    import polars as pl

    book = fastexcel.read_excel(path)
    if isinstance(sheet, str) and sheet not in book.sheet_names:
        held = ", ".join(book.sheet_names)
        raise UsageError(f"{path}: there is no sheet '{sheet}'; it has {held}")
    # Text as it stands in the cell: an engine that types cells on its own makes numbers of ids.
    loaded = book.load_sheet(sheet, header_row=None, dtypes="string")
    batch, wrong = loaded.to_arrow_with_errors()
    cells: Any = pl.from_arrow(batch)
    # Rows above the first that holds anything are no rows of what was loaded.
    offset = loaded.total_height - cells.height
    head = [["" if c is None else str(c) for c in row] for row in cells.head(SEARCHED).rows()]
    found = header_among(path, [(n, n, row) for n, row in enumerate(head, 1)], columns, layout)
    data = cells.slice(found.line)
    data.columns = list(found.names)
    faults = _error_cells(path, wrong, found, columns)
    told = [f"sheet {loaded.name}"] * (len(book.sheet_names) > 1)
    told += [f"header on row {found.line + offset}"] * (found.line > 1)
    rows = data.lazy().with_row_index(ROW, 1)
    if faults:
        rows = rows.filter(~pl.col(ROW).is_in([row for row, _ in faults]))
    table = ReadTable(
        path,
        rows,
        (", ".join(told),) if told else (),
        tuple(text for _, text in faults),
        whole=False,
        above=tuple(" ".join(filter(None, row)) for row in head[: found.line - 1]),
    )
    return in_facts(_named(table, columns), columns, layout)


def _error_cells(path: Path, wrong: Any, found: Header, columns: Columns) -> list[tuple[int, str]]:
    errors: Sequence[Any] = wrong.errors if wrong is not None else ()
    faults = []
    for error in errors:
        row, column = error.offset_position
        name = columns.named(found.names[column])
        if row >= found.line and name is not None:
            code = re.search(r"Error\((\w+)\)", error.detail)
            shown = f"an error ({code[1]})" if code else "an error"
            place = row - found.line + 1
            faults.append(
                (place, f"{path}: row {place}: {name}: the cell holds {shown}; not rated")
            )
    return faults


def _ragged(path: Path, text: Path, separator: str, found: Header) -> str:
    with text.open(encoding="utf-8", newline="") as opened:
        reader = csv.reader(opened, delimiter=separator)
        try:
            for cells in reader:
                if reader.line_num > found.line and len(cells) > len(found.names):
                    return (
                        f"{path}:{reader.line_num}: {len(cells)} cells, the header has "
                        f"{len(found.names)}: quote texts that hold the separator"
                    )
        except csv.Error:
            return ""
    return ""


def _unread(path: Path, fault: Exception) -> str:
    return f"{path}: can't be read: {str(fault).splitlines()[0]}"


def _named(table: ReadTable, columns: Columns) -> ReadTable:
    """Call columns like facts where only case or blanks differ."""
    names = [name for name in table.rows.collect_schema().names() if name != ROW]
    renamed: dict[str, str] = {}
    for name in names:
        meant = columns.named(name)
        if meant is not None and meant != name:
            if meant in names or meant in renamed.values():
                raise CaseError(f"{table.path}: two columns are called {meant}, but for their case")
            renamed[name] = meant
    if not renamed:
        return table
    told = ", ".join(f"{old} as {new}" for old, new in renamed.items())
    return replace(
        table, rows=table.rows.rename(renamed), told=(*table.told, f"reads {told}"), whole=False
    )
