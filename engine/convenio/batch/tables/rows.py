"""Leaves out rows that are no cases, and tells which."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from convenio.backends.frames.columns import AS_OF, ID
from convenio.batch.tables.columns import Columns, words
from convenio.batch.tables.headers import SHOWN, nothing_understood
from convenio.batch.tables.table import ROW, ReadTable
from convenio.errors import CaseError, nearest_name

TOTAL = (
    r"(?i)^\W*((sub-?)?(grand |sum )?tota(l|is|les|le|ux)\b( general| geral)?"
    r"|suma|soma|sum|somme|summe|gesamt(summe)?|insgesamt|合計|总计)\W*(\(?\d*\)?|:.*)\W*$"
)
"""What a row is called that adds up the others."""
LIKE_TOTAL = r"(?i)^\W*(sub-?)?(grand )?tota(l|is|les)\b"
"""How the name of such a row begins where more is said in it; a company may be called so."""
BELOW = (
    r"(?i)^\W*(sources?\b|fuentes?\b|fontes?\b|quellen?\b|not(e|a)s?\b|observa|elabora(ci|ç)"
    r"|©|\(c\))"
)
"""How lines below a table begin that are no part of it."""
_MOST_TOLD = 100


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
    left = _left_out(suspects.rows(named=True), height, _ids_of(elsewhere))
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
        raise CaseError(f"{where}: rows share their id: {', '.join(shown)}{more}")


def orphans(child: ReadTable, tables: Sequence[ReadTable]) -> tuple[str, ...]:
    """Tell of the rows of a list's table that belong to no case."""
    import polars as pl

    if ID not in child.rows.collect_schema().names():
        return ()
    ids = pl.concat([table.rows.select(pl.col(ID).cast(pl.String)) for table in tables])
    lost = (
        child.rows.select(pl.col(ID).cast(pl.String))
        .join(ids, on=ID, how="anti", maintain_order="left")
        .collect()
    )
    if not lost.height:
        return ()
    shown = [repr(name) for name in dict.fromkeys(lost[ID].to_list())][:SHOWN]
    counted = f"{lost.height:,} rows find" if lost.height > 1 else "1 row finds"
    return (f"{child.path}: {counted} no case: {', '.join(shown)}",)


def _refuse_strange(path: Path, names: Sequence[str], columns: Columns, is_told: bool) -> None:
    given = [name for name in names if name != ROW]
    if not is_told:
        raise CaseError(nothing_understood(path, given, columns))
    if ID not in given:
        near = nearest_name(ID, given)
        hint = f"; is it {near}?" if near else ""
        raise CaseError(f"{path}: no column is called id, which tells cases apart{hint}")


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """The rows of a table that are no cases, by number from 1, and why."""

    rows: frozenset[int]
    below: tuple[str, ...]
    headers: tuple[int, ...]
    """Rows that hold the names of the columns again."""
    doubtful: Mapping[int, str]
    """What rows are called that may be totals and may be cases."""
    silent: Mapping[int, str]
    """Ids of rows that state no fact."""
    nameless: tuple[int, ...]
    height: int

    def told(self) -> tuple[str, ...]:
        """Tell of the rows that are no cases by what they hold."""
        told = []
        if self.below:
            told.append(f"left out below or as a total: {', '.join(self.below)}")
        if self.headers:
            told.append(
                "left out, since the header stands there again: row "
                f"{_listed(map(str, self.headers))}"
            )
        return tuple(told)

    def faults(self, path: Path) -> tuple[str, ...]:
        """Tell of each row that ought to have been a case.

        Raises CaseError where most rows state nothing.
        """
        silent = {n: f"row {n} ({name})" for n, name in sorted(self.silent.items())}
        cases = self.height - len(self.rows) + len(silent)
        if 2 * len(silent) > cases:
            raise CaseError(
                f"{path}: {len(silent):,} of {cases:,} rows state no fact, so nothing is rated: "
                f"{_listed(silent.values())}"
            )
        told = {n: f"{path}: {row} states no fact; not rated" for n, row in silent.items()}
        told |= {n: f"{path}: row {n} has no id; not rated" for n in self.nameless}
        told |= {
            n: f"{path}: row {n} ({name}) is called like a total and may be a case; not rated"
            for n, name in self.doubtful.items()
        }
        texts = [text for _, text in sorted(told.items())]
        more = len(texts) - _MOST_TOLD
        return (*texts[:_MOST_TOLD], *([f"{path}: and {more:,} more such rows"] * (more > 0)))


def _ids_of(rows: Any) -> frozenset[str]:
    import polars as pl

    if rows is None:
        return frozenset()
    return frozenset(rows.select(pl.col(ID).cast(pl.String)).collect()[ID].to_list())


def _left_out(
    suspects: Sequence[Mapping[str, Any]], height: int, told_elsewhere: frozenset[str]
) -> _LeftOut:
    rows: set[int] = set()
    below: list[str] = []
    headers: list[int] = []
    doubtful: dict[int, str] = {}
    silent: dict[int, str] = {}
    nameless: list[int] = []
    last = height
    # From the end: what stands below a table is told by nothing but that coming after it.
    for row in reversed(suspects):
        number, name = row[ROW], row[ID]
        is_last = number == last
        if not row["anything"]:
            rows.add(number)
        elif row["header"]:
            headers.insert(0, number)
            rows.add(number)
        elif (row["total"] and row["more"]) or (
            row["like_total"] and row["states"] and not row["total"]
        ):
            doubtful[number] = name
            rows.add(number)
        elif row["total"] or (is_last and not row["states"] and re.match(BELOW, name or "")):
            below.insert(0, name)
            rows.add(number)
        elif name is None:
            nameless.append(number)
            rows.add(number)
        elif not row["states"] and name not in told_elsewhere:
            silent[number] = name
            rows.add(number)
        if is_last and number in rows:
            last -= 1
    return _LeftOut(
        frozenset(rows), tuple(below), tuple(headers), doubtful, silent, tuple(nameless), height
    )


def _listed(texts: Iterable[str]) -> str:
    every = list(texts)
    more = f" and {len(every) - SHOWN:,} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more
