"""States, bodies and values by the words that people use for them, in three languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from babel.core import Locale

from convenio.facts.catalogue import Catalogue, FactDeclaration
from convenio.facts.sentences import clause
from convenio.facts.values import country_codes

_LANGUAGES = ("en", "es", "pt")

_ALSO_CALLED: Mapping[str, str] = {
    "United States of America": "USA",
    "USA": "USA",
    "US": "USA",
    "Estados Unidos de América": "USA",
    "Estados Unidos da América": "USA",
    "EE. UU.": "USA",
    "EEUU": "USA",
    "EUA": "USA",
    "UK": "GBR",
    "Great Britain": "GBR",
    "Gran Bretaña": "GBR",
    "Holanda": "NLD",
    "Russian Federation": "RUS",
    "Federación de Rusia": "RUS",
    "Federação Russa": "RUS",
    "People's Republic of China": "CHN",
    "República Popular China": "CHN",
    "República Popular da China": "CHN",
    "South Korea": "KOR",
    "Republic of Korea": "KOR",
}
"""Names in use beside those of Unicode's locale data."""


def folded(text: str) -> str:
    """Return a text for comparison: no accents, no case, no marks between words.

    >>> folded("São Tomé e Príncipe"), folded("côte d'ivoire")
    ('sao tome e principe', 'cote d ivoire')
    """
    bare = "".join(
        sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)
    )
    return " ".join(re.findall(r"\w+", bare.casefold().replace("_", " ")))


@lru_cache(maxsize=1)
def country_names() -> Mapping[str, str]:
    """Return country codes by their names in English, Spanish and Portuguese.

    >>> country_names()["Brasil"], country_names()["Brazil"]
    ('BRA', 'BRA')
    """
    found: dict[str, str] = {}
    short = {alpha2: code for code, alpha2 in country_codes().items()}
    for language in _LANGUAGES:
        for alpha2, name in Locale(language).territories.items():
            if alpha2 in short:
                found.setdefault(str(name), short[alpha2])
    return {**found, **_ALSO_CALLED}


@lru_cache(maxsize=1)
def _folded_names() -> Mapping[str, str]:
    return {folded(name): code for name, code in country_names().items()}


def country_named(text: str, catalogue: Catalogue) -> str:
    """Return the code of a state, or the short name of a body; an empty text where it is neither.

    >>> from convenio import load_pack
    >>> country_named("Perú", load_pack("core").catalogue)
    'PER'
    """
    upper = text.strip().upper()
    if upper in country_codes() or upper in catalogue.organisations:
        return upper
    wanted = folded(text)
    for code, name in catalogue.organisations.items():
        if folded(name) == wanted:
            return code
    return _folded_names().get(wanted, "")


def names_of_members(declaration: FactDeclaration) -> Mapping[str, str]:
    """Return the values of an enum or set by the words that its pack has for them, folded.

    >>> from convenio import load_pack
    >>> names_of_members(load_pack("core").catalogue.facts["deal.form"])["treaty"]
    'treaty'
    """
    return {
        folded(words): member
        for member in declaration.type.members
        for words in _words(member, declaration)
    }


def _words(member: str, declaration: FactDeclaration) -> Iterator[str]:
    yield member
    labels = dict(declaration.type.labels)
    if member in labels:
        yield labels[member]
    sentences = declaration.sentences
    if sentences is not None and member in sentences.phrases:
        yield sentences.phrases[member]
    if sentences is not None and member in sentences.values:
        yield clause(sentences.values[member])
