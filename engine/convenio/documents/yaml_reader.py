"""Reads YAML through libyaml's events; what may not stand in a file is refused there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from convenio.documents.tree import (
    Mapping,
    Node,
    RefusedError,
    Scalar,
    Sequence,
    check_key,
    refuse_excess,
    scalar,
)
from convenio.errors import Position, Problem, shorten
from convenio.messages import say


def read_yaml(text: str, name: str) -> Node:
    """Return the tree of a YAML text; `name` stands in positions."""
    if not hasattr(yaml, "CSafeLoader"):
        raise RefusedError(Problem(Position(name), "", say("PyYAML was built without libyaml")))
    try:
        # `yaml.parse` would ask before each event whether there is one.
        events = iter(yaml.CSafeLoader(text).get_event, None)
        return _YamlReader(events, name).read()
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        position = Position(name, mark.line + 1, mark.column + 1) if mark else Position(name)
        raise RefusedError(
            Problem(
                position,
                "",
                say("this is not valid YAML: {value}", value=fault.problem or fault.context),
            )
        ) from None
    except yaml.reader.ReaderError as fault:
        raise RefusedError(
            Problem(
                _offset_position(text, fault.position, name),
                "",
                say("this is not valid YAML: {reason}", reason=fault.reason),
            )
        ) from None
    except yaml.YAMLError as fault:
        raise RefusedError(
            Problem(
                Position(name),
                "",
                say("this is not valid YAML: {fault}", fault=shorten(str(fault))),
            )
        ) from None


def _offset_position(text: str, offset: int, name: str) -> Position:
    """Return the position of a byte of the text, which is how libyaml counts."""
    before = text.encode()[:offset].decode(errors="ignore")
    return Position(name, before.count("\n") + 1, len(before) - before.rfind("\n"))


def _refuse_without_colon(key: Scalar, value: Any) -> None:
    """Refuse `{note: first half, second half}`, which YAML reads as a second key without a value.

    After a colon an empty value begins behind the key's own end; where none is, on it.
    """
    if not isinstance(value, yaml.ScalarEvent) or value.value or value.style or not key.text:
        return
    mark = value.start_mark
    if (
        key.plain
        and mark
        and (mark.line + 1, mark.column + 1)
        == (
            key.position.line,
            key.position.column + len(key.text),
        )
    ):
        raise RefusedError(
            Problem(
                key.position,
                "",
                say("no colon follows: inside { } a comma ends a text"),
                expected=say('the whole text in double quotes, such as {note: "one, two"}'),
                found=shorten(key.text),
            )
        )


class _YamlReader:
    """Builds the tree from libyaml's events and refuses what may not stand in a file."""

    def __init__(self, events: Iterator[Any], name: str) -> None:
        self._events = events
        self._name = name
        self._count = 0

    def read(self) -> Node:
        root: Node | None = None
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                raise RefusedError(
                    Problem(self._at(event), "", say("the file holds more than one document"))
                )
            if isinstance(event, (yaml.StreamStartEvent, yaml.StreamEndEvent)):
                continue
            if isinstance(event, (yaml.DocumentStartEvent, yaml.DocumentEndEvent)):
                continue
            root = self._node(event, 1)
        return root or Scalar("", True, Position(self._name, 1, 1))

    def _at(self, event: Any) -> Position:
        mark = event.start_mark
        return Position(self._name, mark.line + 1, mark.column + 1)

    def _node(self, event: Any, depth: int) -> Node:
        position = self._at(event)
        self._count += 1
        refuse_excess(depth, self._count, position)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise RefusedError(
                Problem(position, "", say("anchors (&) and aliases (*) are refused"))
            )
        if event.tag is not None:
            raise RefusedError(
                Problem(position, "", say("tags are refused"), found=shorten(event.tag))
            )
        if isinstance(event, yaml.ScalarEvent):
            start, end = event.start_mark, event.end_mark
            one_line = start is not None and end is not None and start.line == end.line
            lead = int(bool(event.style)) if one_line else None
            return scalar(event.value, not event.style, position, lead)
        if isinstance(event, yaml.SequenceStartEvent):
            return Sequence(tuple(self._items(depth)), position)
        return self._mapping(position, depth)

    def _items(self, depth: int) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, yaml.SequenceEndEvent):
                return
            yield self._node(event, depth + 1)

    def _mapping(self, position: Position, depth: int) -> Mapping:
        entries: dict[str, Node] = {}
        keys: dict[str, Position] = {}
        for event in self._events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise RefusedError(Problem(key.position, "", say("a key must be a single word")))
            check_key(key, keys)
            keys[key.text] = key.position
            value = next(self._events)
            _refuse_without_colon(key, value)
            entries[key.text] = self._node(value, depth + 1)
        return Mapping(entries, keys, position)
