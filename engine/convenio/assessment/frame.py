"""Tests a whole table of cases at once, on the engine that the table is on."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from convenio.assessment.assessing import assess
from convenio.assessment.assessment import Assessment
from convenio.backends.frames.columns import (
    ID,
    POSITION,
    FrameColumn,
    case_columns,
    child_columns,
)
from convenio.backends.frames.findings import findings_of
from convenio.backends.frames.interchange import (
    GivenFrame,
    from_native,
    to_native,
)
from convenio.backends.frames.namespace import (
    Frame,
    as_frame,
    native_of,
    ns,
    rows_of,
    use_namespace,
)
from convenio.backends.frames.nesting import unnested
from convenio.backends.frames.problems import NO_ID, fault
from convenio.backends.frames.rows import case_of_row
from convenio.backends.frames.steps import ERROR, FrameSteps, FrameWarning
from convenio.errors import UsageError
from convenio.packs.pack import Pack

__all__ = ["AssessedFrame", "FrameWarning", "assess_frame", "explain_frame", "frame_columns"]


@dataclass(frozen=True)
class AssessedFrame:
    """Verdicts and ratings of a table of cases, in the kind of frame that was given.

    `cases` has one row for each row given: `id`, `status` ("ok" or "error") and `reason`, `floor`
    and `ceiling` overall and `<family>__floor`, `<family>__ceiling`, how many rules have each
    verdict (`flag`, `clear`, `unknown`, `not_applicable`), `pack` and `engine`, and one code for
    each rule; `convenio.backends.frames.rules` tells what a code says. With `ratings=False`
    ratings and counts are left out. `findings` has one row for each finding that is flagged or
    unknown; `every_finding` has one for every rule. They are computed when first asked for.
    """

    cases: Any
    pack: Pack
    _computed: Frame = field(repr=False)
    _given: GivenFrame = field(repr=False)

    @cached_property
    def findings(self) -> Any:
        """Findings that are flagged or unknown: case, rule, family, kind, verdict, severities."""
        return self._findings(every=False)

    @cached_property
    def every_finding(self) -> Any:
        """One row for every case and rule, those that are clear or do not apply included."""
        return self._findings(every=True)

    def read_from(self, cases: Any) -> AssessedFrame:
        """Return the same results with `cases` taken from where they have been written.

        DuckDB, Spark and lazy frames compute when they are asked; findings that are read from
        written cases do not compute these again.

        >>> import polars
        >>> from convenio import load_pack
        >>> deals = polars.LazyFrame({"id": ["a"], "terms.duration_years": [50.0]})
        >>> with warnings.catch_warnings(action="ignore"):
        ...     lazy = assess_frame(deals, load_pack("core"))
        >>> lazy.read_from(lazy.cases.collect()).findings["case"].unique().to_list()
        ['a']
        """
        given = from_native(cases)
        return replace(self, cases=cases, _computed=given.frame, _given=given)

    def _findings(self, every: bool) -> Any:
        with use_namespace(self._computed):
            return to_native(findings_of(self._computed, self.pack, every), self._given)


def assess_frame(
    frame: Any,
    pack: Pack,
    children: Mapping[str, Any] | None = None,
    *,
    id: str = ID,
    as_of: dt.date | None = None,
    check: bool = True,
    ratings: bool = True,
) -> AssessedFrame:
    """Return the verdicts and ratings of a table with one row for each case.

    `frame` is a Polars (eager or lazy), pandas, PyArrow, DuckDB or PySpark frame whose columns are
    called like facts (`terms.duration_years`; `convenio.frame_columns(pack)` lists them all).
    `children` maps list facts to tables with one row for each element, the column `id` of its case
    and `i`, its place from 0. Lazy frames stay lazy. `as_of` is the date of all cases where the
    frame has no such column. A missing column is unknown in every row; a row with a value that
    can't stand there comes back with `status` "error" and the reason, as do rows that share their
    id where there are lists. `check=False` trusts the values and skips that. `ratings=False` leaves
    out ratings and counts, where verdicts alone are wanted: with simple rules they take most of
    the time.

    Raises UsageError with everything that is wrong with the columns.

    >>> import polars
    >>> from convenio import load_pack
    >>> deals = polars.DataFrame({"id": ["a"], "terms.duration_years": [50.0]})
    >>> with warnings.catch_warnings(action="ignore"):
    ...     assess_frame(deals, load_pack("core")).cases["status"].to_list()
    ['ok']
    """
    steps = FrameSteps(frame, pack, dict(children or {}), id, as_of, check, ratings)
    with use_namespace(steps.frame):
        done = steps.run()
    return AssessedFrame(done.cases, pack, done.frame, done.given)


def explain_frame(
    frame: Any,
    pack: Pack,
    ids: Sequence[Any],
    children: Mapping[str, Any] | None = None,
    *,
    id: str = ID,
    as_of: dt.date | None = None,
) -> dict[Any, Assessment]:
    """Return the assessments of chosen rows, with the facts and traces behind every verdict.

    They are what `assess` says of the same case; `.finding(rule)` gives one rule's tree. Only the
    chosen rows leave the engine. Arguments are those of `assess_frame`.

    Raises UsageError where a row is not there, or has a value that can't stand in it.

    >>> import polars
    >>> from convenio import load_pack
    >>> deals = polars.DataFrame(
    ...     {"id": ["a"], "as_of": ["2020-01-01"], "terms.duration_years": [50.0]}
    ... )
    >>> found = explain_frame(deals, load_pack("core"), ["a"])["a"]
    >>> found.case.facts["terms.duration_years"].value
    50.0
    """
    cases, nested = unnested(from_native(frame).frame, pack.catalogue, id)
    whole = {"": cases, **nested}
    whole |= {
        path: from_native(child, f"the table of {path}").frame
        for path, child in (children or {}).items()
    }
    problems = [
        fault(f"{path}.{id}".lstrip("."), NO_ID)
        for path, table in whole.items()
        if id not in table.collect_schema().names()
    ]
    if problems:
        raise UsageError(problems)
    tables = {path: _chosen(table, id, ids) for path, table in whole.items()}
    small = tables.pop("")
    rows = rows_of(small)
    elements: dict[Any, dict[str, list[dict[str, Any]]]] = {}
    for path, table in tables.items():
        for row in rows_of(table):
            elements.setdefault(row[id], {}).setdefault(path, []).append(row)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FrameWarning)
        natives = {path: native_of(table) for path, table in tables.items()}
        results = assess_frame(native_of(small), pack, natives, id=id, as_of=as_of)
    faults = {
        row[ID]: row["reason"] for row in rows_of(as_frame(results.cases)) if row["status"] == ERROR
    }
    found: dict[Any, Assessment] = {}
    for row in rows:
        if row[id] in faults:
            raise UsageError(f"{row[id]}: {faults[row[id]]}")
        lists = {
            path: sorted(given, key=lambda element: element.get(POSITION, 0))
            for path, given in elements.get(row[id], {}).items()
        }
        case = case_of_row({**row, ID: row[id]}, lists, pack, as_of)
        found[row[id]] = assess(case, pack)
    missing = [str(name) for name in ids if name not in found]
    if missing:
        raise UsageError("no such row: " + ", ".join(missing))
    return {name: found[name] for name in ids}


def _chosen(table: Frame, id: str, ids: Sequence[Any]) -> Frame:
    with use_namespace(table):
        return table.filter(ns.col(id).is_in(list(ids)))


def frame_columns(pack: Pack, path: str | None = None) -> tuple[FrameColumn, ...]:
    """Return the columns that a frame of cases may have, or the child table of one list.

    >>> from convenio import load_pack
    >>> [column.name for column in frame_columns(load_pack("core"), "units")]
    ['name', 'name__undisclosed', 'name__asked', 'vetted', 'vetted__undisclosed', 'vetted__asked']
    """
    if path is None:
        return case_columns(pack.catalogue)
    return child_columns(pack.catalogue, path)
