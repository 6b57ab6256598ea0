"""Reads an audit log, and tells whether its lines still follow each other as they were written.

A log that grew large goes on in a new file: `log.jsonl` becomes `log.0001.jsonl`. The chain runs
through all of them, the oldest first.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from convenio.audit.canonical import canonical, digest
from convenio.audit.evidence import Head
from convenio.errors import shorten
from convenio.files import read_at_most
from convenio.messages import say

SCHEMA = "convenio/record/2"
FIRST = "sha256:" + "0" * 64
"""What the first line of a log names as the line before."""
LARGEST_LINE = 1_000_000
LARGEST_FILE = 64_000_000
"""Bytes of one file of a log that is still read; a file goes on in a new one long before."""

Digest = Annotated[str, Field(pattern="^sha256:[0-9a-f]{64}$")]
Text = Annotated[str, Field(max_length=1_000)]
_STRICT = ConfigDict(extra="forbid", strict=True)


class _Case(BaseModel):
    model_config = _STRICT
    id: Text
    digest: Digest


class _Pack(BaseModel):
    model_config = _STRICT
    id: Text
    version: Text
    digest: Digest


class _Engine(BaseModel):
    model_config = _STRICT
    version: Text
    inference: Text


class AskedFor(BaseModel):
    """What was asked for beside the files of case and pack."""

    model_config = _STRICT
    set: dict[Text, Text] = {}
    context: bool = True
    presumptions: bool = True
    presume: dict[Text, Text] = {}


class Record(BaseModel):
    """One assessment as a log holds it.

    `time` is that of the clock, unless `time_is` says that it was claimed by whoever recorded.
    `outcomes` holds, by rule, its verdict, then severity and ceiling where it has them.
    """

    model_config = _STRICT
    schema_: Literal["convenio/record/2"] = Field(alias="schema")
    number: Annotated[int, Field(ge=1)]
    time: Text
    time_is: Literal["clock", "claimed"]
    case: _Case
    pack: _Pack
    asked: AskedFor | None = None
    engine: _Engine
    rating: dict[Text, Text]
    outcomes: dict[Text, Text]
    prev: Digest
    key: Digest | None = None
    decision: Digest
    signature: Text | None = None


_RECORD = TypeAdapter(Record)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a log: where it stands, its hash, and the record, where it holds one."""

    file: Path
    line: int
    hash: str
    content: Mapping[str, Any] | None
    record: Record | None
    fault: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Log:
    """The lines of a log's files in order, and the part of a last line that is not whole."""

    path: Path
    lines: tuple[Line, ...]
    torn: int = 0


def files_of_log(path: Path) -> list[Path]:
    """Return the files of a log, the oldest first; the last is the one that is written to."""
    older = sorted(path.parent.glob(f"{_escaped(path.stem)}.[0-9][0-9][0-9][0-9]{path.suffix}"))
    return [*older, *([path] if path.exists() else [])]


def older_name(path: Path) -> Path:
    """Return the name that a log's file gets when the log goes on in a new one.

    >>> older_name(Path("nowhere/log.jsonl")).as_posix()
    'nowhere/log.0001.jsonl'
    """
    older = [file for file in files_of_log(path) if file != path]
    last = int(older[-1].suffixes[-2][1:]) if older else 0
    return path.with_name(f"{path.stem}.{last + 1:04d}{path.suffix}")


def _escaped(name: str) -> str:
    return "".join(f"[{char}]" if char in "*?[" else char for char in name)


def read_log(path: Path) -> Log:
    """Read every file of a log.

    Raises UsageError where one can't be read.
    """
    lines: list[Line] = []
    torn = 0
    for file in files_of_log(path):
        data = read_at_most(file, LARGEST_FILE, "the log")
        whole, newline, rest = data.rpartition(b"\n")
        torn = len(rest)
        if torn and file != path:
            lines.append(Line(file, whole.count(b"\n") + 2, digest(rest), None, None, "cut off"))
        split = whole.split(b"\n") if newline else []
        lines.extend(_line(file, number, text) for number, text in enumerate(split, 1))
    return Log(path, tuple(lines), torn)


def _line(file: Path, number: int, text: bytes) -> Line:
    found = digest(text)
    if len(text) > LARGEST_LINE:
        return Line(file, number, found, None, None, f"longer than {LARGEST_LINE:,} bytes")
    try:
        content = json.loads(text)
        record = _RECORD.validate_python(content)
        dt.datetime.fromisoformat(record.time)
    except (ValidationError, ValueError, RecursionError) as fault:
        return Line(file, number, found, None, None, f"this is no record ({_reason(fault)})")
    if canonical(content) != text:
        return Line(file, number, found, content, record, "altered: not written as records are")
    if decision_of(content) != record.decision:
        return Line(file, number, found, content, record, "altered: its content has another digest")
    return Line(file, number, found, content, record)


def _reason(fault: Exception) -> str:
    if isinstance(fault, ValidationError):
        first = fault.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        return shorten(f"{where}: {first['msg']}" if where else first["msg"], 100)
    return "nested too deeply" if isinstance(fault, RecursionError) else "no JSON"


