"""Reads the files in which published indices are given out, for the tables made of them."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from convenio.errors import UsageError, nearest_name
from convenio.messages import say

OLDEST = 3
"""Years after which a figure says nothing any more (docs/semantics.md, "Context")."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Tables that were made: their texts by name, the states and years in them, names left out."""

    texts: Mapping[str, str]
    states: int
    years: tuple[int, int]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """What holds of a state from one year (inclusive) until another, and where that was read."""

    country: str
    start: int
    end: int
    value: float
    at: str


@dataclass(frozen=True, slots=True)
class PublishedIndex:
    """An index as a table names it: by what it is imported, and who gives it out."""

    name: str
    key: str
    title: str
    publisher: str
    url: str

    def table(
        self, fact: str, covers: tuple[int, int], file: Path, content: str, rows: Iterable[Figure]
    ) -> str:
        """Return the context table that fills a fact with figures read from a file.

        It covers the years from the first (inclusive) until the second (exclusive).
        """
        return "\n".join((*self._head(fact, covers, file, content), *map(self._row, rows))) + "\n"

    def _head(self, fact: str, covers: tuple[int, int], file: Path, content: str) -> Iterator[str]:
        first, end = covers
        yield f"# Made by `convenio context import {self.name}`; not to be passed on without the"
        yield "# owners' leave."
        yield "version: 1"
        yield f"fills: {fact}"
        yield f"coverage: {{from: {first}-01-01, to: {end}-01-01}}"
        yield "sources:"
        yield f'  {self.key}: {{title: "{self.title}",'
        yield f'    publisher: "{self.publisher}",'
        yield f'    url: "{self.url}",'
        digest = hashlib.sha256(content.encode()).hexdigest()
        yield f'    note: "From the file {file.name}, SHA-256 {digest}."}}'
        yield "rows:"

    def _row(self, one: Figure) -> str:
        return (
            f"  - {{country: {one.country}, from: {one.start}-01-01, to: {one.end}-01-01, "
            f'value: {one.value:g}, source: {self.key}, at: "{one.at}", confidence: medium}}'
        )


def index_text(file: Path) -> str:
    """Return the text of a file in UTF-8, or else in Windows-1252.

    Raises UsageError where the file can't be read.
    """
    try:
        data = file.read_bytes()
    except OSError as fault:
        raise UsageError(
            say("{file}: can't be read: {value}", file=file, value=fault.strerror or fault)
        ) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def table_rows(
    file: Path, content: str, wanted: Sequence[str], what: str
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the rows below the first line that holds all wanted columns, with their lines.

    Raises UsageError, saying that the file is no `what`, where no line holds them.
    """
    reader = csv.reader(io.StringIO(content))
    nearest: list[str] = []
    for cells in reader:
        names = [cell.strip().rstrip(";").strip() for cell in cells]
        if set(wanted) <= set(names):
            break
        if len(set(wanted) & set(names)) > len(set(wanted) & set(nearest)) or not nearest:
            nearest = names
    else:
        hints = [
            f"{name} (nearest: {near})" if (near := nearest_name(name, nearest)) else name
            for name in wanted
            if name not in nearest
        ]
        raise UsageError(
            say("{file}: no {what}; no {hints}", file=file, what=what, hints=", ".join(hints))
        )
    places = {name: names.index(name) for name in wanted}
    last = max(places.values())
    for cells in reader:
        if not any(cell.strip(" ;") for cell in cells):
            continue
        if len(cells) <= last:
            raise UsageError(
                say(
                    "{file}:{line_num}: expected {count} cells, found {count_2}",
                    file=file,
                    line_num=reader.line_num,
                    count=len(names),
                    count_2=len(cells),
                )
            )
        yield reader.line_num, {name: cells[place].strip() for name, place in places.items()}
