"""Every row of the corpus of tables: files as people write them, and what is read of them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from batch.written_tables import PACK, Row, rows_of_corpus, typed_facts, write_table
from convenio.cli import main

ROWS = rows_of_corpus()


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_a_table_is_read_as_it_is_written(
    row: Row, engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = write_table(row, tmp_path), tmp_path / "out.parquet"
    words = ["batch", str(source), "-o", str(out), "--pack", str(PACK), "--engine", engine]
    code = main([*words, *row.asked])
    told = capsys.readouterr().err
    assert "internal error" not in told
    for said in row.get("said", ()):
        assert said in told
    if "refused" in row.content:
        assert not out.exists()
        assert row.get("refused") in told
        assert code == row.get("exit", 3)
        return
    wrong = row.get("wrong", {})
    assert code == row.get("exit", 3 if wrong else 0)
    read = pl.read_parquet(out)
    reasons = {name: reason for name, status, reason in _rows(read) if status == "error"}
    assert reasons.keys() == wrong.keys()
    for name, reason in wrong.items():
        assert reason in reasons[name]
    facts = row.get("facts", {})
    ids = row.get("ids", list(facts))
    right = [name for name, status, _ in _rows(read) if status == "ok"]
    assert (right if engine == "polars" else sorted(right)) == (
        ids if engine == "polars" else sorted(ids)
    )
    if facts:
        assert typed_facts(row, source, engine, list(facts)) == facts


def _rows(read: pl.DataFrame) -> list[tuple[str, str, str]]:
    return read.select("id", "status", "reason").rows()
