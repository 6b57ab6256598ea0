"""Leaves out rows that are no cases, and tells which."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from convenio.backends.frames.columns import AS_OF, ID, POSITION
from convenio.batch.tables.columns import Columns, words
from convenio.batch.tables.headers import SHOWN, nothing_understood
from convenio.batch.tables.left_out import BELOW, LIKE_TOTAL, TOTAL, left_out
from convenio.batch.tables.table import ROW, ReadTable
from convenio.errors import CaseError, nearest_name
from convenio.messages import say


def checked(table: ReadTable, columns: Columns, elsewhere: Any = None) -> ReadTable:
    """Leave out rows that are no cases, and tell which; refuse a table that tells of none.

    `elsewhere` are ids (a lazy frame with the one column) of which another table tells more.
    """
    import polars as pl

    names = table.rows.collect_schema().names()
    facts = [name for name in names if columns.is_fact(name)]
    _refuse_strange(table.path, names, columns, bool(facts) or elsewhere is not None)
    numbered = table.rows if ROW in names else table.rows.with_row_index(ROW, 1)
    said = pl.col(ID).cast(pl.String)
    like_total = said.str.contains(LIKE_TOTAL).fill_null(False)
    more_than_numbers = [
        pl.col(name).is_not_null()
        for name in names
        if columns.kind(name) not in ("", "number", "whole number")
    ]
    anything = [pl.col(name).is_not_null() for name in names if name != ROW]
    suspects = (
        numbered.select(
            ROW,
            said.alias(ID),
            states=pl.any_horizontal(pl.lit(False), *(pl.col(n).is_not_null() for n in facts)),
            total=said.str.contains(TOTAL).fill_null(False),
            more=pl.any_horizontal(pl.lit(False), *more_than_numbers),
            like_total=like_total,
            header=pl.col(ROW).is_in(_headers_again(numbered, facts)),
            anything=pl.any_horizontal(anything),
        )
        .filter(
            ~pl.col("states")
            | pl.col(ID).is_null()
            | pl.col("total")
            | (pl.col("like_total") & ~pl.col("more"))
            | pl.col("header")
        )
        .sort(ROW)
        .collect(engine="streaming")
    )
    if not suspects.height:
        return replace(table, rows=numbered.drop(ROW))
    height = numbered.select(pl.len()).collect(engine="streaming").item()
    left = left_out(suspects.rows(named=True), height, _ids_of(elsewhere))
    faults = left.faults(table.path)
    return replace(
        table,
        rows=numbered.filter(~pl.col(ROW).is_in(sorted(left.rows))).drop(ROW),
        told=(*table.told, *left.told()),
        faults=(*table.faults, *faults),
        whole=table.whole and not left.rows,
    )


def _headers_again(rows: Any, facts: Sequence[str]) -> list[int]:
    """Return which rows hold the names of their columns, as where files were put together."""
    import polars as pl

    called_id = pl.col(ID).cast(pl.String).str.contains(r"(?i)^\W*id\W*$")
    among = rows.filter(called_id).select(ROW, *(pl.col(name).cast(pl.String) for name in facts))
    return [
        row[ROW]
        for row in among.collect(engine="streaming").rows(named=True)
        if all(
            cell is None or words(cell) == words(name)
            for name, cell in row.items()
            if name not in (ROW, AS_OF)
        )
    ]


def refuse_none(tables: Sequence[ReadTable], faults: Sequence[str]) -> None:
    """Raise CaseError where some tables have no row that is a case."""
    import polars as pl

    if not any(table.rows.select(pl.len()).collect(engine="streaming").item() for table in tables):
        raise CaseError("\n".join(faults) or f"{tables[0].path}: there is no case in it")


def refuse_shared_ids(tables: Sequence[ReadTable]) -> None:
    """Raise CaseError where two rows of some tables have the same id."""
    import polars as pl

    ids = pl.concat([table.rows.select(pl.col(ID).cast(pl.String)) for table in tables])
    counted = ids.group_by(ID).len().filter(pl.col("len") > 1).sort(ID).collect(engine="streaming")
    if counted.height:
        shown = [f"{row[0]} ({row[1]} rows)" for row in counted.head(SHOWN).rows()]
        more = f" and {counted.height - SHOWN} more" if counted.height > SHOWN else ""
        where = tables[0].path if len(tables) == 1 else "the tables"
        raise CaseError(
            say(
                "{where}: rows share their id: {shown}{more}",
                where=where,
                shown=", ".join(shown),
                more=more,
            )
        )


@dataclass(frozen=True, slots=True)
class Orphans:
    """What is told of elements of a list that belong to no case, and what is wrong with them."""

    told: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def orphans(child: ReadTable, tables: Sequence[ReadTable]) -> Orphans:
    """Tell of the rows of a list's table that belong to no case.

    Totals, lines below and the header again are told; blank rows are not.
    """
    import polars as pl

    names = child.rows.collect_schema().names()
    if ID not in names:
        return Orphans()
    ids = pl.concat([table.rows.select(pl.col(ID).cast(pl.String)) for table in tables])
    tells = pl.any_horizontal(
        pl.lit(False),
        *(pl.col(name).is_not_null() for name in names if name not in (ID, POSITION)),
    )
    lost = (
        child.rows.select(pl.col(ID).cast(pl.String), tells=tells)
        .filter(pl.col("tells") | pl.col(ID).is_not_null())
        .join(ids, on=ID, how="anti", maintain_order="left")
        .collect()
        .rows()
    )
    closing = [name for name, tells in lost if _is_closing(name, tells)]
    others = [name for name, tells in lost if name is not None and not _is_closing(name, tells)]
    nameless = sum(name is None for name, _ in lost)
    told = [f"left out below or as a total: {', '.join(dict.fromkeys(closing))}"] * bool(closing)
    faults = []
    if others:
        shown = [repr(name) for name in dict.fromkeys(others)][:SHOWN]
        counted = f"{len(others):,} rows find" if len(others) > 1 else "1 row finds"
        faults.append(f"{child.path}: {counted} no case: {', '.join(shown)}")
    if nameless:
        counted = f"{nameless:,} rows have" if nameless > 1 else "1 row has"
        faults.append(f"{child.path}: {counted} no id and so no case")
    return Orphans(tuple(f"{child.path}: {line}" for line in told), tuple(faults))


def _is_closing(name: str | None, tells: bool) -> bool:
    """Tell whether a row adds up others, stands below a table or is its header again."""
    if name is None:
        return False
    below = not tells and re.match(BELOW, name)
    return bool(re.match(TOTAL, name) or below) or words(name) == [ID]


def with_positions(child: ReadTable) -> ReadTable:
    """Number the elements of each case from 0, where their table doesn't: their order is known."""
    import polars as pl

    names = child.rows.collect_schema().names()
    if ID not in names or POSITION in names:
        return child
    number = pl.int_range(pl.len()).over(ID)
    return replace(child, rows=child.rows.with_columns(number.alias(POSITION)), whole=False)


def _refuse_strange(path: Path, names: Sequence[str], columns: Columns, is_told: bool) -> None:
    given = [name for name in names if name != ROW]
    if not is_told:
        raise CaseError(nothing_understood(path, given, columns))
    if ID not in given:
        near = nearest_name(ID, given)
        hint = say("; is it {near}?", near=near) if near else ""
        raise CaseError(
            say(
                "{path}: no column is called id, which tells cases apart{hint}",
                path=path,
                hint=hint,
            )
        )


def _ids_of(rows: Any) -> frozenset[str]:
    import polars as pl

    if rows is None:
        return frozenset()
    return frozenset(rows.select(pl.col(ID).cast(pl.String)).collect()[ID].to_list())
