"""SARIF 2.1.0: findings for code-scanning views, with the case file's lines."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from convenio.assessment.assessment import Assessment
from convenio.assessment.finding import Finding
from convenio.errors import Position
from convenio.packs.rule import Rule
from convenio.reports.wording import Wording
from convenio.version import __version__

_LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note"}


def render(assessments: Sequence[Assessment], wording: Wording) -> str:
    """Return one run: flagged rules as results, rules that could not be tested as `review`."""
    rules = list({rule.id: rule for a in assessments for rule in a.pack.rules}.values())
    index = {rule.id: number for number, rule in enumerate(rules)}
    results = [
        _result(finding, assessment, wording, index[finding.rule.id])
        for assessment in assessments
        for finding in assessment.findings
        if finding.rule.kind != "mitigating" and finding.verdict in ("flag", "unknown")
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Convenio",
                        "version": __version__,
                        "rules": [_rule(rule) for rule in rules],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": results,
                **_redacted(assessments),
            }
        ],
    }
    return json.dumps(log, ensure_ascii=False, indent=1) + "\n"


def _redacted(assessments: Sequence[Assessment]) -> dict[str, Any]:
    """Return which facts of which case are left out, as a property of the run."""
    left_out = {a.case.id: list(a.redacted) for a in assessments if a.redacted}
    return {"properties": {"redacted": left_out}} if left_out else {}


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": rule.title,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.statement},
        "help": {"text": "\n".join(m.text for m in rule.mitigations) or rule.statement},
        "properties": {"family": rule.family, "kind": rule.kind, "basis": rule.threshold.basis},
    }


def _result(
    finding: Finding, assessment: Assessment, wording: Wording, index: int
) -> dict[str, Any]:
    because = wording.because(finding, assessment)
    flagged = finding.verdict == "flag"
    return {
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "kind": "fail" if flagged else "review",
        "level": _LEVELS[finding.severity or "low"] if flagged else "none",
        "message": {"text": because},
        "locations": [_location(position) for position in positions_of(finding, assessment)],
        "partialFingerprints": {"case/rule": f"{assessment.case.id}/{finding.rule.id}"},
        "properties": {
            "case": assessment.case.id,
            "verdict": finding.verdict,
            "severity": finding.severity,
            "severityCeiling": finding.severity_ceiling,
            "confidence": finding.confidence,
        },
    }


def positions_of(finding: Finding, assessment: Assessment) -> list[Position]:
    """Return where the deciding facts stand; the top of the file where none is stated."""
    stated = [
        leaf.fact.position
        for leaf in finding.facts
        if leaf.fact is not None and leaf.fact.position.line
    ]
    return stated[:10] or [Position(assessment.case.file, 1, 1)]


def _location(position: Position) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(PurePath(position.file).as_posix())},
            "region": {"startLine": position.line, "startColumn": position.column},
        }
    }
