"""What is proposed: a value of a fact, the place where the document says it, and its words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from convenio.messages import Message

Status = Literal["proposed", "accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value of a fact, or one row of a list: then `value` holds the fields of the row.

    `at` is the pinpoint within the source ("p. 3, Article IV"). A set that is proposed names what
    the document says; that there is no more of it, nobody has shown.
    """

    path: str
    value: Any
    page: int
    at: str
    quote: str
    row: bool = False
    number: int = 0
    status: Status = "proposed"
    by: str = ""

    @property
    def id(self) -> str:
        """Return the name by which a person accepts it: its path, for a row with a number."""
        return f"{self.path}.{self.number}" if self.row else self.path

    @property
    def in_yaml(self) -> str:
        """Return the value as a case file writes it."""
        return flow(self.value)

    def decided(self, status: Status, by: str, value: Any = None) -> Proposal:
        """Return it as a person has decided on it, with another value where one is given."""
        return replace(self, status=status, by=by, value=self.value if value is None else value)


@dataclass(frozen=True, slots=True)
class Passage:
    """A clause on a topic: something to read, from which no value follows."""

    topic: str
    page: int
    at: str
    quote: str


@dataclass(frozen=True, slots=True)
class Draft:
    """All that was found in a document, and what was looked for and not found."""

    kind: str
    language: str
    title: str
    proposals: tuple[Proposal, ...]
    passages: tuple[Passage, ...]
    looked_for: tuple[str, ...]
    topics: tuple[str, ...]
    notes: tuple[Message, ...] = ()

    @property
    def not_found(self) -> tuple[str, ...]:
        """Return the facts that were looked for and not found."""
        found = {proposal.path for proposal in self.proposals}
        return tuple(path for path in self.looked_for if path not in found)

    @property
    def topics_not_found(self) -> tuple[str, ...]:
        """Return the topics on which no clause was found."""
        found = {passage.topic for passage in self.passages}
        return tuple(topic for topic in self.topics if topic not in found)


def flow(value: Any) -> str:
    """Return plain data on one line of YAML.

    >>> flow({"amount": 5, "currency": "USD"}), flow(["tax"]), flow(True), flow("2014-10-02")
    ('{amount: 5, currency: USD}', '[tax]', 'true', '2014-10-02')
    >>> flow("no: it's \\n- tax")
    '"no: it\\'s \\\\n- tax"'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value:.12g}" if isinstance(value, float) else str(value)
    return value if _bare(value) else json.dumps(value, ensure_ascii=False)


def _bare(text: str) -> bool:
    """Tell whether a text may stand without quotes: names of members, codes, dates."""
    if text in ("null", "true", "false", "yes", "no", "on", "off", "y", "n", ""):
        return False
    if text.isascii() and text.isidentifier():
        return True
    parts = text.split("-")
    return len(parts) in (2, 3) and all(p.isascii() and p.isdigit() for p in parts)
