"""What one case file states: facts with their state, source and line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from convenio.errors import Position
from convenio.facts.distributions import Distribution
from convenio.facts.values import Date, Money, Place

Confidence = Literal["high", "medium", "low"]
State = Literal["known", "unknown", "undisclosed", "asked", "conflict"]

CONFIDENCE_ORDER: tuple[Confidence, ...] = ("low", "medium", "high")
_BY_RELIABILITY: Mapping[str | None, Confidence] = {"A": "high", "B": "medium", "C": "medium"}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact comes from: source key, pinpoint, words, readers.

    `credibility` grades the claim, from 1, confirmed, to 6, can't be judged; the reliability of its
    source is graded with the source (NATO AJP-2.1). It changes no verdict and no confidence.
    """

    source: str | None = None
    at: str | None = None
    quote: str | None = None
    confidence: Confidence | None = None
    by: str | None = None
    checked_by: str | None = None
    asked_on: dt.date | None = None
    note: str | None = None
    credibility: int | None = None


@dataclass(frozen=True, slots=True)
class Element:
    """One row of a list: its stated fields, by name."""

    fields: Mapping[str, StatedFact]
    position: Position


ScalarValue = bool | int | float | str | Date | Money | Place
Value = ScalarValue | tuple[str, ...] | tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """One of several values that sources give for the same fact."""

    value: Value
    provenance: Provenance


@dataclass(frozen=True, slots=True)
class StatedFact:
    """One fact as a case states it.

    `state` says what the file knows; `value` is None unless it is "known". A fact can be known
    and yet refused by the parties: then `disclosed` is False. `complete` is False where a list
    or set may have further members. `candidates` are the values on which sources differ, and
    `because` says why one of them was preferred. `assumed_from` is the state that the file gives a
    fact whose value is an assumption. `from_context` is True where a dated table of the pack fills
    what the case leaves open. `by_country` holds what is stated for each of several countries, of
    which the fact itself is the worst. `distribution` tells how likely which values are of a fact
    that is stated as uncertain; to all rules and reports such a fact is not known.
    """

    path: str
    state: State
    position: Position
    value: Value | None = None
    disclosed: bool = True
    complete: bool = True
    provenance: Provenance = Provenance()
    candidates: tuple[Candidate, ...] = ()
    because: str | None = None
    assumed_from: State | None = None
    distribution: Distribution | None = None
    from_context: bool = False
    by_country: tuple[tuple[str, StatedFact], ...] = ()

    @property
    def file_state(self) -> State:
        """What the case file knows of the fact, which a value that is only assumed leaves as it is.

        `known(…)`, `undisclosed(…)` and `asked(…)` speak of this.
        """
        return self.assumed_from or self.state

    @property
    def undisclosed(self) -> bool:
        """True where the parties refuse the fact, be it known from elsewhere or not."""
        return self.file_state == "undisclosed" or not self.disclosed

    @property
    def elements(self) -> tuple[Element, ...]:
        """The rows of a list fact; empty for any other."""
        value = self.value if isinstance(self.value, tuple) else ()
        return tuple(item for item in value if isinstance(item, Element))

    @property
    def members(self) -> tuple[str, ...]:
        """The members of a set fact; empty for any other."""
        value = self.value if isinstance(self.value, tuple) else ()
        return tuple(item for item in value if isinstance(item, str))


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A document that facts are taken from. `reliability` runs from A (official text) to F."""

    key: str
    kind: str
    title: str
    publisher: str | None = None
    date: str | None = None
    url: str | None = None
    reliability: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """Changes to a case that answer one "what if"."""

    key: str
    title: str
    set: Mapping[str, StatedFact]
    add: Mapping[str, tuple[Element, ...]] = field(default_factory=dict)
    remove: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    extends: str | None = None


@dataclass(frozen=True, slots=True)
class OutcomeEvent:
    """What happened after the date of the case. No rule reads it."""

    date: str
    what: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """The title and the summary of a case in one language."""

    title: str
    summary: str


@dataclass(frozen=True)
class Case:
    """One proposed deal, as known on `as_of`.

    `digest` is that of its file; `settings` are the facts that were set beside it, as written.
    `language` is the one in which its texts are written, where the file says so, and `translations`
    hold title and summary in others.
    """

    id: str
    title: str
    as_of: dt.date
    facts: Mapping[str, StatedFact]
    digest: str
    file: str
    summary: str = ""
    authors: tuple[str, ...] = ()
    second_reader: str | None = None
    reply: str | None = None
    sources: Mapping[str, SourceDocument] = field(default_factory=dict)
    scenarios: Mapping[str, Scenario] = field(default_factory=dict)
    outcome: tuple[OutcomeEvent, ...] = ()
    warnings: tuple[str, ...] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    language: str = ""
    translations: Mapping[str, Told] = field(default_factory=dict)

    def told_in(self, language: str) -> Case:
        """Return the case with title and summary in a language, where it has them.

        Its other texts stay in the language in which it is written.
        """
        found = self.translations.get(language)
        if found is None or language == self.language:
            return self
        return replace(self, title=found.title, summary=found.summary)

    def confidence_of(self, fact: StatedFact) -> Confidence:
        """Return a known fact's confidence: its own, or that of its source.

        A source of reliability A gives high, B and C medium, any other or none low; a conflict
        that was resolved is at most medium (semantics, "Support").
        """
        stated = fact.provenance.confidence
        if stated is None:
            source = self.sources.get(fact.provenance.source or "")
            stated = _BY_RELIABILITY.get(source.reliability if source else None, "low")
        return "medium" if fact.candidates and stated == "high" else stated

    @property
    def participants(self) -> tuple[tuple[str, str | None], ...]:
        """The states and organisations that `parties` names, each with its role."""
        stated = self.facts.get("parties")
        fields = [party.fields for party in (stated.elements if stated is not None else ())]
        return tuple(
            (country, role if isinstance(role, str) else None)
            for party in fields
            for country in (party["country"].value if "country" in party else None,)
            for role in (party["role"].value if "role" in party else None,)
            if isinstance(country, str)
        )

    @property
    def recipients(self) -> tuple[str, ...]:
        """The states to which the deal comes: recipients and hosts, else all who take part alike.

        Of them context speaks, and their constitutions have to be kept.
        """
        return self._in_role("recipient", "host") or self._in_role("participant")

    @property
    def senders(self) -> tuple[str, ...]:
        """The states whose forces go out: those that send, else all who take part alike."""
        return self._in_role("sending") or self._in_role("participant")

    def _in_role(self, *roles: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(who for who, role in self.participants if role in roles))

    def walk(self) -> Iterator[StatedFact]:
        """Yield every stated fact, the fields of list elements included, in file order."""
        for stated in self.facts.values():
            yield stated
            for element in stated.elements:
                yield from element.fields.values()
