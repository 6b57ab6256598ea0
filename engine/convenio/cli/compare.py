"""`convenio compare`: scenarios of a case side by side."""

from __future__ import annotations

import argparse

from convenio.cli import options, output

EXAMPLES = """example:
  convenio compare chile-copper-law --scenario reformed
  convenio compare us-colombia-dca-2009 --set immunity.level=official_acts"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    output.add_case(parser)
    parser.add_argument(
        "--scenario",
        action="append",
        metavar="NAME",
        help="a scenario of the case (repeatable; default: all)",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.reports import compare as compare_report
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
