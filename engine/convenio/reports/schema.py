"""The JSON Schema of an assessment's JSON."""

from __future__ import annotations

from typing import Any

from convenio.backends.outcome import VERDICTS
from convenio.errors import UsageError, shorten
from convenio.facts.case import CONFIDENCE_ORDER
from convenio.facts.catalogue import BASES
from convenio.facts.schema import DIALECT
from convenio.packs.law import STANDINGS
from convenio.packs.policy import RATINGS
from convenio.packs.rule import RULE_KINDS, RULE_ROLES, SEVERITIES
from convenio.reports.json import SCHEMA


def assessment_schema() -> dict[str, Any]:
    """Return the schema of one assessment. Later versions only add to it.

    `brief` stands only in the JSON that a brief carries: how the page was made.
    """
    text = {"type": "string"}
    texts = {"type": "array", "items": text}
    rating = {"enum": ["not_assessed", *RATINGS]}
    severity = {"enum": [*SEVERITIES, None]}
    confidence = {"enum": ["high", "medium", "low", None]}
    digest = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
    count = {"type": "integer", "minimum": 0}
    family = _open(
        {
            "floor": rating,
            "ceiling": rating,
            "confidence": confidence,
            "rules": _open(dict.fromkeys(VERDICTS, count)),
        }
    )
    rated = _open({"floor": rating, "ceiling": rating})
    fact = _open(
        {
            "path": text,
            "value": {},
            "status": {"enum": ["known", "context", "undisclosed", "unknown"]},
            "line": {"type": ["integer", "null"]},
            "source": {"type": ["string", "null"]},
        }
    )
    finding = _open(
        {
            "rule": text,
            "family": text,
            "kind": {"enum": list(RULE_KINDS)},
            "verdict": {"enum": list(VERDICTS)},
            "severity": severity,
            "severity_ceiling": severity,
            "confidence": confidence,
            "title": text,
            "because": text,
            "facts": {"type": "array", "items": fact},
            "missing": texts,
            "mitigations": {
                "type": "array",
                "items": _open({"text": text, "set": {"type": "object"}}),
            },
            "article": _open({"section": text, "heading": text, "clause": text}),
            "threshold": _open({"basis": {"enum": list(BASES)}, "source": text}),
            "references": {
                "type": "array",
                "items": _open(
                    {
                        **dict.fromkeys(("kind", "title", "at", "of", "url"), text),
                        "standing": {"enum": list(STANDINGS)},
                        "binds": texts,
                    }
                ),
            },
        }
    )
    question = _open(
        {"path": text, "state": text, "ask": text, "rules": texts, "severity_ceiling": severity}
    )
    for readings in (family, rated):
        readings["properties"]["presumed"] = rating
    verdict = _open({"verdict": {"enum": list(VERDICTS)}, "severity": severity})
    finding["properties"] |= {
        "role": {"enum": list(RULE_ROLES)},
        "topic": text,
        "presumed": verdict,
    }
    presumption = _open(
        {
            "path": text,
            "status": {"enum": ["known", "context", "undisclosed", "unknown"]},
            "value": {},
            "because": text,
            "basis": {"enum": list(BASES)},
            "carries": texts,
        }
    )
    filled = _open(
        {
            "path": text,
            "value": {},
            "confidence": {"enum": list(CONFIDENCE_ORDER)},
            "sources": {
                "type": "array",
                "items": _open(dict.fromkeys(("key", "title", "at", "note"), text)),
            },
        }
    )
    whole = _open(
        {
            "schema": {"const": SCHEMA},
            "case": _open({"id": text, "title": text, "as_of": text, "digest": digest}),
            "pack": _open({"id": text, "version": text, "digest": digest}),
            "engine": _open(
                {"version": text, "inference": {"enum": ["durable_rules", "reference"]}}
            ),
            "rating": rated,
            "families": {"type": "object", "additionalProperties": family},
            "findings": {"type": "array", "items": finding},
            "open_questions": {"type": "array", "items": question},
        }
    )
    settings = {"type": "object", "additionalProperties": text}
    # What a pack without presumptions, a case without filled facts, and a result for which nothing
    # was asked beside their files leave out.
    whole["properties"]["asked"] = {
        "type": "object",
        "properties": {
            "set": settings,
            "context": {"const": False},
            "presumptions": {"const": False},
            "presume": settings,
        },
    }
    whole["properties"]["redacted"] = {
        "type": "array",
        "items": {"type": "string"},
        "description": "Facts whose values, sources and quotations are left out.",
    }
    whole["properties"]["context"] = {"type": "array", "items": filled}
    whole["properties"]["presumptions"] = {"type": "array", "items": presumption}
    whole["properties"]["brief"] = {"type": "object"}
    return {"$schema": DIALECT, "title": "Convenio assessment", **whole}


def check_assessment(document: Any, name: str) -> None:
    """Check that a document from elsewhere is the JSON of one assessment.

    Raises UsageError where it does not fit the schema; `name` says there where it stands.
    """
    _check(document, assessment_schema(), name)


def check_previous(document: Any, name: str) -> None:
    """Check what a brief keeps of an earlier assessment (`reports.brief.changes.what_is_read`).

    Raises UsageError where it does not fit the schema.
    """
    schema = assessment_schema()
    schema["required"] = ["schema", "case", "pack", "rating", "findings"]
    schema["properties"]["findings"]["items"]["required"] = ["rule", "verdict", "severity", "facts"]
    _check(document, schema, name)


def _check(document: Any, schema: dict[str, Any], name: str) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    try:
        fault = best_match(Draft202012Validator(schema).iter_errors(document))
    except RecursionError:
        raise UsageError(f"{name}: nested too deeply for the JSON of an assessment") from None
    if fault is not None:
        place = ".".join(map(str, fault.absolute_path))
        where = f"{place}: " if place else ""
        raise UsageError(
            f"{name}: this is not the JSON of one assessment: {where}{shorten(fault.message, 200)}"
        )


def _open(properties: dict[str, Any]) -> dict[str, Any]:
    """Return an object whose keys are all there, and which may get further ones."""
    return {"type": "object", "properties": properties, "required": list(properties)}
