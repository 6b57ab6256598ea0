"""Finds facts in agreements, clause by clause."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from convenio.drafting import wordings
from convenio.drafting.clauses import Clause, Sentence, clauses_of, quoted
from convenio.drafting.pages import Pages
from convenio.drafting.parties import parties, place_of, signed
from convenio.drafting.proposals import Draft, Passage, Proposal

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
    found: dict[str, list[Proposal]] = {}
    for clause in clauses:
        for sentence in clause.sentences:
            for pattern in known.patterns:
                hit = pattern.matches(sentence, clause.plain, known.negations)
                if hit is not None:
                    start, end, value = hit
                    quote = quoted(sentence.text, start, end)
                    one = Proposal(
                        pattern.fact, value, sentence.page, place_of(sentence, clauses), quote
                    )
                    found.setdefault(pattern.fact, []).append(one)
    for path, proposals in found.items():
        if isinstance(proposals[0].value, list):
            yield _joined(proposals)
        elif all(one.value == proposals[0].value for one in proposals):
            yield proposals[0]
        elif path == "terms.end":
            yield from _end(proposals)


def _joined(proposals: list[Proposal]) -> Proposal:
    """Return one proposal for a set, with all the places that name its members."""
    first = proposals[0]
    members = list(dict.fromkeys(member for one in proposals for member in one.value))
    places = "; ".join(dict.fromkeys(one.at for one in proposals))
    return Proposal(first.path, members, first.page, places, first.quote)


def _end(proposals: list[Proposal]) -> Iterator[Proposal]:
    """A term that renews itself stays one, whatever else is said of its end."""
    renewing = [one for one in proposals if one.value == "fixed_renews_itself"]
    if renewing and all(one.value != "indefinite" for one in proposals):
        yield renewing[0]


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
