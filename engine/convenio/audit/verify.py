"""Re-evaluates what was recorded or handed on, and names what differs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from convenio.assessment import Assessment, assess
from convenio.assessment.asked import asked_of, pack_as_asked
from convenio.assessment.cases import find_case, load_case, with_settings
from convenio.assessment.redaction import redacted
from convenio.audit.chain import Line, Record, faults_of, read_log, signature_faults
from convenio.audit.differences import differences
from convenio.audit.evidence import Evidence
from convenio.audit.record import outcomes_told, ratings_told
from convenio.audit.signatures import CheckingKey
from convenio.errors import ConvenioError, UsageError, shorten
from convenio.facts.case import Case
from convenio.files import read_at_most
from convenio.messages import say
from convenio.packs.loading import load_pack
from convenio.packs.pack import Pack
from convenio.reports.brief.embedded import embedded_in, unpacked_page
from convenio.reports.brief.look import look_of
from convenio.reports.html import render_brief
from convenio.reports.json import to_dict
from convenio.reports.schema import check_assessment, check_previous
from convenio.reports.wording import Wording
from convenio.version import __version__

LARGEST_FILE = 64_000_000
"""Bytes of a result or a brief that is still read."""


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of a check: how many results were re-evaluated, what differs, what is to be known.

    `what` names one of them: a record, a result or a brief. All hold good where nothing differs.
    """

    what: str
    checked: int
    differences: tuple[str, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a case and a pack are looked for: as given, beside a log, or among those that ship."""

    case: Path | None = None
    pack: str = "core"
    context: tuple[Path, ...] = ()
    log: Path | None = None

    def find_pack(self, wanted: str, language: str = "") -> Pack:
        """Return the pack of a digest, or the one that was named, in words of a language."""
        kept = Evidence(self.log).pack(wanted, language) if self.log else None
        return kept or load_pack(self.pack, self.context, language)

    def find_case(self, name: str, wanted: str) -> Path:
        """Return the file of a case.

        Raises UsageError where none was given, kept or shipped.
        """
        if self.case is not None:
            return find_case(self.case)
        kept = Evidence(self.log).case(wanted) if self.log else None
        if kept is not None:
            return kept
        shipped = find_case(name) if Path(name).name == name else Path(name)
        if shipped.is_file():
            return shipped
        raise UsageError(
            say(
                "the case {name} ({wanted}) is needed to verify this: give its "
                "file with --case, or the log beside which it is kept with "
                "--log",
                name=name,
                wanted=wanted,
            )
        )


def verify(
    path: Path, sources: Sources, key: CheckingKey | None = None, head: str | None = None
) -> Verified:
    """Re-evaluate a log, a brief, or results in JSON, told apart by what they hold.

    `key` and `head` are for logs: whose signatures are expected, and a hash that was told when a
    record was written. Raises UsageError where the file is none of the three, or what it speaks of
    can't be found.
    """
    if path.suffix.lower() in (".html", ".htm"):
        return _without_log_options(_verify_brief(path, sources), key, head)
    content = None if path.suffix.lower() == ".jsonl" else _json(path)
    if content is None:
        return verify_log(path, key, head)
    return _without_log_options(_verify_results(path, content, sources), key, head)


def _without_log_options(verified: Verified, key: CheckingKey | None, head: str | None) -> Verified:
    if key is not None or head is not None:
        raise UsageError(say("--key and --head go with logs: a brief or a result is not signed"))
    return verified


def verify_log(path: Path, key: CheckingKey | None = None, head: str | None = None) -> Verified:
    """Check the chain of a log and re-evaluate every record with what is kept beside it."""
    log = read_log(path)
    if not log.lines and not log.torn and not Evidence(path).folder.exists():
        raise UsageError(
            say("{path}: there is no log, or it is empty and nothing is kept beside it", path=path)
        )
    evidence = Evidence(path)
    found = [*faults_of(log, evidence.head()), *signature_faults(log.lines, key)]
    if log.torn:
        found.append(
            say(
                "{path}: the last line is cut off ({torn:,} bytes are left of it)",
                path=path,
                torn=log.torn,
            )
        )
    if head is not None and head not in {line.hash for line in log.lines}:
        found.append(
            say(
                "{path}: no record has the hash {head}: it was cut off or altered",
                path=path,
                head=head,
            )
        )
    packs: dict[str, Pack | None] = {}
    checked = 0
    for line in log.lines:
        if line.record is not None:
            told = list(_record_faults(line, line.record, evidence, packs))
            found += told
            checked += 1
    return Verified("record", checked, tuple(found), tuple(_notes_on_log(log.lines, key)))


def _notes_on_log(lines: tuple[Line, ...], key: CheckingKey | None) -> Iterator[str]:
    records = [line.record for line in lines if line.record is not None]
    claimed = sum(record.time_is == "claimed" for record in records)
    if claimed:
        yield say(
            "{claimed:,} times were claimed by whoever recorded, not taken from the clock",
            claimed=claimed,
        )
    if any(record.key for record in records) and key is None:
        yield say("the records are signed; --key PUBLIC.pem checks by whom")
    if not any(record.key for record in records):
        yield say("the records are not signed: whoever can write all files can write them anew")
    yield from _versions({record.engine.version for record in records})


def _versions(versions: set[str]) -> Iterator[str]:
    others = sorted(versions - {__version__})
    if others:
        yield say(
            "made by Convenio {others}; re-evaluated by {version}",
            others=", ".join(others),
            version=__version__,
        )


def _record_faults(
    line: Line, record: Record, evidence: Evidence, packs: dict[str, Pack | None]
) -> Iterator[str]:
    if record.pack.digest not in packs:
        packs[record.pack.digest] = evidence.pack(record.pack.digest)
    pack, case = packs[record.pack.digest], evidence.case(record.case.digest)
    for what, kept in ((say("pack"), pack), (say("case file"), case)):
        if kept is None:
            yield say(
                "{line}: its {what} is not kept beside the log any more, or was altered",
                line=line,
                what=what,
            )
    if pack is None or case is None:
        return
    asked = record.asked.model_dump() if record.asked else {}
    try:
        again = _assessed(case, pack, asked, record.engine.inference)
    except ConvenioError as fault:
        yield say("{line}: can't be re-evaluated: {fault}", line=line, fault=fault)
        return
    told = {"case": record.case.id, "rating": record.rating, "outcomes": record.outcomes}
    found = {
        "case": again.case.id,
        "rating": ratings_told(again),
        "outcomes": outcomes_told(again),
    }
    for difference in differences(told, found):
        yield say("{line}: {fault}", line=line, fault=difference)


def _assessed(file: Path, pack: Pack, asked: Mapping[str, Any], inference: str) -> Assessment:
    pack = pack_as_asked(pack, asked_of(dict(asked)))
    case: Case = load_case(file, pack)
    settings = asked.get("set", {})
    changed = with_settings(case, pack, settings) if settings else case
    again = assess(changed, pack, "reference" if inference == "reference" else "auto")
    # durable_rules, which checks verdicts and never changes them, may not be installed here.
    return replace(again, inference=inference)


def _json(path: Path) -> Any:
    """Return what a JSON file holds; None where it is a log: a record on each line."""
    text = _text(path)
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        if '"convenio/record/' in text.partition("\n")[0]:
            return None
        raise UsageError(
            say("{path}: this is no log, brief or result of Convenio", path=path)
        ) from None
    is_record = isinstance(content, dict) and "record" in str(content.get("schema"))
    return None if is_record else content


def _text(path: Path) -> str:
    try:
        return read_at_most(path, LARGEST_FILE, "the file").decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(say("{path}: this is not UTF-8 text", path=path)) from None


def _verify_results(path: Path, content: Any, sources: Sources) -> Verified:
    documents = content if isinstance(content, list) else [content]
    if not documents:
        raise UsageError(say("{path}: it holds no result", path=path))
    found: list[str] = []
    notes: list[str] = []
    for document in documents:
        check_assessment(document, str(path))
        again = _again(document, sources)
        faults, told = _document_faults(document, again)
        found += [
            say("{line}: {fault}", line=document["case"]["id"], fault=fault) for fault in faults
        ]
        notes += told
    return Verified("result", len(documents), tuple(found), tuple(dict.fromkeys(notes)))


def _again(document: Mapping[str, Any], sources: Sources) -> Assessment:
    case, pack = document["case"], document["pack"]
    file = sources.find_case(case["id"], case["digest"])
    asked = document.get("asked", {})
    hidden = document.get("redacted", [])
    for path in (*asked.get("set", {}), *asked.get("presume", {})):
        if path in hidden:
            raise UsageError(
                say("{path} was set by hand and redacted: this can't be evaluated again", path=path)
            )
    inference = document["engine"]["inference"]
    language = _wording_of(document).base
    again = _assessed(file, sources.find_pack(pack["digest"], language), asked, inference)
    return redacted(again, hidden)


def _wording_of(document: Mapping[str, Any]) -> Wording:
    """Return the words in which a result was written."""
    return Wording(document.get("language", "en"))


_ADDED = ("exact", "brief")
"""Parts of a document that stand beside the assessment."""


def _document_faults(document: Mapping[str, Any], again: Assessment) -> tuple[list[str], list[str]]:
    told = {name: value for name, value in document.items() if name not in _ADDED}
    found = to_dict(again, _wording_of(document))
    notes = list(_versions({document["engine"]["version"]}))
    if "exact" in document:
        notes.append(say("the exact ranges in it were not searched again"))
    # What was made by another version is told and is no fault.
    found["engine"] = told["engine"]
    return list(differences(told, found)), notes


def _verify_brief(path: Path, sources: Sources) -> Verified:
    text = _text(path)
    document = embedded_in(text)
    if document is None:
        raise UsageError(
            say(
                "{path}: no assessment is embedded in this page: it is no "
                "brief, or was stripped of it",
                path=path,
            )
        )
    check_assessment(document, str(path))
    made = document.get("brief")
    if not isinstance(made, dict) or made.get("with") is None:
        raise UsageError(
            say("{path}: the page does not say how it was made: it was stripped of that", path=path)
        )
    again = _again(document, sources)
    found, notes = _document_faults(document, again)
    if document["engine"]["version"] != __version__:
        notes.append(say("its wording can't be compared with that of another version"))
    elif not found:
        previous = _previous(made, path)
        wording, recorded = _wording_of(document), made.get("recorded")
        look = look_of(made)
        if look.decision is not None:
            notes.append(
                say("the decision in it is told as it stands; convenio sign --check tests it")
            )
        if again.redacted:
            look = replace(look, live=False)
        expected = render_brief(again, wording, previous, recorded, look)
        found += _lines_that_differ(unpacked_page(text), unpacked_page(expected))
        if made.get("with") != _packages(expected):
            notes.append(
                say(
                    "made with {one} installed, verified with {other}: some sections need them",
                    one=made.get("with"),
                    other=_packages(expected),
                )
            )
    return Verified("brief", 1, tuple(found), tuple(notes))


def _packages(page: str) -> list[str]:
    document = embedded_in(page)
    found: list[str] = document["brief"]["with"] if document is not None else []
    return found


def _previous(made: Mapping[str, Any], path: Path) -> Mapping[str, Any] | None:
    previous = made.get("previous")
    if previous is None:
        return None
    check_previous(previous, str(path))
    found: Mapping[str, Any] = previous
    return found


def _lines_that_differ(told: str, expected: str) -> Iterator[str]:
    if told == expected:
        return
    pairs = zip_longest(told.split("\n"), expected.split("\n"), fillvalue="")
    different = [(n, one, other) for n, (one, other) in enumerate(pairs, 1) if one != other]
    for number, one, other in different[:5]:
        start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
        near = max(0, start - 20)
        yield say(
            "line {number}, column {column}: the page says '{one}', where '{other}' is written",
            number=number,
            column=start + 1,
            one=shorten(one[near:], 70),
            other=shorten(other[near:], 70),
        )
    if len(different) > 5:
        yield say("and {left:,} more lines differ", left=len(different) - 5)
