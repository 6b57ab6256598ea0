"""One tree of errors. Each error carries every problem found, each with its position."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import dataclass
from typing import NamedTuple

from convenio.messages import say, spoken

MAX_SHOWN = 100
"""How many problems are printed; the rest are counted. Who has mended a hundred runs it again."""

MAX_NAME = 200
"""No name that can be valid is longer, so for a longer one no nearest is sought: comparing two
texts letter by letter takes time that grows with the square of their length."""


MAX_NAMES = 1_000
"""Among more names than these none is sought either: the largest catalogue has as many facts."""


class Position(NamedTuple):
    """A place in a file. Lines and columns count from 1; 0 means the file as a whole."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file, written for the analyst who has to mend it.

    `path` is the field (`terms.duration_years`), `message` says what is wrong, `expected` what
    would be right, `found` what stands there, `nearest` the closest valid name.
    """

    position: Position
    path: str
    message: str
    expected: str = ""
    found: str = ""
    nearest: str = ""

    def __str__(self) -> str:
        return self._said(str)

    def told(self) -> str:
        """Return the problem in the language that is spoken."""
        return self._said(spoken)

    def _said(self, word: Callable[[str], str]) -> str:
        path = shorten(self.path, MAX_NAME)
        where = f"{self.position}: {path}: " if path else f"{self.position}: "
        parts = [where + word(self.message)]
        if self.expected:
            parts.append(word(say("expected {what}", what=self.expected)))
        if self.found:
            parts.append(word(say("found {what}", what=shorten(word(self.found), MAX_NAME))))
        if self.nearest:
            parts.append(word(say("did you mean {what}?", what=self.nearest)))
        return "; ".join(parts)


def nearest_name(name: str, names: Iterable[str], beside: Sized = ()) -> str:
    """Return the valid name closest to `name`, or an empty string where none is close.

    `beside` are the problems found before: past a hundred nobody sees the suggestion, and seeking
    one takes most of the time that a wrong name costs.

    >>> nearest_name("terms.duration_year", ["terms.duration_years", "terms.end"])
    'terms.duration_years'
    """
    if len(beside) >= MAX_SHOWN or len(name) > MAX_NAME:
        return ""
    candidates = sorted(set(names))
    if len(candidates) > MAX_NAMES:
        return ""
    close = difflib.get_close_matches(name, candidates, n=1, cutoff=0.6)
    if not close and "." not in name:
        tails = {candidate.rpartition(".")[2]: candidate for candidate in reversed(candidates)}
        close = [tails[tail] for tail in difflib.get_close_matches(name, sorted(tails), 1, 0.8)]
    return close[0] if close else ""


def shorten(text: str, limit: int = 60) -> str:
    """Return `text` on one line, cut to `limit` characters, for use in a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def listed(problems: Sequence[Problem], told: bool = False) -> str:
    """Return the problems one a line: the first hundred, and how many more there are.

    `told`: in the language that is spoken.
    """
    lines = [problem.told() if told else str(problem) for problem in problems[:MAX_SHOWN]]
    rest = len(problems) - len(lines)
    if rest > 0:
        more = say("… and {rest:,} more problems", rest=rest)
        if rest == 1:
            more = say("… and 1 more problem")
        lines.append(spoken(more) if told else more)
    return "\n".join(lines)


def first_of(problems: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return the first hundred problems, and one that says how many more there are."""
    rest = len(problems) - MAX_SHOWN
    if rest <= 0:
        return tuple(problems)
    more = Problem(problems[MAX_SHOWN].position, "", say("and {rest:,} more problems", rest=rest))
    return (*problems[:MAX_SHOWN], more)


class ConvenioError(Exception):
    """Base of all errors that Convenio raises on purpose; `exit_code` is the command's.

    `problems` are all that were found; `text`, which is the error's own, lists the first hundred.
    """

    exit_code = 101

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        self.problems: tuple[Problem, ...] = () if isinstance(problems, str) else tuple(problems)
        self.text = problems if isinstance(problems, str) else listed(self.problems)
        super().__init__(self.text)

    def told(self) -> str:
        """Return what is wrong in the language that is spoken."""
        return listed(self.problems, told=True) if self.problems else spoken(self.text)


class UsageError(ConvenioError):
    """The command or call itself can't be carried out as given."""

    exit_code = 2


class CaseError(ConvenioError):
    """A case file is invalid."""

    exit_code = 3


class EventError(ConvenioError):
    """An event of a stream is invalid; the stream goes on without it."""

    exit_code = 3


class PackError(ConvenioError):
    """A rule pack is invalid."""

    exit_code = 4


class EngineError(ConvenioError):
    """The engines disagree, or the inference engine failed: no verdict may be given."""

    exit_code = 101
