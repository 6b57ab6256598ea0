"""Every row of the corpus, on every inference engine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import get_args

import pytest

from conformance import rows
from conformance.changes import CHANGES, COMPILED, Change
from conformance.comparing import differences
from conformance.packs import Packs, case_text, dump, read_case
from convenio import Engine, assess
from convenio.backends.frames.functions import COLUMNS
from convenio.errors import CaseError, PackError
from convenio.language import syntax as s
from convenio.language.functions import FUNCTIONS
from convenio.language.parser import parse

# Where the library is meant to be there, its absence fails these tests; it is never skipped.
ENGINES = ("reference", "durable_rules") if sys.version_info < (3, 13) else ("reference",)

ROWS = rows.all_rows()
REFUSED = tuple(row for row in ROWS if "refused" in row.content.get("expect", ()))
ASSESSED = tuple(row for row in ROWS if row not in REFUSED)

_ANSWERS = ("title", "truth", "support", "missing", "atoms", "expect")
"""What a row says of its question, as against the question itself."""


def _by_id(row: rows.Row) -> str:
    return row.id


@pytest.fixture(scope="module")
def packs(tmp_path_factory: pytest.TempPathFactory) -> Packs:
    return Packs(tmp_path_factory.mktemp("corpus"))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("row", ASSESSED, ids=_by_id)
def test_a_case_means_what_the_semantics_say(row: rows.Row, engine: str, packs: Packs) -> None:
    pack = packs.of(row)
    assessment = assess(read_case(case_text(row.content), pack), pack, inference=engine)
    assert assessment.inference == engine
    assert differences(row, assessment) == []


@pytest.mark.parametrize("row", ASSESSED, ids=_by_id)
def test_a_compiled_pack_means_the_same(row: rows.Row, packs: Packs) -> None:
    case = read_case(case_text(row.content), packs.of(row))
    assert differences(row, packs.compiled(row).assess(case)) == []


@pytest.mark.parametrize("row", REFUSED, ids=_by_id)
def test_what_has_no_meaning_is_refused(row: rows.Row, packs: Packs) -> None:
    with pytest.raises((CaseError, PackError)) as caught:
        read_case(case_text(row.content), packs.of(row))
    assert row.content["expect"]["refused"] in str(caught.value)


def test_the_corpus_is_large_enough_to_lean_on() -> None:
    assert len(ROWS) >= 250


@pytest.mark.parametrize("file", rows.FILES, ids=lambda file: file.stem)
def test_every_file_has_rows_and_names_the_sentences_it_pins(file: Path) -> None:
    assert rows.rows_of(file)
    assert all(sentence.strip() for row in rows.rows_of(file) for sentence in row.sentences)


def test_no_row_is_asked_twice() -> None:
    asked: dict[str, str] = {}
    again: list[str] = []
    for row in ROWS:
        given = {key: value for key, value in row.content.items() if key not in _ANSWERS}
        about = sorted({*row.content, *row.content.get("expect", ())} - {"title"})
        first = asked.setdefault(dump([given, about]), row.id)
        if first != row.id:
            again.append(f"{row.id} asks what {first} asks")
    assert again == []


def test_every_kind_of_condition_stands_in_the_corpus() -> None:
    used = {
        type(part)
        for row in ROWS
        if row.is_expression
        for part in s.walk(parse(row.content["expr"]))
    }
    used |= {s.Choices, s.Flagged, s.FlaggedIn}
    assert used == set(get_args(s.Expression))


def test_every_function_of_the_language_stands_in_the_corpus_and_has_a_twin_for_columns() -> None:
    called = {
        part.function
        for row in ROWS
        if row.is_expression
        for part in s.walk(parse(row.content["expr"]))
        if isinstance(part, s.Call)
    }
    assert called == set(FUNCTIONS) == set(COLUMNS)


@pytest.mark.parametrize(
    ("change", "way"),
    [
        pytest.param(change, way, id=f"{change.id}, {way}")
        for change in CHANGES
        for way in change.ways
    ],
)
def test_a_change_of_meaning_breaks_a_row(
    change: Change, way: str, packs: Packs, monkeypatch: pytest.MonkeyPatch
) -> None:
    pinned = [row for row in ASSESSED if row.file == change.file]
    held = {row.id for row in pinned if _holds(row, way, packs)}
    monkeypatch.setattr(change.place, change.name, change.instead)
    packs.forget_compiled()
    broken = [row.id for row in pinned if row.id in held and not _holds(row, way, packs)]
    packs.forget_compiled()
    assert broken


def _holds(row: rows.Row, way: str, packs: Packs) -> bool:
    pack = packs.of(row)
    # A new engine takes its first case as written.
    engine = packs.compiled(row) if way == COMPILED else Engine(pack, "reference")
    return not differences(row, engine.assess(read_case(case_text(row.content), pack)))
