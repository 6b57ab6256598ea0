"""Reads a letter that came back: which questions are answered, refused, or left open."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from convenio.errors import CaseError, Position, Problem, UsageError
from convenio.files import read_at_most
from convenio.interview.letter import Mark, mark_in
from convenio.interview.packed import check_parts
from convenio.messages import say

MAX_BYTES = 5_000_000
MAX_QUESTIONS = 1_000

_PATH = re.compile(r"[A-Za-z_]\w*(?:\[\d{1,4}\])?(?:\.\w+)*\Z")
_REFERENCE = re.compile(r"[-*] \*\*[^*`]+\*\* ?`([^`]+)`\s*\Z")
_FIELD = re.compile(r"[-*] \*\*[^*]+\*\*(.*)\Z")
_ONLY_DOTS = re.compile(r"[\s_.…‥·-]*\Z")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]<>#|!~])")
_UNREADABLE = say("is no document that can be read")


@dataclass(frozen=True, slots=True)
class Reply:
    """What stands below one question. Texts are empty where nothing was filled in."""

    path: str
    position: Position
    answer: str = ""
    at: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """A letter that came back."""

    mark: Mark
    replies: tuple[Reply, ...]


def read_letter(path: Path) -> Returned:
    """Return what was filled into a letter, Word or Markdown.

    Raises CaseError where the file is no letter of this program.
    """
    data = read_at_most(path, MAX_BYTES, say("the letter"))
    if path.suffix.lower() == ".md":
        lines = _markdown_lines(data, str(path))
        replies = tuple(_in_markdown(lines, str(path)))
        text = "\n".join(lines[-20:])
    else:
        replies, text = _in_word(data, str(path))
    mark = mark_in(text)
    if mark is None:
        message = say("is no letter that convenio wrote: its last line is missing")
        raise CaseError([Problem(Position(str(path)), "", message)])
    seen: set[str] = set()
    for reply in replies:
        if reply.path in seen:
            raise CaseError(
                [Problem(reply.position, reply.path, say("this question stands twice"))]
            )
        seen.add(reply.path)
    return Returned(mark, replies)


# --- Markdown -------------------------------------------------------------------------------


def _markdown_lines(data: bytes, name: str) -> list[str]:
    try:
        return data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        problem = Problem(Position(name), "", say("the file is not UTF-8 text"))
        raise CaseError([problem]) from None


def _in_markdown(lines: list[str], name: str) -> Iterator[Reply]:
    for number, line in enumerate(lines):
        match = _REFERENCE.match(line.strip())
        if match is None or not _PATH.match(match[1]):
            continue
        fields: list[str] = []
        for following in lines[number + 1 :]:
            if following.startswith("#") or _REFERENCE.match(following.strip()):
                break
            field = _FIELD.match(following.strip()) if len(fields) < 3 else None
            if field:
                fields.append(field[1])
            elif fields and following.strip() and not following.startswith("`"):
                if len(fields) == 3 and not following.startswith((" ", "\t")):
                    break
                fields[-1] += " " + following
        texts = [_filled(_ESCAPED.sub(r"\1", text)) for text in (*fields, "", "", "")[:3]]
        yield Reply(match[1], Position(name, number + 2, 1), *texts)


# --- Word -----------------------------------------------------------------------------------


def _in_word(data: bytes, name: str) -> tuple[tuple[Reply, ...], str]:
    check_parts(data, name, _UNREADABLE)
    try:
        from docx import Document
    except ModuleNotFoundError:
        raise UsageError(say("Word needs python-docx: pip install 'convenio[documents]'")) from None
    try:
        document = Document(io.BytesIO(data))
        tables = document.tables[: MAX_QUESTIONS + 1]
        cells = [[[c.text for c in row.cells] for row in table.rows] for table in tables]
        text = "\n".join(paragraph.text for paragraph in document.paragraphs[-20:])
    except Exception:
        # A damaged document can fail at any place of any of its parts.
        raise CaseError([Problem(Position(name), "", _UNREADABLE)]) from None
    replies = []
    for number, rows in enumerate(cells, start=1):
        if len(rows) != 4 or any(len(row) != 2 for row in rows):
            continue
        path = rows[0][1].strip()
        if _PATH.match(path):
            position = Position(say("{name}: question {number}", name=name, number=number))
            replies.append(Reply(path, position, *(_filled(row[1]) for row in rows[1:])))
    return tuple(replies), text


def _filled(text: str) -> str:
    """Return what was filled in; lines to write on are nothing."""
    return "" if _ONLY_DOTS.match(text) else " ".join(text.split())
