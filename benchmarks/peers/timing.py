"""Times several engines in turn, so that whatever else the machine does hits all of them alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

WARM_UP = 20
"""Cases that are asked before the first round: enough for an engine to make what it makes once."""


@dataclass(frozen=True, slots=True)
class Task:
    """Something to be timed: a call, and the cases it is made with one by one."""

    name: str
    call: Callable[[Any], object]
    cases: Sequence[Any]


def best_times(tasks: Sequence[Task], rounds: int, size: int) -> dict[str, float]:
    """Return for each task the microseconds a case of its best round.

    A round runs every task once, each over the same `size` cases. Each round begins with another
    task and takes further cases while there are any, so that nothing is gained by remembering.
    """
    for task in tasks:
        _seconds(task, 0, WARM_UP)
    best = dict.fromkeys((task.name for task in tasks), float("inf"))
    for number in range(rounds):
        start = number % len(tasks)
        for task in (*tasks[start:], *tasks[:start]):
            seconds, count = _seconds(task, number * size % len(task.cases), size)
            best[task.name] = min(best[task.name], seconds / count)
    return {name: seconds * 1e6 for name, seconds in best.items()}


def _seconds(task: Task, first: int, size: int) -> tuple[float, int]:
    """Return how long a task takes for some of its cases, and how many those are."""
    # What one task leaves behind is not collected at the cost of the next one.
    gc.collect()
    call, cases = task.call, task.cases[first : first + size]
    start = time.perf_counter()
    for case in cases:
        call(case)
    return time.perf_counter() - start, len(cases)
