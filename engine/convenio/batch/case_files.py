"""Which files of a folder are cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

CASE_FILES = (".yaml", ".yml", ".json")
EVENTS = "events"
"""The folder in which streams of events stand beside the cases that they are about."""


def files_in(folder: Path) -> Iterator[Path]:
    """Yield what stands below a folder and is not hidden, part of a run or evidence."""
    for path in folder.rglob("*"):
        if not any(_is_unseen(part) for part in path.relative_to(folder).parts):
            yield path


def case_files_in(folder: Path) -> list[Path]:
    """Return the case files below a folder in their order; streams of events are none."""
    found = (path for path in files_in(folder) if is_case_file(path) and path.is_file())
    return sorted(path for path in found if not is_of_events(path, folder))


def is_case_file(path: Path) -> bool:
    """Tell whether a file is called like a case.

    >>> is_case_file(Path("deal.YAML"))
    True
    """
    return path.suffix.lower() in CASE_FILES


def is_of_events(path: Path, folder: Path) -> bool:
    """Tell whether a file of a folder stands among streams for `monitor`."""
    return EVENTS in path.relative_to(folder).parts[:-1]


def _is_unseen(name: str) -> bool:
    """Tell whether a file or folder is hidden, or holds parts of a run or what a log rests on."""
    return name.startswith(".") or name.endswith((".parts", ".evidence"))
