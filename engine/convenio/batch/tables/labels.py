"""Tells a line of labels, as stands below a line of names, from a case."""

from __future__ import annotations

import re
from collections.abc import Sequence

from convenio.backends.frames.columns import AS_OF, ID
from convenio.batch.tables.columns import Columns, words
from convenio.batch.tables.values import TRUTHS

_TEXTS = ("", "text", "list of texts, or a text with ; between the members")
_OF_IDS = frozenset(
    {"id", "identifier", "identificador", "code", "codigo", "código", "case", "caso", "no", "nr"}
)
_OF_DATES = frozenset({"date", "fecha", "data"})
_IN_BRACKETS = re.compile(r"^\s*[(\[].*[)\]]\s*$")
_STEM = 5
"""Words that begin with as many letters in common are taken for forms of one word."""


def is_of_labels(cells: Sequence[str], names: Sequence[str], columns: Columns) -> bool:
    """Tell whether a line says what columns are, and so is no case.

    No cell of it may be a value of a column of numbers, dates or truths; and two cells at least,
    half of those that are filled, tell of their own column: they share a word with its name, or
    stand in brackets as units do. Anything less is read as a row, which is an error where its
    cells can't stand in their columns.
    """
    filled = [
        (meant, cell)
        for name, cell in zip(names, cells, strict=False)
        if (meant := columns.named(name)) is not None and cell.strip()
    ]
    if any(_may_be_a_value(cell, columns.kind(name)) for name, cell in filled):
        return False
    telling = sum(_tells_of(cell, name) for name, cell in filled)
    return telling >= 2 and 2 * telling >= len(filled)


def _may_be_a_value(cell: str, kind: str) -> bool:
    if kind == "Boolean":
        return cell.strip().casefold() in TRUTHS
    return kind not in _TEXTS and any(letter.isdigit() for letter in cell)


def _tells_of(cell: str, name: str) -> bool:
    said = words(cell)
    if _IN_BRACKETS.match(cell):
        return True
    if name == ID:
        return bool(said) and set(said) <= _OF_IDS
    own = words(name.rpartition(".")[2])
    if name == AS_OF:
        return bool(_OF_DATES & set(said)) or said == own
    stems = {word[:_STEM] for word in own if len(word) >= _STEM - 1}
    return any(word[:_STEM] in stems for word in said)
