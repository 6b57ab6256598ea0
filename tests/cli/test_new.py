"""Writing a case by answering questions."""

import builtins
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
    assert "did you mean joint_exercise?" in capsys.readouterr().out
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
