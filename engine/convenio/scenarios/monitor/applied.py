"""A case with events applied to it in the order of their dates, whenever they arrived."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

from convenio.facts.case import Case, Element, StatedFact
from convenio.facts.paths import owner_of
from convenio.language import syntax as s
from convenio.language.types import AS_OF
from convenio.packs.pack import Pack
from convenio.scenarios.monitor.events import WITHDRAW, Event

_ASKED = ("unknown", "asked")


def stated_after(
    own: StatedFact | None, as_of: dt.date, events: Iterable[Event], path: str
) -> StatedFact | None:
    """Return what is said of a fact after events that are in order of date.

    `own` is what the case states of it on `as_of`. An older event sets only what the case does
    not know; the entries that it adds are learned late, and added.
    """
    stated = own
    base: StatedFact | None = own
    added: list[Element] = []
    for event in events:
        if path in event.set:
            if overruled(own, as_of, event):
                continue
            base, added = event.set[path], []
        else:
            added.extend(event.add[path])
    stated = base
    if not added:
        return stated
    if stated is None or stated.state != "known":
        # Nothing is known of the list, so there may be more than what the event adds.
        position = added[0].position
        stated = StatedFact(path, "known", position, value=(), complete=False)
    return replace(stated, value=(*stated.elements, *added))


def overruled(own: StatedFact | None, as_of: dt.date, event: Event) -> bool:
    """Return whether a setting event is older than what the case itself states of the fact."""
    return event.date < as_of and own is not None and own.state not in _ASKED


class AppliedEvents:
    """The events of one case that have arrived, and the case after those that are in force."""

    def __init__(self, case: Case, pack: Pack) -> None:
        self.start = case
        """The case before any event."""
        self.by_id: dict[str, Event] = {}
        """Every event that has arrived, in the order of arrival."""
        self._pack = pack
        self._guarded = frozenset(
            owner_of(path)
            for guarded, guard in pack.guards.items()
            for path in (guarded, *s.paths_of(guard))
        )
        self._keys: list[tuple[dt.date, str]] = []
        self._on: dict[str, list[tuple[dt.date, str]]] = {}
        self._taken_back: set[str] = set()
        self._facts = dict(case.facts)
        self._sources = dict(case.sources)
        self.set_aside: tuple[str, ...] = ()
        """Facts that are stated but may not be, since their `only_if` is false by now."""

    @property
    def last(self) -> tuple[dt.date, str] | None:
        """The date and identifier of the latest event in force."""
        return self._keys[-1] if self._keys else None

    def in_force(self, event: Event) -> bool:
        """Return whether an event counts: not after a withdrawal of it, be that early or late."""
        return event.kind == WITHDRAW or event.id not in self._taken_back

    def superseded(self, event: Event) -> tuple[str, ...]:
        """Return the facts of an event on which a later statement stands."""
        later = {
            path: [
                key
                for key in self._on.get(path, ())
                if key > event.key and path in self.by_id[key[1]].set
            ]
            for path in event.paths
        }
        facts, as_of = self.start.facts, self.start.as_of
        return tuple(
            path
            for path in event.paths
            if any(
                not overruled(facts.get(path), as_of, self.by_id[name]) for _, name in later[path]
            )
            or (path in event.set and overruled(facts.get(path), as_of, event))
        )

    def add(self, event: Event) -> None:
        """Take in one more event, which has not arrived before."""
        self.by_id[event.id] = event
        if event.kind == WITHDRAW:
            assert event.of is not None
            bisect.insort(self._keys, event.key)
            target = self.by_id.get(event.of)
            known = event.of in self._taken_back
            self._taken_back.add(event.of)
            if target is not None and target.kind != WITHDRAW and not known:
                self._remove(target)
        elif self.in_force(event):
            self._insert(event)

    def _insert(self, event: Event) -> None:
        bisect.insort(self._keys, event.key)
        if event.source is not None:
            self._sources = {**self._sources, event.source.key: event.source}
        for path in event.paths:
            bisect.insort(self._on.setdefault(path, []), event.key)
            self._apply(path)

    def _remove(self, event: Event) -> None:
        self._keys.remove(event.key)
        if event.source is not None:
            self._sources = {k: v for k, v in self._sources.items() if k != event.source.key}
        for path in event.paths:
            self._on[path].remove(event.key)
            self._apply(path)

    def _apply(self, path: str) -> None:
        own = self.start.facts.get(path)
        events = (self.by_id[name] for _, name in self._on[path])
        stated = stated_after(own, self.start.as_of, events, path)
        if stated is None:
            self._facts.pop(path, None)
        else:
            self._facts[path] = stated

    def case(self) -> Case:
        """Return the case as it stands after the events in force."""
        last = self.last
        as_of = max(self.start.as_of, last[0]) if last else self.start.as_of
        case = replace(
            self.start, as_of=as_of, facts=dict(self._facts), sources=dict(self._sources)
        )
        self.set_aside = ()
        if AS_OF in self._guarded or not self._guarded.isdisjoint(self._on):
            case = self._without_excluded(case)
        return case

    def _without_excluded(self, case: Case) -> Case:
        """Set aside facts whose `only_if` is false.

        In a case file they would be refused. Here the event that makes the condition false may
        come after the one that states the fact, or before it: refusing would hang on the order.
        """
        aside: list[str] = []
        while True:
            excluded = self._pack.evaluator(case).excluded
            found = [p for p in case.facts if p in excluded and case.facts[p].state != "unknown"]
            if not found:
                self.set_aside = tuple(aside)
                return case
            aside += found
            kept = {path: fact for path, fact in case.facts.items() if path not in found}
            case = replace(case, facts=kept)
