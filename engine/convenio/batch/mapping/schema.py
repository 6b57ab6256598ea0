"""The JSON Schema of mapping files, for editors."""

from __future__ import annotations

from typing import Any

from convenio.batch.mapping.language import TableMapping
from convenio.batch.mapping.loading import names_of_facts, names_of_lists
from convenio.facts.catalogue import Catalogue
from convenio.facts.schema import DIALECT


def mapping_schema(catalogue: Catalogue) -> dict[str, Any]:
    """Return the schema of mapping files that state facts of a catalogue."""
    schema = TableMapping.model_json_schema(by_alias=True)
    properties = schema["properties"]
    properties["facts"]["propertyNames"] = {"enum": list(names_of_facts(catalogue))}
    lists = properties["lists"]
    cells = lists.pop("additionalProperties")
    lists["additionalProperties"] = False
    lists["properties"] = {
        path: {
            **cells,
            "items": {**cells["items"], "propertyNames": {"enum": list(fields)}},
        }
        for path, fields in names_of_lists(catalogue).items()
    }
    return {"$schema": DIALECT, **schema, "title": "Convenio mapping of a table"}
