"""Writes dates and numbers as facts are written, where it is certain what they are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from convenio.batch.tables.columns import Columns
from convenio.batch.tables.headers import Layout
from convenio.batch.tables.table import ROW, ReadTable
from convenio.errors import CaseError

_TWO_WAYS = r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$"
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00(\.0+)?$"
_COMMA_FOR_CERTAIN = r"^-?(\d+,(\d{1,2}|\d{4,})|\d{1,3}(\.\d{3})+,\d+)$"
_POINT = r"^-?\d+\.(\d{1,2}|\d{4,})$"
_GROUPED = r"^-?\d{1,3}(\.\d{3})+(,\d+)?$"


def in_facts(table: ReadTable, columns: Columns, layout: Layout) -> ReadTable:
    """Write dates and numbers as facts are written, where it is certain what they are."""
    import polars as pl

    names = [name for name in table.rows.collect_schema().names() if name != ROW]
    unusable = [name for name in names if name in columns.lists]
    if unusable:
        raise CaseError(
            f"{table.path}: {unusable[0]} is a list, which no cell of text can hold; its elements "
            f"come as a table of their own: --child {unusable[0]}=FILE"
        )
    texts = [pl.col(name).str.strip_chars() for name in names]
    stripped = [pl.when(text != "").then(text) for text in texts]
    rows = table.rows.with_columns(**dict(zip(names, stripped, strict=True)))
    dates = columns.holding(names, "date")
    numbers = columns.holding(names, "number", "whole number")

    def anywhere(among: Sequence[str], pattern: str) -> pl.Expr:
        if not among:
            return pl.lit(False)
        return pl.any_horizontal(pl.col(name).str.contains(pattern).any() for name in among)

    seen = rows.select(
        comma=anywhere(numbers, _COMMA_FOR_CERTAIN),
        point=anywhere(numbers, _POINT),
        two_ways=anywhere(dates, _TWO_WAYS),
    ).collect(engine="streaming")
    told = list(table.told)
    decimal = layout.decimal
    if decimal is None and seen["comma"][0]:
        if seen["point"][0]:
            raise CaseError(
                f"{table.path}: some numbers have a decimal comma and some a decimal point; "
                "give --decimal"
            )
        decimal = ","
        told.append("decimal comma")
    if seen["two_ways"][0] and layout.dates is None:
        told.append("dates such as 03/04/2024 are read with --dates dmy or --dates mdy")
    changes = {name: _iso(pl.col(name), layout) for name in dates}
    if decimal == ",":
        changes |= {name: _with_point(pl.col(name)) for name in numbers}
    return replace(table, rows=rows.with_columns(**changes), told=tuple(told))


def _iso(cell: Any, layout: Layout) -> Any:
    import polars as pl

    cell = cell.str.replace(_MIDNIGHT, "$1")
    if layout.dates not in ("dmy", "mdy"):
        return cell
    first, second = cell.str.extract(_TWO_WAYS, 1), cell.str.extract(_TWO_WAYS, 2)
    day, month = (first, second) if layout.dates == "dmy" else (second, first)
    whole = pl.concat_str(
        [cell.str.extract(_TWO_WAYS, 3), month.str.zfill(2), day.str.zfill(2)], separator="-"
    )
    return pl.when(cell.str.contains(_TWO_WAYS)).then(whole).otherwise(cell)


def _with_point(cell: Any) -> Any:
    import polars as pl

    plain = cell.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    unclear = cell.str.contains(".", literal=True) & ~cell.str.contains(_GROUPED)
    # A point that groups no thousands is neither: the row says what was found.
    told = pl.concat_str([cell, pl.lit(" (with a decimal comma)")])
    return pl.when(unclear).then(told).otherwise(plain)
