"""Reads what a person types as the value of a fact, in the language that the person speaks.

Yes and no, numbers, dates and names of countries are read as the language writes them; members of
an enum by their name, by the words that reports show for them, or by their number in the list.
What a case file writes is always understood as well.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from babel import Locale
from babel.numbers import NumberFormatError, parse_decimal

from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.spoken import country_named, folded, names_of_members
from convenio.facts.values import date_from_text
from convenio.reports.wording import LANGUAGES, Wording

TRUE_WORDS = frozenset({"yes", "y", "true", "sí", "si", "s", "sim", "verdadero", "verdadeiro"})
FALSE_WORDS = frozenset({"no", "n", "false", "não", "nao", "falso"})

_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\Z")
_MONTH_FIRST = re.compile(r"(\d{1,2})[/.-](\d{4})\Z")
_IN_WORDS = re.compile(
    r"(?:(\d{1,2})\s*(?:º|°|\.)?\s+(?:de\s+)?)?([^\W\d_]+)\s+(?:de[l]?\s+)?(\d{4})\Z"
)
_MONTH_DAY = re.compile(r"([^\W\d_]+)\s+(\d{1,2}),?\s+(\d{4})\Z")
_MONEY = re.compile(
    r"(?P<a>[^\W\d_]{2,3}\$?|\$)?\s*(?P<number>[\d.,\s]*\d)\s*(?P<b>[A-Za-z]{3})?\Z"
)
_PLAIN_DECIMAL = re.compile(r"-?\d+\.\d{1,2}\Z|-?\d+\.\d{4,}\Z|-?\d+\Z")
_PLACE = re.compile(r"(-?\d+(?:[.]\d+)?)\s*[,; ]\s*(-?\d+(?:[.]\d+)?)\Z")
_DOLLARS = frozenset({"US$", "USD", "U$S", "U$"})


class AnswerReader:
    """Reads typed answers against a catalogue.

    >>> from convenio import load_pack
    >>> catalogue = load_pack("core").catalogue
    >>> reader = AnswerReader(Wording("es"), catalogue)
    >>> reader.as_yaml(catalogue.facts["dates.signed"], "14/11/2025")
    '2025-11-14'
    >>> reader.as_yaml(catalogue.facts["value.total"], "1.200.000 USD")
    '{amount: 1200000, currency: USD}'
    """

    def __init__(self, wording: Wording, catalogue: Catalogue) -> None:
        self._wording = wording
        self._catalogue = catalogue
        self._locale = Locale.parse(wording.language.replace("-", "_"))

    def as_yaml(self, fact: FactDeclaration, answer: str) -> str:
        """Return an answer as a case file writes it; what does not fit stands as it is."""
        text = " ".join(answer.split())
        if "#" in text and fact.type.kind != "text":  # A case file would take it for a comment.
            return json.dumps(text, ensure_ascii=False)
        kind = fact.type.kind
        if kind == "bool":
            lower = text.lower()
            return "true" if lower in TRUE_WORDS else "false" if lower in FALSE_WORDS else text
        if kind in ("integer", "number"):
            return self._number(text, fact) or text
        if kind == "date":
            return self.date(text) or text
        if kind == "money":
            return self._money(text) or text
        if kind == "place" and (match := _PLACE.match(text)):
            return f"{{lat: {match[1]}, lon: {match[2]}}}"
        if kind == "enum":
            return self._member(text, fact) or text
        if kind == "country":
            return country_named(text, self._catalogue) or text
        if kind == "set":
            return "[" + ", ".join(self._members(text, fact)) + "]"
        if kind == "text":
            return json.dumps(text, ensure_ascii=False)
        return text

    # --- kinds of values -----------------------------------------------------------------

    def date(self, text: str) -> str:
        """Return a date as case files write it, or an empty text where it is none for certain.

        Day, month and year in figures are read in that order in Spanish and Portuguese; in English
        both orders are in use, so that only a day after the 12th tells which it is.
        """
        bare = text.strip().rstrip(".")
        try:
            date_from_text(bare)
        except ValueError:
            pass
        else:
            return bare
        if match := _DAY_FIRST.match(bare):
            first, second = int(match[1]), int(match[2])
            if self._wording.base != "en" or first > 12:
                return iso(int(match[3]), second, first)
            return iso(int(match[3]), first, second) if second > 12 else ""
        if match := _MONTH_FIRST.match(bare):
            return iso(int(match[2]), int(match[1]))
        if match := _MONTH_DAY.match(bare):
            return self._named(match[1], int(match[3]), int(match[2]))
        if match := _IN_WORDS.match(bare):
            return self._named(match[2], int(match[3]), int(match[1]) if match[1] else None)
        return ""

    def _named(self, month: str, year: int, day: int | None) -> str:
        number = months().get(folded(month))
        return iso(year, number, day) if number else ""

    def _number(self, text: str, fact: FactDeclaration) -> str:
        percent = text.endswith("%")
        bare = text.rstrip("%").strip()
        if percent and fact.unit != "share":
            return ""
        found = self.decimal(bare)
        if found and percent:
            return f"{float(found) / 100:.10g}"
        return found

    def decimal(self, text: str) -> str:
        """Return a number with a decimal point, read as the language writes numbers."""
        if _PLAIN_DECIMAL.match(text) and not text.startswith("0"):
            return text
        try:
            return f"{parse_decimal(text, locale=self._locale, strict=True):f}"
        except NumberFormatError:
            return text if re.fullmatch(r"-?0?\.?\d+", text) else ""

    def _money(self, text: str) -> str:
        match = _MONEY.match(text)
        if match is None:
            return ""
        mark = (match["b"] or match["a"] or "").upper()
        currency = "USD" if mark in _DOLLARS else mark
        amount = self.decimal(match["number"].replace(" ", ""))
        if not amount or not re.fullmatch("[A-Z]{3}", currency):
            return ""
        whole = amount.rstrip("0").rstrip(".") if "." in amount else amount
        return f"{{amount: {whole}, currency: {currency}}}"

    def _members(self, text: str, fact: FactDeclaration) -> Iterator[str]:
        known = (
            country_named(text, self._catalogue)
            if fact.type.element == "country"
            else self._member(text, fact)
        )
        if known:  # A name may hold a comma or an "and" of its own.
            yield known
            return
        for part in re.split(r"[,;]", text):
            bare = part.strip()
            if not bare:
                continue
            is_country = fact.type.element == "country"
            found = country_named(bare, self._catalogue) if is_country else self._member(bare, fact)
            written = found or bare
            yield written if written.isidentifier() else json.dumps(written, ensure_ascii=False)

    def _member(self, text: str, fact: FactDeclaration) -> str:
        members = fact.type.members
        if text in members:
            return text
        if text.isdecimal() and 0 < int(text) <= len(members):
            return members[int(text) - 1]
        return names_of_members(fact).get(folded(text), "")


def iso(year: int, month: int, day: int | None = None) -> str:
    """Return a date as case files write it, an empty text where there is no such day."""
    try:
        return dt.date(year, month, day or 1).isoformat()[: None if day else 7]
    except ValueError:
        return ""


@lru_cache(maxsize=1)
def months() -> Mapping[str, int]:
    """Return the numbers of months by their names and short names in every language."""
    found: dict[str, int] = {}
    for language in LANGUAGES:
        for names in Locale(language).months["format"].values():
            found |= {folded(name): number for number, name in names.items() if len(name) > 2}
    # As Peru and Uruguay write it.
    return {**found, "setiembre": 9}


def hint_in_words(fact: FactDeclaration, wording: Wording) -> str:
    """Return the hint of a question, with the words of values in the place of their names.

    >>> from convenio import load_pack
    >>> fact = load_pack("core").catalogue.facts["deal.elements"]
    >>> hint_in_words(fact, Wording())
    "all that apply; a “a sale through the provider's government” is an “a sale of arms” too"
    """

    def said(match: re.Match[str]) -> str:
        name = match.group()
        return f"“{wording.member(name, fact)}”" if name in fact.type.members else name

    return re.sub(r"[a-z]+(?:_[a-z0-9]+)+", said, fact.hint)


def values_with(text: str, fact: FactDeclaration, wording: Wording) -> Mapping[str, str]:
    """Return the values of an enum or set whose words hold what was typed, each with its words."""
    wanted = folded(text)
    if not wanted:
        return {}
    words = ((member, wording.member(member, fact)) for member in fact.type.members)
    return {member: word for member, word in words if f" {wanted} " in f" {folded(word)} "}
