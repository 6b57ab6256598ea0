"""`convenio precedents`: the earlier deals that are most alike, and what became of them."""

from __future__ import annotations

import argparse

from convenio.cli import case_sources, options, output
from convenio.errors import UsageError
from convenio.messages import say
from convenio.resources import data_folder

EXAMPLES = """examples:
  convenio precedents us-colombia-dca-2009
  convenio precedents deal.yaml --library our-deals/"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    output.add_case(parser)
    parser.add_argument(
        "--library", metavar="DIR", help="a folder of cases (default: those that ship)"
    )
    parser.add_argument("--most", type=int, default=5, metavar="N", help="so many (default: 5)")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.assessment import assess
    from convenio.follow_up.precedents import precedents
    from convenio.reports import decisions

    if args.most < 1:
        raise UsageError(say("--most takes a number from 1 on, not {number}", number=args.most))
    wording = options.wording_of(args)
    pack = options.read_pack(args)
    case = options.read_case(args.case, pack, options.settings_of(args))
    library, code = case_sources.read_cases([args.library or str(data_folder("cases"))], pack)
    found = precedents(case, library, args.most)
    assessed = [assess(one.case, pack) for one in found]
    output.show(
        args,
        case.title,
        lambda: decisions.precedent_blocks(found, assessed, wording),
        lambda: decisions.precedent_data(found),
        [args.case],
    )
    return code
