"""`convenio review`: two analysts' files of one deal."""

from __future__ import annotations

import argparse

from convenio.cli import options, output
from convenio.errors import UsageError
from convenio.messages import say

EXAMPLES = """example:
  convenio review mine.yaml hers.yaml -o review.html"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    output.add_case(parser)
    parser.add_argument("other", metavar="OTHER", help="the second reader's file of the same deal")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.follow_up.review import review
    from convenio.reports import decisions

    if args.set:
        raise UsageError(say("--set goes with one reading; two were named"))
    wording = options.wording_of(args)
    pack = options.read_pack(args)
    first, second = (options.read_case(name, pack, {}) for name in (args.case, args.other))
    if first.as_of != second.as_of:
        raise UsageError(
            say(
                "two readings are of one day: {first} is of {one}, {second} of {other}",
                first=args.case,
                one=first.as_of.isoformat(),
                second=args.other,
                other=second.as_of.isoformat(),
            )
        )
    found = review(first, second, pack)
    output.show(
        args,
        first.title,
        lambda: decisions.review_blocks(found, wording),
        lambda: decisions.review_data(found),
        [args.case, args.other],
    )
    return 0
