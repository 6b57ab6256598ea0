"""Reads JSON with positions, which the standard library's reader does not keep."""

from __future__ import annotations

import bisect
import re

from convenio.documents.tree import (
    Mapping,
    Node,
    RefusedError,
    Sequence,
    check_key,
    refuse_excess,
    scalar,
)
from convenio.errors import Position, Problem
from convenio.messages import say

_JSON_SPACE = re.compile(r"[ \t\r\n]*")
_JSON_PLAIN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null")
_JSON_STRING = re.compile(r'"((?:[^"\\\x00-\x1f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*)"')
_JSON_ESCAPE = re.compile(
    r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})|\\u(.{4})|\\(.)"
)
_JSON_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def _unescape(match: re.Match[str]) -> str:
    high, low, code, letter = match.groups()
    if high:
        return chr(0x10000 + ((int(high, 16) - 0xD800) << 10) + (int(low, 16) - 0xDC00))
    if code:
        return chr(int(code, 16))
    return _JSON_LETTERS.get(letter, letter)


class JsonReader:
    """A JSON reader that keeps positions, which the standard library's does not."""

    def __init__(self, text: str, name: str, first_line: int = 1) -> None:
        self._text = text
        self._name = name
        self._first_line = first_line
        self._index = 0
        self._line_starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self._count = 0

    def read(self) -> Node:
        """Return the tree of the whole text."""
        root = self._value(1)
        self._space()
        if self._index < len(self._text):
            raise self._refusal("text after the end of the value")
        return root

    def _at(self, index: int) -> Position:
        line = bisect.bisect_right(self._line_starts, index)
        column = index - self._line_starts[line - 1] + 1
        return Position(self._name, line + self._first_line - 1, column)

    def _refusal(self, message: str) -> RefusedError:
        position = self._at(self._index)
        return RefusedError(
            Problem(position, "", say("this is not valid JSON: {message}", message=message))
        )

    def _space(self) -> None:
        match = _JSON_SPACE.match(self._text, self._index)
        self._index = match.end() if match else self._index

    def _value(self, depth: int) -> Node:
        self._space()
        position = self._at(self._index)
        self._count += 1
        refuse_excess(depth, self._count, position)
        start = self._text[self._index : self._index + 1]
        if start == "{":
            return self._mapping(position, depth)
        if start == "[":
            return self._sequence(position, depth)
        if start == '"':
            return scalar(self._string(), False, position)
        match = _JSON_PLAIN.match(self._text, self._index)
        if not match:
            raise self._refusal("a value is expected")
        self._index = match.end()
        return scalar(match.group(), True, position)

    def _string(self) -> str:
        match = _JSON_STRING.match(self._text, self._index)
        if not match:
            raise self._refusal("a text in double quotes is expected, without control characters")
        self._index = match.end()
        return _JSON_ESCAPE.sub(_unescape, match.group(1))

    def _next(self, closing: str) -> bool:
        """Step over a comma (True) or the closing bracket (False)."""
        self._space()
        char = self._text[self._index : self._index + 1]
        if char not in (",", closing) or not char:
            raise self._refusal(f"',' or '{closing}' is expected")
        self._index += 1
        return char == ","

    def _empty(self, closing: str) -> bool:
        self._index += 1
        self._space()
        if self._text.startswith(closing, self._index):
            self._index += 1
            return True
        return False

    def _sequence(self, position: Position, depth: int) -> Sequence:
        items: list[Node] = []
        if not self._empty("]"):
            items.append(self._value(depth + 1))
            while self._next("]"):
                items.append(self._value(depth + 1))
        return Sequence(tuple(items), position)

    def _mapping(self, position: Position, depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        keys: dict[str, Position] = {}
        more = not self._empty("}")
        while more:
            self._space()
            key_position = self._at(self._index)
            key = scalar(self._string(), False, key_position)
            check_key(key, keys)
            self._space()
            if not self._text.startswith(":", self._index):
                raise self._refusal("':' is expected")
            self._index += 1
            keys[key.text] = key.position
            entries[key.text] = self._value(depth + 1)
            more = self._next("}")
        return Mapping(entries, keys, position)
