"""Reads a user's columns: what of each goes into the normal form, and which values can't stand.

Numbers become binary64, dates whole days since 1970, places points on a unit sphere, texts of an
enum what the engine compares fastest; missing in all its spellings becomes null. A value that may
not stand in its column marks its row, which is then counted as wrong and gets no verdict.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convenio.backends.frames.columns import column_name
from convenio.backends.frames.dialects import Dialect
from convenio.backends.frames.namespace import ns
from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.values import MAX_INTEGER, RESERVED_WORDS
from convenio.messages import say

_NUMBER = r"^[+-]?(0|[1-9][0-9]*)([.][0-9]+)?([eE][+-]?[0-9]{1,3})?$"
_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_CURRENCY = r"^[A-Z]{3}$"
_LARGEST_TEXT = 2000
_LARGEST_AMOUNT = 1e15
RAW = "raw__"
"""Before the name of a column as it was given."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that may be wrong in a row: the column that is true then, and what to say.

    `found` names the column with the value as it was given, where it can be shown.
    """

    flag: str
    path: str
    expected: str
    found: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A fact, or a field of a list's rows, as a table tells it.

    `members` are those members of a set that some condition asks for.
    """

    path: str
    declaration: FactDeclaration
    members: tuple[str, ...] = ()


class ColumnReader:
    """Collects the columns of a table's normal form, fact by fact."""

    def __init__(
        self,
        catalogue: Catalogue,
        base_currency: str,
        dialect: Dialect,
        types: Mapping[str, Any],
        check: bool,
        in_order: frozenset[str] = frozenset(),
    ) -> None:
        self._check = check
        self._in_order = in_order
        self._numbers: dict[str, tuple[float | None, float | None, bool]] = {}
        self._base_currency = base_currency
        self._dialect = dialect
        self._types = types
        self._countries = catalogue.actors
        self.columns: dict[str, ns.Expr] = {}
        self.flags: dict[str, ns.Expr] = {}
        self.native_stages: tuple[dict[str, Any], ...] = ({}, {}, {})
        self.checks: list[Check] = []
        self.texts: dict[str, tuple[str, ...]] = {}

    def read(self, field: Field) -> None:
        """Add the columns of one fact."""
        kind, name = field.declaration.type.kind, column_name(field.path)
        for part in ("undisclosed", "asked", "complete", "stated"):
            self._flag(field, f"{name}__{part}")
        if kind == "place":
            self._place(field, name)
        elif kind != "list" and RAW + name in self._types:
            readers = {
                "bool": self._bool,
                "integer": self._number,
                "number": self._number,
                "money": self._money,
                "date": self._date,
                "enum": self._member,
                "country": self._member,
                "text": self._text,
                "set": self._set,
            }
            readers[kind](field, name)

    def orderly(self) -> dict[str, ns.Expr]:
        """Return for each column of numbers whether all of them may stand in it."""
        tests = {}
        for raw, bounds in self._numbers.items():
            given = ns.col(raw).cast(ns.Float64)
            tests[raw] = _all_fit(given, *bounds) if self._check else _known(given)
        return tests

    def _wrong(self, field: Field, test: ns.Expr, expected: str, raw: str = "") -> None:
        if not self._check:
            return
        flag = f"wrong{len(self.checks)}__{column_name(field.path)}"
        self.columns[flag] = test.fill_null(False)
        self.checks.append(Check(flag, field.path, expected, raw))

    # --- one value -----------------------------------------------------------------------

    def _truth(self, field: Field, raw: str) -> ns.Expr | None:
        dtype, column = self._types[raw], ns.col(raw)
        expected = say("true or false")
        if dtype == ns.Boolean:
            return column
        if dtype.is_numeric():
            number = column.cast(ns.Float64).fill_nan(None)
            self._wrong(field, (number != 0) & (number != 1), expected, raw)
            return number == 1
        if _is_text(dtype):
            text = column.cast(ns.String).str.to_lowercase()
            self._wrong(field, ~text.is_in(["true", "false"]), expected, raw)
            return text == "true"
        self._wrong(field, ~column.is_null(), expected)
        return None

    def _flag(self, field: Field, name: str) -> None:
        truth = self._truth(field, RAW + name) if RAW + name in self._types else None
        if truth is not None:
            self.flags[name] = truth

    def _bool(self, field: Field, name: str) -> None:
        truth = self._truth(field, RAW + name)
        if truth is not None:
            self.columns[name] = truth

    def _parsed(self, field: Field, raw: str, expected: str) -> ns.Expr | None:
        dtype, column = self._types[raw], ns.col(raw)
        if dtype.is_numeric():
            number = column.cast(ns.Float64)
            if raw in self._in_order or not dtype.is_float():
                return number
            return number.fill_nan(None)
        if _is_text(dtype):
            text = column.cast(ns.String)
            valid = text.str.contains(_NUMBER)
            self._wrong(field, ~valid, expected, raw)
            return ns.when(valid).then(text).cast(ns.Float64)
        self._wrong(field, ~column.is_null(), expected)
        return None

    def _within(
        self, field: Field, raw: str, low: float | None, high: float | None, expected: str
    ) -> ns.Expr | None:
        number = self._parsed(field, raw, expected)
        if number is None or raw in self._in_order:
            return number
        whole = field.declaration.type.kind == "integer" and not self._types[raw].is_integer()
        if self._types[raw].is_numeric():
            self._numbers[raw] = (low, high, whole)
        self._wrong(field, ~_fits(number, low, high, whole), expected, raw)
        return number

    def _number(self, field: Field, name: str) -> None:
        declaration = field.declaration
        whole = declaration.type.kind == "integer"
        low, high = declaration.minimum, declaration.maximum
        if whole:
            low = -MAX_INTEGER if low is None else low
            high = MAX_INTEGER if high is None else high
        expected = say("a whole number") if whole else say("a finite number")
        lowest, highest = declaration.minimum, declaration.maximum
        if lowest is not None and highest is not None:
            between = say(
                "{kind} from {low:g} to {high:g}", kind=expected, low=lowest, high=highest
            )
            expected = between
        number = self._within(field, RAW + name, low, high, expected)
        if number is not None:
            self.columns[name] = number

    def _money(self, field: Field, name: str) -> None:
        low = field.declaration.minimum or 0
        high = field.declaration.maximum
        high = _LARGEST_AMOUNT if high is None else high
        expected = say("an amount from {low:,.0f} to {high:,.0f}", low=low, high=high)
        amount = self._within(field, RAW + name, low, high, expected)
        if amount is None:
            return
        self.columns[name] = amount
        raw_currency, raw_rate = f"{RAW}{name}__currency", f"{RAW}{name}__rate"
        if raw_currency not in self._types:
            return
        currency = ns.col(raw_currency).cast(ns.String)
        self._wrong(
            field,
            ~currency.str.contains(_CURRENCY),
            say("a three-letter currency code (ISO 4217)"),
            raw_currency,
        )
        rate = ns.lit(None, dtype=ns.Float64)
        if raw_rate in self._types:
            parsed = self._within(field, raw_rate, None, None, "a rate above 0")
            if parsed is not None:
                self._wrong(field, parsed <= 0, say("a rate above 0"), raw_rate)
                rate = parsed
        currency = currency.fill_null(self._base_currency)
        self.columns[f"{name}__currency"] = currency
        at_home = currency == self._base_currency
        self.columns[f"{name}__in_base"] = ns.when(at_home).then(amount).otherwise(amount * rate)

    def _date(self, field: Field, name: str) -> None:
        days = self.days(field, RAW + name)
        if days is None:
            return
        self.columns[name] = days
        raw = f"{RAW}{name}__last"
        last = self.days(field, raw) if raw in self._types else None
        if last is not None:
            self._wrong(field, last < days, say("a last day that is not before the first"), raw)
            self.columns[f"{name}__last"] = ns.when(last.is_null()).then(days).otherwise(last)

    def days(self, field: Field, raw: str) -> ns.Expr | None:
        """Return a date as whole days since 1970-01-01."""
        dtype, column = self._types[raw], ns.col(raw)
        expected = say("a date such as 2009-10-30")
        if dtype in (ns.Date, ns.Datetime):
            if self._dialect.name == "polars":
                return column.cast(ns.Date).cast(ns.Int32).cast(ns.Float64)
            parts = (column.dt.year(), column.dt.month(), column.dt.day())
            return _days_of(*(part.cast(ns.Int64) for part in parts))
        if not _is_text(dtype):
            self._wrong(field, ~column.is_null(), expected)
            return None
        text = column.cast(ns.String)
        valid = text.str.contains(_DATE)
        digits = ns.when(valid).then(text)
        year, month, day = (
            digits.str.slice(start, length).cast(ns.Int64)
            for start, length in ((0, 4), (5, 2), (8, 2))
        )
        exists = (
            month.is_between(1, 12) & (day >= 1) & (day <= _last_day(year, month)) & (year >= 1)
        )
        valid = valid & exists
        self._wrong(field, ~valid, expected, raw)
        return ns.when(valid).then(_days_of(year, month, day))

    def _text(self, field: Field, name: str) -> None:
        text = ns.col(RAW + name).cast(ns.String)
        blank = text.str.strip_chars() == ""
        too_long = text.str.len_chars() > _LARGEST_TEXT
        reserved = text.is_in(sorted(RESERVED_WORDS))
        self._wrong(
            field, blank | too_long | reserved, say("a text of 1 to 2,000 characters"), RAW + name
        )
        self.columns[name] = text

    def _member(self, field: Field, name: str) -> None:
        fact_type = field.declaration.type
        members = fact_type.members if fact_type.kind == "enum" else self._countries
        raw = RAW + name
        if not _is_text(self._types[raw]):
            self._wrong(field, ~ns.col(raw).is_null(), _one_of(members))
            return
        self.texts[name] = members
        if _holds_only(self._types[raw], members):
            self.native_stages[0][name] = self._dialect.column(raw)
            return
        self.native_stages[0][name] = self._dialect.coded(raw, members)
        self._wrong(field, ~ns.col(raw).is_null() & ns.col(name).is_null(), _one_of(members), raw)

    def _set(self, field: Field, name: str) -> None:
        fact_type = field.declaration.type
        members = fact_type.members if fact_type.element == "enum" else self._countries
        raw, dtype = RAW + name, self._types[RAW + name]
        if _is_text(dtype):
            listed = self._dialect.split(raw)
        elif dtype == ns.List:
            listed = self._dialect.column(raw)
        else:
            self._wrong(field, ~ns.col(raw).is_null(), say("a list of texts"))
            return
        first, second, third = self.native_stages
        stated = f"{name}__stated"
        first[name] = self._dialect.or_empty(listed, stated) if stated in self.flags else listed
        needed, tests = self._dialect.members(name, field.members)
        second.update(needed)
        third.update({member_column(name, member): test for member, test in tests.items()})
        second[f"{name}__none"] = self._dialect.is_empty(name)
        second[f"{name}__strange"] = self._dialect.has_unknown_member(name, members)
        self._wrong(field, ns.col(f"{name}__strange"), "every member " + _one_of(members))

    def _place(self, field: Field, name: str) -> None:
        raw_lat, raw_lon = f"{RAW}{name}__lat", f"{RAW}{name}__lon"
        if raw_lat not in self._types and raw_lon not in self._types:
            return
        expected = say("a latitude within ±90 and a longitude within ±180 degrees, both")
        sides = []
        for raw, bound in ((raw_lat, 90), (raw_lon, 180)):
            if raw not in self._types:
                other = raw_lon if raw == raw_lat else raw_lat
                self._wrong(field, ~ns.col(other).is_null(), expected, other)
                return
            side = self._within(field, raw, -bound, bound, expected)
            if side is None:
                return
            sides.append(side)
        latitude, longitude = sides
        self._wrong(field, latitude.is_null() != longitude.is_null(), expected)
        lat, lon = latitude * (math.pi / 180), longitude * (math.pi / 180)
        self.columns[f"{name}__x"] = lat.cos() * lon.cos()
        self.columns[f"{name}__y"] = lat.cos() * lon.sin()
        self.columns[f"{name}__z"] = ns.when(~longitude.is_null()).then(lat.sin())


