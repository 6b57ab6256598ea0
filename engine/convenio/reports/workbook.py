"""Tables as a workbook: one sheet for each block, texts as texts."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence

from convenio.errors import UsageError
from convenio.messages import say
from convenio.reports.blocks import Block

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\\\]")
_LONGEST_NAME = 31
_LONGEST_TEXT = 32_767
_WIDEST = 60
_MADE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""A workbook bears no time of its making: the same tables give the same bytes."""


def as_workbook(title: str, blocks: Sequence[Block]) -> bytes:
    """Return blocks as an Excel workbook. What looks like a formula stays text.

    Raises UsageError where the library that writes it is not installed.
    """
    try:
        import xlsxwriter
    except ModuleNotFoundError:
        message = say("Excel needs xlsxwriter: pip install 'convenio[documents]'")
        raise UsageError(message) from None
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, {**options, "strings_to_numbers": False}) as workbook:
        workbook.set_properties({"title": title[:200], "author": "Convenio", "created": _MADE})
        bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        plain = workbook.add_format({"text_wrap": True, "valign": "top"})
        for name, block in zip(_names(title, blocks), blocks, strict=True):
            sheet = workbook.add_worksheet(name)
            row = 0
            for sentence in block.sentences:
                sheet.write_string(row, 0, sentence[:_LONGEST_TEXT])
                row += 1
            for column, heading in enumerate(block.columns):
                sheet.write_string(row, column, heading, bold)
                cells = [line[column] for line in block.rows if column < len(line)]
                widest = max((len(cell) for cell in [heading, *cells]), default=10)
                sheet.set_column(column, column, min(widest + 2, _WIDEST))
            if block.columns:
                sheet.freeze_panes(row + 1, 1)
                row += 1
            for line in block.rows:
                for column, cell in enumerate(line):
                    sheet.write_string(row, column, cell[:_LONGEST_TEXT], plain)
                row += 1
    return buffer.getvalue()


def _names(title: str, blocks: Sequence[Block]) -> Iterable[str]:
    """Yield a name for each sheet: its heading, as far as a sheet may be called so."""
    taken: set[str] = set()
    for block in blocks:
        bare = _NOT_IN_NAMES.sub(" ", block.title or title).strip().strip("'") or "1"
        name, number = bare[:_LONGEST_NAME], 1
        while name.lower() in taken:
            number += 1
            name = f"{bare[: _LONGEST_NAME - 4]} {number}"
        taken.add(name.lower())
        yield name
