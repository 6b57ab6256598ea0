"""Stated facts as data for the script. What is usual is left out, so that pages stay small."""

from __future__ import annotations

import datetime as dt
from typing import Any

from convenio.facts.case import Element, StatedFact, Value
from convenio.facts.plain import value_of
from convenio.facts.values import DateSpan, Money, Place


def fact_data(fact: StatedFact) -> dict[str, Any]:
    """Return a fact as data.

    `value` stands where it is known, else `state`. `more` says that a list or set may go on,
    `refused` that the parties do not disclose it, `file` what the case file itself knows of a fact
    whose value is assumed.
    """
    if fact.state == "known":
        assert fact.value is not None
        data: dict[str, Any] = {"value": value_data(fact.value)}
    else:
        data = {"state": fact.state}
    if not fact.complete:
        data["more"] = True
    if not fact.disclosed:
        data["refused"] = True
    if fact.assumed_from is not None:
        data["file"] = fact.assumed_from
    return data


def value_data(value: Value) -> Any:
    """Return a value as data; what JSON has no word for becomes an object that names its kind.

    A place is its point on a sphere of radius 1, reckoned here, so that the script needs products
    and sums alone and finds the very same distances.

    >>> value_data(dt.date(2009, 10, 30)), value_data(("basing", "training"))
    ({'date': '2009-10-30'}, {'members': ['basing', 'training']})
    """
    if isinstance(value, dt.date | DateSpan):
        return {"date": value_of(value)}
    if isinstance(value, Money):
        rate = {} if value.rate is None else {"rate": value.rate}
        return {"amount": value.amount, "currency": value.currency, **rate}
    if isinstance(value, Place):
        return {"place": list(value.unit_vector())}
    if isinstance(value, tuple):
        rows = [item for item in value if isinstance(item, Element)]
        if rows:
            return {"rows": [_row_data(row) for row in rows]}
        return {"members": list(value)}
    return value


def _row_data(row: Element) -> dict[str, Any]:
    return {name: fact_data(field) for name, field in row.fields.items()}
