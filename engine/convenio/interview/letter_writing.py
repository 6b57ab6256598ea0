"""Writes a letter as Word or Markdown, with fields that are read back."""

from __future__ import annotations

from typing import Any

from convenio.interview.letter import Asking, Letter
from convenio.reports.markdown import plain
from convenio.reports.word import new_document, saved

_LABEL_WIDTH = 1_600_000
_ANSWER_WIDTH = 3_850_000
"""Widths in English Metric Units, 914,400 an inch: together a page without its margins."""


def as_markdown(letter: Letter) -> str:
    """Return a letter as Markdown."""
    lines = [f"# {plain(letter.title)}", ""]
    lines += [line for text in letter.opening for line in (plain(text), "")]
    lines += [f"## {plain(letter.ground_title)}", ""]
    lines += [*(f"* {plain(text)}" for text in letter.ground), ""]
    for group in letter.groups:
        lines += [f"## {plain(group.title)}", ""]
        for asking in group.questions:
            lines += _markdown_question(asking, letter)
    lines += [line for text in letter.closing for line in (plain(text), "")]
    return "\n".join([*lines, f"`{letter.mark}`", ""])


def _markdown_question(asking: Asking, letter: Letter) -> list[str]:
    reference, answer, place, refused = letter.labels
    return [
        f"### {asking.number}. {plain(asking.ask)}",
        "",
        *(line for text in asking.why for line in (plain(text), "")),
        f"*{plain(asking.how)}*",
        "",
        f"- **{plain(reference)}:** `{asking.where}`",
        f"- **{plain(answer)}:**",
        f"- **{plain(place)}:**",
        f"- **{plain(refused)}:**",
        "",
    ]


def as_word(letter: Letter) -> bytes:
    """Return a letter as a Word document, a table with room for the answer below each question."""
    document = new_document(letter.title, letter.mark.on)
    _as_letter(document)
    for text in letter.opening:
        document.add_paragraph(text)
    document.add_heading(letter.ground_title, level=1)
    for text in letter.ground:
        document.add_paragraph(text, style="List Bullet")
    for group in letter.groups:
        document.add_heading(group.title, level=1)
        for asking in group.questions:
            _word_question(document, asking, letter)
    for text in letter.closing:
        document.add_paragraph(text)
    _small(document.add_paragraph(), str(letter.mark))
    return saved(document)


def _as_letter(document: Any) -> None:
    """Set a document as offices write letters: narrow margins, ten points, a modest title."""
    from docx.shared import Cm, Pt

    for section in document.sections:
        section.left_margin = section.right_margin = Cm(2.2)
        section.top_margin = section.bottom_margin = Cm(2)
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Normal"].paragraph_format.space_after = Pt(3)
    document.styles["Title"].font.size = Pt(16)
    document.styles["Heading 1"].font.size = Pt(12)


def _word_question(document: Any, asking: Asking, letter: Letter) -> None:
    question = document.add_paragraph()
    question.add_run(f"{asking.number}. {asking.ask}").bold = True
    question.paragraph_format.keep_with_next = True
    for text in asking.why:
        why = document.add_paragraph(text)
        why.paragraph_format.keep_with_next = True
        why.paragraph_format.space_after = 0
    how = document.add_paragraph()
    _small(how, asking.how)
    how.paragraph_format.keep_with_next = True
    table = document.add_table(rows=4, cols=2)
    table.style = "Table Grid"
    table.autofit = False
    table.columns[0].width, table.columns[1].width = _LABEL_WIDTH, _ANSWER_WIDTH
    values = (asking.where, "\n", "", "")
    for row, label, value in zip(table.rows, letter.labels, values, strict=True):
        row.cells[0].width, row.cells[1].width = _LABEL_WIDTH, _ANSWER_WIDTH
        _keep_whole(row)
        _small(row.cells[0].paragraphs[0], label)
        if value == asking.where:
            _small(row.cells[1].paragraphs[0], value)
        else:
            row.cells[1].text = value
    for row in table.rows[:-1]:
        for cell in row.cells:
            for paragraph in cell.paragraphs:
                paragraph.paragraph_format.keep_with_next = True
    document.add_paragraph()


def _keep_whole(row: Any) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _small(paragraph: Any, text: str) -> None:
    from docx.shared import Pt

    paragraph.add_run(text).font.size = Pt(8)
