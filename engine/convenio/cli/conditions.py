"""`convenio conditions`: what was promised, and what is due or overdue on a day."""

from __future__ import annotations

import argparse
from pathlib import Path

from convenio.cli import case_sources, options, output
from convenio.cli.telling import tell
from convenio.errors import UsageError
from convenio.messages import say

EXAMPLES = """examples:
  convenio conditions cases --on 2010-06-30
  convenio conditions deal.yaml --on 2026-03-01 --ics deadlines.ics

exit codes: 0 nothing is overdue, 1 something is, 2 wrong use, 3 a case file is invalid"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    output.add_cases(parser)
    case_sources.add_day(parser)
    parser.add_argument(
        "--ics", type=Path, metavar="FILE", help="write open conditions as a calendar (iCalendar)"
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.follow_up.conditions import deadlines
    from convenio.reports import follow_up

    day, wording = case_sources.day_asked(args), options.wording_of(args)
    pack = options.read_pack(args)
    if args.ics and args.ics.suffix.lower() != ".ics":
        raise UsageError(say("{path}: the name of a calendar ends in .ics", path=args.ics))
    cases, code = case_sources.read_cases(args.cases, pack)
    found = deadlines(cases, day)
    output.show(
        args,
        wording("Conditions of deals"),
        lambda: follow_up.condition_blocks(found, day, pack.catalogue, wording),
        lambda: follow_up.condition_data(found, day),
        args.cases,
    )
    if args.ics:
        options.write_file(args.ics, follow_up.condition_calendar(found, day, wording), args.cases)
        tell(say("written: {file}", file=args.ics))
    return code or int(any(one.standing == "overdue" for one in found))
