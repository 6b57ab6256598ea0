"""A letter that asks for what is open, and what its answers make of the case."""

import io
import re
import subprocess
from pathlib import Path

import docx
import pytest

from convenio import load_case, load_pack
from convenio.cli import main
from convenio.errors import UsageError
from convenio.facts.case import Case
from convenio.interview.editing import with_answers
from convenio.interview.letter import due_date, mark_in

HEAD = """# mine
case: deal
title: A deal
as_of: 2024-02-14
deal:
  elements: [status_of_forces]   # the title says so
  form: treaty
parties: [{country: USA, role: sending}, {country: ECU, role: host}]
terms:
  duration_years: null   # not read to the end
"""


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "deal.yaml"
    path.write_text(HEAD)
    return path


def written(case: Path, name: str, *more: str) -> Path:
    path = case.parent / name
    dates = ["--on", "2024-03-01", "--deadline", "20d"]
    assert main(["letter", str(case), *dates, "-o", str(path), *more]) == 0
    return path


def fill(path: Path, answers: dict[str, tuple[str, str, str]]) -> None:
    """Fill in answers, their places and refusals, as a clerk does."""
    if path.suffix == ".docx":
        document = docx.Document(str(path))
        for table in document.tables:
            texts = answers.get(table.cell(0, 1).text, ())
            for row, text in enumerate(texts, start=1):
                table.cell(row, 1).text = text or table.cell(row, 1).text
        document.save(str(path))
        return
    lines = path.read_text().splitlines()
    for number, line in enumerate(lines):
        match = re.match(r"- \*\*[^*]*\*\* `(.*)`", line)
        for further, text in enumerate(answers.get(match[1], ()) if match else (), start=1):
            lines[number + further] += f" {text}" if text else ""
    path.write_text("\n".join(lines) + "\n")


def returned(case: Path, letter: Path, *more: str) -> Case:
    out = case.parent / "new.yaml"
    assert main(["answers", str(case), str(letter), "-o", str(out), *more]) == 0
    return load_case(out, load_pack("core"))


def test_it_numbers_and_groups_questions_and_says_why(case: Path) -> None:
    text = written(case, "letter.md").read_text()
    numbers = [int(number) for number in re.findall(r"^### (\d+)\.", text, re.M)]
    assert numbers == list(range(1, len(numbers) + 1))
    groups = ["What the ministry alone knows", "What the text and its annexes say", "What acts"]
    places = [text.index(f"## {group}") for group in groups]
    assert places == sorted(places)
    assert text.count("What hangs on it: ") == len(numbers)
    assert "Answer requested by: 21 March 2024" in text
    assert "`terms.duration_years`" in text
    assert "`value.total`" not in text, "these elements do not raise it"


def test_its_ground_is_the_constitution_of_the_country(case: Path) -> None:
    text = written(case, "letter.md").read_text()
    assert "Ecuador: Constitution of the Republic of Ecuador (2008), Art. 18(2)" in text
    case.write_text(HEAD.replace("ECU", "SUR"))
    text = written(case, "letter.md").read_text()
    assert "Suriname: the rule pack holds no article on access to information" in text
    case.write_text(HEAD.replace("ECU, role: host", "ECU, role: facilitator"))
    assert "no legal ground is known" in written(case, "letter.md").read_text()


@pytest.mark.parametrize("name", ["letter.md", "letter.docx"])
def test_answered_refused_and_asked_are_kept_apart(name: str, case: Path, capsys) -> None:
    letter = written(case, name, "--lang", "es")
    fill(
        letter,
        {
            "terms.duration_years": ("5", "art. 12", ""),
            "text.annexes": ("", "", "reserva de ley"),
            "presence.ceiling": ("____", "", ""),
            "immunity.victim_remedy": ("Sí", "", ""),
        },
    )
    capsys.readouterr()
    found = returned(case, letter, "--on", "2024-03-25")
    shown = capsys.readouterr().out
    years = found.facts["terms.duration_years"]
    assert (years.value, years.provenance.at) == (5, "art. 12")
    assert years.provenance.source == "reply-2024-03-01"
    assert found.sources["reply-2024-03-01"].date == "2024-03-25"
    assert found.facts["immunity.victim_remedy"].value is True
    assert found.facts["text.annexes"].state == "undisclosed"
    assert found.facts["text.annexes"].provenance.note == "reserva de ley"
    asked = found.facts["presence.ceiling"]
    assert asked.state == "asked"
    assert asked.provenance.asked_on.isoformat() == "2024-03-01"
    assert "21 de marzo de 2024" in asked.provenance.note
    assert "Answered: 2" in shown
    assert "Refused: 1" in shown
    assert "Silence: the answer was due by 21 March 2024, 4 days ago." in shown


def test_before_the_deadline_there_is_no_silence(case: Path, capsys) -> None:
    found = returned(case, written(case, "letter.md"), "--on", "2024-03-10")
    shown = capsys.readouterr().out
    assert "An answer is due by 21 March 2024." in shown
    assert "Silence" not in shown
    assert found.facts["terms.duration_years"].provenance.note is None


