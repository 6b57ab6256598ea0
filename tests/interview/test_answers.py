"""What a person types, in three languages."""

import pytest

from convenio import load_pack
from convenio.interview.answers import AnswerReader
from convenio.reports.wording import Wording

CATALOGUE = load_pack("core").catalogue


def read(language: str, path: str, answer: str) -> str:
    fact = CATALOGUE.resolve(path)
    assert fact is not None
    return AnswerReader(Wording(language), CATALOGUE).as_yaml(fact, answer)


@pytest.mark.parametrize(
    ("language", "answer", "expected"),
    [
        ("es", "14/11/2025", "2025-11-14"),
        ("pt", "14.11.2025", "2025-11-14"),
        ("es", "03/04/2024", "2024-04-03"),
        ("en", "25/12/2024", "2024-12-25"),
        ("en", "12/25/2024", "2024-12-25"),
        ("en", "03/04/2024", "03/04/2024"),
        ("es", "14 de noviembre de 2025", "2025-11-14"),
        ("pt", "1º de março de 2023", "2023-03-01"),
        ("pt", "março de 2023", "2023-03"),
        ("es", "setiembre de 2020", "2020-09"),
        ("en", "October 30, 2009", "2009-10-30"),
        ("en", "30 October 2009", "2009-10-30"),
        ("es", "11/2025", "2025-11"),
        ("es", "2025", "2025"),
        ("es", "31/02/2025", "31/02/2025"),
    ],
)
def test_dates(language, answer, expected):
    assert read(language, "dates.signed", answer) == expected


@pytest.mark.parametrize(
    ("language", "answer", "expected"),
    [
        ("en", "1,200,000 USD", "{amount: 1200000, currency: USD}"),
        ("es", "1.200.000 USD", "{amount: 1200000, currency: USD}"),
        ("es-MX", "1,200,000 MXN", "{amount: 1200000, currency: MXN}"),
        ("pt", "R$ 1.200.000,50", "R$ 1.200.000,50"),
        ("pt", "BRL 1.200.000,50", "{amount: 1200000.5, currency: BRL}"),
        ("es", "US$ 300.000", "{amount: 300000, currency: USD}"),
        ("en", "1200000 usd", "{amount: 1200000, currency: USD}"),
        ("en", "1200000", "1200000"),
    ],
)
def test_money(language, answer, expected):
    assert read(language, "value.total", answer) == expected


@pytest.mark.parametrize(
    ("language", "answer", "expected"),
    [("es", "sí", "true"), ("es", "SI", "true"), ("pt", "não", "false"), ("pt", "sim", "true"),
     ("en", "Yes", "true"), ("en", "n", "false"), ("en", "perhaps", "perhaps")],
)  # fmt: skip
def test_yes_and_no(language, answer, expected):
    assert read(language, "deal.open_ended", answer) == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [("Brasil", "BRA"), ("Estados Unidos", "USA"), ("EE. UU.", "USA"), ("peru", "PER"),
     ("México", "MEX"), ("col", "COL"), ("OAS", "OAS"), ("Organization of American States", "OAS"),
     ("Reino Unido", "GBR"), ("Trinidad y Tobago", "TTO"), ("Atlantis", "Atlantis")],
)  # fmt: skip
def test_countries(answer, expected):
    assert read("es", "parties[].country", answer) == expected


@pytest.mark.parametrize(
    ("language", "answer", "expected"),
    [("es", "12,5", "12.5"), ("es", "12.5", "12.5"), ("en", "12.5", "12.5"), ("es", "0", "0"),
     ("en", "1,200", "1200"), ("es", "1.200", "1200"), ("en", "many", "many")],
)  # fmt: skip
def test_numbers(language, answer, expected):
    assert read(language, "terms.duration_years", answer) == expected


def test_shares_are_read_as_percent_too():
    assert read("es", "aid.military_share", "25%") == "0.25"
    assert read("es", "aid.military_share", "0,25") == "0.25"
