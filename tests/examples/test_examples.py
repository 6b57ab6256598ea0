"""What the documents and examples show must run."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import nbformat
import polars as pl
import pytest
import yaml
from nbclient import NotebookClient

from convenio.cli import main
from frames.engines import JAVA_OPTIONS

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
NOTEBOOKS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
PAGE = ROOT / "docs" / "pipelines.md"
WORKFLOW = EXAMPLES / "github-actions.yml"


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_python_of_the_guide_runs_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    namespace: dict[str, Any] = {}
    blocks = list(re.finditer(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    assert len(blocks) > 8
    with warnings.catch_warnings():
        for block in blocks:
            line = text[: block.start(1)].count("\n")
            code = compile("\n" * line + block[1], str(PAGE), "exec")
            exec(code, namespace)
    assert list(namespace["assessed"].cases["status"]) == ["ok", "ok", "error"]
    assert namespace["flagged"] + namespace["open_questions"] >= 1


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_its_outputs_are_saved(path: Path) -> None:
    saved = nbformat.read(path, as_version=4)
    nbformat.validate(saved)
    cells = [cell for cell in saved.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)
    fresh = nbformat.from_dict(saved)
    # Raises CellExecutionError where a cell fails.
    NotebookClient(fresh, timeout=60, resources={"metadata": {"path": str(path.parent)}}).execute()


SMALL_PACK = {
    "pack.yaml": """\
id: small
version: 1.0.0
title: Small
currency: USD
families: [duration]
rating:
  critical: [{at_least: 1, severity: critical}]
  high: [{at_least: 1, severity: high}]
  moderate: [{at_least: 1, severity: medium}]
  overall: worst_family
""",
    "facts.yaml": """\
version: 1
records:
  incident:
    deaths: {type: integer, label: Deaths, ask: How many?}
deal:
  elements: {type: set of enum, values: [sale, access], label: Elements, ask: Which?}
terms:
  duration_years: {type: number, range: [0, 99], label: Term, ask: How long?}
incidents: {type: list of incident, label: Incidents, ask: Which?}
""",
    "duration.yaml": """\
- id: DUR-001
  title: Long
  statement: It runs for long, or people died.
  applies: "'access' in deal.elements"
  levels:
    high: terms.duration_years >= 25 or any(i.deaths > 0 for i in incidents)
    medium: terms.duration_years >= 10
  because: "Years: {terms.duration_years}."
  article: {section: S}
  threshold: {basis: judgement, source: example}
  tests:
    - {given: {deal.elements: [access], terms.duration_years: 30}, expect: high}
""",
}


def test_the_spark_job_writes_ratings_by_floor(tmp_path: Path) -> None:
    """With a pack of one rule: planning the core pack takes Spark too long for a test."""
    pack = tmp_path / "small"
    pack.mkdir()
    for name, text in SMALL_PACK.items():
        (pack / name).write_text(text, encoding="utf-8")
    years = [float(n) for n in range(49)] + [250.0]
    cases = pl.DataFrame(
        {
            "id": range(50),
            "deal__elements": [["access"], ["sale"]] * 25,
            "terms__duration_years": years,
            "incidents__stated": [True] * 50,
        }
    )
    incidents = pl.DataFrame({"id": [0, 1], "i": [0, 0], "deaths": [3, 3]})
    (tmp_path / "cases").mkdir()
    for part, rows in enumerate((cases[:25], cases[25:])):
        rows.write_parquet(tmp_path / "cases" / f"part-{part}.parquet")
    incidents.write_parquet(tmp_path / "incidents.parquet")
    command = [
        *(sys.executable, str(EXAMPLES / "spark_job.py")),
        *(str(tmp_path / "cases"), str(tmp_path / "ratings")),
        *("--findings", str(tmp_path / "findings"), "--pack", str(pack)),
        *("--child", f"incidents={tmp_path / 'incidents.parquet'}", "--as-of", "2020-01-01"),
        *("--master", "local[2]"),
    ]
    settings = f"--driver-java-options '{JAVA_OPTIONS}' --conf spark.ui.enabled=false pyspark-shell"
    surroundings = os.environ | {"PYSPARK_SUBMIT_ARGS": settings}
    done = subprocess.run(command, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    written = pl.read_parquet(tmp_path / "ratings" / "**" / "*.parquet", hive_partitioning=True)
    floors = dict(written.select("id", "floor").iter_rows())
    statuses = dict(written.select("id", "status").iter_rows())
    assert len(floors) == written.height == 50
    assert [row for row, status in statuses.items() if status == "error"] == [49]
    assert {row: floors[row] for row in (0, 1, 2, 10, 11, 26)} == {
        0: "high",
        1: "not_assessed",
        2: "low",
        10: "moderate",
        11: "not_assessed",
        26: "high",
    }
    found = pl.read_parquet(tmp_path / "findings" / "**" / "*.parquet", hive_partitioning=True)
    assert set(found["rule"]) == {"DUR-001"}
    assert found.height == sum(floor in ("moderate", "high") for floor in floors.values())


@pytest.mark.parametrize(
    "path",
    [ROOT / ".pre-commit-hooks.yaml", EXAMPLES / "pre-commit-config.yaml", WORKFLOW],
    ids=lambda path: path.name,
)
def test_a_yaml_file_parses(path: Path) -> None:
    assert read_yaml(path)


def test_the_hooks_that_the_example_names_exist() -> None:
    hooks = {hook["id"]: hook for hook in read_yaml(ROOT / ".pre-commit-hooks.yaml")}
    assert set(hooks) == {"convenio-assess", "convenio-rules-test"}
    (repository,) = read_yaml(EXAMPLES / "pre-commit-config.yaml")["repos"]
    assert {hook["id"] for hook in repository["hooks"]} == set(hooks)
    for hook in hooks.values():
        assert_is_a_command(hook["entry"])


def test_the_commands_of_snakefile_and_workflow_exist() -> None:
    snakefile = (EXAMPLES / "Snakefile").read_text(encoding="utf-8")
    shells = re.findall(r"shell:\n((?:\s+\".*\"\n)+)", snakefile)
    assert len(shells) == 2
    for shell in shells:
        assert_is_a_command("".join(re.findall(r'"(.*)"', shell)))
    steps = read_yaml(WORKFLOW)["jobs"]["assess"]["steps"]
    commands = re.findall(
        r"convenio (?:brief|assess) .*", "\n".join(s.get("run", "") for s in steps)
    )
    assert len(commands) == 2
    for command in commands:
        assert_is_a_command(command)


def assert_is_a_command(text: str) -> None:
    """The command is there and its help names every flag that is used."""
    program, *words = shlex.split(text)
    assert program == "convenio"
    help_text = help_of(words[0])
    for flag in (word for word in words if word.startswith("-")):
        assert re.search(rf"{flag}\b", help_text), flag


def help_of(command: str) -> str:
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), pytest.raises(SystemExit):
        main([command, "--help"])
    return shown.getvalue()
