"""Of what no test could be run, nothing is rated: in no output, and no gate lets it pass."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from convenio import assess, load_case, load_pack
from convenio.cli import main

ROOT = Path(__file__).parents[2]
PACK = ROOT / "tests" / "batch" / "small_pack"
NOTHING = "case: nothing\ntitle: Nothing\nas_of: 2020-01-01\n"


@pytest.fixture
def nothing(tmp_path: Path) -> Path:
    path = tmp_path / "nothing.yaml"
    path.write_text(NOTHING)
    return path


@pytest.mark.parametrize("pack", ["core", str(PACK)])
@pytest.mark.parametrize("inference", ["durable_rules", "reference"])
def test_a_case_that_states_nothing_is_not_assessed(pack, inference, nothing) -> None:
    loaded = load_pack(pack)
    found = assess(load_case(nothing, loaded), loaded, inference)
    assert found.untested
    assert (found.floor, found.presumed) == ("not_assessed", "not_assessed")
    assert found.ceiling in ("high", "critical")
    for family in found.families:
        assert found.readings(family)[:2] == ("not_assessed", "not_assessed")


def test_what_no_rule_reads_is_no_ground_for_a_rating(tmp_path: Path) -> None:
    """One fact is stated, and no test can be run on it alone."""
    case = tmp_path / "case.yaml"
    case.write_text(NOTHING + "deal: {form: contract}\n")
    pack = load_pack(PACK)
    assert assess(load_case(case, pack), pack).presumed == "not_assessed"
    case.write_text(NOTHING + "deal: {form: treaty}\n")
    assert assess(load_case(case, pack), pack).presumed == "moderate"


@pytest.mark.parametrize("form", ["text", "json", "markdown", "sarif", "junit", "github", "csv"])
def test_no_output_calls_it_low(form, nothing, capsys) -> None:
    main(["assess", str(nothing), "--pack", str(PACK), "--format", form])
    printed = capsys.readouterr().out
    if form in ("text", "markdown", "github"):
        assert "Not assessed: of 3 tests none could be run on what is stated." in printed
    if form == "json":
        rating = {"floor": "not_assessed", "presumed": "not_assessed", "ceiling": "high"}
        assert json.loads(printed)["rating"] == rating
    assert "Low" not in printed.replace("low or", "")


@pytest.mark.parametrize(
    "command",
    [
        ["brief", "-o", "{tmp}/brief.html"],
        ["questions"],
        ["remedies"],
        ["sensitivity"],
        ["assess", "--exact"],
        ["simulate"],
    ],
)
def test_every_command_takes_a_case_that_states_nothing(command, nothing, tmp_path, capsys) -> None:
    words = [word.format(tmp=tmp_path) for word in command]
    code = main([words[0], str(nothing), "--pack", str(PACK), *words[1:]])
    assert code in (0, 2)
    assert "internal error" not in capsys.readouterr().err
    if words[0] == "brief":
        assert "Not assessed: of 3 tests none" in (tmp_path / "brief.html").read_text()


def test_no_gate_lets_it_pass(nothing, capsys) -> None:
    words = ["assess", str(nothing), "--pack", str(PACK)]
    assert main(words) == 0
    assert main([*words, "--fail-on", "critical"]) == 1
    assert "what was not tested passes no --fail-on" in capsys.readouterr().err


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_no_row_of_a_table_does_either(engine, tmp_path, capsys) -> None:
    table, output = tmp_path / "deals.csv", tmp_path / "out.parquet"
    table.write_text("id,as_of,deal.form\na,2020-01-01,contract\nb,2020-01-01,treaty\n")
    words = ["batch", str(table), "-o", str(output), "--pack", str(PACK), "--engine", engine]
    assert main(words) == 0
    told = capsys.readouterr().err
    assert "presumed: 1 not assessed, 1 moderate" in told
    found = {row["id"]: row for row in pl.read_parquet(output).to_dicts()}
    readings = [
        f"{family}{reading}"
        for family in ("", "sovereignty__")
        for reading in ("floor", "presumed")
    ]
    assert {found["a"][name] for name in readings} == {"not_assessed"}
    assert found["a"]["ceiling"] == "high"
    assert found["b"]["presumed"] == "moderate"
    assert main([*words, "--fail-on", "critical"]) == 1
    assert "1 case is not assessed" in capsys.readouterr().err
