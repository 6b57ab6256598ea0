"""`convenio new`: write a case file by answering questions; go on later where you stopped."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import re
from pathlib import Path

from convenio.assessment import load_case
from convenio.authoring import questionnaire
from convenio.cli import options
from convenio.errors import UsageError
from convenio.facts.catalogue import FactDeclaration
from convenio.files import is_file, one_writer
from convenio.messages import say
from convenio.packs.cache import load_cached_pack
from convenio.packs.pack import Pack

EXAMPLES = """example:
  convenio new my-deal.yaml          the twelve first questions
  convenio new my-deal.yaml --all    all that the deal calls for; goes on where you stopped

Answers are saved at once. Enter skips a question, 'undisclosed' says that the parties refuse the
fact, 'asked' that nobody has answered, '?' explains, 'quit' stops."""


class _StopError(Exception):
    """The user wants to stop."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("file", metavar="FILE.yaml", help="made, or gone on with where it exists")
    parser.add_argument("--all", action="store_true", help="ask all that the deal calls for")
    options.add_pack(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    path = Path(args.file)
    if path.suffix not in (".yaml", ".yml"):
        raise UsageError(say("{path}: the name of a case file ends in .yaml", path=path))
    pack = load_cached_pack(args.pack)
    with one_writer(path):
        try:
            if not is_file(path):
                _begin(path)
            _ask_all(path, pack, first_only=not args.all)
        except (_StopError, EOFError):
            print()
    if is_file(path):
        print(f"Saved: {path}. Next: convenio assess {path}")
    return 0


def _read(prompt: str) -> str:
    answer = input(prompt).strip()
    if answer == "quit":
        raise _StopError
    return answer


def _is_date(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _begin(path: Path) -> None:
    print("A new case. Enter skips a question, '?' explains, 'quit' stops; answers are saved.\n")
    title = ""
    while not title:
        title = _read("Title of the deal: ")
    as_of = ""
    while not _is_date(as_of):
        as_of = _read("Date of the case, year-month-day (facts state what was known then): ")
    case_id = re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem) or "case"
    options.write_file(
        path,
        "# yaml-language-server: $schema=case.schema.json\n"
        "# The schema comes from: convenio schema -o case.schema.json\n"
        f"case: {case_id}\n"
        f"title: {json.dumps(title, ensure_ascii=False)}\n"
        f"as_of: {as_of}\n",
    )


def _ask_all(path: Path, pack: Pack, first_only: bool) -> None:
    skipped: set[str] = set()
    section = ""
    while True:
        case = load_case(path, pack)
        remaining = [
            fact
            for fact in questionnaire.questions(pack, case, first_only)
            if fact.path not in skipped
        ]
        if not remaining:
            return
        fact = remaining[0]
        if fact.section != section:
            section = fact.section
            title = pack.catalogue.sections.get(section, section)
            print(f"\n— {title} ({len(remaining)} questions left)")
        answer = _answer(pack, fact, fact.path, f"{fact.ask} ")
        if answer:
            answer = _with_source(path, answer)
            text = path.read_text(encoding="utf-8")
            options.write_file(path, questionnaire.inserted(text, fact.path, answer))
        else:
            skipped.add(fact.path)


def _answer(pack: Pack, fact: FactDeclaration, path: str, prompt: str) -> str:
    """Ask until the answer can be used; an empty text where the question is skipped."""
    while True:
        answer = _read(prompt)
        if not answer:
            return ""
        if answer == "?":
            hint = f" {fact.hint}." if fact.hint else ""
            print(f"   {questionnaire.how_to_answer(fact)}.{hint}")
            continue
        if fact.type.kind == "list" and answer.isdecimal():
            return _rows(pack, fact, int(answer))
        written = questionnaire.as_yaml(fact, answer)
        problems = questionnaire.check(pack, path, written)
        if not problems:
            return written
        for problem in problems:
            expected = (
                say(": expected {expected}", expected=problem.expected) if problem.expected else ""
            )
            nearest = f"; did you mean {problem.nearest}?" if problem.nearest else ""
            print(f"   {problem.message}{expected}{nearest}")


def _rows(pack: Pack, fact: FactDeclaration, count: int) -> str:
    rows = []
    for number in range(count):
        print(f"   Entry {number + 1} of {count}")
        fields = []
        for name, field in pack.catalogue.records[fact.type.record].items():
            answer = _field(pack, fact, name, field)
            if answer:
                fields.append(f"{name}: {answer}")
        rows.append("{" + ", ".join(fields) + "}")
    return "[" + ", ".join(rows) + "]"


def _field(pack: Pack, owner: FactDeclaration, name: str, field: FactDeclaration) -> str:
    while True:
        answer = _read(f"   {field.ask} ")
        if not answer:
            return ""
        if answer == "?":
            print(f"   {questionnaire.how_to_answer(field)}")
            continue
        written = questionnaire.as_yaml(field, answer)
        problems = questionnaire.check(pack, owner.path, f"[{{{name}: {written}}}]")
        if not problems:
            return written
        print("   " + "; ".join(f"{p.message}: expected {p.expected}" for p in problems))


def _with_source(path: Path, answer: str) -> str:
    """Ask where the fact stands; a new source is declared under `sources`."""
    if answer in ("undisclosed", "asked") or answer.startswith("[{"):
        return answer
    source = _read("   Source, a short key such as gazette (Enter: later): ")
    if not source:
        return answer
    key = re.sub(r"[^A-Za-z0-9_-]+", "-", source).strip("-") or "source"
    at = _read("   Article, page or paragraph: ")
    text = path.read_text(encoding="utf-8")
    if not re.search(rf"^\s+{re.escape(key)}:", text, re.MULTILINE):
        title = _read(f"   '{key}' is new. Its title: ") or key
        entry = "{title: " + json.dumps(title, ensure_ascii=False) + "}"
        options.write_file(path, questionnaire.inserted(text, f"sources.{key}", entry))
    place = f", at: {json.dumps(at, ensure_ascii=False)}" if at else ""
    return f"{{value: {answer}, source: {key}{place}}}"
