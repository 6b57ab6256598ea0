"""Puts what a row expects beside what an assessment says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.rows import VERDICT_OF, Row
from convenio import Assessment, Finding
from convenio.language.formula import AtomTable, normalise
from convenio.language.parser import parse
from convenio.language.syntax import unparse

Comparison = tuple[str, Any, Any]
"""What is compared, what the row expects, what was found."""


def differences(row: Row, assessment: Assessment) -> list[str]:
    """Return where an assessment departs from a row; an empty list where it does not."""
    compared = _expression if row.is_expression else _pack
    return [
        f"{what}: {wanted} is expected, {found} was found"
        for what, wanted, found in compared(row, assessment)
        if wanted != found
    ]


def _expression(row: Row, assessment: Assessment) -> Iterator[Comparison]:
    content, finding = row.content, assessment.finding(row.rule_id)
    yield "truth", VERDICT_OF[content["truth"]], finding.verdict
    if "support" in content:
        yield "support", sorted(content["support"]), _paths(finding)
    missing = content.get("missing", None if content["truth"] == "U" else [])
    if missing is not None:
        yield "missing", sorted(missing), sorted(finding.missing)
    if "atoms" in content:
        table = AtomTable()
        normalise(parse(content["expr"]), table)
        yield "atoms", sorted(content["atoms"]), sorted(map(unparse, table.atoms))


def _pack(row: Row, assessment: Assessment) -> Iterator[Comparison]:
    expect = row.content["expect"]
    for rule, wanted in expect.get("verdicts", {}).items():
        yield from _verdict(rule, wanted, assessment.finding(rule))
    for family, (floor, ceiling) in expect.get("families", {}).items():
        rating = assessment.families[family]
        yield f"{family} floor", floor, rating.floor
        yield f"{family} ceiling", ceiling, rating.ceiling
    for family, confidence in expect.get("confidence", {}).items():
        yield f"{family} confidence", confidence, assessment.family_confidence(family)
    if "overall" in expect:
        yield "overall", expect["overall"], [assessment.floor, assessment.ceiling]


def _verdict(rule: str, wanted: str | Mapping[str, Any], finding: Finding) -> Iterator[Comparison]:
    expected = {"verdict": wanted} if isinstance(wanted, str) else dict(wanted)
    if expected["verdict"] in ("clear", "not_applicable"):
        expected |= {"severity": None, "ceiling": None, "confidence": None}
    if expected["verdict"] == "unknown":
        expected["severity"] = None
    found = {
        "verdict": finding.verdict,
        "severity": finding.severity,
        "ceiling": finding.severity_ceiling,
        "missing": sorted(finding.missing),
        "facts": _paths(finding),
        "confidence": finding.confidence,
        "reason": finding.reason,
    }
    for key, value in expected.items():
        wanted_value = sorted(value) if isinstance(value, list) else value
        yield f"{rule} {key}", wanted_value, found[key]


def _paths(finding: Finding) -> list[str]:
    return sorted(leaf.path for leaf in finding.facts)
