"""Deadlines and portfolios in words, and as a calendar."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any

from convenio.errors import UsageError
from convenio.facts.catalogue import Catalogue
from convenio.facts.values import Money
from convenio.follow_up.conditions import STANDINGS, Deadline
from convenio.follow_up.portfolio import Holding, Portfolio
from convenio.messages import say
from convenio.reports.blocks import Block
from convenio.reports.wording import Wording

_AHEAD_DAYS = 730
"""Two years: what ends or must be denounced within them can still be prepared."""


# --- conditions ---------------------------------------------------------------------------------


def condition_blocks(
    found: Sequence[Deadline], day: dt.date, catalogue: Catalogue, wording: Wording
) -> list[Block]:
    """Return conditions by how they stand on a day."""
    _ = wording
    headings = {
        "overdue": _("Overdue"),
        "due": _("Still to come"),
        "undated": _("Open, with no date"),
        "settled": _("Met, missed, waived or enforced"),
    }
    counts = [
        _("As of {date}.").format(date=_.date(day)),
        *(
            f"{headings[standing]}: {_.number(sum(one.standing == standing for one in found))}."
            for standing in STANDINGS
        ),
    ]
    columns = [_("deal"), _("condition"), _("due"), _("status"), _("what follows a breach")]
    blocks = [Block(_("Conditions"), counts)]
    for standing in STANDINGS:
        rows = [_condition(one, catalogue, _) for one in found if one.standing == standing]
        if rows:
            blocks.append(Block(headings[standing], [], columns, rows))
    return blocks


def _condition(one: Deadline, catalogue: Catalogue, wording: Wording) -> list[str]:
    def member(word: str | None, name: str) -> str:
        return wording.member(word, catalogue.resolve(f"conditions[].{name}")) if word else "–"

    return [
        one.title,
        one.text or wording("not described"),
        wording.date(one.due) if one.due else "–",
        member(one.status, "status"),
        member(one.consequence, "consequence"),
    ]


def condition_data(found: Sequence[Deadline], day: dt.date) -> dict[str, Any]:
    """Return conditions as plain dicts and lists."""
    return {
        "schema": "convenio/conditions/1",
        "on": day.isoformat(),
        "conditions": [
            {
                "case": one.case,
                "number": one.number,
                "text": one.text,
                "due": str(one.due) if one.due else None,
                "status": one.status,
                "consequence": one.consequence,
                "standing": one.standing,
            }
            for one in found
        ],
    }


def condition_calendar(found: Sequence[Deadline], day: dt.date, wording: Wording) -> bytes:
    """Return the dated open conditions as an iCalendar file, with a reminder a week before.

    The same conditions give the same bytes: an event bears the day that was asked for.

    Raises UsageError where the library that writes it is not installed.
    """
    try:
        from icalendar import Alarm, Calendar, Event
    except ModuleNotFoundError:
        message = say("calendars need icalendar: pip install 'convenio[documents]'")
        raise UsageError(message) from None
    calendar = Calendar()
    calendar.add("prodid", "-//Convenio//Conditions//")
    calendar.add("version", "2.0")
    stamp = dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC)
    for one in found:
        if one.by is None or one.standing == "settled":
            continue
        event = Event()
        name = hashlib.sha256(f"{one.case}\0{one.number}\0{one.text}".encode()).hexdigest()[:32]
        event.add("uid", f"{name}@convenio")
        event.add("dtstamp", stamp)
        event.add("dtstart", one.by)
        event.add("summary", one.text or wording("not described"))
        event.add("description", one.title)
        reminder = Alarm()
        reminder.add("action", "DISPLAY")
        reminder.add("trigger", dt.timedelta(days=-7))
        reminder.add("description", one.title)
        event.add_component(reminder)
        calendar.add_component(event)
    data: bytes = calendar.to_ical()
    return data


# --- portfolios ---------------------------------------------------------------------------------


def portfolio_blocks(found: Portfolio, catalogue: Catalogue, wording: Wording) -> list[Block]:
    """Return a portfolio: totals, deals, what ends soon, what was promised."""
    _ = wording
    running = found.running
    lives = {
        "running": _("Running"),
        "coming": _("Not yet concluded"),
        "ended": _("Ended"),
    }
    columns = [
        *(_("deal"), _("life"), _("stage"), _("signed"), _("ends"), _("value"), _("people")),
        *(_("rating"), _("open conditions")),
    ]
    rows = [
        [
            one.assessment.case.title,
            lives[one.life],
            _stage(one, catalogue, _),
            _.date(one.signed) if one.signed else "–",
            _ends(one, _),
            _money(one, catalogue, _),
            _.number(one.people) if one.people is not None else "–",
            _.ratings[one.rating],
            _.number(_open(found, one)),
        ]
        for one in found.holdings
    ]
    deals = Block(_("Deals"), [] if rows else [_("None.")], columns, rows)
    promised = condition_blocks(found.conditions, found.day, catalogue, _)
    return [Block(_("In all"), _totals(found, running, catalogue, _)), deals,
            _soon(found, _), *promised]  # fmt: skip


def _totals(
    found: Portfolio, running: Sequence[Holding], catalogue: Catalogue, wording: Wording
) -> list[str]:
    _ = wording
    known = [one.value for one in running if one.value is not None]
    people = [one.people for one in running if one.people is not None]
    country = _.country(found.country, catalogue)
    said = [
        _("{country}, as of {date}.").format(country=country, date=_.date(found.day)),
        _.plural("{n} deal runs.", "{n} deals run.", len(running)),
    ]
    if known:
        currency = running[0].assessment.pack.currency
        total = _.value(Money(sum(known), currency), None, catalogue)
        text = _("Of {known} of them the value is known: {total}; aid counts for one year.")
        said.append(text.format(known=_.number(len(known)), total=total))
    if people:
        text = _("Of {known} of them a ceiling on personnel is known: {total} people.")
        said.append(text.format(known=_.number(len(people)), total=_.number(sum(people))))
    if found.later:
        text = _("Left out, since they are dated later: {names}.")
        said.append(text.format(names=", ".join(found.later)))
    return said


def _soon(found: Portfolio, wording: Wording) -> Block:
    """Return what ends, or must be denounced, within two years."""
    _ = wording
    last = found.day + dt.timedelta(days=_AHEAD_DAYS)
    rows = []
    for one in found.running:
        title = one.assessment.case.title
        if one.notice_by is not None and found.day <= one.notice_by <= last:
            rows.append((one.notice_by, title, _("last day on which notice ends it with the term")))
        if one.ends is not None and found.day <= one.ends <= last:
            what = (
                _("it renews itself unless notice is given") if one.renews else _("its term ends")
            )
            rows.append((one.ends, title, what))
    shown = [[_.date(day), title, what] for day, title, what in sorted(rows)]
    columns = [_("date"), _("deal"), _("what")]
    return Block(_("Within two years"), [] if shown else [_("Nothing.")], columns, shown)


def _stage(one: Holding, catalogue: Catalogue, wording: Wording) -> str:
    declaration = catalogue.resolve("deal.stage")
    return wording.member(one.stage, declaration) if one.stage else wording("not known")


def _ends(one: Holding, wording: Wording) -> str:
    if one.ends is None:
        return wording("not known")
    day = wording.date(one.ends)
    return wording("{date}, renews itself").format(date=day) if one.renews else day


def _money(one: Holding, catalogue: Catalogue, wording: Wording) -> str:
    if one.value is None:
        return wording("not known")
    return wording.value(Money(one.value, one.assessment.pack.currency), None, catalogue)


def _open(found: Portfolio, one: Holding) -> int:
    case = one.assessment.case.id
    return sum(c.case == case and c.standing != "settled" for c in found.conditions)


def portfolio_data(found: Portfolio) -> dict[str, Any]:
    """Return a portfolio as plain dicts and lists."""
    return {
        "schema": "convenio/portfolio/1",
        "country": found.country,
        "on": found.day.isoformat(),
        "deals": [
            {
                "case": one.assessment.case.id,
                "title": one.assessment.case.title,
                "life": one.life,
                "stage": one.stage,
                "signed": one.signed.isoformat() if one.signed else None,
                "ends": one.ends.isoformat() if one.ends else None,
                "renews_itself": one.renews,
                "notice_by": one.notice_by.isoformat() if one.notice_by else None,
                "value": one.value,
                "people": one.people,
                "rating": one.rating,
            }
            for one in found.holdings
        ],
        "conditions": condition_data(found.conditions, found.day)["conditions"],
        "left_out": list(found.later),
    }
