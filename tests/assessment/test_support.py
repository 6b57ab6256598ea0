"""The facts behind a finding are those that its traces show to have decided it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.packs import load_written, write_pack
from convenio import Engine
from convenio.assessment import Assessment, Finding
from convenio.facts.case import Case
from convenio.language.trace import Trace, support
from convenio.packs import Pack
from semantics.random_packs import FAMILIES, RATINGS, rules
from semantics.test_compiled import cases_of

some = settings(max_examples=max(1, settings.default.max_examples // 4))


def traced(finding: Finding, whole: Assessment) -> tuple[set[str], set[str], set[str]]:
    """Return the paths that traces of whole conditions show: decided, open, missing of decided."""
    levels = [trace for _, trace in finding.levels]
    names = [severity for severity, _ in finding.levels]
    decided, above = [finding.applies], []
    if finding.verdict == "clear":
        decided, above = levels, [finding.applies]
    elif finding.verdict == "flag":
        place = names.index(finding.severity)
        decided, above = [levels[place], finding.applies], [finding.applies, *levels[place + 1 :]]
    elif finding.verdict == "unknown":
        decided = [finding.applies, *(level for level in levels if level.truth is not False)]
        above = decided
    leaves = [leaf for trace in decided for leaf in _leaves([trace], whole)]
    missing = {
        leaf.path
        for trace in above
        if trace.truth is None
        for part in support(trace)
        for leaf in part.leaves
        if leaf.missing
    }
    for trace in above:
        if trace.truth is None:
            for part in support(trace):
                for named in part.flags:
                    missing.update(whole.finding(named).missing)
    return (
        {leaf.path for leaf in leaves},
        missing,
        {leaf.path for leaf in leaves if leaf.missing},
    )


def _leaves(traces: Iterable[Trace], whole: Assessment) -> list[Any]:
    found = []
    for trace in traces:
        for part in support(trace):
            found += part.leaves
            for named in part.flags:
                found += whole.finding(named).facts
    return found


def assert_same(engine: Engine, case: Case) -> int:
    whole = engine.assess(case)
    for finding in whole.findings:
        decided, missing, marked = traced(finding, whole)
        assert {leaf.path for leaf in finding.facts} == decided, finding.rule.id
        assert set(finding.missing) == missing, finding.rule.id
        assert {leaf.path for leaf in finding.facts if leaf.missing} == marked, finding.rule.id
    return sum(bool(finding.facts) for finding in whole.findings)


@pytest.mark.parametrize("compiled", [False, True])
def test_of_the_shipped_cases(compiled: bool, pack: Pack, shipped_cases: dict[str, Case]) -> None:
    engine = Engine(pack, "reference")
    if compiled:
        engine.compile()
    assert sum(assert_same(engine, case) for case in shipped_cases.values()) > 1_000


@some
@given(rules(), st.integers(0, 2**32))
def test_of_random_packs_on_random_cases(listed: Any, seed: int) -> None:
    with TemporaryDirectory() as folder:
        pack = load_written(write_pack(Path(folder) / "pack", listed, FAMILIES, RATINGS[0]))
    engine = Engine(pack, "reference")
    # Twice, so that what was remembered from one case serves another.
    for case in cases_of(seed, pack) * 2:
        assert_same(engine, case)
