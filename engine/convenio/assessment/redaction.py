"""Leaves facts out of a result before any report sees it, so that no format can show them.

The verdicts stand: they were inferred from the facts. What is left out, of each fact that is named:
its value, the values on which its sources differ, what is said of it (source, pinpoint, quotation,
note) and the sources that no other fact cites. What may quote it goes too: the summary, the reply,
what happened later, the scenarios and the warnings; a quotation that another fact shares; the value
where a title, a source or a note writes it as a word of its own.

What a verdict implies can still be read: who sees that a rule on terms above 25 years is flagged
knows that much. And a digest of the whole case file lets whoever knows all the rest of the file
check a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from convenio.assessment.assessment import Assessment
from convenio.assessment.finding import Finding, FindingBuilder
from convenio.assessment.presumed import PresumedFact, PresumedReading
from convenio.errors import UsageError, nearest_name
from convenio.facts.case import Case, Element, Provenance, SourceDocument, StatedFact
from convenio.facts.paths import owner_of
from convenio.facts.plain import value_of
from convenio.language.trace import Leaf
from convenio.messages import say
from convenio.packs.pack import Pack

REDACTED = "[redacted]"
"""What stands in the place of a value."""


def redacted(assessment: Assessment, paths: Iterable[str]) -> Assessment:
    """Return the same assessment, verdict for verdict, without what is known of some facts.

    Raises UsageError where the pack's catalogue has no such fact.

    >>> from convenio import assess, load_case, load_pack
    >>> pack = load_pack("core")
    >>> hidden = redacted(assess(load_case("panamax-2014", pack), pack), ["deal.elements"])
    >>> hidden.case.facts["deal.elements"].value
    '[redacted]'
    """
    hidden = tuple(dict.fromkeys(paths))
    if not hidden:
        return assessment
    facts = assessment.pack.catalogue.facts
    for path in hidden:
        if path not in facts:
            nearest = nearest_name(path, facts)
            hint = say("; did you mean {nearest}?", nearest=nearest) if nearest else ""
            raise UsageError(
                say("--redact {path}: no such fact in the catalogue{hint}", path=path, hint=hint)
            )
    return _Redaction(assessment, hidden).made()


class _Redaction:
    """Makes a redacted assessment of one that is not."""

    def __init__(self, assessment: Assessment, hidden: tuple[str, ...]) -> None:
        self._whole = assessment
        self._hidden = frozenset(hidden)
        self._named = tuple(path for path in assessment.pack.catalogue.facts if path in hidden)
        self._secret = [f for p, f in assessment.case.facts.items() if p in self._hidden]

    def made(self) -> Assessment:
        return replace(
            self._whole,
            case=self._case(self._whole.case),
            pack=self._pack(self._whole.pack),
            builder=_RedactedBuilder(self._whole.builder, self),
            presume=self._presume,
            redacted=self._named,
        )

    # --- the case ------------------------------------------------------------------------

    def _case(self, case: Case) -> Case:
        return replace(
            case,
            title=f"{self._masked(case.title)} [redacted: {', '.join(self._named)}]",
            facts={path: self.fact(fact, path) for path, fact in case.facts.items()},
            sources=self._sources(case.sources),
            summary="",
            reply=None,
            scenarios={},
            outcome=(),
            warnings=(),
            settings=self._asked(case.settings),
        )

    def _pack(self, pack: Pack) -> Pack:
        if self._hidden.isdisjoint(pack.asked.presume):
            return pack
        return replace(pack, asked=replace(pack.asked, presume=self._asked(pack.asked.presume)))

    def _asked(self, written: Mapping[str, str]) -> dict[str, str]:
        """Return what was asked for beside the files, without what is hidden."""
        return {p: REDACTED if p in self._hidden else text for p, text in written.items()}

    def fact(self, fact: StatedFact, path: str) -> StatedFact:
        """Return a fact without its value where it is hidden, else without what quotes one."""
        if owner_of(path) not in self._hidden:
            return self._beside(fact)
        # How far it can be relied on is part of the verdict.
        confidence = self._whole.case.confidence_of(fact) if fact.state == "known" else None
        return replace(
            fact,
            value=REDACTED if fact.state == "known" else None,
            provenance=Provenance(confidence=confidence),
            candidates=(),
            because=None,
            distribution=None,
            by_country=(),
        )

    def _beside(self, fact: StatedFact) -> StatedFact:
        value = fact.value
        if fact.elements:
            value = tuple(
                Element({n: self._beside(f) for n, f in row.fields.items()}, row.position)
                for row in fact.elements
            )
        return replace(
            fact,
            value=value,
            provenance=self._provenance(fact.provenance),
            candidates=tuple(
                replace(one, provenance=self._provenance(one.provenance)) for one in fact.candidates
            ),
            because=self._masked(fact.because) if fact.because else None,
            by_country=tuple((country, self._beside(one)) for country, one in fact.by_country),
        )

    def _provenance(self, stated: Provenance) -> Provenance:
        if stated == Provenance():
            return stated
        quote = stated.quote
        if quote is not None:
            quote = None if quote in self._quotes else self._masked(quote)
        return replace(
            stated,
            at=self._masked(stated.at) if stated.at else None,
            quote=quote,
            note=self._masked(stated.note) if stated.note else None,
        )

    def _sources(self, sources: Mapping[str, SourceDocument]) -> dict[str, SourceDocument]:
        others = (f for p, f in self._whole.case.facts.items() if p not in self._hidden)
        open_to_all = frozenset(_cited(others))
        return {
            key: replace(
                source,
                title=self._masked(source.title),
                url=self._masked(source.url) if source.url else None,
                note=self._masked(source.note) if source.note else None,
            )
            for key, source in sources.items()
            if key in open_to_all
        }

    @cached_property
    def _quotes(self) -> frozenset[str]:
        """The quotations behind what is hidden."""
        stated = (one for fact in self._secret for one in _said_of(fact))
        return frozenset(one.quote for one in stated if one.quote)

    @cached_property
    def _written(self) -> re.Pattern[str] | None:
        """What finds a hidden value where a text writes it as a word of its own."""
        words = {word for fact in self._secret for word in _words_of(fact)}
        if not words:
            return None
        longest_first = sorted(words, key=lambda word: (-len(word), word))
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.I)

    def _masked(self, text: str) -> str:
        return text if self._written is None else self._written.sub(REDACTED, text)

    # --- what was inferred ---------------------------------------------------------------

    def finding(self, found: Finding) -> Finding:
        """Return a finding whose facts are redacted; of a hidden list not even its rows show."""
        leaves = {self._path(leaf.path): self._leaf(leaf) for leaf in reversed(found.facts)}
        missing = tuple(dict.fromkeys(map(self._path, found.missing)))
        return replace(found, facts=tuple(reversed(leaves.values())), missing=missing)

    def _path(self, path: str) -> str:
        return owner_of(path) if owner_of(path) in self._hidden else path

    def _leaf(self, leaf: Leaf) -> Leaf:
        path = self._path(leaf.path)
        if path != leaf.path:
            stated = self._whole.case.facts.get(path)
            return Leaf(path, None if stated is None else self.fact(stated, path), leaf.missing)
        return leaf if leaf.fact is None else leaf._replace(fact=self.fact(leaf.fact, path))

    def _presume(self, left_open: frozenset[str]) -> PresumedReading:
        reading = self._whole.presume(left_open)
        facts = tuple(map(self._presumed, reading.case.facts))
        made = {fact.path: fact.after for fact in facts}
        case = self._case(reading.case.case)
        case = replace(case, facts={**case.facts, **made})
        return replace(reading, case=replace(reading.case, case=case, facts=facts))

    def _presumed(self, made: PresumedFact) -> PresumedFact:
        """A value that the pack presumes is no secret; one that the case states is."""
        if made.path not in self._hidden or made.before is None or made.before.state != "known":
            return made
        before, after = self.fact(made.before, made.path), self.fact(made.after, made.path)
        return replace(made, before=before, after=after)


class _RedactedBuilder(FindingBuilder):
    """Builds findings as another builder does, and redacts each."""

    def __init__(self, whole: FindingBuilder, redaction: _Redaction) -> None:
        self._whole = whole
        self._redaction = redaction
        self.case = whole.case
        self.truths = whole.truths

    def build(self, rule_id: str) -> Finding:
        """Return the redacted finding of a rule."""
        return self._redaction.finding(self._whole.build(rule_id))


def _said_of(fact: StatedFact) -> Iterator[Provenance]:
    """Yield what is said of a fact, of each of its rows' fields and of each candidate."""
    yield fact.provenance
    for one in fact.candidates:
        yield one.provenance
    for _, one_country in fact.by_country:
        yield from _said_of(one_country)
    for row in fact.elements:
        for field in row.fields.values():
            yield from _said_of(field)


def _cited(facts: Iterable[StatedFact]) -> Iterator[str]:
    return (one.source for fact in facts for one in _said_of(fact) if one.source)


def _words_of(fact: StatedFact) -> Iterator[str]:
    """Yield how a text could write the value of a fact; yes and no are in every text."""
    values = [fact.value, *(one.value for one in fact.candidates)]
    values += [one.value for _, one in fact.by_country]
    for value in values:
        yield from _written(value_of(value))


def _written(plain: object) -> Iterator[str]:
    if isinstance(plain, bool) or plain is None:
        return
    if isinstance(plain, int | float):
        yield from {f"{plain}", f"{plain:,}", f"{plain:,}".replace(",", ".")}
    elif isinstance(plain, str):
        yield from {plain, plain.replace("_", " ")} - {""}
    elif isinstance(plain, list):
        for item in plain:
            yield from _written(item)
    elif isinstance(plain, dict):
        for item in plain.values():
            yield from _written(item)
