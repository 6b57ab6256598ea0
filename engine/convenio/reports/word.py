"""A Word document of headings, paragraphs and tables, which a clerk can edit."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from typing import Any

from convenio.errors import UsageError
from convenio.reports.blocks import Block

_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)


def as_word(title: str, blocks: Sequence[Block], day: dt.date) -> bytes:
    """Return blocks as a Word document, with real headings, tables and styles.

    `day` is the date that the document bears. The same blocks give the same bytes.

    Raises UsageError where the extra `convenio[documents]` is not installed.
    """
    document = new_document(title, day)
    for block in blocks:
        if block.title:
            document.add_heading(block.title, level=1)
        for sentence in block.sentences:
            document.add_paragraph(sentence)
        if block.rows:
            _add_table(document, block)
    return saved(document)


def new_document(title: str, day: dt.date) -> Any:
    """Return a Word document that bears a title and a date, to be gone on with.

    Raises UsageError where the extra `convenio[documents]` is not installed.
    """
    try:
        from docx import Document
    except ModuleNotFoundError:
        raise UsageError("Word needs python-docx: pip install 'convenio[documents]'") from None
    document = Document()
    properties = document.core_properties
    properties.title, properties.author, properties.comments = title, "Convenio", ""
    moment = dt.datetime(day.year, day.month, day.day)
    properties.created = properties.modified = moment
    document.add_heading(title, level=0)
    return document


def saved(document: Any) -> bytes:
    """Return a Word document as the bytes of its file, the same for the same content."""
    buffer = io.BytesIO()
    document.save(buffer)
    return _without_times(buffer.getvalue())


def _add_table(document: object, block: Block) -> None:
    table = document.add_table(rows=1, cols=len(block.columns))  # type: ignore[attr-defined]
    table.style = "Table Grid"
    for cell, name in zip(table.rows[0].cells, block.columns, strict=True):
        cell.text = ""
        cell.paragraphs[0].add_run(name).bold = True
    _repeat_on_each_page(table.rows[0])
    for row in block.rows:
        for cell, text in zip(table.add_row().cells, row, strict=False):
            cell.text = text


def _repeat_on_each_page(row: object) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # type: ignore[attr-defined]


def _without_times(data: bytes) -> bytes:
    """Return the same archive with no trace of when it was written."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as given,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for entry in given.infolist():
            plain = zipfile.ZipInfo(entry.filename, _FIRST_DAY_OF_ZIP)
            plain.compress_type = zipfile.ZIP_DEFLATED
            made.writestr(plain, given.read(entry))
    return buffer.getvalue()
