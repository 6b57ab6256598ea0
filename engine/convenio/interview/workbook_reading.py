"""Reads the cells of a workbook that somebody filled in; what may not be in one is refused."""

from __future__ import annotations

import datetime as dt
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from convenio.errors import CaseError, Position, Problem, UsageError, shorten
from convenio.files import read_at_most
from convenio.interview.form_words import CARRIED, CHOICES, SETTINGS
from convenio.interview.packed import check_parts
from convenio.interview.sheets import CellValue, FilledForm, FilledSheet, letter_of
from convenio.messages import say

MAX_BYTES = 5_000_000
MAX_ROWS = 5_000
MAX_COLUMNS = 100
MAX_CELLS = 150_000

_UNREADABLE = say("is no workbook that can be read")


def read_workbook(path: Path) -> FilledForm:
    """Return what stands in the cells of a form.

    Raises CaseError where the file is no workbook of a form, or holds what a form has not: macros,
    links, formulas, more than can be answered.
    """
    data = read_at_most(path, MAX_BYTES, say("the form"))
    name = str(path)
    check_parts(data, name, _UNREADABLE)
    try:
        from openpyxl import load_workbook
    except ModuleNotFoundError:
        raise UsageError(
            say("a form needs xlsxwriter and openpyxl: pip install 'convenio[documents]'")
        ) from None
    with warnings.catch_warnings():
        # openpyxl warns of parts that it leaves out, of which none is needed here.
        warnings.simplefilter("ignore")
        try:
            book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            sheets = {page.title: tuple(_rows(page, name)) for page in book.worksheets}
        except CaseError:
            raise
        except Exception:
            # A damaged workbook can fail at any place of any of its parts.
            raise _fault(name, _UNREADABLE) from None
    if SETTINGS not in sheets:
        raise _fault(name, say("is no form: convenio form -o FILE.xlsx writes one"))
    settings = {str(row[0]): str(row[1] or "") for row in sheets[SETTINGS] if len(row) > 1}
    hidden = (SETTINGS, CARRIED, CHOICES)
    filled = tuple(FilledSheet(t, rows) for t, rows in sheets.items() if t not in hidden)
    return FilledForm(filled, settings, _carried(sheets.get(CARRIED, ())))


def _carried(rows: tuple[tuple[CellValue, ...], ...]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        if len(row) > 1 and row[0] is not None:
            found[str(row[0])] = found.get(str(row[0]), "") + str(row[1] or "")[1:-1]
    return found


def _rows(page: Any, name: str) -> Iterator[tuple[CellValue, ...]]:
    # What the sheet says of its size may be wrong; the cells are counted instead.
    page.reset_dimensions()
    count = 0
    for number, row in enumerate(page.iter_rows(), start=1):
        if number > MAX_ROWS or len(row) > MAX_COLUMNS:
            raise _too_much(name, page.title)
        values = tuple(_value(cell, page.title, number, n, name) for n, cell in enumerate(row))
        count += sum(value is not None for value in values)
        if count > MAX_CELLS:
            raise _too_much(name, page.title)
        yield values


def _too_much(name: str, title: str) -> CaseError:
    expected = say(
        "at most {rows:,} rows and {columns} columns", rows=MAX_ROWS, columns=MAX_COLUMNS
    )
    return _fault(f"{name}: {shorten(title)}", say("the sheet is too large"), expected)


def _value(cell: Any, title: str, row: int, column: int, name: str) -> CellValue:
    value = cell.value
    if value is None or value == "":
        return None
    where = f"{name}: {title}!{letter_of(column)}{row}"
    if cell.data_type == "f":
        raise _fault(where, say("a formula"), say("an answer"), shorten(str(value)))
    if cell.data_type == "e":
        raise _fault(where, say("an error of the spreadsheet"), say("an answer"), str(value))
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    raise _fault(where, say("a time of day"), say("an answer"), str(value))


def _fault(where: str, message: str, expected: str = "", found: str = "") -> CaseError:
    return CaseError([Problem(Position(where), "", message, expected, found)])
