"""The deals of a country that run on a day: what they are worth, whom they bring, when they end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from convenio.assessment.assessment import Assessment
from convenio.facts.values import Money
from convenio.follow_up.conditions import Deadline, deadlines
from convenio.follow_up.terms import (
    day_of,
    end_of_term,
    last_day_of_notice,
    number_of,
    renews_itself,
)
from convenio.packs.policy import Rating

Life = Literal["running", "coming", "ended"]

_OVER = ("ended", "offer_rejected")
_NOT_YET = ("proposed", "negotiating", "announced", "initialled")


@dataclass(frozen=True)
class Holding:
    """One deal of a portfolio.

    `value` is in the pack's currency of account, or None where it is unknown or can't be converted;
    `people` is the ceiling on foreign personnel.
    """

    assessment: Assessment
    life: Life
    stage: str | None
    signed: dt.date | None
    ends: dt.date | None
    renews: bool
    notice_by: dt.date | None
    value: float | None
    people: float | None

    @property
    def rating(self) -> Rating:
        """The rating that leads: presumed, or established where nothing is presumed."""
        return self.assessment.headline


@dataclass(frozen=True)
class Portfolio:
    """The deals of a country on a day, and the conditions of those that run."""

    country: str
    day: dt.date
    holdings: tuple[Holding, ...]
    conditions: tuple[Deadline, ...]
    later: tuple[str, ...]
    """Cases of a later date, of which nothing is known yet on the day."""

    @property
    def running(self) -> tuple[Holding, ...]:
        """The deals that run."""
        return tuple(one for one in self.holdings if one.life == "running")


def portfolio(assessments: Iterable[Assessment], country: str, day: dt.date) -> Portfolio:
    """Return the deals in which a country takes part, as they stand on a day.

    Cases that are dated after the day are left out and named: what they state was not known. Of
    several cases of one deal (one identifier) the latest counts. A deal whose stated term is over
    and does not renew itself has ended, whatever its last known stage was.
    """
    latest: dict[str, Assessment] = {}
    later: list[str] = []
    for one in assessments:
        if country not in one.countries:
            continue
        if one.case.as_of > day:
            later.append(one.case.id)
        elif one.case.id not in latest or latest[one.case.id].case.as_of < one.case.as_of:
            latest[one.case.id] = one
    order: tuple[Life, ...] = ("running", "coming", "ended")
    holdings = sorted(
        (_holding(one, day) for one in latest.values()),
        key=lambda h: (order.index(h.life), h.ends or dt.date.max, h.assessment.case.id),
    )
    running = [one.assessment.case for one in holdings if one.life != "ended"]
    conditions = deadlines(running, day)
    return Portfolio(country, day, tuple(holdings), tuple(conditions), tuple(sorted(later)))


def _holding(assessment: Assessment, day: dt.date) -> Holding:
    case = assessment.case
    stated = case.facts.get("deal.stage")
    stage = stated.value if stated is not None and isinstance(stated.value, str) else None
    ends, renews = end_of_term(case), renews_itself(case)
    life: Life = "running"
    if stage in _OVER or (ends is not None and ends <= day and not renews):
        life = "ended"
    elif stage in _NOT_YET:
        life = "coming"
    return Holding(
        assessment,
        life,
        stage,
        day_of(case.facts.get("dates.signed")),
        ends,
        renews,
        last_day_of_notice(case),
        _value(assessment),
        number_of(case, "presence.ceiling"),
    )


def _value(assessment: Assessment) -> float | None:
    """Return what a deal is worth, in the currency of account; aid counts for one year."""
    for path in ("value.total", "aid.annual"):
        stated = assessment.case.facts.get(path)
        value = stated.value if stated is not None else None
        if isinstance(value, Money):
            if value.currency == assessment.pack.currency:
                return value.amount
            return None if value.rate is None else value.amount * value.rate
    return None
