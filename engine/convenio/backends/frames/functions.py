"""The functions of the language over columns: the twin of each entry in `language/functions.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from convenio.language.functions import FUNCTIONS, holds_word
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


def _days(start: v.Value, end: v.Value) -> v.Number:
    return v.Number(v.compute("-", v.day_of(end), v.day_of(start)))


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
        stated, _, _ = list_state(fact.path if isinstance(fact, s.Path) else "", scope)
        return stated
    name = scope.base(fact) + ("__x" if kind == "place" else "")
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
    name = f"{scope.base(fact)}__{part}"
    return certain(ns.col(name)) if scope.has(name) else False


COLUMNS: Mapping[str, Twin] = {
    "days": _of_values(_days),
    "known": _known,
    "undisclosed": _undisclosed,
    "asked": _asked,
    "overlaps": _overlaps,
    "within_km": _of_values(_within_km),
    "contains": _of_values(_contains),
}
"""The twin of every function, by its name."""
