"""From case files to a table with one row for each, and from a row back to a case."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from convenio.backends.frames.columns import AS_OF, ID, POSITION, column_name
from convenio.backends.frames.dialects import SEPARATOR
from convenio.errors import Position, UsageError
from convenio.facts.case import Case, Element, StatedFact
from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.values import Date, DateSpan, Money, Place, date_from_text
from convenio.messages import say
from convenio.packs.pack import Pack


class _Writer:
    """Collects cells row by row; a column that no row fills is left out."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []
        self.kinds: dict[str, str] = {}

    def put(self, column: str, kind: str, value: Any) -> None:
        self.rows[-1][column] = value
        self.kinds.setdefault(column, kind)

    def state(self, path: str, declaration: FactDeclaration, fact: StatedFact) -> None:
        """Write what a case states of one fact or field."""
        kind = declaration.type.kind
        if fact.undisclosed and fact.state != "conflict":
            self.put(f"{path}__undisclosed", "bool", True)
        if fact.state == "asked":
            self.put(f"{path}__asked", "bool", True)
        if fact.state != "known":
            return
        if not fact.complete:
            self.put(f"{path}__complete", "bool", False)
        value = fact.value
        if isinstance(value, Money):
            self.put(path, "number", value.amount)
            self.put(f"{path}__currency", "text", value.currency)
            if value.rate is not None:
                self.put(f"{path}__rate", "number", value.rate)
        elif isinstance(value, Place):
            self.put(f"{path}__lat", "number", value.lat)
            self.put(f"{path}__lon", "number", value.lon)
        elif isinstance(value, DateSpan):
            self.put(path, kind, value.first)
            self.put(f"{path}__last", kind, value.last)
        elif kind == "list":
            self.put(f"{path}__stated", "bool", True)
        elif kind == "set" and isinstance(value, tuple):
            self.put(path, "set", list(value))
        else:
            self.put(path, kind, value)


def tabulate(cases: Iterable[Case], catalogue: Catalogue) -> tuple[Any, dict[str, Any]]:
    """Return cases as a Polars frame, and for each list that one of them states its child table.

    Sources, quotes and conflicts of sources stay behind; a conflict that is not resolved is
    unknown, as it is to rules.
    """
    root = _Writer()
    lists: dict[str, _Writer] = {}
    for case in cases:
        root.rows.append({})
        root.put(ID, "text", case.id)
        root.put(AS_OF, "date", case.as_of)
        for path, fact in case.facts.items():
            declaration = catalogue.facts[path]
            root.state(path, declaration, fact)
            if declaration.type.kind == "list" and fact.state == "known":
                record = catalogue.records[declaration.type.record]
                writer = lists.setdefault(path, _Writer())
                _put_elements(writer, case, fact.elements, record)
    return _frame(root), {path: _frame(writer) for path, writer in lists.items()}


def _put_elements(
    writer: _Writer,
    case: Case,
    elements: Sequence[Element],
    record: Mapping[str, FactDeclaration],
) -> None:
    for number, element in enumerate(elements):
        writer.rows.append({})
        writer.put(ID, "text", case.id)
        writer.put(POSITION, "integer", number)
        for name, fact in element.fields.items():
            writer.state(name, record[name], fact)


def _frame(writer: _Writer) -> Any:
    import polars as pl

    types: Mapping[str, Any] = {
        "bool": pl.Boolean,
        "integer": pl.Int64,
        "number": pl.Float64,
        "date": pl.Date,
        "set": pl.List(pl.String),
    }
    kinds = writer.kinds or {ID: "text", POSITION: "integer"}
    return pl.DataFrame(
        {
            name: pl.Series(
                name, [row.get(name) for row in writer.rows], dtype=types.get(kind, pl.String)
            )
            for name, kind in kinds.items()
        }
    )


# --- back ------------------------------------------------------------------------------------


