"""Cases with some facts changed: by a scenario of the file, by an answer, by other terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from convenio.errors import Position, UsageError, nearest_name
from convenio.facts.case import Case, Element, Scenario, StatedFact, Value
from convenio.facts.paths import entry_of
from convenio.messages import say


@dataclass(frozen=True, slots=True)
class ChangedFact:
    """A fact that two cases state differently; None where a case says nothing of it."""

    path: str
    before: StatedFact | None
    after: StatedFact | None


def in_scenario(case: Case, name: str) -> Case:
    """Return the case as a scenario of its file changes it, with those that it extends.

    Each scenario removes, then sets, then adds; positions to be removed are those of the case's
    own list. To a list of which nothing is known an entry is added as one of perhaps more.

    Raises UsageError where the case has no such scenario.

    >>> from convenio import load_case
    >>> case = in_scenario(load_case("chile-copper-law"), "reformed")
    >>> case.facts["text.access"].value
    'public'
    """
    if name not in case.scenarios:
        nearest = nearest_name(name, case.scenarios)
        there = ", ".join(case.scenarios) or "none"
        hint = (
            say("; did you mean {nearest}?", nearest=nearest)
            if nearest
            else say("; there is {there}", there=there)
        )
        raise UsageError(
            say("{id} has no scenario '{name}'{hint}", id=case.id, name=name, hint=hint)
        )
    facts = dict(case.facts)
    kept = {
        path: [(place, element) for place, element in enumerate(stated.elements)]
        for path, stated in facts.items()
        if stated.elements
    }
    for scenario in _chain(case, name):
        for path, places in scenario.remove.items():
            kept[path] = [pair for pair in kept.get(path, []) if pair[0] not in places]
            facts[path] = _with_elements(facts[path], kept[path])
        for path, stated in scenario.set.items():
            facts[path] = stated
            kept[path] = [(-1, element) for element in stated.elements]
        for path, added in scenario.add.items():
            kept[path] = [*kept.get(path, []), *((-1, element) for element in added)]
            known = facts.get(path)
            if known is None or known.state != "known":
                position = added[0].position if added else case.facts[path].position
                known = StatedFact(path, "known", position, value=(), complete=False)
            facts[path] = _with_elements(known, kept[path])
    return replace(case, facts=facts)


def _chain(case: Case, name: str) -> list[Scenario]:
    """Return a scenario after those that it extends, the first of them first."""
    chain = [case.scenarios[name]]
    while chain[0].extends is not None:
        chain.insert(0, case.scenarios[chain[0].extends])
    return chain


def _with_elements(stated: StatedFact, kept: list[tuple[int, Element]]) -> StatedFact:
    return replace(stated, value=tuple(element for _, element in kept))


def with_fact(case: Case, path: str, stated: StatedFact) -> Case:
    """Return the case with one fact stated so; `path` may be a field of a list's entry."""
    entry = entry_of(path)
    if entry is None:
        return replace(case, facts={**case.facts, path: stated})
    rows = list(case.facts[entry.list].elements)
    row = rows[entry.place]
    rows[entry.place] = replace(row, fields={**row.fields, entry.field: stated})
    changed = replace(case.facts[entry.list], value=tuple(rows))
    return replace(case, facts={**case.facts, entry.list: changed})


def fact_at(case: Case, path: str) -> StatedFact | None:
    """Return what the case says of a fact, which may be a field of a list's entry."""
    entry = entry_of(path)
    if entry is None:
        return case.facts.get(path)
    listed = case.facts.get(entry.list)
    rows = listed.elements if listed else ()
    return rows[entry.place].fields.get(entry.field) if entry.place < len(rows) else None


def with_value(
    case: Case, path: str, value: Value, complete: bool = True, assumed: bool = False
) -> Case:
    """Return the case with the value of one fact known, or only assumed."""
    before = fact_at(case, path)
    position = before.position if before else Position(case.file)
    stated = StatedFact(path, "known", position, value, complete=complete)
    if assumed:
        state = before.file_state if before else "unknown"
        disclosed = before.disclosed if before else True
        stated = replace(stated, assumed_from=state, disclosed=disclosed)
    return with_fact(case, path, stated)


def changed_facts(before: Case, after: Case) -> tuple[ChangedFact, ...]:
    """Return what two cases state differently, in the order of the first, then of the second."""
    return tuple(_changes(before.facts, after.facts))


def _changes(
    before: Mapping[str, StatedFact], after: Mapping[str, StatedFact]
) -> Iterator[ChangedFact]:
    for path in dict.fromkeys((*before, *after)):
        first, second = before.get(path), after.get(path)
        if first is not second and _said(first) != _said(second):
            yield ChangedFact(path, first, second)


def _said(fact: StatedFact | None) -> object:
    """Return what a fact says, wherever it stands in a file."""
    if fact is None:
        return "unknown"
    if fact.elements:
        rows = [
            {name: _said(field) for name, field in element.fields.items()}
            for element in fact.elements
        ]
        return (fact.state, rows, fact.complete, fact.undisclosed)
    if fact.state == "unknown":
        return "unknown"
    return (fact.state, fact.value, fact.complete, fact.undisclosed)
