"""Every row of the corpus, on every inference engine."""

from __future__ import annotations

import sys

import pytest

from conformance import rows
from conformance.comparing import differences
from conformance.packs import Packs, case_text, read_case
from convenio import assess
from convenio.errors import CaseError, PackError

# Where the library is meant to be there, its absence fails these tests; it is never skipped.
ENGINES = ("reference", "durable_rules") if sys.version_info < (3, 13) else ("reference",)

ROWS = rows.all_rows()
REFUSED = tuple(row for row in ROWS if "refused" in row.content.get("expect", ()))
ASSESSED = tuple(row for row in ROWS if row not in REFUSED)


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


@pytest.mark.parametrize("row", REFUSED, ids=_by_id)
def test_what_has_no_meaning_is_refused(row: rows.Row, packs: Packs) -> None:
    with pytest.raises((CaseError, PackError)) as caught:
        read_case(case_text(row.content), packs.of(row))
    assert row.content["expect"]["refused"] in str(caught.value)
