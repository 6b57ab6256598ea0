"""Reads a whole case file and reports everything that is wrong with it at once."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AnyMapping

from pydantic import BaseModel, ConfigDict, Field

from convenio.documents import Document, Mapping, Node, Scalar, Sequence
from convenio.documents.models import written
from convenio.errors import CaseError, Position, Problem, nearest_name, shorten
from convenio.facts.case import (
    Case,
    OutcomeEvent,
    SourceDocument,
    StatedFact,
    Told,
)
from convenio.facts.catalogue import CASE_KEYS, Catalogue
from convenio.facts.distribution_checks import group_problems
from convenio.facts.models import FactModels
from convenio.facts.scenarios import read_scenarios
from convenio.facts.sources import MAX_PASSAGE, check_partial_date, read_model, read_source
from convenio.facts.statements import StatementReader
from convenio.facts.values import parse_date
from convenio.messages import say

_LANGUAGE = re.compile(r"[a-z]{2}\Z")
_CASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")


MAX_TITLE = 300
"""Characters of a title or a person's name: the longest title of a shipped case has 172."""

MAX_STORY = 10_000
"""Characters of a summary or a reply: five pages, which a brief prints whole."""


MAX_WARNINGS = 20
"""Warnings of one kind that are shown: they are read beside the results, never in their place."""


class _Outcome(BaseModel):
    model_config = ConfigDict(extra="forbid")
    date: str
    what: str = Field(max_length=MAX_PASSAGE)
    source: str | None = None


def read_case(document: Document, catalogue: Catalogue, models: FactModels) -> Case:
    """Return the case that a document states.

    Raises CaseError with every problem found: unknown names (with the nearest valid one), wrong
    types, values out of range, missing keys.
    """
    return _CaseReader(document, catalogue, models).read()


class _CaseReader:
    def __init__(self, document: Document, catalogue: Catalogue, models: FactModels) -> None:
        self._document = document
        self._catalogue = catalogue
        self._statements = StatementReader(catalogue, models)
        self._problems = self._statements.problems

    def read(self) -> Case:
        root = self._document.root
        if not isinstance(root, Mapping):
            raise CaseError(
                [Problem(root.position, "", say("a case file is a mapping"), found=written(root))]
            )
        facts: dict[str, StatedFact] = {}
        for name, node in root.entries.items():
            if name in self._catalogue.section_names:
                facts.update(self._statements.section(name, node))
            elif name not in CASE_KEYS:
                self._unknown(name, root.keys[name])
        self._problems.extend(group_problems(facts))
        sources = self._sources(root.get("sources"))
        case = Case(
            id=self._case_id(root),
            title=self._text(root, "title", MAX_TITLE, required=True),
            as_of=self._as_of(root),
            facts=facts,
            digest=self._document.digest,
            file=self._document.file,
            summary=self._text(root, "summary", MAX_STORY),
            language=self._language(root),
            translations=self._translations(root.get("translations")),
            authors=self._texts(root, "authors"),
            second_reader=self._text(root, "second_reader", MAX_TITLE) or None,
            reply=self._text(root, "reply", MAX_STORY) or None,
            sources=sources,
            scenarios=read_scenarios(root.get("scenarios"), facts, self._statements),
            outcome=self._outcome(root.get("outcome")),
            warnings=(*_some(_undeclared_sources(facts, sources)), *_some(_mixed_scripts(root))),
        )
        if self._problems:
            raise CaseError(sorted(self._problems, key=_by_position))
        return case

    def _fault(self, position: Position, path: str, message: str, **more: str) -> None:
        self._problems.append(Problem(position, path, message, **more))

    def _unknown(self, name: str, position: Position) -> None:
        known = [*self._catalogue.section_names, *CASE_KEYS]
        nearest = (
            self._catalogue.tails.get(name)
            or nearest_name(name, known, self._problems)
            or self._catalogue.nearest(name, self._problems)
        )
        self._fault(position, name, say("unknown key"), nearest=nearest)

    def _text(self, root: Mapping, key: str, limit: int, required: bool = False) -> str:
        node = root.get(key)
        if node is None:
            if required:
                self._fault(root.position, key, say("this key is required"))
            return ""
        if not isinstance(node, Scalar):
            self._fault(node.position, key, say("must be a text"), found=written(node))
            return ""
        self._check_length(node, key, limit)
        return node.text

    def _language(self, root: Mapping) -> str:
        node = root.get("language")
        if node is None:
            return ""
        if not isinstance(node, Scalar) or not _LANGUAGE.match(node.text):
            expected = say("the code of a language, such as es")
            self._fault(
                node.position,
                "language",
                say("no language"),
                expected=expected,
                found=written(node),
            )
            return ""
        return node.text

    def _translations(self, node: Node | None) -> dict[str, Told]:
        """Return title and summary by language."""
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            self._fault(node.position, "translations", say("must be a mapping"))
            return {}
        found: dict[str, Told] = {}
        for language, entry in node.entries.items():
            path, position = f"translations.{language}", node.keys[language]
            if not _LANGUAGE.match(language):
                self._fault(position, path, say("the code of a language, such as es"))
            elif not isinstance(entry, Mapping):
                self._fault(position, path, say("must be a mapping"))
            else:
                for key in entry.entries.keys() - {"title", "summary"}:
                    self._fault(entry.keys[key], f"{path}.{key}", say("unknown key"))
                title = self._text(entry, "title", MAX_TITLE, required=True)
                found[language] = Told(title, self._text(entry, "summary", MAX_STORY))
        return found

    def _check_length(self, node: Scalar, path: str, limit: int) -> None:
        if len(node.text) > limit:
            expected = say("at most {limit:,} characters", limit=limit)
            self._fault(node.position, path, say("the text is too long"), expected=expected)

    def _texts(self, root: Mapping, key: str) -> tuple[str, ...]:
        node = root.get(key)
        if node is None:
            return ()
        items = node.items if isinstance(node, Sequence) else (node,)
        texts = tuple(item.text for item in items if isinstance(item, Scalar))
        for item in items:
            if isinstance(item, Scalar):
                self._check_length(item, key, MAX_TITLE)
        if len(texts) != len(items):
            self._fault(node.position, key, say("must be a list of texts"), found=written(node))
        return texts

    def _case_id(self, root: Mapping) -> str:
        text = self._text(root, "case", MAX_STORY, required=True)
        if text and not _CASE_ID.match(text):
            self._fault(
                root.entries["case"].position,
                "case",
                say("the identifier can't be used"),
                expected=say("letters, digits, '.', '_' and '-', at most 100"),
                found=shorten(text),
            )
        return text

    def _as_of(self, root: Mapping) -> dt.date:
        node = root.get("as_of")
        if node is None:
            self._fault(
                root.position,
                "as_of",
                say("this key is required"),
                expected=say("the date of the case, such as 2009-10-30"),
            )
            return dt.date.min
        try:
            return parse_date(node)
        except ValueError:
            self._fault(
                node.position,
                "as_of",
                say("the value can't be used"),
                expected=say("a date such as 2009-10-30"),
                found=written(node),
            )
            return dt.date.min

    def _sources(self, node: Node | None) -> dict[str, SourceDocument]:
        if node is None:
            return {}
        if not isinstance(node, Mapping):
            self._fault(
                node.position, "sources", say("must map keys to sources"), found=written(node)
            )
            return {}
        sources: dict[str, SourceDocument] = {}
        for key, entry in node.entries.items():
            source = read_source(key, entry, f"sources.{key}", self._problems)
            if source is not None:
                sources[key] = source
        return sources

    def _outcome(self, node: Node | None) -> tuple[OutcomeEvent, ...]:
        if node is None:
            return ()
        if not isinstance(node, Sequence):
            self._fault(
                node.position, "outcome", say("must be a list of events"), found=written(node)
            )
            return ()
        events = [
            read_model(_Outcome, item, f"outcome[{i}]", self._problems)
            for i, item in enumerate(node.items)
        ]
        for i, (event, item) in enumerate(zip(events, node.items, strict=True)):
            if event is not None:
                check_partial_date(event.date, item, f"outcome[{i}].date", self._problems)
        return tuple(OutcomeEvent(e.date, e.what, e.source) for e in events if e is not None)


