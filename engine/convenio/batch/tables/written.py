"""Writes dates, numbers and truths as facts are written, where it is certain what they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from convenio.batch.tables.columns import Columns
from convenio.batch.tables.headers import Layout
from convenio.batch.tables.table import ROW, ReadTable
from convenio.batch.tables.values import (
    COMMA_FOR_CERTAIN,
    GROUPED_OR_NOT,
    NOTHING,
    POINT_FOR_CERTAIN,
    TRUTHS,
    Decimal,
    as_number,
    as_truth,
)
from convenio.errors import CaseError
from convenio.facts.spoken import folded
from convenio.messages import say

_TWO_WAYS = r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$"
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2})[ T]00:00(:00(\.0+)?)?Z?$"
_YEAR_FIRST = r"^(\d{4})[./-](\d{1,2})[./-](\d{1,2})$"
BLANKS = " \t\r\n\ufeff\u00a0\u2007\u202f"
"""What may stand around a text in a cell and is no part of it."""


def in_facts(table: ReadTable, columns: Columns, layout: Layout) -> ReadTable:
    """Write dates, numbers and truths as facts are written, where it is certain what they are.

    Cells that say that nothing is stated (`n.d.`) are blank, and told. The cells of a table that
    is read by a mapping are the mapping's affair, but for their decimal mark and their dates.

    Raises CaseError where the decimal mark is not certain and some number hangs on it.
    """
    import polars as pl

    names = [name for name in table.rows.collect_schema().names() if name != ROW]
    unusable = [name for name in names if name in columns.lists]
    if unusable:
        raise CaseError(
            say(
                "{path}: {unusable} is a list, which no cell of text can hold; "
                "its elements come as a table of their own: --child "
                "{unusable}=FILE",
                path=table.path,
                unusable=unusable[0],
            )
        )
    texts = [pl.col(name).str.strip_chars(BLANKS) for name in names]
    stripped = [pl.when(text != "").then(text) for text in texts]
    rows = table.rows.with_columns(**dict(zip(names, stripped, strict=True)))
    dates = columns.holding(names, "date")
    numbers = columns.holding(names, "number", "whole number")
    truths = [] if columns.wanted else columns.holding(names, "Boolean")
    facts = [] if columns.wanted else [n for n in names if columns.kind(n)]
    seen = rows.select(
        comma=_anywhere(numbers, lambda cell: cell.str.contains(COMMA_FOR_CERTAIN)),
        point=_anywhere(numbers, lambda cell: cell.str.contains(POINT_FOR_CERTAIN)),
        commas=_anywhere(numbers, lambda cell: cell.str.contains(",", literal=True)),
        grouped=_anywhere(numbers, lambda cell: cell.str.contains(GROUPED_OR_NOT)),
        two_ways=_anywhere(dates, lambda cell: cell.str.contains(_TWO_WAYS)),
        truths=_anywhere(truths, _is_other_truth),
        nothing=_anywhere(facts, _is_nothing),
    ).collect(engine="streaming")
    told = list(table.told)
    decimal = _decimal(table, layout, {name: bool(seen[name][0]) for name in seen.columns})
    if decimal is not None and layout.decimal is None:
        told.append("decimal comma" if decimal == "," else "commas between thousands")
    if seen["two_ways"][0] and layout.dates is None:
        told.append("dates such as 03/04/2024 are read with --dates dmy or --dates mdy")
    is_text = table.text is not None
    changes = {name: as_number(pl.col(name), decimal, is_text) for name in numbers}
    changes |= {name: _iso(pl.col(name), layout) for name in dates}
    if seen["truths"][0]:
        told.append(f"true and false are written {_written(rows, truths, _is_other_truth)}")
        changes |= {name: as_truth(pl.col(name)) for name in truths}
    for name in [] if columns.wanted else [n for n in names if columns.said.get(n)]:
        replaced = _spoken(rows, name, columns.said[name], columns.kind(name) != "text")
        if replaced:
            said = ", ".join(f"{text} = {value}" for text, value in list(replaced.items())[:_SHOWN])
            rest = f" and {len(replaced) - _SHOWN:,} more" if len(replaced) > _SHOWN else ""
            told.append(f"{name}: {said}{rest}")
            changes[name] = pl.col(name).replace(replaced)
    if seen["nothing"][0]:
        told.append(f"taken as not stated: {_written(rows, facts, _is_nothing)}")
        rows = rows.with_columns(
            **{name: pl.when(~_is_nothing(pl.col(name))).then(pl.col(name)) for name in facts}
        )
    return replace(table, rows=rows.with_columns(**changes), told=tuple(told))


def _decimal(table: ReadTable, layout: Layout, seen: Mapping[str, bool]) -> Decimal | None:
    """Return the decimal mark of a table's numbers, or None where none of them hangs on it."""
    if layout.decimal is not None:
        return layout.decimal
    if seen["comma"] and seen["point"]:
        raise CaseError(
            say(
                "{path}: some numbers have a decimal comma and some a decimal "
                "point; give --decimal",
                path=table.path,
            )
        )
    if seen["comma"]:
        return ","
    if seen["point"]:
        return "." if seen["commas"] else None
    # Where commas stand in numbers something else stands between cells, and a point may part
    # thousands. Workbooks hold numbers, which have a point.
    if seen["grouped"] and table.text is not None and table.text.separator != ",":
        raise CaseError(
            say(
                "{path}: numbers such as 1.234 may be read two ways, and no "
                "other number tells which; give --decimal , or --decimal .",
                path=table.path,
            )
        )
    return None


