"""Reads what a person types, line by line."""

from __future__ import annotations

from convenio.cli.telling import tell
from convenio.errors import UsageError
from convenio.messages import say
from convenio.plain_text import has_unseen


def typed(prompt: str) -> str:
    """Return a line that was typed; one with control characters is asked for again.

    Raises UsageError where standard input holds bytes that are no text, EOFError at its end.
    """
    while True:
        try:
            answer = input(prompt)
        except UnicodeDecodeError:
            raise UsageError(say("standard input is not text in UTF-8")) from None
        if not has_unseen(answer):
            return answer
        tell(say("invisible control characters and marks of direction are refused"))