def case_of_row(
    row: Mapping[str, Any],
    elements: Mapping[str, Sequence[Mapping[str, Any]]],
    pack: Pack,
    as_of: dt.date | None = None,
) -> Case:
    """Return the case that one row of a table states, `elements` being the rows of its lists.

    The row is taken to be right. `as_of` is the date where the row has none.
    """
    catalogue = pack.catalogue
    dated = _cell(row, AS_OF)
    name = str(row[ID])
    facts: dict[str, StatedFact] = {}
    for path, declaration in catalogue.facts.items():
        stated = _stated(path, path, declaration, row, pack.currency)
        if declaration.type.kind == "list":
            record = catalogue.records[declaration.type.record]
            stated = _stated_list(path, stated, elements.get(path, ()), record, row, pack.currency)
        if stated is not None:
            facts[path] = stated
    day = _day(dated) if dated is not None else as_of
    if day is None:
        raise UsageError(
            say("{name}: the row has no date of the case ({AS_OF})", name=name, AS_OF=AS_OF)
        )
    return Case(id=name, title=name, as_of=day, facts=facts, digest="", file=name)


def _cell(row: Mapping[str, Any], column: str) -> Any:
    value = row.get(column, row.get(column_name(column)))
    return None if isinstance(value, float) and math.isnan(value) else value


def _stated(
    path: str,
    column: str,
    declaration: FactDeclaration,
    row: Mapping[str, Any],
    base_currency: str,
) -> StatedFact | None:
    position = Position(str(row[ID]))
    undisclosed = bool(_truth(_cell(row, f"{column}__undisclosed")))
    asked = bool(_truth(_cell(row, f"{column}__asked")))
    complete = _truth(_cell(row, f"{column}__complete")) is not False
    value = _value(column, declaration, row, base_currency)
    if value is not None:
        return StatedFact(
            path, "known", position, value, disclosed=not undisclosed, complete=complete
        )
    if undisclosed:
        return StatedFact(path, "undisclosed", position)
    return StatedFact(path, "asked", position) if asked else None


def _stated_list(
    path: str,
    stated: StatedFact | None,
    rows: Sequence[Mapping[str, Any]],
    record: Mapping[str, FactDeclaration],
    row: Mapping[str, Any],
    base_currency: str,
) -> StatedFact | None:
    position = Position(str(row[ID]))
    if not rows and _truth(_cell(row, f"{path}__stated")) is not True:
        return stated
    elements = []
    for number, child in enumerate(rows):
        fields = {}
        for name, declaration in record.items():
            fact = _stated(f"{path}[{number}].{name}", name, declaration, child, base_currency)
            if fact is not None:
                fields[name] = fact
        elements.append(Element(fields, position))
    undisclosed = _truth(_cell(row, f"{path}__undisclosed")) is True
    complete = _truth(_cell(row, f"{path}__complete")) is not False
    return StatedFact(
        path, "known", position, tuple(elements), disclosed=not undisclosed, complete=complete
    )


def _truth(value: Any) -> bool | None:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return bool(value)


def _value(
    column: str, declaration: FactDeclaration, row: Mapping[str, Any], base_currency: str
) -> Any:
    kind = declaration.type.kind
    if kind == "place":
        lat, lon = _cell(row, f"{column}__lat"), _cell(row, f"{column}__lon")
        return None if lat is None or lon is None else Place(float(lat), float(lon))
    value = _cell(row, column)
    if kind == "set":
        return _members(value, _truth(_cell(row, f"{column}__stated")) is True)
    if value is None or kind == "list":
        return None
    if kind == "date":
        return _date(value, _cell(row, f"{column}__last"))
    if kind == "money":
        currency, rate = _cell(row, f"{column}__currency"), _cell(row, f"{column}__rate")
        return Money(float(value), currency or base_currency, None if rate is None else float(rate))
    converters: dict[str, Callable[[Any], Any]] = {
        "bool": _truth,
        "integer": lambda v: int(float(v)),
        "number": float,
    }
    return converters.get(kind, str)(value)


def _members(value: Any, stated: bool) -> tuple[str, ...] | None:
    if value is None:
        return () if stated else None
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(SEPARATOR) if part.strip())
    return tuple(map(str, value))


def _date(first: Any, last: Any) -> Date:
    """Return a date that stands in a table by its day, or by the first and the last it may be."""
    start = _day(first)
    if last is None or _day(last) == start:
        return start
    return date_from_text(f"{start.isoformat()}/{_day(last).isoformat()}")


def _day(value: Any) -> dt.date:
    if isinstance(value, dt.datetime):
        return value.date()
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
