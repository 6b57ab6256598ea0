"""`convenio review`: two analysts' files of one deal."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from convenio.assessment.cases import find_case
from convenio.cli import options, output
from convenio.cli.telling import tell
from convenio.documents import Mapping, read_document
from convenio.errors import CaseError, UsageError
from convenio.facts.catalogue import Catalogue
from convenio.messages import say

EXAMPLES = """example:
  convenio review mine.yaml hers.yaml -o review.html --merged both.yaml"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    output.add_case(parser)
    parser.add_argument("other", metavar="OTHER", help="the second reader's file of the same deal")
    parser.add_argument(
        "--merged",
        type=Path,
        metavar="FILE.yaml",
        help="write one case file of both, in which what they state otherwise is to be decided",
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.follow_up.review import review
    from convenio.reports import decisions

    if args.merged and args.merged.suffix.lower() not in (".yaml", ".yml"):
        raise UsageError(say("{path}: the name of a case file ends in .yaml", path=args.merged))
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
    if first.id != second.id:
        tell(
            say(
                "warning: the files name two cases, {one} and {other}; are they of one deal?",
                one=first.id,
                other=second.id,
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
    if args.merged:
        _merge(args, [one.change.path for one in found.differences], pack.catalogue)
    return 0


def _merge(args: argparse.Namespace, paths: Sequence[str], catalogue: Catalogue) -> None:
    from convenio.interview.merging import merged

    file = find_case(args.case)
    roots = [read_document(find_case(name), CaseError).root for name in (args.case, args.other)]
    one, other = roots
    assert isinstance(one, Mapping)
    assert isinstance(other, Mapping)
    made = merged(file.read_text(encoding="utf-8-sig"), one, other, paths, catalogue)
    options.write_file(args.merged, made.text, [args.case, args.other])
    tell(say("written: {file}", file=args.merged))
    told = (
        (made.to_decide, say("to decide, unknown until then: {names}", names=_all(made.to_decide))),
        (made.taken, say("taken from the second reading: {names}", names=_all(made.taken))),
        (made.by_hand, say("to merge by hand: {names}", names=_all(made.by_hand))),
    )
    for names, what in told:
        if names:
            tell(what)


def _all(names: Sequence[str]) -> str:
    return ", ".join(names)
