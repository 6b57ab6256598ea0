"""`convenio verify`: a log, a brief or a result re-evaluated, and what differs."""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import asdict
from pathlib import Path

from convenio.audit.signatures import read_checking_key
from convenio.audit.verify import Sources, Verified, verify
from convenio.messages import say, spoken
from convenio.reports.wording import N_

EXAMPLES = """examples:
  convenio verify brief.html --case deal.yaml
  convenio verify result.json --log decisions.jsonl
  convenio verify decisions.jsonl --key ministry.pem --head sha256:…

exit codes: 0 everything holds good, 1 something differs, 2 it can't be verified"""

_SHOWN = 100
_EVALUATED = {
    "record": (say("1 record re-evaluated"), N_("{count:,} records re-evaluated")),
    "result": (say("1 result re-evaluated"), N_("{count:,} results re-evaluated")),
    "brief": (say("1 brief re-evaluated"), N_("{count:,} briefs re-evaluated")),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("file", type=Path, metavar="LOG|BRIEF|JSON", help="what is to be verified")
    parser.add_argument(
        "--case", type=Path, metavar="CASE", help="the case file (default: the shipped one)"
    )
    parser.add_argument(
        "--pack", default="core", metavar="NAME|DIR", help="the rule pack (default: core)"
    )
    parser.add_argument(
        "--context",
        action="append",
        type=Path,
        metavar="DIR",
        help="a folder of further context tables (repeatable; default: CONVENIO_CONTEXT)",
    )
    parser.add_argument(
        "--log", type=Path, metavar="LOG.jsonl", help="take case and pack from beside this log"
    )
    parser.add_argument(
        "--key", type=Path, metavar="PUBLIC.pem", help="whose signature every record must have"
    )
    parser.add_argument(
        "--head", metavar="HASH", help="the hash that was told when a record was written"
    )
    parser.add_argument("--format", default="text", choices=("text", "json"), help="default: text")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    key = read_checking_key(args.key) if args.key else None
    given = os.environ.get("CONVENIO_CONTEXT", "")
    context = tuple(args.context or ([Path(given)] if given else []))
    sources = Sources(args.case, args.pack, context, args.log)
    verified = verify(args.file, sources, key, args.head)
    if args.format == "json":
        print(json.dumps({"file": str(args.file), **asdict(verified)}, indent=1))
    else:
        print("\n".join(_lines(args.file, verified)))
    return 1 if verified.differences else 0


def _lines(file: Path, verified: Verified) -> list[str]:
    shown = list(verified.differences[:_SHOWN])
    left = len(verified.differences) - len(shown)
    found = len(verified.differences)
    came = say("1 difference") if found == 1 else say("{found:,} differences", found=found)
    one, several = _EVALUATED[verified.what]
    checked = one if verified.checked == 1 else say(several, count=verified.checked)
    came = came if found else say("everything holds good")
    end = say("{file}: {checked}; {came}", file=file, checked=checked, came=came)
    more = [say("and {left:,} more", left=left)] if left else []
    notes = (say("note: {note}", note=note) for note in verified.notes)
    return [spoken(line) for line in (*shown, *more, *notes, end)]
