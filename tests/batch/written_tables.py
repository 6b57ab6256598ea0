"""Reads the corpus of tables, makes their files, and tells what an engine reads of them.

A file of `written/` is one feature: `groups`, each with a `name`, the `sentence` that it pins and
its `rows`. A row has a `title`, a table, perhaps what is `asked` of the command, and what is
expected: `ids` in their order, or `facts` by id, typed; `wrong` rows with a part of their reason;
what is `said`; the `exit` code; or the table is `refused`. The table is a `text` (in an
`encoding`, with `line_ends`), or `sheets` with cells, in a `file` of that name.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gzip
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
import yaml

from convenio import load_pack
from convenio.assessment.frame import explain_frame
from convenio.batch.running import Job, Summary, files_of, read_tables
from convenio.cli import batch as command
from convenio.facts.values import Money, Place
from convenio.packs import Pack

FOLDER = Path(__file__).parent
PACK = FOLDER / "table_pack"
AS_OF = dt.date(2024, 5, 1)
"""The date of rows that state none."""

_GROUP = {"name", "sentence", "rows"}
_TABLE = {"text", "encoding", "line_ends", "sheets", "hidden", "merged", "valueless", "file"}
_EXPECTED = {"ids", "facts", "wrong", "said", "exit", "refused"}
_ROW = {"title", "asked", "on_spark"} | _TABLE | _EXPECTED


@dataclass(frozen=True)
class Row:
    """One table, and what must be read of it."""

    id: str
    sentence: str
    content: Mapping[str, Any]

    def get(self, key: str, other: Any = None) -> Any:
        return self.content.get(key, other)

    @property
    def asked(self) -> list[str]:
        return [str(word) for word in self.get("asked", ())]


@cache
def rows_of_corpus() -> tuple[Row, ...]:
    """Return every row, each under file/group/title; refuses what no runner would look at."""
    rows = []
    for file in sorted((FOLDER / "written").glob("*.yaml")):
        document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        for group in document["groups"]:
            assert set(group) == _GROUP, group["name"]
            for content in group["rows"]:
                name = f"{file.stem}/{group['name']}/{content['title']}"
                assert set(content) <= _ROW, f"{name}: {set(content) - _ROW}"
                assert ("text" in content) != ("sheets" in content), name
                assert {"ids", "facts", "refused"} & set(content), f"{name}: nothing is expected"
                rows.append(Row(name, group["sentence"], content))
    assert len({row.id for row in rows}) == len(rows)
    return tuple(rows)


# --- files -----------------------------------------------------------------------------------


def write_table(row: Row, folder: Path) -> Path:
    """Write the file of a row."""
    if "sheets" in row.content:
        target = folder / str(row.get("file", "t.xlsx"))
        _write_sheets(row, target)
        return target
    target = folder / str(row.get("file", "t.csv"))
    ends = {"cr": "\r", "crlf": "\r\n", "lf": "\n"}[row.get("line_ends", "lf")]
    text = str(row.get("text")).replace("\n", ends)
    content = text.encode(row.get("encoding", "utf-8"))
    if target.name.endswith(".gz"):
        content = gzip.compress(content)
    if target.suffix == ".zip":
        with zipfile.ZipFile(target, "w") as packed:
            packed.writestr("table.csv", content)
    else:
        target.write_bytes(content)
    return target


def _write_sheets(row: Row, target: Path) -> None:
    with xlsxwriter.Workbook(str(target)) as book:
        dated = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, cells in row.get("sheets").items():
            page = book.add_worksheet(name)
            for number, line in enumerate(cells):
                for place, cell in enumerate(line):
                    _write_cell(page, number, place, cell, dated)
            for block, value in row.get("merged", {}).items():
                page.merge_range(block, value)
            if name in row.get("hidden", ()):
                page.hide()
            else:
                page.activate()
                page.set_first_sheet()
    if "valueless" in row.content:
        _drop_values(target, row.get("valueless"))


def _write_cell(page: Any, number: int, place: int, cell: Any, dated: Any) -> None:
    if isinstance(cell, dict):
        page.write_formula(number, place, cell["formula"], None, cell.get("value", 0))
    elif isinstance(cell, dt.datetime | dt.date):
        page.write_datetime(number, place, cell, dated)
    elif isinstance(cell, bool):
        page.write_boolean(number, place, cell)
    elif isinstance(cell, str):
        page.write_string(number, place, cell)
    elif cell is not None:
        page.write_number(number, place, cell)


def _drop_values(target: Path, cells: Sequence[str]) -> None:
    """Leave formulas without what comes of them, as libraries that don't compute write them."""
    with zipfile.ZipFile(target) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    for name in [name for name in parts if "worksheets/sheet" in name]:
        for cell in cells:
            pattern = rf'(<c r="{cell}"[^>]*>)(<f>.*?</f>)<v>[^<]*</v>'.encode()
            parts[name] = re.sub(pattern, rb"\1\2<v></v>", parts[name])
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content)


# --- what is read ----------------------------------------------------------------------------


def typed_facts(
    row: Row, source: Path, engine: str, ids: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return the facts of some cases as an engine has them once a table is read."""
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    args = parser.parse_args([str(source), *row.asked])
    scratch = source.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    pack = load_pack(str(PACK))
    job = Job(source, source.with_suffix(".parquet"), pack, layout=command.layout_of(args))
    tables = read_tables(job, files_of(job), scratch, Summary())
    cases = pl.concat([table.rows for table in tables.cases], how="diagonal_relaxed").collect()
    lists = {path: rows.collect() for path, rows in tables.rows_of_lists().items()}
    given: dict[str, Any] = {"": cases, **lists}
    if engine == "duckdb":
        given = _on_duckdb(given, scratch)
    root = given.pop("")
    found = explain_frame(root, pack, list(ids), given, as_of=AS_OF)
    return {name: _plain(assessment.case, pack) for name, assessment in found.items()}


def _on_duckdb(frames: Mapping[str, pl.DataFrame], scratch: Path) -> dict[str, Any]:
    import duckdb

    connection = duckdb.connect()
    tables = {}
    for path, frame in frames.items():
        target = scratch / f"{path or 'cases'}.handed.parquet"
        frame.write_parquet(target)
        tables[path] = connection.read_parquet(str(target))
    return tables


def _plain(case: Any, pack: Pack) -> dict[str, Any]:
    facts = {} if case.as_of == AS_OF else {"as_of": case.as_of.isoformat()}
    for path, fact in case.facts.items():
        if pack.catalogue.facts[path].type.kind == "list":
            facts[path] = [
                {name: _value(field) for name, field in element.fields.items()}
                for element in fact.elements
            ]
        else:
            facts[path] = _value(fact)
    return facts


def _value(fact: Any) -> Any:
    value = fact.value
    if fact.state != "known":
        return fact.state
    if isinstance(value, Money):
        return f"{value.amount} {value.currency}"
    if isinstance(value, Place):
        return [value.lat, value.lon]
    if isinstance(value, dt.date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
