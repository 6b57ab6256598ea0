"""Measure how the time of an assessment on Spark grows with the number of cases.

    python examples/measure_spark.py --rows 1000000 2000000 4000000 8000000

The cases are made up by Spark from hashes of their numbers, so that every run sees the same ones.
Each round makes them, writes them as Parquet, and then measures: read, assess, write the ratings.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import tempfile
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import narwhals
import pyspark
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as f

import convenio

AS_OF = dt.date(2020, 1, 1)
JAVA_OPTIONS = "-XX:-DontCompileHugeMethods"
"""A pack becomes long methods; without this Java interprets the longest and never compiles them."""

CHOSEN = (
    "deal.form",
    "deal.stage",
    "law.approval_required",
    "law.approval_status",
    "text.access",
    "text.annexes",
    "terms.end",
    "support.independence",
)
"""Facts with a choice of words; every one of their words comes up, and missing values."""


def drawn(name: str, count: int) -> Column:
    """Return a whole number from 0 to `count` - 1 for each row, from a hash of its number."""
    return f.pmod(f.xxhash64(f.lit(name), f.col("id")), f.lit(count))


def made_up(session: SparkSession, pack: convenio.Pack, rows: int) -> DataFrame:
    """Return a table of made-up cases, with about one value in ten missing."""
    known = pack.catalogue.facts

    def one_of(path: str) -> Column:
        members = known[path].type.members
        return f.element_at(
            f.array(*map(f.lit, members)), (drawn(path, len(members)) + 1).cast("int")
        )

    def mostly(path: str, value: Column) -> Column:
        return f.when(drawn(f"{path} is known", 10) > 0, value)

    values: dict[str, Any] = {path: one_of(path) for path in CHOSEN}
    elements = ("arms_sale", "basing_access", "status_of_forces", "cooperation_agreement")
    values["deal.elements"] = f.filter(
        f.array(*(f.when(drawn(name, 2) == 0, f.lit(name)) for name in elements)),
        lambda member: member.isNotNull(),
    )
    values["terms.duration_years"] = drawn("years", 99).cast("double")
    values["context.top_supplier_share_10y"] = drawn("share", 101) / 100
    values["context.import_volume_tiv"] = drawn("volume", 2000).cast("double")
    columns = [mostly(path, value).alias(path.replace(".", "__")) for path, value in values.items()]
    return session.range(rows).select("id", *columns)


def measure(session: SparkSession, pack: convenio.Pack, rows: int, folder: Path) -> float:
    """Return the seconds from reading the cases to the last written rating."""
    source, target = str(folder / f"cases-{rows}"), str(folder / f"ratings-{rows}")
    made_up(session, pack, rows).write.parquet(source)
    start = time.perf_counter()
    with warnings.catch_warnings(action="ignore", category=convenio.FrameWarning):
        assessed = convenio.assess_frame(session.read.parquet(source), pack, as_of=AS_OF)
    assessed.cases.write.parquet(target)
    return time.perf_counter() - start


def main(given: Sequence[str] | None = None) -> None:
    """Measure each number of rows and print one line for it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 2_000_000])
    parser.add_argument("--master", default="local[2]", help="default: local[2]")
    args = parser.parse_args(given)
    builder = SparkSession.builder.appName("convenio measure").master(args.master)
    session = builder.config("spark.driver.extraJavaOptions", JAVA_OPTIONS).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    pack = convenio.load_pack("core")
    print(
        f"convenio {convenio.__version__}, pack {pack.id} {pack.version}, {len(pack.rules)} rules, "
        f"PySpark {pyspark.__version__}, Narwhals {narwhals.__version__}, "
        f"Python {platform.python_version()}, {args.master}, {JAVA_OPTIONS}"
    )
    with tempfile.TemporaryDirectory() as folder:
        for rows in args.rows:
            seconds = measure(session, pack, rows, Path(folder))
            print(f"{rows:,} rows: {seconds:.1f} s", flush=True)
    session.stop()


if __name__ == "__main__":
    main()
