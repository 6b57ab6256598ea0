"""`convenio batch`: verdicts and ratings of a table or a folder of cases."""

from __future__ import annotations

import argparse
import datetime as dt
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from convenio.cli import options, output
from convenio.cli.dry_run import dry_run
from convenio.cli.language import add_language
from convenio.cli.telling import tell
from convenio.errors import CaseError, UsageError
from convenio.messages import say
from convenio.packs.policy import RATINGS, Rating

if TYPE_CHECKING:
    from convenio.batch.tables.headers import Layout

EXAMPLES = """examples:
  convenio batch cases/ -o ratings.parquet
  convenio batch deals.csv -o ratings.xlsx --child incidents=incidents.csv
  convenio batch register.csv -o ratings.duckdb --mapping sipri-arms-transfers
  convenio batch register.csv --mapping sipri-arms-transfers --dry-run
  convenio batch deals/ -o ratings.parquet --engine spark
  convenio batch large.parquet -o ratings.parquet --resume

Columns are called like facts (terms.duration_years); docs/pipelines.md lists their companions.
exit codes: 0 nothing at or above --fail-on, 1 something is, or a mapping dropped values,
2 wrong use, 3 a case file or a row is invalid (the others are still assessed),
4 a pack is invalid"""

_ENGINES = ("polars", "duckdb", "spark")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "input",
        metavar="INPUT",
        help="a folder of case files, or a table: CSV, TSV, Excel, ODS, JSON Lines, Parquet",
    )
    parser.add_argument("-o", "--output", metavar="FILE", help=".parquet, .csv, .xlsx or .duckdb")
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="show the first ten cases that a mapping makes of a table; nothing is written",
    )
    parser.add_argument("--findings", metavar="FILE", help="also write one row for each finding")
    parser.add_argument(
        "--child",
        action="append",
        default=[],
        metavar="LIST=FILE",
        help="the table of a list's elements, with id and i (repeatable)",
    )
    parser.add_argument("--mapping", metavar="NAME|FILE", help="how the table's columns are facts")
    parser.add_argument(
        "--allow-dropped",
        action="store_true",
        help="values of which the mapping can make nothing are told, and no failure",
    )
    parser.add_argument(
        "--whole",
        action="store_true",
        help="a mapped table has all rows over which shares are reckoned, though it doesn't say so",
    )
    parser.add_argument("--as-of", metavar="DATE", help="the date of cases that state none")
    parser.add_argument("--engine", choices=_ENGINES, default="polars", help="default: polars")
    parser.add_argument(
        "--resume", action="store_true", help="go on with a run that was stopped before its end"
    )
    options.add_workers(parser)
    reading = parser.add_argument_group("how the table is written, where that is not recognised")
    reading.add_argument(
        "--separator", metavar="CHAR", help="what stands between cells: , ; | or tab"
    )
    reading.add_argument("--encoding", metavar="NAME", help="such as utf-8, utf-16 or cp1252")
    reading.add_argument("--decimal", choices=(",", "."), help="the decimal mark of numbers")
    reading.add_argument(
        "--header-row",
        metavar="N",
        help="the line on which columns are named, from 1; 3-4 where they are named on two",
    )
    reading.add_argument("--sheet", metavar="NAME", help="the sheet of a workbook (the first)")
    reading.add_argument(
        "--dates",
        choices=("dmy", "mdy", "iso"),
        help="the order of dates such as 03/04/2024: dmy with --lang es or pt, else errors without",
    )
    options.add_pack(parser)
    add_language(parser)
    options.add_context(parser)
    options.add_limits(parser, "what is presumed (without presumptions: established)")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    try:
        from convenio.batch.engines import run_on
        from convenio.batch.mapping.loading import load_mapping
        from convenio.batch.mapping.reading import Asked
        from convenio.batch.running import Job, run_job
    except ModuleNotFoundError as missing:
        raise UsageError(
            say("batch needs {name}: pip install 'convenio[frames]'", name=missing.name)
        ) from None
    if not args.output and not args.dry_run:
        raise UsageError(say("-o FILE is needed: results are written there"))
    pack = options.read_pack(args)
    layout = layout_of(args)
    if args.dry_run:
        return dry_run(args, pack, Asked(layout, args.whole), _date(args.as_of))
    job = Job(
        source=Path(args.input),
        output=Path(args.output),
        pack=pack,
        mapping=load_mapping(args.mapping, pack) if args.mapping else None,
        children=_children(args.child),
        findings=Path(args.findings) if args.findings else None,
        resume=args.resume,
        as_of=_date(args.as_of),
        workers=args.workers,
        layout=layout,
        is_whole=args.whole,
    )
    with _warnings_told():
        if args.engine == "polars":
            with output.progress("cases") as advance:
                summary = run_job(job, advance)
        else:
            summary = run_on(args.engine, job)
    for line in (*summary.told, *summary.dropped, *summary.faults):
        tell(line)
    told = [f"{summary.rows:,} cases", f"established: {_counted(summary.floors)}"]
    if summary.presumed:
        told.insert(1, f"presumed: {_counted(summary.presumed)}")
    if summary.tests_run + summary.tests_open:
        share = summary.tests_run / (summary.tests_run + summary.tests_open)
        told.append(f"{share:.0%} of the tests that apply could be run")
    tell("; ".join(told))
    if summary.errors:
        tell(say("{errors:,} rows are invalid: see status and reason", errors=summary.errors))
    tell(say("written: {output}", output=args.output))
    if summary.faults or summary.errors:
        return CaseError.exit_code
    if summary.dropped and not args.allow_dropped:
        tell(say("values were dropped: --allow-dropped takes that as given"))
        return 1
    found = summary.presumed or summary.floors
    return int(options.limit_reached(args, found, summary.ceilings, summary.untested))


