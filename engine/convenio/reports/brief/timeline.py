"""The dated facts of a case, placed along a line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from convenio.assessment.assessment import Assessment
from convenio.facts.case import Element
from convenio.facts.values import Date, DateSpan, first_day
from convenio.reports.wording import Wording


@dataclass(frozen=True)
class Event:
    """One mark on the timeline; `x` runs from 0 to 1."""

    date: str
    lane: str
    label: str
    x: float


def timeline(assessment: Assessment, wording: Wording) -> list[Event]:
    """Return the dated facts of a case in order, its own date among them."""
    found = sorted(_dated(assessment, wording), key=lambda one: (first_day(one[0]), *one[1:]))
    days = [first_day(date) for date, _, _ in found]
    span = max((days[-1] - days[0]).days, 1)
    return [
        Event(wording.date(date), lane, label, (day - days[0]).days / span)
        for day, (date, lane, label) in zip(days, found, strict=True)
    ]


def _dated(assessment: Assessment, _: Wording) -> Iterator[tuple[Date, str, str]]:
    case, catalogue = assessment.case, assessment.pack.catalogue
    yield case.as_of, _("Deal"), _("date of this case")
    for path, fact in case.facts.items():
        if isinstance(fact.value, dt.date | DateSpan):
            yield fact.value, _("Deal"), _.label(path, catalogue)
    lanes = {
        "activities": _("Activities"),
        "incidents": _("Incidents"),
        "pacts": _("Pacts"),
        "reactions": _("Reactions"),
    }
    for name, lane in lanes.items():
        stated = case.facts.get(name)
        for element in stated.elements if stated else ():
            for key in ("date", "start"):
                field = element.fields.get(key)
                if field is not None and isinstance(field.value, dt.date | DateSpan):
                    yield field.value, lane, _row_label(name, element, assessment, _)


def _row_label(name: str, element: Element, assessment: Assessment, wording: Wording) -> str:
    catalogue = assessment.pack.catalogue
    record = catalogue.records[catalogue.facts[name].type.record]
    words = [
        wording.fact(element.fields[key], record[key], catalogue)
        for key in ("name", "what", "kind", "by", "parties")
        if key in element.fields and element.fields[key].state == "known"
    ]
    return ", ".join(words[:3]) or wording("not described")
