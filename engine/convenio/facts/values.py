"""The values that facts take, and how each is written in a case file."""

from __future__ import annotations

import calendar
import datetime as dt
import math
import re
from collections.abc import Collection, Sized
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel.core import get_global
from pydantic_core import PydanticCustomError

from convenio.documents import Mapping, Node, Scalar
from convenio.documents.models import written
from convenio.errors import nearest_name
from convenio.messages import say

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG, R1), in kilometres."""

RESERVED_WORDS = frozenset({"undisclosed", "asked"})
"""Words that say what is not known of a fact; they can be no value."""

MAX_INTEGER = 2**53
"""Whole numbers up to here are exact in binary64, which rules compute in."""

_INTEGER = re.compile(r"[+-]?(?:0|[1-9]\d{0,15})(?:\.0+)?\Z")
_NUMBER = re.compile(r"[+-]?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?\Z")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2}){0,2}\Z")
_CURRENCY = re.compile(r"[A-Z]{3}\Z")
_WITHDRAWN = frozenset({"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR", "SUN", "YUG", "ANT", "SCG"})
_PRIVATE_USE = re.compile(r"AA|Q[M-Z]|X[A-Z]|ZZ|EU|EZ|UN|AC|CP|DG|TA|IC|EA|CQ")


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217).

    `rate` is what one unit of `currency` was worth in the pack's currency of account on
    `rate_date`; without it, money in another currency has no value there.
    """

    amount: float
    currency: str
    rate: float | None = None
    rate_date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A point on the Earth, in degrees north and east."""

    lat: float
    lon: float

    def unit_vector(self) -> tuple[float, float, float]:
        """Return the point on a sphere of radius 1."""
        lat, lon = math.radians(self.lat), math.radians(self.lon)
        return (math.cos(lat) * math.cos(lon), math.cos(lat) * math.sin(lon), math.sin(lat))


@dataclass(frozen=True, slots=True)
class DateSpan:
    """A date of which only the month, the year, or the days between are known.

    It is some day from `first` to `last`, both included; `text` is how it is written: `2012-07`,
    `2012` or `2012-07/2012-09` (Extended Date/Time Format, ISO 8601-2, level 0).
    """

    first: dt.date
    last: dt.date
    text: str

    def __str__(self) -> str:
        return self.text


Date = dt.date | DateSpan


def first_day(date: Date) -> dt.date:
    """Return the day, or the first day on which it may be."""
    return date.first if isinstance(date, DateSpan) else date


def last_day(date: Date) -> dt.date:
    """Return the day, or the last day on which it may be."""
    return date.last if isinstance(date, DateSpan) else date


def date_from_text(text: str) -> Date:
    """Return the date that a text writes; a span of one day is that day.

    Raises ValueError where it writes none.

    >>> date_from_text("2012-02").last.isoformat()
    '2012-02-29'
    >>> date_from_text("2012-07/2012-09-15").first.isoformat()
    '2012-07-01'
    """
    start, slash, end = text.partition("/")
    first, last = _days_of(start)[0], _days_of(end if slash else start)[1]
    if last < first:
        raise ValueError("ends before it begins")
    return first if first == last else DateSpan(first, last, text)


def _days_of(text: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of a day, month or year."""
    if not _PARTIAL_DATE.match(text):
        raise ValueError("not a day, a month or a year")
    year, month, day = (*map(int, text.split("-")), None, None)[:3]
    assert year is not None
    if day is not None:
        whole = dt.date.fromisoformat(text)
        return whole, whole
    months = (1, 12) if month is None else (month, month)
    last = calendar.monthrange(year, months[1])[1]
    return dt.date(year, months[0], 1), dt.date(year, months[1], last)


def chord_of(km: float) -> float:
    """Return the straight line through a unit sphere that spans `km` of its surface.

    Distances are compared as chords, so that every engine needs only products and sums.

    >>> round(chord_of(EARTH_RADIUS_KM * math.pi), 6)
    2.0
    """
    return 2 * math.sin(min(km / (2 * EARTH_RADIUS_KM), math.pi / 2))


def chord_between(a: Place, b: Place) -> float:
    """Return the chord between two places on a unit sphere."""
    sides = zip(a.unit_vector(), b.unit_vector(), strict=True)
    x, y, z = ((first - second) ** 2 for first, second in sides)
    return math.sqrt(x + y + z)


def _wrong(
    expected: str, node: Node, word: str = "", among: Collection[str] = ()
) -> PydanticCustomError:
    """Return what is wrong with a value; of `among` the one nearest to `word` is suggested."""
    return PydanticCustomError(
        "convenio",
        "the value can't be used",
        {
            "expected": expected,
            "found": written(node),
            "position": node.position,
            "word": word,
            "among": among,
        },
    )


def nearest_of(told: AnyMapping[str, Any], beside: Sized) -> str:
    """Return the valid value nearest to a refused one, from what its error tells.

    `beside` are the problems found before (see `nearest_name`).
    """
    return nearest_name(told["word"], told["among"], beside)


def _plain_text(node: Node, expected: str) -> str:
    """Return what stands there unquoted; a quoted value is text, so no number or date."""
    if not isinstance(node, Scalar) or not node.plain:
        raise _wrong(expected, node)
    return node.text


def parse_bool(node: Node) -> bool:
    """Read `true` or `false`."""
    text = _plain_text(node, "true or false")
    if text not in ("true", "false"):
        raise _wrong(say("true or false"), node)
    return text == "true"


