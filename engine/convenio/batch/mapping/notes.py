"""Tells what a mapping can make nothing of, and what it presumes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from convenio.batch.mapping.language import Cell, TableMapping, Window
from convenio.batch.mapping.rows import ID
from convenio.batch.mapping.values import Words, as_number, as_year, countries_of, parts, words_of
from convenio.batch.mapping.values import read as read_text
from convenio.batch.mapping.windows import ENTRY, Reckoned, amounts_of
from convenio.batch.mapping.wording import counted, listed
from convenio.batch.tables.headers import SHOWN
from convenio.batch.tables.table import ROW
from convenio.errors import nearest_name
from convenio.messages import say


@dataclass(frozen=True, slots=True)
class Notes:
    """What is said of a table that a mapping reads, and of which values nothing was made."""

    told: tuple[str, ...]
    dropped: tuple[str, ...]


def notes_of(reckoned: Reckoned, mapping: TableMapping) -> Notes:
    """Return the notes on a table, each once."""
    table, countries = reckoned.table, countries_of(mapping)
    told: list[str] = []
    dropped: list[str] = []
    readings = list(dict.fromkeys(_readings(mapping)))
    for reading in readings:
        words = reading.words(mapping, countries)
        dropped += _unread(table, reading, words)
        told += _known_as_nothing(table, reading, words)
    bases = dict.fromkeys(w.model_copy(update={"part": "total"}) for w in mapping.windows())
    for window in bases:
        dropped += _in_no_sum(table, window)
        told += _of_window(table, window, reckoned)
    if not mapping.numbered:
        cells = [*([mapping.as_of] if mapping.as_of else [])]
        cells += [*mapping.facts.values(), *mapping.keep.values()]
        for cell in cells:
            dropped += _several(table, cell, countries)
    return Notes(tuple(dict.fromkeys(told)), tuple(dict.fromkeys(dropped)))


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way in which a column is read: as what, split by what, with the words of which cell."""

    column: str
    what: str
    split: str = ""
    cell: int | None = None
    """Which cell's words are meant, by its place in the mapping."""

    def words(self, mapping: TableMapping, countries: Words) -> Words | None:
        """Return the words by which the column is read."""
        if self.cell is None:
            return None
        return words_of(list(mapping.cells())[self.cell], countries)


def _readings(mapping: TableMapping) -> Iterator[_Reading]:
    is_country = next(
        (n for n, cell in enumerate(mapping.cells()) if cell.map == "countries"), None
    )
    for number, cell in enumerate(mapping.cells()):
        if cell.column is not None and cell.map == "countries":
            yield _Reading(cell.column, "state", cell.split, is_country)
        elif cell.column is not None and cell.map is not None:
            yield _Reading(cell.column, "word of the mapping", cell.split, number)
        elif cell.column is not None and cell.reads != "text":
            what = "number" if cell.reads == "number" else "year"
            yield _Reading(cell.column, what, cell.split)
        if cell.window is not None:
            yield _Reading(cell.window.of, "number")
            yield _Reading(cell.window.year, "year", cell.window.split)
            yield _Reading(cell.window.up_to, "year")


def _texts(table: Any, reading: _Reading) -> Any:

    texts = table.select(ROW, text=parts(reading.column, reading.split)).explode("text")
    return texts.drop_nulls().unique(maintain_order=True)


def _unread(table: Any, reading: _Reading, words: Words | None) -> Iterator[str]:
    import polars as pl

    said = pl.col("text")
    if words is not None:
        is_unread = ~said.is_in(list(words))
    else:
        known = as_number(said) if reading.what == "number" else as_year(said)
        is_unread = known.is_null()
    found = _by_text(_texts(table, reading).filter(is_unread))
    if not found:
        return
    near = {t: nearest_name(t, list(words)) if words else None for t, *_ in found[:SHOWN]}
    shown = [
        f"'{text}' (row {row}; nearest: {near[text]})" if near[text] else f"'{text}' (row {row})"
        for text, row, _ in found[:SHOWN]
    ]
    lists = not reading.split and words is None and any(";" in text for text, *_ in found)
    hint = say('; where a cell holds several, split: ";" parts them') if lists else ""
    yield (
        f"{reading.column}: {counted(sum(n for *_, n in found), 'hold')} no {reading.what}, "
        f"dropped: {listed(shown, len(found))}{hint}"
    )


