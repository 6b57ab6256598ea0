"""Facts that a case states for each of several countries: the worst of them holds.

See docs/semantics.md, "Several countries".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from convenio.facts.case import Element, ScalarValue, State, StatedFact, Value
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.values import Money, first_day

_OPEN: tuple[State, ...] = ("undisclosed", "asked", "conflict", "unknown")
"""States without a value, that which says most first."""


def combined(declaration: FactDeclaration, stated: Mapping[str, StatedFact]) -> StatedFact:
    """Return one fact for those of several countries, which it keeps under `by_country`.

    Members and entries are put together. Of other values the worst holds; where a country's is not
    known and might be worse still, the whole is not known.
    """
    facts = tuple(stated.values())
    if declaration.type.kind in ("set", "list"):
        whole = _together(facts)
    else:
        known = [fact for fact in facts if fact.state == "known"]
        whole = min(known, key=lambda f: badness(declaration, f.value)) if known else facts[0]
        open_ = _most_telling(fact for fact in facts if fact.state != "known")
        if open_ is not None and not (known and _is_worst(declaration, whole.value)):
            whole = open_
    return replace(whole, by_country=tuple(stated.items()))


def badness(declaration: FactDeclaration, value: Value | None) -> float:
    """Return where a value stands among those of its fact, the worst first."""
    order = declaration.worst_first
    if isinstance(order, tuple):
        return order.index(_word(value))
    number = _number(value)
    return -number if order == "highest" else number


def _is_worst(declaration: FactDeclaration, value: Value | None) -> bool:
    return isinstance(declaration.worst_first, tuple) and badness(declaration, value) == 0


def _word(value: Value | None) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _number(value: Value | None) -> float:
    if isinstance(value, Money):
        return value.amount * (value.rate or 1.0)
    if isinstance(value, int | float):
        return float(value)
    return float(first_day(value).toordinal())  # type: ignore[arg-type]


def _together(facts: tuple[StatedFact, ...]) -> StatedFact:
    known = [fact for fact in facts if fact.state == "known"]
    open_ = _most_telling(fact for fact in facts if fact.state != "known")
    if not known:
        assert open_ is not None
        return open_
    entries: dict[object, ScalarValue | Element] = {}
    for fact in known:
        for item in fact.value if isinstance(fact.value, tuple) else ():
            entries.setdefault(id(item) if isinstance(item, Element) else item, item)
    whole = open_ is None and all(fact.complete for fact in known)
    return replace(known[0], value=tuple(entries.values()), complete=whole)  # type: ignore[arg-type]


def _most_telling(facts: Iterable[StatedFact]) -> StatedFact | None:
    return min(facts, key=lambda fact: _OPEN.index(fact.state), default=None)
