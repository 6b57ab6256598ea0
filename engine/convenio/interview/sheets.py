"""A form as sheets of cells, whatever program writes or reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

CellValue = str | float | bool | dt.date | None
"""What a cell holds. Texts are never computed, whatever they begin with."""

Style = Literal["text", "date", "number", "share"]
"""How a cell is formatted: as text, whatever is typed, unless a date or a number stands in it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell to be filled in; `choices` are offered in a list, beside which all is allowed."""

    value: CellValue = None
    style: Style = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key, its heading, its width in characters. What is hidden is for reading."""

    key: str
    title: str
    width: int = 14
    hidden: bool = False
    fixed: bool = False
    """True where nothing is to be filled in."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row: a question, the heading of some, or a remark. `when` are the elements of the deal
    that raise it, in words (all where there are none).
    """

    cells: Mapping[str, Cell]
    kind: Literal["question", "heading", "remark"] = "question"
    when: tuple[str, ...] = ()
    is_out: bool = False
    """True where the question may not be answered, as things stand."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet with a head and rows; `blank` rows more are made ready to be filled in."""

    key: str
    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    blank: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """A whole form.

    `settings` say what the form is of; `carried` are parts of the case that no cell can show, by
    the keys that cells name them with.
    """

    sheets: tuple[Sheet, ...]
    settings: Mapping[str, str]
    carried: Mapping[str, str]
    elements: tuple[str, str] = ("", "")
    """The key of the sheet and the path of the row that hold the elements of the deal."""


@dataclass(frozen=True, slots=True)
class FilledSheet:
    """A sheet that was read: all its rows, the head first."""

    title: str
    rows: Sequence[tuple[CellValue, ...]]


@dataclass(frozen=True, slots=True)
class FilledForm:
    """A form that was read."""

    sheets: tuple[FilledSheet, ...]
    settings: Mapping[str, str]
    carried: Mapping[str, str]


def letter_of(number: int) -> str:
    """Return the letters of a column, counted from 0.

    >>> letter_of(0), letter_of(27)
    ('A', 'AB')
    """
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
