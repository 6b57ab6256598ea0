"""Standard output and error on which no text of a stranger can act."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from convenio.plain_text import no_workflow_command, shown, shown_in_colour


class _Guarded:
    """A stream that writes control characters as escapes, and no line that is a command.

    On a terminal, colours stay.
    """

    def __init__(self, stream: TextIO) -> None:
        self.unguarded = stream
        self._escape = shown_in_colour if stream.isatty() else shown

    def write(self, text: str) -> int:
        self.unguarded.write(no_workflow_command(self._escape(text)))
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unguarded, name)


def unguarded(stream: TextIO) -> TextIO:
    """Return what stands behind a guarded stream, for output that means what it says.

    Such as the commands of `--format github`, whose texts are escaped one by one.
    """
    return getattr(stream, "unguarded", stream)


@contextmanager
def guarded_streams() -> Iterator[None]:
    """Let nothing reach a terminal or a build server inside the block but text and colours."""
    before = sys.stdout, sys.stderr
    for stream in before:
        if isinstance(stream, io.TextIOWrapper):
            # A terminal that can't show a letter shows its number.
            stream.reconfigure(errors="backslashreplace")
    sys.stdout, sys.stderr = (cast(TextIO, _Guarded(stream)) for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
