"""The functions of the language over columns: the twin of each entry in `language/functions.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from convenio.backends.frames import values as v
from convenio.backends.frames.dialects import Dialect
from convenio.backends.frames.lists import is_complete, list_state
from convenio.backends.frames.logic import (
    Truth,
    certain,
    choose,
    conjunction,
    disjunction,
    negate,
)
from convenio.backends.frames.namespace import ns
from convenio.backends.frames.scope import ColumnCompiler, Scope
from convenio.facts.values import chord_of
from convenio.language import syntax as s
from convenio.language.functions import FUNCTIONS, begins_with, holds_word
from convenio.language.quantities import folded

Twin = Callable[[ColumnCompiler, s.Call, Scope], Any]
"""Returns the truth of a call, or its value where the function gives a number."""


def call(compiler: ColumnCompiler, node: s.Call, scope: Scope) -> Any:
    """Return the truth or the value of a call."""
    return COLUMNS[node.function](compiler, node, scope)


def _of_values(function: Callable[..., Any]) -> Twin:
    """Hand a function the values of its arguments; those that are written come as they are."""

    def twin(compiler: ColumnCompiler, node: s.Call, scope: Scope) -> Any:
        parameters = FUNCTIONS[node.function].parameters
        return function(
            *(
                argument.value
                if parameter.is_written and isinstance(argument, s.Literal)
                else compiler.value(argument, scope)
                for parameter, argument in zip(parameters, node.arguments, strict=True)
            )
        )

    return twin


# --- dates, places, texts --------------------------------------------------------------------


def _days(start: v.Value, end: v.Value) -> v.Number | v.Interval:
    return _between(lambda first, last: v.compute("-", last, first), start, end)


def _months(start: v.Value, end: v.Value) -> v.Number | v.Interval:
    return _between(_months_between, start, end)


def _between(
    count: Callable[[v.Figure, v.Figure], v.Figure], start: v.Value, end: v.Value
) -> v.Number | v.Interval:
    """Return what is counted from one date to another, which rises with the second."""
    begin, finish = v.day_of(start), v.day_of(end)
    if begin.last is None and finish.last is None:
        return v.Number(count(begin.figure, finish.figure))
    starts, ends = v.days_in(begin), v.days_in(finish)
    return v.Interval(count(starts.high, ends.low), count(starts.low, ends.high))


def _months_between(first: v.Figure, last: v.Figure) -> v.Figure:
    if first is None or last is None:
        return None
    early, late = v.lifted(first), v.lifted(last)
    forward, backward = _whole_months(early, late), _whole_months(late, early)
    return ns.when(early <= late).then(forward).otherwise(backward * -1.0)


def _whole_months(first: ns.Expr, last: ns.Expr) -> ns.Expr:
    """Return the whole months from a day to one that is not before it."""
    month, day = _month_and_day(last)
    first_month, first_day = _month_and_day(first)
    next_month, _ = _month_and_day(last + 1.0)
    is_whole = (day >= first_day) | (next_month != month)
    months = month - first_month
    return ns.when(is_whole).then(months).otherwise(months - 1.0)


def _month_and_day(day: ns.Expr) -> tuple[ns.Expr, ns.Expr]:
    """Return the months since March of the year 0, and the day of the month.

    `day` counts from 1970-01-01. Years are begun in March, so that a leap day ends its year; 400
    years have 146,097 days, 5 months of such a year 153.
    """
    since_0 = day + 719468.0
    era = (since_0 / 146097.0).floor()
    of_era = since_0 - era * 146097.0
    leaps = (of_era / 1460.0).floor() - (of_era / 36524.0).floor() + (of_era / 146096.0).floor()
    year = ((of_era - leaps) / 365.0).floor()
    of_year = of_era - (year * 365.0 + (year / 4.0).floor() - (year / 100.0).floor())
    month = ((of_year * 5.0 + 2.0) / 153.0).floor()
    of_month = of_year - ((month * 153.0 + 2.0) / 5.0).floor() + 1.0
    return (era * 400.0 + year) * 12.0 + month, of_month


def _within_km(left: v.Point, right: v.Point, kilometres: float) -> Truth:
    if left.axes is None or right.axes is None:
        return None
    x, y, z = (
        (first - second) * (first - second)
        for first, second in zip(left.axes, right.axes, strict=True)
    )
    chord: ns.Expr = (x + y + z).sqrt()
    return chord <= chord_of(kilometres)


def _contains(text: v.Text, word: str) -> Truth:
    if not isinstance(text.text, ns.Expr):
        return None if text.text is None else holds_word(text.text, word)
    return _even(text.text).str.contains(folded(word), literal=True)


def _starts_with(text: v.Text, word: str) -> Truth:
    if not isinstance(text.text, ns.Expr):
        return None if text.text is None else begins_with(text.text, word)
    beginning = folded(word)
    return _even(text.text).str.slice(0, len(beginning)) == beginning


def _even(text: ns.Expr) -> ns.Expr:
    """Return texts as `quantities.folded` makes them."""
    lowered = text.str.replace_all("İ", "i", literal=True).str.to_lowercase()
    return lowered.str.replace_all("ς", "σ", literal=True)


# --- sets ------------------------------------------------------------------------------------

SET_TESTS: Mapping[str, Callable[[Dialect, str, str], Any]] = {
    "overlaps": lambda dialect, left, right: dialect.overlap(left, right),
}
"""What engines must be asked in their own words, on the names of two columns; null where unknown.

