"""When an agreement ends, and until when notice must be given: computed from stated facts."""

from __future__ import annotations

import calendar
import datetime as dt

from convenio.facts.case import Case, StatedFact
from convenio.facts.values import Date, DateSpan, first_day, last_day

_MOST_DAYS = 31
"""A date known to the month counts as its first day; one known to the year counts as none."""


def day_of(fact: StatedFact | None) -> dt.date | None:
    """Return the day of a stated date; of a span of up to a month its first day."""
    date = date_of(fact)
    if date is None:
        return None
    first, last = first_day(date), last_day(date)
    return first if (last - first).days <= _MOST_DAYS else None


def date_of(fact: StatedFact | None) -> Date | None:
    """Return the date that is stated, as far as it is known, or None."""
    known = fact is not None and fact.state == "known"
    value = fact.value if fact is not None and known else None
    return value if isinstance(value, dt.date | DateSpan) else None


def number_of(case: Case, path: str) -> float | None:
    """Return the number that a case states, or None."""
    fact = case.facts.get(path)
    value = fact.value if fact is not None and fact.state == "known" else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value)


def end_of_term(case: Case) -> dt.date | None:
    """Return the day on which the stated term ends, counted from the signature.

    The signature is the day that is known of most agreements; where a term runs from entry into
    force, it ends later.

    >>> from convenio import load_case
    >>> end_of_term(load_case("us-colombia-dca-2009")).isoformat()
    '2019-10-30'
    """
    signed = day_of(case.facts.get("dates.signed"))
    years = number_of(case, "terms.duration_years")
    if signed is None or years is None:
        return None
    return months_later(signed, round(years * 12))


def renews_itself(case: Case) -> bool:
    """Tell whether the term begins again unless somebody acts."""
    end = case.facts.get("terms.end")
    return end is not None and end.value == "fixed_renews_itself"


def last_day_of_notice(case: Case) -> dt.date | None:
    """Return the last day on which notice keeps an agreement from renewing itself."""
    end, notice = end_of_term(case), number_of(case, "terms.exit_notice_months")
    if end is None or not notice or not renews_itself(case):
        return None
    return months_later(end, -round(notice))


def months_later(day: dt.date, months: int) -> dt.date | None:
    """Return the day so many months later, or the month's last where it has no such day.

    >>> months_later(dt.date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return None
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))
