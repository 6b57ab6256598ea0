"""`convenio questions`: which open fact matters most, and what each answer would do."""

from __future__ import annotations

import argparse

from convenio.cli import options, output
from convenio.messages import say

EXAMPLES = """example:
  convenio questions ecuador-us-sofa-2023 --limit 5"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    output.add_case(parser)
    parser.add_argument("--limit", type=int, metavar="N", help="show the first N (default: all)")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.errors import UsageError
    from convenio.reports.scenarios import questions as questions_report
    from convenio.scenarios.answers.ranking import questions

    if args.limit is not None and args.limit < 1:
        raise UsageError(say("--limit is 1 or more, not {limit}", limit=args.limit))
    wording = options.wording_of(args)
    pack = options.read_pack(args)
    case = options.read_case(args.case, pack, options.settings_of(args))
    found = questions(case, pack)
    output.show(
        args,
        case.title,
        lambda: questions_report.blocks(found, wording, args.limit),
        lambda: questions_report.to_dict(found),
        [args.case],
    )
    return 0