def _anywhere(names: Sequence[str], test: Callable[[Any], Any]) -> Any:
    """Return whether some cell of some columns passes a test."""
    import polars as pl

    return pl.any_horizontal(pl.lit(False), *(test(pl.col(name)).any() for name in names))


def _is_other_truth(cell: Any) -> Any:
    return cell.str.to_lowercase().is_in([word for word in TRUTHS if word not in ("true", "false")])


_SHOWN = 5
"""So many words of a column are told with what they mean."""


def _spoken(rows: Any, name: str, said: Mapping[str, str], several: bool) -> dict[str, str]:
    """Return what the texts of a column mean that are words for values; `several`: with `;`."""
    import polars as pl

    by_words = {folded(words): value for words, value in said.items()}
    texts = rows.select(pl.col(name).drop_nulls().unique().sort()).collect(engine="streaming")
    values = set(said.values())
    found: dict[str, str] = {}
    for text in texts[name].to_list():
        parts = text.split(";") if several else [text]
        meant = [
            part.strip() if part.strip() in values else by_words.get(folded(part), part.strip())
            for part in parts
        ]
        written = ";".join(meant)
        if written != text and any(part in values for part in meant):
            found[text] = written
    return found


def _is_nothing(cell: Any) -> Any:
    spelled = {way for word in NOTHING for way in (word, word.upper(), word.title(), "NaN")}
    return cell.is_in(sorted(spelled)).fill_null(False)


def _written(rows: Any, names: Sequence[str], test: Callable[[Any], Any]) -> str:
    """Return the texts of the cells that pass a test, each with how many they are."""
    import polars as pl

    cells = rows.select(names).unpivot(on=names)
    counted = (
        cells.filter(test(pl.col("value")))
        .group_by("value")
        .len()
        .sort("value")
        .collect(engine="streaming")
    )
    return ", ".join(f"{text} ({number:,})" for text, number in counted.rows())


def _iso(cell: Any, layout: Layout) -> Any:
    cell = _in_order(cell.str.replace(_MIDNIGHT, "$1"), _YEAR_FIRST, (1, 2, 3))
    if layout.dates not in ("dmy", "mdy"):
        return cell
    return _in_order(cell, _TWO_WAYS, (3, 2, 1) if layout.dates == "dmy" else (3, 1, 2))


def _in_order(cell: Any, pattern: str, places: tuple[int, int, int]) -> Any:
    """Write a date that a pattern matches as facts do; `places` are its year, month and day."""
    import polars as pl

    year, month, day = (cell.str.extract(pattern, place) for place in places)
    whole = pl.concat_str([year, month.str.zfill(2), day.str.zfill(2)], separator="-")
    return pl.when(cell.str.contains(pattern)).then(whole).otherwise(cell)
