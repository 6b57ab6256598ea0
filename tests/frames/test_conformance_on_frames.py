"""Every row of the corpus on every engine: frames say what the reference says, cell by cell."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from conformance import rows
from conformance.packs import Packs, case_text, load_written, read_case, write_pack
from convenio import assess
from convenio.assessment.frame import FrameWarning, assess_frame
from convenio.backends.frames.rows import tabulate
from convenio.backends.frames.rules import code_of
from convenio.facts.case import Case
from convenio.packs import Pack
from frames.engines import ENGINES, FAST, as_polars

# Which of 0.1 + 0.2 + 0.3 is added first is the engine's affair (docs/decisions/0005).
ORDER_OF_SUMS = "sum(a.km for a in activities) == 0.6"

# Spark takes seconds to plan what it runs in a moment, and comes to no end with all expressions in
# one plan. It gets them in parts: the first here, all of them in `make nightly`.
WHOLE = "CONVENIO_SPARK_WHOLE" in os.environ
PARTS_OF_EXPRESSIONS = 100
PARTS_OF_PACKS = 83

ASSESSED = tuple(row for row in rows.all_rows() if "refused" not in row.content.get("expect", ()))
FILES = sorted({row.file for row in ASSESSED if row.is_expression})
EXPRESSIONS = tuple(row for row in ASSESSED if row.is_expression)
PACKS = tuple(row for row in ASSESSED if not row.is_expression)


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Packs:
    return Packs(tmp_path_factory.mktemp("corpus"))


@dataclass(frozen=True)
class Question:
    """Cases as tables, and what the reference says of each: the same for all engines."""

    pack: Pack
    table: pl.DataFrame
    children: Mapping[str, pl.DataFrame]
    expected: Mapping[str, Mapping[str, Any]]


def question_of(cases: Sequence[Case], pack: Pack) -> Question:
    table, children = tabulate(cases, pack.catalogue)
    expected = {case.id: _expected(case, pack) for case in cases}
    assert len(expected) == len(cases)
    return Question(pack, table, children, expected)


def different_cells(cases: Sequence[Case], pack: Pack, engine: str) -> list[str]:
    """Return every cell in which a frame's verdicts and ratings differ from the reference's."""
    return wrong_answers(question_of(cases, pack), engine)


def wrong_answers(question: Question, engine: str) -> list[str]:
    """Return every cell in which a frame's verdicts and ratings are not what is expected."""
    build = ENGINES[engine]
    children = {path: build(child) for path, child in question.children.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FrameWarning)
        result = assess_frame(build(question.table), question.pack, children)
    found = {row["id"]: row for row in as_polars(result.cases).to_dicts()}
    assert len(found) == len(question.expected)
    return [
        f"{case} {name}: {value} is expected, {found[case][name]} was found"
        for case, expected in question.expected.items()
        for name, value in expected.items()
        if found[case][name] != value
    ]


def _expected(case: Case, pack: Pack) -> dict[str, Any]:
    assessment = assess(case, pack, inference="reference")
    expected: dict[str, Any] = {"status": "ok", "reason": None}
    expected |= {"floor": assessment.floor, "ceiling": assessment.ceiling}
    for family, rating in assessment.families.items():
        expected |= {f"{family}__floor": rating.floor, f"{family}__ceiling": rating.ceiling}
    verdicts = [outcome.verdict for outcome in assessment.outcomes.values()]
    for verdict in ("flag", "unknown", "clear", "not_applicable"):
        expected[verdict] = verdicts.count(verdict)
    for rule in pack.rules:
        expected[rule.id] = code_of(assessment.outcomes[rule.id], rule.kind == "mitigating")
    return expected


@pytest.fixture(scope="module")
def questions(packs: Packs) -> Callable[[str], Question]:
    """Ask all expressions of a file; asked again, it is the same question."""

    @cache
    def ask(file: str) -> Question:
        asked = [row for row in EXPRESSIONS if row.file == file]
        if file == "count_sum":
            asked = [row for row in asked if row.content["expr"] != ORDER_OF_SUMS]
        pack = packs.of(asked[0])
        cases = [replace(read_case(case_text(row.content), pack), id=row.rule_id) for row in asked]
        return question_of(cases, pack)

    return ask


@pytest.mark.parametrize("engine", FAST)
@pytest.mark.parametrize("file", FILES)
def test_expressions_of_the_corpus(
    file: str, engine: str, questions: Callable[[str], Question]
) -> None:
    assert wrong_answers(questions(file), engine) == []


@pytest.mark.parametrize("part", range(PARTS_OF_EXPRESSIONS if WHOLE else 1))
def test_expressions_on_spark(part: int, tmp_path: Path) -> None:
    asked = EXPRESSIONS[part::PARTS_OF_EXPRESSIONS]
    asked = tuple(row for row in asked if row.content["expr"] != ORDER_OF_SUMS)
    listed = [
        {"id": f"SP-{number:03d}", "when": text, "severity": "low"}
        for number, text in enumerate(dict.fromkeys(row.content["expr"] for row in asked))
    ]
    pack = load_written(write_pack(tmp_path / "pack", listed))
    cases = [
        replace(read_case(case_text(row.content), pack), id=row.id.replace("/", "-"))
        for row in asked
    ]
    assert different_cells(cases, pack, "spark") == []


@pytest.mark.parametrize("engine", FAST)
def test_packs_of_the_corpus(engine: str, packs: Packs) -> None:
    step = 1 if engine == "polars" else 12
    wrong = []
    for row in PACKS[::step]:
        pack = packs.of(row)
        case = read_case(case_text(row.content), pack)
        wrong += [f"{row.id}: {cell}" for cell in different_cells([case], pack, engine)]
    assert wrong == []


@pytest.mark.parametrize("part", range(PARTS_OF_PACKS if WHOLE else 1))
def test_packs_on_spark(part: int, packs: Packs) -> None:
    wrong = []
    for row in PACKS[part::PARTS_OF_PACKS]:
        pack = packs.of(row)
        case = read_case(case_text(row.content), pack)
        wrong += [f"{row.id}: {cell}" for cell in different_cells([case], pack, "spark")]
    assert wrong == []