def _by_position(problem: Problem) -> tuple[int, int, str]:
    return (problem.position.line, problem.position.column, problem.path)


def _some(warnings: Iterable[str]) -> Iterator[str]:
    """Yield the first of many warnings of one kind, and how many more there are."""
    found = list(warnings)
    yield from found[:MAX_WARNINGS]
    if len(found) > MAX_WARNINGS:
        yield f"… and {len(found) - MAX_WARNINGS:,} more warnings of this kind"


def _undeclared_sources(
    facts: AnyMapping[str, StatedFact], sources: AnyMapping[str, SourceDocument]
) -> list[str]:
    """Name sources that a fact cites and the file does not declare: they count as unreliable."""
    cited: dict[str, StatedFact] = {}
    for fact in facts.values():
        inner = [field for element in fact.elements for field in element.fields.values()]
        for stated in (fact, *inner):
            for provenance in (stated.provenance, *(c.provenance for c in stated.candidates)):
                if provenance.source:
                    cited.setdefault(provenance.source, stated)
    return [
        f"{stated.position}: {stated.path}: the source '{key}' is not declared under sources, "
        "so its confidence is low"
        for key, stated in cited.items()
        if key not in sources
    ]


def _mixed_scripts(node: Node) -> Iterator[str]:
    """Warn of words that mix Latin letters with Greek or Cyrillic ones that look alike."""
    if isinstance(node, Scalar):
        if not node.text.isascii():
            for word in re.findall(r"\w+", node.text):
                scripts = {unicodedata.name(char, "").partition(" ")[0] for char in word}
                if "LATIN" in scripts and scripts & {"CYRILLIC", "GREEK"}:
                    yield f"{node.position}: '{word}' mixes letters of several scripts"
        return
    inner = node.items if isinstance(node, Sequence) else node.entries.values()
    for item in inner:
        yield from _mixed_scripts(item)
