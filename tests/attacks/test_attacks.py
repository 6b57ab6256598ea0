"""Whoever attacks through a file or a flag is answered: in time, in little memory, in plain words.

How an attack is written: attack.py. Of each is asked what its row says, and of all: no internal
error, no trace of one, at most a hundred problems, no file half-written, under 5 s and 256 MB.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from attacks.attack import Attack, attacks, parts
from conftest import ROOT

pytestmark = pytest.mark.timeout(240)

SECONDS = 5
"""Of processor time: the clock also counts what other programs on the machine do."""

MEGABYTES = 256
"""Of memory in use at most, by a process that met the attacks before it too (`VmHWM`)."""

MOST_LINES = 110
"""A hundred problems, how many more there are, and what the command says besides."""

LONGEST_LINE = 2_500
"""A name of a thousand letters that a flag gave is said again, twice at most."""

CORPUS = attacks()
DOORS = sorted({attack.door for attack in CORPUS})
Results = dict[str, dict[str, Any]]


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Results]:
    """Return what came of the attacks on a door; each door is attacked once."""
    found: dict[str, Results] = {}

    def of(door: str) -> Results:
        if door not in found:
            found[door] = run(door, tmp_path_factory.mktemp(door))
        return found[door]

    return of


def run(door: str, folder: Path) -> Results:
    # What still wins comes last: the memory that it took would count against what follows.
    rows = sorted((a for a in CORPUS if a.door == door), key=lambda attack: bool(attack.mended))
    prepared = [row.prepare(folder / str(number)) for number, row in enumerate(rows)]
    (folder / "attacks.json").write_text(json.dumps(prepared), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("child.py")), str(folder / "attacks.json")],
        env={**os.environ, "PYTHONPATH": str(ROOT / "engine"), "POLARS_MAX_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    told = {line["name"]: line for line in lines}
    if len(lines) < len(rows):
        fatal = {"exit": f"ended by signal {-done.returncode}", "err": done.stderr[-2000:]}
        told[rows[len(lines)].name] = fatal
    return told


def marked(attack: Attack) -> Any:
    name = f"{attack.door}: {attack.name}"
    marks = pytest.mark.xfail(reason=attack.mended, strict=True) if attack.mended else ()
    return pytest.param(attack, id=name, marks=marks)


@pytest.mark.parametrize("attack", [marked(attack) for attack in CORPUS])
def test_an_attack_is_answered(attack: Attack, results: Callable[[str], Results]) -> None:
    found = results(attack.door)
    assert attack.name in found, "an attack before this one ended the process"
    result = found[attack.name]
    assert result["exit"] == attack.exit, result["err"]
    told = result["out"] + result["err"]
    for part in parts(attack.says):
        assert part in told
    if attack.exit in (3, 4):
        assert attack.at, "say which place the message names"
    assert attack.at in result["err"]
    assert "internal error" not in told
    assert "Traceback" not in told
    assert result["lines"] <= MOST_LINES
    assert max(map(len, result["err"].split("\n"))) <= LONGEST_LINE
    assert result["seconds"] < SECONDS
    assert result["megabytes"] < MEGABYTES
    check_files(attack, Path(result["folder"]), result["out"])


def check_files(attack: Attack, folder: Path, out: str) -> None:
    """Check that what was there is as it was, and that nothing else was written than was meant."""
    there = {str(file.relative_to(folder)) for file in folder.rglob("*") if not file.is_dir()}
    given = set(attack.files)
    expected = given | set(attack.writes)
    assert {name for name in there if not name.startswith("pack/")} == expected
    written = [out, *((folder / name).read_text(errors="replace") for name in attack.writes)]
    for part in parts(attack.never):
        assert not any(part in text for text in written), part


def test_every_door_is_attacked() -> None:
    assert set(DOORS) >= {
        *("cases", "packs", "context", "mappings", "events", "states", "tables"),
        *("previous", "briefs", "cache", "log", "flags"),
    }


def test_an_attack_has_a_name_of_its_own() -> None:
    names = [(attack.door, attack.name) for attack in CORPUS]
    assert len(set(names)) == len(names) >= 100
