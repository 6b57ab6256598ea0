"""The tree of a file that was read: every value with its line and column."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from convenio.errors import Position, Problem, shorten
from convenio.messages import say

MAX_DEPTH = 32
MAX_NODES = 250_000
"""Values of one file. So many take 3 s and 130 MB; the largest table of an index has 170,000."""

MAX_TEXT = 20_000
"""Characters of one value: sixteen times the longest in any file that ships."""

MAX_KEY = 200
"""Characters of a key: the longest path of a fact has 33."""

_BIDI_CONTROLS = frozenset(
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"
)
_UNSEEN = frozenset({"Cc", "Cs"})
_NULL_WORDS = frozenset({"", "null", "~", "Null", "NULL"})


class Scalar(NamedTuple):
    """One written value. `plain` is false where it was quoted, and so is text for certain.

    `lead` is how many columns after `position` the text begins, or None where it runs over
    several lines, so that a place inside it can't be told.
    """

    text: str
    plain: bool
    position: Position
    lead: int | None = 0

    @property
    def is_null(self) -> bool:
        """True where nothing is stated: an empty value, `null` or `~`, unquoted."""
        return self.plain and self.text in _NULL_WORDS


class Sequence(NamedTuple):
    """A written list."""

    items: tuple[Node, ...]
    position: Position


class Mapping(NamedTuple):
    """A written mapping; `keys` are in the order of the file."""

    entries: dict[str, Node]
    keys: dict[str, Position]
    position: Position

    def get(self, key: str) -> Node | None:
        """Return the value under `key`, or None where it is absent or null."""
        node = self.entries.get(key)
        return None if isinstance(node, Scalar) and node.is_null else node


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read: its tree and the SHA-256 digest of its bytes."""

    root: Mapping | Sequence
    digest: str
    file: str


class RefusedError(Exception):
    """Stops reading at the first structural fault."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def scalar(text: str, plain: bool, position: Position, lead: int | None = 0) -> Scalar:
    """Return a scalar in Unicode's composed form; what a reader can't see is refused."""
    if len(text) > MAX_TEXT:
        raise RefusedError(
            Problem(
                position,
                "",
                say("the text is too long"),
                say("at most {MAX_TEXT:,} characters", MAX_TEXT=MAX_TEXT),
            )
        )
    if text.isascii() and text.isprintable():
        return Scalar(text, plain, position, lead)
    for char in text:
        unseen = unicodedata.category(char) in _UNSEEN and char not in "\n\t"
        if char in _BIDI_CONTROLS or unseen or ord(char) & 0xFFFE == 0xFFFE:
            raise RefusedError(
                Problem(
                    position,
                    "",
                    say("invisible control characters and marks of direction are refused"),
                    found=f"U+{ord(char):04X}",
                )
            )
    return Scalar(unicodedata.normalize("NFC", text), plain, position, lead)


def check_key(key: Scalar, keys: dict[str, Position]) -> None:
    """Refuse a key that is too long, or stands a second time in one mapping (both are named)."""
    if len(key.text) > MAX_KEY:
        raise RefusedError(
            Problem(
                key.position,
                "",
                say("the key is too long"),
                expected=say("at most {MAX_KEY} characters", MAX_KEY=MAX_KEY),
                found=shorten(key.text),
            )
        )
    if key.text in keys:
        first = keys[key.text]
        raise RefusedError(
            Problem(
                key.position,
                key.text,
                say(
                    "this key stands twice; the first is at line {line}, column {column}",
                    line=first.line,
                    column=first.column,
                ),
            )
        )


def refuse_excess(depth: int, count: int, position: Position) -> None:
    """Refuse a file that is nested too deeply or holds too many values."""
    if depth > MAX_DEPTH:
        raise RefusedError(
            Problem(
                position,
                "",
                say("nested too deeply"),
                say("at most {MAX_DEPTH} levels", MAX_DEPTH=MAX_DEPTH),
            )
        )
    if count > MAX_NODES:
        raise RefusedError(
            Problem(
                position,
                "",
                say("too many values"),
                say("at most {MAX_NODES:,}", MAX_NODES=MAX_NODES),
            )
        )
