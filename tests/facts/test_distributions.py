"""What a fact stated as a distribution means: its figures, and that it is unknown to all rules."""

from __future__ import annotations

import datetime as dt
from typing import Any

import jsonschema
import pytest
import yaml

from conftest import CaseReader
from convenio import Pack, assess
from convenio.assessment.cases import with_settings
from convenio.errors import UsageError
from convenio.facts.case import Provenance
from convenio.facts.distributions import Distribution
from convenio.facts.schema import case_schema

READ = [
    # path, written, distribution
    (
        "terms.duration_years",
        "{distribution: triangular, low: 8, mode: 10, high: 30}",
        Distribution("triangular", low=8.0, mode=10.0, high=30.0),
    ),
    (
        "presence.ceiling",
        "{distribution: normal, mean: 100.5, sd: 20, low: 0, high: 300}",
        Distribution("normal", mean=100.5, sd=20.0, low=0, high=300),
    ),
    (
        "value.total",
        "{distribution: uniform, low: 1000000, high: 2000000, currency: USD}",
        Distribution("uniform", low=1e6, high=2e6, currency="USD"),
    ),
    (
        "dates.signed",
        "{distribution: triangular, low: 2019-01-01, mode: 2019-02-01, high: 2019-12-31}",
        Distribution(
            "triangular",
            low=dt.date(2019, 1, 1),
            mode=dt.date(2019, 2, 1),
            high=dt.date(2019, 12, 31),
        ),
    ),
    (
        "terms.end",
        "{distribution: choice, weights: {fixed: 7, indefinite: 3}}",
        Distribution("choice", weights=(("fixed", 7.0), ("indefinite", 3.0))),
    ),
    (
        "law.new_obligations",
        "{distribution: choice, weights: {true: 0.4, false: 0.6}, group: law, correlation: 0.3}",
        Distribution("choice", weights=((True, 0.4), (False, 0.6)), group="law", correlation=0.3),
    ),
]


def _case(path: str, written: str) -> str:
    section, _, name = path.partition(".")
    return f"{section}: {{{name}: {written}}}\n"


@pytest.mark.parametrize(("path", "written", "expected"), READ)
def test_an_uncertain_fact_is_unknown_and_keeps_its_distribution(
    path: str, written: str, expected: Distribution, case_with: CaseReader
) -> None:
    stated = case_with(_case(path, written)).facts[path]
    assert (stated.state, stated.value, stated.disclosed) == ("unknown", None, True)
    assert stated.distribution == expected
    assert stated.position[1:] == (4, len(_case(path, written)) - len(written) - 1)


def test_it_has_its_evidence_and_its_state_as_any_open_fact(case_with: CaseReader) -> None:
    uniform = "distribution: uniform, low: 8, high: 30"
    facts = case_with(
        f"terms:\n  duration_years: {{{uniform}, source: press, at: p. 3, note: guess}}\n"
        f"  exit_notice_months: {{{uniform}, disclosed: false}}\n"
        f"presence: {{border_km: {{{uniform}, asked_on: 2019-05-01}}}}\n"
    ).facts
    assert facts["terms.duration_years"].provenance == Provenance("press", at="p. 3", note="guess")
    assert facts["terms.exit_notice_months"].undisclosed
    assert facts["presence.border_km"].state == "asked"


@pytest.mark.parametrize(("path", "written", "expected"), READ)
def test_rules_and_reports_see_an_unknown_fact(
    path: str, written: str, expected: Distribution, case_with: CaseReader, pack: Pack
) -> None:
    uncertain, unknown = (assess(case_with(_case(path, text)), pack) for text in (written, "null"))
    assert uncertain.outcomes == unknown.outcomes
    assert uncertain.families == unknown.families
    assert [f.missing for f in uncertain.findings] == [f.missing for f in unknown.findings]


def test_a_setting_may_be_uncertain(case_with: CaseReader, pack: Pack) -> None:
    case = with_settings(case_with(), pack, {READ[0][0]: READ[0][1]})
    assert case.facts[READ[0][0]].distribution == READ[0][2]
    wrong = "{distribution: uniform, low: 1, high: 3, currency: COP}"
    with pytest.raises(UsageError, match="currency of account"):
        with_settings(case_with(), pack, {"value.total": wrong})


def _validator(pack: Pack) -> Any:
    return jsonschema.Draft202012Validator(case_schema(pack.catalogue))


def _document(body: str) -> Any:
    head = "case: a\ntitle: a\nas_of: 2020-01-01\n"
    # Dates and the names of members stay text, as the reader takes them.
    loaded = yaml.load(head + body, yaml.BaseLoader)
    return _numbered(loaded)


def _numbered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbered(item) for key, item in value.items()}
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


@pytest.mark.parametrize(("path", "written", "expected"), READ)
def test_the_schema_takes_what_the_reader_takes(
    path: str, written: str, expected: Distribution, pack: Pack
) -> None:
    _validator(pack).validate(_document(_case(path, written)))


@pytest.mark.parametrize(
    ("path", "written"),
    [
        ("terms.duration_years", "{distribution: triangular, low: 8, high: 30}"),
        ("terms.duration_years", "{distribution: uniform, low: 8, mode: 9, high: 30}"),
        ("terms.duration_years", "{distribution: uniform, low: 8, high: 300}"),
        ("terms.duration_years", "{distribution: uniform, low: 8, high: 30, group: a}"),
        ("terms.duration_years", "{distribution: choice, weights: {a: 1}}"),
        ("terms.end", "{distribution: choice, weights: {forever: 1}}"),
        ("terms.end", "{distribution: choice, weights: {fixed: -1}}"),
        ("deal.elements", "{distribution: choice, weights: {arms_sale: 1}}"),
    ],
)
def test_the_schema_refuses_what_the_reader_refuses(path: str, written: str, pack: Pack) -> None:
    assert not _validator(pack).is_valid(_document(_case(path, written)))
