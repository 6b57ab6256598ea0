"""Makes and checks the translations of a pack: what is missing, stale, or worded against usage."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from pydantic import BaseModel, ConfigDict, Field

from convenio.documents import read_document
from convenio.documents.models import validate
from convenio.errors import PackError, Position, Problem
from convenio.messages import say
from convenio.packs.pack import Pack
from convenio.packs.texts import Text, texts_of
from convenio.packs.translations import FOLDER, has_words, read_translation

_HOLES = re.compile(r"\{[^{}]*\}")
NO_DATE = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
"""Catalogues carry no date of their making: the same texts give the same file."""


class Term(BaseModel):
    """One term of the field: how each language says it, and what it must not say.

    Accepted wordings are lower-case stems of which one must occur where the English term occurs.
    """

    model_config = ConfigDict(extra="forbid")
    en: str = Field(min_length=2)
    es: list[str] = Field(min_length=1)
    pt: list[str] = Field(min_length=1)
    avoid_es: list[str] = []
    avoid_pt: list[str] = []
    note: str = ""

    def accepted(self, language: str) -> list[str]:
        """Return the wordings that stand for the term; empty in a language it does not cover."""
        found: list[str] = getattr(self, language, [])
        return found

    def avoided(self, language: str) -> list[str]:
        """Return the wordings that must not stand for the term."""
        found: list[str] = getattr(self, f"avoid_{language}", [])
        return found

    def stands_in(self, text: str) -> bool:
        """Tell whether the English term occurs in a text, in the singular or plural."""
        return re.search(rf"\b{re.escape(self.en)}(e?s)?\b", text, re.IGNORECASE) is not None


class _Glossary(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: int = Field(ge=1, le=1)
    terms: list[Term]


def read_glossary(folder: Path) -> list[Term]:
    """Read the glossary of a pack's translations; empty where it has none. Raises PackError."""
    file = folder / FOLDER / "glossary.yaml"
    if not file.exists():
        return []
    return validate(_Glossary, read_document(file, PackError).root, PackError).terms


def pack_texts(pack: Pack) -> list[Text]:
    """Return the texts of a pack that need a translation, each once, as its files write them."""
    found: dict[str, Text] = {}
    for name, file in pack.files.items():
        if file.suffix == ".yaml":
            for text in texts_of(name, read_document(file, PackError)):
                if has_words(text.text):
                    found.setdefault(text.text, text)
    return list(found.values())


def updated_translation(pack: Pack, language: str) -> bytes:
    """Return the gettext catalogue of a pack with every text that it has now.

    What is translated stays; texts that the pack no longer has go.
    """
    template = Catalog(locale=language)
    for text in pack_texts(pack):
        where = ".".join(text.path)
        # A place is a file and a path: lines move with every change, and would make new bytes.
        template.add(text.text, auto_comments=[f"{text.file}: {where}"])
    return written(template, _existing(pack.folder / FOLDER / f"{language}.po", language))


def untranslated(content: bytes) -> int:
    """Return how many texts of a catalogue have no translation."""
    return sum(not entry.string for entry in read_po(BytesIO(content)) if entry.id)


def written(template: Catalog, existing: Catalog) -> bytes:
    """Return a catalogue with the texts of `template` and what `existing` has for them."""
    for entry in template:
        before = existing.get(entry.id, entry.context) if entry.id else None
        if before is not None:
            entry.string, entry.flags = before.string, before.flags
    template.header_comment = "# Translations of Convenio."
    template.project, template.version = "Convenio", ""
    template.creation_date = template.revision_date = NO_DATE
    out = BytesIO()
    write_po(out, template, width=0, omit_header=False, sort_output=False, ignore_obsolete=True)
    lines = out.getvalue().decode().splitlines()
    kept = [line for line in lines if not line.startswith(_VOLATILE)]
    return ("\n".join(kept) + "\n").encode()


_VOLATILE = (
    '"POT-Creation-Date',
    '"PO-Revision-Date',
    '"Generated-By',
    '"Report-Msgid',
    '"Last-Translator',
    '"Language-Team',
    '"Project-Id',
)


def _existing(file: Path, language: str) -> Catalog:
    if not file.exists():
        return Catalog(locale=language)
    return read_po(BytesIO(file.read_bytes()), locale=language)


def check_translations(pack: Pack) -> Iterator[Problem]:
    """Yield what is wrong with each translation of a pack: missing, stale, against the glossary."""
    texts = pack_texts(pack)
    glossary = read_glossary(pack.folder)
    for language in pack.languages:
        file = pack.folder / FOLDER / f"{language}.po"
        if file.exists():
            found = read_translation(file).texts
            yield from check_translation(str(file), language, texts, found, glossary)


def check_translation(
    file: str,
    language: str,
    texts: Iterable[Text],
    translated: Mapping[str, str],
    glossary: Iterable[Term],
) -> Iterator[Problem]:
    """Yield what is wrong with a translation of these texts."""
    known = {text.text: text for text in texts}
    for text in known.values():
        where = f"{text.file} {'.'.join(text.path)}"
        found = translated.get(text.text)
        if found is None:
            message = say("no translation into {language}", language=language)
            yield Problem(Position(file), where, message, found=text.text)
            continue
        for fault in _faults(text.text, found, language, glossary):
            yield Problem(Position(file), where, fault, found=found)
    for stale in translated.keys() - known.keys():
        yield Problem(Position(file), "", say("the pack has no such text any more"), found=stale)


def _faults(text: str, found: str, language: str, glossary: Iterable[Term]) -> Iterator[str]:
    if sorted(_HOLES.findall(text)) != sorted(_HOLES.findall(found)):
        yield "has other placeholders than the text"
    for mark in (".", "?"):
        if text.endswith(mark) != found.endswith(mark):
            yield f"ends otherwise than the text: one of them with {mark}"
    lower, original = _HOLES.sub("", found).lower(), _HOLES.sub("", text)
    for term in glossary:
        wrong = [w for w in term.avoided(language) if re.search(rf"\b{re.escape(w)}\b", lower)]
        if wrong:
            yield f"the glossary does not say '{wrong[0]}' for {term.en}"
        accepted = term.accepted(language)
        if term.stands_in(original) and accepted and not any(word in lower for word in accepted):
            yield f"the glossary says '{accepted[0]}' for {term.en}"
