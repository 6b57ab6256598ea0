"""Measures the largest resident size of processes that each test a table, or many single cases.

    python -m benchmarks.memory        all contenders, each in a process of its own
    python -m benchmarks.memory NAME   one contender in this process

What the system counts for a process begins with what its parent held when it started it. So all
contenders are started from a process that has imported next to nothing, and this module imports
the rest only where it is used.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from convenio import Case, Pack

ROOT = Path(__file__).parents[1]
PROCESSES = 2
"""Processes a contender, of which the smaller counts."""
FEW_CASES, MANY_CASES = 10_000, 100_000
UNITS_IN_MEGABYTE = 1_000_000 if sys.platform == "darwin" else 1_000_000 / 1024
"""The system counts in bytes on macOS and in kibibytes elsewhere."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `ratio` is to Polars by hand."""

    name: str
    cases: int
    megabytes: float
    ratio: float


def table_alone() -> Iterator[tuple[int, float]]:
    """Make the table and test nothing."""
    from benchmarks.tables import ROWS, make_table

    table = make_table(ROWS)
    yield table.height, _peak()


def by_hand() -> Iterator[tuple[int, float]]:
    """Test a table with what is written by hand for Polars."""
    from benchmarks import tables
    from benchmarks.peers.workload import make_rules

    table = tables.make_table(tables.ROWS)
    answers = table.select(**tables.by_hand(make_rules()))
    yield answers.height, _peak()


def on_polars() -> Iterator[tuple[int, float]]:
    """Test a table with counts and ratings."""
    yield from _assessed(ratings=True)


def verdicts_alone() -> Iterator[tuple[int, float]]:
    """Test a table without counts and ratings."""
    yield from _assessed(ratings=False)


def one_by_one() -> Iterator[tuple[int, float]]:
    """Test single cases one after another and keep none; tell the size on the way."""
    import convenio

    pack = convenio.load_pack("core")
    engine = convenio.Engine(pack, "reference")
    for number, case in enumerate(_varied(pack, MANY_CASES), 1):
        engine.assess(case)
        if number in (FEW_CASES, MANY_CASES):
            yield number, _peak()


CONTENDERS: dict[str, tuple[str, Callable[[], Iterator[tuple[int, float]]]]] = {
    "table": ("The table alone, nothing tested", table_alone),
    "hand": ("Polars by hand, nullable", by_hand),
    "verdicts": ("Convenio on Polars, verdicts alone", verdicts_alone),
    "full": ("Convenio on Polars", on_polars),
    "loop": ("Convenio, one case of the core pack after another", one_by_one),
}


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNITS_IN_MEGABYTE


def _assessed(ratings: bool) -> Iterator[tuple[int, float]]:
    import warnings

    from benchmarks.peers.workload import loaded_pack, make_rules
    from benchmarks.tables import ROWS, make_table

    import convenio

    warnings.simplefilter("ignore", convenio.FrameWarning)
    table = make_table(ROWS)
    found = convenio.assess_frame(table, loaded_pack(make_rules()), ratings=ratings)
    yield found.cases.height, _peak()


def _varied(pack: Pack, count: int) -> Iterator[Case]:
    """Yield the cases that come with Convenio over and over, no two of them equal."""
    from dataclasses import replace

    import convenio
    from convenio.errors import Position
    from convenio.facts.case import StatedFact

    path = "terms.duration_years"
    cases = [convenio.load_case(str(file), pack) for file in sorted(ROOT.glob("cases/*.yaml"))]
    for number in range(count):
        case = cases[number % len(cases)]
        fact = StatedFact(path, "known", Position(case.file, 1, 1), number / 1_000)
        yield replace(case, id=f"{case.id}-{number}", facts={**case.facts, path: fact})


def _in_a_process(*arguments: str) -> str:
    command = [sys.executable, "-m", "benchmarks.memory", *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def _measured(contender: str) -> dict[int, float]:
    """Return megabytes by number of cases, each the least of several processes."""
    least: dict[int, float] = {}
    for _ in range(PROCESSES):
        for line in _in_a_process(contender).splitlines():
            cases, megabytes = line.split()
            least[int(cases)] = min(float(megabytes), least.get(int(cases), float("inf")))
    return least


def measure() -> list[Row]:
    """Return the size of every contender; to be called in a process that is small itself."""
    found = {contender: _measured(contender) for contender in CONTENDERS}
    base = max(found["hand"].values())
    return [
        Row(CONTENDERS[contender][0], cases, megabytes, megabytes / base)
        for contender, sizes in found.items()
        for cases, megabytes in sizes.items()
    ]


def report(rows: list[Row]) -> str:
    """Return a Markdown table."""
    lines = ["| contender | cases | MB | ratio |", "|---|---:|---:|---:|"]
    lines += [f"| {r.name} | {r.cases:,} | {r.megabytes:,.0f} | {r.ratio:.2f} |" for r in rows]
    return "\n".join(lines)


def document() -> str:
    """Measure all from a small process and return it as Markdown."""
    return _in_a_process().strip()


def main(arguments: list[str]) -> int:
    """Print one contender's cases and megabytes, or the table of all."""
    if not arguments:
        print(report(measure()))
        return 0
    for cases, megabytes in CONTENDERS[arguments[0]][1]():
        print(cases, f"{megabytes:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
