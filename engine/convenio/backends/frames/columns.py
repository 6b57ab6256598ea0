"""Which columns a frame of cases has: their names, what they hold, how a fact's state is told.

A column is called like its fact (`terms.duration_years`). Where a dot can't stand in a name, as on
Spark, `__` takes its place (`terms__duration_years`); both are read everywhere. Companion columns
tell what a value can't:

| companion | of | says |
|---|---|---|
| `<path>__undisclosed` | every fact | true: the parties refuse it (a value may stand beside it) |
| `<path>__asked` | every fact | true: asked, no answer yet |
| `<path>__currency`, `<path>__rate` | money | ISO 4217; what one unit is worth in account |
| `<path>__lat`, `<path>__lon` | places | degrees; these two are the value |
| `<path>__last` | dates | the last day on which it may be; the value is then the first |
| `<path>__complete` | sets and lists | false: there may be more |
| `<path>__stated` | sets and lists | true and no members: there are none |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from convenio.facts.catalogue import Catalogue, FactDeclaration

ID = "id"
AS_OF = "as_of"
POSITION = "i"

_COMPANIONS: Mapping[str, tuple[str, ...]] = {
    "money": ("currency", "rate"),
    "place": ("lat", "lon"),
    "date": ("last",),
    "set": ("complete", "stated"),
    "list": ("complete", "stated"),
}
_PARTS: Mapping[str, str] = {
    "currency": "text",
    "rate": "number",
    "lat": "number",
    "lon": "number",
    "last": "date",
}
_VALUES: Mapping[str, str] = {
    "bool": "Boolean",
    "integer": "whole number",
    "number": "number",
    "money": "number",
    "date": "date",
    "enum": "text",
    "set": "list of texts, or a text with ; between the members",
    "text": "text",
    "country": "text",
}


def column_name(path: str) -> str:
    """Return the name under which a fact's column is kept while verdicts are computed.

    >>> column_name("terms.duration_years")
    'terms__duration_years'
    """
    return path.replace(".", "__")


@dataclass(frozen=True, slots=True)
class FrameColumn:
    """One column that a frame may have. `holds` says what stands in it, in plain words."""

    name: str
    path: str
    part: str
    holds: str


def columns_of(declaration: FactDeclaration, path: str) -> Iterator[FrameColumn]:
    """Yield the columns that tell of one fact, or of one field of a list's rows."""
    kind = declaration.type.kind
    if kind in _VALUES:
        yield FrameColumn(path, path, "", _VALUES[kind])
    companions = (*_COMPANIONS.get(kind, ()), "undisclosed", "asked")
    for part in companions:
        yield FrameColumn(f"{path}__{part}", path, part, _PARTS.get(part, "Boolean"))


def case_columns(catalogue: Catalogue) -> tuple[FrameColumn, ...]:
    """Return every column that a frame of cases may have, `id` and `as_of` aside."""
    return tuple(
        column
        for path, declaration in catalogue.facts.items()
        for column in columns_of(declaration, path)
    )


def child_columns(catalogue: Catalogue, path: str) -> tuple[FrameColumn, ...]:
    """Return every column that the child table of a list may have, `id` and `i` aside."""
    record = catalogue.records[catalogue.facts[path].type.record]
    return tuple(
        column for name, declaration in record.items() for column in columns_of(declaration, name)
    )
