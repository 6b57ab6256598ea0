"""Calls the columns of a table like facts, and tells of those that are not read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from convenio.batch.tables.columns import Columns, folded, words
from convenio.batch.tables.headers import SHOWN
from convenio.batch.tables.table import ROW, ReadTable
from convenio.errors import CaseError, nearest_name
from convenio.messages import say

_FEW = 50


def called_like_facts(table: ReadTable, columns: Columns) -> ReadTable:
    """Call columns like facts where only case, blanks or the marks between words differ.

    Columns of cases that are no facts are told. Raises CaseError where two columns mean one fact,
    or where a column has the name of a fact in it and is none.
    """
    names = [name for name in table.rows.collect_schema().names() if name != ROW]
    renamed: dict[str, str] = {}
    for name in names:
        meant = columns.named(name)
        if meant is not None and meant != name:
            if meant in names or meant in renamed.values():
                raise CaseError(
                    say(
                        "{path}: two columns are called {meant}, but for their case",
                        path=table.path,
                        meant=meant,
                    )
                )
            renamed[name] = meant
    told = _not_read(table, names, columns)
    if renamed:
        read = ", ".join(f"{_on_one_line(old)} as {new}" for old, new in renamed.items())
        told = [f"reads {read}", *told]
        table = replace(table, rows=table.rows.rename(renamed), whole=False)
    return replace(table, told=(*table.told, *told))


def _not_read(table: ReadTable, names: Sequence[str], columns: Columns) -> list[str]:
    if not columns.of_cases() or columns.wanted:
        return []
    others = [name for name in names if columns.named(name) is None]
    facts = {
        name: words(name) for name in (*columns.holds, *sorted(columns.lists)) if "__" not in name
    }
    sought = {word for said in facts.values() for word in said}
    near = {}
    for name in others:
        inside = words(name)
        held = next((fact for fact, said in facts.items() if _stand_in(said, inside)), None)
        # What begins like a section of the catalogue is refused with all engines' tables.
        if held and "." not in name and "__" not in name:
            raise CaseError(
                say(
                    "{path}: the column {name} is no fact; is it {held}?",
                    path=table.path,
                    name=name,
                    held=held,
                )
            )
        # In a wide table most columns are of other things, and looking for the nearest takes long.
        if len(others) <= _FEW or not sought.isdisjoint(inside):
            near[name] = nearest_name(folded(name), list(facts))
    shown = sorted(others, key=lambda name: not near.get(name))[:SHOWN]
    if all(name.startswith("column ") for name in others):
        return []
    hints = [
        f"{_on_one_line(name)} (nearest: {near[name]})" if near.get(name) else _on_one_line(name)
        for name in shown
    ]
    more = f" and {len(others) - SHOWN:,} more" if len(others) > SHOWN else ""
    return [f"columns that are no facts: {', '.join(hints)}{more}"]


def _on_one_line(name: str) -> str:
    return name.replace("\r", "\\r").replace("\n", "\\n")


def _stand_in(wanted: Sequence[str], inside: Sequence[str]) -> bool:
    """Tell whether the words of a fact with its section stand in a name, one after the other."""
    if len(wanted) < 2 or wanted[0] not in inside:
        return False
    ends = range(len(inside) - len(wanted) + 1)
    return any(inside[n : n + len(wanted)] == wanted for n in ends)
