"""Which columns a mapping reads, under which names a header may have them, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator

from convenio.backends.frames.columns import case_columns
from convenio.batch.mapping.language import TableMapping
from convenio.batch.tables.columns import Columns, folded
from convenio.facts.catalogue import Catalogue

FIRST_YEAR, LAST_YEAR = 1800, 2199


def columns_of_mapping(mapping: TableMapping, catalogue: Catalogue) -> Columns:
    """Return the columns of a table that a mapping reads, by every name that they may have."""
    wanted = wanted_columns(mapping)
    numbers = set(_numbers(mapping, catalogue))
    holds = {name: "number" if name in numbers else "text" for name in wanted}
    if mapping.unpivot:
        holds |= dict.fromkeys(_side_by_side(mapping), "number")
    names = {folded(name): name for name in holds}
    for name, written in mapping.columns.items():
        names |= {folded(other): name for other in written}
    return Columns(holds, (), names, wanted=wanted)


def wanted_columns(mapping: TableMapping) -> tuple[str, ...]:
    """Return the columns that a table must have, as the mapping calls them."""
    made = {mapping.unpivot.name, mapping.unpivot.value} if mapping.unpivot else set()
    also = mapping.unpivot.columns if mapping.unpivot else ()
    names = [*mapping.reads(), *mapping.header, *(() if isinstance(also, str) else also)]
    return tuple(dict.fromkeys(name for name in names if name not in made))


def is_year(name: str) -> bool:
    """Tell whether a column's name is a year.

    >>> is_year("1950"), is_year("1950-2024")
    (True, False)
    """
    return name.isascii() and name.isdigit() and FIRST_YEAR <= int(name) <= LAST_YEAR


def _side_by_side(mapping: TableMapping) -> tuple[str, ...]:
    assert mapping.unpivot is not None
    if isinstance(mapping.unpivot.columns, str):
        return tuple(str(year) for year in range(FIRST_YEAR, LAST_YEAR + 1))
    return mapping.unpivot.columns


def _numbers(mapping: TableMapping, catalogue: Catalogue) -> Iterator[str]:
    of_facts = {c.name for c in case_columns(catalogue) if c.holds in ("number", "whole number")}
    for path, cell in mapping.facts.items():
        if cell.column is not None and path in of_facts and cell.reads == "text":
            yield cell.column
    for cell in mapping.cells():
        if cell.column is not None and cell.reads == "number":
            yield cell.column
        if cell.window is not None:
            yield cell.window.of
