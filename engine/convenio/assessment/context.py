"""Fills what a case leaves open with what the pack's dated tables know of its countries.

See docs/semantics.md, "Context".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from convenio.errors import Position
from convenio.facts.by_country import badness
from convenio.facts.case import (
    CONFIDENCE_ORDER,
    Case,
    Element,
    Provenance,
    SourceDocument,
    StatedFact,
)
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.plain import value_of
from convenio.packs.context import COLLECTIONS, ContextRow, ContextTable
from convenio.packs.pack import Pack


def with_context(case: Case, pack: Pack) -> Case:
    """Return the case with open facts filled from the tables, and told where it differs from them.

    What the case states stands, be it known, refused, asked or in conflict. Where several states
    are described, entries and members are put together, and of other facts the worst value holds.
    """
    facts, sources, warnings = dict(case.facts), dict(case.sources), list(case.warnings)
    for table in pack.context:
        rows = [
            row
            for country in case.recipients
            for row in table.rows_for(country, case.as_of)
            if row.when is None or pack.evaluator(case).trace(row.when).truth is True
        ]
        if not rows or _is_excluded(table.path, case, pack):
            continue
        stated = case.facts.get(table.path)
        if stated is not None and (stated.state != "unknown" or stated.distribution is not None):
            warnings += _differences(stated, table, rows, case.recipients)
            continue
        declaration = pack.catalogue.facts[table.path]
        is_collection = declaration.type.kind in COLLECTIONS
        filled = _collected(table, rows) if is_collection else _worst(declaration, rows)
        facts[table.path] = replace(filled, position=Position(case.file), from_context=True)
        sources.update({row.source.key: row.source for row in rows})
        if filled.provenance.source == _key(table):
            title = f"Context table '{table.name}' of the pack {pack.id}"
            sources[_key(table)] = SourceDocument(_key(table), "context", title)
    return replace(case, facts=facts, sources=sources, warnings=tuple(warnings))


def _is_excluded(path: str, case: Case, pack: Pack) -> bool:
    return path in pack.guards and path in pack.evaluator(case).excluded


def _worst(declaration: FactDeclaration, rows: list[ContextRow]) -> StatedFact:
    row = min(rows, key=lambda one: badness(declaration, one.fact.value))
    return replace(row.fact, provenance=_provenance(row))


def _collected(table: ContextTable, rows: list[ContextRow]) -> StatedFact:
    """Put the entries or members of several rows together; there may be further ones."""
    # What two described states have between them stands in a row for each of them.
    apart = {(row.about, row.source.key, row.at, row.note): row for row in reversed(rows)}
    entries = tuple(entry for row in reversed(apart.values()) for entry in _entries(row))
    members = tuple(dict.fromkeys(member for row in rows for member in row.fact.members))
    least = min((row.confidence for row in rows), key=CONFIDENCE_ORDER.index)
    together = Provenance(source=_key(table), confidence=least)
    return replace(
        rows[0].fact,
        value=entries or members,
        complete=False,
        provenance=_provenance(rows[0]) if len(rows) == 1 else together,
    )


def _entries(row: ContextRow) -> Iterator[Element]:
    for entry in row.fact.elements:
        provenance = _provenance(row)
        fields = {
            name: replace(field, position=Position(""), provenance=provenance)
            for name, field in entry.fields.items()
        }
        yield Element(fields, Position(""))


def _key(table: ContextTable) -> str:
    return f"context/{table.name}"


def _provenance(row: ContextRow) -> Provenance:
    return Provenance(
        source=row.source.key,
        at=row.at or None,
        quote=row.quote or None,
        confidence=row.confidence,
        note="; ".join(part for part in (f"of {row.country}", row.note) if part),
    )


def _differences(
    stated: StatedFact, table: ContextTable, rows: list[ContextRow], countries: tuple[str, ...]
) -> Iterator[str]:
    """Say where a case and the tables differ; a note beside the fact counts as the reason."""
    if stated.state != "known" or stated.provenance.note:
        return
    for row in rows:
        said = _otherwise(stated, row, countries)
        if said:
            yield (
                f"{stated.position}: {table.path}: context table '{table.name}' says {said} of "
                f"{row.country} on this date ({row.source.title}); the case stands"
            )


def _otherwise(stated: StatedFact, row: ContextRow, countries: tuple[str, ...]) -> str:
    """Return what a row says that a case denies, in words; empty where the two agree."""
    if not isinstance(row.fact.value, tuple):
        return "" if row.fact.value == stated.value else str(value_of(row.fact.value))
    if not stated.complete:
        return ""
    if row.fact.elements:
        named = [{f.value for f in entry.fields.values()} for entry in stated.elements]
        # An entry may name either of two states that are both described.
        told = any(row.about <= {*values, country} for values in named for country in countries)
        return "" if told else " and ".join(sorted(row.about - {row.country}))
    return ", ".join(m for m in row.fact.members if m not in stated.members)
