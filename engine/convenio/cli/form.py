"""`convenio form`: a case as a form for a spreadsheet, and the form read back."""

from __future__ import annotations

import argparse
import re
from dataclasses import replace
from pathlib import Path

from convenio.assessment.cases import case_from_document, find_case
from convenio.cli import options
from convenio.cli.language import add_language
from convenio.cli.telling import tell
from convenio.documents import Mapping, parse_document, read_document
from convenio.errors import CaseError, UsageError
from convenio.facts.case import Case
from convenio.files import read_at_most
from convenio.messages import say
from convenio.packs import Pack
from convenio.packs.cache import load_cached_pack
from convenio.reports.wording import Wording

EXAMPLES = """examples:
  convenio form -o deal.xlsx --lang es              an empty form
  convenio form ecuador-us-sofa-2023 -o case.xlsx   what a case states, to be gone on with
  convenio form --read case.xlsx -o case.yaml       the case file that a form states"""

_LARGEST_CASE = 5_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "case", nargs="?", metavar="CASE", help="a case file, or the name of a shipped one"
    )
    parser.add_argument("--read", metavar="FORM.xlsx", help="read a form that was filled in")
    parser.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="a form (.xlsx) or a case (.yaml)"
    )
    options.add_pack(parser)
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    if args.read and args.case:
        raise UsageError(say("--read takes the case from the form; name no other"))
    wanted = (".yaml", ".yml") if args.read else (".xlsx",)
    output = Path(args.output)
    if output.suffix.lower() not in wanted:
        message = say("{output}: the name of a form ends in .xlsx", output=output)
        if args.read:
            message = say("{path}: the name of a case file ends in .yaml", path=output)
        raise UsageError(message)
    if args.read:
        return _read(args, output)
    return _write(args, output)


def _write(args: argparse.Namespace, output: Path) -> int:
    from convenio.interview.editing import comments_above
    from convenio.interview.form import form
    from convenio.interview.form_words import FormWords
    from convenio.interview.workbook import as_workbook

    wording = options.wording_of(args)
    pack = load_cached_pack(args.pack, language=wording.base)
    options.tell_untranslated(pack, wording.base)
    if not args.case:
        words = FormWords(pack, wording)
        options.write_file(output, as_workbook(form(words), words))
    else:
        path = find_case(args.case)
        document = read_document(path, CaseError)
        case = case_from_document(document, pack)
        words = FormWords(pack, wording.of_case(case))
        assert isinstance(document.root, Mapping)
        comments = comments_above(read_at_most(path, _LARGEST_CASE, say("the case")).decode())
        excluded = frozenset(pack.evaluator(case).excluded)
        made = form(words, document.root, comments, excluded)
        options.write_file(output, as_workbook(made, words), [args.case])
    tell(say("written: {target}", target=output))
    return 0


def _read(args: argparse.Namespace, output: Path) -> int:
    text, case = read_filled(Path(args.read), args.pack, output.stem)
    options.write_file(output, text, [args.read])
    for warning in case.warnings:
        tell(say("warning: {warning}", warning=warning))
    tell(say("written: {target}", target=output))
    return 0


def read_filled(path: Path, pack_name: str, name: str = "") -> tuple[str, Case]:
    """Return the text of the case file that a form states, and the case, which is checked.

    Raises CaseError with all that is wrong, each with its cell.
    """
    from convenio.interview.form_reading import check_form, read_form
    from convenio.interview.form_words import FormWords
    from convenio.interview.workbook_reading import read_workbook

    filled = read_workbook(path)
    pack = load_cached_pack(pack_name)
    language = check_form(filled, str(path), pack.id)
    try:
        wording = Wording(language)
    except UsageError:
        wording = Wording()
    spoken = load_cached_pack(pack_name, language=wording.base)
    case_id = re.sub(r"[^A-Za-z0-9._-]+", "-", name).lstrip("._-") or "case"
    words = FormWords(spoken, wording, filled.settings)
    found = read_form(filled, words, str(path), case_id)
    case = case_from_document(found.document, pack)
    return found.text, checked(found.text, case, pack)


def checked(text: str, case: Case, pack: Pack) -> Case:
    """Return a case as its file states it; the file is read back before it is written."""
    again = case_from_document(parse_document(text.encode(), "case.yaml", CaseError), pack)
    return replace(again, warnings=case.warnings)
