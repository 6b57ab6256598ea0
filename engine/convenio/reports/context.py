"""What context tables filled of a case, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from convenio.assessment.assessment import Assessment
from convenio.facts.case import Case, Confidence, StatedFact
from convenio.reports.wording import Wording


@dataclass(frozen=True, slots=True)
class Cited:
    """A row of a table: the key of its source in the case, the source's title, pinpoint, note."""

    key: str
    title: str
    at: str
    note: str

    def __str__(self) -> str:
        return ", ".join(part for part in (self.title, self.at, self.note) if part)


@dataclass(frozen=True, slots=True)
class FilledFact:
    """One fact that a table filled: what it is called, what it is, and on what that rests."""

    fact: StatedFact
    label: str
    value: str
    sources: tuple[Cited, ...]
    confidence: Confidence


def filled(assessment: Assessment, wording: Wording) -> list[FilledFact]:
    """Return the facts that context tables filled, in the order of the tables."""
    case, catalogue = assessment.case, assessment.pack.catalogue
    return [
        FilledFact(
            fact,
            wording.label(fact.path, catalogue),
            wording.fact(fact, catalogue.resolve(fact.path), catalogue),
            tuple(dict.fromkeys(_cited(fact, case))),
            case.confidence_of(fact),
        )
        for fact in case.facts.values()
        if fact.from_context
    ]


def _cited(fact: StatedFact, case: Case) -> Iterator[Cited]:
    """Name the source of a fact, or that of each of its entries."""
    for one in [next(iter(entry.fields.values())) for entry in fact.elements] or [fact]:
        found = one.provenance
        key = found.source or ""
        source = case.sources.get(key)
        yield Cited(key, source.title if source else key, found.at or "", found.note or "")
