"""The table of a dashboard as CSV, safe to open in a spreadsheet, and as data of its page."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from convenio.assessment.rating import Readings
from convenio.plain_text import safe_cell
from convenio.reports.dashboard.portfolio import LEVELS, UNRATED, CaseRow, Portfolio


def render_csv(portfolio: Portfolio) -> str:
    """Return one row for each case, and one for each that could not be read.

    The script of the page writes the same of what it shows. A cell that a spreadsheet would compute
    gets an apostrophe in front.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n", quoting=csv.QUOTE_ALL)
    names = columns(portfolio)
    writer.writerow([safe_cell(name) for name in names])
    for cells in _cells(portfolio):
        writer.writerow([safe_cell(cell) for cell in cells])
    for unread in portfolio.unread:
        cells = [unread.name, "error", unread.message]
        writer.writerow([safe_cell(cell) for cell in cells] + [""] * (len(names) - 3))
    return buffer.getvalue()


def columns(portfolio: Portfolio) -> list[str]:
    """Return the names of the columns, which are those of `convenio batch` where it has them."""
    readings = ("floor", "presumed", "ceiling")
    return [
        *("id", "status", "reason", "title", "as_of", "countries", "confidence"),
        *readings,
        *(f"{family}__{reading}" for family in portfolio.families for reading in readings),
        *("tests_run", "tests", "change"),
    ]


def _cells(portfolio: Portfolio) -> Iterator[list[str]]:
    moves = {one.case.id: one.move for one in portfolio.movers}
    for case in portfolio.cases:
        rated = (case.readings, *_of_families(case, portfolio))
        yield [
            *(case.id, "ok", "", case.title, case.as_of),
            *(" ".join(case.countries or ()), case.confidence or ""),
            *(rating for readings in rated for rating in readings),
            *(str(case.tests_run), str(case.tests), moves.get(case.id, "")),
        ]


def packed(portfolio: Portfolio, linked: frozenset[str]) -> list[list[Any]]:
    """Return the cases as data for the script of the page, in as few letters as will do.

    Of each: id, title, date, countries, confidence, ratings, tests run, tests, move, and 1 where a
    brief is linked. Ratings are digits, places in LEVELS: established, presumed and possible of
    the whole, then of each family.
    """
    moves = {one.case.id: one.move for one in portfolio.movers}
    return [
        [
            case.id,
            case.title,
            case.as_of,
            " ".join(case.countries or ()),
            case.confidence or "",
            "".join(map(_digits, (case.readings, *_of_families(case, portfolio)))),
            case.tests_run,
            case.tests,
            moves.get(case.id, ""),
            int(case.id in linked),
        ]
        for case in portfolio.cases
    ]


def _of_families(case: CaseRow, portfolio: Portfolio) -> list[Readings]:
    return [case.families.get(family, UNRATED) for family in portfolio.families]


def _digits(readings: Readings) -> str:
    return "".join(str(LEVELS.index(rating)) for rating in readings)
