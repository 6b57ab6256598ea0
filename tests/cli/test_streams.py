"""What strangers wrote can't act on a terminal, on a build server or on a spreadsheet."""

import csv
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from convenio.cli import main

ROOT = Path(__file__).parents[2]
PACK = str(ROOT / "tests" / "batch" / "small_pack")
LONG = str(ROOT / "tests" / "audit" / "cases" / "long.yaml")
ESCAPES = ("\x1b]0;owned\x07", "\x9b2J", "\u202egnp", "\r", "\x08\x08")


@pytest.mark.parametrize("escape", ESCAPES)
@pytest.mark.parametrize("door", ["case", "--set", "--events", "--state", "--pack", "--lang"])
def test_no_argument_brings_control_characters_to_the_terminal(escape, door, capsys):
    text = f"a{escape}b"
    words = {
        "case": ["assess", text],
        "--set": ["assess", LONG, "--pack", PACK, "--set", f"deal.form={text}"],
        "--events": ["monitor", LONG, "--pack", PACK, "--events", text],
        "--state": ["monitor", LONG, "--pack", PACK, "--events", "-", "--state", text],
        "--pack": ["assess", LONG, "--pack", text],
        "--lang": ["assess", LONG, "--lang", text],
    }[door]
    assert main(words) == 2
    told = capsys.readouterr()
    assert escape not in told.out + told.err
    assert "control characters" in told.err


def test_a_file_in_a_folder_whose_name_is_a_command_is_shown_as_text(tmp_path, capsys):
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "a\n::error::all is lost.yaml").write_text("case: a\n\x1b[2J")
    (folder / "b\x1b[2J.yaml").write_text("case: b\n")
    code = main(["batch", str(folder), "-o", str(tmp_path / "r.csv"), "--pack", PACK])
    told = capsys.readouterr().err
    assert code in (2, 3)
    assert "\x1b" not in told
    assert not [line for line in told.splitlines() if line.lstrip().startswith("::")]


def test_a_title_is_no_annotation_of_a_build_server(tmp_path, capsys):
    case = tmp_path / "case.yaml"
    case.write_text(Path(LONG).read_text().replace("A deal", "'::error file=x::A deal") + "'")
    text = Path(LONG).read_text().replace("title: A deal of five years", "title: '::error::owned'")
    case.write_text(text)
    main(["assess", str(case), "--pack", PACK])
    printed = capsys.readouterr().out
    assert "\\x3a:error::owned" in printed
    assert not [line for line in printed.splitlines() if line.lstrip().startswith("::")]
    main(["assess", str(case), "--pack", PACK, "--format", "github"])
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith(("::error file=", "::warning file=", "::notice ")) for line in lines)
    assert not [line for line in lines if line.startswith("::error::owned")]


def test_an_event_or_a_state_can_bring_no_escape(tmp_path, capsys):
    events = tmp_path / "events.jsonl"
    events.write_bytes(
        b'{"date": "2020-06-01", "kind": "change", "title": "\\u001b[2J", "set": {}}\n'
        b'{"date": "2020-06-01", "kind": "\x1b[2J", "set": {}}\n'
        b"\x1b[2J\n::error::x\n"
    )
    assert main(["monitor", LONG, "--pack", PACK, "--events", str(events)]) == 3
    state = tmp_path / "deal.state"
    state.write_bytes(b'{"schema": "\x1b[2J"}\n')
    assert (
        main(["monitor", LONG, "--pack", PACK, "--events", os.devnull, "--state", str(state)]) == 2
    )
    told = capsys.readouterr()
    for text in (told.out, told.err):
        assert "\x1b" not in text
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


def test_colours_stay_on_a_terminal():
    """Of a terminal's commands, what the command itself colours is all that is sent."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "TERM": "xterm-256color"}
    env.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "convenio", "assess", LONG, "--pack", PACK]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, env=env)
    os.close(theirs)
    printed = b""
    while True:
        try:
            part = os.read(ours, 65_536)
        except OSError:
            break
        if not part:
            break
        printed += part
    assert process.wait(30) == 0
    assert b"\x1b[" in printed
    assert b"\\x1b" not in printed


def test_a_table_of_results_holds_no_formula(tmp_path):
    table = tmp_path / "deals.csv"
    table.write_text("id,as_of,deal.form\n=1+1,2020-01-01,contract\n@x,2020-01-01,contract\n")
    output, findings = tmp_path / "r.csv", tmp_path / "f.csv"
    for engine in ("polars", "duckdb"):
        command = ["batch", str(table), "--pack", PACK, "--engine", engine]
        main([*command, "-o", str(output), "--findings", str(findings)])
        with output.open(newline="") as stream:
            assert [row["id"] for row in csv.DictReader(stream)] == ["'=1+1", "'@x"]
        for file in (output, findings):
            cells = [cell for row in csv.reader(file.read_text().splitlines()) for cell in row]
            assert cells
            assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
