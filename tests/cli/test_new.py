"""Writing a case by answering questions."""

import builtins
import io
from pathlib import Path

import pytest

from convenio import assess, load_case, load_pack
from convenio.cli import main


@pytest.fixture
def answers(monkeypatch):
    def give(*lines: str) -> None:
        remaining = iter(lines)

        def read(_prompt: str = "") -> str:
            try:
                return next(remaining)
            except StopIteration:
                raise EOFError from None

        monkeypatch.setattr(builtins, "input", read)

    return give


def test_the_first_answers_make_a_case_that_can_be_assessed(tmp_path: Path, answers, capsys):
    path = tmp_path / "deal.yaml"
    answers(
        "A deal",
        "2024-05-01",
        "disaster_relief",
        "gazette",
        "art. 1",
        "Official Gazette",
        "treaty",
        "",
        "signed",
        "",
    )
    assert main(["new", str(path)]) == 0
    pack = load_pack("core")
    case = load_case(path, pack)
    fact = case.facts["deal.elements"]
    assert fact.value == ("disaster_relief",)
    assert (fact.provenance.source, fact.provenance.at) == ("gazette", "art. 1")
    assert case.sources["gazette"].title == "Official Gazette"
    assert path.read_text().startswith("# yaml-language-server: $schema=")
    assert assess(case, pack).floor == "low"


def test_it_goes_on_where_it_stopped_and_keeps_comments(tmp_path: Path, answers, capsys):
    path = tmp_path / "deal.yaml"
    path.write_text(
        "case: deal\ntitle: A deal\nas_of: 2024-05-01\n"
        "deal:  # my own note\n  elements: [disaster_relief]\n\n# another note\n"
    )
    answers("contract", "")
    main(["new", str(path)])
    text = path.read_text()
    assert "deal:  # my own note\n  elements: [disaster_relief]\n  form: contract\n" in text
    assert "# another note" in text


def test_a_wrong_answer_is_explained_and_asked_again(tmp_path: Path, answers, capsys):
    path = tmp_path / "deal.yaml"
    path.write_text("case: deal\ntitle: A deal\nas_of: 2024-05-01\n")
    answers("joint_exercse", "joint_exercise", "")
    main(["new", str(path)])
    assert "did you mean joint_exercise (joint exercises)?" in capsys.readouterr().out
    assert load_case(path).facts["deal.elements"].value == ("joint_exercise",)


def test_refusals_and_rows_are_written_as_the_language_wants(tmp_path: Path, answers, capsys):
    path = tmp_path / "deal.yaml"
    path.write_text("case: deal\ntitle: A deal\nas_of: 2024-05-01\n")
    answers("arms_sale", "", "undisclosed", "", "1", "col", "recipient", "", "")
    main(["new", str(path)])
    case = load_case(path)
    assert case.facts["deal.form"].state == "undisclosed"
    (party,) = case.facts["parties"].elements
    assert party.fields["country"].value == "COL"


def test_skipped_questions_leave_no_trace(tmp_path: Path, answers, capsys):
    path = tmp_path / "deal.yaml"
    path.write_text("case: deal\ntitle: A deal\nas_of: 2024-05-01\n")
    before = path.read_text()
    answers("", "", "quit")
    assert main(["new", str(path)]) == 0
    assert path.read_text() == before


def begun(tmp_path: Path) -> Path:
    path = tmp_path / "deal.yaml"
    path.write_text("case: deal\ntitle: A deal\nas_of: 2024-05-01\n")
    return path


def test_a_question_mark_explains_and_is_never_an_answer(tmp_path: Path, answers, capsys):
    path = tmp_path / "deal.yaml"
    answers("?", "A deal", "?", "2024-05-01", "?", "arms_sale", "?", "gazette", "?", "p. 1", "?")
    main(["new", str(path)])
    shown = capsys.readouterr().out
    assert "The name under which people know the deal" in shown
    assert "  [arms_sale]" in shown
    text = path.read_text()
    assert "?" not in text
    assert 'title: "A deal"' in text


