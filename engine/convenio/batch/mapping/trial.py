"""Shows what a mapping makes of the first rows of a table, before anything is rated."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from convenio.assessment.frame import assess_frame
from convenio.backends.frames.columns import ID
from convenio.backends.frames.rows import case_of_row
from convenio.batch.mapping.cases import Mapped
from convenio.facts.case import Case
from convenio.packs.pack import Pack

ROWS = 10
UNDATED = dt.date.min


@dataclass(frozen=True, slots=True)
class Tried:
    """One of the first cases, or the reason for which its row is none, and its kept columns.

    `is_dated` is False where no date is known, and the case stands at `UNDATED`.
    """

    id: str
    case: Case | None
    reason: str
    kept: Mapping[str, Any]
    is_dated: bool = True


def try_out(mapped: Mapped, pack: Pack, as_of: dt.date | None) -> tuple[Tried, ...]:
    """Return the first cases of a mapped table, checked as they are when they are rated."""
    import polars as pl

    first = mapped.cases.head(ROWS)
    lists = {
        name: rows.join(first.select(ID), on=ID, how="semi")
        for name, rows in mapped.children.items()
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = assess_frame(first, pack, lists, as_of=as_of).cases
    reasons = {row[ID]: row["reason"] for row in results.to_dicts() if row["status"] != "ok"}
    kept = {row.pop(ID): row for row in mapped.kept.join(first.select(ID), on=ID).to_dicts()}
    tried = []
    for row in first.to_dicts():
        name = row[ID]
        elements = {
            path: rows.filter(pl.col(ID) == name).sort("i").to_dicts()
            for path, rows in lists.items()
        }
        dated = row.get("as_of") is not None or as_of is not None
        reason = reasons.get(name, "")
        case = None if reason else case_of_row(row, elements, pack, as_of or UNDATED)
        tried.append(Tried(name, case, reason, kept.get(name, {}), dated))
    return tuple(tried)
