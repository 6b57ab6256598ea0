"""`convenio compare`: scenarios of a case side by side, or two deals."""

from __future__ import annotations

import argparse

from convenio.cli import options, output
from convenio.errors import UsageError
from convenio.messages import say

EXAMPLES = """examples:
  convenio compare chile-copper-law --scenario reformed
  convenio compare us-colombia-dca-2009 --set immunity.level=official_acts
  convenio compare manta-fol-1999 us-colombia-dca-2009 -o both.html"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    output.add_case(parser)
    parser.add_argument(
        "other", nargs="?", metavar="OTHER", help="another deal, to be set beside the first"
    )
    parser.add_argument(
        "--scenario",
        action="append",
        metavar="NAME",
        help="a scenario of the case (repeatable; default: all)",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if args.other:
        return _two_deals(args)
    from convenio.reports.scenarios import compare as compare_report
    from convenio.scenarios.compare import compare

    wording = options.wording_of(args)
    pack = options.read_pack(args)
    case = options.read_case(args.case, pack, {})
    found = compare(case, pack, args.scenario, options.settings_of(args))
    output.show(
        args,
        case.title,
        lambda: compare_report.blocks(found, wording),
        lambda: compare_report.to_dict(found),
        [args.case],
    )
    return 0


def _two_deals(args: argparse.Namespace) -> int:
    from convenio.assessment import assess
    from convenio.reports import two_deals as report
    from convenio.scenarios.two_deals import two_deals

    if args.scenario or args.set:
        raise UsageError(say("--scenario and --set go with one deal; two were named"))
    wording = options.wording_of(args)
    pack = options.read_pack(args)
    first, second = (
        assess(options.read_case(name, pack, {}), pack) for name in (args.case, args.other)
    )
    found = two_deals(first, second)
    output.show(
        args,
        wording("Two deals side by side"),
        lambda: report.blocks(found, wording),
        lambda: report.to_dict(found),
        [args.case, args.other],
    )
    return 0
