"""Refuses, before any work is done, outputs that would hurt what is read or each other."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from pathlib import Path

from convenio.assessment.cases import find_case
from convenio.batch.case_files import case_files_in
from convenio.errors import UsageError
from convenio.files import is_folder
from convenio.messages import say
from convenio.packs.folders import find_pack

_OUTPUTS = {
    "output": "-o",
    "brief": "--brief",
    "record": "--record",
    "svg": "--svg",
    "state": "--state",
    "findings": "--findings",
    "csv": "--csv",
    "ics": "--ics",
    "mark": "--mark",
    "merged": "--merged",
}
"""Arguments of all commands that name a file to be written, with the flags that users know."""
_INPUTS = (
    *("case", "cases", "other", "input", "sources", "file", "previous", "findings_read"),
    *(
        "parties",
        "theme",
        "check",
        "events",
        "sign",
        "key",
        "log",
        "mapping",
        "read",
        "answers",
        "decision",
    ),
)
"""Arguments that name what is read."""


def refuse_overwriting(args: argparse.Namespace) -> None:
    """Raise UsageError where a command would write over what it reads, or one output over another.

    Links are followed. A folder that can't be written to is told as well.
    """
    read = set(_inputs(args))
    packs = set(_packs(args))
    written: dict[Path, str] = {}
    for name, flag in _OUTPUTS.items():
        given = getattr(args, name, None)
        if not given:
            continue
        path, target = Path(given), Path(given).resolve()
        if target in read:
            raise UsageError(say("{path}: this is an input; it is not overwritten", path=path))
        if target in written:
            raise UsageError(
                say(
                    "{path}: {written} and {flag} can't be written to one file",
                    path=path,
                    written=written[target],
                    flag=flag,
                )
            )
        if any(target.is_relative_to(pack) for pack in packs):
            raise UsageError(
                say("{path}: this is in the folder of the rule pack; write elsewhere", path=path)
            )
        _refuse_unwritable(path, target)
        written[target] = flag


def _refuse_unwritable(path: Path, target: Path) -> None:
    there = next((folder for folder in target.parents if folder.exists()), target)
    if not there.is_dir():
        raise UsageError(say("{path}: {there} is no folder", path=path, there=there))
    if not os.access(there, os.W_OK):
        raise UsageError(
            say("{path}: nothing can be written in the folder {there}", path=path, there=there)
        )


def _inputs(args: argparse.Namespace) -> Iterator[Path]:
    for name in _INPUTS:
        given = getattr(args, name, None)
        for one in given if isinstance(given, list) else [given]:
            if one:
                yield from _named(find_case(one) if name in ("case", "cases") else Path(one))
    for entry in getattr(args, "child", None) or []:
        yield Path(str(entry).partition("=")[2]).resolve()


def _named(path: Path) -> Iterator[Path]:
    """Yield a file that is read, or what a folder of cases holds."""
    yield path.resolve()
    if is_folder(path):
        yield from (file.resolve() for file in case_files_in(path))


def _packs(args: argparse.Namespace) -> Iterator[Path]:
    given = getattr(args, "pack", None) or ["core"]
    folders = [*(given if isinstance(given, list) else [given])]
    for name in folders:
        try:
            yield find_pack(str(name)).resolve()
        except UsageError:
            # The command itself says that there is no such pack.
            continue
    for folder in getattr(args, "context", None) or []:
        yield Path(folder).resolve()
