"""The pages of a document as text, and which of them hold none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

MAX_PAGES = 400
MAX_PAGE = 40_000
"""Characters of one page: the densest page of a gazette has some 12,000."""
MAX_TEXT = 1_000_000
"""Characters of a document: an agreement of three hundred pages has some 900,000."""

_NOT_TEXT = re.compile(
    "[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]"
)
"""What a reader can't see: control characters, marks of direction, soft hyphens."""
_PAGE_OF_THE_REGISTER = re.compile(r"(?m)^\[\[Page \d{1,6}\]\]$")
"""How the Federal Register marks its pages within running text."""
_DIGITS = re.compile(r"\d+")
_EDGE = 4
"""Lines at the top and at the bottom of a page among which its head and foot stand."""
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")


@dataclass(frozen=True, slots=True)
class Page:
    """One page; numbers count from 1, as a reader of the file counts them."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Pages:
    """A document. `empty` are pages without text, scanned ones most likely; `left` were not read.

    `numbered` is false where the form of the file knows no pages.
    """

    name: str
    digest: str
    pages: tuple[Page, ...]
    empty: tuple[int, ...] = ()
    left: int = 0
    numbered: bool = True

    @property
    def text(self) -> str:
        """Return the whole text."""
        return "\n".join(page.text for page in self.pages)


def pages_of(
    name: str, digest: str, texts: Iterable[str], left: int = 0, numbered: bool = True
) -> Pages:
    """Return a document from the raw texts of its pages.

    >>> pages_of("a.txt", "", ["One.", " \\n"]).empty
    (2,)
    """
    read: list[Page] = []
    room = MAX_TEXT
    for number, text in enumerate(texts, 1):
        if room <= 0:
            left += 1
            continue
        page = Page(number, seen(text[: min(MAX_PAGE, room)]))
        room -= len(page.text)
        read.append(page)
    filled = without_running_heads(tuple(page for page in read if page.text.strip()))
    empty = tuple(page.number for page in read if not page.text.strip())
    return Pages(name, digest, filled, empty, left, numbered)


def without_running_heads(pages: tuple[Page, ...]) -> tuple[Page, ...]:
    """Return pages without the lines at their edges that most of them share, numbers aside.

    The head of a gazette would stand within each sentence that runs over to the next page.
    """
    counts: Counter[str] = Counter()
    for page in pages:
        lines = page.text.split("\n")
        counts.update({_head(lines[place]) for place in _edges(lines)})
    shared = {head for head, count in counts.items() if head and count >= max(3, len(pages) / 2)}
    if not shared:
        return pages
    kept = []
    for page in pages:
        lines = page.text.split("\n")
        edges = _edges(lines)
        rest = [
            line
            for place, line in enumerate(lines)
            if place not in edges or _head(line) not in shared
        ]
        kept.append(Page(page.number, "\n".join(rest)))
    return tuple(kept)


def _edges(lines: list[str]) -> set[int]:
    """Return the places of the first and last lines of a page that hold something."""
    filled = [place for place, line in enumerate(lines) if line.strip()]
    return {*filled[:_EDGE], *filled[-_EDGE:]}


def _head(line: str) -> str:
    return _DIGITS.sub("#", " ".join(line.split()))[:200]


def seen(text: str) -> str:
    r"""Return what a reader sees of a text.

    >>> seen("a\x1b[2Jb\u202ec")
    'a[2Jbc'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")
    # A soft hyphen is seen where a line ends in it, and nowhere else.
    lines = lines.replace("\xad\n", "\u2010\n")
    bare = _NOT_TEXT.sub("", _PAGE_OF_THE_REGISTER.sub("", lines))
    return _BLANK_LINES.sub("\n\n", bare)


def spans(numbers: Iterable[int]) -> str:
    """Return numbers in short.

    >>> spans([3, 4, 5, 9])
    '3-5, 9'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return ", ".join("-".join(map(str, run)) for run in runs)
