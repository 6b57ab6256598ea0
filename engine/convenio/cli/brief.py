"""`convenio brief`: the brief of a case as one file: HTML, PDF, Word or Markdown."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from convenio.assessment import Assessment, assess
from convenio.cli import options
from convenio.cli.language import add_language
from convenio.cli.telling import tell
from convenio.documents import read_document
from convenio.errors import CaseError, UsageError
from convenio.follow_up.decision import read_decision
from convenio.messages import say
from convenio.processes import process_pool
from convenio.reports.brief.audiences import AUDIENCES
from convenio.reports.brief.look import PLAIN, Look
from convenio.reports.brief.themes import load_theme
from convenio.reports.wording import Wording

EXAMPLES = """examples:
  convenio brief cases/us-colombia-dca-2009.yaml -o brief.html
  convenio brief cases/us-colombia-dca-2009.yaml -o brief.docx
  convenio brief cases/us-colombia-dca-2009.yaml -o informe.pdf --lang es --for minister
  convenio brief cases/*.yaml -o briefs/
  convenio brief deal.yaml -o brief.html --previous last-month.json
  convenio brief deal.yaml -o brief.html --live"""

_LARGEST_PREVIOUS = 20_000_000
"""Bytes of an earlier assessment that is still read; one of the core pack has 200,000."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "cases", nargs="+", metavar="CASE", help="case files, or names of shipped ones"
    )
    parser.add_argument(
        "-o",
        "--output",
        required=True,
        metavar="FILE|DIR",
        help="a file (.html, .pdf, .docx, .md); for several cases a folder, in HTML",
    )
    parser.add_argument(
        "--previous",
        metavar="OLD.json|OLD.html",
        help="an earlier result or brief of the case: shows what changed, and why",
    )
    parser.add_argument(
        "--annex", action="store_true", help="unfold the annex, and print it with the brief"
    )
    parser.add_argument(
        "--for",
        dest="audience",
        choices=AUDIENCES,
        default="committee",
        help="whom page one speaks to; verdicts are the same (default: committee)",
    )
    parser.add_argument(
        "--theme",
        type=Path,
        metavar="FILE",
        help="organisation, classification line, logo and colours of the page (YAML)",
    )
    parser.add_argument(
        "--decision",
        type=Path,
        metavar="FILE",
        help="what was decided (from convenio sign): it stands at the sign-off",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="leave out what has to be searched: answers, changes of terms, thresholds",
    )
    parser.add_argument(
        "--card", action="store_true", help="one sheet of at most 130 words, to be spoken"
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help="let the reader try other terms on the page, by a script that it carries (HTML)",
    )
    options.add_pack(parser)
    options.add_context(parser)
    options.add_settings(parser)
    options.add_redact(parser)
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    check_name(Path(args.output))
    _check_live(args)
    _check_format(args)
    wording = options.wording_of(args)
    theme = load_theme(args.theme) if args.theme else None
    decision = read_decision(read_document(args.decision, UsageError)) if args.decision else None
    settings = options.settings_of(args)
    pack = options.read_pack(args)
    previous = _previous(args.previous) if args.previous else {}
    assessments: list[Assessment] = []
    code = 0
    for name in args.cases:
        try:
            case = options.read_case(name, pack, settings, not args.redact)
            assessments.append(assess(case, pack))
        except CaseError as fault:
            tell(fault)
            code = CaseError.exit_code
    _refuse_foreign(args.previous, previous, assessments)
    if decision is not None and [one.case.id for one in assessments] != [decision.case.id]:
        raise UsageError(
            say("{file}: it is about another case: {id}", file=args.decision, id=decision.case.id)
        )
    if assessments:
        inputs = [*args.cases, args.previous] if args.previous else args.cases
        shown = options.redacted_as_asked(args, assessments)
        look = Look(args.annex, args.audience, theme, args.live, args.quick, args.card, decision)
        write_briefs(shown, Path(args.output), wording, inputs, previous, look=look)
    return code


def _check_format(args: argparse.Namespace) -> None:
    """Raise UsageError where something was asked for that a format can't hold."""
    form = FORMATS.get(Path(args.output).suffix.lower(), "HTML")
    asked = {"--theme": args.theme, "--annex": args.annex, "--decision": args.decision}
    for flag, given in asked.items():
        if given and (args.card or form in ("Word", "Markdown")):
            raise UsageError(say("{flag} goes with briefs in HTML and PDF", flag=flag))


def _check_live(args: argparse.Namespace) -> None:
    """Raise UsageError where what was asked for can't be live."""
    if not args.live:
        return
    if args.redact:
        raise UsageError(
            say("--live and --redact exclude each other: a live page carries the facts")
        )
    form = FORMATS.get(Path(args.output).suffix.lower(), "HTML")
    if args.card or form != "HTML":
        raise UsageError(say("--live makes a brief in HTML, and no other format and no card"))


FORMATS = {".html": "HTML", ".htm": "HTML", ".md": "Markdown", ".docx": "Word", ".pdf": "PDF"}
"""What the ending of a brief's name asks for."""


def check_name(output: Path) -> None:
    """Raise UsageError where a file's name promises a format in which no brief is written."""
    suffix = output.suffix.lower()
    if not output.is_dir() and suffix and suffix not in FORMATS:
        known = ", ".join(FORMATS)
        raise UsageError(
            say(
                "{output}: a brief is written as {known}, not as '{suffix}'",
                output=output,
                known=known,
                suffix=output.suffix,
            )
        )


def _written(
    form: str,
    assessment: Assessment,
    wording: Wording,
    previous: Mapping[str, Any] | None,
    recorded: str | None,
    look: Look,
) -> str | bytes:
    from convenio.reports.brief.content import BriefContent
    from convenio.reports.html import render_brief, render_card  # imports jinja2

    if form in ("HTML", "PDF") and not look.card:
        return _page(form, render_brief(assessment, wording, previous, recorded, look))
    content = BriefContent(assessment, wording, previous, look.audience, look.quick)
    title, blocks = assessment.case.title, content.blocks() if not look.card else []
    if look.card:
        from convenio.reports.brief.card import card

        title, blocks = card(content)
    if form in ("HTML", "PDF"):
        return _page(form, render_card(title, blocks, wording))
    if form == "Markdown":
        from convenio.reports.blocks import as_markdown

        return as_markdown(title, blocks)
    from convenio.reports.word import as_word

    return as_word(title, blocks, assessment.case.as_of)


def _page(form: str, page: str) -> str | bytes:
    if form == "HTML":
        return page
    from convenio.reports.pdf import as_pdf

    return as_pdf(page)


def write_briefs(
    assessments: Sequence[Assessment],
    output: Path,
    wording: Wording,
    inputs: Sequence[str],
    previous: Mapping[str, Mapping[str, Any]] | None = None,
    recorded: Sequence[str] = (),
    look: Look = PLAIN,
) -> None:
    """Write each brief, into a folder where there are several, and say where.

    `previous` holds earlier assessments by their case, `recorded` the hash of each assessment's
    record, where there is one.
    """
    _refuse_shared_ids(assessments)
    if len(assessments) > 1 and output.suffix.lower() in FORMATS:
        raise UsageError(say("{output}: several briefs need a folder", output=output))
    to_folder = len(assessments) > 1 or output.is_dir() or output.suffix == ""
    if to_folder:
        if output.exists() and not output.is_dir():
            raise UsageError(say("{output}: several briefs need a folder", output=output))
        output.mkdir(parents=True, exist_ok=True)

    def write(number: int) -> Path:
        assessment = assessments[number]
        record = recorded[number] if number < len(recorded) else None
        before = (previous or {}).get(assessment.case.id)
        target = output / f"{assessment.case.id}.html" if to_folder else output
        form = FORMATS.get(target.suffix.lower(), "HTML")
        words = wording.of_case(assessment.case)
        content = _written(form, assessment, words, before, record, look)
        options.write_file(target, content, inputs)
        return target

    for target in _each(write, len(assessments)):
        tell(say("written: {target}", target=target))


def _refuse_shared_ids(assessments: Sequence[Assessment]) -> None:
    """Raise UsageError where two cases would be written to one file."""
    files: dict[str, str] = {}
    for assessment in assessments:
        case = assessment.case
        if case.id in files:
            raise UsageError(
                say(
                    "{one} and {other} are both called {id}, and their briefs too",
                    one=files[case.id],
                    other=case.file,
                    id=case.id,
                )
            )
        files[case.id] = case.file


_MANY = 24
"""From so many briefs on it pays to start further processes: each takes a quarter of a second."""
_task: list[Callable[[int], Path]] = []


def _each(write: Callable[[int], Path], count: int) -> Iterator[Path]:
    """Write briefs in their order; many of them in as many processes as there are cores.

    The processes are copies of this one and have all that was read (so on Linux only).
    """
    workers = min(os.cpu_count() or 1, count // (_MANY // 2))
    # A copy of a process in which threads of Polars run could wait for them for ever.
    may_copy = sys.platform == "linux" and "polars" not in sys.modules
    if count < _MANY or workers < 2 or not may_copy:
        yield from map(write, range(count))
        return
    _task[:] = [write]
    with process_pool(workers, _nothing, context=get_context("fork")) as pool:
        yield from pool.map(_one, range(count), chunksize=8)


def _nothing() -> None:
    """Start with what the process was copied from."""


def _one(number: int) -> Path:
    return _task[0](number)


def _previous(name: str) -> dict[str, Mapping[str, Any]]:
    """Return the assessments that an earlier result or brief holds, by their case."""
    from convenio.reports.brief.embedded import embedded_in
    from convenio.reports.schema import check_assessment

    try:
        with Path(name).open("rb") as stream:
            data = stream.read(_LARGEST_PREVIOUS + 1)
        if len(data) > _LARGEST_PREVIOUS:
            raise UsageError(
                say(
                    "{name}: too large; at most {LARGEST_PREVIOUS:,} bytes are read",
                    name=name,
                    LARGEST_PREVIOUS=_LARGEST_PREVIOUS,
                )
            )
        text = data.decode("utf-8")
        is_page = Path(name).suffix.lower() in (".html", ".htm")
        content = embedded_in(text) if is_page else json.loads(text)
    except (OSError, ValueError, RecursionError) as fault:
        raise UsageError(
            say("{name}: can't be read as JSON: {fault}", name=name, fault=fault)
        ) from None
    if content is None:
        raise UsageError(say("{name}: no assessment is embedded in this page", name=name))
    documents = content if isinstance(content, list) else [content]
    if not documents:
        raise UsageError(say("{name}: it holds no assessment", name=name))
    for document in documents:
        check_assessment(document, name)
    return {document["case"]["id"]: document for document in documents}


def _refuse_foreign(
    name: str, previous: Mapping[str, Mapping[str, Any]], assessments: Sequence[Assessment]
) -> None:
    """Raise UsageError where an earlier result speaks of none of the cases."""
    cases = [assessment.case.id for assessment in assessments]
    if previous and cases and previous.keys().isdisjoint(cases):
        raise UsageError(
            say(
                "{name}: it speaks of {previous}, not of {cases}: changes are "
                "told of the same case",
                name=name,
                previous=", ".join(previous),
                cases=", ".join(cases),
            )
        )
