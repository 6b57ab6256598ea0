"""`convenio letter`: the letter that asks for what is open, with fields that are read back."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from convenio.assessment import load_case
from convenio.assessment.cases import find_case
from convenio.cli import options
from convenio.cli.language import add_language
from convenio.cli.telling import tell
from convenio.documents import Mapping, read_document
from convenio.errors import CaseError, UsageError
from convenio.files import read_at_most
from convenio.messages import say

EXAMPLES = """examples:
  convenio letter deal.yaml --deadline 20d -o oficio.docx --lang es
  convenio letter deal.yaml --on 2024-03-01 --deadline 2024-03-21 -o letter.md --limit 10
  convenio letter deal.yaml --deadline 20d -o oficio.docx --mark deal-asked.yaml"""

LARGEST_CASE = 5_000_000
"""Bytes of a case file, as its reader allows them."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("case", metavar="CASE", help="a case file, or the name of a shipped one")
    parser.add_argument(
        "--to",
        choices=("ministry", "all"),
        default="ministry",
        help="whom to ask: 'all' asks for what is known of the country too (default: ministry)",
    )
    parser.add_argument(
        "--deadline",
        required=True,
        metavar="20d|DATE",
        help="the last day for an answer, or in how many days of the calendar it is",
    )
    parser.add_argument("--on", metavar="DATE", help="the letter's date (default: the case's)")
    parser.add_argument("--limit", type=int, metavar="N", help="ask the first N (default: all)")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help=".docx or .md")
    parser.add_argument(
        "--mark", metavar="NEW.yaml", help="write a case file in which they are marked as asked"
    )
    options.add_pack(parser)
    options.add_context(parser)
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.interview.editing import with_answers
    from convenio.interview.form_words import FormWords
    from convenio.interview.letter import due_date, letter
    from convenio.interview.letter_writing import as_markdown, as_word
    from convenio.interview.replies import asked

    output = Path(args.output)
    if output.suffix.lower() not in (".docx", ".md"):
        raise UsageError(say("{output}: a letter is written as .docx or .md", output=output))
    if args.mark and Path(args.mark).suffix not in (".yaml", ".yml"):
        raise UsageError(say("{path}: the name of a case file ends in .yaml", path=args.mark))
    if args.limit is not None and args.limit < 1:
        raise UsageError(say("--limit is 1 or more, not {limit}", limit=args.limit))
    pack = options.read_pack(args)
    case = load_case(args.case, pack, context=pack.asked.context)
    on = day_of(args.on, "--on") if args.on else case.as_of
    words = FormWords(pack, options.wording_of(args).of_case(case))
    made = letter(case, words, args.to, on, due_date(args.deadline, on), args.limit)
    is_word = output.suffix.lower() == ".docx"
    options.write_file(output, as_word(made) if is_word else as_markdown(made), [args.case])
    tell(say("written: {target}", target=output))
    if args.mark:
        paths = [asking.where for group in made.groups for asking in group.questions]
        text, root = file_of(args.case)
        marked = with_answers(text, root, asked(paths, on))
        options.write_file(Path(args.mark), marked, [args.case])
        tell(say("written: {target}", target=args.mark))
    return 0


def file_of(name: str) -> tuple[str, Mapping]:
    """Return the text of a case file, and its tree."""
    path = find_case(name)
    root = read_document(path, CaseError).root
    assert isinstance(root, Mapping)
    data = read_at_most(path, LARGEST_CASE, say("the case"))
    # JSON is YAML too, and can be changed line by line only by luck.
    return data.decode("utf-8-sig"), root


def day_of(text: str, flag: str) -> dt.date:
    """Return the day that a flag names. Raises UsageError where it names none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            say("{flag} takes a date such as 2024-03-01, not '{text}'", flag=flag, text=text)
        ) from None
