"""Cuts a text into clauses and sentences that know their page, in three languages."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from convenio.drafting.pages import MAX_PAGES, Pages
from convenio.facts.provenance import MAX_QUOTE_WORDS

MAX_SENTENCE = 3_000
"""Characters in which one pattern is looked for; what runs on longer is cut there."""

_ARTICLE = re.compile(
    r"(?m)^[ \t\"“«]{0,4}((?:art(?:icle|[íi]culo|igo)|ART(?:ICLE|[ÍI]CULO|IGO)|Art(?:icle|"
    r"[íi]culo|igo)|"
    r"cl[áa]usula|CL[ÁA]USULA|Cl[áa]usula|Art\.)\s{1,3}(?:[IVXLC]{1,7}|\d{1,3}|[úu]nico|"
    r"[A-ZÚa-zú]{5,10})"
    r"(?:\.?[ºo°])?)(?=[\s.:–—-])"
)
"""How an article begins: its word and number at the head of a line."""
_NUMBER = re.compile(r"(?m)^[ \t]{0,4}(\d{1,2})[ \t]*$")
"""Clauses that are only numbered, as in exchanges of notes."""
_LANGUAGE_WORDS = {
    "en": {"the", "of", "and", "shall", "this", "to", "by", "agreement", "will"},
    "es": {"el", "la", "del", "los", "las", "en", "y", "acuerdo", "presente", "por"},
    "pt": {"o", "da", "do", "dos", "das", "em", "e", "acordo", "presente", "pelo"},
}
_ABBREVIATED = re.compile(
    r"(?:\b(?:Art|Arts|No|Nos|N|Núm|Sr|Sra|Dr|Dra|inc|par|pp?|Mr|Ms|Lic|Gral|etc|Inc|Ltd|Co|"
    r"Corp|S\.A|U\.S|"
    r"EE|UU|[A-Z]))\Z"
)
_END = re.compile(
    r"[.;](?=\s|$)|\n\n(?![a-zà-ÿ])|:(?=\n\n|\n {0,20}(?:[a-z]\)|\d{1,2}[.)]))|"
    r"(?<=[a-zéíóú,])\n(?=\s*(?:\d{1,2}[.)]|[a-z][)])\s)"
)


@dataclass(frozen=True)
class Sentence:
    """A sentence, where it stands, and its clause; `start` counts in the whole text."""

    text: str
    page: int
    start: int
    clause: int

    @cached_property
    def plain(self) -> str:
        """Return the sentence without accents and capitals, letter for letter."""
        return plain(self.text)


@dataclass(frozen=True)
class Clause:
    """An article with its heading, or what stands before the first (number 0)."""

    name: str
    page: int
    sentences: tuple[Sentence, ...]

    @cached_property
    def plain(self) -> str:
        """Return the whole clause without accents and capitals."""
        return " ".join(sentence.plain for sentence in self.sentences)


def plain(text: str) -> str:
    """Return a text without accents and capitals, of the same length.

    >>> plain("Artículo Único, denúncia")
    'articulo unico, denuncia'
    """
    return "".join(map(_plain, text))


def _plain(sign: str) -> str:
    if sign.isascii():
        return sign.lower()
    if sign in "’‘":
        return "'"
    if sign in "–—":
        return "-"
    base = unicodedata.normalize("NFKD", sign)[0].lower()
    return base if len(base) == 1 else sign


def language_of(text: str) -> str:
    """Return the language of a text: en, es or pt; an empty text where it is none of them.

    >>> language_of("El presente Acuerdo entrará en vigor en la fecha de la firma de las Partes")
    'es'
    """
    words = re.findall(r"[^\W\d_]+", text[:60_000].lower())
    if not words:
        return ""
    counts = {
        language: sum(word in known for word in words)
        for language, known in _LANGUAGE_WORDS.items()
    }
    best = max(counts, key=lambda language: counts[language])
    return best if counts[best] >= max(3, len(words) * 0.08) else ""


def clauses_of(pages: Pages) -> tuple[Clause, ...]:
    """Return the clauses of a document; the first is what stands before any article."""
    text, starts = _joined(pages)
    marks = [(found.start(1), _name(found[1])) for found in _ARTICLE.finditer(text)]
    if len(marks) < 2:
        marks = [(found.start(1), found[1]) for found in _NUMBER.finditer(text)] or marks
    bounds = [(0, ""), *marks]
    found = []
    for place, (start, name) in enumerate(bounds):
        end = bounds[place + 1][0] if place + 1 < len(bounds) else len(text)
        sentences = tuple(_sentences(text, start, end, starts, place))
        found.append(Clause(name, _page(starts, start), sentences))
    return tuple(found)


def _name(text: str) -> str:
    return " ".join(text.split())


def _joined(pages: Pages) -> tuple[str, list[tuple[int, int]]]:
    """Return the whole text, words that were cut at the end of a line made whole, and where
    each page begins in it.
    """
    text, starts = "", []
    for number, page in whole_pages(pages):
        # What goes on in small letters is the same sentence still.
        bare = page.strip()
        text += "" if not text else "\n" if bare[:1].islower() else "\n\n"
        starts.append((len(text), number))
        text += bare
    return text, starts


def whole_pages(pages: Pages) -> Iterator[tuple[int, str]]:
    """Yield the number and text of each page; words cut at the end of a line are whole.

    A word that is cut at the end of a page stands on the next.
    """
    known = set(re.findall(r"[^\W\d_]{4,}", plain(_CUT.sub(" ", pages.text))))
    texts = [page.text for page in pages.pages]
    for place, page in enumerate(pages.pages):
        last = _CUT_AT_END.search(texts[place][-80:])
        if last and place + 1 < len(texts) and texts[place + 1].lstrip()[:1].islower():
            texts[place] = texts[place][: len(texts[place]) - len(last[0])]
            texts[place + 1] = f"{last[0].strip()}\n{texts[place + 1].lstrip()}"
        yield page.number, _whole_words(texts[place], known)


_CUT = re.compile(r"([^\W\d_]{2,30})([-\u2010])[ \t]*\n[ \t]*([^\W\d_]{2,30})")
_CUT_AT_END = re.compile(r"[^\W\d_]{2,30}[-\u2010]\s*\Z")
_SLASH = re.compile(r"(?<=\w)/[ \t]*\n[ \t]*(?=\w)")


def _whole_words(text: str, known: set[str]) -> str:
    def whole(found: re.Match[str]) -> str:
        first, mark, second = found.groups()
        # "multi-/function" keeps its hyphen, since both are words; "coope-/ración" does not.
        words = plain(first) in known and plain(second) in known
        one = mark == "\u2010" or plain(first + second) in known or not words
        return first + second if one else f"{first}-{second}"

    return _CUT.sub(whole, _SLASH.sub("/", text))


def _page(starts: list[tuple[int, int]], place: int) -> int:
    return starts[max(0, bisect_right(starts, (place, MAX_PAGES)) - 1)][1] if starts else 1


def _sentences(
    text: str, start: int, end: int, starts: list[tuple[int, int]], clause: int
) -> Iterator[Sentence]:
    begin = start
    for found in _END.finditer(text, start, end):
        if found[0] == "." and _ABBREVIATED.search(
            text, max(start, found.start() - 8), found.start()
        ):
            continue
        yield from _cut(text, begin, found.end(), starts, clause)
        begin = found.end()
    yield from _cut(text, begin, end, starts, clause)


def _cut(
    text: str, begin: int, end: int, starts: list[tuple[int, int]], clause: int
) -> Iterator[Sentence]:
    """Yield one sentence with single spaces, in parts where it is too long."""
    for place in range(begin, end, MAX_SENTENCE):
        raw = text[place : min(end, place + MAX_SENTENCE)]
        bare = " ".join(raw.split())
        if len(bare) > 2:
            at = place + len(raw) - len(raw.lstrip())
            yield Sentence(bare, _page(starts, at), at, clause)


def quoted(text: str, start: int, end: int, most: int = MAX_QUOTE_WORDS) -> str:
    """Return the words around a place, no more than a quotation may have.

    Where the place itself is longer, its beginning and its end, with a mark between them.

    >>> quoted("one two three", 4, 7)
    'one two three'
    >>> quoted("one two three four five six", 4, 27, most=4)
    '…two three … six'
    """
    words = [(found.start(), found.end()) for found in re.finditer(r"\S+", text)]
    if not words:
        return ""
    first = next((i for i, (_, stop) in enumerate(words) if stop > start), 0)
    last = next((i for i, (_, stop) in enumerate(words) if stop >= end), len(words) - 1)
    # The marks of omission at the ends cling to their words, so that they count as none.
    if last - first + 1 > most:
        half = most // 2
        return (
            ("…" if first else "")
            + f"{text[words[first][0] : words[first + half - 1][1]]} … "
            + text[words[last - (most - half - 2)][0] : words[last][1]]
            + ("…" if last < len(words) - 1 else "")
        )
    first = max(0, first - (most - (last - first + 1)) // 2)
    last = min(len(words) - 1, first + most - 1)
    first = max(0, last - most + 1)
    before = "…" if first else ""
    after = "…" if last < len(words) - 1 else ""
    return f"{before}{text[words[first][0] : words[last][1]]}{after}"
