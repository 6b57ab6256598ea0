"""Reads `says.yaml` of a pack: each fact and each of its values in a whole sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from convenio.documents import Document
from convenio.documents.models import position_at, validate
from convenio.errors import PackError, Position, Problem, nearest_name
from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.sentences import Sentences
from convenio.messages import say

MAX_WORDS = 25
"""A sentence that is longer can't be read out."""

MAX_WORDS_TRANSLATED = 30
"""The same in another language: Spanish and Portuguese take about a fifth more words."""

_HOLES = re.compile(r"\{[^{}]*\}")
_Sentence = Annotated[str, Field(min_length=5, max_length=300, pattern=r"^[A-ZÀ-Ý{].*\.$")]
_Phrase = Annotated[str, Field(min_length=2, max_length=200, pattern=r"[^.]$")]


class _Says(BaseModel):
    model_config = ConfigDict(extra="forbid")
    open: _Phrase
    name: _Phrase | None = None
    says: _Sentence | dict[str, _Sentence] | None = None
    one: _Sentence | None = None
    none: _Sentence | None = None
    without: _Sentence | None = None
    entry: _Phrase | None = None
    entries: _Phrase | None = None
    phrases: dict[str, _Phrase] = {}

    @property
    def texts(self) -> Iterator[str]:
        """Every sentence that stands here."""
        if isinstance(self.says, dict):
            yield from self.says.values()
        yield from self.phrases.values()
        yield from (
            text for text in (self.says, self.one, self.none, self.without) if isinstance(text, str)
        )


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: int = Field(ge=1, le=1)
    facts: dict[str, _Says]
    records: dict[str, dict[str, _Says]] = {}


def with_sentences(
    document: Document, catalogue: Catalogue, problems: list[Problem], longest: int = MAX_WORDS
) -> Catalogue:
    """Return the catalogue with the sentences of a pack; what is wrong goes to `problems`.

    `longest` is how many words a sentence may have.

    Raises PackError for a wrong form.
    """
    declared = validate(_File, document.root, PackError)
    reader = _Reader(document, problems, longest)
    facts = reader.section(("facts",), declared.facts, catalogue.facts)
    records = dict(catalogue.records)
    for name, fields in declared.records.items():
        if name in records:
            records[name] = reader.section(("records", name), fields, records[name])
        else:
            reader.unknown(("records", name), "no such record in the catalogue", records)
    return replace(catalogue, facts=facts, records=records, has_sentences=True)


class _Reader:
    """Checks entries against what the catalogue declares."""

    def __init__(self, document: Document, problems: list[Problem], longest: int) -> None:
        self._root = document.root
        self._longest = longest
        self._problems = problems

    def section(
        self,
        where: tuple[str, ...],
        entries: Mapping[str, _Says],
        declared: Mapping[str, FactDeclaration],
    ) -> dict[str, FactDeclaration]:
        worded = dict(declared)
        for path, entry in entries.items():
            place = (*where, path)
            if path not in declared:
                self.unknown(place, "no such fact in the catalogue", declared)
                continue
            self._check(place, entry, declared[path])
            worded[path] = replace(
                declared[path], sentences=_sentences(entry, position_at(self._root, place))
            )
        return worded

    def unknown(self, place: tuple[str, ...], message: str, among: Mapping[str, object]) -> None:
        nearest = nearest_name(place[-1], among, self._problems)
        self._fault(place, message, nearest=nearest)

    def _fault(self, place: tuple[str, ...], message: str, **more: str) -> None:
        position = position_at(self._root, place)
        self._problems.append(Problem(position, ".".join(place), message, **more))

    def _check(self, place: tuple[str, ...], entry: _Says, declaration: FactDeclaration) -> None:
        kind = declaration.type.kind
        by_value = isinstance(entry.says, dict)
        if entry.says is not None and by_value != (kind in ("enum", "bool")):
            expected = say("a sentence for each value") if not by_value else say("one sentence")
            self._fault(
                (*place, "says"),
                say("is not said so of a fact of type {kind}", kind=kind),
                expected=expected,
            )
            return
        values = ("true", "false") if kind == "bool" else declaration.type.members
        sentences = entry.says if isinstance(entry.says, dict) else {}
        for key, stated in (("says", sentences), ("phrases", entry.phrases)):
            for word in stated:
                if word not in values:
                    self._fault(
                        (*place, key, word),
                        say("not a value of this fact"),
                        nearest=nearest_name(word, values, self._problems),
                    )
        for text in entry.texts:
            self._check_text(place, text)
        self._check_holes(place, entry, kind)

    def _check_text(self, place: tuple[str, ...], text: str) -> None:
        wrong = [hole for hole in _HOLES.findall(text) if hole not in ("{value}", "{n}")]
        if wrong:
            self._fault(place, say("only {value} and {n} are filled in"), found=wrong[0])
        if "_" in text:
            self._fault(place, say("holds a name that readers do not know"), found=text)
        if len(text.split()) > self._longest:
            message = say(
                "has more than {longest} words and can't be read out", longest=self._longest
            )
            self._fault(place, message, found=text)

    def _check_holes(self, place: tuple[str, ...], entry: _Says, kind: str) -> None:
        for key in ("says", "without"):
            text = getattr(entry, key)
            if isinstance(text, str) and not _HOLES.search(text):
                expected = "{n}" if kind == "list" else "{value}"
                self._fault((*place, key), say("says the same of every value"), expected=expected)


def _sentences(entry: _Says, position: Position) -> Sentences:
    return Sentences(
        open=entry.open,
        name=entry.name or "",
        says=entry.says if isinstance(entry.says, str) else "",
        one=entry.one or "",
        none=entry.none or "",
        without=entry.without or "",
        entry=entry.entry or "",
        entries=entry.entries or "",
        values=entry.says if isinstance(entry.says, dict) else {},
        phrases=entry.phrases,
        position=position,
    )
