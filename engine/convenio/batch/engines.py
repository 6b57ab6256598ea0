"""Runs a table through a pack on DuckDB or Spark, which bring their own streaming."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import narwhals as nw

from convenio.assessment.frame import AssessedFrame, assess_frame
from convenio.batch.running import (
    COUNTED,
    Job,
    Summary,
    files_of,
    outputs_of,
    read_tables,
    refuse,
    untested,
)
from convenio.batch.tables.files import ending
from convenio.batch.tables.table import ReadTable
from convenio.batch.writing import only_writer_of, unfinished, without_formulas, written_whole
from convenio.errors import UsageError
from convenio.files import cannot_write
from convenio.messages import say


@dataclass(frozen=True, slots=True)
class _Files:
    """Parquet files of the cases and of each list's elements, for an engine to read."""

    cases: Path
    children: Mapping[str, Path]


def run_on(engine: str, job: Job) -> Summary:
    """Assess a table on DuckDB or Spark and write the results.

    Parquet is read by the engine itself; other files are read as on Polars, by the one reader of
    tables, and handed over as Parquet. The output is written under another name and takes its own
    when it is whole; such a run can't be resumed. Raises UsageError for what the engine does not
    read or write.
    """
    if job.resume or job.mapping is not None:
        raise UsageError(
            say("--resume and --mapping work with --engine polars, not {engine}", engine=engine)
        )
    refuse(job)
    files = sorted(files_of(job))
    if not files or not all(ending(path) for path in files):
        raise UsageError(
            say("{source}: tables are expected; case files are read on polars", source=job.source)
        )
    told = Summary()
    with (
        only_writer_of(outputs_of(job)),
        tempfile.TemporaryDirectory(prefix="convenio-") as folder,
    ):
        scratch = Path(folder)
        tables = read_tables(job, files, scratch, told)
        handed = _Files(
            _as_parquet(tables.cases, job.source, scratch / "cases.parquet"),
            {
                path: _as_parquet(of_list, of_list[0].path, scratch / f"list{n}.parquet")
                for n, (path, of_list) in enumerate(tables.children.items())
            },
        )
        summary = _on_duckdb(job, handed) if engine == "duckdb" else _on_spark(job, handed)
    summary.told, summary.faults = told.told, told.faults
    return summary


def _as_parquet(tables: Sequence[ReadTable], source: Path, target: Path) -> Path:
    """Return where an engine finds the rows: in the files themselves, where nothing was changed."""
    import polars as pl

    if all(table.whole and ending(table.path) == ".parquet" for table in tables):
        return source
    rows = pl.concat([table.rows for table in tables], how="diagonal_relaxed")
    rows.sink_parquet(target, maintain_order=True)
    return target


def _on_duckdb(job: Job, files: _Files) -> Summary:
    import duckdb

    written = (job.output, *([job.findings] if job.findings else []))
    for target in written:
        if target.suffix == ".xlsx":
            raise UsageError(
                say("{target}: DuckDB writes .parquet, .csv or .duckdb here", target=target)
            )
    connection = duckdb.connect()

    def read(path: Path) -> Any:
        pattern = str(path / "**" / "*.parquet") if path.is_dir() else str(path)
        try:
            return connection.read_parquet(pattern, hive_partitioning=path.is_dir())
        except duckdb.Error as told:
            said = str(told).splitlines()[0]
            raise UsageError(say("{path}: can't be read: {said}", path=path, said=said)) from None

    result = _assessed(job, files, read)
    result.cases.query("results", "CREATE TEMPORARY TABLE assessed AS SELECT * FROM results")
    result = result.read_from(connection.table("assessed"))
    _write(result.cases, job.output, "cases", connection)
    if job.findings:
        _write(result.findings, job.findings, "findings", connection)
    return _summary(result.cases)


def _write(relation: Any, target: Path, name: str, connection: Any) -> None:
    import duckdb

    with written_whole(target) as temporary:
        try:
            if target.suffix == ".parquet":
                relation.write_parquet(str(temporary))
            elif target.suffix == ".csv":
                without_formulas(relation).write_csv(str(temporary), header=True)
            else:
                quoted = str(temporary).replace("'", "''")
                connection.execute(f"ATTACH '{quoted}' AS written")
                relation.query("results", f"CREATE TABLE written.{name} AS SELECT * FROM results")
                connection.execute("DETACH written")
        except duckdb.IOException as fault:
            raise cannot_write(target, fault) from None


def _on_spark(job: Job, files: _Files) -> Summary:
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    if job.output.suffix != ".parquet":
        raise UsageError(
            say("{output}: Spark writes a folder of Parquet; name it .parquet", output=job.output)
        )
    session = (
        SparkSession.builder.appName("convenio")
        .config("spark.ui.showConsoleProgress", "true")
        .getOrCreate()
    )

    def read(path: Path) -> Any:
        try:
            return session.read.parquet(str(path))
        except (PySparkException, Py4JJavaError):
            raise UsageError(
                say("{path}: can't be read: it is no Parquet that Spark knows", path=path)
            ) from None

    result = _assessed(job, files, read)
    _write_folder(result.cases, job.output)
    if job.findings:
        written = result.read_from(session.read.parquet(str(job.output)))
        _write_folder(written.findings, job.findings)
    return _summary(session.read.parquet(str(job.output)))


def _write_folder(table: Any, target: Path) -> None:
    from pyspark.errors import PySparkException

    temporary = unfinished(target)
    try:
        table.write.mode("overwrite").parquet(str(temporary))
        if target.is_dir():
            shutil.rmtree(target)
        temporary.replace(target)
    except (OSError, PySparkException) as fault:
        raise cannot_write(target, fault) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _assessed(job: Job, files: _Files, read: Any) -> AssessedFrame:
    children = {path: read(file) for path, file in files.children.items()}
    return assess_frame(read(files.cases), job.pack, children, as_of=job.as_of)


def _summary(cases: Any) -> Summary:
    """Count what was written; only the counts leave the engine."""
    frame = nw.from_native(cases).lazy()
    summary = Summary()
    sides = summary.sides(frame.collect_schema().names())
    counted = (
        frame.select(
            nw.col("status"),
            *(nw.col(side).cast(nw.String) for side in sides),
            *(nw.col(name) for name in COUNTED),
        )
        .group_by("status", *sides)
        .agg(nw.len().alias("rows"), *(nw.col(name).sum() for name in COUNTED))
        .collect()
    )
    for row in counted.rows(named=True):
        summary.rows += row["rows"]
        summary.tests_run += (row["flag"] or 0) + (row["clear"] or 0)
        summary.tests_open += row["unknown"] or 0
        summary.errors += row["rows"] if row["status"] == "error" else 0
        if untested(row["floor"], row["ceiling"]):
            summary.untested += row["rows"]
        for side, counts in sides.items():
            if row[side] is not None:
                counts[row[side]] = counts.get(row[side], 0) + row["rows"]
    return summary
