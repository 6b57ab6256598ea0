"""Appends assessments to a log whose lines are chained by hashes, so that a change shows."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convenio.assessment.asked import asked_data
from convenio.assessment.assessment import Assessment
from convenio.audit.canonical import canonical, digest
from convenio.audit.chain import (
    SCHEMA,
    BrokenChainError,
    Tail,
    decision_of,
    faults_of,
    files_of_log,
    older_name,
    read_log,
    read_tail,
)
from convenio.audit.evidence import Evidence, Head
from convenio.audit.signatures import SigningKey
from convenio.backends.outcome import Outcome
from convenio.errors import UsageError
from convenio.files import cannot_write, one_writer
from convenio.messages import say
from convenio.version import __version__

ROTATED_AT = 16_000_000
"""Bytes of a file after which a log goes on in a new one: some three thousand records."""
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """When assessments are recorded; `claimed` where a user says so, not the clock."""

    time: dt.datetime
    claimed: bool = False


@dataclass(frozen=True, slots=True)
class Appended:
    """What was added to a log: the records' hashes, where it ends now, what was mended first."""

    records: tuple[str, ...]
    head: Head
    warnings: tuple[str, ...] = ()


def append_records(
    path: Path,
    assessments: Sequence[Assessment],
    moment: Moment,
    key: SigningKey | None = None,
    rotated_at: int = ROTATED_AT,
) -> Appended:
    """Append one line for each assessment, and keep beside the log what they rest on.

    Lines are canonical JSON (RFC 8785). Two writers wait for each other. A last line that a crash
    cut off is taken away first, and told.

    Raises UsageError where the file can't be written, where its lines do not follow each other as
    they were written, or where they are signed and no key is given.
    """
    with one_writer(path, wait=True):
        evidence = Evidence(path)
        tail = _checked_tail(path, evidence.head(), key)
        for assessment in assessments:
            _keep(evidence, assessment)
        if not tail.head.count:
            # A crash after the first line is then told from a log without its evidence.
            evidence.write_head(tail.head)
        warnings = _mended(path, tail)
        heads = _append(path, assessments, moment, key, tail.head)
        evidence.write_head(heads[-1])
        _rotate(path, rotated_at)
    return Appended(tuple(head.hash for head in heads[1:]), heads[-1], warnings)


def _checked_tail(path: Path, head: Head | None, key: SigningKey | None) -> Tail:
    try:
        tail = read_tail(path, head)
    except BrokenChainError:
        faults = list(faults_of(read_log(path), head)) or [f"{path}: the log was altered"]
        more = f"\nand {len(faults) - _SHOWN:,} more" if len(faults) > _SHOWN else ""
        raise UsageError(
            "\n".join(faults[:_SHOWN]) + more + "\nnothing was added: the log is left as it is; "
            f"convenio verify {path} tells everything"
        ) from None
    if tail.head.count and tail.key != (None if key is None else key.name):
        told = (
            "signed with another key" if tail.key and key else "signed" if tail.key else "unsigned"
        )
        raise UsageError(
            say(
                "{path}: the records of this log are {told}; --sign has to fit them",
                path=path,
                told=told,
            )
        )
    return tail


def _keep(evidence: Evidence, assessment: Assessment) -> None:
    case, pack = assessment.case, assessment.pack
    file = Path(case.file)
    try:
        content = file.read_bytes()
    except OSError as fault:
        raise UsageError(
            say(
                "{file}: can't be kept beside the log: {strerror}",
                file=file,
                strerror=fault.strerror,
            )
        ) from None
    evidence.keep(content, case.digest, ".json" if file.suffix == ".json" else ".yaml", pack)


def _mended(path: Path, tail: Tail) -> tuple[str, ...]:
    if not tail.torn:
        return ()
    try:
        os.truncate(path, path.stat().st_size - tail.torn)
    except OSError as fault:
        raise cannot_write(path, fault) from None
    return (
        f"{path}: the last line was cut off before its end ({tail.torn:,} bytes) and was taken "
        "away; no record was whole there",
    )


def _append(
    path: Path,
    assessments: Sequence[Assessment],
    moment: Moment,
    key: SigningKey | None,
    head: Head,
) -> list[Head]:
    """Write the records, and return where the log ended before, and after each."""
    heads = [head]
    try:
        with path.open("ab") as log:
            for assessment in assessments:
                line = canonical(_record(assessment, moment, key, heads[-1]))
                log.write(line + b"\n")
                heads.append(Head(heads[-1].count + 1, digest(line)))
            log.flush()
            os.fsync(log.fileno())
    except OSError as fault:
        raise cannot_write(path, fault) from None
    return heads


def _rotate(path: Path, rotated_at: int) -> None:
    if path.stat().st_size >= rotated_at and len(files_of_log(path)) < 10_000:
        path.rename(older_name(path))


def _record(
    assessment: Assessment, moment: Moment, key: SigningKey | None, before: Head
) -> dict[str, Any]:
    case, pack = assessment.case, assessment.pack
    asked = asked_data(case, pack)
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "number": before.count + 1,
        "time": moment.time.isoformat(timespec="seconds"),
        "time_is": "claimed" if moment.claimed else "clock",
        "case": {"id": case.id, "digest": case.digest},
        "pack": {"id": pack.id, "version": pack.version, "digest": pack.digest},
        **({"asked": asked} if asked else {}),
        "engine": {"version": __version__, "inference": assessment.inference},
        "rating": ratings_told(assessment),
        "outcomes": outcomes_told(assessment),
        "prev": before.hash,
        **({"key": key.name} if key is not None else {}),
    }
    decision = decision_of(content)
    signature = {} if key is None else {"signature": key.sign(decision.encode("ascii"))}
    return {**content, "decision": decision, **signature}


def ratings_told(assessment: Assessment) -> dict[str, str]:
    """Return the rating in its three readings, as a record holds it."""
    found = assessment.readings()
    return {"floor": found.floor, "presumed": found.presumed, "ceiling": found.ceiling}


def outcomes_told(assessment: Assessment) -> dict[str, str]:
    """Return each rule's verdict, severity and ceiling, as a record holds them."""
    return {rule: _outcome(outcome) for rule, outcome in assessment.outcomes.items()}


def _outcome(outcome: Outcome) -> str:
    parts = (outcome.verdict, outcome.severity or "", outcome.ceiling or "")
    return "/".join(parts).rstrip("/")
