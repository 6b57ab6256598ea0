"""Paths of facts: `terms.end`, `activities[1].place` of one entry, `activities[].place` of all."""

from __future__ import annotations

from typing import NamedTuple


class EntryPath(NamedTuple):
    """The path of a list's entry, or of one of its fields: list, place from 0, field or ""."""

    list: str
    place: int
    field: str


def owner_of(path: str) -> str:
    """Return the fact of the case that a path is of, or is of a part of.

    >>> owner_of("activities[1].place"), owner_of("activities[].place"), owner_of("terms.end")
    ('activities', 'activities', 'terms.end')
    """
    return path.partition("[")[0]


def entry_of(path: str) -> EntryPath | None:
    """Return the parts of the path of a list's entry; None for any other path.

    >>> entry_of("activities[1].place")
    EntryPath(list='activities', place=1, field='place')
    >>> entry_of("activities[1]")
    EntryPath(list='activities', place=1, field='')
    """
    owner, _, rest = path.partition("[")
    number, _, name = rest.partition("]")
    if not number:
        return None
    return EntryPath(owner, int(number), name.removeprefix("."))


def field_of(path: str) -> str:
    """Return the field that a path names within a list's entries, or an empty text.

    >>> field_of("activities[].place"), field_of("terms.end")
    ('place', '')
    """
    return path.partition("].")[2]


def every_entry(path: str) -> str:
    """Return the path of a field of one entry as that of the field of all.

    >>> every_entry("activities[1].place")
    'activities[].place'
    """
    entry = entry_of(path)
    return path if entry is None else f"{entry.list}[].{entry.field}"
