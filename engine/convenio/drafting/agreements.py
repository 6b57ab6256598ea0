"""Finds facts in agreements, clause by clause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from convenio.drafting import wordings
from convenio.drafting.clauses import Clause, Sentence, clauses_of, quoted
from convenio.drafting.pages import Pages
from convenio.drafting.parties import parties, place_of, signed
from convenio.drafting.proposals import Draft, Passage, Proposal
from convenio.facts.provenance import MAX_QUOTE_WORDS

_BESIDE_PATTERNS = ("parties", "dates.signed", "deal.elements", "deal.stage")

_TITLE = re.compile(
    r"(?<![a-z])(?:acuerdo|acordo|agreement|convenio|tratado|memorand|ejercicio|exercise)"
)
_ELEMENTS = (
    (
        re.compile(
            r"status of (?:[a-z]+ ){0,5}(?:forces|personnel)|"
            r"estat[ua]to de (?:las )?(?:fuerzas|personal)|"
            r"estatuto (?:del personal|das forcas)"
        ),
        "status_of_forces",
    ),
    (
        re.compile(r"(?<![a-z])(?:access to and use of|acceso y uso de|acesso e uso de)"),
        "basing_access",
    ),
    (
        re.compile(
            r"coopera(?:cion|cao|tion) .{0,160}?(?:defensa|defesa|militar|defen[cs]e)|"
            r"(?:defen[cs]e|military)[a-z -]{0,20} cooperation"
        ),
        "cooperation_agreement",
    ),
)
_IN_FORCE = re.compile(
    r"(?:acordo|acuerdo|convenio|tratado|agreement)[^;.]{0,60} (?:entrou em vigor|entro en vigor|"
    r"entered into force)[^;]{0,120}?(?:19|20)\d\d"
)
_HEAD = 2_500
_TITLE_LENGTH = 160


def draft_agreement(pages: Pages, language: str) -> Draft:
    """Return what an agreement says of the facts of the catalogue."""
    clauses = clauses_of(pages)
    known = wordings.language(language)
    found = [*_by_pattern(clauses, known)]
    notes = any(one.path == "deal.form" for one in found)
    date = signed(clauses, notes)
    found += [*_head(clauses), *([date] if date else []), *parties(clauses)]
    return Draft(
        "agreement",
        language,
        title_of(clauses),
        tuple(found),
        tuple(_passages(clauses, known)),
        (*_BESIDE_PATTERNS, *known.facts),
        tuple(known.topics),
    )


def title_of(clauses: Sequence[Clause]) -> str:
    """Return the title of an agreement: the first sentence that has such a word in it."""
    for sentence in clauses[0].sentences:
        if _TITLE.search(sentence.plain) and sentence.start < _HEAD:
            return _shortened(sentence.text)
    return _shortened(clauses[0].sentences[0].text) if clauses[0].sentences else ""


def _shortened(text: str) -> str:
    """Return a title that stops at a word."""
    bare = text.strip(' ,;:.“”"')
    return bare if len(bare) <= _TITLE_LENGTH else bare[:_TITLE_LENGTH].rpartition(" ")[0] + "…"


def _by_pattern(clauses: Sequence[Clause], known: wordings.Language) -> Iterator[Proposal]:
    """Yield what the patterns find: of a set its members together, else the first that is said.

    Where two patterns of one fact say different values, the text does not say it plainly, and
    nothing is proposed.
    """
    found: dict[str, list[_Hit]] = {}
    for clause in clauses:
        for sentence in clause.sentences:
            for pattern in known.patterns:
                hit = pattern.matches(sentence, clause.plain, known.negations)
                if hit is not None:
                    found.setdefault(pattern.fact, []).append(_Hit(sentence, *hit))
    for path, hits in found.items():
        if isinstance(hits[0].value, list):
            yield _joined(path, hits, clauses)
        elif all(hit.value == hits[0].value for hit in hits):
            yield hits[0].proposal(path, clauses)
        elif path == "terms.end":
            yield from _end(hits, clauses)


@dataclass(frozen=True, slots=True)
class _Hit:
    """Words of a pattern in a sentence, and the value that they say."""

    sentence: Sentence
    start: int
    end: int
    value: Any

    def quote(self, most: int = MAX_QUOTE_WORDS) -> str:
        return quoted(self.sentence.text, self.start, self.end, most)

    def proposal(self, path: str, clauses: Sequence[Clause]) -> Proposal:
        place = place_of(self.sentence, clauses)
        return Proposal(path, self.value, self.sentence.page, place, self.quote())


def _joined(path: str, hits: list[_Hit], clauses: Sequence[Clause]) -> Proposal:
    """Return one proposal for a set: its members, with the first words that name each."""
    firsts: dict[str, _Hit] = {}
    for hit in hits:
        for member in hit.value:
            firsts.setdefault(member, hit)
    shown = list({(id(hit.sentence), hit.start): hit for hit in firsts.values()}.values())
    # A mark between two quotations counts as a word.
    most = (MAX_QUOTE_WORDS - len(shown) + 1) // len(shown)
    quotes = [hit.quote(most) for hit in shown]
    quote = quotes[0] if len(quotes) == 1 else " … ".join(text.strip("…") for text in quotes)
    places = "; ".join(dict.fromkeys(place_of(hit.sentence, clauses) for hit in shown))
    return Proposal(path, list(firsts), shown[0].sentence.page, places, quote)


def _end(hits: list[_Hit], clauses: Sequence[Clause]) -> Iterator[Proposal]:
    """A term that renews itself stays one, whatever else is said of its end."""
    renewing = [hit for hit in hits if hit.value == "fixed_renews_itself"]
    if renewing and all(hit.value != "indefinite" for hit in hits):
        yield renewing[0].proposal("terms.end", clauses)


def _head(clauses: Sequence[Clause]) -> Iterator[Proposal]:
    """Yield what a title says: which kind of agreement it is; of a decree, that it is in force."""
    head = [s for clause in clauses[:2] for s in clause.sentences if s.start < _HEAD]
    elements = _elements(head, clauses)
    if elements:
        yield elements
    for sentence in head:
        if found := _IN_FORCE.search(sentence.plain):
            quote = quoted(sentence.text, found.start(), found.end())
            yield Proposal(
                "deal.stage", "in_force", sentence.page, place_of(sentence, clauses), quote
            )
            return


def _elements(head: Sequence[Sentence], clauses: Sequence[Clause]) -> Proposal | None:
    for sentence in head:
        if not _TITLE.search(sentence.plain):
            continue
        for pattern, element in _ELEMENTS:
            if found := pattern.search(sentence.plain):
                quote = quoted(sentence.text, found.start(), found.end())
                place = place_of(sentence, clauses)
                return Proposal("deal.elements", [element], sentence.page, place, quote)
    return None


def _passages(clauses: Sequence[Clause], known: wordings.Language) -> Iterator[Passage]:
    """Yield one place to read for each topic and article, at most three for a topic."""
    for topic, words in known.topics.items():
        count = 0
        for clause in clauses[1:]:
            for sentence in clause.sentences:
                hit = next((at for one in words if (at := one.find(sentence.plain))), None)
                if hit is not None and count < 3:
                    quote = quoted(sentence.text, hit[0], hit[1])
                    yield Passage(topic, sentence.page, place_of(sentence, clauses), quote)
                    count += 1
                    break
