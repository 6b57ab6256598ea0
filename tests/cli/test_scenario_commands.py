"""compare, questions, remedies, sensitivity and assess --exact, as a user calls them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from convenio.backends.solver import logic
from convenio.cli.main import main
from convenio.errors import UsageError

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str) -> tuple[int, str, str]:
        code = main(list(words))
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


COMMANDS = {
    "compare": ("chile-copper-law", "Published, audited"),
    "questions": ("ecuador-us-sofa-2023", "Pursuit or strikes across a border"),
    "remedies": ("alcantara-tsa-2019", "Alternative 1, cost 4"),
    "sensitivity": ("merida-2008", "HUM-008"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_each_writes_text_markdown_and_json(command: str, run: Run, tmp_path: Path) -> None:
    case, expected = COMMANDS[command]
    code, text, _ = run(command, case)
    assert code == 0
    assert expected in text
    assert max(map(len, text.splitlines())) <= 100
    code, markdown, _ = run(command, case, "--format", "markdown")
    assert markdown.startswith("# ")
    assert expected in markdown
    code, document, _ = run(command, case, "--format", "json")
    assert json.loads(document)["schema"].startswith("convenio/")
    target = tmp_path / "out.json"
    assert run(command, case, "--format", "json", "-o", str(target))[:2] == (0, "")
    assert target.read_text(encoding="utf-8") == document
    assert run(command, case, "--format", "json")[1] == document


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("compare", "chile-copper-law", "--scenario", "reform"), 2, "did you mean reformed"),
        (("compare", "chile-copper-law", "--set", "terms.years=1"), 2, "terms.duration_years"),
        (("remedies", "chile-copper-law", "--keep", "text.acess"), 2, "did you mean text.access"),
        (("remedies", "chile-copper-law", "--max-changes", "0"), 2, "1 or more"),
        (("remedies", "chile-copper-law", "--svg", "x.svg"), 2, "add --frontier"),
        (("assess", "chile-copper-law", "--exact", "--format", "csv"), 2, "not with csv"),
        (("assess", "chile-copper-law", "--witness", "."), 2, "goes with --exact"),
        (("assess", "chile-copper-law", "--exact", "--solver-max", "9"), 2, "from 0 to 5"),
        (("questions", "no-such-case"), 3, "no-such-case"),
        (("questions", "chile-copper-law", "--limit", "0"), 2, "1 or more"),
    ],
)
def test_wrong_use_is_told_in_one_message(
    run: Run, words: tuple[str, ...], code: int, told: str
) -> None:
    found, out, err = run(*words)
    assert found == code
    assert told in err
    assert out == ""
    assert "Traceback" not in err


def test_what_is_kept_is_not_changed(run: Run) -> None:
    _, document, _ = run(
        "remedies", "neuquen-2014", "--target", "high", "--keep", "terms.duration_years",
        "--format", "json",
    )  # fmt: skip
    found = json.loads(document)["remedies"]
    assert found
    paths = {change["path"] for remedy in found for change in remedy["changes"]}
    assert "terms.duration_years" not in paths


def test_the_frontier_is_drawn(run: Run, tmp_path: Path) -> None:
    chart = tmp_path / "frontier.svg"
    code, text, _ = run("remedies", "neuquen-2014", "--frontier", "--svg", str(chart))
    assert code == 0
    assert "What each rating would cost" in text
    root = ElementTree.parse(chart).getroot()
    bars = root.findall("{http://www.w3.org/2000/svg}rect")
    assert [float(bar.get("width", "0")) > 0 for bar in bars] == [False, True, True, True]


def test_a_remedy_does_what_it_says_when_the_terms_are_set(run: Run) -> None:
    _, document, _ = run("remedies", "neuquen-2014", "--target", "high", "--format", "json")
    for remedy in json.loads(document)["remedies"]:
        settings = [f"{c['path']}={_written(c['after'])}" for c in remedy["changes"]]
        words = [word for setting in settings for word in ("--set", setting)]
        code, text, _ = run("assess", "neuquen-2014", *words, "--format", "json")
        assert code == 0
        rating = json.loads(text)["rating"]
        assert {reading: rating[reading] for reading in remedy["rating"]} == remedy["rating"]


def _written(value: Any) -> str:
    return json.dumps(value)


def test_witnesses_are_case_files_with_that_rating(run: Run, tmp_path: Path) -> None:
    case = "ecuador-us-sofa-2023"
    code, text, _ = run("assess", case, "--exact", "--witness", str(tmp_path), "--format", "json")
    assert code == 0
    exact = json.loads(text)["exact"]
    for end, side in (("lowest", "floor"), ("highest", "ceiling")):
        file = tmp_path / f"{case}-{end}.yaml"
        assert file.read_text(encoding="utf-8").startswith("# A world in which")
        _, assessed, _ = run("assess", str(file), "--format", "json")
        assert json.loads(assessed)["rating"][side] == exact["rating"][side]
    code, text, _ = run("assess", case, "--exact")
    assert "What complete answers really reach" in text


def test_without_the_solver_single_changes_are_found(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> Any:
        raise UsageError("this needs the solver: pip install 'convenio[solver]'")

    monkeypatch.setattr(logic, "load_z3", missing)
    code, text, _ = run("remedies", "neuquen-2014", "--target", "high")
    assert code == 0
    assert "Only single changes were tried" in text
    assert "Alternative 1" in text or "No single change reaches" in text
    code, text, _ = run("remedies", "us-colombia-dca-2009", "--frontier")
    assert "no single change reaches it" in text
    assert "out of reach" not in text
    code, _, err = run("assess", "neuquen-2014", "--exact")
    assert code == 2
    assert "convenio[solver]" in err
