"""`convenio monitor`: a case followed through dated events as they arrive."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from convenio.cli import options
from convenio.cli.language import add_language
from convenio.cli.telling import tell
from convenio.errors import EventError, UsageError
from convenio.files import one_writer
from convenio.messages import say
from convenio.packs.pack import Pack
from convenio.reports.scenarios import monitor as report
from convenio.reports.wording import Wording
from convenio.resources import data_folder
from convenio.scenarios.monitor.journal import Header, Journal, read_state
from convenio.scenarios.monitor.monitor import Monitor
from convenio.scenarios.monitor.observation import Observation, Refusal

EXAMPLES = """examples:
  convenio monitor us-colombia-dca-2009 --events us-colombia-dca-2009 --format text
  tail -f events.jsonl | convenio monitor deal.yaml --events - --state deal.state

Each event is one JSON object on a line of its own:
  {"id": "e1", "date": "2009-11-03", "kind": "publication", "set": {"text.access": "public"}}
Exit code 3: at least one event was refused; the others were taken in."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("case", metavar="CASE", help="a case file, or the name of a shipped one")
    parser.add_argument(
        "--events",
        required=True,
        metavar="FILE|-",
        help="a file of JSON lines, the name of a shipped one, or - for standard input",
    )
    parser.add_argument(
        "--state",
        type=Path,
        metavar="FILE",
        help="keep the events that arrived in this file, and go on from it where it exists",
    )
    parser.add_argument(
        "--only-changes",
        action="store_true",
        help="pass over events that change no verdict; refusals are always shown",
    )
    parser.add_argument("--format", default="json", choices=("json", "text"), help="default: json")
    options.add_pack(parser)
    options.add_context(parser)
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    wording = options.wording_of(args)
    pack = options.read_pack(args)
    with ExitStack() as opened:
        name, stream = opened.enter_context(_events(args.events))
        if args.state is not None and not args.state.is_dir():
            opened.enter_context(one_writer(args.state))
        monitor, journal = _start(args, pack, name)
        if journal is not None:
            opened.enter_context(journal)
        if args.format == "text":
            _print(report.heading(monitor.assessment, wording))
        refused = 0
        for found in monitor.watch(stream, name):
            if isinstance(found, Refusal):
                refused += 1
                print("\n".join(map(str, found.problems)), file=sys.stderr, flush=True)
            elif journal is not None and not found.seen:
                # Saved before it is printed: what was read from here is never lost.
                journal.add(found.event)
            if isinstance(found, Refusal) or found.changed or not args.only_changes:
                _print(_shown(found, args.format, wording))
    return EventError.exit_code if refused else 0


def _start(args: argparse.Namespace, pack: Pack, name: str) -> tuple[Monitor, Journal | None]:
    """Return the monitor, new or as its state left it, and the journal of that state."""
    case = options.read_case(args.case, pack, {})
    state: Path | None = args.state
    if state is None:
        return Monitor(case, pack), None
    if state.is_dir():
        raise UsageError(say("{state}: this is a folder", state=state))
    for given in (case.file, name):
        if state.exists() and Path(given).exists() and state.samefile(given):
            raise UsageError(
                say("{state}: this is an input; it can't be the state too", state=state)
            )
    monitor = Monitor(case, pack)
    if not state.exists() or _is_begun(state, monitor.header):
        return monitor, Journal(state, monitor.header, None)
    monitor = Monitor.load(state, pack, case)
    for warning in monitor.warnings:
        tell(say("warning: {warning}", warning=warning))
    return monitor, Journal(state, monitor.header, read_state(state).length)


def _is_begun(state: Path, header: Header) -> bool:
    """Tell whether a file holds nothing, or the beginning of a state's first line and no more."""
    line = header.to_line()
    try:
        with state.open("rb") as stream:
            begun = stream.read(len(line))
    except OSError as fault:
        raise UsageError(
            say(
                "{state}: the state can't be read: {strerror}", state=state, strerror=fault.strerror
            )
        ) from None
    return len(begun) < len(line) and line.startswith(begun)


@contextmanager
def _events(name: str) -> Iterator[tuple[str, BinaryIO]]:
    """Yield the name and the stream of the events."""
    if name == "-":
        yield "<stdin>", sys.stdin.buffer
        return
    file = Path(name)
    if not file.exists() and file.suffix == "" and file.name == name:
        shipped = data_folder("cases") / "events" / f"{name}.jsonl"
        file = shipped if shipped.is_file() else file
    try:
        stream = file.open("rb")
    except OSError as fault:
        raise UsageError(
            say("{name}: the events can't be read: {strerror}", name=name, strerror=fault.strerror)
        ) from None
    with stream:
        yield str(name) if file == Path(name) else file.name, stream


def _shown(found: Observation | Refusal, form: str, wording: Wording) -> str:
    if form == "json":
        return found.to_json()
    if isinstance(found, Refusal):
        return report.refusal_text(found, wording)
    return report.as_text(found, wording)


def _print(text: str) -> None:
    print(text, flush=True)
