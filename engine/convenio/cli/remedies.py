"""`convenio remedies`: which changes of negotiable terms reach a lower rating."""

from __future__ import annotations

import argparse
from pathlib import Path

from convenio.cli import options, output
from convenio.messages import say
from convenio.packs.policy import RATINGS, READINGS

EXAMPLES = """example:
  convenio remedies neuquen-2014 --target high
  convenio remedies us-colombia-dca-2009 --target high --keep law.court_review --max-changes 2
  convenio remedies us-colombia-dca-2009 --frontier --svg frontier.svg"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    output.add_case(parser)
    parser.add_argument(
        "--target",
        default="moderate",
        choices=RATINGS,
        help="the rating wanted (default: moderate)",
    )
    parser.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="PATH",
        help="a fact that must stay as it is (repeatable)",
    )
    parser.add_argument("--max-changes", type=int, metavar="N", help="change N facts at most")
    parser.add_argument("--all", action="store_true", help="show every alternative")
    parser.add_argument(
        "--reading",
        default="presumed",
        choices=READINGS,
        help="which rating is brought down; possible: nothing unknown may exceed the target either "
        "(default: presumed)",
    )
    parser.add_argument(
        "--frontier", action="store_true", help="the cheapest way to every lower rating"
    )
    parser.add_argument("--svg", type=Path, metavar="FILE", help="draw the frontier")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.errors import UsageError
    from convenio.reports.scenarios import remedies as remedies_report
    from convenio.scenarios.remedies.search import frontier, remedies

    if args.max_changes is not None and args.max_changes < 1:
        raise UsageError(
            say("--max-changes is 1 or more, not {max_changes}", max_changes=args.max_changes)
        )
    if args.svg is not None and not args.frontier:
        raise UsageError(say("--svg draws the frontier; add --frontier"))
    wording = options.wording_of(args)
    pack = options.read_pack(args)
    case = options.read_case(args.case, pack, options.settings_of(args))
    if args.frontier:
        steps = frontier(case, pack, keep=args.keep, reading=args.reading)
        if args.svg is not None:
            from convenio.reports.scenarios.charts import frontier_chart

            options.write_file(args.svg, frontier_chart(steps, wording), [args.case])
        output.show(
            args,
            case.title,
            lambda: remedies_report.ladder(steps, wording),
            lambda: {"steps": [remedies_report.to_dict(step) for step in steps]},
            [args.case],
        )
        return 0
    found = remedies(
        case,
        pack,
        args.target,
        keep=args.keep,
        max_changes=args.max_changes,
        every=args.all,
        reading=args.reading,
    )
    output.show(
        args,
        case.title,
        lambda: remedies_report.blocks(found, wording),
        lambda: remedies_report.to_dict(found),
        [args.case],
    )
    return 0
