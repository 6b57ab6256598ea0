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
GUIDES = ("scenarios.md",)
CONSOLE = re.compile(r"^```console\n\$ (convenio [^\n]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def written(command: str) -> str:
    buffer = io.StringIO()
    with contextlib.redirect_stdout(buffer):
        assert main(shlex.split(command)[1:]) == 0
    return buffer.getvalue()


@pytest.mark.parametrize("name", GUIDES)
def test_commands_write_what_the_guide_shows(name: str) -> None:
    page = DOCS / name
    text = page.read_text(encoding="utf-8")
    if "CONVENIO_REWRITE_GOLDEN" in os.environ:
        text = CONSOLE.sub(lambda m: f"```console\n$ {m[1]}\n{written(m[1])}```", text)
        page.write_text(text, encoding="utf-8")
    shown = CONSOLE.findall(text)
    assert len(shown) >= 3
    for command, output in shown:
        assert output == written(command), command


@pytest.mark.parametrize("name", GUIDES)
def test_the_python_of_the_guide_runs(name: str) -> None:
    blocks = PYTHON.findall((DOCS / name).read_text(encoding="utf-8"))
    assert blocks
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as buffer:
        for block in blocks:
            exec(compile(block, name, "exec"), names)
    assert buffer.getvalue()