def layout_of(args: argparse.Namespace) -> Layout:
    """Return what the arguments say of how a table is written."""
    from convenio.batch.tables.headers import Layout

    header_row, header_until = _lines(args.header_row)
    return Layout(
        separator=_separator(args.separator),
        encoding=args.encoding,
        decimal=args.decimal,
        header_row=header_row,
        header_until=header_until,
        sheet=args.sheet,
        dates=args.dates or ("dmy" if options.wording_of(args).base in ("es", "pt") else None),
    )


def _counted(ratings: Mapping[Rating, int]) -> str:
    words = {"not_assessed": "not assessed", **{rating: rating for rating in RATINGS}}
    return (
        ", ".join(f"{ratings[r]:,} {word}" for r, word in words.items() if r in ratings) or "none"
    )


def _children(entries: list[str]) -> dict[str, Path]:
    children: dict[str, Path] = {}
    for entry in entries:
        path, equals, file = entry.partition("=")
        if not equals:
            raise UsageError(
                say("--child takes LIST=FILE, such as incidents=i.csv, not '{entry}'", entry=entry)
            )
        children[path] = Path(file)
    return children


def _separator(text: str | None) -> str | None:
    if text is None:
        return None
    separator = {"tab": "\t", "\\t": "\t"}.get(text, text)
    if len(separator) != 1:
        raise UsageError(
            say("--separator takes one character or the word tab, not '{text}'", text=text)
        )
    return separator


def _lines(text: str | None) -> tuple[int | None, int | None]:
    """Return the first and the last line of a header; the last is None where it has one line."""
    if text is None:
        return None, None
    first, dash, last = text.partition("-")
    numbers = [int(part) for part in (first, last) if part.strip().isdecimal()]
    if len(numbers) != 1 + len(dash) or numbers[0] < 1 or numbers[-1] - numbers[0] not in (0, 1):
        raise UsageError(
            say(
                "--header-row takes a line such as 3, or two that follow each "
                "other, 3-4, not '{text}'",
                text=text,
            )
        )
    return numbers[0], numbers[-1] if dash else None


def _date(text: str | None) -> dt.date | None:
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            say("--as-of takes a date such as 2009-10-30, not '{text}'", text=text)
        ) from None


@contextmanager
def _warnings_told() -> Iterator[None]:
    """Print warnings as messages of this command."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("ignore")
        warnings.simplefilter("always", UserWarning)
        yield
    for warning in dict.fromkeys(str(entry.message) for entry in caught):
        tell(say("warning: {warning}", warning=warning))
