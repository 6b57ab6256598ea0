"""Reads a table by a mapping: its columns as texts, its rows with their ids."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from convenio.batch.mapping.columns import columns_of_mapping, is_year, wanted_columns
from convenio.batch.mapping.language import TableMapping
from convenio.batch.mapping.wording import counted, listed
from convenio.batch.tables.headers import Layout
from convenio.batch.tables.reading import read_table
from convenio.batch.tables.rows import BELOW, TOTAL
from convenio.batch.tables.table import ROW, ReadTable
from convenio.errors import CaseError, UsageError, nearest_name
from convenio.facts.catalogue import Catalogue

ID = "id"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a table that give cases: `id`, their number from 1, and texts, stripped."""

    table: Any
    told: tuple[str, ...]
    dropped: tuple[str, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a run says of its tables: how they are written, and whether each is a whole."""

    layout: Layout = field(default_factory=Layout)
    is_whole: bool = False


def read_rows(
    path: Path, mapping: TableMapping, catalogue: Catalogue, asked: Asked, scratch: Path
) -> Rows:
    """Read a table by the one reader of tables, and leave out rows that give no case.

    Raises UsageError where the table lacks columns or is a part where the whole is needed,
    CaseError where its ids don't tell cases apart.
    """
    import polars as pl

    columns = columns_of_mapping(mapping, catalogue)
    layout = asked.layout
    if layout.encoding is None and mapping.encoding:
        layout = replace(layout, encoding=mapping.encoding)
    read = read_table(path, columns, layout, scratch)
    present = read.rows.collect_schema().names()
    _refuse_missing(path, mapping, present)
    side_by_side = _side_by_side(path, mapping, present)
    kept = [*wanted_columns(mapping), *side_by_side]
    numbered = read.rows if ROW in present else read.rows.with_row_index(ROW, 1)
    texts = [pl.col(name).cast(pl.String).str.strip_chars() for name in dict.fromkeys(kept)]
    table = numbered.select(ROW, *(pl.when(text != "").then(text) for text in texts)).collect()
    short = _short_rows(read, kept, present)
    table, closing, left_out = _without_totals(table, mapping)
    said = (*read.above, *closing)
    told = [*read.told, *left_out]
    told += _whole_told(path, mapping, said, asked.is_whole)
    cut = [(row, cells) for row, cells in short if row in set(table[ROW].to_list())]
    table = table.filter(~pl.col(ROW).is_in([row for row, _ in cut]))
    dropped = [_cut_told(cut, kept, present)] if cut else []
    if mapping.unpivot:
        before = table.height * len(side_by_side)
        table = _unpivoted(table, mapping, side_by_side)
        told.append(
            f"{len(side_by_side)} columns ({side_by_side[0]} to {side_by_side[-1]}) are rows; "
            f"{before - table.height:,} of their cells are empty and give none"
        )
    nameless = table.filter(pl.any_horizontal(pl.col(name).is_null() for name in mapping.case))
    if nameless.height:
        rows = listed([str(row) for row in nameless[ROW].to_list()])
        dropped.append(
            f"{counted(nameless.height, 'have')} no {' or no '.join(mapping.case)}, left out: row "
            f"{rows}"
        )
    table = table.drop_nulls(list(mapping.case))
    table, also = _with_ids(path, table, mapping)
    return Rows(table, (*told, *also), tuple(dropped), read.faults)


def _refuse_missing(path: Path, mapping: TableMapping, present: Sequence[str]) -> None:
    missing = [name for name in wanted_columns(mapping) if name not in present]
    if not missing:
        return
    hints = []
    for name in missing:
        others = mapping.columns.get(name, ())
        near = nearest_name(name, present)
        also = [f"also called {', '.join(others)}"] if others else []
        also += [f"nearest: {near}"] if near else []
        hints.append(f"{name} ({'; '.join(also)})" if also else name)
    raise UsageError(f"{path}: the table has no column {', '.join(hints)}")


def _side_by_side(path: Path, mapping: TableMapping, present: Sequence[str]) -> list[str]:
    if mapping.unpivot is None:
        return []
    if not isinstance(mapping.unpivot.columns, str):
        return list(mapping.unpivot.columns)
    years = [name for name in present if is_year(name)]
    if not years:
        raise UsageError(f"{path}: the table has no column that is called like a year")
    return years


def _without_totals(
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


def _whole_told(
    path: Path, mapping: TableMapping, said: Sequence[str], is_whole: bool
) -> list[str]:
    """Tell by what a table is taken as the whole.

    Raises UsageError where windows need that and nothing shows it.
    """
    if not mapping.windows():
        return []
    if mapping.whole and any(_plain(mapping.whole) in _plain(line) for line in said):
        return [f"taken as the whole: it says '{mapping.whole}'"]
    lines = [" ".join(line.split()) for line in said if line.strip(" ;,")]
    says = f"; it says '{lines[0][:160]}'" if lines else ""
    if is_whole:
        return [f"taken as the whole because of --whole{says}"]
    shows = (
        f"nothing above its header or in its totals says '{mapping.whole}'"
        if mapping.whole
        else "the mapping doesn't say (whole: TEXT) by what a table shows that it has all of them"
    )
    raise UsageError(
        f"{path}: shares and totals are reckoned over all rows, and {shows}{says}; a part of the "
        "table gives wrong ones: where it does have all rows, say --whole"
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _short_rows(
    read: ReadTable, kept: Sequence[str], present: Sequence[str]
) -> list[tuple[int, int]]:
    """Return the rows of a text that end before a column that is read, with how many cells.

    A line break inside a cell that is not quoted makes two of a row; read as they stand, both would
    be cases with less in them than the table has.
    """
    if read.text is None:
        return []
    names = [name for name in present if name != ROW]
    needed = max(names.index(name) for name in kept) + 1
    with read.text.path.open(encoding="utf-8", newline="") as opened:
        for _ in range(read.text.lines_until_rows):
            next(opened, None)
        rows = enumerate(csv.reader(opened, delimiter=read.text.separator), 1)
        return [(n, len(cells)) for n, cells in rows if len(cells) < needed and any(cells)]


def _cut_told(cut: Sequence[tuple[int, int]], kept: Sequence[str], present: Sequence[str]) -> str:
    names = [name for name in present if name != ROW]
    last = max(kept, key=names.index)
    shown = [f"row {row} ({cells} of {len(names)} cells)" for row, cells in cut]
    return (
        f"{counted(len(cut), 'end')} before the column {last}, left out; a line break inside a "
        f"cell cuts a row in two: {listed(shown)}"
    )


def _unpivoted(table: Any, mapping: TableMapping, side_by_side: Sequence[str]) -> Any:
    import polars as pl

    assert mapping.unpivot is not None
    name, value = mapping.unpivot.name, mapping.unpivot.value
    beside = [column for column in table.columns if column not in side_by_side]
    long = table.unpivot(side_by_side, index=beside, variable_name=name, value_name=value).filter(
        pl.col(value).is_not_null()
    )
    return long.sort(ROW, maintain_order=True)


def _with_ids(path: Path, table: Any, mapping: TableMapping) -> tuple[Any, list[str]]:
    """Add the column `id`: the values of the case's columns, numbered where each row is a case."""
    import polars as pl

    table = table.with_columns(pl.concat_str(list(mapping.case), separator=" ").alias(ID))
    told = []
    if table.unique(list(mapping.case)).height != table[ID].n_unique():
        raise CaseError(
            f"{path}: different rows give the same id of {', '.join(mapping.case)}; name further "
            "columns under case"
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
            raise CaseError(f"{path}: ids that end in a number are those of numbered rows, too")
    return table, told