def _known_as_nothing(table: Any, reading: _Reading, words: Words | None) -> Iterator[str]:
    """Tell of the texts of which a mapping says that nothing is known: all of them."""
    import polars as pl

    nothing = [text for text, value in (words or {}).items() if value is None]
    found = _by_text(_texts(table, reading).filter(pl.col("text").is_in(nothing)))
    if found:
        shown = ", ".join(f"'{text}' ({rows:,})" for text, _, rows in found)
        count = sum(rows for *_, rows in found)
        yield (
            f"{reading.column}: {counted(count, 'hold')} what the mapping knows to be no state; "
            f"it stays unknown: {shown}"
            if reading.what == "state"
            else f"{reading.column}: {counted(count, 'hold')} what the mapping leaves unknown: "
            f"{shown}"
        )


def _in_no_sum(table: Any, window: Window) -> Iterator[str]:
    """Tell of amounts that stand in no year, or nobody's."""
    import polars as pl

    amount = as_number(pl.col(window.of))
    for name in dict.fromkeys((window.year, window.within, window.by)):
        lost = table.filter((amount != 0) & pl.col(name).is_null())
        found = _by_text(lost.select(ROW, text=pl.col(window.of)))
        if found:
            shown = [f"'{text}' (row {row})" for text, row, _ in found]
            yield (
                f"{window.of}: {counted(lost.height, 'have')} an amount and no {name}, and no sum "
                f"has it: {listed(shown)}"
            )


def _of_window(table: Any, window: Window, reckoned: Reckoned) -> Iterator[str]:
    """Tell what is presumed of a window's amounts, and which cases it has no value for."""
    import polars as pl

    if window.split:
        amounts = amounts_of(table, window)
        several = amounts.filter(pl.col("among") > 1)[ENTRY].n_unique()
        if several:
            yield (
                f"{window.of}: {several:,} of {amounts[ENTRY].n_unique():,} amounts are of several "
                f"years ({window.year}); the table doesn't tell how much is of which, and they are "
                "spread evenly"
            )
    empty = table.filter(pl.col(window.year).is_not_null() & pl.col(window.of).is_null()).height
    if empty:
        yield f"{window.of}: {counted(empty, 'have')} a year and no amount; nothing is added"
    nameless = table.filter(pl.col(window.by).is_in(list(window.nobody)))[window.by]
    nobody = nameless.len()
    if nobody and window.by != window.within:
        names = ", ".join(nameless.unique(maintain_order=True))
        yield (
            f"{window.by}: {counted(nobody, 'name')} nobody ({names}): that counts in sums and is "
            "no one's share"
        )
    lumped = table.filter(pl.col(window.within).is_in(list(window.nobody))).height
    if lumped:
        yield f"{window.within}: {counted(lumped, 'name')} nobody or many, with no shares and sums"
    span = next(
        years
        for w, years in reckoned.years.items()
        if w.model_copy(update={"part": "total"}) == window
    )
    up_to = as_year(pl.col(window.up_to))
    inside = (up_to - window.years + 1 >= span[0]) & (up_to <= span[1]) if span else pl.lit(False)
    without = table.filter(~inside.fill_null(False))[ID].n_unique()
    if without:
        has = f"the table has amounts of {span[0]} to {span[1]} only" if span else "no amounts"
        yield (
            f"{without:,} of {table[ID].n_unique():,} cases have no {window.years} years up to "
            f"{window.up_to}, and no shares or sums of them: {has}"
        )


def _several(table: Any, cell: Cell, countries: Words) -> Iterator[str]:
    """Tell of cases whose rows differ where only the first value counts."""
    import polars as pl

    if cell.column is None or cell.take != "first":
        return
    texts = table.select(ID, text=parts(cell.column, cell.split)).explode("text")
    value = read_text(pl.col("text"), cell, words_of(cell, countries))
    values = (
        texts.with_columns(value=value)
        .drop_nulls("value")
        .unique([ID, "value"], maintain_order=True)
    )
    found = (
        values.group_by(ID, maintain_order=True)
        .agg(pl.col("text"))
        .filter(pl.col("text").list.len() > 1)
    )
    if found.height:
        shown = [
            f"{row[ID]} has {listed([repr(text) for text in row['text']])}"
            for row in found.head(SHOWN).to_dicts()
        ]
        yield (
            f"{cell.column}: {counted(found.height, 'have', 'case')} several values, of which only "
            f"the first counts: {listed(shown, found.height, '; ')}"
        )


def _by_text(texts: Any) -> list[tuple[str, int, int]]:
    """Return each text with its first row and how many rows hold it, in their order."""
    import polars as pl

    counted = texts.group_by("text", maintain_order=True).agg(
        pl.col(ROW).first(), pl.len().alias("rows")
    )
    return [(row["text"], row[ROW], row["rows"]) for row in counted.to_dicts()]