def decision_of(content: Mapping[str, Any]) -> str:
    """Return the digest of what a record says, which is what its signature covers."""
    told = {name: value for name, value in content.items() if name not in ("decision", "signature")}
    return digest(canonical(told))


@dataclass(frozen=True, slots=True)
class Tail:
    """What an addition to a log needs: where it ends, with which key, and what is not whole."""

    head: Head
    key: str | None = None
    torn: int = 0


class BrokenChainError(Exception):
    """The lines of a log do not follow each other, or do not end where they did."""


def read_tail(path: Path, head: Head | None) -> Tail:
    """Check the newest file of a log, line by line by their hashes alone, and tell its end.

    `head` is what was last said of it. Raises BrokenChainError where something is amiss, which
    `faults_of` then names, and UsageError where the file can't be read.
    """
    older = [file for file in files_of_log(path) if file != path]
    first = Head(0, FIRST)
    if older:
        last = (
            read_at_most(older[-1], LARGEST_FILE, "the log")
            .rpartition(b"\n")[0]
            .rpartition(b"\n")[2]
        )
        first = Head(_told(last)["number"], digest(last))
    whole, newline, torn = (
        read_at_most(path, LARGEST_FILE, "the log") if path.exists() else b""
    ).rpartition(b"\n")
    ends, key = [first], None
    for line in whole.split(b"\n") if newline else []:
        record = _told(line)
        if (record["prev"], record["number"]) != (ends[-1].hash, ends[-1].count + 1):
            raise BrokenChainError
        ends.append(Head(record["number"], digest(line)))
        key = record.get("key")
    # A crash may have come between a line and what is said of the end; never the other way round.
    if head not in ends and (head is not None or ends[-1].count):
        raise BrokenChainError
    if head is None and torn:
        # Half a line of which nothing tells that it was ever a log's: somebody's notes, perhaps.
        raise BrokenChainError
    return Tail(ends[-1], key, len(torn))


def _told(line: bytes) -> dict[str, Any]:
    try:
        content = json.loads(line)
        if content["schema"] != SCHEMA or not isinstance(content["number"], int):
            raise BrokenChainError
        if not isinstance(content["prev"], str):
            raise BrokenChainError
    except (ValueError, TypeError, KeyError, RecursionError):
        raise BrokenChainError from None
    found: dict[str, Any] = content
    return found


def faults_of(log: Log, head: Head | None) -> Iterator[str]:
    """Tell what shows that lines were altered, removed, reordered or cut off.

    `head` is what was last said of the log's end.
    """
    yield from _faults_of_lines(log.lines)
    if head is None:
        if log.lines:
            yield say(
                "{path}: nothing says where the log ended; what stood beside it was removed",
                path=log.path,
            )
        elif log.torn:
            yield say("{path}: this is no log: its first line is not whole", path=log.path)
        return
    if len(log.lines) < head.count:
        yield say(
            "{path}: cut off: {count:,} records were written, {left:,} are left",
            path=log.path,
            count=head.count,
            left=len(log.lines),
        )
    elif head.count and log.lines[head.count - 1].hash != head.hash:
        yield say(
            "{line}: this is not the record that was last written",
            line=log.lines[head.count - 1],
        )


def _faults_of_lines(lines: Sequence[Line]) -> Iterator[str]:
    places = {line.hash: line for line in lines}
    before = FIRST
    for number, line in enumerate(lines, 1):
        if line.fault:
            yield say("{line}: {fault}", line=line, fault=line.fault)
        if line.record is not None:
            yield from _out_of_place(line, line.record, number, before, places)
        before = line.hash


def _out_of_place(
    line: Line, record: Record, number: int, before: str, places: Mapping[str, Line]
) -> Iterator[str]:
    if record.prev != before:
        other = places.get(record.prev)
        if other is not None:
            yield say("{line}: reordered: it was written after {other}", line=line, other=other)
        else:
            yield say(
                "{line}: the record that it was written after is gone: altered or removed",
                line=line,
            )
    elif record.number != number:
        yield say(
            "{line}: this is record {found:,}, where {number:,} is expected",
            line=line,
            found=record.number,
            number=number,
        )


def signature_faults(lines: Iterable[Line], key: Any) -> Iterator[str]:
    """Tell which records lack the signature of a key, or of one another where no key is named."""
    known = [line for line in lines if line.record is not None]
    signed = [line for line in known if line.record and line.record.signature]
    for line in known:
        record = line.record
        if record is None or (key is None and not signed):
            continue
        if record.signature is None or record.key is None:
            yield say("{line}: not signed: the signature was removed, or never given", line=line)
        elif key is not None and record.key != key.name:
            yield say("{line}: signed with another key ({key})", line=line, key=record.key)
        elif key is not None and not key.fits(record.signature, record.decision.encode("ascii")):
            yield say("{line}: the signature is not of this record", line=line)