def _known(number: ns.Expr) -> ns.Expr:
    """Return whether none of a column's numbers is NaN."""
    return (~number.is_nan()).all()


def _all_fit(number: ns.Expr, low: float | None, high: float | None, whole: bool) -> ns.Expr:
    """Return whether all numbers of a column fit, by passes over it that take least time.

    To Polars, NaN is above every number, so that an upper bound rules it out.
    """
    fit = number.is_finite().all() if high is None else (number <= high).all()
    if low is not None:
        fit &= (number >= low).all()
    return fit & ((number % 1) == 0).all() if whole else fit


def _fits(number: ns.Expr, low: float | None, high: float | None, whole: bool) -> ns.Expr:
    """Return whether a number is finite, within its bounds, and whole where it must be."""
    if low is not None and high is not None:
        fits = number.is_between(low, high)
    else:
        fits = number.is_finite()
        if low is not None:
            fits &= number >= low
        if high is not None:
            fits &= number <= high
    return fits & (number == number.floor()) if whole else fits


def _is_text(dtype: Any) -> bool:
    return dtype in (ns.String, ns.Categorical) or isinstance(dtype, ns.Enum)


def _holds_only(dtype: Any, members: Sequence[str]) -> bool:
    """Return whether a column's type alone rules out every other text."""
    return isinstance(dtype, ns.Enum) and set(dtype.categories) <= set(members)


