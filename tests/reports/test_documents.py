"""The brief as PDF, Word and Markdown: the same words and bytes each time, nothing fetched."""

import zipfile
from pathlib import Path

import docx
import pypdfium2
import pytest

from convenio.cli import main
from convenio.reports import pdf

ROOT = Path(__file__).parents[2]
COLOMBIA = ROOT / "cases" / "us-colombia-dca-2009.yaml"
PACK = str(ROOT / "tests" / "batch" / "small_pack")
HOSTILE = """case: hostile
title: "<script>alert(1)</script> & <img src='file:///etc/passwd'>"
as_of: 2020-01-01
summary: "</style><link rel=stylesheet href='http://example.org/x.css'> ]]> _x_ | y"
deal: {elements: [arms_sale], form: contract}
"""


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    file = tmp_path / "hostile.yaml"
    file.write_text(HOSTILE)
    return file


def brief(case: Path, output: Path, *more: str) -> bytes:
    assert main(["brief", str(case), "-o", str(output), *more]) == 0
    return output.read_bytes()


def words_of_word(file: Path) -> str:
    document = docx.Document(str(file))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def words_of_pdf(file: Path) -> list[str]:
    with pypdfium2.PdfDocument(file) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


@pytest.mark.parametrize("ending", [".pdf", ".docx", ".md"])
def test_the_same_case_gives_the_same_bytes(ending, hostile, tmp_path):
    one, two = (brief(hostile, tmp_path / f"{n}{ending}", "--pack", PACK) for n in "ab")
    assert one == two


def test_a_brief_as_pdf_has_four_sheets_bookmarks_and_page_numbers(tmp_path):
    file = tmp_path / "brief.pdf"
    brief(COLOMBIA, file)
    sheets = words_of_pdf(file)
    assert len(sheets) <= 4
    assert "Critical, established whatever is presumed" in sheets[0]
    assert all(f"{number} / {len(sheets)}" in text for number, text in enumerate(sheets, 1))
    with pypdfium2.PdfDocument(file) as document:
        titles = [entry.get_title() for entry in document.get_toc()]
        # What a reader for the blind needs: the order of headings, paragraphs and tables.
        assert document.is_tagged()
    assert "Family by family" in titles
    annexed = tmp_path / "annex.pdf"
    brief(COLOMBIA, annexed, "--annex")
    assert "The condition, word for word" in "".join(words_of_pdf(annexed))


def test_a_brief_as_word_can_be_edited(tmp_path):
    file = tmp_path / "brief.docx"
    brief(COLOMBIA, file)
    document = docx.Document(str(file))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings[:2] == ["Verdict", "The deal in five facts"]
    assert "Sign-off" in headings
    assert document.core_properties.title.startswith("Supplemental agreement")
    assert document.core_properties.created.year == 2009
    assert {table.style.name for table in document.tables} == {"Table Grid"}
    assert "Secret text, foreign presence and immunity together" in words_of_word(file)
    with zipfile.ZipFile(file) as archive:
        assert {entry.date_time[0] for entry in archive.infolist()} == {1980}


def test_all_formats_say_the_same(tmp_path):
    texts = {}
    for ending in (".pdf", ".docx", ".md"):
        file = tmp_path / f"brief{ending}"
        brief(COLOMBIA, file)
        texts[ending] = (
            "".join(words_of_pdf(file))
            if ending == ".pdf"
            else words_of_word(file)
            if ending == ".docx"
            else file.read_text()
        )
    for sentence in (
        "28 of 72 tests could be run",
        "In force without the approval that the law requires",
        "When was the recipient's legislature informed?",
        "The rating is of the deal, never of a country.",
    ):
        for ending, text in texts.items():
            flat = " ".join(text.replace("\\", "").split()).replace("’", "'")
            assert sentence in flat, ending


def test_hostile_text_is_text_in_every_format(hostile, tmp_path):
    for ending in (".pdf", ".docx", ".md"):
        brief(hostile, tmp_path / f"b{ending}", "--pack", PACK)
    assert "<script>alert(1)</script>" in words_of_word(tmp_path / "b.docx")
    assert "<script>alert(1)</script>" in words_of_pdf(tmp_path / "b.pdf")[0]
    markdown = (tmp_path / "b.md").read_text()
    assert "<script>" not in markdown.replace("\\<", "")


def test_nothing_is_fetched_for_a_pdf(tmp_path):
    picture = tmp_path / "picture.svg"
    picture.write_text("<svg xmlns='http://www.w3.org/2000/svg'><text y='9'>secret</text></svg>")
    page = f"<html lang=en><title>x</title><p>shown</p><img alt=x src='{picture.as_uri()}'></html>"
    file = tmp_path / "b.pdf"
    file.write_bytes(pdf.as_pdf(page))
    assert "shown" in words_of_pdf(file)[0]
    assert "secret" not in words_of_pdf(file)[0]


@pytest.mark.parametrize(("ending", "module"), [(".pdf", "weasyprint"), (".docx", "docx")])
def test_what_is_not_installed_is_named(ending, module, hostile, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(__import__("sys").modules, module, None)
    output = tmp_path / f"b{ending}"
    assert main(["brief", str(hostile), "-o", str(output), "--pack", PACK]) == 2
    assert "pip install 'convenio[documents]'" in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.parametrize("case", sorted(path.stem for path in (ROOT / "cases").glob("*.yaml")))
def test_a_card_is_spoken_in_ninety_seconds(case, tmp_path):
    file = tmp_path / "card.md"
    brief(ROOT / "cases" / f"{case}.yaml", file, "--card")
    text = file.read_text()
    words = [word for word in text.split() if word.strip("#")]
    assert 20 <= len(words) <= 130
    assert "## Verdict" in text
    assert "## Questions to put" in text


def test_a_card_is_one_sheet_in_every_format(tmp_path):
    for ending in (".pdf", ".docx", ".html"):
        brief(COLOMBIA, tmp_path / f"card{ending}", "--card")
    assert len(words_of_pdf(tmp_path / "card.pdf")) == 1
    assert "Secret text, foreign presence and immunity together" in words_of_word(
        tmp_path / "card.docx"
    )
