"""The JSON Schema of case files, made from the catalogue, for editors and other programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.values import country_codes

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TEXT = {"type": "string"}
_DATE = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_STATE = {"enum": ["undisclosed", "asked", None]}

_PROVENANCE: Mapping[str, Any] = {
    "source": {"type": "string", "description": "A key of sources."},
    "at": {"type": "string", "description": "Article, section, page or paragraph."},
    "quote": {"type": "string", "description": "The words themselves, at most 25."},
    "confidence": {"enum": ["high", "medium", "low"]},
    "by": {"type": "string", "description": "Who read or judged it."},
    "checked_by": {"type": "string", "description": "The second reader."},
    "asked_on": {**_DATE, "description": "Asked on this date, not answered."},
    "note": _TEXT,
}


def case_schema(catalogue: Catalogue) -> dict[str, Any]:
    """Return the schema of a case file.

    >>> from convenio import load_pack
    >>> case_schema(load_pack("core").catalogue)["required"]
    ['case', 'title', 'as_of']
    """
    sections: dict[str, dict[str, Any]] = {}
    for path, declaration in catalogue.facts.items():
        section, _, name = path.partition(".")
        schema = _fact(declaration)
        if not name:
            sections[section] = schema
            continue
        entry = sections.setdefault(section, _object({}))
        entry["properties"][name] = schema
        if section in catalogue.sections:
            entry["description"] = catalogue.sections[section]
    codes = sorted(country_codes()) + sorted(catalogue.organisations)
    definitions: dict[str, Any] = {
        "country": {"enum": codes, "description": "ISO 3166-1 alpha-3, or a declared body."},
        "place": _object({"lat": _number(-90, 90), "lon": _number(-180, 180)}, ["lat", "lon"]),
    }
    for name, fields in catalogue.records.items():
        properties = {key: _fact(field) for key, field in fields.items()}
        definitions[f"record_{name}"] = _object({**_PROVENANCE, **properties})
    return {
        "$schema": DIALECT,
        "title": "Convenio case file",
        **_object({**_FRAME, **sections, "scenarios": _SCENARIOS}, ["case", "title", "as_of"]),
        "$defs": definitions,
    }


def _object(properties: Mapping[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": dict(properties),
        "additionalProperties": False,
    }
    return schema | ({"required": required} if required else {})


def _number(low: float | None, high: float | None, kind: str = "number") -> dict[str, Any]:
    bounds = {"minimum": low, "maximum": high}
    return {"type": kind} | {key: value for key, value in bounds.items() if value is not None}


def _fact(declaration: FactDeclaration) -> dict[str, Any]:
    bare = _bare(declaration)
    is_collection = declaration.type.kind in ("list", "set")
    wrapper: dict[str, Any] = {
        "value": {"anyOf": [bare, _STATE]},
        "disclosed": {"type": "boolean", "description": "false: the parties refuse it."},
        "conflict": {
            "type": "array",
            "minItems": 2,
            "items": _object({"value": bare, **_PROVENANCE}, ["value"]),
        },
        "resolved": bare,
        "because": _TEXT,
        **_PROVENANCE,
    }
    if is_collection:
        wrapper["items"] = bare
        wrapper["complete"] = {"type": "boolean", "description": "false: there may be more."}
    hint = f" ({declaration.hint})" if declaration.hint else ""
    unit = f" [{declaration.unit}]" if declaration.unit else ""
    return {
        "title": declaration.label,
        "description": declaration.ask + hint + unit,
        "anyOf": [bare, _STATE, _object(wrapper)],
    }


def _bare(declaration: FactDeclaration) -> dict[str, Any]:
    fact_type, low, high = declaration.type, declaration.minimum, declaration.maximum
    country = {"$ref": "#/$defs/country"}
    member = country if fact_type.element == "country" else {"enum": list(fact_type.members)}
    table: dict[str, dict[str, Any]] = {
        "bool": {"type": "boolean"},
        "integer": _number(low, high, "integer"),
        "number": _number(low, high),
        "date": _DATE,
        "enum": {"enum": list(fact_type.members)},
        "text": {"type": "string", "minLength": 1, "maxLength": 2000},
        "country": country,
        "place": {"$ref": "#/$defs/place"},
        "money": _object(
            {
                "amount": _number(low or 0, high),
                "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
                "rate": {"type": "number", "exclusiveMinimum": 0},
                "rate_date": _DATE,
            },
            ["amount", "currency"],
        ),
        "set": {"type": "array", "items": member},
        "list": {"type": "array", "items": {"$ref": f"#/$defs/record_{fact_type.record}"}},
    }
    return table[fact_type.kind]


_FRAME: Mapping[str, Any] = {
    "case": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"},
    "title": _TEXT,
    "as_of": {**_DATE, "description": "Facts state what was known on this date."},
    "summary": _TEXT,
    "authors": {"type": "array", "items": _TEXT},
    "second_reader": {"type": ["string", "null"]},
    "reply": {"type": ["string", "null"], "description": "The ministry's reply."},
    "sources": {
        "type": "object",
        "additionalProperties": _object(
            {
                "kind": _TEXT,
                "title": _TEXT,
                "publisher": _TEXT,
                "date": _TEXT,
                "url": _TEXT,
                "reliability": {"enum": ["A", "B", "C", "D", "E", "F"]},
                "note": _TEXT,
            },
            ["title"],
        ),
    },
    "outcome": {
        "type": "array",
        "items": _object({"date": _TEXT, "what": _TEXT, "source": _TEXT}, ["date", "what"]),
        "description": "What happened later. No rule reads it.",
    },
}

_SCENARIOS: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": _object(
        {
            "title": _TEXT,
            "set": {"type": "object"},
            "add": {"type": "object", "additionalProperties": {"type": "array"}},
            "remove": {"type": "object", "additionalProperties": {"type": "array"}},
            "extends": _TEXT,
        }
    ),
}
