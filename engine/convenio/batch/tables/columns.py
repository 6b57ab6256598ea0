"""Which columns a table may have, and what the names in a header mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from convenio.backends.frames.columns import (
    AS_OF,
    ID,
    POSITION,
    FrameColumn,
    case_columns,
    child_columns,
)
from convenio.facts.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a table may have: what each holds, by name, and those that are no facts."""

    holds: Mapping[str, str]
    keys: tuple[str, ...]
    folded: Mapping[str, str]
    """The columns by their names in small letters."""
    lists: frozenset[str] = frozenset()
    wanted: tuple[str, ...] = ()
    """What a mapping reads; nothing where columns are called like facts."""

    def named(self, written: str) -> str | None:
        """Return the column that a header means: as written, or once case and blanks are folded."""
        if written in self.holds or written in self.keys or written in self.lists:
            return written
        return self.folded.get(folded(written))

    def holding(self, names: Iterable[str], *kinds: str) -> list[str]:
        """Return those of some columns that hold values of one of the kinds."""
        return [name for name in names if self._kind(name) in kinds]

    def _kind(self, name: str) -> str:
        if name == AS_OF:
            return "date"
        return self.holds.get(name) or self.holds.get(name.replace("__", ".", 1), "")

    def is_fact(self, name: str) -> bool:
        """Tell whether a column states something of a case."""
        return name not in self.keys and (bool(self._kind(name)) or name in self.lists)


def columns_of_cases(catalogue: Catalogue) -> Columns:
    """Return the columns of a table of cases."""
    lists = [path for path, fact in catalogue.facts.items() if fact.type.kind == "list"]
    return _columns(case_columns(catalogue), (ID, AS_OF), lists)


def columns_of_list(catalogue: Catalogue, path: str) -> Columns:
    """Return the columns of the table of a list's elements; none where there is no such list."""
    declared = catalogue.facts.get(path)
    is_list = declared is not None and declared.type.kind == "list"
    return _columns(child_columns(catalogue, path) if is_list else (), (ID, POSITION))


def _columns(
    known: Iterable[FrameColumn], keys: tuple[str, ...], lists: Sequence[str] = ()
) -> Columns:
    holds = {column.name: column.holds for column in known}
    by_form = {
        form: name
        for name in (*holds, *keys, *lists)
        for form in (folded(name), folded(name).replace(".", "__"))
    }
    return Columns(holds, keys, by_form, frozenset(lists))


def folded(name: str) -> str:
    """Return a name in small letters, without blanks or a `;` around it, and _ for those inside.

    >>> folded(" Local  production;")
    'local_production'
    """
    return re.sub(r"\s+", "_", name.strip().rstrip(";").rstrip().casefold())
