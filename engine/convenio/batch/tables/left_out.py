"""Tells which rows of a table are no cases: totals, what stands below, and what states nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convenio.backends.frames.columns import ID
from convenio.batch.tables.headers import SHOWN
from convenio.batch.tables.table import ROW
from convenio.errors import CaseError
from convenio.messages import say

TOTAL = (
    r"(?i)^\W*((sub-?)?(grand |sum )?tota(l|is|les|le|ux)\b( general| geral)?"
    r"|suma|soma|sum|somme|summe|gesamt(summe)?|insgesamt|合計|总计)\W*(\(?\d*\)?|:.*)\W*$"
)
"""What a row is called that adds up the others."""
LIKE_TOTAL = r"(?i)^\W*(sub-?)?(grand )?tota(l|is|les)\b"
"""How the name of such a row begins where more is said in it; a company may be called so."""
BELOW = (
    r"(?i)^\W*(sources?\b|fuentes?\b|fontes?\b|quellen?\b|not(e|a)s?\b|observa|elabora(ci|ç)"
    r"|©|\(c\))"
)
"""How lines below a table begin that are no part of it."""
_MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The rows of a table that are no cases, by number from 1, and why."""

    rows: frozenset[int]
    below: tuple[str, ...]
    headers: tuple[int, ...]
    """Rows that hold the names of the columns again."""
    doubtful: Mapping[int, str]
    """What rows are called that may be totals and may be cases."""
    silent: Mapping[int, str]
    """Ids of rows that state no fact."""
    nameless: tuple[int, ...]
    height: int

    def told(self) -> tuple[str, ...]:
        """Tell of the rows that are no cases by what they hold."""
        told = []
        if self.below:
            told.append(f"left out below or as a total: {', '.join(self.below)}")
        if self.headers:
            told.append(
                "left out, since the header stands there again: row "
                f"{listed(map(str, self.headers))}"
            )
        return tuple(told)

    def faults(self, path: Path) -> tuple[str, ...]:
        """Tell of each row that ought to have been a case.

        Raises CaseError where most rows state nothing.
        """
        silent = {n: f"row {n} ({name})" for n, name in sorted(self.silent.items())}
        cases = self.height - len(self.rows) + len(silent)
        if 2 * len(silent) > cases:
            raise CaseError(
                say(
                    "{path}: {count:,} of {cases:,} rows state no fact, so nothing "
                    "is rated: {values}",
                    path=path,
                    count=len(silent),
                    cases=cases,
                    values=listed(silent.values()),
                )
            )
        told = {n: f"{path}: {row} states no fact; not rated" for n, row in silent.items()}
        told |= {n: f"{path}: row {n} has no id; not rated" for n in self.nameless}
        told |= {
            n: f"{path}: row {n} ({name}) is called like a total and may be a case; not rated"
            for n, name in self.doubtful.items()
        }
        texts = [text for _, text in sorted(told.items())]
        more = len(texts) - _MOST_TOLD
        return (*texts[:_MOST_TOLD], *([f"{path}: and {more:,} more such rows"] * (more > 0)))


def left_out(
    suspects: Sequence[Mapping[str, Any]], height: int, told_elsewhere: frozenset[str]
) -> LeftOut:
    """Return which of some rows are no cases; `told_elsewhere` are ids with rows in other tables.

    A row tells its number and id, and whether it `states` facts, `anything` or `more` than numbers,
    is called like a `total` or nearly so (`like_total`), or is the `header` again.
    """
    rows: set[int] = set()
    below: list[str] = []
    headers: list[int] = []
    doubtful: dict[int, str] = {}
    silent: dict[int, str] = {}
    nameless: list[int] = []
    last = height
    # From the end: what stands below a table is told by nothing but that coming after it.
    for row in reversed(suspects):
        number, name = row[ROW], row[ID]
        is_last = number == last
        if not row["anything"]:
            rows.add(number)
        elif row["header"]:
            headers.insert(0, number)
            rows.add(number)
        elif (row["total"] and row["more"]) or (
            row["like_total"] and row["states"] and not row["total"]
        ):
            doubtful[number] = name
            rows.add(number)
        elif row["total"] or (is_last and not row["states"] and re.match(BELOW, name or "")):
            below.insert(0, name)
            rows.add(number)
        elif name is None:
            nameless.append(number)
            rows.add(number)
        elif not row["states"] and name not in told_elsewhere:
            silent[number] = name
            rows.add(number)
        if is_last and number in rows:
            last -= 1
    return LeftOut(
        frozenset(rows), tuple(below), tuple(headers), doubtful, silent, tuple(nameless), height
    )


def listed(texts: Iterable[str]) -> str:
    """Return the first of some texts, and how many more there are."""
    every = list(texts)
    more = f" and {len(every) - SHOWN:,} more" if len(every) > SHOWN else ""
    return ", ".join(every[:SHOWN]) + more
