"""Reads back the tables of results that `convenio batch` has written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from convenio.batch.tables.faults import reading
from convenio.errors import UsageError
from convenio.files import cannot_read
from convenio.messages import say

ENDINGS = (".parquet", ".csv", ".xlsx", ".duckdb", ".jsonl", ".ndjson")
"""How the name of a table of results may end; the last two are what other tools make of one."""

LARGEST = 100_000
"""Cases that are read; more fit no page that a browser opens."""

_RESULTS = ("id", "status", "floor", "ceiling")
"""Columns by which results are known."""
_FINDINGS = ("case", "rule", "verdict")
_PARTIES = ("id", "country")


def read_results(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a table of results, in its order.

    Raises UsageError where it can't be read, is no table of results or holds too many cases.
    """
    rows = _rows(path, "cases", _RESULTS, "the results of convenio batch", LARGEST)
    seen = set()
    for row in rows:
        name = row["id"] = "" if row["id"] is None else str(row["id"])
        if name in seen:
            raise UsageError(say("{path}: two rows have the id {name}", path=path, name=name))
        seen.add(name)
    return rows


def read_findings(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a table of findings: of `batch`, or of `assess --format csv`.

    Raises UsageError where it can't be read or is no such table.
    """
    return _rows(path, "findings", _FINDINGS, "a table of findings", LARGEST * 200)


def read_parties(path: Path) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the countries and roles of each case, by its id, from a table of parties.

    Raises UsageError where it can't be read or is no such table.
    """
    found: dict[str, list[tuple[str, str]]] = {}
    for row in _rows(path, "parties", _PARTIES, "a table of parties", LARGEST * 50):
        if row["country"]:
            role = str(row.get("role") or "")
            found.setdefault(str(row["id"]), []).append((str(row["country"]), role))
    return {name: tuple(parties) for name, parties in found.items()}


def missing_by_case(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]] | None:
    """Return the facts that findings miss, by case; None where the table does not tell."""
    if not rows or "missing" not in rows[0]:
        return None
    found: dict[str, list[str]] = {}
    for row in rows:
        paths = found.setdefault(str(row["case"]), [])
        paths += str(row["missing"] or "").split()
    return found


def confidence_by_case(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return the confidences of the findings that are flagged, by case."""
    found: dict[str, list[str]] = {}
    for row in rows:
        if row["verdict"] == "flag" and row.get("confidence"):
            found.setdefault(str(row["case"]), []).append(str(row["confidence"]))
    return found


def _rows(
    path: Path, table: str, needed: Sequence[str], what: str, most: int
) -> list[dict[str, Any]]:
    with reading(path):
        frame = _frame(path, table, most + 1)
    lacking = [name for name in needed if name not in frame.columns]
    if lacking:
        raise UsageError(
            say(
                "{path}: this is not {what}: it has no column {lacking}",
                path=path,
                what=what,
                lacking=", ".join(lacking),
            )
        )
    if frame.height > most:
        raise UsageError(
            say("{path}: more than {most:,} rows; one page can't show them", path=path, most=most)
        )
    found: list[dict[str, Any]] = frame.to_dicts()
    return found


def _frame(path: Path, table: str, most: int) -> Any:
    """Read a table, or no more than so many of its rows."""
    import polars as pl

    match path.suffix.lower():
        case ".parquet":
            return pl.scan_parquet(path).head(most).collect()
        case ".csv":
            return pl.read_csv(path, infer_schema=False, n_rows=most)
        case ".jsonl" | ".ndjson":
            return pl.scan_ndjson(path, infer_schema_length=None).head(most).collect()
        case ".xlsx":
            try:
                return pl.read_excel(path, sheet_name=table).head(most)
            except ValueError as fault:
                raise UsageError(
                    say("{path}: can't be read: {fault}", path=path, fault=fault)
                ) from None
        case ".duckdb":
            return _database(path, table, most)
    raise UsageError(
        say("{path}: its name must end in one of {ENDINGS}", path=path, ENDINGS=", ".join(ENDINGS))
    )


def _database(path: Path, table: str, most: int) -> Any:
    import duckdb

    # What stands in a strange database must not reach for other files.
    settings: dict[str, Any] = {"enable_external_access": "false"}
    try:
        with duckdb.connect(str(path), read_only=True, config=settings) as connection:
            return connection.sql(f"SELECT * FROM {table} LIMIT {most:d}").pl()
    except duckdb.Error as fault:
        raise cannot_read(path, fault) from None
