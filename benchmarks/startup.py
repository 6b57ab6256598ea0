"""Times how long the command line takes to start, from outside: each command is a process."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.interleave import always, best_interleaved

ROOT = Path(__file__).parents[1]
PROGRAM = Path(sysconfig.get_path("scripts")) / "convenio"
BARE = "python -c pass"
FIRST = "convenio assess us-colombia-dca-2009, the pack not kept"
ROUNDS = 7


@dataclass(frozen=True, slots=True)
class Row:
    """One command. `ratio` is to Python that does nothing; None is not measured."""

    name: str
    milliseconds: float | None
    ratio: float | None


COMMANDS: dict[str, tuple[str, ...]] = {
    BARE: (sys.executable, "-c", "pass"),
    "convenio --version": (str(PROGRAM), "--version"),
    "convenio --help": (str(PROGRAM), "--help"),
    "convenio assess us-colombia-dca-2009": (str(PROGRAM), "assess", "us-colombia-dca-2009"),
    FIRST: (str(PROGRAM), "assess", "us-colombia-dca-2009"),
}


def measure() -> list[Row]:
    """Return the time of every command, each the best of several rounds.

    Raises CalledProcessError where a command fails.
    """
    runs = {
        name: _run(command, keep=name != FIRST)
        for name, command in COMMANDS.items()
        if Path(command[0]).exists()
    }
    for run in runs.values():
        # The first start may still compile modules and read them from the disk.
        run()
    times = best_interleaved({name: always(run) for name, run in runs.items()}, ROUNDS)
    return [_row(name, times) for name in COMMANDS]


def _run(command: Sequence[str], keep: bool) -> Callable[[], object]:
    settings = {**os.environ} if keep else {**os.environ, "CONVENIO_CACHE": ""}
    return lambda: subprocess.run(
        command, cwd=ROOT, env=settings, check=True, stdout=subprocess.DEVNULL
    )


def _row(name: str, times: dict[str, float]) -> Row:
    if name not in times:
        return Row(name, None, None)
    return Row(name, times[name] * 1_000, times[name] / times[BARE])


def report(rows: Sequence[Row]) -> str:
    """Return a Markdown table."""
    return "\n".join(["| command | ms | ratio |", "|---|---:|---:|", *map(_line, rows)])


def _line(row: Row) -> str:
    if row.milliseconds is None:
        return f"| {row.name} | not measured: not installed | – |"
    return f"| {row.name} | {row.milliseconds:,.0f} | {row.ratio:.1f} |"


if __name__ == "__main__":
    print(report(measure()))
