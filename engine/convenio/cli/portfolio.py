"""`convenio portfolio`: the deals of a country on a day."""

from __future__ import annotations

import argparse

from convenio.cli import case_sources, options, output
from convenio.errors import UsageError
from convenio.messages import say

EXAMPLES = """examples:
  convenio portfolio cases --country ECU --on 2024-03-01
  convenio portfolio deals/ --country Colombia --on 2026-03-01 -o colombia.xlsx"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    output.add_cases(parser)
    case_sources.add_day(parser)
    parser.add_argument(
        "--country", required=True, metavar="STATE", help="a state, by code or name"
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.assessment import assess
    from convenio.facts.spoken import country_named
    from convenio.follow_up.portfolio import portfolio
    from convenio.reports import follow_up

    day, wording = case_sources.day_asked(args), options.wording_of(args)
    pack = options.read_pack(args)
    country = country_named(args.country, pack.catalogue)
    if not country:
        raise UsageError(say("there is no state or body '{name}'", name=args.country))
    cases, code = case_sources.read_cases(args.cases, pack)
    found = portfolio((assess(case, pack) for case in cases), country, day)
    title = wording("Deals of {country}").format(country=wording.country(country, pack.catalogue))
    output.show(
        args,
        title,
        lambda: follow_up.portfolio_blocks(found, pack.catalogue, wording),
        lambda: follow_up.portfolio_data(found),
        args.cases,
    )
    return code
