"""Writes a form as a workbook that Excel and LibreOffice open; nothing in it is computed."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Mapping, Sequence
from typing import Any

from convenio.errors import UsageError
from convenio.interview.form_words import CARRIED, CHOICES, FIRST, SETTINGS, SOURCES, FormWords
from convenio.interview.sheets import Cell, CellValue, Column, Form, Line, Sheet, letter_of
from convenio.messages import say

_BLANK_ROWS = 25
"""Rows that are made ready for further entries of a list."""

_HIGHEST = 180.0
"""Points of the highest row; longer texts are read in the line above the sheet."""

_PIECE = 30_000
"""Characters of one cell; a spreadsheet takes 32,767."""

_WHEN_MADE = dt.datetime(2000, 1, 1)
"""One date for all, so that the same form gives the same bytes."""

_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "in_memory": True,
}
_CHOSEN_ON_ANOTHER = {SOURCES: "key"}


def as_workbook(form: Form, words: FormWords) -> bytes:
    """Return a form as the bytes of an .xlsx file.

    Raises UsageError where the extra `convenio[documents]` is not installed.
    """
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        raise UsageError(
            say("a form needs xlsxwriter and openpyxl: pip install 'convenio[documents]'")
        ) from None
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, dict(_OPTIONS))
    book.set_properties({"title": words.titles[FIRST], "created": _WHEN_MADE})
    _Writer(book, form, words).write()
    book.close()
    return buffer.getvalue()


class _Writer:
    def __init__(self, book: Any, form: Form, words: FormWords) -> None:
        self._book = book
        self._form = form
        self._words = words
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._choices: dict[tuple[str, ...], str] = {}

    def write(self) -> None:
        sheets = [(sheet, self._book.add_worksheet(sheet.title)) for sheet in self._form.sheets]
        hidden = {name: self._book.add_worksheet(name) for name in (SETTINGS, CARRIED, CHOICES)}
        self._define_elements()
        for sheet, page in sheets:
            self._sheet(sheet, page)
        _put_rows(hidden[SETTINGS], list(self._form.settings.items()))
        _put_rows(hidden[CARRIED], list(_pieces(self._form.carried)))
        for column, words in enumerate(self._choices):
            for row, word in enumerate(words):
                hidden[CHOICES].write_string(row, column, word)
        for page in hidden.values():
            page.hide()

    def _define_elements(self) -> None:
        """Name the cell that holds the elements of the deal: formats of other sheets look at it."""
        key, path = self._form.elements
        for sheet in self._form.sheets:
            keys = [column.key for column in sheet.columns]
            for number, line in enumerate(sheet.lines, start=2):
                if sheet.key == key and line.cells.get("path", Cell()).value == path:
                    where = f"${letter_of(keys.index('value'))}${number}"
                    self._book.define_name("deal_elements", f"={_quoted(sheet.title)}!{where}")

    # --- one sheet -----------------------------------------------------------------------

    def _sheet(self, sheet: Sheet, page: Any) -> None:
        for number, column in enumerate(sheet.columns):
            options = {"hidden": 1} if column.hidden else {}
            page.set_column(number, number, column.width, self._format(num_format="@"), options)
            page.write_string(0, number, column.title, self._format(**_HEAD))
        page.set_row(0, 32)
        page.freeze_panes(1, _first_to_fill(sheet.columns))
        page.set_landscape()
        page.set_paper(9)
        page.fit_to_pages(1, 0)
        page.repeat_rows(0)
        for row, line in enumerate(sheet.lines, start=1):
            self._line(sheet, page, row, line)
        if sheet.blank:
            for row in range(len(sheet.lines) + 1, len(sheet.lines) + 1 + _BLANK_ROWS):
                self._line(sheet, page, row, Line(sheet.blank))
        self._offer(sheet, page)

    def _line(self, sheet: Sheet, page: Any, row: int, line: Line) -> None:
        if line.kind == "heading":
            page.set_row(row, 20, self._format(**_SECTION))
        elif line.kind == "question":
            page.set_row(row, _height(sheet, line))
        for number, column in enumerate(sheet.columns):
            cell = line.cells.get(column.key, Cell())
            look = self._look(cell, column, line)
            if cell.value is not None or line.kind == "question":
                _put(page, row, number, cell.value, look)
        if line.when and self._form.elements[0]:
            last = letter_of(len(sheet.columns) - 1)
            page.conditional_format(
                f"A{row + 1}:{last}{row + 1}",
                {"type": "formula", "criteria": _not_raised(line.when), "format": self._grey()},
            )

    def _look(self, cell: Cell, column: Column, line: Line) -> Any:
        if line.kind == "heading":
            return self._format(**_SECTION)
        if line.kind == "remark":
            return self._format(italic=True, num_format="@")
        look: dict[str, Any] = {"text_wrap": True, "valign": "top", "num_format": "@"}
        if isinstance(cell.value, dt.date):
            look |= {"num_format": self._words.date_format, "align": "left"}
        elif cell.style in ("number", "share"):
            look["num_format"] = _number_format(cell)
            look["align"] = "left"
        if column.fixed:
            look |= {"font_color": "#444444"} if column.key != "question" else {}
        elif column.key in line.cells:
            look |= {"bg_color": "#FFFDF0", "border": 1, "border_color": "#D8D2B8"}
        if line.is_out:
            look |= _GREY
        return self._format(**look)

    def _grey(self) -> Any:
        return self._format(**_GREY)

    def _format(self, **look: Any) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]

    # --- lists of words ------------------------------------------------------------------

    def _offer(self, sheet: Sheet, page: Any) -> None:
        """Offer words in lists; whatever else is typed stands, and is checked when it is read."""
        for number, column in enumerate(sheet.columns):
            runs = _runs(sheet, column)
            for first, last, choices in runs:
                source = self._source(column) if column.key == "source" else self._range(choices)
                rule = {"validate": "list", "source": source, "error_type": "information"}
                page.data_validation(first, number, last, number, {**rule, "show_error": False})

    def _source(self, column: Column) -> str:
        del column
        keys = [one.key for one in self._words.columns(SOURCES)]
        letter = letter_of(keys.index(_CHOSEN_ON_ANOTHER[SOURCES]))
        return f"={_quoted(self._words.titles[SOURCES])}!${letter}$2:${letter}$200"

    def _range(self, choices: tuple[str, ...]) -> str:
        if choices not in self._choices:
            letter = letter_of(len(self._choices))
            self._choices[choices] = f"={CHOICES}!${letter}$1:${letter}${len(choices)}"
        return self._choices[choices]


_HEAD = {
    "bold": True,
    "text_wrap": True,
    "valign": "vcenter",
    "bg_color": "#1F3A4D",
    "font_color": "#FFFFFF",
    "num_format": "@",
}
_SECTION = {"bold": True, "bg_color": "#E4EBF0", "valign": "vcenter", "num_format": "@"}
_GREY = {"font_color": "#9A9A9A", "bg_color": "#EEEEEE"}


def _height(sheet: Sheet, line: Line) -> float:
    """Return how high a row has to be for its texts; programs do not agree on doing it alone."""
    lines = 1
    for column in sheet.columns:
        value = line.cells.get(column.key, Cell()).value
        if isinstance(value, str) and not column.hidden:
            lines = max(lines, sum(1 + len(part) // column.width for part in value.split("\n")))
    return min(15.0 * lines, _HIGHEST)


def _runs(sheet: Sheet, column: Column) -> list[tuple[int, int, tuple[str, ...]]]:
    """Return which rows of a column offer which words."""
    lines = [*sheet.lines, *([Line(sheet.blank)] * _BLANK_ROWS if sheet.blank else [])]
    found: list[tuple[int, int, tuple[str, ...]]] = []
    for row, line in enumerate(lines, start=1):
        cell = line.cells.get(column.key, Cell())
        choices = cell.choices or ((SOURCES,) if column.key == "source" else ())
        if not choices or line.kind == "heading":
            continue
        if found and found[-1][1] == row - 1 and found[-1][2] == choices:
            found[-1] = (found[-1][0], row, choices)
        else:
            found.append((row, row, choices))
    return found


def _not_raised(when: Sequence[str]) -> str:
    """Return the formula that tells where none of a question's elements are in the deal."""
    padded = '"; "&deal_elements&";"'
    tests = (f"ISNUMBER(SEARCH({_literal(f'; {word};')},{padded}))" for word in when)
    return f'=AND(deal_elements<>"",NOT(OR({",".join(tests)})))'


