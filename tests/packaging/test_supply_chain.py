"""What is installed is what was locked, what is built is what was committed."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")
BUILT_FROM = ("engine", "rules", "cases", "reports", "docs")


def releases(text: str) -> list[tuple[str, str, list[str]]]:
    """Return name, version and hashes of each release that a lock names."""
    found = []
    for block in re.split(r"\n(?=\S)", text.strip()):
        head = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", block)
        assert head, block
        name = re.sub(r"[-_.]+", "-", head[1]).lower()
        found.append((name, head[2], re.findall(r"--hash=sha256:([0-9a-f]{64})\b", block)))
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_release_is_locked_with_hashes_and_from_no_named_place(name: str) -> None:
    text = (ROOT / name).read_text()
    assert all(hashes for _, _, hashes in releases(text))
    assert "://" not in text
    assert "index" not in text


@pytest.mark.parametrize("name", LOCKS)
def test_the_locks_hold_what_the_constraints_say(name: str) -> None:
    constrained = {
        re.sub(r"[-_.]+", "-", line.partition("==")[0]).lower(): line.partition("==")[2]
        for line in (ROOT / "constraints.txt").read_text().split()
    }
    for found, version, _ in releases((ROOT / name).read_text()):
        assert constrained[found] == version, found


def test_what_the_program_needs_is_locked_for_its_tests_too() -> None:
    run, test = (releases((ROOT / name).read_text()) for name in LOCKS)
    assert {(name, version) for name, version, _ in run} <= {(n, v) for n, v, _ in test}
    assert {"pydantic", "pyyaml", "jinja2", "z3-solver", "hatchling"} <= {n for n, _, _ in run}


def build(folder: Path) -> bytes:
    """Build the wheel from a copy whose files have other dates, and return its bytes."""
    copy = folder / "copy"
    copy.mkdir(parents=True)
    for name in BUILT_FROM:
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, copy / name, copy_function=shutil.copyfile, ignore=ignored)
    for name in ("pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md"):
        shutil.copyfile(ROOT / name, copy / name)
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder / "out")],
        cwd=copy,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = (folder / "out").glob("*.whl")
    return wheel.read_bytes()


def test_the_wheel_is_the_same_bytes_whenever_and_wherever_it_is_built(tmp_path: Path) -> None:
    one, other = build(tmp_path / "one"), build(tmp_path / "elsewhere" / "other")
    assert hashlib.sha256(one).hexdigest() == hashlib.sha256(other).hexdigest()


def test_the_list_of_components_names_every_release_with_its_hashes(tmp_path: Path) -> None:
    pytest.importorskip("cyclonedx_py")
    files = [tmp_path / "one.json", tmp_path / "two.json"]
    for file in files:
        command = ["requirements", str(ROOT / "requirements.lock"), "--output-reproducible"]
        command += ["--pyproject", str(ROOT / "pyproject.toml"), "--output-format", "JSON"]
        subprocess.run(
            [sys.executable, "-m", "cyclonedx_py", *command, "--output-file", str(file)],
            check=True,
            capture_output=True,
        )
    assert files[0].read_bytes() == files[1].read_bytes()
    listed = json.loads(files[0].read_text())
    assert listed["bomFormat"] == "CycloneDX"
    assert listed["metadata"]["component"]["name"] == "convenio"
    names = {re.sub(r"[-_.]+", "-", part["name"]).lower() for part in listed["components"]}
    run = releases((ROOT / "requirements.lock").read_text())
    assert {name for name, _, _ in run} <= names
