"""Times several tasks in turn, so that whatever else the machine does hits all of them alike."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

Run = Callable[[], Any]
Prepared = Callable[[], Run]
"""Gives the call that is timed; what it does to make that call is not counted."""

Key = TypeVar("Key")
SLOW_SECONDS = 1.0
SLOW_ROUNDS = 3
ROUND_SECONDS = 0.2
"""Enough for ten runs over a million rows by hand, whose times would else be the least steady."""


def always(run: Run) -> Prepared:
    """Return what gives the same call to every round."""
    return lambda: run


def best_interleaved(
    tasks: Mapping[Key, Prepared], rounds: int, turn_seconds: float = 0
) -> dict[Key, float]:
    """Return the seconds of the best run of each task.

    Every round begins with another task. A task runs once in its turn, and again until the turn
    has taken `turn_seconds`; one that takes over a second has three rounds.
    """
    names = list(tasks)
    best = dict.fromkeys(names, float("inf"))
    for number in range(rounds):
        start = number % len(names)
        for name in (*names[start:], *names[:start]):
            if number < SLOW_ROUNDS or best[name] < SLOW_SECONDS:
                best[name] = min(best[name], _best_of_turn(tasks[name], turn_seconds))
    return best


def _best_of_turn(task: Prepared, turn_seconds: float) -> float:
    # What one task leaves behind is not collected at the cost of the next one.
    gc.collect()
    best = spent = _seconds(task())
    while spent < turn_seconds:
        seconds = _seconds(task())
        best, spent = min(best, seconds), spent + seconds
    return best


def _seconds(run: Run) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
