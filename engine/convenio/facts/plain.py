"""Values of facts as plain JSON data."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convenio.facts.case import Element, StatedFact, Value
from convenio.facts.values import DateSpan, Money, Place


def value_of(value: Value | None) -> Any:
    """Return the value of a fact as plain JSON data, spelled as in a case file."""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, DateSpan):
        return value.text
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, Money):
        return {"amount": value_of(value.amount), "currency": value.currency}
    if isinstance(value, Place):
        return {"lat": value.lat, "lon": value.lon}
    if isinstance(value, tuple):
        return [
            {key: value_of(field.value) for key, field in item.fields.items()}
            if isinstance(item, Element)
            else item
            for item in value
        ]
    return value


def said(fact: StatedFact | None) -> dict[str, Any]:
    """Return what a fact says: its state and, where it is known, its value."""
    if fact is None:
        return {"state": "unknown"}
    if fact.state != "known":
        return {"state": fact.state}
    found: dict[str, Any] = {"state": "known", "value": value_of(fact.value)}
    if not fact.complete:
        found["complete"] = False
    return found
