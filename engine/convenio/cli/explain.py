"""`convenio explain`: how one rule came out on one case."""

from __future__ import annotations

import argparse
import sys

from convenio.assessment import assess
from convenio.cli import options
from convenio.cli.language import add_language

EXAMPLES = """example:
  convenio explain cases/us-colombia-dca-2009.yaml SOV-004"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("case", metavar="CASE", help="a case file, or the name of a shipped one")
    parser.add_argument("rules", nargs="+", metavar="RULE", help="identifiers of rules")
    options.add_pack(parser)
    options.add_context(parser)
    options.add_settings(parser)
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.reports.explain import explanation

    wording = options.wording_of(args)
    pack = options.read_pack(args)
    for name in args.rules:
        options.check_rule(pack, name)
    assessment = assess(options.read_case(args.case, pack, options.settings_of(args)), pack)
    parts = [explanation(assessment, name, wording) for name in args.rules]
    sys.stdout.write("\n".join(parts))
    return 0
