"""`convenio assess`: verdicts and rating of one or more cases."""

from __future__ import annotations

import argparse
import datetime as dt
import json
from pathlib import Path

from convenio.assessment import Assessment, assess
from convenio.cli import options, output
from convenio.cli.brief import check_name, write_briefs
from convenio.cli.language import add_language
from convenio.cli.telling import tell
from convenio.errors import CaseError, UsageError
from convenio.files import is_folder
from convenio.messages import say
from convenio.reports.formats import FORMATS
from convenio.reports.wording import Wording

EXAMPLES = """examples:
  convenio assess cases/us-colombia-dca-2009.yaml
  convenio assess cases/*.yaml --format csv -o findings.csv
  convenio assess deal.yaml --set terms.duration_years=5 --fail-on high

exit codes: 0 nothing at or above --fail-on, 1 something is, 2 wrong use,
3 a case file is invalid, 4 a pack is invalid, 101 internal error"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "cases", nargs="+", metavar="CASE", help="case files, or names of shipped ones"
    )
    parser.add_argument("--format", choices=tuple(FORMATS), default="text", help="default: text")
    parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of stdout")
    parser.add_argument("--brief", metavar="FILE.html", help="also write the brief (one case)")
    parser.add_argument(
        "--pack",
        action="append",
        metavar="NAME|DIR",
        help="the rule pack (default: core); repeatable: each case against each pack",
    )
    options.add_context(parser)
    options.add_settings(parser)
    options.add_limits(parser)
    options.add_readings(parser)
    parser.add_argument(
        "--inference",
        choices=("auto", "durable_rules", "reference"),
        default="auto",
        help="the engine that infers (default: auto)",
    )
    parser.add_argument("--record", metavar="LOG.jsonl", help="append to a hash-chained audit log")
    parser.add_argument(
        "--recorded-at",
        metavar="TIME",
        help="the time that the log gets, marked as claimed (default: the clock's)",
    )
    parser.add_argument(
        "--sign", type=Path, metavar="KEY.pem", help="sign the log's records with an Ed25519 key"
    )
    parser.add_argument(
        "--exact",
        action="store_true",
        help="ask the solver which ratings complete answers really reach (text, markdown, json)",
    )
    parser.add_argument(
        "--solver-max",
        type=int,
        default=2,
        metavar="N",
        help="with --exact: further entries of a list that may go on (default: 2)",
    )
    parser.add_argument(
        "--witness", type=Path, metavar="DIR", help="with --exact: write the cases that reach them"
    )
    options.add_redact(parser)
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command; a case that is invalid is reported, the others are still assessed."""
    wording = options.wording_of(args)
    settings = options.settings_of(args)
    _moment(args)
    _check_exact(args)
    if args.brief:
        check_name(Path(args.brief))
    names = args.pack or ["core"]
    packs = [options.presuming(args, options.read_pack(args, name)) for name in names]
    assessments: list[Assessment] = []
    code = 0
    for name in args.cases:
        for pack in packs:
            try:
                case = options.read_case(name, pack, settings, not args.redact)
            except CaseError as fault:
                tell(fault)
                code = CaseError.exit_code
                break
            assessments.append(assess(case, pack, args.inference))
    if assessments:
        shown = options.redacted_as_asked(args, assessments)
        # The log is one's own: what it holds is left out of nothing, so that it can be verified.
        recorded = _record(args, assessments) if args.record else ()
        _write(args, shown, wording, recorded)
    ratings = [assessment.rating(args.reading) for assessment in assessments]
    ceilings = [assessment.ceiling for assessment in assessments]
    untested = sum(assessment.untested for assessment in assessments)
    return code or int(options.limit_reached(args, ratings, ceilings, untested))


def _check_exact(args: argparse.Namespace) -> None:
    if args.witness is not None and not args.exact:
        raise UsageError(say("--witness goes with --exact"))
    if args.exact and args.format not in ("text", "markdown", "json"):
        raise UsageError(
            say("--exact goes with text, markdown and json, not with {format}", format=args.format)
        )
    if not 0 <= args.solver_max <= 5:
        raise UsageError(
            say(
                "--solver-max is a number from 0 to 5, not {solver_max}", solver_max=args.solver_max
            )
        )
    if args.exact and args.redact:
        raise UsageError(say("--exact reckons with the facts that --redact leaves out"))
    if args.witness is not None and not is_folder(args.witness):
        raise UsageError(say("{witness}: there is no such folder", witness=args.witness))


def _moment(args: argparse.Namespace) -> dt.datetime | None:
    """Return the time that is claimed for the log; None where it is the clock's."""
    if not args.recorded_at:
        return None
    try:
        return dt.datetime.fromisoformat(args.recorded_at)
    except ValueError:
        raise UsageError(
            say(
                "--recorded-at takes a time such as 2024-05-01T12:00:00+00:00, not '{recorded_at}'",
                recorded_at=args.recorded_at,
            )
        ) from None


def _record(args: argparse.Namespace, assessments: list[Assessment]) -> tuple[str, ...]:
    """Add the assessments to the log, and return the hashes of their records."""
    from convenio.audit.record import Moment, append_records
    from convenio.audit.signatures import read_signing_key

    claimed = _moment(args)
    moment = Moment(claimed, claimed=True) if claimed else Moment(dt.datetime.now(dt.UTC))
    key = read_signing_key(args.sign) if args.sign else None
    appended = append_records(Path(args.record), assessments, moment, key)
    for warning in appended.warnings:
        tell(say("warning: {warning}", warning=warning))
    head = appended.head
    tell(
        say(
            "recorded: {record}, record {count}, head {hash}",
            record=args.record,
            count=head.count,
            hash=head.hash,
        )
    )
    return appended.records


def _write(
    args: argparse.Namespace,
    assessments: list[Assessment],
    wording: Wording,
    recorded: tuple[str, ...],
) -> None:
    text = FORMATS[args.format](assessments, wording, output.screen(bool(args.output)))
    if args.exact:
        text = _with_exact(args, text, assessments, wording)
    output.emit(text, args.output, args.cases, commands=args.format == "github")
    if args.brief:
        write_briefs(assessments, Path(args.brief), wording, args.cases, recorded=recorded)


def _with_exact(
    args: argparse.Namespace, text: str, assessments: list[Assessment], wording: Wording
) -> str:
    """Add the exact ranges to a report, and write the cases that show them."""
    from convenio.reports import blocks
    from convenio.reports.scenarios import exact as exact_report
    from convenio.scenarios.exact.search import exact_range

    found = [exact_range(a.case, a.pack, further=args.solver_max) for a in assessments]
    if args.witness is not None:
        for exact in found:
            for name, content in exact_report.witnesses(exact):
                options.write_file(args.witness / name, content, args.cases)
    if args.format == "json":
        content = json.loads(text)
        documents = content if isinstance(content, list) else [content]
        for document, exact in zip(documents, found, strict=True):
            document["exact"] = exact_report.to_dict(exact)
        return json.dumps(content, ensure_ascii=False, indent=1) + "\n"
    shown = [(exact.base.case.title, [exact_report.block(exact, wording)]) for exact in found]
    write = blocks.as_markdown if args.format == "markdown" else blocks.as_text
    return "\n".join([text, *(write(title, parts) for title, parts in shown)])
