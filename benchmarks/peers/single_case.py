"""Times one case at a time: Convenio beside its peers, in one process.

Run from the repository's root, with Convenio and what `requirements.txt` lists installed:

    python -m benchmarks.peers.single_case            one table
    python -m benchmarks.peers.single_case --growth   and how times grow

Every engine first answers all cases, and each answer is compared with the oracle. A peer that is
not installed is named as not measured.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import convenio

from . import (
    cel,
    clips,
    durable_raw,
    json_logic_peer,
    plain_python,
    rule_engine_peer,
    zen,
)
from .checking import check, oracle
from .conditions import NestedCase
from .convenio_contenders import CONTENDERS, REFERENCE_EXPLAINED, Contender
from .peer import Answer, Peer
from .timing import Task, best_times
from .workload import (
    CASES,
    RULES,
    SyntheticRule,
    loaded_pack,
    make_cases,
    make_rules,
    to_case,
    to_cases,
)

if TYPE_CHECKING:
    from convenio import Pack

COMPLETE = "complete cases"
INCOMPLETE = "a tenth of the facts unknown"
UNKNOWN_SHARES = {COMPLETE: 0.0, INCOMPLETE: 0.1}
TIMED_CASES = 200
ROUNDS = CASES // TIMED_CASES

PEERS: tuple[Peer, ...] = (
    *plain_python.PEERS,
    *zen.PEERS,
    *cel.PEERS,
    *clips.PEERS,
    *json_logic_peer.PEERS,
    *rule_engine_peer.PEERS,
    *durable_raw.PEERS,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `microseconds` is None where the engine was not measured."""

    group: str
    name: str
    version: str
    microseconds: float | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Growth:
    """How one engine's time a case grows: microseconds at each of several sizes."""

    name: str
    sizes: tuple[float, ...]
    microseconds: tuple[float | None, ...]


def measure(count: int = CASES, timed: int = TIMED_CASES, rounds: int = ROUNDS) -> list[Row]:
    """Check every engine over all cases, then time it; return the rows by group.

    Each of the rounds times `timed` of the cases.

    Raises DisagreementError at the first answer that differs from the oracle.
    """
    rules = make_rules(RULES)
    pack = loaded_pack(rules)
    rows: list[Row] = []
    for group, share in UNKNOWN_SHARES.items():
        cases = make_cases(count, share)
        rows += _group(group, pack, rules, cases, timed, rounds)
    return rows


def growth_with_rules(
    sizes: Sequence[int] = (20, 40, 80, 160, 320), timed: int = 50, rounds: int = 10
) -> list[Growth]:
    """Return how Convenio and ZEN slow down with the number of rules, over complete cases."""
    cases = make_cases(timed * rounds)
    tasks: list[Task] = []
    for size in sizes:
        rules = make_rules(size)
        truths = oracle(rules, cases)
        found = _convenio_tasks(loaded_pack(rules), rules, cases, truths)
        for peer in zen.PEERS:
            answer, _ = _built(peer, rules)
            if answer is not None:
                check(peer.name, answer, cases, rules, truths)
                found.append(Task(peer.name, answer, cases))
        tasks += _sized(found, size)
    names = (*(contender.name for contender in CONTENDERS), *(peer.name for peer in zen.PEERS))
    return _growths(names, sizes, best_times(tasks, rounds, timed))


def growth_with_unknowns(
    shares: Sequence[float] = (0, 0.1, 0.3, 0.6), timed: int = 100, rounds: int = 10
) -> list[Growth]:
    """Return how Convenio's times change with the share of facts that are unknown."""
    rules = make_rules(RULES)
    pack = loaded_pack(rules)
    tasks: list[Task] = []
    for share in shares:
        cases = make_cases(timed * rounds, share)
        found = _convenio_tasks(pack, rules, cases, oracle(rules, cases))
        tasks += _sized(found, share)
    return _growths(
        [contender.name for contender in CONTENDERS], shares, best_times(tasks, rounds, timed)
    )


# --- how it is measured ---------------------------------------------------------------------


