"""`convenio sign`: write down what was decided on a deal, or check whether it still stands."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import yaml

from convenio.assessment import Assessment, assess
from convenio.cli import case_sources, options, output
from convenio.cli.telling import tell
from convenio.documents import read_document
from convenio.errors import UsageError
from convenio.follow_up.decision import CHOICES, decide, read_decision, what_changed
from convenio.messages import say
from convenio.reports.wording import Wording

EXAMPLES = """examples:
  convenio sign deal.yaml --decision conditions --condition "The annexes are published." \\
    --by "A. Pérez" --role "Vice-minister" --reason "…" --on 2026-03-01 -o decision.yaml
  convenio sign deal.yaml --check decision.yaml

exit codes: 0 done, or all stands; 1 something has changed; 2 wrong use; 3 the case is invalid"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    output.add_case(parser)
    parser.add_argument("--decision", choices=CHOICES, help="what was decided")
    parser.add_argument("--by", metavar="NAME", help="who decided")
    parser.add_argument("--role", default="", metavar="TEXT", help="in which office")
    parser.add_argument("--reason", metavar="TEXT", help="why")
    parser.add_argument("--on", metavar="DATE", help="the day, such as 2026-03-01")
    parser.add_argument(
        "--condition", action="append", default=[], metavar="TEXT", help="a condition (repeatable)"
    )
    parser.add_argument(
        "--dissent",
        action="append",
        default=[],
        metavar="NAME: WHY",
        help="who disagreed, and why (repeatable)",
    )
    parser.add_argument(
        "--reply",
        action="append",
        default=[],
        metavar="RULE: TEXT",
        help="the ministry's reply to a finding (repeatable)",
    )
    parser.add_argument(
        "--check", type=Path, metavar="FILE", help="an earlier decision: does it still stand?"
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    wording = options.wording_of(args)
    pack = options.read_pack(args)
    case = options.read_case(args.case, pack, options.settings_of(args))
    assessment = assess(case, pack)
    if args.check and args.decision:
        raise UsageError(say("--check and --decision exclude each other"))
    if args.check:
        return _check(args, assessment, wording)
    for name in ("decision", "by", "reason", "on", "output"):
        if not getattr(args, name):
            flag = "-o" if name == "output" else f"--{name}"
            raise UsageError(say("a decision needs {flag}", flag=flag))
    if args.output.suffix.lower() not in (".yaml", ".yml"):
        raise UsageError(say("{path}: the name of a decision ends in .yaml", path=args.output))
    decision = decide(
        assessment,
        args.decision,
        case_sources.day_asked(args),
        args.by,
        args.reason,
        role=args.role,
        conditions=args.condition,
        dissent=[_pair(text, "--dissent", ("by", "reason")) for text in args.dissent],
        replies=[_pair(text, "--reply", ("rule", "reply")) for text in args.reply],
    )
    text = yaml.safe_dump(decision.as_data(), sort_keys=False, allow_unicode=True, width=100)
    options.write_file(args.output, text, [args.case])
    tell(say("written: {file}", file=args.output))
    if decision.approval:
        tell(say("at this rating the pack asks for: {who}", who=decision.approval))
    return 0


def _pair(text: str, flag: str, names: Sequence[str]) -> dict[str, str]:
    first, colon, rest = text.partition(":")
    if not colon or not first.strip() or not rest.strip():
        raise UsageError(say("{flag} takes two parts with a colon between them", flag=flag))
    return {names[0]: first.strip(), names[1]: rest.strip()}


def _check(args: argparse.Namespace, assessment: Assessment, wording: Wording) -> int:
    from convenio.reports import decisions

    decision = read_decision(read_document(args.check, UsageError))
    changed = list(what_changed(decision, assessment))
    output.show(
        args,
        assessment.case.title,
        lambda: decisions.decision_blocks(decision, assessment, changed, wording),
        lambda: {**decision.as_data(), "changed": [str(one) for one in changed]},
        [args.case, str(args.check)],
    )
    return int(bool(changed))
