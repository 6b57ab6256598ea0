"""`convenio dashboard`: a portfolio of cases on one page."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from convenio.cli import options
from convenio.cli.language import add_language
from convenio.cli.sources import SourceReader
from convenio.cli.telling import tell
from convenio.errors import CaseError, UsageError
from convenio.files import is_folder
from convenio.messages import say
from convenio.reports.dashboard.portfolio import Earlier, Portfolio, in_order

EXAMPLES = """examples:
  convenio dashboard cases/ -o dashboard.html
  convenio dashboard cases/ -o dashboard.html --briefs briefs/ --previous last-month.parquet
  convenio dashboard ratings.parquet -o dashboard.html --parties parties.csv --csv shown.csv

A folder is assessed anew; for ten thousand cases, run convenio batch first and give its results.
exit codes: 0 all cases could be read, 2 wrong use, 3 some could not (the page lists them),
4 a pack is invalid"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a folder of case files, case files, results of convenio batch (.parquet, .csv, .xlsx,"
        " .duckdb, .jsonl), or JSON of convenio assess",
    )
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the page (.html)")
    parser.add_argument(
        "--findings",
        dest="findings_read",
        metavar="FILE",
        help="a table of findings that belongs to the results: tells what is missing",
    )
    parser.add_argument(
        "--parties",
        metavar="FILE",
        help="a table of parties (id, country, role) that belongs to the results: draws the map",
    )
    parser.add_argument(
        "--previous", metavar="OLD", help="an earlier source of any kind: shows which cases moved"
    )
    parser.add_argument(
        "--briefs", metavar="FOLDER", help="link each case to its brief there, ID.html"
    )
    parser.add_argument("--csv", metavar="FILE", help="also write the table of cases as CSV")
    options.add_workers(parser)
    options.add_pack(parser)
    options.add_context(parser)
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.reports.dashboard.page import render_dashboard  # imports jinja2
    from convenio.reports.dashboard.table import render_csv

    page = Path(args.output)
    if page.suffix.lower() not in (".html", ".htm"):
        raise UsageError(say("{page}: the dashboard is written as .html", page=page))
    wording = options.wording_of(args)
    pack = options.read_pack(args)
    reader = SourceReader(args, pack, wording)
    earlier = _earlier(reader, args.previous) if args.previous else None
    found = reader.read(args.sources, args.findings_read, args.parties)
    if not (found.cases or found.unread):
        raise UsageError(say("{sources}: there is no case in it", sources=", ".join(args.sources)))
    portfolio = Portfolio(
        cases=in_order(found.cases),
        unread=tuple(found.unread),
        presumes=found.presumes,
        packs=tuple(sorted(found.packs)),
        earlier=earlier,
    )
    linked = _linked(args.briefs, portfolio)
    inputs = [*map(str, found.files), *(str(path) for path in linked.values())]
    folder = _as_seen_from(page, args.briefs) if args.briefs else ""
    html = render_dashboard(portfolio, pack, wording, folder, linked)
    if args.csv:
        options.write_file(Path(args.csv), render_csv(portfolio), inputs)
        tell(say("written: {csv}", csv=args.csv))
    options.write_file(page, html, inputs)
    for unread in portfolio.unread:
        tell(unread.message)
    tell(say("written: {page}", page=page))
    return CaseError.exit_code if portfolio.unread else 0


def _earlier(reader: SourceReader, source: str) -> Earlier:
    found = reader.read([source], None, None)
    if not found.cases:
        raise UsageError(say("{source}: no case in it could be read", source=source))
    readings = {case.id: case.readings for case in found.cases}
    return Earlier(readings, tuple(sorted(found.packs)), found.presumes)


# --- links to briefs -------------------------------------------------------------------------


def _linked(folder: str | None, portfolio: Portfolio) -> dict[str, Path]:
    """Return the briefs that stand in a folder, by their case."""
    if folder is None:
        return {}
    if not is_folder(Path(folder)):
        raise UsageError(say("{folder}: there is no such folder of briefs", folder=folder))
    there = {path.name: path for path in Path(folder).iterdir()}
    named = ((case.id, f"{case.id}.html") for case in portfolio.cases)
    return {name: there[file] for name, file in named if file in there}


def _as_seen_from(page: Path, folder: str) -> str:
    """Return a folder as a link on a page has to name it."""
    try:
        relative = os.path.relpath(Path(folder).resolve(), page.resolve().parent)
    except ValueError:
        raise UsageError(
            say(
                "{folder}: no link leads there from {page}; they are apart",
                folder=folder,
                page=page,
            )
        ) from None
    return Path(relative).as_posix()
