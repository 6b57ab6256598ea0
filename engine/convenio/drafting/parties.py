"""Who makes an agreement and when it was signed, from its title, preamble and last formula."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from convenio.drafting import quantities
from convenio.drafting.clauses import Clause, Sentence, quoted
from convenio.drafting.proposals import Proposal

_AGREEMENT = re.compile(
    r"(?<![a-z])(acuerdo|acordo|agreement|convenio|tratado|treaty|protocolo|memorand|"
    r"discussions between|"
    r"conversaciones entre)"
)
_BETWEEN = re.compile(r"(?<![a-z])(?:between|entre)\s")
_STOP = re.compile(
    r"\(|[”\"»;]|,? (?:sobre|para|regarding|concerning|relating|relativ[oa]|en materia|"
    r"em materia|no dominio|"
    r"on (?!the )|on the (?:status|establishment)|for the|hecho|feito|firmado|suscrito|"
    r"assinado|doravante|"
    r"en el ambito|de cooperacion)(?![a-z])"
)
_RECITAL = re.compile(
    r"[\W\d]*(?:considerando (?!que)|recordando|teniendo|tendo|reafirm|recalling|considering|"
    r"having|"
    r"bearing|taking into|desej|deseando|deseosos|conscient|decidid|determinad)"
)
_APPROVES = re.compile(r"(?<![a-z])(?:promulg|aprueb|apruebase|aprova|aprobad|ratific)")
_SIGNED = re.compile(
    r"(?<![a-z])(?:signed|done|firmad[oa]|suscrit[oa]|suscribieron|se firmo|assinad[oa]|"
    r"hech[oa]|feit[oa]|"
    r"celebrad[oa]|celebraram)(?![a-z])"
)
_FORMULA = re.compile(
    r"[\W\d]*(?:in witness whereof.{0,200}?)?(?:done|hecho|feito|firmado|suscrito)(?![a-z])"
)
_DATE = re.compile(quantities.DATE)
_LETTER = re.compile(
    rf"(?<![a-z])[a-z]{{3,20}}(?:\s[a-z]{{3,20}}){{0,2}}, (?P<date>{quantities.DATE})"
)
_HEAD = 2_500
"""Characters in which a title and a preamble stand."""
_TITLED = re.compile(r"[a-z ]{4,40}?(?P<dash> - )[a-z ]{4,40}")
_BEGINNING = 20_000
"""Characters in which a law or decree names the agreement that it approves."""
_ROLES = (
    (re.compile(r"(?:host|receiving) (?:state|country|party): "), "host"),
    (re.compile(r"sending (?:state|country|party): "), "sending"),
    (re.compile(r"estado (?:receptor|anfitrion): "), "host"),
    (re.compile(r"estado (?:que envia|remitente|de origen): "), "sending"),
    (re.compile(r"estado (?:receptor|anfitriao|de acolhimento): "), "host"),
)


def parties(clauses: Sequence[Clause]) -> list[Proposal]:
    """Return the states that make the agreement, each as a row."""
    found = _between(clauses)
    if found is None:
        return []
    sentence, places = found
    roles = dict(_roles(clauses))
    return [
        Proposal(
            "parties",
            {"country": code, **({"role": roles[code]} if code in roles else {})},
            sentence.page,
            place_of(sentence, clauses),
            quoted(sentence.text, start, end),
            row=True,
        )
        for code, start, end in places
    ]


def _between(clauses: Sequence[Clause]) -> tuple[Sentence, list[tuple[str, int, int]]] | None:
    """Return the first sentence that names the parties: "agreement … between X and Y"."""
    for sentence in (s for clause in clauses[:2] for s in clause.sentences):
        if sentence.start > _HEAD:
            return None
        text = sentence.plain
        if _RECITAL.match(text) and not _APPROVES.search(text):
            continue
        for between in _BETWEEN.finditer(text):
            if not _AGREEMENT.search(text, max(0, between.start() - 260), between.end()):
                continue
            stop = _STOP.search(text, between.end())
            end = stop.start() if stop else min(len(text), between.end() + 300)
            places = [
                (code, between.end() + start, between.end() + finish)
                for code, start, finish in quantities.countries(text[between.end() : end])
            ]
            if len(places) >= 2:
                return sentence, places
    return _titled(clauses)


def _titled(clauses: Sequence[Clause]) -> tuple[Sentence, list[tuple[str, int, int]]] | None:
    """Return the parties of a collection's title: "Argentina – Chile" at the very beginning."""
    for sentence in clauses[0].sentences[:1]:
        found = _TITLED.match(sentence.plain)
        places = list(quantities.countries(found[0])) if found else []
        if found and len(places) == 2:
            (_, start, _), (_, _, end) = places
            if start == 0 and places[0][2] == found.start("dash") and end == places[1][2]:
                return sentence, places
    return None


