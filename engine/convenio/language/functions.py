"""The functions that conditions may call, one entry each.

The parser, the type checker, the reference evaluator, compiled functions and the guide for authors
of rules read this table. A new function is an entry here, its twin for columns in
`backends/frames/functions.py`, and rows in the conformance corpus.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from convenio.facts.case import StatedFact
from convenio.facts.values import (
    Date,
    DateSpan,
    Place,
    chord_between,
    chord_of,
    first_day,
    last_day,
)
from convenio.language import syntax as s
from convenio.language.quantities import Interval, folded
from convenio.language.truth import Truth

ParameterKind = Literal["date", "text", "place", "set", "fact", "word", "kilometres"]
"""What stands in a call: a value of that type, any fact, or a word or number that is written."""

WRITTEN: Mapping[ParameterKind, str] = {
    "word": "'word'",
    "kilometres": "100",
}
"""Parameters that take no fact: their value is written in the condition, such as this."""

Reads = Literal["values", "sets", "file"]
"""How a function treats what is not known.

"values": it is strict, unknown where an argument is. "sets": it is told of each set which members
are known and whether there may be more, and may decide all the same. "file": it asks what the case
file says of a fact, and is never unknown.
"""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One argument of a function."""

    name: str
    kind: ParameterKind

    @property
    def is_written(self) -> bool:
        """True where the argument is written in the condition, and no fact."""
        return self.kind in WRITTEN


class KnownMembers(NamedTuple):
    """What is known of a set. Of a set that is not known, no member is, and there may be more."""

    members: frozenset[str]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Function:
    """One function: how it is called, what it gives, and what it means.

    `meaning` takes the arguments as `reads` says: plain values, `KnownMembers`, or what the file
    states of a fact (None: nothing). It returns a truth, or a number in `unit` where `is_number`.
    """

    name: str
    parameters: tuple[Parameter, ...]
    about: str
    meaning: Callable[..., Any]
    reads: Reads = "values"
    is_number: bool = False
    unit: str = ""

    @property
    def usage(self) -> str:
        """How a call is written.

        >>> FUNCTIONS["contains"].usage
        "contains(text, 'word')"
        """
        shown = (WRITTEN.get(parameter.kind, parameter.name) for parameter in self.parameters)
        return f"{self.name}({', '.join(shown)})"


# --- what they mean --------------------------------------------------------------------------


def days_between(start: Date | str, end: Date | str) -> int | Interval:
    """Return the days from one date to another; a date may be written as text.

    Where the day of one is not known, they are an interval.

    >>> from convenio.facts.values import date_from_text
    >>> days_between(date_from_text("2012-07"), "2012-08-01")
    Interval(low=1, high=31)
    """
    return _between(lambda first, last: (last - first).days, start, end)


def months_between(start: Date | str, end: Date | str) -> int | Interval:
    """Return the whole months from one date to another; negative where the second comes first.

    Where the day of one is not known, they are an interval.

    A month is whole when its day comes round again, or on the last day of a month that has no such
    day: so civil codes count terms in months (Chile, Código Civil, art. 48; Colombia, art. 67).

    >>> months_between("2024-01-31", "2024-02-29"), months_between("2024-03-15", "2024-01-16")
    (1, -1)
    """
    return _between(_whole_months, start, end)


def _between(
    count: Callable[[dt.date, dt.date], int], start: Date | str, end: Date | str
) -> int | Interval:
    """Return what is counted from one date to another, which rises with the second."""
    begin, finish = as_date(start), as_date(end)
    if not isinstance(begin, DateSpan) and not isinstance(finish, DateSpan):
        return count(begin, finish)
    low = count(last_day(begin), first_day(finish))
    high = count(first_day(begin), last_day(finish))
    return low if low == high else Interval(low, high)


def as_date(value: Date | str) -> Date:
    """Return a date that may be written as text."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _whole_months(first: dt.date, last: dt.date) -> int:
    if last < first:
        return -_whole_months(last, first)
    months = 12 * (last.year - first.year) + last.month - first.month
    is_last_day = last.day == calendar.monthrange(last.year, last.month)[1]
    return months if last.day >= first.day or is_last_day else months - 1


def share_a_member(left: KnownMembers, right: KnownMembers) -> Truth:
    """Return whether two sets share a member (semantics, "Lists")."""
    if any(side.is_complete and not side.members for side in (left, right)):
        return False
    if not left.members.isdisjoint(right.members):
        return True
    return False if left.is_complete and right.is_complete else None


def is_within(left: Place, right: Place, kilometres: float) -> bool:
    """Return whether two places are at most so far apart, along the earth's surface."""
    return chord_between(left, right) <= chord_of(kilometres)


def holds_word(text: str, word: str) -> bool:
    """Return whether a text holds a word, letter case ignored."""
    return folded(word) in folded(text)


def begins_with(text: str, word: str) -> bool:
    """Return whether a text begins with a word, letter case ignored."""
    return folded(text).startswith(folded(word))


def is_known(fact: StatedFact | None) -> bool:
    """Return whether the case file states a value."""
    return fact is not None and fact.file_state == "known"


def is_undisclosed(fact: StatedFact | None) -> bool:
    """Return whether the parties refuse a fact, even where it is known from elsewhere."""
    return fact is not None and fact.file_state != "conflict" and fact.undisclosed


def is_asked(fact: StatedFact | None) -> bool:
    """Return whether a fact was asked for and not answered."""
    return fact is not None and fact.file_state == "asked"


# --- the table -------------------------------------------------------------------------------


def _parameters(**kinds: ParameterKind) -> tuple[Parameter, ...]:
    return tuple(Parameter(name, kind) for name, kind in kinds.items())


_TABLE = (
    Function(
        "days",
        _parameters(start="date", end="date"),
        "days from one date to another; `as_of` is the date of the case",
        days_between,
        is_number=True,
        unit="days",
    ),
    Function(
        "months",
        _parameters(start="date", end="date"),
        "whole months from one date to another; a month that has no such day ends with its last",
        months_between,
        is_number=True,
        unit="months",
    ),
    Function(
        "known",
        _parameters(fact="fact"),
        "the case file states a value; never unknown",
        is_known,
        reads="file",
    ),
    Function(
        "undisclosed",
        _parameters(fact="fact"),
        "the parties refuse it, even where it is known from elsewhere; never unknown",
        is_undisclosed,
        reads="file",
    ),
    Function(
        "asked",
        _parameters(fact="fact"),
        "it was asked for and there is no answer; never unknown",
        is_asked,
        reads="file",
    ),
    Function(
        "overlaps",
        _parameters(left="set", right="set"),
        "two sets share a member",
        share_a_member,
        reads="sets",
    ),
    Function(
        "within_km",
        _parameters(left="place", right="place", kilometres="kilometres"),
        "two places are at most so far apart",
        is_within,
    ),
    Function(
        "contains",
        _parameters(text="text", word="word"),
        "a text holds a word, letter case ignored",
        holds_word,
    ),
    Function(
        "starts_with",
        _parameters(text="text", word="word"),
        "a text begins with a word, letter case ignored",
        begins_with,
    ),
)

FUNCTIONS: Mapping[str, Function] = {function.name: function for function in _TABLE}
"""Every function by its name."""


def reads_sets(node: s.Expression) -> bool:
    """Return whether a node is a call that looks at whole sets."""
    return isinstance(node, s.Call) and FUNCTIONS[node.function].reads == "sets"


def asks_of_the_file(node: s.Expression) -> bool:
    """Return whether a node is a call that asks what the case file says of a fact."""
    return isinstance(node, s.Call) and FUNCTIONS[node.function].reads == "file"
