"""How a condition came out, part by part, and which of the parts decided."""

from __future__ import annotations

from typing import NamedTuple

from convenio.facts.case import StatedFact
from convenio.language import syntax as s
from convenio.language.truth import Truth


class Leaf(NamedTuple):
    """One fact that an atom read. `fact` is None where the case says nothing of it.

    `missing` is True where stating the fact (or completing the list) could decide the atom.
    """

    path: str
    fact: StatedFact | None
    missing: bool = False


class Trace(NamedTuple):
    """The value of one part of a condition.

    `logic` says how the children combine: "and", "or", "not", "at_least", or "" for a part
    whose facts are in `leaves`; children of such a part are shown but decide nothing alone.
    `element` names the row that a child of a quantifier looked at (`activities[1]`).
    """

    node: s.Expression
    truth: Truth
    logic: str = ""
    children: tuple[Trace, ...] = ()
    leaves: tuple[Leaf, ...] = ()
    element: str = ""
    flags: tuple[str, ...] = ()


def deciding(trace: Trace) -> tuple[Trace, ...]:
    """Return the children that decided a part (semantics, "Support")."""
    truth, children = trace.truth, trace.children
    if trace.logic == "not":
        return children
    if trace.logic == "at_least" or truth is None or (trace.logic == "or") == truth:
        return tuple([child for child in children if child.truth is truth])
    return children


def support(trace: Trace) -> list[Trace]:
    """Return the atoms that decided a condition."""
    if not trace.logic:
        return [trace]
    found: list[Trace] = []
    for child in deciding(trace):
        if child.logic:
            found += support(child)
        else:
            found.append(child)
    if trace.leaves:
        found.append(trace)
    return found
