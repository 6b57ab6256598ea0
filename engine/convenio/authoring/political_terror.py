"""Makes a context table of the Political Terror Scale, from the file that its site gives.

The scale may not be shipped with the project; whoever downloads it has it in a table of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path

from convenio.authoring.index_file import (
    OLDEST,
    Figure,
    Imported,
    PublishedIndex,
    index_text,
    table_rows,
)
from convenio.errors import UsageError
from convenio.facts.values import country_codes
from convenio.messages import say

FACT = "context.political_terror"
LEVELS = ("1", "2", "3", "4", "5")
_SCORES = ("PTS_A", "PTS_H", "PTS_S")
_COUNTRY, _NAME, _YEAR = "WordBank_Code_A", "Country", "Year"
_ABSENT = ("", "NA")


def import_political_terror(file: Path) -> Imported:
    """Return the context table that a file of the Political Terror Scale gives.

    The level of a year holds from the next year on, when the year is over, until the next level
    that the file has, for `OLDEST` years at most. Of the readings of Amnesty International, Human
    Rights Watch and the Department of State the highest counts.

    Raises UsageError where the file can't be read or is no such table.
    """
    content = index_text(file)
    wanted = (_COUNTRY, _NAME, _YEAR, *_SCORES)
    found = table_rows(file, content, wanted, "table of the Political Terror Scale")
    levels: dict[str, dict[int, int]] = {}
    skipped: dict[str, None] = {}
    for number, row in found:
        scores = [_score(file, number, name, row[name]) for name in _SCORES]
        known = [score for score in scores if score is not None]
        if row[_COUNTRY] not in country_codes():
            skipped[row[_NAME] or row[_COUNTRY]] = None
        elif known:
            levels.setdefault(row[_COUNTRY], {})[_year(file, number, row[_YEAR])] = max(known)
    if not levels:
        raise UsageError(say("{file}: no level of any state could be read", file=file))
    years = [year for of_one in levels.values() for year in of_one]
    span = (min(years), max(years))
    first, last = span
    index = PublishedIndex(
        "pts",
        "pts",
        f"Political Terror Scale, {first} to {last}",
        "Political Terror Scale project",
        "https://www.politicalterrorscale.org",
    )
    covers = (first + 1, last + 1 + OLDEST)
    text = index.table(FACT, covers, file, content, _figures(levels))
    return Imported({"political_terror": text}, len(levels), span, tuple(skipped))


def _score(file: Path, number: int, column: str, text: str) -> int | None:
    if text in _ABSENT:
        return None
    if text not in LEVELS:
        raise UsageError(
            say(
                "{file}:{number}: {column}: expected 1 to 5 or NA, found '{text}'",
                file=file,
                number=number,
                column=column,
                text=text,
            )
        )
    return int(text)


def _year(file: Path, number: int, text: str) -> int:
    if not text.isdecimal() or not 1900 <= int(text) <= dt.MAXYEAR - OLDEST - 1:
        raise UsageError(
            say(
                "{file}:{number}: {YEAR}: expected a year, found '{text}'",
                file=file,
                number=number,
                YEAR=_YEAR,
                text=text,
            )
        )
    return int(text)


def _figures(levels: Mapping[str, Mapping[int, int]]) -> Iterator[Figure]:
    for country, of_one in sorted(levels.items()):
        for start, end, level, years in _periods(of_one):
            yield Figure(country, start, end, level, years)


def _periods(levels: Mapping[int, int]) -> Iterator[tuple[int, int, int, str]]:
    """Yield from which year until which (exclusive) a level holds, and of which years it is."""
    known = sorted(levels)
    begun = known[0]
    for year, following in zip(known, [*known[1:], None], strict=True):
        end = year + 1 + OLDEST if following is None else min(following, year + OLDEST) + 1
        goes_on = following == year + 1 and levels[following] == levels[year]
        if not goes_on:
            years = str(begun) if begun == year else f"{begun} to {year}"
            yield begun + 1, end, levels[year], years
            begun = following or year
