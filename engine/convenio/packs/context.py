"""What is known of a country on a date: the dated tables in a pack's folder `context`."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from convenio.documents import Document, Node
from convenio.documents import Sequence as ListNode
from convenio.documents.models import node_at, position_at, validate
from convenio.errors import PackError, Position, Problem, nearest_name
from convenio.facts.case import Confidence, SourceDocument, StatedFact
from convenio.facts.catalogue import Catalogue
from convenio.facts.models import FactModels
from convenio.facts.statements import StatementReader
from convenio.facts.values import country_codes
from convenio.language import syntax as s
from convenio.language.types import Scope
from convenio.messages import say
from convenio.packs.conditions import read_condition
from convenio.packs.periods import Days, Period

COLLECTIONS = ("list", "set")


@dataclass(frozen=True, slots=True)
class ContextRow:
    """What a table says of one country in one period, and where that was read.

    Of a list or set, `fact` holds the one entry or member that the row gives. A row with a `when`
    is about some deals only: those of which the condition is true as the case states them. `about`
    are the states that it speaks of: its own, and those that the entry names.
    """

    country: str
    period: Period
    fact: StatedFact
    source: SourceDocument
    at: str
    quote: str
    confidence: Confidence
    note: str
    about: frozenset[str]
    when: s.Expression | None = None


@dataclass(frozen=True, slots=True)
class ContextTable:
    """The table of one fact.

    `covers` are the days for which it may be asked; on others it says nothing.
    """

    name: str
    path: str
    covers: Period
    rows: Mapping[str, tuple[ContextRow, ...]]
    """What it says of each country."""

    def rows_for(self, country: str, day: dt.date) -> tuple[ContextRow, ...]:
        """Return what the table says of a country on a day; nothing where it isn't covered."""
        if not self.covers.covers(day):
            return ()
        return tuple(row for row in self.rows.get(country, ()) if row.period.covers(day))


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str = Field(min_length=3)
    publisher: str | None = None
    date: str | None = Field(default=None, pattern=r"^\d{4}(-\d{2}){0,2}$")
    url: str | None = None
    note: str | None = None


class _Row(Days):
    country: str
    value: object
    source: str
    at: str = ""
    quote: str = ""
    confidence: Literal["high", "medium", "low"]
    note: str = ""
    when: str = ""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: int = Field(ge=1, le=1)
    fills: str
    coverage: Days
    sources: dict[str, _Source]
    rows: list[_Row]
    gaps: list[str] = []
    """What nobody has read yet."""


class ContextReader:
    """Types the tables of a pack; everything that is wrong goes to `problems`."""

    def __init__(self, catalogue: Catalogue, models: FactModels, problems: list[Problem]) -> None:
        self._catalogue = catalogue
        self._models = models
        self._problems = problems
        self._scope = Scope(catalogue, flags_allowed=False)

    def read(self, name: str, document: Document) -> ContextTable | None:
        """Return a table, or None where the fact that it fills can't be filled.

        Raises PackError for a wrong form.
        """
        declared = validate(_File, document.root, PackError)
        fact = self._catalogue.facts.get(declared.fills)
        if fact is None or fact.answer_from != "context" or not fact.may_differ:
            self._fault(
                position_at(document.root, ("fills",)),
                "fills",
                say("a table can't fill this"),
                expected=say("a fact of the catalogue that is answered from context"),
                found=declared.fills,
                nearest=self._catalogue.nearest(declared.fills),
            )
            return None
        is_collection = fact.type.kind in COLLECTIONS
        sources = {
            key: SourceDocument(
                f"context/{name}/{key}",
                "context",
                source.title,
                source.publisher,
                source.date,
                source.url,
                None,
                source.note,
            )
            for key, source in declared.sources.items()
        }
        rows = []
        for number, row in enumerate(declared.rows):
            node = node_at(document.root, ("rows", number))
            where = f"rows[{number}]"
            if row.country not in country_codes():
                nearest = nearest_name(row.country, country_codes(), self._problems)
                self._fault(node.position, f"{where}.country", say("is no state"), nearest=nearest)
            if row.source not in sources:
                nearest = nearest_name(row.source, sources, self._problems)
                self._fault(
                    node.position, f"{where}.source", say("is not declared"), nearest=nearest
                )
                continue
            value = node_at(document.root, ("rows", number, "value"))
            stated = self._typed(declared.fills, value, is_collection)
            if stated is None:
                continue
            rows.append(
                ContextRow(
                    row.country,
                    row.period,
                    stated,
                    sources[row.source],
                    row.at,
                    row.quote,
                    row.confidence,
                    row.note,
                    frozenset({row.country, *states_in(stated, self._catalogue)}),
                    self._condition(row.when, node.position, where),
                )
            )
        if not is_collection:
            for of_one in _by_country(rows).values():
                self._problems.extend(_overlaps(of_one))
        return ContextTable(
            name,
            declared.fills,
            declared.coverage.period,
            _by_country(rows),
        )

    def _condition(self, text: str, position: Position, where: str) -> s.Expression | None:
        if not text:
            return None
        return read_condition(text, position, f"{where}.when", self._scope, self._problems)

    def _typed(self, path: str, value: Node, is_collection: bool) -> StatedFact | None:
        reader = StatementReader(self._catalogue, self._models)
        node = ListNode((value,), value.position) if is_collection else value
        stated = reader.path(path, node, value.position)
        self._problems.extend(reader.problems)
        return stated

    def _fault(
        self,
        position: Position,
        path: str,
        message: str,
        expected: str = "",
        found: str = "",
        nearest: str = "",
    ) -> None:
        self._problems.append(Problem(position, path, message, expected, found, nearest))


def states_in(fact: StatedFact, catalogue: Catalogue) -> Iterator[str]:
    """Yield the states that the entries of a list name."""
    record = catalogue.records.get(catalogue.facts[fact.path].type.record, {})
    for entry in fact.elements:
        for name, stated in entry.fields.items():
            if record[name].type.kind == "country" and isinstance(stated.value, str):
                yield stated.value


def _by_country(rows: Sequence[ContextRow]) -> dict[str, tuple[ContextRow, ...]]:
    found: dict[str, list[ContextRow]] = {}
    for row in rows:
        found.setdefault(row.country, []).append(row)
    return {country: tuple(of_one) for country, of_one in found.items()}


def _later(row: ContextRow, other: ContextRow) -> ContextRow:
    """Return the row whose period ends later; one without an end does."""
    if row.period.end is None or (
        other.period.end is not None and other.period.end <= row.period.end
    ):
        return row
    return other


def _overlaps(rows: Sequence[ContextRow]) -> Iterator[Problem]:
    """Find days on which a fact that takes one value has two.

    In the order of their first days, a period that meets an earlier one meets the latest to end.
    """
    ordered = sorted(rows, key=lambda row: row.period.start)
    for row, other in zip(itertools.accumulate(ordered, _later), ordered[1:], strict=False):
        if row.period.meets(other.period):
            yield Problem(
                other.fact.position,
                row.country,
                say(
                    "has two values on the same days; the other is at {position}",
                    position=row.fact.position,
                ),
            )
