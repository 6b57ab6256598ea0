"""The days ahead on which something has to be decided, or happens unless somebody decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from convenio.facts.case import Case, Element
from convenio.facts.values import last_day
from convenio.follow_up.terms import date_of, day_of, end_of_term, last_day_of_notice, renews_itself
from convenio.reports.wording import Wording


def dates_ahead(case: Case, wording: Wording) -> list[tuple[dt.date, str]]:
    """Return the days after the case's date that its facts tell of, the nearest first.

    A term is counted from the signature, which is the day that is known of most agreements; the
    last day for a notice is so many months before the end.
    """
    found = dict.fromkeys(_found(case, wording))
    return sorted((one for one in found if one[0] > case.as_of), key=lambda one: (one[0], one[1]))


def _found(case: Case, wording: Wording) -> Iterator[tuple[dt.date, str]]:
    _ = wording
    stated = {
        "dates.signed": _("signature"),
        "dates.start": _("delivery, entry of personnel or activities begin"),
        "context.handover_date": _("the recipient's government changes"),
    }
    for path, what in stated.items():
        day = day_of(case.facts.get(path))
        if day is not None:
            yield day, what
    for element in _elements(case, "conditions"):
        due = date_of(element.fields.get("due"))
        day = None if due is None else last_day(due)
        status = element.fields.get("status")
        if day is not None and (status is None or status.value in (None, "open")):
            yield day, _("a condition falls due: {text}").format(text=_text(element, "text", _))
    for element in _elements(case, "activities"):
        day = day_of(element.fields.get("start"))
        if day is not None:
            yield day, _("an activity begins: {text}").format(text=_text(element, "name", _))
    yield from _end(case, wording)


def _end(case: Case, wording: Wording) -> Iterator[tuple[dt.date, str]]:
    _ = wording
    end, last = end_of_term(case), last_day_of_notice(case)
    if end is not None and renews_itself(case):
        yield end, _("it renews itself unless notice is given")
    elif end is not None:
        yield end, _("its term ends")
    if last is not None:
        yield last, _("last day on which notice ends it with the term")


def _elements(case: Case, path: str) -> tuple[Element, ...]:
    fact = case.facts.get(path)
    return fact.elements if fact is not None else ()


def _text(element: Element, key: str, wording: Wording) -> str:
    fact = element.fields.get(key)
    value = fact.value if fact is not None else None
    return value if isinstance(value, str) else wording("not described")
