"""Texts of strangers that a terminal, a spreadsheet or a build server would take for commands."""

from __future__ import annotations

import re

ACTIVE = ("=", "+", "-", "@", "\t", "\r", "\0")
"""What a cell begins with that a spreadsheet would compute
(https://owasp.org/www-community/attacks/CSV_Injection)."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)
"""Control characters, marks of direction, halves of characters; no tab and no line feed."""
_COLOUR = re.compile(r"(\x1b\[(?:(?:0|1|2|3|4|22|23|24|3[0-9]|9[0-7])(?:;\d{1,3})*)?m)")
"""What colours make of a text; hiding it (8) is none of them."""
_WORKFLOW_COMMAND = re.compile(r"^([ \t]*)(:)(?=:)|^([ \t]*)(#)(?=#\[)", re.MULTILINE)
"""How a line begins that GitHub takes for a command
(https://docs.github.com/actions/reference/workflow-commands-for-github-actions)."""


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula.

    >>> safe_cell("=1+1")
    "'=1+1"
    """
    return "'" + text if text.startswith(ACTIVE) else text


def has_unseen(text: str) -> bool:
    """Tell whether a text holds what a reader can't see and a terminal may obey; a line feed too.

    >>> has_unseen("deal.yaml"), has_unseen("deal\\n::error::.yaml")
    (False, True)
    """
    return "\n" in text or _UNSEEN.search(text) is not None


def shown(text: str) -> str:
    r"""Return a text as a terminal may show it: what can't be seen is written as an escape.

    >>> shown("\x1b]0;owned\x07 plain")
    '\\x1b]0;owned\\x07 plain'
    """
    return _UNSEEN.sub(_escaped, text)


def shown_in_colour(text: str) -> str:
    r"""Return a text as `shown` does, but leave colours.

    >>> shown_in_colour("\x1b[31mred\x1b[0m \x1b[2J")
    '\x1b[31mred\x1b[0m \\x1b[2J'
    """
    parts = _COLOUR.split(text)
    return "".join(part if place % 2 else shown(part) for place, part in enumerate(parts))


def no_workflow_command(text: str) -> str:
    """Return lines of which a build server takes none for a command.

    >>> no_workflow_command("::error::all is lost")
    '\\\\x3a:error::all is lost'
    """
    return _WORKFLOW_COMMAND.sub(
        lambda found: (found[1] or found[3] or "") + _hexadecimal(found[2] or found[4]), text
    )


def _escaped(found: re.Match[str]) -> str:
    return _hexadecimal(found[0])


def _hexadecimal(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
