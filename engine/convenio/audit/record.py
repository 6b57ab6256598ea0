"""Appends assessments to a log whose lines are chained by hashes, so that a change shows."""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import rfc8785

from convenio.assessment.assessment import Assessment
from convenio.errors import UsageError
from convenio.version import __version__

SCHEMA = "convenio/record/1"
FIRST = "sha256:" + "0" * 64
"""What the first line of a log names as the line before."""


def append_records(path: Path, assessments: Iterable[Assessment], moment: dt.datetime) -> str:
    """Append one line for each assessment and return the hash of the last line.

    Lines are canonical JSON (RFC 8785). Two writers wait for each other. Raises UsageError where
    the file can't be written or its last line is no record.
    """
    try:
        with path.open("a+b") as log:
            fcntl.flock(log, fcntl.LOCK_EX)
            log.seek(0)
            previous = _hash_of_last_line(log.read(), path)
            for assessment in assessments:
                line = rfc8785.dumps(_record(assessment, moment, previous))
                log.write(line + b"\n")
                previous = digest(line)
            log.flush()
            os.fsync(log.fileno())
    except OSError as fault:
        raise UsageError(f"{path}: can't be written: {fault.strerror}") from None
    return previous


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes as results write it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def verdict_digest(assessment: Assessment) -> str:
    """Return a digest of ratings and of every rule's verdict and severities."""
    outcomes: Mapping[str, Any] = {
        rule: [outcome.verdict, outcome.severity, outcome.ceiling]
        for rule, outcome in assessment.outcomes.items()
    }
    families = {name: [r.floor, r.ceiling] for name, r in assessment.families.items()}
    return digest(rfc8785.dumps({"families": families, "outcomes": dict(outcomes)}))


def _record(assessment: Assessment, moment: dt.datetime, previous: str) -> dict[str, Any]:
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "time": moment.isoformat(timespec="seconds"),
        "case": {"id": assessment.case.id, "digest": assessment.case.digest},
        "pack": {
            "id": assessment.pack.id,
            "version": assessment.pack.version,
            "digest": assessment.pack.digest,
        },
        "engine": {"version": __version__, "inference": assessment.inference},
        "rating": {"floor": assessment.floor, "ceiling": assessment.ceiling},
        "verdicts": verdict_digest(assessment),
        "prev": previous,
    }
    return content | {"decision": digest(rfc8785.dumps(content))}


def _hash_of_last_line(data: bytes, path: Path) -> str:
    lines = data.splitlines()
    if not lines:
        return FIRST
    try:
        entry = json.loads(lines[-1])
    except ValueError:
        entry = None
    if not data.endswith(b"\n") or not isinstance(entry, dict) or entry.get("schema") != SCHEMA:
        raise UsageError(f"{path}: the last line is not a whole record; the log is left as it is")
    return digest(lines[-1])
