"""No command writes over what it reads, or one output over another; it says so before it works."""

import os
import shutil
from pathlib import Path

import pytest

from convenio.cli import main

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "tests" / "audit" / "cases" / "long.yaml", tmp_path / "deal.yaml")
    shutil.copytree(ROOT / "tests" / "batch" / "small_pack", tmp_path / "pack")
    (tmp_path / "deals.csv").write_text("id,as_of,deal.form\na,2020-01-01,treaty\n")
    (tmp_path / "events.jsonl").write_text("")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "deal.yaml")
    (tmp_path / "old.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}


COMMANDS = [
    "assess deal.yaml -o deal.yaml",
    "assess deal.yaml -o link.yaml",
    "assess link.yaml -o deal.yaml",
    "assess deal.yaml --record deal.yaml",
    "assess deal.yaml --brief deal.yaml",
    "assess deal.yaml -o x.json --brief x.json",
    "assess deal.yaml -o x.json --record ./x.json",
    "assess deal.yaml -o pack/tension.yaml",
    "assess deal.yaml -o pack/new.yaml",
    "brief deal.yaml -o deal.yaml",
    "brief deal.yaml -o old.json --previous old.json",
    "questions deal.yaml -o deal.yaml",
    "questions deal.yaml -o pack/facts.yaml",
    "remedies deal.yaml -o link.yaml",
    "compare deal.yaml -o deal.yaml",
    "sensitivity deal.yaml -o pack/pack.yaml",
    "simulate deal.yaml -o x --svg x",
    "monitor deal.yaml --events events.jsonl --state events.jsonl",
    "monitor deal.yaml --events events.jsonl --state deal.yaml",
    "dashboard deals.csv -o x.html --csv deals.csv",
    "dashboard deal.yaml -o x.html --csv x.html",
    "dashboard deal.yaml -o x.html --csv old.json --previous old.json",
    "batch deals.csv -o deals.csv",
    "batch deals.csv -o x.csv --findings x.csv",
    "batch deals.csv -o x.csv --child incidents=x.csv",
]


@pytest.mark.parametrize("words", COMMANDS)
def test_nothing_is_written_over(words: str, folder: Path, capsys) -> None:
    before = contents(folder)
    assert main([*words.split(), "--pack", "pack"]) == 2
    told = capsys.readouterr().err
    assert any(
        said in told
        for said in ("this is an input", "can't be written to one file", "folder of the rule pack")
    ), told
    assert contents(folder) == before


def test_a_folder_that_may_not_be_written_is_one_message(folder: Path, capsys) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o500)
    # Root may write into every folder but those that the system itself makes up.
    output = "/proc/self/x.json" if os.getuid() == 0 else "closed/x.json"
    assert main(["assess", "deal.yaml", "--pack", "pack", "-o", output]) == 2
    assert "can't be written" in capsys.readouterr().err.replace("nothing can be", "can't be")


def test_a_file_is_no_folder(folder: Path, capsys) -> None:
    assert main(["assess", "deal.yaml", "--pack", "pack", "-o", "deal.yaml/x.json"]) == 2
    assert "is no folder" in capsys.readouterr().err
