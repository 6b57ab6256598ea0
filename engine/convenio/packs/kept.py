"""Writes a pack that was read as plain data, and makes it again from them.

What is written is JSON: one list of parts, each a plain value or a kind followed by the numbers of
the earlier parts that it is made of. A kind is a container, a date, a path or one of the classes
that packs consist of (`_CLASSES`); nothing else can be named, so that reading runs no code but
theirs.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from convenio import errors
from convenio.documents import tree
from convenio.facts import case, catalogue, sentences
from convenio.facts.models import FactModels
from convenio.language import formula, syntax
from convenio.packs import (
    checks,
    compile,
    constitutions,
    context,
    law,
    pack,
    periods,
    policy,
    presumptions,
    rule,
)
from convenio.packs.pack import Pack

_MODULES = (
    errors,
    tree,
    case,
    catalogue,
    sentences,
    formula,
    syntax,
    checks,
    compile,
    constitutions,
    context,
    law,
    pack,
    periods,
    policy,
    presumptions,
    rule,
)


class NotPlainError(Exception):
    """A pack holds something that can't be written as data, or data are no pack."""


def _is_of_data(kind: type) -> bool:
    return dataclasses.is_dataclass(kind) or (issubclass(kind, tuple) and hasattr(kind, "_fields"))


def _classes() -> Iterator[type]:
    for module in _MODULES:
        for name, value in sorted(vars(module).items()):
            own = isinstance(value, type) and value.__module__ == module.__name__
            if own and not name.startswith("_") and _is_of_data(value):
                yield value


def _fields(kind: type) -> tuple[str, ...]:
    if dataclasses.is_dataclass(kind):
        own = (field.name for field in dataclasses.fields(kind) if field.init)
        # Models are made of the catalogue, when they are needed.
        return tuple(name for name in own if not (kind is Pack and name == "models"))
    names: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]
    return names


_CLASSES = tuple(_classes())
_FIELDS = {kind: _fields(kind) for kind in _CLASSES}


def _pack(*values: Any) -> Pack:
    stated = dict(zip(_FIELDS[Pack], values, strict=True))
    return Pack(**stated, models=FactModels(stated["catalogue"]))


_Make = Callable[..., Any]
_CONTAINERS: tuple[tuple[type, _Make], ...] = (
    (tuple, lambda *parts: parts),
    (list, lambda *parts: list(parts)),
    (frozenset, lambda *parts: frozenset(parts)),
    (dict, lambda *parts: dict(zip(parts[::2], parts[1::2], strict=True))),
    (dt.date, dt.date),
    (type(Path()), Path),
)
_MAKERS: tuple[_Make, ...] = (
    *(make for _, make in _CONTAINERS),
    *(_pack if kind is Pack else kind for kind in _CLASSES),
)
_KINDS = {kind: n for n, kind in enumerate((*(kind for kind, _ in _CONTAINERS), *_CLASSES))}


def to_data(pack: Pack) -> bytes:
    """Return a pack, with what is compiled of its rules, as JSON.

    Raises NotPlainError where a part of it is neither a plain value nor of a known class.
    """
    writer = _Writer()
    writer.number(pack)
    writer.number(pack.compiled)
    return json.dumps(writer.parts, ensure_ascii=True, separators=(",", ":")).encode("ascii")


def from_data(data: bytes) -> Pack:
    """Make a pack again from what `to_data` gave.

    Raises NotPlainError where the data are none of a pack.

    >>> from convenio import load_pack
    >>> from_data(to_data(load_pack("core"))).title
    'Security cooperation in the Americas'
    """
    made: list[Any] = []
    append = made.append
    whole: Pack | None = None
    try:
        for part in json.loads(data):
            if part.__class__ is not list:
                append(part)
                continue
            built = _MAKERS[part[0]](*[made[number] for number in part[1:]])
            if built.__class__ is Pack:
                whole = built
            append(built)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as fault:
        raise NotPlainError(str(fault)) from None
    if whole is None or not isinstance(made[-1], compile.CompiledPack):
        raise NotPlainError("these data hold no pack")
    # Where a cached property keeps what it found.
    whole.__dict__["compiled"] = made[-1]
    return whole


class _Writer:
    """Numbers parts, the same part once; `parts` stand after what they are made of."""

    def __init__(self) -> None:
        self.parts: list[Any] = []
        self._numbers: dict[Any, int] = {}
        self._held: list[Any] = []

    def number(self, value: Any) -> int:
        plain = value is None or isinstance(value, str | int | float)
        key = (type(value), value) if plain else id(value)
        if key not in self._numbers:
            part = (
                value if plain else [_KINDS.get(type(value)), *map(self.number, _parts_of(value))]
            )
            # What is numbered by its identity must outlive the writing.
            self._held.append(value)
            self._numbers[key] = len(self.parts)
            self.parts.append(part)
        return self._numbers[key]


def _parts_of(value: Any) -> Iterable[Any]:
    kind = type(value)
    if kind in _FIELDS:
        return [getattr(value, name) for name in _FIELDS[kind]]
    if kind in (tuple, list):
        return list(value)
    if kind is frozenset:
        # The same pack gives the same bytes, whatever order its sets have in memory.
        return sorted(value, key=str)
    if kind is dict:
        return [part for pair in value.items() for part in pair]
    if kind is dt.date:
        return (value.year, value.month, value.day)
    if kind is type(Path()):
        return (str(value),)
    raise NotPlainError(f"{kind.__module__}.{kind.__qualname__} is no part of a pack")
