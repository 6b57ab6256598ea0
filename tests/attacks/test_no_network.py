"""No command opens a connection, or asks for the address of a host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from conftest import ROOT

WATCHED = """
import json, sys
met = []
def watch(event, arguments):
    if event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "ssl.")):
        met.append([event, [str(argument) for argument in arguments]])
        raise OSError("no network here")
sys.addaudithook(watch)
from convenio.cli import main
codes = []
for command in json.loads(sys.argv[1]):
    try:
        codes.append(main(command))
    except SystemExit as stop:
        codes.append(stop.code)
print(json.dumps([codes, met]), file=sys.stderr)
"""

CASE = """\
case: web
title: A case full of addresses
as_of: 2020-01-01
sources: {a: {title: "http://127.0.0.1:9/title", url: "http://127.0.0.1:9/url"}}
terms: {duration_years: {value: 50, source: a, note: "http://127.0.0.1:9/note"}}
"""
TABLE = "id,as_of,terms.duration_years\nx,2020-01-01,5\n"

COMMANDS = [
    *(
        ["assess", "case.yaml", "--pack", "pack", "--format", name, "-o", f"out.{name}"]
        for name in ("text", "json", "markdown", "sarif", "junit", "github", "csv")
    ),
    ["assess", "case.yaml", "--pack", "pack", "--brief", "a.html", "--record", "log.jsonl"],
    ["brief", "case.yaml", "--pack", "pack", "-o", "brief.html"],
    ["explain", "case.yaml", "SOV-001", "--pack", "pack"],
    ["questions", "case.yaml", "--pack", "pack"],
    ["remedies", "case.yaml", "--pack", "pack"],
    ["sensitivity", "case.yaml", "--pack", "pack"],
    ["compare", "case.yaml", "--pack", "pack"],
    ["monitor", "us-colombia-dca-2009", "--events", "us-colombia-dca-2009"],
    ["context", "show", "COL", "--as-of", "2020-01-01"],
    ["schema"],
    ["form", "case.yaml", "--pack", "pack", "-o", "form.xlsx"],
    ["letter", "us-colombia-dca-2009", "--deadline", "20d", "-o", "letter.docx"],
    ["rules", "list", "--pack", "pack"],
    ["batch", "table.csv", "--pack", "pack", "-o", "out.parquet"],
    ["batch", "table.csv", "--pack", "pack", "-o", "out.xlsx", "--engine", "duckdb"],
    ["dashboard", "case.yaml", "out.parquet", "--pack", "pack", "-o", "dashboard.html"],
    ["assess", "http://127.0.0.1:9/case.yaml"],
    ["assess", "case.yaml", "--pack", "http://127.0.0.1:9/pack"],
]


def test_no_command_opens_a_connection(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(CASE)
    (tmp_path / "table.csv").write_text(TABLE)
    (tmp_path / "pack").symlink_to(ROOT / "tests" / "batch" / "small_pack")
    done = subprocess.run(
        [sys.executable, "-c", WATCHED, json.dumps(COMMANDS)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "engine")},
        capture_output=True,
        text=True,
        check=False,
    )
    codes, met = json.loads(done.stderr.splitlines()[-1])
    assert met == []
    told = dict(zip(map(" ".join, COMMANDS), codes, strict=True))
    assert {command for command, code in told.items() if code not in (0, 2, 3)} == set(), (
        done.stderr
    )
    assert codes[-2:] == [3, 2], "an address is a name of a file, which is not there"
