"""Reads one table: its rows, lazy, under the names of facts."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from convenio.backends.frames.columns import ID
from convenio.batch.tables.columns import Columns
from convenio.batch.tables.files import NAMES_OF_ENCODINGS, SHEETS, TYPED, as_utf8, ending
from convenio.batch.tables.headers import SEPARATORS, Header, Layout, header
from convenio.batch.tables.naming import called_like_facts
from convenio.batch.tables.sheets import read_sheet, sheets_of
from convenio.batch.tables.table import ROW, ReadTable, Text
from convenio.batch.tables.written import in_facts
from convenio.errors import UsageError

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
        return called_like_facts(ReadTable(path, prepare(pl.scan_parquet(path))), columns)
    if kind in TYPED:
        rows = _with_text_ids(pl.scan_ndjson(path, infer_schema_length=None))
        return called_like_facts(ReadTable(path, prepare(rows)), columns)
    if kind in SHEETS:
        sheets = sheets_of(path, columns, layout)
        table = read_sheet(path, sheets.cases, columns, layout)
        return replace(table, told=(*table.told, *sheets.told), sheets_of_lists=sheets.lists)
    table = _text_table(path, columns, layout, scratch)
    table = called_like_facts(replace(table, rows=prepare(table.rows)), columns)
    return in_facts(table, columns, layout)


def _with_text_ids(rows: Any) -> Any:
    """Write ids as text, whatever they look like."""
    import polars as pl

    kept = rows.collect_schema().get(ID)
    if kept is None or kept == pl.String:
        return rows
    return rows.with_columns(pl.col(ID).cast(pl.String))


def _text_table(path: Path, columns: Columns, layout: Layout, scratch: Path) -> ReadTable:
    import polars as pl

    text, encoding = as_utf8(path, layout.encoding, scratch)
    with text.open(encoding="utf-8", newline="") as opened:
        head = opened.read(_HEAD)
    separator, found = header(path, head, columns, layout)
    told = [f"separated by {SEPARATORS.get(separator, repr(separator))}"] * (separator != ",")
    told += [NAMES_OF_ENCODINGS.get(encoding, encoding)] * (encoding != "utf-8")
    told += found.told("line")
    rows = _scanned(text, separator, found)
    try:
        short = _short_rows(rows, found)
    except pl.exceptions.PolarsError as fault:
        wrong = _wrong_line(path, text, separator, found)
        if wrong is None:
            # Only separators stand after the last cell, and nothing is lost with them.
            rows = _scanned(text, separator, found, extra_columns="ignore")
            short = _short_rows(rows, found)
        else:
            said = f"can't be read: {str(fault).splitlines()[0]}"
            raise UsageError(wrong or f"{path}: {said}") from None
    lines = [", ".join(told)] if told else []
    if short[0] and not columns.wanted:
        lines.append(
            f"{short[0]:,} rows have fewer cells than the header (the first: row {short[1]}); "
            "those that they lack are blank"
        )
    return ReadTable(
        path,
        rows,
        tuple(lines),
        whole=False,
        above=tuple(head.splitlines()[: found.line - 1]),
        text=Text(text, separator, found.lines_until_rows),
    )


def _scanned(text: Path, separator: str, found: Header, **more: Any) -> Any:
    import polars as pl

    return pl.scan_csv(
        text,
        separator=separator,
        has_header=False,
        skip_lines=found.lines_until_rows,
        schema={name: pl.String() for name in found.names},
        missing_columns="insert",
        # So that a cell that is not there is told from a blank one.
        empty_string_is_null=False,
        glob=False,
        row_index_name=ROW,
        row_index_offset=1,
        **more,
    )


def _short_rows(rows: Any, found: Header) -> tuple[int, int]:
    """Return how many rows end before the last column, and the number of the first of them.

    Rows with no more than a first cell are none of them: they are blank, or stand below a table.
    """
    import polars as pl

    lacks_last = pl.col(found.names[-1]).is_null()
    others = [pl.col(name).is_not_null() for name in found.names[1:-1]]
    short = lacks_last & pl.any_horizontal(pl.lit(False), *others)
    counted = rows.select(
        pl.all().exclude(ROW).count().name.prefix("read "),
        number=short.sum(),
        first=pl.col(ROW).filter(short).min(),
    ).collect(engine="streaming")
    return counted["number"][0], counted["first"][0] or 0


def _wrong_line(path: Path, text: Path, separator: str, found: Header) -> str | None:
    """Return which line of a text can't be read, nothing where none is found.

    None where lines have too many cells, all of them blank.
    """
    has_blank_cells = False
    with text.open(encoding="utf-8", newline="") as opened:
        reader = csv.reader(opened, delimiter=separator, strict=True)
        before = 0
        try:
            for cells in reader:
                more = cells[len(found.names) :] if before >= found.lines_until_rows else []
                if any(cell.strip() for cell in more):
                    return (
                        f"{path}:{reader.line_num}: {len(cells)} cells, the header has "
                        f"{len(found.names)}: quote texts that hold the separator"
                    )
                has_blank_cells = has_blank_cells or bool(more)
                before = reader.line_num
        except csv.Error as fault:
            return f"{path}:{before + 1}: can't be read: the quotes of a cell don't match ({fault})"
    return None if has_blank_cells else ""
