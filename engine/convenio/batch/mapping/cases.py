"""Makes cases, elements of lists and kept columns of the rows of a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convenio.batch.mapping.language import Cell, TableMapping, Window
from convenio.batch.mapping.notes import notes_of
from convenio.batch.mapping.reading import Asked, read_rows
from convenio.batch.mapping.rows import ID
from convenio.batch.mapping.values import Words, countries_of, parts, read, words_of
from convenio.batch.mapping.windows import with_windows
from convenio.batch.mapping.wording import on_one_line
from convenio.facts.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a table gives: cases, elements of lists by path, kept columns, and what is said of it.

    `dropped` are values of which nothing could be made, `faults` rows that could not be read.
    """

    cases: Any
    children: Mapping[str, Any]
    kept: Any
    told: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def read_mapped(
    path: Path, mapping: TableMapping, catalogue: Catalogue, asked: Asked, scratch: Path
) -> Mapped:
    """Read a table by a mapping; `scratch` is a folder for what must be written anew to be read.

    Raises UsageError where the mapping doesn't fit the table, CaseError where the table is none.
    """
    import polars as pl

    rows = read_rows(path, mapping, catalogue, asked, scratch)
    reckoned = with_windows(rows.table, mapping.windows())
    made = _Making(reckoned.table, countries_of(mapping), reckoned.columns)
    facts = {**mapping.facts, **({"as_of": mapping.as_of} if mapping.as_of else {})}
    stated = [pl.lit(True).alias(f"{name}__stated") for name in mapping.lists]
    notes = notes_of(reckoned, mapping)
    return Mapped(
        made.grouped(facts).with_columns(*stated),
        {name: made.elements(elements) for name, elements in mapping.lists.items()},
        made.grouped(mapping.keep),
        tuple(map(on_one_line, (*rows.told, *notes.told))),
        tuple(map(on_one_line, (*rows.dropped, *notes.dropped))),
        rows.faults,
    )


@dataclass(frozen=True, slots=True)
class _Making:
    """A table, the names of states that its mapping knows, and the columns of its windows."""

    table: Any
    countries: Words
    windows: Mapping[Window, str]

    def grouped(self, cells: Mapping[str, Cell]) -> Any:
        """Return one row for each case, with what the cells take of its rows."""
        import polars as pl

        found = self.table.select(ID).unique(maintain_order=True)
        whole = {name: cell for name, cell in cells.items() if not cell.split}
        groups = [whole, *({name: cell} for name, cell in cells.items() if cell.split)]
        for group in groups:
            if not group:
                continue
            values = self._values(group)
            takes = [_taken(pl.col(name), cell.take) for name, cell in group.items()]
            taken = values.group_by(ID, maintain_order=True).agg(*takes)
            found = found.join(taken, on=ID, how="left", maintain_order="left")
        return found.select(pl.col(ID).alias("id"), *cells)

    def elements(self, rows: list[dict[str, Cell]]) -> Any:
        """Return the elements of a list, each once in its case, with their place from 0."""
        import polars as pl

        found = [self._values(row).unique(maintain_order=True) for row in rows]
        whole = pl.concat(found, how="diagonal_relaxed").unique(maintain_order=True)
        return whole.rename({ID: "id"}).with_columns(i=pl.int_range(pl.len()).over("id"))

    def _values(self, cells: Mapping[str, Cell]) -> Any:
        """Return the cells' values, a row for each part of the one that is split."""
        table = self.table
        split = {cell.column: cell.split for cell in cells.values() if cell.column and cell.split}
        for column, separator in split.items():
            table = table.with_columns(parts(column, separator)).explode(column)
        return table.select(ID, *(self._value(cell).alias(name) for name, cell in cells.items()))

    def _value(self, cell: Cell) -> Any:
        import polars as pl

        if cell.window is not None:
            return pl.col(self.windows[cell.window])
        if cell.column is None:
            is_list = isinstance(cell.value, list)
            return pl.lit(pl.Series([cell.value])).first() if is_list else pl.lit(cell.value)
        return read(pl.col(cell.column), cell, words_of(cell, self.countries))


def _taken(column: Any, take: str) -> Any:
    """Return what counts of a case's values; nothing where none is known."""
    import polars as pl

    if take == "first":
        return column.drop_nulls().first()
    if take == "all":
        known = column.drop_nulls().unique(maintain_order=True)
        return pl.when(column.count() > 0).then(known.implode())
    return pl.when(column.count() > 0).then(getattr(column, take)())
