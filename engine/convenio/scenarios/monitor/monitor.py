"""Follows one case through a stream of dated events and says what each of them changes."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

from convenio.assessment.assessment import Assessment
from convenio.assessment.engine import Engine
from convenio.assessment.incremental import ChangingTruths
from convenio.errors import EventError, Position, Problem, first_of
from convenio.facts.case import Case
from convenio.messages import say
from convenio.packs.pack import Pack
from convenio.presentation import Presented
from convenio.scenarios.changes import ChangedFact, changed_facts
from convenio.scenarios.compare import Alternative, alternative
from convenio.scenarios.monitor.applied import AppliedEvents
from convenio.scenarios.monitor.events import MAX_LINE, WITHDRAW, Event, EventReader
from convenio.scenarios.monitor.journal import Entry, Header, header_of, read_state, write_state
from convenio.scenarios.monitor.observation import Observation, Refusal, rows_between


class Monitor(Presented):
    """One case, the events about it that have arrived, and its assessment after them.

    The state is that of the case with all events in force applied in the order of their dates
    (then identifiers), so it does not depend on the order in which they arrive. `as_of` is the date
    of the latest, or of the case where that is later.

    >>> from convenio import load_case, load_pack
    >>> pack = load_pack("core")
    >>> monitor = Monitor(load_case("us-colombia-dca-2009", pack), pack)
    >>> found = monitor.observe(
    ...     {"date": "2009-11-03", "kind": "publication", "set": {"text.access": "public"}}
    ... )
    >>> [(rating.family, rating.before.floor, rating.after.floor) for rating in found.families][0]
    ('transparency', 'critical', 'high')
    """

    def __init__(self, case: Case, pack: Pack) -> None:
        self.pack = pack
        """The pack that the case is tested against."""
        self.warnings: tuple[str, ...] = ()
        """What was odd about a state that was loaded."""
        self._engine = Engine(pack, "reference").compile()
        self._reader = EventReader(case, pack)
        self._applied = AppliedEvents(case, pack)
        self._truths = ChangingTruths(self._engine, case)
        self._assessment = self._engine.assess_from(case, self._truths.codes)

    @property
    def at_start(self) -> Assessment:
        """The assessment of the case before any event."""
        return self._engine.assess(self._applied.start)

    @property
    def assessment(self) -> Assessment:
        """The assessment of the case as it stands now."""
        return self._assessment

    @property
    def case(self) -> Case:
        """The case as it stands now."""
        return self._assessment.case

    @property
    def events(self) -> tuple[Event, ...]:
        """Every event that has arrived and was not refused, in the order of arrival."""
        return tuple(self._applied.by_id.values())

    def observe(
        self, event: Mapping[str, Any] | str | bytes, name: str = "event", line: int = 1
    ) -> Observation:
        """Take in one event and return what it changes.

        `event` is a mapping, or the JSON text of one; dates may be `datetime.date`. `name` and
        `line` say in messages where it stands.

        Raises EventError where it can't be read, or another event has its identifier; then nothing
        is changed.
        """
        read = self._reader.read(_written(event), name, line)
        known = self._applied.by_id.get(read.id)
        before = self._assessment
        if known is not None:
            if known.digest != read.digest:
                raise EventError(
                    [
                        Problem(
                            read.position,
                            "id",
                            say("another event has this identifier"),
                            expected=say(
                                "the same content as at {position}, or a new id",
                                position=known.position,
                            ),
                            found=read.id,
                        )
                    ]
                )
            unchanged = _change(read, before, before)
            return Observation(known, before, unchanged, self._is_late(read), seen=True)
        late = self._is_late(read)
        by_time = self._take_in(read)
        change = _change(read, before, self._assessment)
        return Observation(
            event=read,
            before=before,
            change=change,
            late=late,
            effect=self._effect(read),
            superseded=self._applied.superseded(read),
            set_aside=self._applied.set_aside,
            by_time=frozenset(rule.rule.id for rule in change.rules) & by_time,
        )

    def _is_late(self, event: Event) -> bool:
        last = self._applied.last
        return event.date < self._applied.start.as_of or (last is not None and event.date < last[0])

    def _effect(self, event: Event) -> str:
        if event.of is None:
            return "applied" if self._applied.in_force(event) else "withdrawn"
        target = self._applied.by_id.get(event.of)
        if target is None:
            return "waiting"
        return "none" if target.kind == WITHDRAW else "applied"

    def _take_in(self, event: Event) -> frozenset[str]:
        """Apply an event; return the rules that the later date alone would have changed."""
        before = self._assessment
        self._applied.add(event)
        case = self._applied.case()
        by_time: frozenset[str] = frozenset()
        if case.as_of != before.case.as_of:
            older = replace(before.case, as_of=case.as_of)
            waited = self._engine.assess_from(older, self._truths.of(older))
            by_time = frozenset(
                rule for rule, found in waited.outcomes.items() if found != before.outcomes[rule]
            )
        self._assessment = self._engine.assess_from(case, self._truths.of(case))
        return by_time

    def watch(self, stream: BinaryIO, name: str = "events") -> Iterator[Observation | Refusal]:
        """Take in events as a stream of JSON lines yields them, and go on after wrong ones.

        Empty lines are passed over. Each result is there as soon as its line has arrived.
        """
        for line, data in _lines(stream):
            try:
                yield self.observe(data, name, line)
            except EventError as fault:
                yield Refusal(line, _id_of(data), first_of(fault.problems))

    def entries(self) -> Iterator[Entry]:
        """Yield what a state holds of each event."""
        return (Entry.of(event) for event in self.events)

    @property
    def header(self) -> Header:
        """What a state says of the case and the pack that it belongs to."""
        return header_of(self._applied.start, self.pack)

    def save(self, path: str | Path) -> None:
        """Write the state to a file, whole or not at all; `load` goes on from there.

        Raises UsageError where the file can't be written.
        """
        write_state(Path(path), self.header, self.entries())

    @classmethod
    def load(cls, path: str | Path, pack: Pack, case: Case | None = None) -> Monitor:
        """Return the monitor whose state a file holds, as if it had never stopped.

        Without `case`, the case is read from the file that the state names. A last line that was
        not written to its end is left out, and named under `warnings`.

        Raises UsageError where the file can't be read, or belongs to a case or pack with another
        digest.
        """
        state = read_state(Path(path))
        found = state.case_of(pack) if case is None else case
        state.check(header_of(found, pack))
        monitor = cls(found, pack)
        for entry in state.entries:
            monitor._applied.add(entry.read(monitor._reader))
        case = monitor._applied.case()
        monitor._assessment = monitor._engine.assess_from(case, monitor._truths.of(case))
        monitor.warnings = state.warnings
        return monitor


def _change(event: Event, before: Assessment, after: Assessment) -> Alternative:
    """Return what an event changes, without reading long lists over again where no verdict did."""
    if before.outcomes != after.outcomes:
        return alternative(before, event.id, event.title, after)
    facts: list[ChangedFact] = []
    for path in dict.fromkeys((*before.case.facts, *after.case.facts)):
        sides = before.case.facts.get(path), after.case.facts.get(path)
        if sides[0] is sides[1]:
            continue
        change = ChangedFact(path, *sides)
        rows = rows_between(change)
        if rows is not None and len(rows.added) != len(rows.removed):
            facts.append(change)
        else:
            facts += changed_facts(_only(before.case, path), _only(after.case, path))
    return Alternative(event.id, event.title, after, tuple(facts), ())


def _only(case: Case, path: str) -> Case:
    return replace(case, facts={path: case.facts[path]} if path in case.facts else {})


def _written(event: Mapping[str, Any] | str | bytes) -> bytes:
    if isinstance(event, bytes):
        return event
    if isinstance(event, str):
        return event.encode("utf-8", "surrogatepass")
    try:
        text = json.dumps(dict(event), ensure_ascii=False, allow_nan=False, default=_date_as_text)
    except (TypeError, ValueError) as fault:
        problem = Problem(Position("event"), "", say("can't be written as JSON"), found=str(fault))
        raise EventError([problem]) from None
    return text.encode("utf-8", "surrogatepass")


def _date_as_text(value: object) -> str:
    if type(value) is dt.date:
        return value.isoformat()
    raise TypeError(f"a value of the type {type(value).__name__}")


def _id_of(data: bytes) -> str:
    """Return the identifier of an event that was refused, where it can be told."""
    try:
        found = json.loads(data[: MAX_LINE + 1])
    except (ValueError, RecursionError):
        return ""
    number = found.get("id") if isinstance(found, dict) else None
    return number if isinstance(number, str) and len(number) <= 100 else ""


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield lines that are not empty, with their numbers; of one too long only its beginning."""
    number = 0
    while line := stream.readline(MAX_LINE + 2):
        number += 1
        rest = line
        while not rest.endswith(b"\n") and rest:
            rest = stream.readline(MAX_LINE)
        line = line.rstrip(b"\r\n") if len(line) <= MAX_LINE + 1 else line
        if line.strip():
            yield number, line
