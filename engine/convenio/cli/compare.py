"""`convenio compare`: scenarios of a case side by side."""

from __future__ import annotations

import argparse

from convenio.cli import options, showing
from convenio.packs.kept import load_kept_pack

EXAMPLES = """example:
  convenio compare chile-copper-law --scenario reformed
  convenio compare us-colombia-dca-2009 --set immunity.level=official_acts"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    showing.add_case(parser)
    parser.add_argument(
        "--scenario",
        action="append",
        metavar="NAME",
        help="a scenario of the case (repeatable; default: all)",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.reports import comparison
    from convenio.scenarios.compare import compare

    wording = options.wording_of(args)
    pack = load_kept_pack(args.pack)
    case = options.read_case(args.case, pack, {})
    found = compare(case, pack, args.scenario, options.settings_of(args))
    showing.show(
        args,
        case.title,
        lambda: comparison.blocks(found, wording),
        lambda: comparison.to_dict(found),
        [args.case],
    )
    return 0