def _one_of(members: Sequence[str]) -> str:
    shown = ", ".join(members[:12])
    return f"one of {shown}" + (", …" if len(members) > 12 else "")


def _last_day(year: ns.Expr, month: ns.Expr) -> ns.Expr:
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    thirty = month.is_in([4, 6, 9, 11])
    february = ns.when(leap).then(ns.lit(29)).otherwise(ns.lit(28))
    return (
        ns.when(month == 2)
        .then(february)
        .otherwise(ns.when(thirty).then(ns.lit(30)).otherwise(ns.lit(31)))
    )


def _days_of(year: ns.Expr, month: ns.Expr, day: ns.Expr) -> ns.Expr:
    """Return days since 1970-01-01 in the Gregorian calendar.

    Years are counted from March, so that the leap day is the last of its year: then the days
    before a month are (153 × month + 2) // 5 and a year is 365 days and its leap days.
    """
    early = ns.when(month <= 2).then(ns.lit(1)).otherwise(ns.lit(0))
    since_march = year - early
    months = (month + 9) % 12
    in_year = (153 * months + 2) // 5 + day - 1
    leap_days = since_march // 4 - since_march // 100 + since_march // 400
    return (since_march * 365 + leap_days + in_year - 719468).cast(ns.Float64)


def member_column(name: str, member: str) -> str:
    """Return the column that says whether a set holds a member."""
    return f"{name}__has__{member}"
