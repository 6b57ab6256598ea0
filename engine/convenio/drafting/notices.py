"""Finds facts in notices of arms sales to the Congress of the United States (section 36(b))."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from convenio.drafting import quantities
from convenio.drafting.clauses import plain, quoted, whole_pages
from convenio.drafting.pages import Pages
from convenio.drafting.proposals import Draft, Passage, Proposal

LOOKED_FOR = (
    *("deal.elements", "deal.form", "parties", "value.total", "equipment", "intermediary.status"),
    *("offset.ledger", "presence.kind"),
)
TOPICS = ("offsets", "personnel in the country", "report to Congress", "funding")

_MONEY = r"(?:USD? ?)?\$ ?(?P<amount>\d[\d.,]*) ?(?P<unit>million|billion)?"
_PURCHASER = (
    re.compile(r"prospective purchaser: (?P<who>.{3,120}?)(?= \(ii\)|$)"),
    re.compile(r"the government of (?P<who>.{3,60}?) has requested"),
    re.compile(r"foreign military sale to (?P<who>.{3,80}?) (?:of|for|and) "),
    re.compile(r"letters?(?:\(s\))? of offer and acceptance to (?P<who>.{3,60}?) for "),
    re.compile(r"(?P<who>taipei economic and cultural representative office)"),
)
_TABLE_TOTAL = re.compile(rf"(?<![a-z])total[ .]{{0,80}}{_MONEY}")
_ESTIMATED = re.compile(
    r"(?:(?:total )?estimated (?:total |program |overall |case )*(?:cost|value) (?:is|of|to be)|"
    rf"estimated to cost) (?:up to )?{_MONEY}"
)
_COMMISSION = re.compile(
    r"sales commission, fee, etc\., paid, offered, or agreed to be paid: (?P<what>[^()]{3,80})"
)
_FORM = re.compile(r"proposed issu[a-z]+ of letters? of offer|proposed letters?(?:\(s\))? of offer")
_NONE_SENT = re.compile(
    r"will not require the (?:permanent )?assignment of any (?:additional )?u\.s\. government"
    r"[a-z. ]{0,60}(?:representatives|personnel)"
)
_SENT = re.compile(
    r"will require (?:the )?(?:temporary )?(?:assignment|travel|up to|multiple|approximately|"
    r"deployment)"
    r"[^;]{0,400}?(?=(?<!u\.s)\. |$)"
)
_BRIEFLY = re.compile(
    rf"for (?:a (?:duration|period) of )?(?:up to )?{quantities.NUMBER} (?:days|weeks)(?![a-z])|"
    r"travel to [^.]{3,60} on a temporary basis"
)
_NO_OFFSET = re.compile(r"there (?:will be|are|is) no offset agreements?")
_OFFSET = re.compile(r"[^.;]{0,160}offset agreements?[^.;]{0,160}")
_CONTRACTOR = re.compile(
    r"(?:principal|prime) contractors?(?:\(s\))?[a-z ]{0,60}? (?:will be|is|"
    r"are) (?:the )?(?P<who>[^\n]{3,500}?)"
    r"(?=\. (?:there|at this|any|the |u\.s|this|offset|\(u\)|implementation)|\.$|$)"
)
_OPEN = re.compile(r"(?<![a-z])(?:select|determin|compet|unknown|not known|to be|tbd|various)")
_REPORTED = re.compile(r"date report delivered to congress: [a-z]+ \d{1,2}, \d{4}")
_FUNDING = re.compile(r"funding source: [^()]{3,60}")
_LISTED = re.compile(
    r"major defense equipment \(mde\):(?P<items>.{3,6000}?)(?:non-major|non-mde|\(iv\))"
)
_REQUESTED = re.compile(
    r"has requested (?:a possible sale of|to buy|the possible sale of|"
    r"approval to buy)(?P<items>.{3,6000}?)(?=\. |$)"
)
_ALSO = re.compile(r"also included:(?P<items>.{3,3000}?)(?=\. |$)")
_COUNTED = re.compile(
    r"(?:and )?(?:[a-z]+(?:-[a-z]+)? \((?P<figure>\d{1,6})\)|"
    r"(?P<plain>\d{1,3}(?:,\d{3})+|\d{1,6})) (?P<name>[^;]{2,200})"
)
_NEXT = re.compile(r" (?=[a-z]+(?:-[a-z]+)? \(\d{1,6}\) )")
_SUBJECT = re.compile(
    r"(?m)^[ \t]*(?:\(U\)[ \t]*)?(?P<state>[A-Z][\w .,’'-]{2,60}?)[ \t]*(?:--|"
    r"[–—])[ \t]*(?P<what>\S[^\n]{5,150})$"
)
_STATES = re.compile(
    r"\b(?:A[LKZR]|C[AOT]|DE|FL|GA|HI|I[DLNA]|K[SY]|LA|M[EDAINSOT]|N[EVHJMYCD]|O[HKR]|PA|RI|"
    r"S[CD]|T[NX]|UT|V[TA]|W[AVIY])\b|"
    r"Alabama|Arizona|Arkansas|California|Colorado|Connecticut|Florida|Georgia|Illinois|"
    r"Indiana|Iowa|Kansas|"
    r"Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|"
    r"Nevada|"
    r"New Hampshire|New Jersey|New Mexico|New York|North Carolina|Ohio|Oklahoma|Oregon|"
    r"Pennsylvania|"
    r"Rhode Island|South Carolina|Tennessee|Texas|Utah|Vermont|Virginia|Washington|Wisconsin"
)
_PLACE = re.compile(r",| (?:located|of|in) (?=[A-Z])| \(")


_LONGEST = 150_000
"""Characters of a notice: the longest have some 60,000."""


@dataclass(frozen=True)
class _Flat:
    """A notice as one line of text that knows its pages."""

    text: str
    starts: tuple[tuple[int, int], ...]

    @cached_property
    def plain(self) -> str:
        return plain(self.text)

    def page(self, place: int) -> int:
        return max((number for start, number in self.starts if start <= place), default=1)

    def quote(self, start: int, end: int) -> str:
        """Return the words at a place, with what stands around them in their sentence."""
        before = max(self.text.rfind(". ", max(0, start - 200), start) + 1, start - 200, 0)
        after = self.text.find(". ", end, end + 200)
        stop = after + 1 if after >= 0 else min(len(self.text), end + 60)
        part = self.text[before:stop]
        return quoted(part, start - before, end - before).strip()

    def proposal(self, path: str, value: Any, start: int, end: int, row: bool = False) -> Proposal:
        page = self.page(start)
        return Proposal(path, value, page, f"p. {page}", self.quote(start, end), row)


def draft_notice(pages: Pages, language: str) -> Draft:
    """Return what a notice of an arms sale says of the facts of the catalogue."""
    flat = _flat(pages)
    purchaser = _purchaser(flat)
    found = [
        *_form(flat),
        *_parties(flat, purchaser),
        *_value(flat),
        *_equipment(flat, pages, purchaser[0] if purchaser else ""),
        *_commission(flat),
        *_offsets(flat),
        *_people(flat),
    ]
    subject = _subject(pages, purchaser[0] if purchaser else "")
    title = f"{subject['state']} – {subject['what']}" if subject else "Arms sale"
    passages = tuple(_passages(flat))
    return Draft("dsca-36b", language, title.strip(), tuple(found), passages, LOOKED_FOR, TOPICS)


def _flat(pages: Pages) -> _Flat:
    text, starts = "", []
    for number, page in whole_pages(pages):
        starts.append((len(text), number))
        # The mark of classification of each paragraph says nothing of the deal.
        text += " ".join(re.sub(r"\(U\)", " ", page).split()) + " "
    return _Flat(text[:_LONGEST], tuple(starts))


def _purchaser(flat: _Flat) -> tuple[str, int, int] | None:
    for pattern in _PURCHASER:
        for found in pattern.finditer(flat.plain):
            if "taipei" in found["who"]:
                return "TWN", found.start(), found.end()
            named = [code for code, *_ in quantities.countries(found["who"])]
            if len(named) == 1:
                return named[0], found.start(), found.end()
    return None


def _form(flat: _Flat) -> Iterator[Proposal]:
    sale = re.search(r"foreign military sale|arms export control act", flat.plain)
    if sale:
        elements = ["foreign_military_sale", "arms_sale"]
        yield flat.proposal("deal.elements", elements, sale.start(), sale.end())
    if found := _FORM.search(flat.plain):
        yield flat.proposal("deal.form", "letter_of_offer", found.start(), found.end())


def _parties(flat: _Flat, purchaser: tuple[str, int, int] | None) -> Iterator[Proposal]:
    if purchaser is None:
        return
    code, start, end = purchaser
    yield flat.proposal("parties", {"country": "USA", "role": "provider"}, start, end, row=True)
    yield flat.proposal("parties", {"country": code, "role": "recipient"}, start, end, row=True)
    found = _CONTRACTOR.search(flat.plain)
    if found is None or _OPEN.search(found["who"]):
        return
    written = flat.text[found.start("who") : found.end("who")]
    for firm in re.split(r";(?: and)?", written):
        name = _PLACE.split(firm.strip())[0].strip(" .")
        # Several firms with their places, and no marks between them: too hard to tell apart.
        if not 2 < len(name) <= 80 or " and " in name:
            continue
        row = {"role": "implementer", "force": "company", "name": name}
        if _STATES.search(firm):
            row = {"country": "USA", **row}
        yield flat.proposal("parties", row, found.start(), found.start("who") + len(name), row=True)


def _value(flat: _Flat) -> Iterator[Proposal]:
    hits = [*_TABLE_TOTAL.finditer(flat.plain), *_ESTIMATED.finditer(flat.plain)]
    amounts = [(amount, hit) for hit in hits if (amount := _dollars(hit)) is not None]
    if amounts and len({amount for amount, _ in amounts}) == 1:
        amount, hit = amounts[0]
        value = {"amount": amount, "currency": "USD"}
        yield flat.proposal("value.total", value, hit.start(), hit.end())


def _dollars(hit: re.Match[str]) -> int | None:
    text = hit["amount"].rstrip(".,").replace(",", "")
    if text.count(".") > 1 or len(text) > 20:
        return None
    unit = {"million": 10**6, "billion": 10**9, None: 1}[hit["unit"]]
    amount = Decimal(text) * unit
    return int(amount) if amount == amount.to_integral_value() and amount > 0 else None


def _equipment(flat: _Flat, pages: Pages, purchaser: str) -> Iterator[Proposal]:
    listed = _LISTED.search(flat.plain)
    rows = list(_counted(flat, listed, _NEXT)) if listed else []
    if not rows:
        split = re.compile(r"[;,] ")
        rows = [
            row
            for pattern in (_REQUESTED, _ALSO)
            for found in [pattern.search(flat.plain)]
            if found is not None
            for row in _counted(flat, found, split)
        ]
    if rows:
        yield from rows
    elif subject := _subject(pages, purchaser):
        start = flat.text.find(" ".join(subject["what"].split()))
        if start >= 0:
            name = " ".join(subject["what"].split())
            yield flat.proposal("equipment", {"name": name}, start, start + len(name), row=True)


def _counted(flat: _Flat, found: re.Match[str], split: re.Pattern[str]) -> Iterator[Proposal]:
    """Yield the items of a list that begin with a number."""
    start = found.start("items")
    for begin, end in _parts(found["items"], split):
        part = found["items"][begin:end]
        lead = len(part) - len(part.lstrip())
        item = _COUNTED.fullmatch(part.strip(" .;,"))
        if item is None:
            continue
        count = int((item["figure"] or item["plain"]).replace(",", ""))
        at = start + begin + lead + item.start("name")
        name = flat.text[at : at + len(item["name"])].strip(" ;,.")
        row = {"name": name, "quantity": count}
        yield flat.proposal("equipment", row, start + begin + lead, at + len(name), row=True)


def _parts(text: str, split: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    begin = 0
    for found in split.finditer(text):
        yield begin, found.start()
        begin = found.end()
    yield begin, len(text)


def _subject(pages: Pages, purchaser: str) -> re.Match[str] | None:
    """Return the line that names what is sold: "Chile – Missiles"."""
    for page in pages.pages:
        for found in _SUBJECT.finditer(page.text):
            if [code for code, *_ in quantities.countries(plain(found["state"]))] == [purchaser]:
                return found
    return None


def _commission(flat: _Flat) -> Iterator[Proposal]:
    if found := _COMMISSION.search(flat.plain):
        said = found["what"].strip()
        if said.startswith("none known"):
            yield flat.proposal("intermediary.status", "none_declared", found.start(), found.end())
        elif re.match(r"none(?![a-z])", said):
            yield flat.proposal("intermediary.status", "declared_none", found.start(), found.end())


def _offsets(flat: _Flat) -> Iterator[Proposal]:
    """That no offset is known yet says nothing: it will be negotiated, and is a passage to read."""
    if found := _NO_OFFSET.search(flat.plain):
        yield flat.proposal("offset.ledger", "no_offset", found.start(), found.end())


def _people(flat: _Flat) -> Iterator[Proposal]:
    none, sent = _NONE_SENT.search(flat.plain), _SENT.search(flat.plain)
    if none and not sent:
        yield flat.proposal("presence.kind", "none", none.start(), none.end())
    elif sent and not none and (briefly := _BRIEFLY.search(sent[0])):
        end = sent.start() + briefly.end()
        yield flat.proposal("presence.kind", "visits", sent.start(), end)


def _passages(flat: _Flat) -> Iterator[Passage]:
    patterns: Sequence[tuple[str, re.Pattern[str]]] = (
        ("offsets", _OFFSET),
        ("personnel in the country", _SENT),
        ("personnel in the country", _NONE_SENT),
        ("report to Congress", _REPORTED),
        ("funding", _FUNDING),
    )
    for topic, pattern in patterns:
        if found := pattern.search(flat.plain):
            page = flat.page(found.start())
            yield Passage(topic, page, f"p. {page}", flat.quote(found.start(), found.end()))
