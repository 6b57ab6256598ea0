"""Reads single texts of a table: words, numbers, years, dates. What is none of them is null."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convenio.batch.mapping.language import Cell, Reads, TableMapping
from convenio.facts.spoken import country_names

Words = Mapping[str, str | None]
_YEAR = r"^([12]\d{3})(?:\.0+)?$"


def countries_of(mapping: TableMapping) -> Words:
    """Return codes by the names of states that a mapping knows; null for names of no state."""
    return {**country_names(), **mapping.countries}


def words_of(cell: Cell, countries: Words) -> Words | None:
    """Return what a cell's texts become, or nothing where it has no words."""
    if cell.map is None:
        return None
    return countries if isinstance(cell.map, str) else cell.map


def parts(column: str, split: str) -> Any:
    """Return the texts of a column's cells as a list each: one, or those that `split` parts."""
    import polars as pl

    if not split:
        return pl.concat_list(pl.col(column))
    return pl.col(column).str.split(split).list.eval(_stripped(pl.element()))


def _stripped(text: Any) -> Any:
    import polars as pl

    text = text.str.strip_chars()
    return pl.when(text != "").then(text)


def as_number(text: Any) -> Any:
    """Return the number that a text is."""
    import polars as pl

    number = text.cast(pl.Float64, strict=False)
    return pl.when(number.is_finite()).then(number)


def as_year(text: Any) -> Any:
    """Return the year that a text is: four digits, as a workbook may write them (`2012.0`)."""
    import polars as pl

    return text.str.extract(_YEAR, 1).cast(pl.Int32)


def read(text: Any, cell: Cell, words: Words | None) -> Any:
    """Return what a cell makes of a text."""
    import polars as pl

    if words is not None:
        return text.replace_strict(
            list(words), list(words.values()), default=None, return_dtype=pl.String
        )
    reads: Reads = cell.reads
    if reads == "number":
        return as_number(text) * (1.0 if cell.times is None else cell.times)
    if reads == "year":
        return as_year(text)
    if reads == "date":
        month, day = (1, 1) if cell.date == "year_start" else (12, 31)
        return pl.date(as_year(text), month, day)
    return text
