"""Reads a table by a mapping: its columns as texts, its rows with their ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from convenio.batch.mapping.columns import columns_of_mapping, is_year, wanted_columns
from convenio.batch.mapping.language import TableMapping
from convenio.batch.mapping.rows import (
    unpivoted,
    with_ids,
    without_cut_rows,
    without_nameless,
    without_totals,
)
from convenio.batch.tables.headers import Layout
from convenio.batch.tables.reading import read_table
from convenio.batch.tables.table import ROW, ReadTable
from convenio.errors import UsageError, nearest_name
from convenio.facts.catalogue import Catalogue
from convenio.messages import say


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
    layout = asked.layout
    if layout.encoding is None and mapping.encoding:
        layout = replace(layout, encoding=mapping.encoding)
    read = read_table(path, columns_of_mapping(mapping, catalogue), layout, scratch)
    present = [name for name in read.rows.collect_schema().names() if name != ROW]
    _refuse_missing(path, mapping, present)
    side_by_side = _side_by_side(path, mapping, present)
    kept = tuple(dict.fromkeys((*wanted_columns(mapping), *side_by_side)))
    table, closing, left_out = without_totals(_texts(read, kept), mapping)
    whole = _whole_told(path, mapping, (*read.above, *closing), asked.is_whole)
    table, cut = without_cut_rows(table, read, kept, present)
    table, turned = unpivoted(table, mapping, side_by_side)
    table, nameless = without_nameless(table, mapping)
    table, numbered = with_ids(path, table, mapping)
    told = (*read.told, *left_out, *whole, *turned, *numbered)
    return Rows(table, told, (*cut, *nameless), read.faults)


def _texts(read: ReadTable, kept: Sequence[str]) -> Any:
    """Return the columns that are read as texts, stripped, with the number of each row."""
    import polars as pl

    has_numbers = ROW in read.rows.collect_schema().names()
    rows = read.rows if has_numbers else read.rows.with_row_index(ROW, 1)
    texts = [pl.col(name).cast(pl.String).str.strip_chars() for name in kept]
    return rows.select(ROW, *(pl.when(text != "").then(text) for text in texts)).collect()


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
    raise UsageError(
        say("{path}: the table has no column {hints}", path=path, hints=", ".join(hints))
    )


def _side_by_side(path: Path, mapping: TableMapping, present: Sequence[str]) -> list[str]:
    if mapping.unpivot is None:
        return []
    if not isinstance(mapping.unpivot.columns, str):
        return list(mapping.unpivot.columns)
    years = [name for name in present if is_year(name)]
    if not years:
        raise UsageError(
            say("{path}: the table has no column that is called like a year", path=path)
        )
    return years


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
        say(
            "{path}: shares and totals are reckoned over all rows, and "
            "{shows}{says}; a part of the table gives wrong ones: where it "
            "does have all rows, say --whole",
            path=path,
            shows=shows,
            says=says,
        )
    )


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
