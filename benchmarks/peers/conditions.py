"""Conditions that belong to no engine: a small tree, what it is worth, and how it is written."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Scalar = bool | int | float | str
NestedCase = Mapping[str, Mapping[str, Scalar]]
"""A case as JSON would hold it: sections of facts. A fact that is not known is absent."""

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
INVERSE: Mapping[str, str] = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
"""The comparison that holds exactly where another does not."""


@dataclass(frozen=True, slots=True)
class Compare:
    """A number set against a threshold."""

    path: str
    operator: str
    value: float


@dataclass(frozen=True, slots=True)
class Equals:
    """An enum that has this value."""

    path: str
    value: str


@dataclass(frozen=True, slots=True)
class Among:
    """An enum that has one of these values."""

    path: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holds:
    """A Boolean that is true."""

    path: str


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a part."""

    part: Condition


@dataclass(frozen=True, slots=True)
class And:
    """All parts."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part."""

    parts: tuple[Condition, ...]


Test = Compare | Equals | Among | Holds
Condition = Test | Not | And | Or


def lookup(case: NestedCase, path: str) -> Scalar | None:
    """Return a fact of a case, None where it is not known."""
    section, _, name = path.partition(".")
    return case.get(section, {}).get(name)


def flat_name(path: str) -> str:
    """Return a path as one identifier, for engines that read single names best."""
    return path.replace(".", "_")


def flattened(case: NestedCase) -> dict[str, Scalar]:
    """Return the facts of a case in one dict, under their flat names."""
    return {
        f"{section}_{name}": value
        for section, facts in case.items()
        for name, value in facts.items()
    }


def outcome(test: Test, value: Scalar) -> bool:
    """Return whether a known value passes a test."""
    match test:
        case Compare(_, name, threshold):
            return _COMPARISONS[name](float(value), threshold)
        case Equals(_, wanted):
            return value == wanted
        case Among(_, wanted):
            return value in wanted
        case Holds():
            return bool(value)


def two_valued(condition: Condition, case: NestedCase) -> bool:
    """Return the truth of a condition over a complete case; KeyError where a fact is missing."""
    match condition:
        case Not(part):
            return not two_valued(part, case)
        case And(parts):
            return all(two_valued(part, case) for part in parts)
        case Or(parts):
            return any(two_valued(part, case) for part in parts)
        case test:
            section, _, name = test.path.partition(".")
            return outcome(test, case[section][name])


def three_valued(condition: Condition, case: NestedCase) -> bool | None:
    """Return the truth of a condition after Kleene, None for unknown.

    >>> three_valued(Or((Holds("a.p"), Holds("a.q"))), {"a": {"p": True}})
    True
    >>> three_valued(Not(Holds("a.q")), {"a": {"p": True}}) is None
    True
    """
    match condition:
        case Not(part):
            value = three_valued(part, case)
            return None if value is None else not value
        case And(parts):
            return _settled({three_valued(part, case) for part in parts}, False)
        case Or(parts):
            return _settled({three_valued(part, case) for part in parts}, True)
        case test:
            known = lookup(case, test.path)
            return None if known is None else outcome(test, known)


def _settled(values: set[bool | None], decisive: bool) -> bool | None:
    """Return what decides; else unknown where anything is; else its opposite."""
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def without_not(condition: Condition, negated: bool = False) -> Condition | Not:
    """Return an equal condition in which only enum and Boolean tests stand beneath a `not`.

    It is equal over complete cases and over incomplete ones alike.
    """
    match condition:
        case Not(part):
            return without_not(part, not negated)
        case And(parts) | Or(parts):
            kind = And if isinstance(condition, And) != negated else Or
            return kind(tuple(without_not(part, negated) for part in parts))
        case Compare(path, name, value) if negated:
            return Compare(path, INVERSE[name], value)
        case test:
            return Not(test) if negated else test


@dataclass(frozen=True, slots=True)
class Syntax:
    """How an engine writes conditions as text; the parts that differ."""

    conjunction: str = " and "
    disjunction: str = " or "
    negation: str = "not ({})"
    path: Callable[[str], str] = str
    number: Callable[[float], str] = repr
    text: Callable[[str], str] = repr
    choices: str = "[{}]"


def written(condition: Condition, syntax: Syntax) -> str:
    """Return a condition as text, with every part in parentheses.

    >>> written(And((Holds("a.p"), Not(Equals("a.q", "x")))), Syntax())
    "(a.p and not (a.q == 'x'))"
    """
    match condition:
        case Not(part):
            return syntax.negation.format(written(part, syntax))
        case And(parts):
            return f"({syntax.conjunction.join(written(part, syntax) for part in parts)})"
        case Or(parts):
            return f"({syntax.disjunction.join(written(part, syntax) for part in parts)})"
        case Compare(path, name, value):
            return f"{syntax.path(path)} {name} {syntax.number(value)}"
        case Equals(path, text):
            return f"{syntax.path(path)} == {syntax.text(text)}"
        case Among(path, values):
            choices = syntax.choices.format(", ".join(syntax.text(value) for value in values))
            return f"{syntax.path(path)} in {choices}"
        case Holds(path):
            return syntax.path(path)
