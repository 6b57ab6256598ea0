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
from typing import Any

from convenio.errors import EngineError


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
        yield executor
    except BrokenProcessPool as fault:
        raise EngineError(
            "a process ended before its work did (perhaps there was too little memory); "
            "no result is given"
        ) from fault
    finally:
        executor.shutdown(cancel_futures=True)


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
