"""`convenio sensitivity`: how far thresholds could move before the rating changes."""

from __future__ import annotations

import argparse

from convenio.cli import options, output

EXAMPLES = """example:
  convenio sensitivity manta-fol-1999"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    output.add_case(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.reports.scenarios import sensitivity as sensitivity_report
    from convenio.scenarios.sensitivity import sensitivity

    wording = options.wording_of(args)
    pack = options.read_pack(args)
    case = options.read_case(args.case, pack, options.settings_of(args))
    found = sensitivity(case, pack)
    output.show(
        args,
        case.title,
        lambda: sensitivity_report.blocks(found, wording),
        lambda: sensitivity_report.to_dict(found),
        [args.case],
    )
    return 0
