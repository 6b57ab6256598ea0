"""A corpus of packs that are wrong: what the rule author is told, and where.

A row of wrong_packs.yaml changes a small pack that is right: lines of its one `rule`, keys that it
is `without`, entries of the section `more` of its `facts`, further `sections`, or whole files
(`pack`, `second`, `cross`, `law`). Each « marks the place of one problem; `at: rule` is where the
rule begins, `at: anywhere` leaves the place open. `problems` is read as in tests/facts.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from convenio import load_pack
from convenio.errors import PackError
from convenio.packs import Pack
from problems import assert_problem

pytestmark = pytest.mark.timeout(10)

MARK = "«"
ROWS: list[dict[str, Any]] = yaml.load(
    (Path(__file__).parent / "wrong_packs.yaml").read_text(), Loader=yaml.BaseLoader
)

PACK = """\
id: small
version: 1.0.0
title: Small
currency: USD
families: [first, second, cross]
rating:
  critical: [{at_least: 1, severity: critical}]
  high: [{at_least: 1, severity: high}]
  moderate: [{at_least: 1, severity: medium}]
  overall: worst_family
"""
FACTS = """\
version: 1
records:
  row:
    kind: {type: enum, values: [a, b], label: K, ask: K?}
deal:
  elements: {type: set of enum, values: [sale, visit], label: E, ask: E?}
terms:
  years:
    {type: number, unit: years, range: [0, 99], step: 1, label: Y, ask: Y?, negotiable: {cost: 1}}
  months: {type: number, unit: months, label: M, ask: M?}
  given: {type: bool, label: G, ask: G?}
