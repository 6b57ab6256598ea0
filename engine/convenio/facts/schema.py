"""The JSON Schema of case files, made from the catalogue, for editors and other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convenio.facts.case_file import MAX_STORY, MAX_TITLE
from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.distributions import CHOSEN, COUNTED, SHAPES
from convenio.facts.sources import MAX_PASSAGE

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_TEXT = {"type": "string", "maxLength": MAX_PASSAGE}
_TITLE = {"type": "string", "maxLength": MAX_TITLE}
_STORY = {"type": "string", "maxLength": MAX_STORY}
_DATE = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
_DAY_OR_LESS = r"\d{4}(-\d{2}(-\d{2})?)?"
_PARTIAL_DATE = {
    "anyOf": [
        {"type": "string", "pattern": f"^{_DAY_OR_LESS}(/{_DAY_OR_LESS})?$"},
        {"type": "integer", "minimum": 1000, "maximum": 9999},
    ]
}
_STATE = {"enum": ["undisclosed", "asked", None]}

_PROVENANCE: Mapping[str, Any] = {
    "source": {"type": "string", "description": "A key of sources."},
    "at": {"type": "string", "description": "Article, section, page or paragraph."},
    "quote": {"type": "string", "description": "The words themselves, at most 25."},
    "confidence": {"enum": ["high", "medium", "low"]},
    "credibility": {
        "type": "integer",
        "minimum": 1,
        "maximum": 6,
        "description": "The claim itself: 1 confirmed, 2 probably true, 3 possibly true, "
        "4 doubtful, 5 improbable, 6 can't be judged.",
    },
    "by": {"type": "string", "description": "Who read or judged it."},
    "checked_by": {"type": "string", "description": "The second reader."},
    "asked_on": {**_DATE, "description": "Asked on this date, not answered."},
    "note": _TEXT,
}


_CORRELATED: Mapping[str, Any] = {
    "group": {"type": "string", "description": "Uncertain facts of one group move together."},
    "correlation": {
        "type": "number",
        "minimum": 0,
        "maximum": 1,
        "description": "Of each two of the group, in their normal scores; the same for all.",
    },
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
        schema = _fact(declaration, _uncertain(declaration))
        if not name:
            sections[section] = schema
            continue
        entry = sections.setdefault(section, _object({}))
        entry["properties"][name] = schema
        if section in catalogue.sections:
            entry["description"] = catalogue.sections[section]
    for name, entry in sections.items():
        differing = _for_one_country(catalogue, name)
        if differing:
            entry["patternProperties"] = {"^[A-Z]{2,12}$": _object(differing)}
    codes = list(catalogue.actors)
    definitions: dict[str, Any] = {
        "country": {"enum": codes, "description": "ISO 3166-1 alpha-3, or a declared body."},
        "place": _object({"lat": _number(-90, 90), "lon": _number(-180, 180)}, ["lat", "lon"]),
    }
    for name, fields in catalogue.records.items():
        properties = {key: _fact(field) for key, field in fields.items()}
        definitions[f"record_{name}"] = _object({**_PROVENANCE, **properties})
    definitions |= _shape_definitions()
    return {
        "$schema": DIALECT,
        "title": "Convenio case file",
        **_object({**_FRAME, **sections, "scenarios": _SCENARIOS}, ["case", "title", "as_of"]),
        "$defs": definitions,
    }


def _for_one_country(catalogue: Catalogue, section: str) -> dict[str, Any]:
    """Return what a section may state for each of several countries."""
    return {
        path.partition(".")[2]: _fact(declaration)
        for path, declaration in catalogue.facts.items()
        if declaration.worst_first and declaration.section == section and "." in path
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


def _fact(declaration: FactDeclaration, uncertain: Sequence[Any] = ()) -> dict[str, Any]:
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
        "anyOf": [bare, _STATE, _object(wrapper), *uncertain],
    }


def _uncertain(declaration: FactDeclaration) -> list[dict[str, Any]]:
    """Return how a fact may be stated as uncertain; the keys it needs stand under `$defs`."""
    kind = declaration.type.kind
    bare = _bare(declaration)
    if kind in COUNTED:
        figure = bare["properties"]["amount"] if kind == "money" else bare
        edges = dict.fromkeys(("low", "mode", "high"), figure)
        mean = figure | {"type": "number"} if kind == "integer" else figure
        keys = {**edges, "mean": mean, "sd": {"type": "number", "exclusiveMinimum": 0}}
        shape = "#/$defs/counted"
        if kind == "money":
            keys["currency"] = {"type": "string", "pattern": "^[A-Z]{3}$"}
    elif kind in CHOSEN:
        members = {"enum": ["true", "false"]} if kind == "bool" else bare
        weights = {"type": "object", "propertyNames": members, "minProperties": 1}
        keys = {"weights": weights | {"additionalProperties": _number(0, None)}}
        shape = "#/$defs/chosen"
    else:
        return []
    correlated = [] if kind in ("enum", "country") else ["group", "correlation"]
    shared = ["disclosed", *_PROVENANCE, *correlated]
    return [
        {
            "type": "object",
            "properties": {"distribution": {"enum": _shapes_of(kind)}, **keys}
            | {key: {"$ref": f"#/$defs/beside/{key}"} for key in shared},
            "additionalProperties": False,
            "$ref": shape,
        }
    ]


def _shapes_of(kind: str) -> list[str]:
    return [name for name in SHAPES if (name == "choice") == (kind in CHOSEN)]


def _shape_definitions() -> dict[str, Any]:
    """Return which keys each distribution needs, and what may stand beside them."""
    figures = dict.fromkeys(key for name in _shapes_of("number") for key in SHAPES[name])
    counted = [
        {
            "properties": {"distribution": {"const": name}}
            | {key: False for key in figures if key not in SHAPES[name]},
            "required": ["distribution", *SHAPES[name]],
        }
        for name in _shapes_of("number")
    ]
    together = {"dependentRequired": {"group": ["correlation"], "correlation": ["group"]}}
    return {
        "counted": {"oneOf": counted, **together},
        "chosen": {"required": ["distribution", *SHAPES["choice"]], **together},
        "beside": {
            "disclosed": {"type": "boolean", "description": "false: the parties refuse it."},
            **_PROVENANCE,
            **_CORRELATED,
        },
    }


def _bare(declaration: FactDeclaration) -> dict[str, Any]:
    fact_type, low, high = declaration.type, declaration.minimum, declaration.maximum
    country = {"$ref": "#/$defs/country"}
    member = country if fact_type.element == "country" else {"enum": list(fact_type.members)}
    table: dict[str, dict[str, Any]] = {
        "bool": {"type": "boolean"},
        "integer": _number(low, high, "integer"),
        "number": _number(low, high),
        "date": _PARTIAL_DATE,
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
    "title": _TITLE,
    "as_of": {**_DATE, "description": "Facts state what was known on this date."},
    "summary": _STORY,
    "language": {
        "type": "string",
        "pattern": "^[a-z]{2}$",
        "description": "The language in which the texts of this file are written.",
    },
    "translations": {
        "type": "object",
        "description": "Title and summary in other languages, by the code of each.",
        "propertyNames": {"pattern": "^[a-z]{2}$"},
        "additionalProperties": _object({"title": _TITLE, "summary": _STORY}, ["title"]),
    },
    "authors": {"type": "array", "items": _TITLE},
    "second_reader": {"type": ["string", "null"], "maxLength": MAX_TITLE},
    "reply": {
        "type": ["string", "null"],
        "maxLength": MAX_STORY,
        "description": "The ministry's reply.",
    },
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