def parse_integer(node: Node) -> int:
    """Read a whole number; `10.0` is one."""
    text = _plain_text(node, "a whole number")
    if not _INTEGER.match(text) or abs(float(text)) > MAX_INTEGER:
        raise _wrong(say("a whole number without leading zeros"), node)
    return int(float(text))


def parse_number(node: Node) -> float:
    """Read a finite decimal number."""
    text = _plain_text(node, "a number")
    if not _NUMBER.match(text) or len(text) > 40 or not math.isfinite(float(text)):
        raise _wrong(say("a number without leading zeros or separators"), node)
    return float(text)


def parse_date(node: Node) -> dt.date:
    """Read a date, year-month-day; quotes do no harm."""
    expected = say("a date such as 2009-10-30")
    if not isinstance(node, Scalar) or not _DATE.match(node.text):
        raise _wrong(expected, node)
    try:
        return dt.date.fromisoformat(node.text)
    except ValueError:
        raise _wrong(expected, node) from None


def parse_partial_date(node: Node) -> Date:
    """Read a date, of which the day or the month and day may be left open, or a span of days."""
    expected = say("a date such as 2009-10-30, 2009-10, 2009 or 2009-10/2009-12")
    if not isinstance(node, Scalar):
        raise _wrong(expected, node)
    try:
        return date_from_text(node.text)
    except ValueError:
        raise _wrong(expected, node) from None


def parse_text(node: Node) -> str:
    """Read a text of at most 2,000 characters."""
    if not isinstance(node, Scalar) or not node.text.strip() or len(node.text) > 2000:
        raise _wrong(say("a text of 1 to 2,000 characters"), node)
    if node.text in RESERVED_WORDS:
        raise _wrong(say("a text other than the reserved word"), node)
    return node.text


@lru_cache(maxsize=1)
def country_codes() -> dict[str, str]:
    """Return ISO 3166-1 alpha-3 codes with their alpha-2 codes, as Unicode CLDR lists them.

    CLDR also lists codes for private use and withdrawn ones; those are left out.
    """
    aliases: dict[str, list[str]] = get_global("territory_aliases")  # type: ignore[assignment]
    return {
        code: targets[0]
        for code, targets in aliases.items()
        if len(code) == 3
        and code.isalpha()
        and code not in _WITHDRAWN
        and len(targets) == 1
        and len(targets[0]) == 2
        and not _PRIVATE_USE.match(targets[0])
    }


def _alpha3(alpha2: str) -> str:
    return next((code for code, short in country_codes().items() if short == alpha2), "")


def parse_country(node: Node, organisations: frozenset[str]) -> str:
    """Read a country code or the name of a declared organisation."""
    expected = say("a three-letter country code such as COL, or a declared organisation")
    if not isinstance(node, Scalar):
        raise _wrong(expected, node)
    if node.text in country_codes() or node.text in organisations:
        return node.text
    code = _alpha3(node.text.upper())
    near = [code] if code else [*country_codes(), *organisations]
    raise _wrong(expected, node, code or node.text.upper(), near)


def parse_member(node: Node, members: tuple[str, ...]) -> str:
    """Read one of the values that an enum declares."""
    if isinstance(node, Scalar) and node.text in members:
        return node.text
    text = node.text if isinstance(node, Scalar) else ""
    shown = ", ".join(members[:12]) + (", …" if len(members) > 12 else "")
    raise _wrong(say("one of {shown}", shown=shown), node, text, members)


def parse_place(node: Node) -> Place:
    """Read `{lat: 4.6, lon: -74.1}`."""
    if not isinstance(node, Mapping) or set(node.entries) != {"lat", "lon"}:
        raise _wrong(say("a place such as {lat: 4.6, lon: -74.1}"), node)
    lat, lon = parse_number(node.entries["lat"]), parse_number(node.entries["lon"])
    if abs(lat) > 90 or abs(lon) > 180:
        raise _wrong(say("a latitude within ±90 and a longitude within ±180 degrees"), node)
    return Place(lat, lon)


def parse_money(node: Node, minimum: float | None, maximum: float | None) -> Money:
    """Read `{amount: 1200000, currency: USD}`, with `rate` and `rate_date` where converted."""
    expected = say("money such as {amount: 1200000, currency: USD}")
    keys = set(node.entries) if isinstance(node, Mapping) else set()
    with_rate = {"amount", "currency", "rate", "rate_date"}
    if not isinstance(node, Mapping) or keys not in ({"amount", "currency"}, with_rate):
        raise _wrong(expected, node)
    amount, currency = parse_number(node.entries["amount"]), node.entries["currency"]
    if not isinstance(currency, Scalar) or not _CURRENCY.match(currency.text):
        raise _wrong(say("a three-letter currency code (ISO 4217)"), currency)
    low, high = minimum or 0, maximum if maximum is not None else 1e15
    if not low <= amount <= high:
        raise _wrong(
            say("an amount from {low:,.0f} to {high:,.0f}", low=low, high=high),
            node.entries["amount"],
        )
    if "rate" not in keys:
        return Money(amount, currency.text)
    rate = parse_number(node.entries["rate"])
    if rate <= 0:
        raise _wrong(say("a rate above 0"), node.entries["rate"])
    return Money(amount, currency.text, rate, parse_date(node.entries["rate_date"]))
