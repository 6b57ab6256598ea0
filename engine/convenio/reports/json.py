"""The JSON of an assessment: the form that other programs build on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from convenio.assessment.asked import asked_data
from convenio.assessment.assessment import Assessment
from convenio.assessment.finding import Finding, status_of
from convenio.assessment.open_questions import open_questions
from convenio.assessment.rating import Readings
from convenio.facts.case import Case
from convenio.facts.plain import said, value_of
from convenio.language.trace import Leaf
from convenio.packs.pack import Pack
from convenio.reports.context import filled
from convenio.reports.wording import Wording
from convenio.version import __version__

SCHEMA = "convenio/assessment/1"


def render(assessments: Sequence[Assessment], wording: Wording) -> str:
    """Return one object, or a list of them where there are several assessments."""
    documents = [to_dict(assessment, wording) for assessment in assessments]
    content = documents[0] if len(documents) == 1 else documents
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def to_dict(assessment: Assessment, wording: Wording) -> dict[str, Any]:
    """Return an assessment as plain dicts and lists, in the published schema."""
    case, pack = assessment.case, assessment.pack
    return {
        "schema": SCHEMA,
        **({"language": wording.language} if wording.language != "en" else {}),
        **told_whole(case, pack),
        "engine": {"version": __version__, "inference": assessment.inference},
        **({"asked": asked} if (asked := asked_data(case, pack)) else {}),
        "rating": rating_data(assessment),
        "families": {
            name: {
                **rating_data(assessment, name),
                "confidence": assessment.family_confidence(name),
                "rules": assessment.counts(name),
            }
            for name in assessment.families
        },
        "findings": [_finding(finding, assessment, wording) for finding in assessment.findings],
        "open_questions": [
            {
                "path": question.path,
                "state": question.state,
                "ask": wording(question.ask),
                "rules": list(question.rules),
                "severity_ceiling": question.ceiling,
            }
            for question in open_questions(assessment)
        ],
        **({"redacted": list(assessment.redacted)} if assessment.redacted else {}),
        **({"context": context} if (context := _context(assessment, wording)) else {}),
        **({"presumptions": _presumptions(assessment)} if assessment.presumes else {}),
    }


def rating_data(assessment: Assessment, family: str | None = None) -> dict[str, str]:
    """Return the readings of a rating, of the whole or of a family, as plain data.

    A pack without presumptions has two.
    """
    return readings_data(assessment.readings(family), assessment.presumes)


def readings_data(found: Readings, presumes: bool) -> dict[str, str]:
    """Return a rating in its readings as plain data; without presumptions there are two."""
    between = {"presumed": found.presumed} if presumes else {}
    return {"floor": found.floor, **between, "ceiling": found.ceiling}


def _context(assessment: Assessment, wording: Wording) -> list[dict[str, Any]]:
    """Return what context tables filled, with the sources of their rows."""
    return [
        {
            "path": one.fact.path,
            "value": value_of(one.fact.value),
            "confidence": one.confidence,
            "sources": [asdict(cited) for cited in one.sources],
        }
        for one in filled(assessment, wording)
    ]


def _presumptions(assessment: Assessment) -> list[dict[str, Any]]:
    carried = {one.fact.path: one for one in assessment.carrying}
    return [
        {
            "path": fact.path,
            "status": status_of(fact.before),
            "value": value_of(fact.after.value),
            "because": fact.presumption.because,
            "basis": fact.presumption.basis,
            "carries": list(carried[fact.path].families) if fact.path in carried else [],
        }
        for fact in assessment.presumptions
    ]


def identity(assessment: Assessment) -> dict[str, Any]:
    """Return which case was tested against which pack, as plain data."""
    case, pack = assessment.case, assessment.pack
    return {
        "case": {"id": case.id, "digest": case.digest},
        "pack": _pack_data(pack),
    }


def told_whole(case: Case, pack: Pack) -> dict[str, Any]:
    """Return which case and pack a result is of, with the title and date of the case."""
    return {
        "case": {
            "id": case.id,
            "title": case.title,
            "as_of": case.as_of.isoformat(),
            "digest": case.digest,
        },
        "pack": _pack_data(pack),
    }


def _pack_data(pack: Pack) -> dict[str, Any]:
    return {"id": pack.id, "version": pack.version, "digest": pack.digest}


def _finding(finding: Finding, assessment: Assessment, wording: Wording) -> dict[str, Any]:
    rule = finding.rule
    result: dict[str, Any] = {
        "rule": rule.id,
        "family": rule.family,
        "kind": rule.kind,
        **({"role": rule.role} if rule.role else {}),
        **({"topic": rule.topic} if rule.topic else {}),
        "verdict": finding.verdict,
        "severity": finding.severity,
        "severity_ceiling": finding.severity_ceiling,
        "confidence": finding.confidence,
        "title": rule.title,
        "because": wording.because(finding, assessment),
        "facts": [_fact(leaf) for leaf in finding.facts],
        "missing": list(finding.missing),
        "mitigations": [
            {
                "text": mitigation.text,
                "set": {path: value_of(fact.value) for path, fact in mitigation.set.items()},
            }
            for mitigation in rule.mitigations
        ],
        "article": {
            "section": rule.article.section,
            "heading": rule.article.heading,
            "clause": rule.article.clause,
        },
        "threshold": {"basis": rule.threshold.basis, "source": rule.threshold.source},
        "references": [
            {
                "kind": applied.reference.kind,
                "title": applied.reference.title,
                "at": applied.reference.at,
                "of": applied.reference.of,
                "url": applied.reference.url,
                "standing": applied.standing,
                "binds": list(applied.binds),
                **({"says": applied.reference.says} if applied.reference.says else {}),
            }
            for applied in assessment.references(rule)
        ],
    }
    if assessment.presumes:
        presumed = assessment.presumed_outcomes[rule.id]
        result["presumed"] = {"verdict": presumed.verdict, "severity": presumed.severity}
    if rule.national_law:
        result["national_law"] = rule.national_law
    if finding.reason:
        result["reason"] = finding.reason
    return result


def _fact(leaf: Leaf) -> dict[str, Any]:
    fact = leaf.fact
    known = fact is not None and fact.state == "known"
    result: dict[str, Any] = {
        "path": leaf.path,
        "value": value_of(fact.value) if fact is not None and known else None,
        "status": status_of(fact),
        "line": fact.position.line or None if fact is not None else None,
        "source": fact.provenance.source if fact is not None else None,
    }
    if fact is not None and fact.by_country:
        result["by_country"] = {country: said(one) for country, one in fact.by_country}
    if fact is not None and fact.provenance.at:
        result["at"] = fact.provenance.at
    if known and fact is not None and not fact.disclosed:
        result["disclosed"] = False
    return result