def _group(
    group: str,
    pack: Pack,
    rules: Sequence[SyntheticRule],
    cases: Sequence[NestedCase],
    timed: int,
    rounds: int,
) -> list[Row]:
    truths = oracle(rules, cases)
    tasks = _convenio_tasks(pack, rules, cases, truths)
    rows = [_convenio_row(group, contender) for contender in CONTENDERS]
    making = _making(pack, cases)
    tasks.append(making)
    rows.append(
        Row(group, making.name, convenio.__version__, None, "a Case of a dict; not counted above")
    )
    for peer in PEERS:
        row = Row(group, peer.name, peer.version, None, peer.note)
        if group == INCOMPLETE and not peer.knows_unknown:
            rows.append(replace(row, note="not measured: knows no unknown"))
            continue
        answer, fault = _built(peer, rules)
        if answer is None:
            rows.append(replace(row, note=f"not measured: {fault}"))
            continue
        check(peer.name, answer, cases, rules, truths)
        tasks.append(Task(peer.name, answer, cases))
        rows.append(row)
    times = best_times(tasks, rounds, timed)
    return [replace(row, microseconds=times.get(row.name)) for row in rows]


def _convenio_tasks(
    pack: Pack,
    rules: Sequence[SyntheticRule],
    cases: Sequence[NestedCase],
    truths: Sequence[Sequence[bool | None]],
) -> list[Task]:
    stated = to_cases(pack, cases)
    tasks: list[Task] = []
    for contender in CONTENDERS:
        if contender.available:
            check(contender.name, contender.answering(pack), stated, rules, truths)
            tasks.append(Task(contender.name, contender.prepared(pack), stated))
    return tasks


def _convenio_row(group: str, contender: Contender) -> Row:
    note = contender.note if contender.available else "not measured: durable_rules is not installed"
    return Row(group, contender.name, convenio.__version__, None, note)


def _making(pack: Pack, cases: Sequence[NestedCase]) -> Task:
    return Task("Convenio, making the case", partial(to_case, pack, name="synthetic"), cases)


def _built(peer: Peer, rules: Sequence[SyntheticRule]) -> tuple[Answer | None, str]:
    """Return the engine of a peer, or None and why there is none."""
    if peer.distribution and not peer.version:
        return None, "not installed"
    try:
        return peer.build(rules), ""
    except ImportError as fault:
        return None, f"can't be imported here ({fault})"


def _sized(tasks: Sequence[Task], size: float) -> list[Task]:
    """Return the tasks under names that tell the sizes apart, so that all are timed in turn."""
    return [replace(task, name=_at(task.name, size)) for task in tasks]


def _growths(
    names: Sequence[str], sizes: Sequence[float], times: Mapping[str, float]
) -> list[Growth]:
    return [
        Growth(name, tuple(sizes), tuple(times.get(_at(name, size)) for size in sizes))
        for name in names
    ]


def _at(name: str, size: float) -> str:
    return f"{name} at {size}"


# --- what is printed ------------------------------------------------------------------------


def report(rows: Sequence[Row]) -> str:
    """Return the rows as a table for each group, quickest first, what was not measured last."""
    lines: list[str] = []
    for group in dict.fromkeys(row.group for row in rows):
        members = [row for row in rows if row.group == group]
        base = next((row.microseconds for row in members if row.name == REFERENCE_EXPLAINED), None)
        lines += ["", group, f"{'engine':<40}{'version':<9}{'µs/case':>9}{'ratio':>8}  note"]
        lines += [_line(row, base) for row in sorted(members, key=_by_time)]
    return "\n".join(lines)


def report_growth(title: str, growths: Sequence[Growth]) -> str:
    """Return a table of growth: one line an engine, one column a size."""
    lines = ["", title, " " * 40 + "".join(f"{size:>9}" for size in growths[0].sizes)]
    for growth in growths:
        cells = "".join(
            f"{'–':>9}" if time is None else f"{time:9.1f}" for time in growth.microseconds
        )
        lines.append(f"{growth.name:<40}{cells}")
    return "\n".join(lines)


def _by_time(row: Row) -> float:
    return float("inf") if row.microseconds is None else row.microseconds


def _line(row: Row, base: float | None) -> str:
    if row.microseconds is None or base is None:
        figures = f"{'–':>9}{'–':>8}"
    else:
        figures = f"{row.microseconds:9.1f}{row.microseconds / base:8.2f}"
    return f"{row.name:<40}{row.version:<9}{figures}  {row.note}".rstrip()


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="Times one case: Convenio beside its peers.")
    parser.add_argument("--growth", action="store_true", help="also show how times grow")
    options = parser.parse_args()
    rows = measure()
    print(
        f"Convenio {convenio.__version__}, Python {platform.python_version()}, "
        f"{platform.machine()}; {RULES} rules, {CASES:,} cases checked, "
        f"best of {ROUNDS} rounds of {TIMED_CASES} cases; ratio to {REFERENCE_EXPLAINED}"
    )
    print(report(rows))
    if options.growth:
        print(report_growth("µs a case by number of rules", growth_with_rules()))
        print(report_growth("µs a case by share of unknown facts", growth_with_unknowns()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
