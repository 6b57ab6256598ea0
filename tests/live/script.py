"""The evaluator of live briefs, run in Node, and its readings beside those of the engine."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from convenio import Assessment
from convenio.backends.outcome import Outcome
from convenio.packs.policy import RATINGS
from convenio.packs.rule import severity_number
from convenio.reports.live.page import SCRIPTS, page_script

RUNNER = Path(__file__).parent / "evaluate.js"

EVALUATOR = page_script(SCRIPTS[:-1])
"""The script of the page but for the part that needs one."""

CALLED = """({ pack, case: one, changes }) => {
  const found = readingsOf(packs[pack], changes ? withChanges(packs[pack], one, changes) : one);
  return { ...found, established: [...found.established], presumed: [...found.presumed] };
}"""
"""What gives the readings of one case, where `packs` are there."""


def run(
    packs: Sequence[Mapping[str, Any]],
    cases: Sequence[Mapping[str, Any]],
    evaluator: str = EVALUATOR,
) -> list[Any]:
    """Return the readings of cases, evaluated in one Node process.

    Node has to be there (tests/install-system-packages.sh installs it): without it this fails.
    """
    node = shutil.which("node")
    assert node is not None, "Node.js is needed: sh tests/install-system-packages.sh"
    done = subprocess.run(
        [node, str(RUNNER)],
        input=json.dumps(
            {"script": evaluator, "called": CALLED, "packs": packs, "cases": cases},
            allow_nan=False,
        ),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def expected(assessment: Assessment, rules: frozenset[str] | None = None) -> dict[str, Any]:
    """Return what the script has to say of a case, of some rules or all."""
    names = list(assessment.families)
    families = [_readings(assessment.readings(name)) for name in names]
    return {
        "established": _outcomes(assessment.outcomes, rules),
        "presumed": _outcomes(assessment.presumed_outcomes, rules),
        "families": families,
        "overall": _readings(assessment.readings()),
    }


def told(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the script said, in the form of `expected`."""
    return {**found, **{name: dict(found[name]) for name in ("established", "presumed")}}


def _outcomes(outcomes: Mapping[str, Outcome], rules: frozenset[str] | None) -> dict[str, Any]:
    return {
        rule: {
            "verdict": one.verdict,
            "severity": severity_number(one.severity),
            "ceiling": severity_number(one.ceiling),
        }
        for rule, one in outcomes.items()
        if rules is None or rule in rules
    }


def _readings(readings: Any) -> dict[str, int]:
    order = ("not_assessed", *RATINGS)
    return {name: order.index(getattr(readings, name)) for name in readings._fields}
