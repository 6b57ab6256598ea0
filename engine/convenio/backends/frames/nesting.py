"""Lists that stand in a column of the cases themselves, as rows within a row."""

from __future__ import annotations

from typing import Any

from convenio.backends.frames.columns import column_name
from convenio.backends.frames.dialects import dialect_of
from convenio.backends.frames.namespace import Frame, ns, use_namespace
from convenio.backends.frames.problems import NO_ID, fault
from convenio.errors import UsageError
from convenio.facts.catalogue import Catalogue


def unnested(frame: Frame, catalogue: Catalogue, id_name: str) -> tuple[Frame, dict[str, Frame]]:
    """Return cases without the columns that hold lists, and these lists as tables of their own.

    A column called like a list fact that holds lists of records is read like a child table: null
    says nothing, an empty list that there are none.

    Raises UsageError where no column tells cases apart.
    """
    lists = [path for path, fact in catalogue.facts.items() if fact.type.kind == "list"]
    known = {name: path for path in lists for name in (path, column_name(path))}
    schema = frame.collect_schema()
    with use_namespace(frame):
        types: dict[str, Any] = {name: schema[name] for name in schema.names() if name in known}
        held = {name: known[name] for name, dtype in types.items() if _holds_records(dtype)}
        if not held:
            return frame, {}
        if id_name not in schema.names():
            raise UsageError([fault(id_name, NO_ID)])
        dialect = dialect_of(frame)
        tables = {}
        for name, path in held.items():
            fields = [field.name for field in types[name].inner.fields]
            tables[path] = dialect.elements(frame, id_name, name, fields)
        stated = {
            f"{column_name(path)}__stated": ~ns.col(name).is_null() for name, path in held.items()
        }
        told = {key for key in stated if key in schema.names()}
        added = {key: test for key, test in stated.items() if key not in told}
        kept = [name for name in schema.names() if name not in held]
        return frame.with_columns(**added).select(*kept, *added), tables


def _holds_records(dtype: Any) -> bool:
    return bool(dtype == ns.List and dtype.inner == ns.Struct)
