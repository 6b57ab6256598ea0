"""What a command does when the system asks it to end."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

TERMINATED = 128 + signal.SIGTERM
"""Exit code of a command that was asked to end, as shells count it."""


class Terminated(BaseException):
    """The system asks the command to end (SIGTERM): what is half done is cleaned up first."""


@contextmanager
def ended_tidily() -> Iterator[None]:
    """Let SIGTERM raise Terminated inside the block, where this is the process's first thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(_number: int, _frame: FrameType | None) -> None:
    # Asked twice, the process ends at once.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise Terminated
