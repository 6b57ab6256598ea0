"""Reads what is said of a value: its source and words, who read it, when it was asked for."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from convenio.documents import Mapping, Scalar
from convenio.documents.models import written
from convenio.errors import Problem
from convenio.facts.case import Provenance
from convenio.facts.sources import MAX_PASSAGE
from convenio.facts.values import parse_date
from convenio.messages import say

MAX_QUOTE_WORDS = 25
"""Words of a quotation: a reader shall see the words that say it, and the document has the rest."""

PROVENANCE = (
    *("source", "at", "quote", "confidence", "credibility", "by", "checked_by", "asked_on", "note"),
)
"""The keys that say where a value comes from."""


_CREDIBILITY = ("1", "2", "3", "4", "5", "6")


def read_provenance(
    node: Mapping, path: str, problems: list[Problem], skip: frozenset[str] = frozenset()
) -> Provenance:
    """Return what a mapping says of its value; what is wrong goes to `problems`.

    `skip` are keys that are fields of a list's element there.
    """
    texts: dict[str, Any] = {}
    for key in PROVENANCE:
        value = None if key in skip else node.get(key)
        if value is None:
            continue
        where = f"{path}.{key}"
        if not isinstance(value, Scalar):
            problems.append(
                Problem(value.position, where, say("must be a text"), "", written(value))
            )
            continue
        check_length(value, where, problems)
        texts[key] = _checked(key, value, where, problems)
    return Provenance(**texts)


def check_length(value: Scalar, where: str, problems: list[Problem]) -> None:
    """Report a text of a case that is longer than a page."""
    if len(value.text) > MAX_PASSAGE:
        expected = say("at most {MAX_PASSAGE:,} characters", MAX_PASSAGE=MAX_PASSAGE)
        problems.append(Problem(value.position, where, say("the text is too long"), expected))


def _checked(key: str, value: Scalar, where: str, problems: list[Problem]) -> Any:
    """Return the value of a key, None where it is wrong."""
    if key == "confidence" and value.text not in ("high", "medium", "low"):
        expected = say("high, medium or low")
        problems.append(
            Problem(value.position, where, say("unknown level"), expected, written(value))
        )
        return None
    if key == "credibility":
        if value.text not in _CREDIBILITY:
            expected = say("a number from 1, confirmed, to 6, can't be judged")
            problems.append(
                Problem(value.position, where, say("no grade"), expected, written(value))
            )
            return None
        return int(value.text)
    if key == "asked_on":
        try:
            return parse_date(value)
        except ValueError:
            problems.append(
                Problem(value.position, where, say("must be a date"), "", written(value))
            )
            return None
    if key == "quote" and len(value.text.split()) > MAX_QUOTE_WORDS:
        expected = say("{MAX_QUOTE_WORDS} words", MAX_QUOTE_WORDS=MAX_QUOTE_WORDS)
        problems.append(Problem(value.position, where, say("the quotation is too long"), expected))
    return value.text


def inherited(own: Provenance, row: Provenance) -> Provenance:
    """Return a field's provenance; what it leaves out is the row's.

    A field with a source of its own does not take the row's pinpoint and words.
    """
    if own.source is not None:
        return own
    names = [field.name for field in fields(Provenance)]
    return Provenance(
        **{
            name: v if (v := getattr(own, name)) is not None else getattr(row, name)
            for name in names
        }
    )