rows: {type: list of row, label: R, ask: R?}
"""
RULE = {
    "id": "FIR-001",
    "title": "First",
    "statement": "A fact is given.",
    "when": "terms.given",
    "severity": "low",
    "because": '"Given: {terms.given}."',
    "article": "{section: S}",
    "threshold": "{basis: judgement, source: x}",
}


def files_of(row: dict[str, Any]) -> dict[str, str]:
    """Return the files of the changed pack, with the marks still in them."""
    lines = {
        key: f"{key}: {value}" for key, value in RULE.items() if key not in row.get("without", [])
    }
    for block in re.split(r"\n(?=«?\w)", row.get("rule", "").strip("\n")):
        if block:
            lines[block.partition(":")[0].strip(MARK)] = block
    rule = "\n".join(lines.values()).replace("\n", "\n  ")
    begin = MARK if row.get("at") == "rule" else ""
    facts = FACTS + row.get("sections", "") + "\n"
    if "facts" in row:
        facts += "more:\n  " + row["facts"].strip("\n").replace("\n", "\n  ") + "\n"
    return {
        "pack.yaml": row.get("pack", PACK),
        "facts.yaml": facts,
        "first.yaml": f"- {begin}{rule}\n",
        "second.yaml": row.get("second", "[]\n"),
        "cross.yaml": row.get("cross", "[]\n"),
        **({"law.yaml": row["law"]} if "law" in row else {}),
    }


def marks(files: dict[str, str]) -> list[tuple[str, int, int]]:
    """Return the file, line and column of each mark, as they are once the marks are gone."""
    found = []
    for name, text in sorted(files.items()):
        for number, line in enumerate(text.split("\n"), 1):
            column = 1
            for part in line.split(MARK)[:-1]:
                column += len(part)
                found.append((name, number, column))
    return found


def write(files: dict[str, str], folder: Path) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text.replace(MARK, ""))
    return folder


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_wrong_pack_is_refused_with_every_place_and_what_is_wrong(
    row: dict[str, Any], tmp_path: Path
) -> None:
    files = files_of(row)
    with pytest.raises(PackError) as caught:
        load_pack(write(files, tmp_path))
    assert caught.value.exit_code == 4
    problems = [p for p in caught.value.problems if p.path not in row.get("also", [])]
    told = "\n".join(map(str, caught.value.problems))
    places = [(str(Path(p.position.file).relative_to(tmp_path)), *p.position[1:]) for p in problems]
    if "whole_file" in row:
        assert places == [(row["whole_file"], 0, 0)], told
    elif row.get("at") != "anywhere":
        assert places == marks(files), told
    for problem, expected in zip(problems, row["problems"], strict=True):
        assert_problem(problem, expected)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_what_a_rule_author_is_told_is_plain_english(row: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(PackError) as caught:
        load_pack(write(files_of(row), tmp_path))
    for problem in caught.value.problems:
        told = f"{problem.message} {problem.expected}"
        for word in ("pydantic", "_RuleEntry", "_Declaration", "_PackFile", "dict", "Value error"):
            assert word not in told


def test_a_fault_in_a_folded_condition_has_a_place_that_exists(tmp_path: Path) -> None:
    when = "when: >-\n  terms.given\n  and terms.yeers > 5"
    files = files_of({"rule": when})
    with pytest.raises(PackError) as caught:
        load_pack(write(files, tmp_path))
    _, line, column = caught.value.problems[0].position
    lines = files["first.yaml"].split("\n")
    begin = next(number for number, text in enumerate(lines, 1) if ">-" in text)
    assert begin <= line <= begin + 2
    assert column <= len(lines[line - 1])


def test_the_small_pack_is_right(tmp_path: Path) -> None:
    pack = load_pack(write(files_of({"facts": "x: {type: bool, label: X, ask: X?}"}), tmp_path))
    assert [rule.id for rule in pack.rules] == ["FIR-001"]
    assert "more.x" in pack.catalogue.facts


def test_faults_of_all_files_come_at_once(tmp_path: Path) -> None:
    rows = {row["name"]: row for row in ROWS}
    files = files_of(rows["condition with an unknown fact"])
    files["second.yaml"] = rows["family that is a mapping"]["second"]
    files["cross.yaml"] = rows["mitigating factor in cross"]["cross"]
    with pytest.raises(PackError) as caught:
        load_pack(write(files, tmp_path))
    names = [Path(p.position.file).name for p in caught.value.problems]
    assert names == ["cross.yaml", "first.yaml", "second.yaml"]


def test_faults_of_the_catalogue_and_the_policy_come_at_once(tmp_path: Path) -> None:
    files = files_of(
        {"facts": "x: {type: nmber, label: X, ask: X?}\ny: {type: enum, label: Y, ask: Y?}"}
    )
    files["pack.yaml"] = PACK.replace("version: 1.0.0", "version: one")
    with pytest.raises(PackError) as caught:
        load_pack(write(files, tmp_path))
    assert [p.path for p in caught.value.problems] == ["more.x.type", "more.y", "version"]


@pytest.mark.parametrize("name", ["facts.yaml", "first.yaml", "second.yaml"])
def test_a_file_of_the_pack_that_is_missing_is_named(name: str, tmp_path: Path) -> None:
    folder = write(files_of({}), tmp_path)
    (folder / name).unlink()
    with pytest.raises(PackError) as caught:
        load_pack(folder)
    assert caught.value.problems[0].position.file == str(folder / name)
    assert caught.value.problems[0].message == "the file can't be read"


def test_a_file_that_is_a_link_out_of_the_pack_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    folder.mkdir()
    write(files_of({}), folder)
    (tmp_path / "elsewhere.yaml").write_text("[]\n")
    (folder / "second.yaml").unlink()
    (folder / "second.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    with pytest.raises(PackError, match="outside the pack"):
        load_pack(folder)


def test_a_row_of_the_corpus_has_a_name_of_its_own() -> None:
    assert len({row["name"] for row in ROWS}) == len(ROWS) >= 60


def test_a_pack_that_changes_has_another_digest(tmp_path: Path) -> None:
    one: Pack = load_pack(write(files_of({}), tmp_path))
    other = load_pack(write(files_of({"rule": "title: Another"}), tmp_path))
    assert one.digest != other.digest
    assert one.digest.startswith("sha256:")
