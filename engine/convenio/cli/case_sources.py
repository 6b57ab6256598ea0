"""Cases that are named one by one or by their folder."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from convenio.assessment import load_case
from convenio.assessment.cases import find_case
from convenio.batch.case_files import case_files_in
from convenio.cli.telling import tell
from convenio.errors import CaseError, UsageError
from convenio.facts.case import Case
from convenio.files import is_folder
from convenio.messages import say
from convenio.packs import Pack


def case_files(sources: Sequence[str]) -> list[Path]:
    """Return the files of cases that are named, and those of folders.

    Raises UsageError where a folder holds none.
    """
    found: list[Path] = []
    for source in sources:
        path = Path(source)
        inside = case_files_in(path) if is_folder(path) else [find_case(source)]
        if not inside:
            raise UsageError(say("{path}: there are no case files in this folder", path=path))
        found += inside
    return found


def read_cases(sources: Sequence[str], pack: Pack) -> tuple[list[Case], int]:
    """Read cases; those that can't be read are told, and give the exit code of an invalid case."""
    cases: list[Case] = []
    code = 0
    for file in case_files(sources):
        try:
            cases.append(load_case(file, pack))
        except CaseError as fault:
            tell(fault)
            code = CaseError.exit_code
    return cases, code


def add_day(parser: argparse.ArgumentParser) -> None:
    """Declare --on, the day as of which something is told; no clock is asked."""
    parser.add_argument(
        "--on", required=True, metavar="DATE", help="the day that counts, such as 2026-03-01"
    )


def day_asked(args: argparse.Namespace) -> dt.date:
    """Return the day of --on. Raises UsageError where it is none."""
    try:
        return dt.date.fromisoformat(args.on)
    except ValueError:
        raise UsageError(
            say("--on takes a date such as 2026-03-01, not '{text}'", text=args.on)
        ) from None
