"""How much is found in the texts that may stand here, and how much of what is proposed is right.

The texts that were kept apart, and those that may not stand here, were measured when the
extractor was written: docs/analysts.md has the figures.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from convenio.drafting.drafting import draft_from
from convenio.drafting.reading import read_document
from drafts.measuring import compare

HERE = Path(__file__).parent
MARKED = yaml.safe_load((HERE / "marked.yaml").read_text(encoding="utf-8"))
SOURCES = yaml.safe_load((HERE / "texts/SOURCES.yaml").read_text(encoding="utf-8"))
HERE_TOO = sorted(path.stem for path in (HERE / "texts").glob("*.txt"))


@pytest.mark.parametrize("name", HERE_TOO)
def test_kind_and_language_are_told(name):
    draft = draft_from(read_document(HERE / f"texts/{name}.txt"))
    assert (draft.kind, draft.language) == (MARKED[name]["kind"], MARKED[name]["language"])


def test_precision_and_recall_keep_their_floors():
    proposed = right = marked = met = 0
    for name in HERE_TOO:
        draft = draft_from(read_document(HERE / f"texts/{name}.txt"))
        good, _, missed = compare(draft, MARKED[name]["marks"])
        proposed += len(draft.proposals)
        right += len(good)
        marked += len(MARKED[name]["marks"])
        met += len(MARKED[name]["marks"]) - len(missed)
    assert right / proposed >= 0.98
    assert met / marked >= 0.92


def test_every_text_has_marks_and_a_source():
    elsewhere = yaml.safe_load((HERE / "texts/ELSEWHERE.yaml").read_text(encoding="utf-8"))
    assert set(HERE_TOO) == set(SOURCES)
    assert set(MARKED) == set(SOURCES) | set(elsewhere)


def test_marks_are_facts_of_the_catalogue(pack):
    for entry in MARKED.values():
        for mark in entry["marks"]:
            declared = pack.catalogue.facts[mark["path"]]
            assert ("row" in mark) == (declared.type.kind == "list")
