"""Tells what kind of document a text is, and drafts from it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from convenio.drafting import quantities
from convenio.drafting.agreements import draft_agreement
from convenio.drafting.clauses import language_of, plain
from convenio.drafting.contracts import draft_contract
from convenio.drafting.notices import draft_notice
from convenio.drafting.pages import Pages, spans
from convenio.drafting.proposals import Draft, Proposal, flow
from convenio.errors import UsageError
from convenio.interview import questions
from convenio.messages import Message, say
from convenio.packs import Pack

KINDS = ("dsca-36b", "agreement", "contract")
MAX_ROWS = 60
"""Rows of one list: who has to decide on more reads the document."""
_HEAD = 4_000
_NOTICE = re.compile(r"foreign military sale|36\(b\)|arms export control act")
_CONTRACT = re.compile(r"(?<![a-z])(?:contrato|contract|purchase order)(?![a-z])")
_SIDES = re.compile(
    r"contratista|contratada|contratante|proveedor|contractor|supplier|vendor|fornecedor"
)
_AGREEMENT = re.compile(
    r"(?<![a-z])(?:acuerdo|acordo|agreement|convenio|tratado|treaty|memorand|notas reversales|"
    r"exchange of notes)"
)


def draft_from(pages: Pages, kind: str = "") -> Draft:
    """Return what is proposed from a document. Raises UsageError where it is none of the kinds."""
    if not pages.pages:
        raise UsageError(
            say(
                "{name}: no page holds text ({count} pages, scanned?); "
                "have the text recognised first",
                name=pages.name,
                count=len(pages.empty),
            )
        )
    language = language_of(pages.text)
    if not language:
        raise UsageError(
            say("{name}: the text is neither Spanish, Portuguese nor English", name=pages.name)
        )
    chosen = kind or guessed(pages.text)
    if not chosen:
        raise UsageError(
            say(
                "{name}: this is no arms-sale notice, agreement or contract as far as can be told; "
                "nothing is proposed (--kind says what it is)",
                name=pages.name,
            )
        )
    draft = _DRAFTERS[chosen](pages, language)
    return replace(draft, proposals=_numbered(draft.proposals), notes=tuple(_notes(pages)))


def fitting(draft: Draft, pack: Pack) -> Draft:
    """Return a draft with those proposals alone that a case of this pack can state."""
    known = tuple(path for path in draft.looked_for if path in pack.catalogue.facts)
    kept = tuple(one for one in draft.proposals if one.path in known and not _wrong(one, pack))
    return replace(draft, proposals=kept, looked_for=known)


def _wrong(one: Proposal, pack: Pack) -> bool:
    return bool(questions.check(pack, one.path, flow([one.value] if one.row else one.value)))


_DRAFTERS = {
    "dsca-36b": draft_notice,
    "agreement": draft_agreement,
    "contract": draft_contract,
}


def guessed(text: str) -> str:
    """Return the kind that a text is by its words, an empty text where it is none.

    >>> guessed("A possible Foreign Military Sale to Chile, section 36(b)")
    'dsca-36b'
    >>> guessed("A recipe for soup")
    ''
    """
    head = plain(text[:_HEAD])
    if _NOTICE.search(head) and ("purchaser" in head or "sale" in head):
        return "dsca-36b"
    if _CONTRACT.search(head[:800]) and _SIDES.search(head):
        return "contract"
    states = sum(1 for _ in quantities.countries(head))
    return "agreement" if _AGREEMENT.search(head) and states >= 2 else ""


def _numbered(proposals: tuple[Proposal, ...]) -> tuple[Proposal, ...]:
    """Number the rows of each list."""
    counts: Counter[str] = Counter()
    numbered = []
    for one in proposals:
        counts[one.path] += 1
        if counts[one.path] > MAX_ROWS:
            continue
        numbered.append(replace(one, number=counts[one.path]) if one.row else one)
    return tuple(numbered)


def _notes(pages: Pages) -> list[Message]:
    notes = []
    if pages.empty:
        notes.append(
            say(
                "pages {pages} hold no text (scanned?); nothing was read there",
                pages=spans(pages.empty),
            )
        )
    if pages.left:
        notes.append(say("{left:,} more pages were not read", left=pages.left))
    if not pages.numbered:
        notes.append(say("the file knows no pages; all stands on page 1"))
    return notes
