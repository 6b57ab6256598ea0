"""Every row of the corpus, on the evaluator of live briefs: in Node, and in a browser."""

from __future__ import annotations

import pytest

from conformance import rows
from conformance.packs import Packs, case_text, read_case
from convenio.backends.script import case_data, pack_data
from live.script import expected, run, told

ROWS = tuple(row for row in rows.all_rows() if "refused" not in row.content.get("expect", ()))


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    """Every row as the script takes it, and what the reference says of it."""
    packs = Packs(tmp_path_factory.mktemp("corpus"))
    given, wanted = [], []
    for row in ROWS:
        pack = packs.of(row)
        case = read_case(case_text(row.content), pack)
        given.append((pack_data(pack, case), case_data(case)))
        wanted.append(expected(packs.compiled(row).assess(case)))
    return given, wanted


def test_the_corpus_means_the_same_in_node(corpus):
    given, wanted = corpus
    cases = [{"pack": number, "case": case} for number, (_, case) in enumerate(given)]
    found = run([pack for pack, _ in given], cases)
    wrong = [
        row.id for row, one, want in zip(ROWS, found, wanted, strict=True) if told(one) != want
    ]
    assert wrong == []
