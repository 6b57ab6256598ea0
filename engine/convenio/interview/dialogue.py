"""Leads a person through the questions of a case, and saves each answer at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from convenio.assessment import load_case
from convenio.errors import Problem
from convenio.facts.case_file import MAX_TITLE
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.spoken import folded
from convenio.interview import questions
from convenio.interview.answers import AnswerReader, hint_in_words, values_with
from convenio.messages import spoken
from convenio.packs import Pack
from convenio.reports.wording import Wording

Write = Callable[[Path, str], None]
_OWN_LINE = re.compile(r"[^A-Za-z0-9._-]+")
_NEAR = 5
_FEW = 20
"""So many values of an enum are listed with its question; of more, `?` lists all."""


class StopError(Exception):
    """The person wants to stop."""


class BackError(Exception):
    """The person wants to go back to the question before."""


@dataclass
class Dialogue:
    """One conversation about one case file.

    `ask` shows a prompt and returns what is typed (EOFError ends), `tell` shows a line, `write`
    puts a text into a file.
    """

    path: Path
    pack: Pack
    wording: Wording
    write: Write
    ask: Callable[[str], str] = input
    tell: Callable[[str], None] = print
    _asked: list[str] = field(default_factory=list)
    _skipped: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._reader = AnswerReader(self.wording, self.pack.catalogue)
        _ = self.wording
        self._commands: Mapping[str, str] = {
            **{folded(word): "quit" for word in ("quit", _("quit"))},
            **{folded(word): "back" for word in ("back", _("back"))},
            **{folded(word): "undisclosed" for word in ("undisclosed", _("undisclosed"))},
            **{folded(word): "asked" for word in ("asked", _("asked"))},
        }

    # --- the course of it ----------------------------------------------------------------

    def begin(self) -> None:
        """Ask for the title and the date, and make the file."""
        _ = self.wording
        self.tell(
            _(
                "A new case. Enter skips a question, '?' explains, 'back' goes to the one before, "
                "'quit' stops; answers are saved."
            )
            + "\n"
        )
        title = self._until_good(
            _("Title of the deal: "),
            _("The name under which people know the deal, such as the title of the agreement."),
            lambda text: text if len(text) <= MAX_TITLE else "",
        )
        as_of = self._until_good(
            _("Date of the case (facts state what was known then): "),
            self._how_to_write_dates(),
            self._day,
        )
        case_id = _OWN_LINE.sub("-", self.path.stem) or "case"
        self.write(
            self.path,
            "# yaml-language-server: $schema=case.schema.json\n"
            "# The schema comes from: convenio schema -o case.schema.json\n"
            f"case: {case_id}\n"
            f"title: {json.dumps(title, ensure_ascii=False)}\n"
            f"as_of: {as_of}\n",
        )

    def questions(self, first_only: bool) -> None:
        """Ask what is still open: the first questions, or all that the deal calls for.

        Raises StopError and EOFError where the person stops; what was answered is saved.
        """
        section = ""
        back: str | None = None
        while True:
            case = load_case(self.path, self.pack)
            asked = list(questions.questions(self.pack, case, first_only))
            remaining = [fact for fact in asked if fact.path not in self._skipped]
            if back is not None:
                remaining = [self.pack.catalogue.facts[back], *remaining]
                back = None
            if not remaining:
                return
            fact = remaining[0]
            if fact.section != section:
                section = fact.section
                title = self.pack.catalogue.sections.get(section, section)
                left = self.wording.plural(
                    "{n} question left", "{n} questions left", len(remaining)
                )
                self.tell(f"\n— {title} ({left})")
            try:
                self._one(fact)
            except BackError:
                back = self._before()

    def _one(self, fact: FactDeclaration) -> None:
        """Ask one question and save its answer; a question that is skipped is not asked again."""
        answer = self._answer(fact, fact.path)
        if not answer:
            self._skipped.add(fact.path)
            self._asked.append(fact.path)
            return
        stopped: StopError | EOFError | None = None
        if fact.type.kind == "list" and answer.isdecimal():
            answer, stopped = self._rows(fact, int(answer))
        elif answer not in ("undisclosed", "asked"):
            answer, stopped = self._with_source(answer)
        if answer:
            text = questions.without(self.path.read_text(encoding="utf-8"), fact.path)
            self.write(self.path, questions.inserted(text, fact.path, answer))
            self._asked.append(fact.path)
        if stopped is not None:
            raise stopped

    def _before(self) -> str | None:
        """Return the question before this one; it is asked again, and its answer replaced."""
        if not self._asked:
            self.tell("   " + self.wording("This is the first question."))
            return None
        last = self._asked.pop()
        self._skipped.discard(last)
        return last

    # --- one answer ----------------------------------------------------------------------

    def _read(self, prompt: str) -> str:
        """Return what is typed. Raises StopError and BackError for those words."""
        answer = self.ask(prompt).strip()
        command = self._commands.get(folded(answer), "") if answer else ""
        if command == "quit":
            raise StopError
        if command == "back":
            raise BackError
        return command or answer

    def _until_good(self, prompt: str, explained: str, read: Callable[[str], str]) -> str:
        while True:
            try:
                answer = self._read(prompt)
            except BackError:
                continue
            if answer == "?":
                self.tell(f"   {explained}")
                continue
            found = read(answer)
            if found:
                return found
            if answer:
                self.tell(f"   {explained}")

    def _day(self, text: str) -> str:
        found = self._reader.date(text)
        return found if len(found) == len("2009-10-30") else ""

    def _how_to_write_dates(self) -> str:
        _ = self.wording
        if _.base == "en":
            return _("Dates are written 2009-10-30, or 30 October 2009.")
        return _("Dates are written 30/10/2009, or 30 October 2009, or 2009-10-30.")

    def _answer(self, fact: FactDeclaration, path: str, within: str = "") -> str:
        """Ask until the answer can be used; an empty text where the question is skipped.

        `within` is the list whose entry the fact is a field of.
        """
        indent = "   " if within else ""
        members = fact.type.members
        prompt = f"{indent}{fact.ask} "
        if 0 < len(members) <= _FEW:
            self.tell(f"{indent}{fact.ask}")
            for line in self._members(fact):
                self.tell(f"   {indent}{line}")
            prompt = f"{indent}> "
        while True:
            answer = self._read(prompt)
            if not answer:
                return ""
            if answer == "?":
                self._explain(fact)
                continue
            if fact.type.kind == "list" and answer.isdecimal():
                return answer
            reserved = answer in ("undisclosed", "asked")
            written = answer if reserved else self._reader.as_yaml(fact, self._meant(fact, answer))
            name = path.rpartition(".")[2]
            stated = f"[{{{name}: {written}}}]" if within else written
            problems = questions.check(self.pack, within or path, stated)
            if not problems:
                return written
            for problem in problems:
                self.tell("   " + self._problem(problem, fact, answer))

    def _meant(self, fact: FactDeclaration, answer: str) -> str:
        """Return the one value whose words hold what was typed, and say so; else the answer."""
        if fact.type.kind != "enum" or answer in fact.type.members:
            return answer
        found = values_with(answer, fact, self.wording)
        if len(found) != 1:
            return answer
        ((member, words),) = found.items()
        self.tell("   " + self.wording("Taken as: {words}.").format(words=words))
        return member

    def _problem(self, problem: Problem, fact: FactDeclaration, answer: str) -> str:
        _ = self.wording
        near = list(values_with(answer, fact, _).values())
        if near:
            return _("That is none of the answers. Near it are: {names}.").format(
                names="; ".join(near[:_NEAR])
            )
        parts = [spoken(problem.message)]
        if problem.nearest:
            nearest = problem.nearest
            if fact.type.members:
                nearest = f"{nearest} ({_.member(nearest, fact)})"
            parts.append(_("did you mean {what}?").format(what=nearest))
        return "; ".join(parts) + f". {self._how_to_answer(fact)}."

    def _explain(self, fact: FactDeclaration) -> None:
        """Say how the question is answered, and what each value of it means."""
        _ = self.wording
        self.tell(f"   {self._how_to_answer(fact)}.")
        if fact.hint:
            self.tell(f"   {hint_in_words(fact, _)}.")
        for line in self._members(fact, whole=True):
            self.tell(f"   {line}")
        self.tell("   " + _("Enter skips. 'undisclosed': the parties refuse to say."))
        self.tell("   " + _("'asked': somebody has asked, and nobody has answered."))

    def _members(self, fact: FactDeclaration, whole: bool = False) -> Iterator[str]:
        """Yield the values of an enum or set in words, numbered, with their names in files."""
        words = fact.sentences
        for number, member in enumerate(fact.type.members, 1):
            said = self.wording.member(member, fact)
            if whole and words is not None and member in words.values:
                said = self.wording(words.values[member])
            yield f"{number:>3}  {said}" + (f"  [{member}]" if whole else "")

    def _how_to_answer(self, fact: FactDeclaration) -> str:
        _ = self.wording
        kind = fact.type.kind
        if kind == "date":
            return self._how_to_write_dates().removesuffix(".")
        texts = {
            "bool": _("Answer yes or no"),
            "integer": _("Answer with a whole number"),
            "number": _("Answer with a number"),
            "money": _("Answer with an amount and a currency, such as 1200000 USD"),
            "enum": _("Answer with one of these, by number or in words"),
            "country": _("Answer with the name or the code of a state, or a body such as OAS"),
            "place": _("Answer with latitude and longitude, such as 4.6, -74.1"),
            "text": _("Answer in a few words"),
            "list": _("Answer with the number of entries; 0 where there are none"),
        }
        if kind == "set":
            if fact.type.element == "country":
                return _("Answer with names or codes of states, with commas between them")
            return _("Answer with all that apply, by number or in words, with commas between them")
        unit = _(fact.unit) if fact.unit not in ("", "share") else ""
        if fact.unit == "share":
            return _("Answer with a share: 0.25 or 25%")
        return f"{texts[kind]} ({unit})" if unit else texts[kind]

    # --- entries of lists, sources -------------------------------------------------------

    def _rows(self, fact: FactDeclaration, count: int) -> tuple[str, StopError | EOFError | None]:
        """Ask for the entries of a list; those that are there stay where the person stops."""
        _ = self.wording
        rows: list[str] = []
        stopped: StopError | EOFError | None = None
        while len(rows) < count and stopped is None:
            self.tell("   " + _("Entry {n} of {count}").format(n=len(rows) + 1, count=count))
            fields: dict[str, str] = {}
            try:
                self._fields(fact, fields)
            except (StopError, EOFError) as fault:
                stopped = fault
            if fields or stopped is None:
                rows.append("{" + ", ".join(f"{name}: {v}" for name, v in fields.items()) + "}")
        if not rows and stopped is not None:
            return "", stopped
        return "[" + ", ".join(rows) + "]", stopped

    def _fields(self, fact: FactDeclaration, fields: dict[str, str]) -> None:
        """Ask for the fields of one entry; `back` asks for the field before again."""
        record = list(self.pack.catalogue.records[fact.type.record].items())
        place = 0
        while place < len(record):
            name, declaration = record[place]
            try:
                answer = self._answer(declaration, f"{fact.path}.{name}", within=fact.path)
            except BackError:
                place = max(0, place - 1)
                fields.pop(record[place][0], None)
                continue
            if answer:
                fields[name] = answer
            place += 1

    def _with_source(self, answer: str) -> tuple[str, StopError | EOFError | None]:
        """Ask where the fact stands; a new source is declared under `sources`.

        The answer stays where the person stops at this question, and where it states its source
        itself, as case files do.
        """
        _ = self.wording
        if answer.startswith("{value:"):
            return answer, None
        try:
            known = self._sources()
            prompt = _("Source, a short key such as gazette (Enter: later): ")
            if known:
                prompt = _("Source: {names}, or another short key (Enter: later): ").format(
                    names=", ".join(known)
                )
            source = self._optional(
                f"   {prompt}",
                _("A short name for the document; its title is asked for when it is new."),
            )
            if not source:
                return answer, None
            key = re.sub(r"[^A-Za-z0-9_-]+", "-", source).strip("-") or "source"
            at = self._optional(
                "   " + _("Article, page or paragraph: "),
                _("Where in the document the fact stands, so that others can check it."),
            )
            if key not in known:
                self._declare(key)
        except (StopError, EOFError) as fault:
            return answer, fault
        except BackError:
            return answer, None
        place = f", at: {json.dumps(at, ensure_ascii=False)}" if at else ""
        return f"{{value: {answer}, source: {key}{place}}}", None

    def _declare(self, key: str) -> None:
        _ = self.wording
        title = self._optional(
            "   " + _("'{key}' is new. Its title: ").format(key=key),
            _("The title of the document, as a reader would look for it."),
        )
        entry = "{title: " + json.dumps(title or key, ensure_ascii=False) + "}"
        text = self.path.read_text(encoding="utf-8")
        self.write(self.path, questions.inserted(text, f"sources.{key}", entry))

    def _optional(self, prompt: str, explained: str) -> str:
        while True:
            answer = self._read(prompt)
            if answer != "?" and len(answer) <= MAX_TITLE:
                return answer
            self.tell(f"   {explained}")

    def _sources(self) -> list[str]:
        return list(load_case(self.path, self.pack).sources)
