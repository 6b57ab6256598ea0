"""Reads the files in which published indices are given out, for the tables made of them."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from convenio.errors import UsageError, nearest_name

OLDEST = 3
"""Years after which a figure says nothing any more (docs/semantics.md, "Context")."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Tables that were made: their texts by name, the states and years in them, names left out."""

    texts: Mapping[str, str]
    states: int
    years: tuple[int, int]
    skipped: tuple[str, ...]


def index_text(file: Path) -> str:
    """Return the text of a file in UTF-8, or else in Windows-1252.

    Raises UsageError where the file can't be read.
    """
    try:
        data = file.read_bytes()
    except OSError as fault:
        raise UsageError(f"{file}: can't be read: {fault.strerror or fault}") from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def digest_of(content: str) -> str:
    """Return the SHA-256 of what was read, which a table names as its source."""
    return hashlib.sha256(content.encode()).hexdigest()


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
        raise UsageError(f"{file}: no {what}; no {', '.join(hints)}")
    places = {name: names.index(name) for name in wanted}
    last = max(places.values())
    for cells in reader:
        if not any(cell.strip(" ;") for cell in cells):
            continue
        if len(cells) <= last:
            raise UsageError(
                f"{file}:{reader.line_num}: expected {len(names)} cells, found {len(cells)}"
            )
        yield reader.line_num, {name: cells[place].strip() for name, place in places.items()}
