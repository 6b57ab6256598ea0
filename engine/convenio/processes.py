"""Processes that work beside this one, and end when it does."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection, parent_process
from multiprocessing.context import BaseContext
from types import FrameType
from typing import Any

from convenio.errors import EngineError
from convenio.messages import say


@contextmanager
def process_pool(
    workers: int,
    start: Callable[..., None],
    settings: tuple[Any, ...] = (),
    context: BaseContext | None = None,
) -> Iterator[ProcessPoolExecutor]:
    """Yield a pool whose processes end with this one, however it ends.

    Each process calls `start(*settings)` first. What was not begun when the block is left is
    dropped. Raises EngineError where a process was ended from outside: results would be missing.
    """
    executor = ProcessPoolExecutor(
        workers, mp_context=context, initializer=_start, initargs=(start, settings)
    )
    try:
        with _signals_deferred():
            # Processes are made as tasks come; one whose making is cut short complains.
            for _ in range(workers):
                executor.submit(_nothing)
        yield executor
    except BrokenProcessPool as fault:
        raise EngineError(
            say(
                "a process ended before its work did (perhaps there was too "
                "little memory); no result is given"
            )
        ) from fault
    finally:
        executor.shutdown(cancel_futures=True)


@contextmanager
def _signals_deferred() -> Iterator[None]:
    """Hold back what would end this process, until the block is left."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        arrived.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for late in dict.fromkeys(arrived):
            signal.raise_signal(late)


def _nothing() -> None:
    """Do nothing, in a process that is made for it."""


def _start(start: Callable[..., None], settings: tuple[Any, ...]) -> None:
    # Ctrl-C reaches every process of a terminal; the parent alone tells of it and ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    start(*settings)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
