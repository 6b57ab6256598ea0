"""Reads the sources that facts are taken from, and what else a pydantic model describes."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from convenio.documents import Node
from convenio.documents.models import ModelT, position_at, problems_of, to_plain
from convenio.errors import Problem
from convenio.facts.case import SourceDocument
from convenio.messages import say

_RELIABILITY = ("A", "B", "C", "D", "E", "F")
_PARTIAL_DATE = re.compile(r"(\d{4})(-\d{2})?(-\d{2})?\Z")


MAX_PASSAGE = 2_000
"""Characters of a note, of words that say why, and of what describes a source: a page at most."""

_Passage = Annotated[str, Field(max_length=MAX_PASSAGE)]


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: _Passage = "document"
    title: _Passage
    publisher: _Passage | None = None
    date: str | None = None
    url: _Passage | None = None
    reliability: str | None = None
    note: _Passage | None = None


def read_source(key: str, node: Node, path: str, problems: list[Problem]) -> SourceDocument | None:
    """Return the source that stands at `path`; what is wrong with it goes to `problems`."""
    source = read_model(_Source, node, path, problems)
    if source is None:
        return None
    if source.reliability not in (None, *_RELIABILITY):
        problems.append(
            Problem(
                position_at(node, ("reliability",)),
                f"{path}.reliability",
                say("unknown grade"),
                expected=say("A (official text) to F"),
                found=str(source.reliability),
            )
        )
    check_partial_date(source.date, node, f"{path}.date", problems)
    return SourceDocument(
        key,
        source.kind,
        source.title,
        source.publisher,
        source.date,
        source.url,
        source.reliability,
        source.note,
    )


def read_model(
    model: type[ModelT], node: Node, path: str, problems: list[Problem]
) -> ModelT | None:
    """Return what stands at `path` as a model, or None where it is wrong."""
    try:
        return model.model_validate(to_plain(node))
    except ValidationError as fault:
        for problem in problems_of(fault, node, model):
            where = f"{path}.{problem.path}" if problem.path else path
            problems.append(
                Problem(
                    problem.position,
                    where,
                    problem.message,
                    problem.expected,
                    problem.found,
                    problem.nearest,
                )
            )
        return None


def check_partial_date(text: str | None, node: Node, path: str, problems: list[Problem]) -> None:
    """Check a date of which the day, or month and day, may be unknown."""
    if text is None or _is_partial_date(text):
        return
    problems.append(
        Problem(
            position_at(node, (path.rpartition(".")[2],)),
            path,
            say("the value can't be used"),
            expected=say("2010, 2010-08 or 2010-08-17"),
            found=text,
        )
    )


def _is_partial_date(text: str) -> bool:
    match = _PARTIAL_DATE.match(text)
    if match is None:
        return False
    try:
        dt.date.fromisoformat(match[1] + (match[2] or "-01") + (match[3] or "-01"))
    except ValueError:
        return False
    return True
