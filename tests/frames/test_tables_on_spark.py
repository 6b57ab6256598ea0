"""Spark is given the same cells of a table as the other engines."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from batch.written_tables import PACK, Row, rows_of_corpus, write_table
from convenio.cli import main
from frames.engines import spark_session

ROWS = [row for row in rows_of_corpus() if row.get("on_spark")]


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
def test_spark_reads_of_a_table_what_polars_reads(row: Row, tmp_path: Path) -> None:
    spark_session()
    source = write_table(row, tmp_path)
    found = []
    for engine in ("polars", "spark"):
        out = tmp_path / f"{engine}.parquet"
        words = ["batch", str(source), "-o", str(out), "--pack", str(PACK), "--engine", engine]
        code = main([*words, *row.asked])
        read = pl.read_parquet(out / "*.parquet" if out.is_dir() else out) if out.exists() else None
        found.append((code, None if read is None else read.drop("engine").sort("id").to_dicts()))
    assert found[0] == found[1]
