"""Reads the files of patterns, and looks for their words in sentences.

Words are looked for one after the other, each within a short way of the one before; nothing is
tried again, so that the time grows with the length of a text and never faster.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from convenio.drafting import quantities
from convenio.drafting.clauses import Sentence

GAP = 220
"""Characters that a gap between words may have."""
BEFORE = 60
"""Characters before the words in which a negation counts."""
TRIES = 8
"""Places in one sentence at which the words of a pattern are looked for."""

_FOLDER = Path(__file__).resolve().parent / "patterns"


@dataclass(frozen=True, slots=True)
class Wording:
    """Words in their order; a gap lies between two of `pieces`."""

    pieces: tuple[re.Pattern[str], ...]

    def find(self, text: str, start: int = 0) -> tuple[int, int, str] | None:
        """Return where they stand in a plain text, and the span of time or number among them."""
        for first in self.pieces[0].finditer(text, start):
            found = self._after(text, first)
            if found is not None:
                return found
        return None

    def _after(self, text: str, first: re.Match[str]) -> tuple[int, int, str] | None:
        end, read = first.end(), _read(first)
        for piece in self.pieces[1:]:
            found = piece.search(text, end, min(len(text), end + GAP))
            if found is None:
                return None
            end, read = found.end(), read or _read(found)
        return first.start(), end, read


def _read(found: re.Match[str]) -> str:
    return next((group for group in found.groupdict().values() if group), "")


@dataclass(frozen=True, slots=True)
class Pattern:
    """What says one value of one fact."""

    fact: str
    value: Any
    read: str
    says: tuple[Wording, ...]
    beside: tuple[Wording, ...] = ()
    unless: tuple[Wording, ...] = ()
    not_in: tuple[Wording, ...] = ()
    without: tuple[Wording, ...] = ()
    negated: bool = False

    def matches(
        self, sentence: Sentence, clause: str, negations: tuple[Wording, ...]
    ) -> tuple[int, int, Any] | None:
        """Return where a sentence says it, and the value; None where it does not."""
        text = sentence.plain
        if self.beside and not _any(self.beside, text):
            return None
        if _any(self.unless, text):
            return None
        for words in self.says:
            place = 0
            for _ in range(TRIES):
                found = words.find(text, place)
                if found is None:
                    break
                start, end, read = found
                value = self._value(read)
                if value is not None and self._plainly(text, start, end, negations):
                    # Last, since an article may be as long as the document.
                    return None if _any(self.not_in, clause) else (start, end, value)
                place = start + 1
        return None

    def _plainly(self, text: str, start: int, end: int, negations: tuple[Wording, ...]) -> bool:
        """Tell whether nothing in or before the words takes back what they say."""
        if _any(self.without, text[start:end]):
            return False
        return self.negated or not _any(negations, text[max(0, start - BEFORE) : end])

    def _value(self, words: str) -> Any:
        if not self.read:
            return self.value
        count = quantities.months(words)
        if count is None or count == 0:
            return None
        if self.read == "months":
            return count if count <= 240 else None
        # A term is no matter of days: those are spans within which something else happens.
        if re.search(r"\bd(?:ays?|ias?)\b", words):
            return None
        years = count / 12
        return None if years > 99 else int(years) if years.is_integer() else years


@dataclass(frozen=True, slots=True)
class Language:
    """The patterns of one language."""

    patterns: tuple[Pattern, ...]
    topics: Mapping[str, tuple[Wording, ...]]
    negations: tuple[Wording, ...]
    facts: tuple[str, ...] = field(default=())


def _any(wordings: tuple[Wording, ...], text: str) -> bool:
    return any(wording.find(text) is not None for wording in wordings)


@lru_cache(maxsize=3)
def language(name: str) -> Language:
    """Return the patterns of a language."""
    data = yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    patterns = tuple(map(_pattern, data["facts"]))
    topics = {topic: _wordings(words) for topic, words in data["topics"].items()}
    facts = tuple(dict.fromkeys(pattern.fact for pattern in patterns))
    # A negation is a whole word: "no" is none in "notice".
    negations = tuple(wording(f"(?:{words})(?![a-z])") for words in data["negations"])
    return Language(patterns, topics, negations, facts)


_KEYS = ("says", "beside", "unless", "not_in", "without")


def _pattern(entry: Mapping[str, Any]) -> Pattern:
    words = {key: _wordings(entry.get(key, ())) for key in _KEYS}
    return Pattern(
        entry["fact"],
        entry.get("value"),
        entry.get("read", ""),
        negated=entry.get("negated", False),
        **words,
    )


def _wordings(texts: list[str]) -> tuple[Wording, ...]:
    return tuple(map(wording, texts))


def wording(text: str) -> Wording:
    """Return the words that a pattern writes.

    >>> wording("in force … {span}").find("remains in force for a term of ten (10) years.")
    (8, 45, 'ten (10) years')
    """
    return Wording(tuple(_piece(part.strip()) for part in text.split("…")))


def _piece(text: str) -> re.Pattern[str]:
    pattern = text.replace("{span}", f"(?P<span>{quantities.SPAN})")
    pattern = pattern.replace("{n}", f"(?P<number>{quantities.NUMBER})")
    return re.compile(rf"(?<![a-z0-9])(?:{pattern})")
