"""A second set of columns, in which facts that a row leaves open are as the pack presumes them.

See `assessment/presumed.py`, which does the same for one case, and docs/semantics.md, "Readings".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from convenio.backends.frames.columns import column_name
from convenio.backends.frames.lists import list_state
from convenio.backends.frames.logic import Truth, certain, conjunction, expression
from convenio.backends.frames.namespace import ns
from convenio.backends.frames.reading import member_column
from convenio.backends.frames.scope import PRESUMED, ColumnCompiler, Scope, known_members
from convenio.backends.frames.values import days_since_1970
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.values import Money
from convenio.packs.pack import Pack
from convenio.packs.presumptions import Presumption


def presumed_scope(
    scope: Scope,
    pack: Pack,
    compiler: ColumnCompiler,
    read: Iterable[str],
    members: Mapping[str, Sequence[str]],
) -> Scope:
    """Return the same rows with presumed columns beside those that are stated.

    Of the facts that are `read`, those that have presumptions are presumed. `members` are those
    members of each set that conditions name.
    """
    paths = [path for path in read if path in pack.presumptions]
    conditions = [one.when for path in paths for one in pack.presumptions[path] if one.when]
    scope = compiler.prepare(scope, conditions)
    free = [path for path in paths if path not in pack.guards]
    first = _with_columns(scope, scope, pack, compiler, free, members)
    # A presumption is made only where its fact may be stated after all others are made.
    guarded = [path for path in paths if path in pack.guards]
    first = compiler.prepare(first, [pack.guards[path] for path in guarded])
    return _with_columns(scope, first, pack, compiler, guarded, members)


def _with_columns(
    stated: Scope,
    scope: Scope,
    pack: Pack,
    compiler: ColumnCompiler,
    paths: Sequence[str],
    members: Mapping[str, Sequence[str]],
) -> Scope:
    added: dict[str, ns.Expr] = {}
    for path in paths:
        guard = pack.guards.get(path)
        allowed = True if guard is None else certain(compiler.condition(guard, scope))
        choices = [
            (
                one,
                conjunction(
                    (
                        allowed,
                        True if one.when is None else certain(compiler.condition(one.when, stated)),
                    )
                ),
            )
            for one in pack.presumptions[path]
        ]
        fact = _Fact(path, pack.catalogue.facts[path], scope, compiler, members.get(path, ()))
        added |= fact.columns(choices)
    frame = scope.frame.with_columns(**added) if added else scope.frame
    return replace(
        scope,
        frame=frame,
        columns=scope.columns | added.keys(),
        presumed=scope.presumed | frozenset(paths),
    )


Choices = Sequence[tuple[Presumption, Truth]]
"""Presumptions with the truth of each being the one to make, were the fact open."""


class _Fact:
    """Makes the presumed columns of one fact."""

    def __init__(
        self,
        path: str,
        declaration: FactDeclaration,
        scope: Scope,
        compiler: ColumnCompiler,
        members: Sequence[str],
    ) -> None:
        self._path = path
        self._base = column_name(path)
        self._declaration = declaration
        self._scope = scope
        self._compiler = compiler
        self._members = members

    def columns(self, choices: Choices) -> dict[str, ns.Expr]:
        """Return the columns, under their names."""
        valued = [(one.value.value, holds) for one, holds in choices if one.value is not None]
        complete = [holds for one, holds in choices if one.value is None]
        kind = self._declaration.type.kind
        if kind == "list":
            found = self._list(valued)
        elif kind == "set":
            found = self._set(valued)
        elif kind == "money":
            found = self._money(valued)
        elif kind in ("enum", "country"):
            known = known_members(self._declaration, self._compiler.catalogue)
            dialect = self._compiler.dialect
            default = self._chosen(valued, lambda value: dialect.member(value, known))
            found = {"": dialect.member_or(self._column(), known, default)}
        else:
            found = {"": self._filled("", self._chosen(valued, self._one))}
        if kind in ("list", "set"):
            found["__complete"] = self._completed(complete)
        name = f"{PRESUMED}{self._base}"
        return {f"{name}{part}": column for part, column in found.items()}

    def _stated(self, part: str) -> ns.Expr | None:
        name = f"{self._base}{part}"
        return ns.col(name) if self._scope.has(name) else None

    def _filled(self, part: str, default: ns.Expr) -> ns.Expr:
        stated = self._stated(part)
        return default if stated is None else stated.fill_null(default)

    def _chosen(self, valued: Sequence[tuple[Any, Truth]], literal: Any) -> ns.Expr:
        """Return the value of the first presumption that holds; null where none does."""
        result: ns.Expr = literal(None)
        for value, holds in reversed(valued):
            if holds is True:
                result = literal(value)
            elif isinstance(holds, ns.Expr):
                result = ns.when(holds).then(literal(value)).otherwise(result)
        return result

    def _column(self) -> str | None:
        return self._base if self._scope.has(self._base) else None

    def _one(self, value: Any) -> ns.Expr:
        kind = self._declaration.type.kind
        if kind == "bool":
            return _truth(value)
        if kind == "text":
            return ns.lit(value, dtype=ns.String)
        return _number(days_since_1970(value) if isinstance(value, dt.date) else value)

    def _money(self, valued: Sequence[tuple[Any, Truth]]) -> dict[str, ns.Expr]:
        base = self._compiler.base_currency

        def in_base(money: Money | None) -> ns.Expr:
            if money is None or money.currency == base:
                return _number(money.amount if money is not None else None)
            return _number(None if money.rate is None else money.amount * money.rate)

        amount = self._chosen(valued, lambda money: _number(money and money.amount))
        currency = self._chosen(
            valued, lambda money: ns.lit(money and money.currency, dtype=ns.String)
        )
        own_currency = self._stated("__currency")
        worth = self._stated("__in_base")
        if worth is None:
            worth = self._stated("")
        if own_currency is None:
            own_currency = ns.lit(base)
            stated = self._stated("")
            if stated is not None:
                own_currency = ns.when(~stated.is_null()).then(own_currency)
            else:
                own_currency = ns.lit(None, dtype=ns.String)
        fallback = self._chosen(valued, in_base)
        return {
            "": self._filled("", amount),
            "__currency": own_currency.fill_null(currency),
            "__in_base": fallback if worth is None else worth.fill_null(fallback),
        }

    def _set(self, valued: Sequence[tuple[Any, Truth]]) -> dict[str, ns.Expr]:
        dialect = self._compiler.dialect
        found = {
            "": dialect.members_or(self._column(), self._chosen(valued, dialect.members_literal)),
            "__none": self._filled(
                "__none", self._chosen(valued, lambda v: _truth(None if v is None else not v))
            ),
        }
        for member in self._members:
            part = member_column("", member)

            def holds(value: Any, member: str = member) -> ns.Expr:
                return _truth(None if value is None else member in value)

            found[part] = self._filled(part, self._chosen(valued, holds))
        return found

    def _list(self, valued: Sequence[tuple[Any, Truth]]) -> dict[str, ns.Expr]:
        stated, _, _ = list_state(self._path, replace(self._scope, presumed=frozenset()))
        made = self._chosen(valued, lambda value: _truth(None if value is None else True))
        found = {"__stated": expression(certain(stated)) | made.fill_null(False)}
        rows = self._stated("__rows")
        return found if rows is None else {**found, "__rows": rows}

    def _completed(self, complete: Sequence[Truth]) -> ns.Expr:
        """Return whether a list or set has no further members, where it may be taken so."""
        stated = self._stated("__complete")
        known = ns.lit(True) if stated is None else stated.fill_null(True)
        for holds in complete:
            known = known | expression(certain(holds))
        return known


def _number(value: Any) -> ns.Expr:
    return ns.lit(None if value is None else float(value), dtype=ns.Float64)


def _truth(value: bool | None) -> ns.Expr:
    return ns.lit(value, dtype=ns.Boolean)
