"""A corpus of case files that are wrong: what the analyst is told, and where.

A row of wrong_cases/*.yaml has the facts of a case (`body`, which stands under the three keys that
each file needs) or a whole `file`. Each « marks the place of one problem, in the order of the file;
`problems` says of each what it must name. `path`, `found` and `nearest` are compared whole, `says`
and `expected` are parts of the text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import CaseReader
from convenio.errors import CaseError, Problem
from problems import assert_problem

pytestmark = pytest.mark.timeout(10)

HEAD = "case: wrong\ntitle: Wrong on purpose\nas_of: 2020-01-01\n"
MARK = "«"
FOLDER = Path(__file__).parent / "wrong_cases"
ROWS: list[dict[str, Any]] = [
    row
    for path in sorted(FOLDER.glob("*.yaml"))
    for row in yaml.load(path.read_text(), Loader=yaml.BaseLoader)  # every scalar stays text
]


def marks(text: str) -> Iterator[tuple[int, int]]:
    """Yield line and column of each mark, as they are once the marks are gone."""
    for number, line in enumerate(text.split("\n"), 1):
        column = 1
        for part in line.split(MARK)[:-1]:
            column += len(part)
            yield number, column


def problems_of(row: dict[str, Any], read: CaseReader) -> tuple[str, tuple[Problem, ...]]:
    text = row.get("file") or HEAD + row["body"]
    with pytest.raises(CaseError) as caught:
        read(text.replace(MARK, ""))
    assert caught.value.exit_code == 3
    return text, caught.value.problems


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_wrong_case_is_refused_with_every_place_and_what_is_wrong(
    row: dict[str, Any], case_of: CaseReader
) -> None:
    text, problems = problems_of(row, case_of)
    told = "\n".join(map(str, problems))
    assert [p.position[1:] for p in problems] == list(marks(text)), told
    for problem, expected in zip(problems, row["problems"], strict=True):
        assert problem.position.file == "case.yaml"
        assert str(problem).startswith(f"case.yaml:{problem.position.line}:")
        assert_problem(problem, expected)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_what_an_analyst_is_told_is_plain_english(row: dict[str, Any], case_of: CaseReader) -> None:
    _, problems = problems_of(row, case_of)
    for problem in problems:
        for word in (
            "input should",
            "_Source",
            "_Outcome",
            "None",
            "dict",
            "object at",
            "pydantic",
        ):
            assert word not in f"{problem.message} {problem.expected} {problem.found}"
        assert problem.message
        assert len(str(problem)) < 500


def test_the_corpus_is_as_large_as_the_design_asks() -> None:
    assert len({row["name"] for row in ROWS}) == len(ROWS) >= 60
