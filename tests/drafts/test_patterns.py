"""Which fact a sentence says, in each language; nothing where it does not say it for certain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from convenio.drafting.clauses import Sentence
from convenio.drafting.wordings import language

ROWS = [
    (name, *row)
    for name, rows in yaml.safe_load(
        (Path(__file__).parent / "rows.yaml").read_text(encoding="utf-8")
    ).items()
    for row in rows
]


@pytest.mark.parametrize(("name", "text", "fact", "value"), ROWS)
def test_a_sentence_says_a_fact(name: str, text: str, fact: str, value: Any):
    found = said(name, text).get(fact, [])
    if value == "none":
        assert found == []
    else:
        wanted = "none" if value == "none_of_them" else value
        together = (
            [member for one in found for member in one] if isinstance(wanted, list) else found
        )
        assert together == (wanted if isinstance(wanted, list) else [wanted])


def said(name: str, text: str) -> dict[str, list[Any]]:
    """Return each fact that a sentence says with its values."""
    known = language(name)
    sentence = Sentence(text, 1, 0, 1)
    found: dict[str, list[Any]] = {}
    for pattern in known.patterns:
        hit = pattern.matches(sentence, sentence.plain, known.negations)
        if hit is not None and hit[2] not in found.setdefault(pattern.fact, []):
            found[pattern.fact].append(hit[2])
    return {fact: values for fact, values in found.items() if values}


@pytest.mark.parametrize("name", ["en", "es", "pt"])
def test_every_pattern_proposes_what_the_catalogue_knows(name, pack):
    for pattern in language(name).patterns:
        declared = pack.catalogue.facts[pattern.fact].type
        if declared.kind == "bool":
            assert isinstance(pattern.value, bool)
        elif declared.members:
            values = pattern.value if isinstance(pattern.value, list) else [pattern.value]
            assert set(values) <= set(declared.members)
            assert isinstance(pattern.value, list) == (declared.kind == "set")
        else:
            assert pattern.read in ("years", "months")
