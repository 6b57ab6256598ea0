"""`convenio answers`: what came back, put into a new case file: answered, refused, still asked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from collections.abc import Mapping as AnyMapping
from pathlib import Path

from convenio.assessment import load_case
from convenio.assessment.cases import case_from_document
from convenio.cli import options
from convenio.cli.form import checked, read_filled
from convenio.cli.language import add_language
from convenio.cli.letter import day_of, file_of
from convenio.cli.telling import tell
from convenio.documents import Mapping, Node, parse_document
from convenio.errors import CaseError, UsageError
from convenio.facts.case import Case
from convenio.messages import say
from convenio.packs import Pack
from convenio.packs.cache import load_cached_pack
from convenio.reports.wording import Wording

EXAMPLES = """examples:
  convenio answers deal.yaml oficio.docx -o deal-2.yaml --on 2024-03-25
  convenio answers deal.yaml answers.xlsx -o deal-2.yaml"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("case", metavar="CASE", help="the case that the letter was about")
    parser.add_argument(
        "answers", metavar="FILE", help="the letter (.docx, .md) or form (.xlsx) that came back"
    )
    parser.add_argument(
        "-o", "--output", required=True, metavar="NEW.yaml", help="the case with the answers"
    )
    parser.add_argument(
        "--on", metavar="DATE", help="the day on which the answers are read (default: deadline)"
    )
    options.add_pack(parser)
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    output, given = Path(args.output), Path(args.answers)
    if output.suffix not in (".yaml", ".yml"):
        raise UsageError(say("{path}: the name of a case file ends in .yaml", path=output))
    if given.suffix.lower() not in (".docx", ".md", ".xlsx"):
        raise UsageError(say("{path}: answers are read from .docx, .md or .xlsx", path=given))
    pack = load_cached_pack(args.pack, language=options.wording_of(args).base)
    case = load_case(args.case, pack, context=False)
    if given.suffix.lower() == ".xlsx":
        return _from_form(args, case, pack)
    return _from_letter(args, case, pack)


def _from_letter(args: argparse.Namespace, case: Case, pack: Pack) -> int:
    from convenio.interview.form_words import FormWords
    from convenio.interview.letter_reading import read_letter
    from convenio.interview.replies import outcome

    path = Path(args.answers)
    returned = read_letter(path)
    mark = returned.mark
    if mark.case != case.id or mark.pack != pack.id:
        raise UsageError(
            say(
                "{path}: the letter asks about {asked} with the pack {pack}, not about {case}",
                path=path,
                asked=mark.case,
                pack=mark.pack,
                case=case.id,
            )
        )
    on = day_of(args.on, "--on") if args.on else mark.due
    if on < mark.on:
        raise UsageError(say("--on lies before the date of the letter, {on}", on=mark.on))
    wording = Wording(mark.language)
    spoken = load_cached_pack(args.pack, language=wording.base)
    found = outcome(returned.replies, mark, FormWords(spoken, wording), case, on)
    _write(args, found.changes or {}, pack)
    words = options.wording_of(args)
    lines = [
        _told(words("Answered"), found.answered, words, pack),
        _told(words("Refused"), found.refused, words, pack),
        _told(
            words("Asked on {day}, no answer").format(day=words.date(mark.on)),
            found.open,
            words,
            pack,
        ),
        _told(words("Lists: answered, to be entered in a form"), found.by_hand, words, pack),
    ]
    late = (on - mark.due).days
    if found.open and late > 0:
        lines.append(
            words("Silence: the answer was due by {due}, {days} ago.").format(
                due=words.date(mark.due), days=words.plural("{n} day", "{n} days", late)
            )
        )
    elif found.open:
        lines.append(words("An answer is due by {due}.").format(due=words.date(mark.due)))
    sys.stdout.write("\n".join(line for line in lines if line) + "\n")
    return 0


def _told(title: str, paths: Iterable[str], words: Wording, pack: Pack) -> str:
    names = [f"  {words.label(path, pack.catalogue)} ({path})" for path in paths]
    return "\n".join([f"{title}: {len(names)}", *names]) if names else ""


def _from_form(args: argparse.Namespace, case: Case, pack: Pack) -> int:
    """Take over what a form says otherwise than the case, or beside it."""
    from convenio.interview.form import without_places

    text, filled = read_filled(Path(args.answers), args.pack)
    if filled.id != case.id:
        raise UsageError(
            say(
                "{path}: the form is of {asked}, not of {case}",
                path=args.answers,
                asked=filled.id,
                case=case.id,
            )
        )
    root = parse_document(text.encode(), "form.yaml", CaseError).root
    assert isinstance(root, Mapping)
    moved = [
        path
        for path, fact in filled.facts.items()
        if without_places(fact) != without_places(case.facts.get(path))
    ]
    changes: dict[str, Node] = {}
    for path in moved:
        section, _, name = path.partition(".")
        block = root.entries[section]
        if not name:
            changes[section] = block
        elif isinstance(block, Mapping) and name in block.entries:
            changes[path] = block.entries[name]
        else:  # It is stated for single countries, which go together.
            changes[section] = block
    sources = root.entries.get("sources")
    for key in filled.sources.keys() - case.sources.keys():
        assert isinstance(sources, Mapping)
        changes[f"sources.{key}"] = sources.entries[key]
    _write(args, changes, pack)
    words = options.wording_of(args)
    by_state = {
        words("Answered"): [p for p in moved if filled.facts[p].state in ("known", "conflict")],
        words("Refused"): [p for p in moved if filled.facts[p].state == "undisclosed"],
        words("Asked, no answer"): [p for p in moved if filled.facts[p].state == "asked"],
        words("Not known"): [p for p in moved if filled.facts[p].state == "unknown"],
    }
    lines = [_told(title, paths, words, pack) for title, paths in by_state.items()]
    sys.stdout.write("\n".join([line for line in lines if line] or [words("Nothing new.")]) + "\n")
    return 0


def _write(args: argparse.Namespace, changes: AnyMapping[str, Node], pack: Pack) -> None:
    """Write the case with its changes, once it has been read back without a fault."""
    from convenio.interview.editing import with_answers

    text, root = file_of(args.case)
    changed = with_answers(text, root, changes)
    case = case_from_document(parse_document(changed.encode(), args.output, CaseError), pack)
    for warning in checked(changed, case, pack).warnings:
        tell(say("warning: {warning}", warning=warning))
    options.write_file(Path(args.output), changed, [args.case, args.answers])
    tell(say("written: {target}", target=args.output))
