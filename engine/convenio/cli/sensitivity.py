"""`convenio sensitivity`: how far thresholds could move before the rating changes."""

from __future__ import annotations

import argparse

from convenio.cli import options, showing
from convenio.packs.kept import load_kept_pack

EXAMPLES = """example:
  convenio sensitivity manta-fol-1999"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    showing.add_case(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.reports import firmness
    from convenio.scenarios.sensitivity import sensitivity

    wording = options.wording_of(args)
    pack = load_kept_pack(args.pack)
    case = options.read_case(args.case, pack, options.settings_of(args))
    found = sensitivity(case, pack)
    showing.show(
        args,
        case.title,
        lambda: firmness.blocks(found, wording),
        lambda: firmness.to_dict(found),
        [args.case],
    )
    return 0
