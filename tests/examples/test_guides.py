"""What guides show of commands is what the commands write; their Python runs.

CONVENIO_REWRITE_GOLDEN=1 writes the outputs anew.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from convenio.cli import main

DOCS = Path(__file__).resolve().parents[2] / "docs"
GUIDES = ("scenarios.md", "mappings.md")
WITH_PYTHON = ("scenarios.md",)
CONSOLE = re.compile(r"^```console\n\$ (convenio [^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def written(command: str) -> str:
    """Return what a command writes; with `2>&1` messages too, and the code of a failure."""
    words = shlex.split(command)[1:]
    buffer = io.StringIO()
    with contextlib.ExitStack() as stack:
        stack.enter_context(contextlib.redirect_stdout(buffer))
        if words[-1] != "2>&1":
            assert main(words) == 0
            return buffer.getvalue()
        stack.enter_context(contextlib.redirect_stderr(buffer))
        code = main(words[:-1])
    return buffer.getvalue() + (f"(exit code {code})\n" if code else "")


@pytest.mark.parametrize("name", GUIDES)
def test_commands_write_what_the_guide_shows(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(DOCS.parent)
    page = DOCS / name
    text = page.read_text(encoding="utf-8")
    if "CONVENIO_REWRITE_GOLDEN" in os.environ:
        text = CONSOLE.sub(lambda m: f"```console\n$ {m[1]}\n{written(m[1])}```", text)
        page.write_text(text, encoding="utf-8")
    shown = CONSOLE.findall(text)
    assert len(shown) >= 3
    for command, output in shown:
        assert output == written(command), command


def test_the_mapping_of_the_guide_is_the_file_beside_it() -> None:
    page = (DOCS / "mappings.md").read_text(encoding="utf-8")
    for name in ("mappings-example.csv", "mappings-example.yaml"):
        assert (DOCS / name).read_text(encoding="utf-8") in page


@pytest.mark.parametrize("name", WITH_PYTHON)
def test_the_python_of_the_guide_runs(name: str) -> None:
    blocks = PYTHON.findall((DOCS / name).read_text(encoding="utf-8"))
    assert blocks
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as buffer:
        for block in blocks:
            exec(compile(block, name, "exec"), names)
    assert buffer.getvalue()
