"""A finding over a list names the element that decided, counted from 0, with its line."""

from __future__ import annotations

import pytest

from conformance.packs import read_case, write_pack
from convenio import Finding, assess, load_pack
from convenio.packs import Pack

CASE = """\
case: lines
title: Lines
as_of: 2020-01-01
activities:
  - name: First
    live: false
  - name: Second
    live: true
    troops: 3
  - name: Third
incidents:
  items:
    - {grave: false}
  complete: false
"""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    rules = [
        {"id": "AA-001", "when": "any(a.live for a in activities)"},
        {"id": "AA-002", "when": "any(True for a in activities)"},
        {"id": "AA-003", "when": "any(i.grave for i in incidents)"},
        {"id": "AA-004", "when": "all(a.troops > 1 for a in activities)"},
        {
            "id": "AA-005",
            "when": "any(a.live and not i.grave for a in activities for i in incidents)",
        },
    ]
    return load_pack(write_pack(tmp_path_factory.mktemp("elements") / "pack", rules))


def _finding(rule: str, pack: Pack) -> Finding:
    return assess(read_case(CASE, pack), pack).finding(rule)


def test_the_field_that_decided_is_named_with_its_line(pack: Pack) -> None:
    (leaf,) = _finding("AA-001", pack).facts
    assert leaf.path == "activities[1].live"
    assert leaf.fact is not None
    assert leaf.fact.position.line == 8


def test_an_element_that_decided_without_a_field_is_named_with_its_line(pack: Pack) -> None:
    leaves = _finding("AA-002", pack).facts
    named = [(leaf.path, leaf.fact.position.line) for leaf in leaves if leaf.fact is not None]
    assert named == [("activities[0]", 5), ("activities[1]", 7), ("activities[2]", 10)]


def test_a_pair_names_both_elements(pack: Pack) -> None:
    trace = _finding("AA-005", pack).levels[0][1]
    decided = [part.element for part in trace.children if part.truth]
    assert decided == ["activities[1], incidents[0]"]


def test_an_incomplete_list_is_missing_by_its_name(pack: Pack) -> None:
    assert _finding("AA-003", pack).missing == ("incidents",)


def test_an_unknown_field_is_missing_by_its_element(pack: Pack) -> None:
    missing = _finding("AA-004", pack).missing
    assert missing == ("activities[0].troops", "activities[2].troops")
