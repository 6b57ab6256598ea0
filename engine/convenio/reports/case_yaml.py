"""A case written as a case file."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import yaml

from convenio.facts.case import Case, Element, StatedFact
from convenio.facts.plain import value_of

ASSUMED = "Assumed, to show which rating can be reached; no fact of the world."


def case_yaml(case: Case, head: str = "", assumed: Collection[str] = ()) -> str:
    """Return a case file that states the facts of a case, without their sources.

    `head` becomes a comment; the facts at the paths in `assumed` are marked as assumptions.
    """
    document: dict[str, Any] = {
        "case": case.id,
        "title": case.title,
        "as_of": case.as_of.isoformat(),
    }
    for path, fact in case.facts.items():
        section, dot, name = path.partition(".")
        written = _fact(fact, path, frozenset(assumed))
        if dot:
            document.setdefault(section, {})[name] = written
        else:
            document[section] = written
    comment = "".join(f"# {line}\n" for line in head.splitlines())
    return comment + yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)


def _fact(fact: StatedFact, path: str, assumed: frozenset[str]) -> Any:
    if fact.state == "conflict":
        return {"conflict": [{"value": value_of(c.value)} for c in fact.candidates]}
    if fact.state != "known":
        return None if fact.state == "unknown" else fact.state
    value = fact.value
    if isinstance(value, tuple):
        items = [
            {name: _fact(f, f"{path}[{n}].{name}", assumed) for name, f in item.fields.items()}
            if isinstance(item, Element)
            else item
            for n, item in enumerate(value)
        ]
        written: dict[str, Any] = {"items": items}
        if not fact.complete:
            written["complete"] = False
    else:
        items = None
        written = {"value": value_of(value)}
    if fact.undisclosed:
        written["disclosed"] = False
    if path in assumed:
        written["note"] = ASSUMED
    if len(written) > 1:
        return written
    return written["value"] if items is None else items
