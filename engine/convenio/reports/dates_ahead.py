"""The days ahead on which something has to be decided, or happens unless somebody decides."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterator

from convenio.facts.case import Case, Element, StatedFact
from convenio.facts.values import DateSpan, first_day, last_day
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
        day = _day(case.facts.get(path))
        if day is not None:
            yield day, what
    for element in _elements(case, "conditions"):
        day = _day(element.fields.get("due"))
        status = element.fields.get("status")
        if day is not None and (status is None or status.value in (None, "open")):
            yield day, _("a condition falls due: {text}").format(text=_text(element, "text", _))
    for element in _elements(case, "activities"):
        day = _day(element.fields.get("start"))
        if day is not None:
            yield day, _("an activity begins: {text}").format(text=_text(element, "name", _))
    yield from _end(case, wording)


def _end(case: Case, wording: Wording) -> Iterator[tuple[dt.date, str]]:
    _ = wording
    signed, years = _day(case.facts.get("dates.signed")), _number(case, "terms.duration_years")
    if signed is None or years is None:
        return
    end = _months_later(signed, round(years * 12))
    if end is None:
        return
    ends = case.facts.get("terms.end")
    renews = ends is not None and ends.value == "fixed_renews_itself"
    yield end, _("it renews itself unless notice is given") if renews else _("its term ends")
    notice = _number(case, "terms.exit_notice_months")
    last = _months_later(end, -round(notice)) if notice and renews else None
    if last is not None:
        yield last, _("last day on which notice ends it with the term")


def _elements(case: Case, path: str) -> tuple[Element, ...]:
    fact = case.facts.get(path)
    return fact.elements if fact is not None else ()


def _day(fact: StatedFact | None) -> dt.date | None:
    """Return the day of a date; of a span no day, unless it is within one month."""
    if fact is None or fact.state != "known" or not isinstance(fact.value, dt.date | DateSpan):
        return None
    first, last = first_day(fact.value), last_day(fact.value)
    return first if (last - first).days <= 31 else None


def _number(case: Case, path: str) -> float | None:
    fact = case.facts.get(path)
    value = fact.value if fact is not None and fact.state == "known" else None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else None  # type: ignore[arg-type]


def _text(element: Element, key: str, wording: Wording) -> str:
    fact = element.fields.get(key)
    value = fact.value if fact is not None else None
    return value if isinstance(value, str) else wording("not described")


def _months_later(day: dt.date, months: int) -> dt.date | None:
    """Return the day so many months later, or the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))
