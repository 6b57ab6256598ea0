"""Headings, sentences and tables: results that are written as text, Markdown or HTML alike."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from convenio.reports.markdown import plain


@dataclass(frozen=True)
class Block:
    """A heading with sentences and, where there are columns, a table below them."""

    title: str = ""
    sentences: Sequence[str] = ()
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


_APART = 2
"""So many columns of a terminal stand between the columns of a table."""


def as_text(title: str, blocks: Sequence[Block], colour: bool = False, width: int = 100) -> str:
    """Return blocks for a terminal, `width` columns wide."""
    console, written = terminal(colour, width)
    console.print(title, style="bold")
    for block in blocks:
        console.print()
        if block.title:
            console.print(block.title, style="bold")
        for sentence in block.sentences:
            console.print(sentence)
        if block.rows:
            console.print(_table(block, console.width))
    return written()


def terminal(colour: bool, width: int) -> tuple[Console, Callable[[], str]]:
    """Return a console that writes plain text, and what gives all that was written to it."""
    buffer = io.StringIO()
    console = Console(
        file=buffer,
        width=max(60, width),
        force_terminal=colour,
        color_system="standard" if colour else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )

    def written() -> str:
        return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines()) + "\n"

    return console, written


def _table(block: Block, width: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, _APART, 0, 0))
    for column, least in zip(block.columns, _longest_words(block, width), strict=True):
        table.add_column(column, overflow="fold", vertical="top", min_width=least)
    for row in block.rows:
        table.add_row(*row)
    return table


def _longest_words(block: Block, width: int) -> list[int | None]:
    """Return for each column the length of its longest word, none where they don't all fit."""
    cells = zip_longest(block.columns, *block.rows, fillvalue="")
    longest = [
        max((cell_len(word) for text in column for word in text.split()), default=1)
        for column in cells
    ]
    fits = sum(longest) + _APART * len(longest) <= width
    return [word if fits else None for word in longest]


def as_markdown(title: str, blocks: Sequence[Block]) -> str:
    """Return blocks as Markdown."""
    lines = [f"# {plain(title)}"]
    for block in blocks:
        if block.title:
            lines += ["", f"## {plain(block.title)}"]
        for sentence in block.sentences:
            lines += ["", plain(sentence)]
        if block.rows:
            lines += ["", *_markdown_table(block)]
    return "\n".join(lines) + "\n"


def _markdown_table(block: Block) -> list[str]:
    rows = [block.columns, ["---"] * len(block.columns), *block.rows]
    padded = [[cell for cell, _ in zip_longest(row, block.columns, fillvalue="")] for row in rows]
    return [
        f"| {' | '.join(cell if cell == '---' else plain(cell) for cell in row)} |"
        for row in padded
    ]
