"""Numbers, spans of time, dates and states as clauses write them, in plain letters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from convenio.drafting.clauses import plain
from convenio.facts.spoken import country_names
from convenio.interview.answers import iso
from convenio.interview.answers import months as month_names

_EN = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
)
_ES = (
    "un dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis "
    "diecisiete dieciocho diecinueve veinte"
)
_PT = (
    "um dois tres quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis "
    "dezessete dezoito dezenove vinte"
)
_MORE = {
    **{"uno": 1, "una": 1, "uma": 1, "duas": 2, "catorze": 14, "primero": 1, "primeiro": 1},
    **{"veintiun": 21, "veintiuno": 21, "veinticinco": 25, "veinticuatro": 24, "treinta": 30},
    **{
        "vinte e cinco": 25,
        "trinta": 30,
        "thirty": 30,
        "cuarenta": 40,
        "quarenta": 40,
        "forty": 40,
    },
    **{"cincuenta": 50, "cinquenta": 50, "fifty": 50, "sesenta": 60, "sessenta": 60, "sixty": 60},
    **{"noventa": 90, "ninety": 90, "ciento veinte": 120, "cento e vinte": 120, "twenty-five": 25},
    **{"one hundred and twenty": 120, "ciento ochenta": 180, "cento e oitenta": 180},
    **{"one hundred and eighty": 180, "one hundred eighty": 180, "ninety-nine": 99},
    **{"noventa y nueve": 99, "noventa e nove": 99},
}
WORDS: Mapping[str, int] = {
    **{word: number for words in (_EN, _ES, _PT) for number, word in enumerate(words.split(), 1)},
    **_MORE,
}
"""Numbers in words, without accents."""

NUMBER = (
    r"(?:\d{1,4}|" + "|".join(sorted(map(re.escape, WORDS), key=len, reverse=True)) + r")"
    r"(?:\s?\(\s?[\w -]{1,24}\s?\))?"
)
"""A number in figures or words, perhaps with the other in brackets."""
SPAN = rf"{NUMBER}\s(?:calendar\s|consecutive\s|naturales\s|corridos\s)?" + (
    r"(?:years?|anos?|months?|mes(?:es)?|days?|dias?)\b"
)
DATE = (
    r"(?:\d{1,2}(?:st|nd|rd|th|o|º|°)?\s(?:de\s|of\s)?[a-z]{3,10},?\s(?:del?\s|of\s)?\d{4}"
    r"|[a-z]{3,9}\s\d{1,2},?\s\d{4}|\d{1,2}/\d{1,2}/\d{4})"
)

_SPLIT = re.compile(
    rf"(?P<number>{NUMBER})\s(?:\w+\s)?(?P<unit>years?|anos?|months?|mes(?:es)?|days?|dias?)\b"
)
_FIGURE = re.compile(r"\d{1,4}")
_BRACKET = re.compile(r"\(([^)]*)\)")
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|o|º|°)?\s(?:de\s|of\s)?([a-z]{3,10}),?\s(?:del?\s|of\s)?(\d{4})\Z"
)
_MONTH_FIRST = re.compile(r"([a-z]{3,9})\s(\d{1,2}),?\s(\d{4})\Z")


def number(text: str) -> int | None:
    """Return a number; None where words and figures say different ones.

    >>> number("ten (10)"), number("noventa"), number("ten (12)")
    (10, 90, None)
    """
    inner = _BRACKET.search(text)
    parts = [_BRACKET.sub("", text), *([inner[1]] if inner else [])]
    read = {_one(" ".join(part.split())) for part in parts}
    read.discard(None)
    return read.pop() if len(read) == 1 else None


def _one(text: str) -> int | None:
    if text in WORDS:
        return WORDS[text]
    found = _FIGURE.search(text)
    return int(found[0]) if found else None


def months(text: str) -> int | None:
    """Return a span of time in whole months; None where it is no whole number of them.

    >>> months("90 days"), months("tres anos"), months("45 dias")
    (3, 36, None)
    """
    found = _SPLIT.search(text)
    count = number(found["number"]) if found else None
    if found is None or count is None:
        return None
    unit = found["unit"]
    if unit.startswith(("year", "ano")):
        return count * 12
    if unit.startswith(("month", "mes")):
        return count
    if count % 30 == 0:
        return count // 30
    return 12 if count == 365 else None


def date(text: str) -> str:
    """Return a date as case files write it; an empty text where it is none for certain.

    >>> date("2nd october 2014"), date("3 de dezembro de 2007"), date("may 3, 2005")
    ('2014-10-02', '2007-12-03', '2005-05-03')
    """
    bare = " ".join(text.split())
    if found := _DAY_FIRST.match(bare):
        day, month, year = found[1], found[2], found[3]
    elif found := _MONTH_FIRST.match(bare):
        month, day, year = found[1], found[2], found[3]
    else:
        return ""
    place = month_names().get(month)
    return iso(int(year), place, int(day)) if place else ""


_OTHERWISE: Mapping[str, str] = {
    "republica portuguesa": "PRT",
    "portuguese republic": "PRT",
    "republica francesa": "FRA",
    "french republic": "FRA",
    "republica italiana": "ITA",
    "italian republic": "ITA",
    "republica helenica": "GRC",
    "republica argentina": "ARG",
    "argentine republic": "ARG",
    "republica dominicana": "DOM",
    "dominican republic": "DOM",
    "federacion de rusia": "RUS",
    "federacao da russia": "RUS",
    "federacao de russia": "RUS",
    "estados unidos mexicanos": "MEX",
    "united mexican states": "MEX",
    "republica oriental del uruguay": "URY",
    "republica oriental do uruguai": "URY",
    "estado plurinacional de bolivia": "BOL",
    "hellenic republic": "GRC",
}
_NO_NAME = frozenset({"Georgia", "Jersey", "Guinea", "Níger", "Chad", "Congo"})
"""Names of states that are words, or parts of other names, too: too little is known of them."""


@lru_cache(maxsize=1)
def _names() -> tuple[Mapping[str, str], re.Pattern[str]]:
    found = {plain(name): code for name, code in country_names().items() if len(name) > 3}
    for name in _NO_NAME:
        found.pop(plain(name), None)
    found |= _OTHERWISE
    words = "|".join(sorted(map(re.escape, found), key=len, reverse=True))
    return found, re.compile(rf"(?<![a-z])(?:{words})(?![a-z])")


def countries(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the states that a plain text names, in their order, each once, with their places.

    >>> [code for code, *_ in countries("o brasil e a republica portuguesa")]
    ['BRA', 'PRT']
    """
    names, pattern = _names()
    seen: set[str] = set()
    for found in pattern.finditer(text):
        code = names[found[0]]
        if code not in seen:
            seen.add(code)
            yield code, found.start(), found.end()
