"""Results show themselves as tables in notebooks, and texts of a case change nothing but text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from convenio import (
    Pack,
    compare,
    exact_range,
    load_case,
    questions,
    remedies,
    sensitivity,
)
from convenio.facts.case import Case


@pytest.fixture(scope="module")
def case(pack: Pack) -> Case:
    return replace(load_case("merida-2008", pack), title="<script>alert(1)</script> & more")


@pytest.mark.parametrize(
    "asked",
    [
        lambda case, pack: compare(case, pack, settings={"terms.duration_years": "3"}),
        questions,
        lambda case, pack: remedies(case, pack, "low"),
        sensitivity,
        exact_range,
    ],
    ids=["compare", "questions", "remedies", "sensitivity", "exact"],
)
def test_as_a_table(asked: Any, case: Case, pack: Pack) -> None:
    text = asked(case, pack)._repr_html_()
    assert "<script" not in text
    table = ElementTree.fromstring(text)
    assert table.tag == "table"
    assert table.find("caption") is not None
    columns = len(table.findall("thead/tr/th"))
    rows = table.findall("tbody/tr")
    assert rows
    assert all(len(row) == columns for row in rows)
