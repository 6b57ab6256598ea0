"""Every row of the corpus, on the evaluator of live briefs: in Node, and in a browser."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from browsers import start_browser
from conformance import rows
from conformance.packs import Packs, case_text, read_case
from convenio.backends.script import case_data, pack_data
from live.script import CALLED, EVALUATOR, expected, run, told

ROWS = tuple(row for row in rows.all_rows() if "refused" not in row.content.get("expect", ()))


@dataclass(frozen=True)
class Corpus:
    """The rows as the script takes them, and what the reference says of each."""

    rows: Sequence[rows.Row]
    packs: list[Any]
    cases: list[Any]
    wanted: list[Any]

    def wrong(self, found: list[Any]) -> list[str]:
        pairs = zip(self.rows, found, self.wanted, strict=True)
        return [row.id for row, one, want in pairs if told(one) != want]

    def of(self, file: str) -> Corpus:
        """Return the rows of one file."""
        chosen = [number for number, row in enumerate(self.rows) if row.file == file]
        numbers = list(dict.fromkeys(self.cases[n]["pack"] for n in chosen))
        cases = [{**self.cases[n], "pack": numbers.index(self.cases[n]["pack"])} for n in chosen]
        return Corpus(
            [self.rows[n] for n in chosen],
            [self.packs[number] for number in numbers],
            cases,
            [self.wanted[n] for n in chosen],
        )


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    packs = Packs(tmp_path_factory.mktemp("corpus"))
    # Rules are data of a day, since they may have versions; most rows share pack and day.
    numbers: dict[tuple[Any, ...], int] = {}
    given, cases, wanted = [], [], []
    for row in ROWS:
        pack = packs.of(row)
        case = read_case(case_text(row.content), pack)
        number = numbers.setdefault((pack.folder, case.as_of), len(numbers))
        if number == len(given):
            given.append(pack_data(pack, case))
        cases.append({"pack": number, "case": case_data(case)})
        wanted.append(expected(packs.compiled(row).assess(case)))
    return Corpus(ROWS, given, cases, wanted)


def test_the_corpus_means_the_same_in_node(corpus: Corpus) -> None:
    assert corpus.wrong(run(corpus.packs, corpus.cases)) == []


def test_the_corpus_means_the_same_in_a_browser(corpus: Corpus) -> None:
    browser = start_browser()
    try:
        text = browser.execute_script(
            f"{EVALUATOR}\nconst [packs, cases] = JSON.parse(arguments[0]);"
            f"return JSON.stringify(cases.map({CALLED}));",
            json.dumps([corpus.packs, corpus.cases]),
        )
    finally:
        browser.quit()
    assert corpus.wrong(json.loads(text)) == []


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("kleene", "truth === null ? null : !truth", "truth === null ? true : !truth"),
        ("quantifiers_pairs", "lists.isOpen ? [...truths, null] : truths", "truths"),
        ("sets", "return left.more || right.more ? null : false", "return false"),
        ("verdicts", "applies === true && certain.length > 0", "certain.length > 0"),
        ("mitigation", "inForce.includes(FLAG) || inForce.includes(UNKNOWN)", "false"),
        ("ratings", "rule.topic ?? rule.id", "rule.id"),
        ("places_dates", "isLastDay ? months", "false ? months"),
        ("places_dates", ".toLowerCase()", ""),
    ],
)
def test_a_change_of_meaning_breaks_a_row(
    corpus: Corpus, file: str, right: str, wrong: str
) -> None:
    assert EVALUATOR.count(right) == 1
    part = corpus.of(file)
    assert part.wrong(run(part.packs, part.cases, EVALUATOR.replace(right, wrong)))
