"""What in a case file contradicts itself, or rests on what came after its date."""

from __future__ import annotations

from collections.abc import Iterator

from convenio.facts.case import Case, StatedFact
from convenio.language.trace import support
from convenio.packs.pack import Pack


def doubts(case: Case, pack: Pack) -> Iterator[str]:
    """Name what wants explaining, each with file, line, column and fact.

    A fact with a `note` counts as explained, and so does a source with one.
    """
    yield from _contradictions(case, pack)
    yield from _later_sources(case)
    yield from _not_asked(case, pack)


def _not_asked(case: Case, pack: Pack) -> Iterator[str]:
    """Name, in one line, facts that are stated and that no element of the deal asks for."""
    elements = case.facts.get("deal.elements")
    named = frozenset(elements.members if elements is not None else ())
    found = [
        fact
        for path, fact in case.facts.items()
        if named
        and (asked := pack.catalogue.facts[path].when)
        and named.isdisjoint(asked)
        and fact.state != "unknown"
        and not fact.provenance.note
    ]
    if found:
        paths = ", ".join(fact.path for fact in found)
        first = min(found, key=lambda fact: fact.position)
        yield f"{first.position}: stated, and no element of the deal asks for it: {paths}"


def _contradictions(case: Case, pack: Pack) -> Iterator[str]:
    evaluator = pack.evaluator(case)
    for check in pack.checks:
        trace = evaluator.trace(check.condition)
        if trace.truth is not True:
            continue
        stated = [leaf.fact for atom in support(trace) for leaf in atom.leaves if leaf.fact]
        if not stated or any(fact.provenance.note for fact in stated):
            continue
        first = min(stated, key=lambda fact: fact.position)
        yield f"{first.position}: {first.path}: {check.says}"


def _later_sources(case: Case) -> Iterator[str]:
    told: dict[str, StatedFact] = {}
    for fact in case.walk():
        source = case.sources.get(fact.provenance.source or "")
        if source is None or source.date is None or source.note or fact.provenance.note:
            continue
        # A source may give its year or month alone: it is later where even its first day is.
        if source.date > case.as_of.isoformat()[: len(source.date)]:
            told.setdefault(source.key, fact)
    for key, fact in told.items():
        yield (
            f"{fact.position}: {fact.path}: rests on '{key}' of {case.sources[key].date}, which is "
            f"later than the case, {case.as_of}; no note says how it was known by then"
        )
