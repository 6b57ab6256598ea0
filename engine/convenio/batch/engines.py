"""Runs a table through a pack on DuckDB or Spark, which bring their own reading and streaming."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import narwhals as nw

from convenio.assessment.frame import AssessedFrame, assess_frame
from convenio.batch.running import Job, Summary, refuse, unfinished
from convenio.errors import UsageError

_READERS = {".parquet": "parquet", ".csv": "csv", ".jsonl": "json", ".ndjson": "json"}


def run_on(engine: str, job: Job) -> Summary:
    """Assess a table on DuckDB or Spark and write the results.

    The output is written under another name and takes its own when it is whole; such a run can't
    be resumed. Raises UsageError for what the engine does not read or write.
    """
    if job.resume or job.mapping is not None:
        raise UsageError(f"--resume and --mapping work with --engine polars, not {engine}")
    refuse(job)
    kind = _kind(job.source)
    if engine == "duckdb":
        return _on_duckdb(job, kind)
    return _on_spark(job, kind)


def _kind(source: Path) -> str:
    names = {path.suffix for path in source.rglob("*")} if source.is_dir() else {source.suffix}
    kinds = {_READERS[name] for name in names if name in _READERS}
    if len(kinds) != 1:
        raise UsageError(f"{source}: one kind of table is expected: Parquet, CSV or JSON Lines")
    return kinds.pop()


def _on_duckdb(job: Job, kind: str) -> Summary:
    import duckdb

    written = (job.output, *([job.findings] if job.findings else []))
    for target in written:
        if target.suffix == ".xlsx":
            raise UsageError(f"{target}: DuckDB writes .parquet, .csv or .duckdb here")
    connection = duckdb.connect()

    def read(path: Path) -> Any:
        pattern = str(path / "**" / f"*.{kind}") if path.is_dir() else str(path)
        reader = {"parquet": "read_parquet", "csv": "read_csv", "json": "read_json"}[kind]
        try:
            return getattr(connection, reader)(pattern, hive_partitioning=path.is_dir())
        except duckdb.Error as told:
            said = str(told).splitlines()[0]
            raise UsageError(f"{path}: can't be read: {said}") from None

    result = _assessed(job, read)
    result.cases.query("results", "CREATE TEMPORARY TABLE assessed AS SELECT * FROM results")
    result = result.read_from(connection.table("assessed"))
    _write(result.cases, job.output, "cases", connection)
    if job.findings:
        _write(result.findings, job.findings, "findings", connection)
    return _summary(result.cases)


def _write(relation: Any, target: Path, name: str, connection: Any) -> None:
    temporary = unfinished(target)
    if target.suffix == ".parquet":
        relation.write_parquet(str(temporary))
    elif target.suffix == ".csv":
        relation.write_csv(str(temporary), header=True)
    else:
        quoted = str(temporary).replace("'", "''")
        connection.execute(f"ATTACH '{quoted}' AS written")
        relation.query("results", f"CREATE TABLE written.{name} AS SELECT * FROM results")
        connection.execute("DETACH written")
    temporary.replace(target)


def _on_spark(job: Job, kind: str) -> Summary:
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    if job.output.suffix != ".parquet":
        raise UsageError(f"{job.output}: Spark writes a folder of Parquet; name it .parquet")
    session = (
        SparkSession.builder.appName("convenio")
        .config("spark.ui.showConsoleProgress", "true")
        .getOrCreate()
    )

    def read(path: Path) -> Any:
        options = {"header": "true", "inferSchema": "true"} if kind == "csv" else {}
        try:
            return session.read.options(**options).format(kind).load(str(path))
        except (PySparkException, Py4JJavaError):
            raise UsageError(f"{path}: can't be read: it is no {kind} that Spark knows") from None

    result = _assessed(job, read)
    temporary = unfinished(job.output)
    result.cases.write.mode("overwrite").parquet(str(temporary))
    if job.findings:
        written = result.read_from(session.read.parquet(str(temporary)))
        written.findings.write.mode("overwrite").parquet(str(job.findings))
    if job.output.exists():
        shutil.rmtree(job.output)
    temporary.replace(job.output)
    return _summary(session.read.parquet(str(job.output)))


def _assessed(job: Job, read: Any) -> AssessedFrame:
    children = {path: read(file) for path, file in job.children.items()}
    return assess_frame(read(job.source), job.pack, children, as_of=job.as_of)


def _summary(cases: Any) -> Summary:
    """Count what was written; only the counts leave the engine."""
    frame = nw.from_native(cases).lazy()
    summary = Summary()
    sides = summary.sides(frame.collect_schema().names())
    counted = (
        frame.select(nw.col("status"), *(nw.col(side).cast(nw.String) for side in sides))
        .group_by("status", *sides)
        .agg(nw.len().alias("rows"))
        .collect()
    )
    for row in counted.rows(named=True):
        summary.rows += row["rows"]
        summary.errors += row["rows"] if row["status"] == "error" else 0
        for side, counts in sides.items():
            if row[side] is not None:
                counts[row[side]] = counts.get(row[side], 0) + row["rows"]
    return summary