def _literal(text: str) -> str:
    escaped = "".join(f"~{sign}" if sign in "?*~" else sign for sign in text)
    return '"' + escaped.replace('"', '""') + '"'


def _quoted(title: str) -> str:
    return "'" + title.replace("'", "''") + "'"


def _number_format(cell: Cell) -> str:
    if cell.style == "share" and isinstance(cell.value, float):
        return "0%" if (cell.value * 100).is_integer() else "0.0##%"
    return "General"


def _first_to_fill(columns: Sequence[Column]) -> int:
    return next((n for n, column in enumerate(columns) if column.key == "value"), 0)


def _put(page: Any, row: int, column: int, value: CellValue, look: Any = None) -> None:
    if value is None:
        page.write_blank(row, column, None, look)
    elif isinstance(value, dt.date):
        page.write_datetime(row, column, dt.datetime(value.year, value.month, value.day), look)
    elif isinstance(value, float):
        page.write_number(row, column, value, look)
    else:
        page.write_string(row, column, str(value), look)


def _put_rows(page: Any, rows: Sequence[Sequence[str]]) -> None:
    for number, texts in enumerate(rows):
        for column, text in enumerate(texts):
            page.write_string(number, column, text)


def _pieces(carried: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what is carried in pieces that a cell can hold, each under its key."""
    return [
        (key, _guarded(text[start : start + _PIECE]))
        for key, text in carried.items()
        for start in range(0, len(text), _PIECE)
    ]


def _guarded(piece: str) -> str:
    """Mark a piece, so that its spaces at both ends stay."""
    return f"|{piece}|"
