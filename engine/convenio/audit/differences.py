"""Names where a result differs from what the same case and pack give again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from convenio.errors import shorten
from convenio.messages import Message, say

_NAMES = ("rule", "path", "key")
"""What tells the members of a list apart, where they have it."""


def differences(told: Any, found: Any, where: str = "") -> Iterator[str]:
    """Yield a line for each value that is not the same in what is told and what is found.

    >>> list(differences({"a": [{"rule": "R-1", "verdict": "clear"}]},
    ...                  {"a": [{"rule": "R-1", "verdict": "flag"}]}))
    ['a R-1 verdict: "clear" is told; re-evaluated, it is "flag"']
    """
    if isinstance(told, Mapping) and isinstance(found, Mapping):
        yield from _of_mappings(told, found, where)
    elif isinstance(told, Sequence) and isinstance(found, Sequence) and not isinstance(told, str):
        yield from _of_lists(told, found, where)
    elif told != found or type(told) is not type(found):
        place = where or say("the whole")
        yield _other(place, told, found)


def _of_mappings(told: Mapping[str, Any], found: Mapping[str, Any], where: str) -> Iterator[str]:
    for name in dict.fromkeys((*told, *found)):
        place = f"{where} {name}".strip()
        if name not in found:
            yield _none(place, told[name])
        elif name not in told:
            yield _gone(place, found[name])
        else:
            yield from differences(told[name], found[name], place)


def _of_lists(told: Sequence[Any], found: Sequence[Any], where: str) -> Iterator[str]:
    name = _name_of(told, found)
    if name is not None:
        named_told, named_found = ({e[name]: e for e in entries} for entries in (told, found))
        lines = list(_of_mappings(named_told, named_found, where))
        yield from lines
        if not lines and [e[name] for e in told] != [e[name] for e in found]:
            yield say("{place}: the order was changed", place=where)
        return
    for number in range(max(len(told), len(found))):
        place = f"{where} {number + 1}".strip()
        if number >= len(found):
            yield _none(place, told[number])
        elif number >= len(told):
            yield _gone(place, found[number])
        else:
            yield from differences(told[number], found[number], place)


def _other(place: str, told: Any, found: Any) -> Message:
    return say(
        "{place}: {told} is told; re-evaluated, it is {found}",
        place=place,
        told=_shown(told),
        found=_shown(found),
    )


def _none(place: str, told: Any) -> Message:
    return say(
        "{place}: {told} is told; re-evaluated, there is none", place=place, told=_shown(told)
    )


def _gone(place: str, found: Any) -> Message:
    return say(
        "{place}: this was taken out; re-evaluated, it is {found}", place=place, found=_shown(found)
    )


def _name_of(told: Sequence[Any], found: Sequence[Any]) -> str | None:
    """Return the key whose values name the members of both lists, each once."""
    for name in _NAMES:
        for entries in (told, found):
            values = [e.get(name) for e in entries if isinstance(e, Mapping)]
            texts = [value for value in values if isinstance(value, str)]
            if len(texts) != len(entries) or len(set(texts)) != len(texts):
                break
        else:
            return name
    return None


def _shown(value: Any) -> str:
    return shorten(json.dumps(value, ensure_ascii=False), 80)
