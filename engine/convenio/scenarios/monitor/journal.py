"""The state of a monitor as a file of JSON lines: whose it is, then the events that arrived."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from convenio.assessment.cases import find_case, load_case
from convenio.errors import EventError, UsageError
from convenio.facts.case import Case
from convenio.files import cannot_write, read_at_most, replace_file
from convenio.messages import say
from convenio.packs.pack import Pack
from convenio.scenarios.monitor.events import Event, EventReader

SCHEMA = "convenio/monitor/1"
LONGEST_HEADER = 1_000_000
LARGEST_STATE = 1_000_000_000
"""Bytes of a state that is still read: a million events of a thousand bytes."""


@dataclass(frozen=True, slots=True)
class Header:
    """The case and the pack that a state belongs to, by name and digest."""

    case: str
    case_digest: str
    case_file: str
    pack: str
    pack_version: str
    pack_digest: str

    def to_line(self) -> bytes:
        """Return the first line of a state."""
        return _line(
            {
                "schema": SCHEMA,
                "case": {"id": self.case, "digest": self.case_digest, "file": self.case_file},
                "pack": {
                    "id": self.pack,
                    "version": self.pack_version,
                    "digest": self.pack_digest,
                },
            }
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a state holds it: its text, and where it stood in its stream."""

    file: str
    line: int
    event: str

    @classmethod
    def of(cls, event: Event) -> Entry:
        """Return what is kept of an event."""
        return cls(event.position.file, event.position.line, event.written)

    def to_line(self) -> bytes:
        """Return the line of a state."""
        return _line({"file": self.file, "line": self.line, "event": self.event})

    def read(self, reader: EventReader) -> Event:
        """Return the event.

        Raises UsageError where it can't be read: it was changed since it was saved.
        """
        try:
            return reader.read(self.event.encode("utf-8", "surrogatepass"), self.file, self.line)
        except EventError as fault:
            raise UsageError(
                say("the state holds an event that can't be read: {fault}", fault=fault)
            ) from None


@dataclass(frozen=True, slots=True)
class State:
    """What a file holds. `length` is up to where its lines are whole."""

    path: Path
    header: Header
    entries: tuple[Entry, ...]
    length: int
    warnings: tuple[str, ...] = ()

    def check(self, header: Header) -> None:
        """Raise UsageError where the state belongs to another case or pack."""
        own = self.header
        for what, kept, given, digests in (
            ("case", own.case, header.case, (own.case_digest, header.case_digest)),
            ("pack", own.pack, header.pack, (own.pack_digest, header.pack_digest)),
        ):
            if kept != given or digests[0] != digests[1]:
                raise UsageError(
                    say(
                        "{path}: this state belongs to the {what} {kept} ({short}), "
                        "not to {given} ({short_2}); start a new one with another file",
                        path=self.path,
                        what=what,
                        kept=kept,
                        short=_short(digests[0]),
                        given=given,
                        short_2=_short(digests[1]),
                    )
                )

    def case_of(self, pack: Pack) -> Case:
        """Return the case that the state names: its file, or the one that ships by this name."""
        file = Path(self.header.case_file)
        return load_case(file if file.is_file() else find_case(self.header.case), pack)


class Journal:
    """Adds events to a state file, each in full before it is told of, so that none is lost.

    Whoever opens one holds the file as its only writer (`convenio.files.one_writer`), from before
    the state is read.
    """

    def __init__(self, path: Path, header: Header, length: int | None) -> None:
        """Open a state; `length` is how much of the file is whole, None where there is none yet.

        Raises UsageError where the file can't be written.
        """
        self._path = path
        try:
            if length is None:
                write_state(path, header, ())
            self._stream: BinaryIO = path.open("r+b")
            if length is not None:
                self._stream.truncate(length)
            self._stream.seek(0, os.SEEK_END)
        except OSError as fault:
            raise cannot_write(path, fault) from None

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()

    def add(self, event: Event) -> None:
        """Write an event; it is on the disk when this returns."""
        try:
            self._stream.write(Entry.of(event).to_line())
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as fault:
            raise cannot_write(self._path, fault) from None


def header_of(case: Case, pack: Pack) -> Header:
    """Return the header of a state for a case and a pack."""
    return Header(case.id, case.digest, case.file, pack.id, pack.version, pack.digest)


def write_state(path: Path, header: Header, entries: Iterable[Entry]) -> None:
    """Write a state whole or not at all."""
    replace_file(path, (header.to_line(), *(entry.to_line() for entry in entries)))


def read_state(path: Path) -> State:
    """Read a state; a last line that was cut off is left out with a warning.

    Raises UsageError where the file can't be read, or is no state.
    """
    try:
        with path.open("rb") as stream:
            if b"\n" not in stream.readline(LONGEST_HEADER):
                raise UsageError(
                    say(
                        "{path}: this is no state of a monitor; its first line is not whole",
                        path=path,
                    )
                )
    except OSError as fault:
        raise UsageError(
            say("{path}: the state can't be read: {strerror}", path=path, strerror=fault.strerror)
        ) from None
    data = read_at_most(path, LARGEST_STATE, "the state")
    whole, newline, torn = data.rpartition(b"\n")
    lines = whole.split(b"\n") if newline else []
    header = _header(path, lines[0])
    entries = tuple(_entry(path, number, line) for number, line in enumerate(lines[1:], 2))
    length = len(data) - len(torn)
    warning = f"{path}: the last line was cut off and is left out; its event has to come again"
    return State(path, header, entries, length, (warning,) if torn else ())


def _header(path: Path, line: bytes) -> Header:
    try:
        found = json.loads(line)
        if found["schema"] != SCHEMA:
            raise ValueError
        case, pack = found["case"], found["pack"]
        words = [case["id"], case["digest"], case["file"]]
        words += [pack["id"], pack["version"], pack["digest"]]
        if not all(isinstance(word, str) for word in words):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(
            say(
                "{path}:1: this is no state of a monitor; its first line names the schema {SCHEMA}",
                path=path,
                SCHEMA=SCHEMA,
            )
        ) from None
    return Header(*words)


def _entry(path: Path, number: int, line: bytes) -> Entry:
    try:
        found = json.loads(line)
        file, place, event = found["file"], found["line"], found["event"]
        if not (isinstance(file, str) and isinstance(place, int) and isinstance(event, str)):
            raise ValueError
    except (ValueError, KeyError, TypeError, RecursionError):
        raise UsageError(
            say("{path}:{number}: this line of the state can't be read", path=path, number=number)
        ) from None
    return Entry(file, place, event)


def _line(found: dict[str, Any]) -> bytes:
    return json.dumps(found).encode("ascii") + b"\n"


def _short(digest: str) -> str:
    return digest[: len("sha256:") + 12]