def _roles(clauses: Sequence[Clause]) -> Iterator[tuple[str, str]]:
    for clause in clauses[:4]:
        for sentence in clause.sentences:
            for pattern, role in _ROLES:
                if defined := pattern.search(sentence.plain):
                    rest = sentence.plain[defined.end() : defined.end() + 80]
                    for code, start, _ in quantities.countries(rest):
                        if start < 40:
                            yield code, role
                        break


def signed(clauses: Sequence[Clause], notes: bool) -> Proposal | None:
    """Return the date of signature. Of an exchange of notes it is the day on which both stand."""
    if notes:
        return _letters(clauses)
    for sentence, start in _formulas(clauses):
        for found in _DATE.finditer(sentence.plain, start):
            if day := quantities.date(found[0]):
                return _dated(day, sentence, found, clauses)
    return None


def _formulas(clauses: Sequence[Clause]) -> Iterator[tuple[Sentence, int]]:
    """Yield sentences that say when the agreement was signed, with the place of the word."""
    every = [sentence for clause in clauses for sentence in clause.sentences]
    for sentence in every[-12:]:
        if (found := _FORMULA.match(sentence.plain)) and sentence.clause:
            yield sentence, found.end()
    for sentence in every:
        if sentence.start > _BEGINNING:
            return
        text = sentence.plain
        head = sentence.start < _HEAD and sentence.clause == 0
        if not (head or _APPROVES.search(text)) or not _AGREEMENT.search(text):
            continue
        if _RECITAL.match(text) or not 1 < len(list(quantities.countries(text))) < 6:
            continue
        for found in _SIGNED.finditer(text):
            dates = [at for at in _DATE.finditer(text) if abs(at.start() - found.end()) < 90]
            if dates:
                yield sentence, dates[0].start()
                break


def _letters(clauses: Sequence[Clause]) -> Proposal | None:
    places: list[tuple[str, Sentence, re.Match[str]]] = []
    for clause in clauses:
        for sentence in clause.sentences:
            found = _LETTER.match(sentence.plain) or _LETTER.search(sentence.plain[:60])
            if found and (day := quantities.date(found["date"])):
                places.append((day, sentence, found))
    if len(places) < 2 or len({day for day, *_ in places}) != 1:
        return None
    day, sentence, found = places[-1]
    return _dated(day, sentence, found, clauses)


def _dated(
    day: str, sentence: Sentence, found: re.Match[str], clauses: Sequence[Clause]
) -> Proposal:
    quote = quoted(sentence.text, found.start(), found.end())
    return Proposal("dates.signed", day, sentence.page, place_of(sentence, clauses), quote)


def place_of(sentence: Sentence, clauses: Sequence[Clause]) -> str:
    """Return the pinpoint of a sentence: its page and article."""
    name = clauses[sentence.clause].name
    named: Any = f"{name}" if name and not name.isdigit() else f"para. {name}" if name else ""
    return f"p. {sentence.page}" + (f", {named}" if named else "")
