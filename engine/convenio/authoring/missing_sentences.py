"""Finds what a pack with sentences leaves unsaid: facts, values and members without words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from convenio.errors import Position
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.sentences import Sentences
from convenio.messages import say
from convenio.packs.pack import Pack


@dataclass(frozen=True, slots=True)
class Unsaid:
    """What is missing of one fact, or of one field of a record, in `says.yaml`."""

    path: str
    position: Position
    message: str


def missing_sentences(pack: Pack) -> Iterator[Unsaid]:
    """Yield what the facts of a pack lack in words; nothing for a pack without `says.yaml`.

    >>> from convenio import load_pack
    >>> list(missing_sentences(load_pack("core")))
    []
    """
    catalogue = pack.catalogue
    if not catalogue.has_sentences:
        return
    fields = [field for record in catalogue.records.values() for field in record.values()]
    for declaration in (*catalogue.facts.values(), *fields):
        words = declaration.sentences
        if words is None:
            message = say("says.yaml has no words for this fact")
            yield Unsaid(declaration.path, declaration.position, message)
            continue
        lacking = ", ".join(_lacking(declaration, words))
        if lacking:
            yield Unsaid(declaration.path, words.position, f"says.yaml does not word: {lacking}")


def _lacking(declaration: FactDeclaration, words: Sentences) -> Iterator[str]:
    kind, members = declaration.type.kind, declaration.type.members
    if kind == "bool":
        yield from (word for word in ("true", "false") if word not in words.values)
        return
    if not words.name and kind != "list":
        yield "name"
    if kind == "enum":
        yield from (member for member in members if member not in words.values)
        return
    if not words.says:
        yield "says"
    if kind in ("set", "list") and not words.none:
        yield "none"
    if kind == "set":
        yield from ("without",) if not words.without else ()
        yield from (member for member in members if member not in words.phrases)
    if kind == "list":
        yield from (key for key in ("entry", "entries") if not getattr(words, key))
