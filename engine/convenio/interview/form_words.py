"""The words of a form in one language: its sheets, its headings, what is not known."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from babel import Locale

from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.provenance import PROVENANCE
from convenio.facts.spoken import folded, names_of_members
from convenio.interview.sheets import Column
from convenio.packs import Pack
from convenio.reports.wording import Wording

FIRST, ALL, SOURCES, OUTCOME = "first", "all", "sources", "outcome"
"""Sheets that every form has, beside one for each list."""

SETTINGS, CARRIED, CHOICES = "_form", "_carried", "_choices"
"""Hidden sheets: what the form is of, what no cell can show, and the words of its lists."""

HEAD = ("case", "title", "as_of", "summary", "authors", "second_reader", "reply", "language")
"""Keys of a case file that are asked beside its facts."""

UNSEEN = ("translations", "scenarios")
"""Keys of a case file that no sheet shows."""

SOURCE_FIELDS = ("kind", "title", "publisher", "date", "url", "reliability", "note")
OUTCOME_FIELDS = ("date", "what", "source")

_NOT_IN_A_TITLE = re.compile(r"[\[\]:*?/\\']+")
_LONGEST_TITLE = 31


class FormWords:
    """The words of a form of one pack in one language.

    `written` are the words that a form was written with, as `words` gives them: it is read with
    these, whatever its language has come to call them since.
    """

    def __init__(
        self, pack: Pack, wording: Wording, written: Mapping[str, str] | None = None
    ) -> None:
        self.pack = pack
        self.wording = wording
        self._written = written or {}
        # By the identity of declarations, which live as long as the pack does.
        self.kept: dict[int, Mapping[str, str]] = {}
        self._names: dict[int, Mapping[str, str]] = {}

    def member_named(self, text: str, fact: FactDeclaration) -> str:
        """Return the member of an enum or set that a text names, or an empty text."""
        if text in fact.type.members:
            return text
        if id(fact) not in self._names:
            self._names[id(fact)] = names_of_members(fact)
        return self._names[id(fact)].get(folded(text), "")

    @property
    def catalogue(self) -> Catalogue:
        """The facts that the form asks for."""
        return self.pack.catalogue

    def words(self) -> dict[str, str]:
        """Return the words by which a form is read back: sheets, headings, states."""
        found = {f"state {name}": word for name, word in self.states.items()}
        found |= {"none": self.none, "listed": self.listed, "as it is": self.as_in_the_file}
        found |= {f"confidence {level}": word for level, word in self.confidence.items()}
        for key, title in self.titles.items():
            found[f"sheet {key}"] = title
            for column in self.columns(key):
                found[f"column {key} {column.key}"] = column.title
        return found

    def _word(self, name: str, text: str) -> str:
        return self._written.get(name) or text

    # --- what is not known ---------------------------------------------------------------

    @cached_property
    def states(self) -> Mapping[str, str]:
        """The words for what is not known, and for what a value alone does not say."""
        _ = self.wording
        words = {
            "unknown": _("not known"),
            "undisclosed": _("not disclosed"),
            "asked": _("asked, not answered"),
            "refused": _("known, not disclosed by the parties"),
            "more": _("there may be more"),
            "refused more": _("there may be more; not disclosed by the parties"),
        }
        return {name: self._word(f"state {name}", word) for name, word in words.items()}

    @cached_property
    def open_states(self) -> tuple[str, ...]:
        """The words that stand in the place of a value."""
        return tuple(self.states[name] for name in ("unknown", "undisclosed", "asked"))

    def state_named(self, text: str) -> str:
        """Return the state that a text names, or an empty text."""
        return self._states_by_word.get(folded(text), "")

    @cached_property
    def _states_by_word(self) -> Mapping[str, str]:
        own = {folded(word): name for name, word in self.states.items()}
        return {"undisclosed": "undisclosed", "asked": "asked", "unknown": "unknown", **own}

    @cached_property
    def none(self) -> str:
        """The word for a list or a set without members."""
        return self._word("none", self.wording("none"))

    @cached_property
    def listed(self) -> str:
        """The word for a list whose entries stand on a sheet of its own."""
        return self._word("listed", self.wording("on its own sheet"))

    @cached_property
    def as_in_the_file(self) -> str:
        """The words before what no cell can show."""
        return self._word("as it is", self.wording("as in the file"))

    def carries(self, text: object) -> bool:
        """Tell whether a cell stands for what no cell can show."""
        return isinstance(text, str) and text.startswith(self.as_in_the_file)

    @cached_property
    def confidence(self) -> Mapping[str, str]:
        """The words for how well a fact is documented."""
        return {
            level: self._word(f"confidence {level}", self.wording.confidence(level))
            for level in ("high", "medium", "low")
        }

    # --- sheets --------------------------------------------------------------------------

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """The paths of facts that are lists, in the order of the catalogue."""
        facts = self.catalogue.facts.items()
        return tuple(
            path
            for path, fact in facts
            if fact.type.kind == "list" and fact.answer_from != "context"
        ) + tuple(
            path
            for path, fact in facts
            if fact.type.kind == "list" and fact.answer_from == "context"
        )

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """The titles of the sheets by their keys; those of lists are the paths of the facts."""
        _ = self.wording
        wanted = {
            FIRST: _("First questions"),
            ALL: _("All questions"),
            **{path: _(self.catalogue.facts[path].label) for path in self.lists},
            SOURCES: _("Sources"),
            OUTCOME: _("Outcome"),
        }
        found: dict[str, str] = {}
        taken = {SETTINGS, CARRIED, CHOICES, "history"}
        for key, title in wanted.items():
            found[key] = self._word(f"sheet {key}", _unused(title, taken))
            taken.add(found[key].casefold())
        return found

    def columns(self, key: str) -> tuple[Column, ...]:
        """Return the columns of a sheet; their headings differ."""
        return tuple(
            replace(column, title=self._word(f"column {key} {column.key}", column.title))
            for column in self._columns(key)
        )

    def _columns(self, key: str) -> tuple[Column, ...]:
        _ = self.wording
        if key in (FIRST, ALL):
            return (
                Column("path", "path", hidden=True),
                Column("carried", "carried", hidden=True),
                Column("question", _("Question"), 46, fixed=True),
                Column("value", _("Answer"), 38),
                Column("how", _("How to answer"), 50, fixed=True),
                Column("state", _("State"), 20),
                *self._evidence(),
            )
        if key == SOURCES:
            return (
                Column("carried", "carried", hidden=True),
                Column("key", _("Short name"), 16),
                Column("kind", _("Kind"), 14),
                Column("title", _("Title"), 50),
                Column("publisher", _("Publisher"), 24),
                Column("date", _("Date"), 12),
                Column("url", _("Address"), 30),
                Column("reliability", _("Reliability, A to F"), 12),
                Column("note", _("Note"), 40),
            )
        if key == OUTCOME:
            return (
                Column("carried", "carried", hidden=True),
                Column("date", _("Date"), 12),
                Column("what", _("What happened"), 70),
                Column("source", _("Source"), 16),
            )
        return self._columns_of_list(key)

    def _columns_of_list(self, path: str) -> tuple[Column, ...]:
        record = self.record(path)
        taken: set[str] = {"carried"}
        columns = [Column("carried", "carried", hidden=True)]
        evidence = self._evidence(frozenset(record))
        for name, field in record.items():
            unit = self.wording(field.unit) if field.unit not in ("", "share") else ""
            label = self.wording(field.label)
            title = _unused(f"{label} ({unit})" if unit else label, taken, 200)
            taken.add(title.casefold())
            columns.append(Column(name, title, 30 if field.type.kind == "text" else 18))
        for column in evidence:
            title = _unused(column.title, taken, 200)
            taken.add(title.casefold())
            columns.append(Column(column.key, title, column.width))
        return tuple(columns)

    def record(self, path: str) -> Mapping[str, FactDeclaration]:
        """Return the fields of a list's entries."""
        return self.catalogue.records[self.catalogue.facts[path].type.record]

    def _evidence(self, but: frozenset[str] = frozenset()) -> tuple[Column, ...]:
        """Return the columns that say where an answer comes from."""
        _ = self.wording
        columns = {
            "source": Column("source", _("Source"), 16),
            "at": Column("at", _("Article, page or paragraph"), 18),
            "quote": Column("quote", _("Quotation"), 34),
            "confidence": Column("confidence", _("Confidence"), 12),
            "credibility": Column("credibility", _("Credibility, 1 to 6"), 12),
            "by": Column("by", _("Read by"), 14),
            "checked_by": Column("checked_by", _("Checked by"), 14),
            "asked_on": Column("asked_on", _("Asked on"), 12),
            "note": Column("note", _("Note"), 34),
        }
        # Fields of an entry that are called like that stand in their own column.
        return tuple(columns[key] for key in PROVENANCE if key not in but)

    # --- questions -----------------------------------------------------------------------

    def questions(self, first: bool) -> Iterator[FactDeclaration]:
        """Yield the facts of one of the two sheets of questions."""
        for fact in self.catalogue.facts.values():
            if fact.first == first:
                yield fact

    def head_questions(self) -> Mapping[str, tuple[str, str]]:
        """Return what is asked of the case as a whole, and how to answer."""
        _ = self.wording
        day = _("A day, such as {example}").format(example=self.example_of_a_day)
        names = _("Names with '; ' between them")
        return {
            "case": (_("Short name of the case"), _("Letters, figures, '-' and '.'")),
            "title": (_("Title of the deal"), ""),
            "as_of": (_("Date of the case: facts state what was known then"), day),
            "summary": (_("Summary, in two or three sentences"), ""),
            "authors": (_("Who wrote the case"), names),
            "second_reader": (_("Who read it a second time"), ""),
            "reply": (_("What the government replied"), ""),
            "language": (_("Language of the texts"), _("en, es or pt")),
        }

    def unseen_questions(self) -> Mapping[str, str]:
        """Return what stands in a case file and on no sheet."""
        _ = self.wording
        return {
            "translations": _("Title and summary in other languages"),
            "scenarios": _("Scenarios"),
        }

    @cached_property
    def example_of_a_day(self) -> str:
        """A date as people of the language and country write it."""
        pattern = self.date_format
        return dt.date(2009, 10, 30).strftime(
            pattern.replace("yyyy", "%Y").replace("mm", "%m").replace("dd", "%d")
        )

    @cached_property
    def date_format(self) -> str:
        """The format of dates in cells, as the country writes them."""
        language = self.wording.language
        if language == "en":
            return "yyyy-mm-dd"
        short = Locale.parse(language.replace("-", "_")).date_formats["short"].pattern
        order: dict[str, None] = {}
        for sign in short:
            if sign in "dMy":
                order[{"d": "dd", "M": "mm", "y": "yyyy"}[sign]] = None
        separator = next((sign for sign in short if sign in "/.-"), "/")
        return separator.join(order)


def _unused(title: str, taken: set[str], limit: int = _LONGEST_TITLE) -> str:
    """Return a title that no other sheet or column has, case aside."""
    bare = " ".join(_NOT_IN_A_TITLE.sub(" ", title).split()) if limit < 100 else title
    for number in range(1, 1000):
        mark = f" {number}" if number > 1 else ""
        found = bare[: limit - len(mark)].rstrip() + mark
        if found.casefold() not in taken:
            return found
    raise ValueError(title)
