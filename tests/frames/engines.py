"""The kinds of frame that verdicts are computed on, each made from the same Polars tables."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import polars as pl


def polars_eager(frame: pl.DataFrame) -> Any:
    return frame


def polars_lazy(frame: pl.DataFrame) -> Any:
    return frame.lazy()


def pyarrow(frame: pl.DataFrame) -> Any:
    return frame.to_arrow()


def pandas_numpy(frame: pl.DataFrame) -> Any:
    """Old pandas: missing numbers are NaN, all else stands in object columns with None."""
    columns = {}
    for series in frame.get_columns():
        values = series.to_list()
        if series.dtype == pl.Float64:
            columns[series.name] = pd.Series(series.to_numpy())
        else:
            columns[series.name] = pd.Series(values, dtype=object)
    return pd.DataFrame(columns)


def pandas_missing(frame: pl.DataFrame) -> Any:
    """Object columns in which every spelling of missing stands."""
    spellings = (None, float("nan"), pd.NA, pd.NaT)
    columns = {}
    for series in frame.get_columns():
        values = [
            spellings[place % 4] if value is None else value
            for place, value in enumerate(series.to_list())
        ]
        columns[series.name] = pd.Series(values, dtype=object)
    return pd.DataFrame(columns)


def pandas_nullable(frame: pl.DataFrame) -> Any:
    return frame.to_pandas().convert_dtypes()


def pandas_arrow(frame: pl.DataFrame) -> Any:
    return frame.to_pandas(use_pyarrow_extension_array=True)


def duckdb(frame: pl.DataFrame) -> Any:
    import duckdb as engine

    table = frame.to_arrow()
    return _connection().from_arrow(table) if frame.height else engine.from_arrow(table)


@functools.cache
def _connection() -> Any:
    import duckdb as engine

    return engine.connect()


JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
"""Java's first compiler alone: the second costs a short run more than it gains."""


@functools.cache
def spark_session() -> Any:
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[2]")
        .appName("convenio tests")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.codegen.wholeStage", "false")
        # Planning again between stages is for large tables.
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.driver.extraJavaOptions", JAVA_OPTIONS)
        # What its parser has read it keeps for good: of the whole corpus, over half a gigabyte.
        .config("spark.driver.memory", "2g")
        # Each join keeps a page of memory, by default one of many megabytes.
        .config("spark.buffer.pageSize", "1m")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.sql.session.timeZone", "UTC")
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    return session


def spark(frame: pl.DataFrame) -> Any:
    renamed = frame.rename({name: name.replace(".", "__") for name in frame.columns})
    return spark_session().createDataFrame(renamed.to_arrow())


FAST: Mapping[str, Callable[[pl.DataFrame], Any]] = {
    "polars": polars_eager,
    "polars lazy": polars_lazy,
    "pyarrow": pyarrow,
    "pandas with NumPy": pandas_numpy,
    "pandas with every missing": pandas_missing,
    "pandas nullable": pandas_nullable,
    "pandas with Arrow": pandas_arrow,
    "duckdb": duckdb,
}
ENGINES: Mapping[str, Callable[[pl.DataFrame], Any]] = {**FAST, "spark": spark}


def as_polars(frame: Any) -> pl.DataFrame:
    """Bring results of any kind back, to look at them."""
    if isinstance(frame, pl.LazyFrame):
        return frame.collect()
    if isinstance(frame, pl.DataFrame):
        return frame
    if isinstance(frame, pd.DataFrame):
        return pl.from_pandas(frame)
    if hasattr(frame, "toArrow"):
        return pl.from_arrow(frame.toArrow())  # type: ignore[return-value]
    if type(frame).__module__.startswith(("duckdb", "_duckdb")):
        return frame.pl()
    return pl.from_arrow(frame)  # type: ignore[no-any-return]