def test_comments_of_the_case_stay_and_the_case_itself_too(case: Path) -> None:
    letter = written(case, "letter.md", "--mark", str(case.parent / "asked.yaml"))
    fill(letter, {"terms.duration_years": ("5", "", "")})
    returned(case, letter)
    assert case.read_text() == HEAD
    text = (case.parent / "new.yaml").read_text()
    assert text.startswith("# mine\ncase: deal\n")
    assert "# the title says so" in text
    marked = load_case(case.parent / "asked.yaml", load_pack("core"))
    assert marked.facts["terms.duration_years"].state == "asked"
    again = written(case.parent / "asked.yaml", "again.md").read_text()
    assert "Asked on 1 March 2024; nobody has answered." in again


def test_a_fact_of_an_entry_is_asked_and_answered(tmp_path: Path) -> None:
    from convenio.documents import parse_document
    from convenio.errors import CaseError
    from convenio.interview.questions import value_node

    text = HEAD + "activities:\n  items: [{kind: naval}, {kind: air, live_fire: null}]\n"
    root = parse_document(text.encode(), "case.yaml", CaseError).root
    changed = with_answers(text, root, {"activities[1].live_fire": value_node("true")})
    (tmp_path / "case.yaml").write_text(changed)
    rows = load_case(tmp_path / "case.yaml").facts["activities"].elements
    assert rows[1].fields["live_fire"].value is True
    assert changed.startswith("# mine\n")


@pytest.mark.parametrize(
    ("path", "answer", "told"),
    [
        ("terms.duration_years", "as long as it takes", "expected a number; found as long as"),
        ("immunity.victim_remedy", "perhaps", "expected yes or no; found perhaps"),
    ],
)
def test_an_answer_that_cannot_be_read_is_named(
    path: str, answer: str, told: str, case: Path, capsys
) -> None:
    letter = written(case, "letter.docx")
    fill(letter, {path: (answer, "", "")})
    out = case.parent / "new.yaml"
    assert main(["answers", str(case), str(letter), "-o", str(out)]) == 3
    shown = capsys.readouterr().err
    assert re.search(rf"letter\.docx: question \d+: {path}: ", shown)
    assert told in shown
    assert not out.exists()


def test_what_is_no_letter_or_of_another_case_is_refused(case: Path, tmp_path: Path, capsys):
    letter, out = written(case, "letter.md"), str(tmp_path / "new.yaml")
    (tmp_path / "other.yaml").write_text(HEAD.replace("case: deal", "case: other"))
    assert main(["answers", str(tmp_path / "other.yaml"), str(letter), "-o", out]) == 2
    assert "the letter asks about deal" in capsys.readouterr().err
    (tmp_path / "plain.md").write_text("# Hello\n")
    assert main(["answers", str(case), str(tmp_path / "plain.md"), "-o", out]) == 3
    (tmp_path / "broken.docx").write_bytes(b"PK")
    assert main(["answers", str(case), str(tmp_path / "broken.docx"), "-o", out]) == 3
    assert main(["answers", str(case), str(letter), "-o", str(case)]) == 2


def test_a_form_brings_answers_too(case: Path, tmp_path: Path, capsys) -> None:
    import openpyxl

    form = tmp_path / "form.xlsx"
    assert main(["form", str(case), "-o", str(form)]) == 0
    book = openpyxl.load_workbook(form)
    for page in book.worksheets[:2]:
        for row in page.iter_rows(max_col=6):
            if row[0].value == "terms.duration_years":
                row[3].value, row[5].value = 7, None
            if row[0].value == "text.annexes":
                row[5].value = "not disclosed"
    book.save(form)
    capsys.readouterr()
    found = returned(case, form)
    assert found.facts["terms.duration_years"].value == 7
    assert found.facts["text.annexes"].state == "undisclosed"
    shown = capsys.readouterr().out
    assert "Answered: 1" in shown
    assert "Refused: 1" in shown
    assert "# the title says so" in (tmp_path / "new.yaml").read_text()


def test_deadlines(case: Path, capsys) -> None:
    import datetime as dt

    on = dt.date(2024, 3, 1)
    assert due_date("20d", on) == due_date("2024-03-21", on) == dt.date(2024, 3, 21)
    for wrong in ("20", "soon", "2024-02-01", "99999d"):
        with pytest.raises(UsageError):
            due_date(wrong, on)
    assert mark_in("convenio/letter/1; case=a; pack=b; lang=es; on=x; due=2024-03-21") is None


def test_the_same_letter_has_the_same_bytes(case: Path) -> None:
    first = written(case, "a.docx").read_bytes()
    assert first == written(case, "b.docx").read_bytes()


def test_libreoffice_saves_it_with_its_answers(case: Path, tmp_path: Path) -> None:
    letter = written(case, "letter.docx")
    fill(letter, {"terms.duration_years": ("5", "art. 12", "")})
    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"),
            *("--convert-to", "docx", "--outdir", str(tmp_path / "saved"), str(letter)),
        ],
        check=True,
        capture_output=True,
    )
    saved = tmp_path / "saved" / "letter.docx"
    assert len(docx.Document(io.BytesIO(saved.read_bytes())).tables) > 3
    assert returned(case, saved).facts["terms.duration_years"].value == 5
