"""Looks at the lines of a text for what a fast reader would read wrongly, and mends it."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from convenio.batch.tables.table import Text
from convenio.errors import UsageError
from convenio.messages import say


@dataclass(frozen=True, slots=True)
class Rows:
    """A text whose rows can be read, and how many of them end before the last column."""

    text: Text
    short: int = 0
    first_short: int = 0
    """The number of the first short row, from 1."""


def rows_of_text(path: Path, text: Text, width: int, scratch: Path) -> Rows:
    """Return a text of which every row has `width` cells at most.

    Where quotes stand in other places than around cells, or around line breaks, the text is
    written anew. Rows that hold no more than a first cell are not short: they are blank, or stand
    below a table. Raises UsageError for a row with more cells, and for quotes that don't match.
    """
    import polars as pl

    mark = text.separator
    sides = re.escape(mark)
    line = pl.col("line")
    lines = (
        pl.scan_lines(text.path, glob=False, row_index_name="n", row_index_offset=1)
        .filter(pl.col("n") > text.lines_until_rows)
        .with_columns(line.str.strip_chars_end("\r"))
        # What stands in quotes is one cell, whatever it holds.
        .with_columns(bare=line.str.replace_all('"[^"]*"', "q"))
        .with_columns(cells=pl.col("bare").str.count_matches(mark, literal=True) + 1)
    )
    opened, closed = (line.str.count_matches(way) for way in (rf'(^|{sides})"', rf'"({sides}|$)'))
    inside = line.str.contains(rf'[^"{sides}]"[^"{sides}]')
    odd = pl.col("bare").str.contains('"', literal=True) | inside | (opened != closed)
    seen = lines.select(odd=odd.any(), uneven=(pl.col("cells") != width).any())
    is_odd, is_uneven = seen.collect(engine="streaming").row(0)
    if is_odd:
        return _written_anew(path, text, width, scratch)
    if not is_uneven:
        return Rows(text)
    filled = (
        pl.col("bare").str.strip_chars_end(mark + " ").str.count_matches(mark, literal=True) + 1
    )
    uneven = lines.filter(pl.col("cells") != width).with_columns(filled=filled)
    is_long = pl.col("filled") > width
    is_short = (pl.col("cells") < width) & (pl.col("filled") > 1)
    long, cells, short, first = (
        uneven.select(
            long=pl.col("n").filter(is_long).min(),
            cells=pl.col("filled").filter(is_long).first(),
            short=is_short.sum(),
            first=pl.col("n").filter(is_short).min(),
        )
        .collect(engine="streaming")
        .row(0)
    )
    if long is not None:
        raise _too_long(path, long, cells, width)
    return Rows(text, short, first - text.lines_until_rows if short else 0)


def _written_anew(path: Path, text: Text, width: int, scratch: Path) -> Rows:
    target = scratch / f"{len(list(scratch.iterdir()))}.anew"
    short = first_short = 0
    with (
        text.path.open(encoding="utf-8", newline="") as opened,
        target.open("w", encoding="utf-8", newline="") as out,
    ):
        for _ in range(text.lines_until_rows):
            opened.readline()
        reader = csv.reader(opened, delimiter=text.separator, strict=True)
        writer = csv.writer(out, lineterminator="\n")
        before = number = 0
        try:
            for number, cells in enumerate(reader, 1):
                if any(cell.strip() for cell in cells[width:]):
                    line = text.lines_until_rows + reader.line_num
                    raise _too_long(path, line, len(cells), width)
                if len(cells) < width and any(cell.strip() for cell in cells[1:]):
                    short += 1
                    first_short = first_short or number
                writer.writerow(cells[:width])
                before = reader.line_num
        except csv.Error as fault:
            line = text.lines_until_rows + before + 1
            raise UsageError(
                say(
                    "{path}:{line}: can't be read: the quotes of a cell don't match ({fault})",
                    path=path,
                    line=line,
                    fault=fault,
                )
            ) from None
    return Rows(Text(target, ",", 0), short, first_short)


def _too_long(path: Path, line: int, cells: int, width: int) -> UsageError:
    return UsageError(
        say(
            "{path}:{line}: {cells} cells, the header has {width}: quote "
            "texts that hold the separator",
            path=path,
            line=line,
            cells=cells,
            width=width,
        )
    )
