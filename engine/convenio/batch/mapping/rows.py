"""Makes of the rows of a table those that give cases, and tells of the others."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from convenio.batch.mapping.language import TableMapping
from convenio.batch.mapping.wording import counted, listed
from convenio.batch.tables.left_out import BELOW, TOTAL
from convenio.batch.tables.table import ROW, ReadTable
from convenio.errors import CaseError
from convenio.messages import say

ID = "id of the case"
"""The column with the ids, while a table may have one that is called `id`."""


def without_totals(
    table: Any, mapping: TableMapping
) -> tuple[Any, tuple[str, ...], tuple[str, ...]]:
    """Leave out blank rows, totals, lines below and rows that the mapping names.

    Returns the others, the first texts of those left out, and what is told of them.
    """
    import polars as pl

    names = [name for name in table.columns if name != ROW]
    table = table.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in names))
    keys = [name for name in mapping.case if name in names] or names[:1]
    first = pl.coalesce(keys)
    lacks_key = pl.any_horizontal(pl.col(name).is_null() for name in keys)
    is_alone = pl.all_horizontal(
        pl.lit(True), *(pl.col(name).is_null() for name in names if name != keys[0])
    )
    closing = first.str.contains(TOTAL) | ((lacks_key | is_alone) & first.str.contains(BELOW))
    below = table.filter(closing.fill_null(False))
    left = [below]
    shown = ", ".join(below.select(first).to_series().to_list())
    told = [f"left out below or as a total: {shown}"] * bool(shown)
    for name, values in mapping.leave_out.items():
        for value in values:
            named = table.filter(pl.col(name) == value)
            left.append(named)
            if named.height:
                told.append(f"{name}: {counted(named.height, 'hold')} '{value}', left out")
    out = pl.concat(left)
    texts = out.select(first).to_series().unique(maintain_order=True).drop_nulls().to_list()
    return table.filter(~pl.col(ROW).is_in(out[ROW].to_list())), tuple(texts), tuple(told)


def without_cut_rows(
    table: Any, read: ReadTable, kept: Sequence[str], present: Sequence[str]
) -> tuple[Any, tuple[str, ...]]:
    """Leave out rows of a text that end before a column that is read, and tell which.

    A line break inside a cell that is not quoted makes two of a row; read as they stand, both would
    be cases with less in them than the table has.
    """
    import polars as pl

    last = max(kept, key=present.index)
    cut = {n: cells for n, cells in _cells_of_rows(read) if cells <= present.index(last)}
    lost = [row for row in table[ROW].to_list() if row in cut]
    if not lost:
        return table, ()
    shown = [f"row {row} ({cut[row]} of {len(present)} cells)" for row in lost]
    told = (
        f"{counted(len(lost), 'end')} before the column {last}, left out; a line break inside a "
        f"cell cuts a row in two: {listed(shown)}"
    )
    return table.filter(~pl.col(ROW).is_in(lost)), (told,)


def _cells_of_rows(read: ReadTable) -> Iterator[tuple[int, int]]:
    """Yield how many cells each row of a text has, by its number from 1."""
    if read.text is None:
        return
    with read.text.path.open(encoding="utf-8", newline="") as opened:
        for _ in range(read.text.lines_until_rows):
            next(opened, None)
        rows = csv.reader(opened, delimiter=read.text.separator)
        yield from ((number, len(cells)) for number, cells in enumerate(rows, 1))


def unpivoted(
    table: Any, mapping: TableMapping, side_by_side: Sequence[str]
) -> tuple[Any, tuple[str, ...]]:
    """Make a row of each cell of the columns that mean rows, but for empty ones, and tell of it."""
    import polars as pl

    if mapping.unpivot is None:
        return table, ()
    name, value = mapping.unpivot.name, mapping.unpivot.value
    beside = [column for column in table.columns if column not in side_by_side]
    cells = table.unpivot(side_by_side, index=beside, variable_name=name, value_name=value)
    rows = cells.filter(pl.col(value).is_not_null()).sort(ROW, maintain_order=True)
    told = (
        f"{len(side_by_side)} columns ({side_by_side[0]} to {side_by_side[-1]}) are rows; "
        f"{cells.height - rows.height:,} of their cells are empty and give none"
    )
    return rows, (told,)


def without_nameless(table: Any, mapping: TableMapping) -> tuple[Any, tuple[str, ...]]:
    """Leave out rows without an id, and tell which."""
    import polars as pl

    keys = list(mapping.case)
    nameless = table.filter(pl.any_horizontal(pl.col(name).is_null() for name in keys))
    if not nameless.height:
        return table, ()
    rows = listed([str(row) for row in nameless[ROW].to_list()])
    told = f"{counted(nameless.height, 'have')} no {' or no '.join(keys)}, left out: row {rows}"
    return table.drop_nulls(keys), (told,)


def with_ids(path: Path, table: Any, mapping: TableMapping) -> tuple[Any, tuple[str, ...]]:
    """Add the column `id`: the values of the case's columns, numbered where each row is a case.

    Raises CaseError where that doesn't tell cases apart.
    """
    import polars as pl

    table = table.with_columns(pl.concat_str(list(mapping.case), separator=" ").alias(ID))
    told: list[str] = []
    if table.unique(list(mapping.case)).height != table[ID].n_unique():
        raise CaseError(
            say(
                "{path}: different rows give the same id of {case}; name "
                "further columns under case",
                path=path,
                case=", ".join(mapping.case),
            )
        )
    if mapping.numbered:
        number = pl.int_range(1, pl.len() + 1).over(ID)
        shared = int(table.select((number > 1).sum()).item())
        name = pl.concat_str([pl.col(ID), pl.lit(" ("), number.cast(pl.String), pl.lit(")")])
        table = table.with_columns(pl.when(number > 1).then(name).otherwise(pl.col(ID)).alias(ID))
        if shared:
            example = table.filter(pl.col(ID).str.ends_with(" (2)"))[ID]
            told.append(
                f"{counted(shared, 'have')} the same {', '.join(mapping.case)} as one before: "
                f"each is a case of its own, with a number: '{example[0]}'"
            )
        if table[ID].n_unique() != table.height:
            raise CaseError(
                say("{path}: ids that end in a number are those of numbered rows, too", path=path)
            )
    return table, tuple(told)
