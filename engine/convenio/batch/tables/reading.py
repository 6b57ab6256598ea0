"""Reads one table: its rows, lazy, under the names of facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from convenio.backends.frames.columns import ID
from convenio.batch.tables.columns import Columns
from convenio.batch.tables.files import NAMES_OF_ENCODINGS, SHEETS, TYPED, as_utf8, ending
from convenio.batch.tables.headers import SEPARATORS, Layout, header
from convenio.batch.tables.lines import rows_of_text
from convenio.batch.tables.naming import called_like_facts
from convenio.batch.tables.sheets import read_sheet, sheets_of
from convenio.batch.tables.table import ROW, ReadTable, Text
from convenio.batch.tables.written import in_facts

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
        return called_like_facts(
            ReadTable(path, prepare(pl.scan_parquet(path, glob=False))), columns
        )
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

    written, encoding = as_utf8(path, layout.encoding, scratch)
    with written.open(encoding="utf-8", newline="") as opened:
        head = opened.read(_HEAD)
    separator, found = header(path, head, columns, layout)
    told = [f"separated by {SEPARATORS.get(separator, repr(separator))}"] * (separator != ",")
    told += [NAMES_OF_ENCODINGS.get(encoding, encoding)] * (encoding != "utf-8")
    told += found.told("line")
    text = Text(written, separator, found.lines_until_rows)
    looked = rows_of_text(path, text, len(found.names), scratch)
    rows = pl.scan_csv(
        looked.text.path,
        separator=looked.text.separator,
        has_header=False,
        skip_lines=looked.text.lines_until_rows,
        schema={name: pl.String() for name in found.names},
        missing_columns="insert",
        # Rows with more cells than names were refused, but for separators at their end.
        extra_columns="ignore",
        glob=False,
        row_index_name=ROW,
        row_index_offset=1,
    )
    lines = [", ".join(told)] if told else []
    if looked.short and not columns.wanted:
        counted = f"{looked.short:,} rows have" if looked.short > 1 else "1 row has"
        lines.append(
            f"{counted} fewer cells than the header (first: row {looked.first_short}); "
            "what is not there is not stated"
        )
    return ReadTable(
        path,
        rows,
        tuple(lines),
        whole=False,
        above=tuple(head.splitlines()[: found.line - 1]),
        text=text,
    )
