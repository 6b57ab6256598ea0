"""Functions of the language that count: what holds of them for every pair of dates."""

from __future__ import annotations

import calendar
import datetime as dt
import random
import warnings

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.packs import write_pack
from convenio import assess_frame, load_pack
from convenio.assessment.frame import FrameWarning
from convenio.language.functions import months_between
from frames.engines import as_polars, duckdb, polars_eager

DAYS = st.dates(dt.date(1890, 1, 1), dt.date(2110, 12, 31))


def later_by(day: dt.date, months: int) -> dt.date:
    """Return the same day so many months later; the last of a month that has no such day."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@given(DAYS, DAYS)
def test_so_many_months_are_whole_as_reach_the_second_date(first: dt.date, second: dt.date) -> None:
    first, second = sorted((first, second))
    months = months_between(first, second)
    assert later_by(first, months) <= second < later_by(first, months + 1)


@given(DAYS, DAYS)
def test_backward_is_the_opposite_of_forward(first: dt.date, second: dt.date) -> None:
    assert months_between(first, second) == -months_between(second, first)


@pytest.mark.parametrize("engine", [polars_eager, duckdb])
def test_columns_count_months_as_dates_do(engine, tmp_path) -> None:
    numbers = random.Random(7)
    first_day = dt.date(1890, 1, 1)
    pairs = [
        tuple(first_day + dt.timedelta(numbers.randrange(80_000)) for _ in range(2))
        for _ in range(5_000)
    ]
    rules = [
        {"id": f"FN-{n:03d}", "when": f"months(terms.start, terms.stop) >= {limit}"}
        for n, limit in enumerate((-1200, -12, -1, 0, 1, 2, 12, 600))
    ]
    pack = load_pack(write_pack(tmp_path / "pack", [{**r, "severity": "low"} for r in rules]))
    table = pl.DataFrame(
        {
            "id": [str(n) for n in range(len(pairs))],
            "terms.start": [first for first, _ in pairs],
            "terms.stop": [second for _, second in pairs],
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FrameWarning)
        cases = as_polars(assess_frame(engine(table), pack).cases)
    found = {row["id"]: row for row in cases.to_dicts()}
    for rule in rules:
        limit = int(rule["when"].rpartition(" ")[2])
        for number, (first, second) in enumerate(pairs):
            is_flagged = found[str(number)][rule["id"]] > 0
            assert is_flagged == (months_between(first, second) >= limit), (first, second)