def test_values_are_given_in_words_or_by_number(tmp_path: Path, answers, capsys):
    path = begun(tmp_path)
    answers("a sale of arms, joint exercises", "", "1", "", "the deal is signed", "")
    main(["new", str(path)])
    case = load_case(path)
    assert case.facts["deal.elements"].value == ("arms_sale", "joint_exercise")
    assert case.facts["deal.form"].value == "treaty"
    assert case.facts["deal.stage"].value == "signed"


def test_stopping_in_the_second_entry_keeps_the_first(tmp_path: Path, answers, capsys):
    path = begun(tmp_path)
    answers("", "", "", "2", "Estados Unidos", "provider", "", "", "Colombia", "quit")
    main(["new", str(path)])
    first, second = load_case(path).facts["parties"].elements
    assert (first.fields["country"].value, first.fields["role"].value) == ("USA", "provider")
    assert second.fields["country"].value == "COL"


def test_going_back_asks_again_and_replaces_the_answer(tmp_path: Path, answers, capsys):
    path = begun(tmp_path)
    answers("arms_sale", "", "treaty", "", "back", "contract", "", "quit")
    main(["new", str(path)])
    case = load_case(path)
    assert case.facts["deal.form"].value == "contract"
    assert path.read_text().count("form:") == 1


def test_dates_that_can_be_read_two_ways_are_asked_again(tmp_path: Path, answers, capsys):
    path = tmp_path / "deal.yaml"
    answers("A deal", "03/04/2024", "3 April 2024")
    main(["new", str(path)])
    assert "Dates are written 2009-10-30, or 30 October 2009." in capsys.readouterr().out
    assert "as_of: 2024-04-03" in path.read_text()


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("es", ["Un acuerdo", "14/11/2025", "1", "", "?", "tratado", "", "salir"]),
        ("pt", ["Um acordo", "14 de novembro de 2025", "1", "", "?", "tratado", "", "sair"]),
    ],
)
def test_the_questions_are_asked_and_answered_in_other_languages(
    tmp_path: Path, answers, capsys, language: str, words: list[str]
):
    path = tmp_path / "deal.yaml"
    answers(*words)
    main(["new", str(path), "--lang", language])
    case = load_case(path)
    assert case.as_of.isoformat() == "2025-11-14"
    assert case.facts["deal.elements"].value == ("arms_sale",)
    assert case.facts["deal.form"].value == "treaty"
    assert "questions left" not in capsys.readouterr().out


def test_back_goes_to_the_question_before_whether_answered_or_skipped(
    tmp_path: Path, answers, capsys
):
    path = tmp_path / "deal.yaml"
    skipped = ""
    no_source = ""
    answers("A deal", "2024-05-01", skipped, "contract", no_source, "back", "treaty", no_source)
    assert main(["new", str(path)]) == 0
    assert load_case(path, load_pack("core")).facts["deal.form"].value == "treaty"


@pytest.mark.parametrize("title", ["A\x1b[31m deal", "A \u202edeal", "A" * 301])
def test_a_title_that_no_case_may_have_is_asked_for_again(tmp_path: Path, answers, title):
    path = tmp_path / "deal.yaml"
    answers(title, "A deal", "2024-05-01", "quit")
    assert main(["new", str(path)]) == 0
    assert load_case(path, load_pack("core")).title == "A deal"


@pytest.mark.parametrize(
    "answer", ["# none", "{value: [disaster_relief], source: gazette}", "[disaster_relief] # x"]
)
def test_what_looks_like_a_case_file_can_spoil_none(tmp_path: Path, answers, answer):
    path = tmp_path / "deal.yaml"
    answers("A deal", "2024-05-01", answer, "quit")
    assert main(["new", str(path)]) == 0
    assert load_case(path, load_pack("core")).title == "A deal"


def test_bytes_that_are_no_text_are_one_message(tmp_path: Path, monkeypatch, capsys):
    typed = io.TextIOWrapper(io.BytesIO(b"A deal \xff\n"), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", typed)
    assert main(["new", str(tmp_path / "deal.yaml")]) == 2
    assert capsys.readouterr().err == "convenio: standard input is not text in UTF-8\n"
    assert not list(tmp_path.iterdir())
