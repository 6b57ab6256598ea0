"""Shows what a mapping makes of the first rows of a table, before anything is rated."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convenio.assessment.frame import assess_frame
from convenio.backends.frames.rows import case_of_row
from convenio.batch.mapping.cases import Mapped
from convenio.batch.mapping.reading import ID
from convenio.errors import UsageError
from convenio.facts.case import Case
from convenio.packs.pack import Pack

ROWS = 10


@dataclass(frozen=True, slots=True)
class Tried:
    """One of the first cases, or the reason for which its row is none, and its kept columns."""

    id: str
    case: Case | None
    reason: str
    kept: Mapping[str, Any]


def try_out(path: Path, mapped: Mapped, pack: Pack, as_of: dt.date | None) -> tuple[Tried, ...]:
    """Return the first cases of a mapped table, checked as they are when they are rated.

    Raises UsageError where they have no date.
    """
    import polars as pl

    first = mapped.cases.head(ROWS)
    lists = {
        name: rows.join(first.select(ID), on=ID, how="semi")
        for name, rows in mapped.children.items()
    }
    if as_of is None and "as_of" not in first.columns:
        raise UsageError(f"{path}: cases have no date: as_of in the mapping, or --as-of")
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
        undated = row.get("as_of", as_of) is None and as_of is None
        reason = reasons.get(name, "no date (as_of)" if undated else "")
        case = None if reason else case_of_row(row, elements, pack, as_of)
        tried.append(Tried(name, case, reason, kept.get(name, {})))
    return tuple(tried)
