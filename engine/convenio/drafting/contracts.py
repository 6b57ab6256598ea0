"""Finds what little can be told of contracts: their form, value, guarantees and penalties."""

from __future__ import annotations

import re
from collections.abc import Iterator

from convenio.drafting.clauses import Clause, Sentence, clauses_of, quoted
from convenio.drafting.pages import Pages
from convenio.drafting.parties import place_of
from convenio.drafting.proposals import Draft, Proposal

LOOKED_FOR = ("deal.form", "value.total", "procurement.guarantees")

_WORD = re.compile(r"(?<![a-z])(?:contrato|contract)(?![a-z])")
_TOTAL = re.compile(
    r"(?:total (?:contract )?(?:price|value|amount)|contract (?:price|value)|valor total|"
    r"precio total|"
    r"monto total|preco total|valor global)[^.;$\d]{0,80}?(?P<mark>usd|us\$|eur|€|r\$|"
    r"s/\.?) ?(?P<amount>\d[\d.,]{0,20}\d)"
)
_BOND = re.compile(
    r"performance (?:bond|guarantee)|garantia de (?:fiel )?cumplimiento|carta fianza|"
    r"fianza de cumplimiento|"
    r"garantia (?:de|do) (?:execucao|adiantamento)|advance payment (?:bond|guarantee)"
)
_PENALTY = re.compile(
    r"liquidated damages|penalt(?:y|ies) for (?:late|delay)|penalidad(?:es)? por|"
    r"multas? (?:por|de mora|moratoria)|"
    r"clausula penal"
)
_CURRENCY = {
    "usd": "USD",
    "us$": "USD",
    "eur": "EUR",
    "€": "EUR",
    "r$": "BRL",
    "s/": "PEN",
    "s/.": "PEN",
}


def draft_contract(pages: Pages, language: str) -> Draft:
    """Return what a contract says of the facts of the catalogue."""
    clauses = clauses_of(pages)
    head = next((s for s in clauses[0].sentences if _WORD.search(s.plain)), None)
    found = [*_form(clauses), *_value(clauses), *_guarantees(clauses)]
    title = head.text[:200] if head else pages.name
    return Draft("contract", language, title, tuple(found), (), LOOKED_FOR, ())


def _form(clauses: tuple[Clause, ...]) -> Iterator[Proposal]:
    for sentence in clauses[0].sentences:
        if found := _WORD.search(sentence.plain):
            quote = quoted(sentence.text, found.start(), found.end())
            yield Proposal(
                "deal.form", "contract", sentence.page, place_of(sentence, clauses), quote
            )
            return


def _value(clauses: tuple[Clause, ...]) -> Iterator[Proposal]:
    hits = []
    for clause in clauses:
        for sentence in clause.sentences:
            for found in _TOTAL.finditer(sentence.plain):
                amount = amount_of(found["amount"])
                if amount is not None:
                    hits.append((amount, _CURRENCY[found["mark"]], sentence, found))
    if len({(amount, currency) for amount, currency, *_ in hits}) == 1:
        amount, currency, sentence, found = hits[0]
        value = {"amount": amount, "currency": currency}
        quote = quoted(sentence.text, found.start(), found.end())
        yield Proposal("value.total", value, sentence.page, place_of(sentence, clauses), quote)


def amount_of(text: str) -> int | None:
    """Return a whole amount; None where marks leave it open which they are.

    >>> amount_of("1.200.000,00"), amount_of("1,200,000"), amount_of("1.200")
    (1200000, 1200000, None)
    """
    found = re.fullmatch(r"(\d{1,3}(?:([.,])\d{3})(?:\2\d{3})+|\d{4,15})(?:[.,]\d{2})?", text)
    return int(re.sub(r"\D", "", found[1])) if found else None


def _guarantees(clauses: tuple[Clause, ...]) -> Iterator[Proposal]:
    hits: dict[str, tuple[Sentence, re.Match[str]]] = {}
    for clause in clauses:
        for sentence in clause.sentences:
            for name, pattern in (("bond", _BOND), ("penalties", _PENALTY)):
                found = pattern.search(sentence.plain)
                if found and not re.search(
                    r"(?<![a-z])(?:no|not|nao|sin|sem|without)(?![a-z])", sentence.plain
                ):
                    hits.setdefault(name, (sentence, found))
    if hits:
        value = "bond_and_penalties" if len(hits) == 2 else f"{next(iter(hits))}_only"
        sentence, found = next(iter(hits.values()))
        quote = quoted(sentence.text, found.start(), found.end())
        yield Proposal(
            "procurement.guarantees", value, sentence.page, place_of(sentence, clauses), quote
        )
