"""Assess cases that stand as Parquet on a cluster, and write their ratings as Parquet.

Run it on a cluster or on one machine:

    spark-submit examples/spark_job.py deals.parquet ratings.parquet
    python examples/spark_job.py deals.parquet ratings.parquet --master 'local[2]' \
        --child incidents=incidents.parquet --findings findings.parquet

Columns are called like facts, with `__` in place of the dot (`terms__duration_years`), and `id`
tells cases apart. The table of a list has the `id` of its case and `i`, its place from 0. The
ratings are partitioned by `floor`; rows in error have none and stand in the default partition.
Everything is computed by Spark itself: rows are not collected and no Python runs on them.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence

from pyspark.sql import SparkSession

import convenio


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", help="Parquet with one row for each case")
    parser.add_argument("output", help="where the ratings go, partitioned by floor")
    parser.add_argument("--findings", metavar="PATH", help="also write one row for each finding")
    parser.add_argument(
        "--child",
        action="append",
        default=[],
        metavar="LIST=PATH",
        help="the table of a list's elements (repeatable)",
    )
    parser.add_argument("--pack", default="core", help="the rule pack (default: core)")
    parser.add_argument(
        "--as-of", type=dt.date.fromisoformat, metavar="DATE", help="where the cases have no date"
    )
    parser.add_argument(
        "--master", help="where Spark runs, such as local[2]; leave it out with spark-submit"
    )
    args = parser.parse_args(given)
    if not all("=" in entry for entry in args.child):
        parser.error("--child takes LIST=PATH, such as incidents=incidents.parquet")
    return args


def session_of(master: str | None) -> SparkSession:
    """Return the session of the job; spark-submit brings its own settings."""
    builder = SparkSession.builder.appName("convenio ratings")
    if master:
        builder = builder.master(master)
    return builder.getOrCreate()


def main(given: Sequence[str] | None = None) -> None:
    """Read, assess, write."""
    args = arguments(given)
    session = session_of(args.master)
    pack = convenio.load_pack(args.pack)
    children = {
        path: session.read.parquet(place)
        for path, _, place in (entry.partition("=") for entry in args.child)
    }
    cases = session.read.parquet(args.cases)
    assessed = convenio.assess_frame(cases, pack, children, as_of=args.as_of)
    assessed.cases.write.mode("overwrite").partitionBy("floor").parquet(args.output)
    if args.findings:
        written = assessed.read_from(session.read.parquet(args.output))
        written.findings.write.mode("overwrite").partitionBy("family").parquet(args.findings)


if __name__ == "__main__":
    main()