It is made a column before the condition is computed, under the key of the call.
"""


def _overlaps(_compiler: ColumnCompiler, node: s.Call, scope: Scope) -> Truth:
    names = [scope.column(side) for side in node.arguments]
    empty = [
        conjunction((certain(ns.col(f"{name}__none")), is_complete(name, scope)))
        for name in names
        if name is not None
    ]
    is_known = [False if name is None else ~ns.col(name).is_null() for name in names]
    whole = [name is not None and is_complete(name, scope) for name in names]
    decided = conjunction([*is_known, *whole])
    shared: Truth = None
    if scope.key(node) in scope.computed:
        shared = certain(ns.col(scope.computed[scope.key(node)]))
    return choose((disjunction(empty), False), (shared, True), (decided, False), otherwise=None)


# --- the case file ---------------------------------------------------------------------------


def _known(compiler: ColumnCompiler, node: s.Call, scope: Scope) -> Truth:
    (fact,) = node.arguments
    assert isinstance(fact, s.Path | s.Field)
    kind = scope.declaration(fact, compiler.catalogue).type.kind
    if kind == "list":
        path = fact.path if isinstance(fact, s.Path) else ""
        stated, _, _ = list_state(path, replace(scope, presumed=frozenset()))
        return stated
    name = scope.stated_base(fact) + ("__x" if kind == "place" else "")
    return ~ns.col(name).is_null() if scope.has(name) else False


def _undisclosed(_compiler: ColumnCompiler, node: s.Call, scope: Scope) -> Truth:
    return _companion(node, "undisclosed", scope)


def _asked(compiler: ColumnCompiler, node: s.Call, scope: Scope) -> Truth:
    known = _known(compiler, node, scope)
    undisclosed = _undisclosed(compiler, node, scope)
    return conjunction((_companion(node, "asked", scope), negate(known), negate(undisclosed)))


def _companion(node: s.Call, part: str, scope: Scope) -> Truth:
    (fact,) = node.arguments
    assert isinstance(fact, s.Path | s.Field)
    name = f"{scope.stated_base(fact)}__{part}"
    return certain(ns.col(name)) if scope.has(name) else False


COLUMNS: Mapping[str, Twin] = {
    "days": _of_values(_days),
    "months": _of_values(_months),
    "known": _known,
    "undisclosed": _undisclosed,
    "asked": _asked,
    "overlaps": _overlaps,
    "within_km": _of_values(_within_km),
    "contains": _of_values(_contains),
    "starts_with": _of_values(_starts_with),
}
"""The twin of every function, by its name."""
