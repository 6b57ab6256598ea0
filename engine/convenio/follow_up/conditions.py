"""Conditions of deals and their deadlines: what is due, overdue, met, missed or enforced."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from convenio.facts.case import Case, Element
from convenio.facts.values import Date, last_day
from convenio.follow_up.terms import date_of

Standing = Literal["overdue", "due", "undated", "settled"]
STANDINGS: tuple[Standing, ...] = ("overdue", "due", "undated", "settled")

_OPEN = (None, "open")


@dataclass(frozen=True, slots=True)
class Deadline:
    """One condition of a deal, as it stands on a day.

    `due` is as it is stated: what is due in a month or a year is due by its last day. `status` and
    `consequence` are members of the catalogue, or None where the case is silent.
    """

    case: str
    title: str
    number: int
    text: str
    due: Date | None
    status: str | None
    consequence: str | None
    standing: Standing

    @property
    def by(self) -> dt.date | None:
        """The last day on which it is due."""
        return None if self.due is None else last_day(self.due)


def deadlines(cases: Iterable[Case], day: dt.date) -> list[Deadline]:
    """Return the conditions of deals: the overdue first, then what falls due, then the others.

    A condition whose status nobody states counts as open.

    >>> from convenio import load_case
    >>> found = deadlines([load_case("merida-2008")], dt.date(2009, 1, 1))
    >>> [one.standing for one in found]
    ['undated']
    """
    found = [
        _deadline(case, number, element, day)
        for case in cases
        for number, element in enumerate(_conditions(case), 1)
    ]
    last = dt.date.max
    return sorted(
        found,
        key=lambda one: (STANDINGS.index(one.standing), one.by or last, one.case, one.number),
    )


def _conditions(case: Case) -> tuple[Element, ...]:
    stated = case.facts.get("conditions")
    return stated.elements if stated is not None else ()


def _deadline(case: Case, number: int, element: Element, day: dt.date) -> Deadline:
    due, status = date_of(element.fields.get("due")), _text(element, "status")
    standing: Standing = "settled"
    if status in _OPEN:
        standing = "undated" if due is None else "overdue" if last_day(due) < day else "due"
    text, consequence = _text(element, "text") or "", _text(element, "consequence")
    return Deadline(case.id, case.title, number, text, due, status, consequence, standing)


def _text(element: Element, key: str) -> str | None:
    fact = element.fields.get(key)
    value = fact.value if fact is not None and fact.state == "known" else None
    return value if isinstance(value, str) else None
