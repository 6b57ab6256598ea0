"""What each way of writing a fact means: the table of states of the rule language."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from conftest import CaseReader
from convenio.facts.case import Case, Confidence, Provenance, StatedFact
from convenio.facts.values import DateSpan, Money, Place


def span(first: str, last: str, text: str) -> DateSpan:
    return DateSpan(dt.date.fromisoformat(first), dt.date.fromisoformat(last), text)


STATES = [
    # written, state, value, undisclosed
    ("", "unknown", None, False),
    ("null", "unknown", None, False),
    ("{value: null, source: a}", "unknown", None, False),
    ("asked", "asked", None, False),
    ("{asked_on: 2019-05-01}", "asked", None, False),
    ("{value: asked, asked_on: 2019-05-01}", "asked", None, False),
    ("undisclosed", "undisclosed", None, True),
    ('"undisclosed"', "undisclosed", None, True),
    ("{value: undisclosed, source: a}", "undisclosed", None, True),
    ("{disclosed: false}", "undisclosed", None, True),
    ("10", "known", 10.0, False),
    ("10.0", "known", 10.0, False),
    ("1e1", "known", 10.0, False),
    ("+10", "known", 10.0, False),
    ("{value: 10, source: a, at: p. 3}", "known", 10.0, False),
    ("{value: 10, disclosed: true}", "known", 10.0, False),
    ("{value: 10, disclosed: false, source: a}", "known", 10.0, True),
    ("{value: 10, asked_on: 2019-05-01}", "known", 10.0, False),
    ("{conflict: [{value: 10, source: a}, {value: 20, source: b}]}", "conflict", None, False),
    (
        "{conflict: [{value: 10, source: a}, {value: 20}], resolved: 20, because: b}",
        *("known", 20.0, False),
    ),
]


@pytest.mark.parametrize(("written", "state", "value", "undisclosed"), STATES)
def test_each_way_to_write_a_fact_has_its_state(
    written: str, state: str, value: float | None, undisclosed: bool, case_with: CaseReader
) -> None:
    fact = case_with(f"terms:\n  duration_years: {written}\n").facts["terms.duration_years"]
    assert (fact.state, fact.value, fact.undisclosed) == (state, value, undisclosed)
    assert fact.position == ("case.yaml", 5, 18 if not written else 19)


def test_an_absent_fact_is_not_stated(case_with: CaseReader) -> None:
    assert dict(case_with("terms: {end: fixed}\n").facts).keys() == {"terms.end"}
    assert not case_with("terms:\n").facts
    assert not case_with("terms: {}\n").facts


LISTS = [
    # written, state, number of members, complete
    ("[]", "known", 0, True),
    ("[{country: USA}]", "known", 1, True),
    ("{items: [{country: USA}, {country: COL}], complete: false}", "known", 2, False),
    ("{items: [], complete: false}", "known", 0, False),
    ("{items: [{country: USA}], complete: true}", "known", 1, True),
    ("{value: [{country: USA}], source: a}", "known", 1, True),
    ("undisclosed", "undisclosed", 0, True),
    ("asked", "asked", 0, True),
    ("null", "unknown", 0, True),
]


@pytest.mark.parametrize(("written", "state", "members", "complete"), LISTS)
def test_a_stated_list_is_complete_unless_it_says_otherwise(
    written: str, state: str, members: int, complete: bool, case_with: CaseReader
) -> None:
    fact = case_with(f"parties: {written}\n").facts["parties"]
    assert (fact.state, len(fact.elements), fact.complete) == (state, members, complete)


def test_a_set_keeps_each_member_once_and_can_be_incomplete(case_with: CaseReader) -> None:
    facts = case_with(
        "deal:\n"
        "  elements: [grant_aid, arms_sale, grant_aid]\n"
        "  purposes: {items: [training], complete: false}\n"
        "  frameworks: []\n"
    ).facts
    assert facts["deal.elements"].value == ("grant_aid", "arms_sale")
    assert facts["deal.elements"].complete
    assert facts["deal.purposes"].value == ("training",)
    assert not facts["deal.purposes"].complete
    assert facts["deal.frameworks"].value == ()


VALUES = [
    # section, key, written, value
    ("terms", "duration_years", "2.5", 2.5),
    ("presence", "ceiling", "10.0", 10),
    ("use", "internal_security", "false", False),
    ("use", "internal_security", "true", True),
    ("deal", "form", "treaty", "treaty"),
    ("deal", "form", "'treaty'", "treaty"),
    ("law", "approval_required", "none", "none"),
    ("dates", "signed", "2009-10-30", dt.date(2009, 10, 30)),
    ("dates", "signed", "'2009-10-30'", dt.date(2009, 10, 30)),
    ("dates", "signed", "2009-10", span("2009-10-01", "2009-10-31", "2009-10")),
    ("dates", "signed", "2008-02", span("2008-02-01", "2008-02-29", "2008-02")),
    ("dates", "signed", "2009", span("2009-01-01", "2009-12-31", "2009")),
    ("dates", "signed", "2009-10/2010", span("2009-10-01", "2010-12-31", "2009-10/2010")),
    ("dates", "signed", "2009-10-30/2009-10-30", dt.date(2009, 10, 30)),
    ("value", "total", "{amount: 1.5e6, currency: USD}", Money(1_500_000, "USD")),
    (
        *("value", "total"),
        "{amount: 4, currency: COP, rate: 0.25, rate_date: 2020-01-02}",
        Money(4, "COP", 0.25, dt.date(2020, 1, 2)),
    ),
    ("value", "total", "{value: {amount: 5, currency: USD}, source: a}", Money(5, "USD")),
]


@pytest.mark.parametrize(("section", "key", "written", "value"), VALUES)
def test_a_value_has_the_type_that_the_catalogue_declares(
    section: str, key: str, written: str, value: Any, case_with: CaseReader
) -> None:
    found = case_with(f"{section}: {{{key}: {written}}}\n").facts[f"{section}.{key}"].value
    assert found == value
    assert type(found) is type(value)


def test_a_whole_number_is_exact(case_with: CaseReader) -> None:
    facts = case_with("presence: {ceiling: 100000}\nuse: {internal_security: null}\n").facts
    assert facts["presence.ceiling"].value == 100_000
    assert type(facts["presence.ceiling"].value) is int


def test_json_states_the_same_as_yaml(case_of: CaseReader) -> None:
    yaml = (
        "case: a\ntitle: A\nas_of: 2020-01-01\n"
        "terms: {duration_years: {value: 10, source: s}, end: undisclosed}\n"
        "use: {internal_security: false}\n"
        "parties: [{country: USA, role: null}]\n"
    )
    json = (
        '{"case": "a", "title": "A", "as_of": "2020-01-01",\n'
        ' "terms": {"duration_years": {"value": 10, "source": "s"}, "end": "undisclosed"},\n'
        ' "use": {"internal_security": false},\n'
        ' "parties": [{"country": "USA", "role": null}]}'
    )
    one, other = case_of(yaml), case_of(json, "case.json")
    assert one.as_of == other.as_of
    assert [(f.path, f.state, f.provenance) for f in one.walk()] == [
        (f.path, f.state, f.provenance) for f in other.walk()
    ]
    assert [f.value for f in one.walk() if not f.elements] == [
        f.value for f in other.walk() if not f.elements
    ]


# --- conflicts ----------------------------------------------------------------------------


def conflict(case: Case) -> StatedFact:
    return case.facts["terms.duration_years"]


def test_an_open_conflict_shows_every_value_with_its_source(case_with: CaseReader) -> None:
    fact = conflict(
        case_with(
            "terms:\n  duration_years:\n    conflict:\n"
            "      - {value: 10, source: a, at: p. 1}\n      - {value: 20, source: b}\n"
        )
    )
    assert [(c.value, c.provenance) for c in fact.candidates] == [
        (10.0, Provenance("a", "p. 1")),
        (20.0, Provenance("b")),
    ]


def test_a_resolved_conflict_takes_the_source_of_the_value_it_chose(case_with: CaseReader) -> None:
    fact = conflict(
        case_with(
            "terms: {duration_years: {conflict: [{value: 10, source: a}, {value: 20, source: b}],"
            " resolved: 20, because: b is the treaty}}\n"
        )
    )
    assert (fact.value, fact.provenance.source, fact.because) == (20.0, "b", "b is the treaty")
    assert len(fact.candidates) == 2


def test_a_conflict_in_a_row_keeps_its_values_too(case_with: CaseReader) -> None:
    (row,) = (
        case_with(
            "activities: [{personnel: {conflict: [{value: 10, source: a}, {value: 20, source: b}],"
            " resolved: 20, because: b counted}}]\n"
        )
        .facts["activities"]
        .elements
    )
    assert row.fields["personnel"].value == 20
    assert [c.value for c in row.fields["personnel"].candidates] == [10, 20]


# --- provenance and confidence ------------------------------------------------------------


def test_a_wrapper_keeps_where_a_fact_comes_from(case_with: CaseReader) -> None:
    fact = case_with(
        "terms:\n  duration_years: {value: 10, source: a, at: art. 2, quote: ten years,"
        " confidence: high, by: R. One, checked_by: R. Two, asked_on: 2019-05-01, note: n}\n"
    ).facts["terms.duration_years"]
    assert fact.provenance == Provenance(
        *("a", "art. 2", "ten years", "high", "R. One", "R. Two", dt.date(2019, 5, 1), "n")
    )


def test_a_quotation_of_25_words_is_kept(case_with: CaseReader) -> None:
    words = " ".join("abcdefghijklmnopqrstuvwxy")
    fact = case_with(f"terms: {{duration_years: {{value: 5, quote: {words}}}}}\n")
    assert conflict(fact).provenance.quote == words


ROWS = [
    # a row, source, pinpoint and confidence of its field `date`
    ("{date: 2020-01-01}", None, None, None),
    ("{date: 2020-01-01, source: a, at: p. 1}", "a", "p. 1", None),
    ("{date: {value: 2020-01-01}, source: a}", "a", None, None),
    ("{date: {value: 2020-01-01, source: b}, source: a}", "b", None, None),
    ("{date: {value: 2020-01-01, source: b, at: p. 2}, source: a, at: p. 1}", "b", "p. 2", None),
    ("{date: {value: 2020-01-01, confidence: low}, source: a, at: p. 1}", "a", "p. 1", "low"),
    ("{date: {value: 2020-01-01, at: p. 2}, source: a, at: p. 1}", "a", "p. 2", None),
]


@pytest.mark.parametrize(("row", "source", "at", "confidence"), ROWS)
def test_a_field_without_a_source_has_that_of_its_row(
    row: str, source: str | None, at: str | None, confidence: str | None, case_with: CaseReader
) -> None:
    (element,) = case_with(f"pacts: [{row}]\n").facts["pacts"].elements
    found = element.fields["date"].provenance
    assert (found.source, found.at, found.confidence) == (source, at, confidence)


def test_each_field_of_a_row_knows_its_path_and_line(case_with: CaseReader) -> None:
    case = case_with("parties:\n  - country: USA\n  - country: COL\n    role: recipient\n")
    assert [(f.path, f.position.line) for f in case.walk()] == [
        ("parties", 5),
        ("parties[0].country", 5),
        ("parties[1].country", 6),
        ("parties[1].role", 7),
    ]


SOURCES = "sources:\n" + "".join(
    f"  {grade.lower()}: {{title: T, reliability: {grade}}}\n" for grade in "ABCDEF"
)
CONFIDENCES: list[tuple[str, Confidence]] = [
    ("{value: 5, source: a}", "high"),
    ("{value: 5, source: b}", "medium"),
    ("{value: 5, source: c}", "medium"),
    ("{value: 5, source: d}", "low"),
    ("{value: 5, source: e}", "low"),
    ("{value: 5, source: f}", "low"),
    ("{value: 5, source: ungraded}", "low"),
    ("{value: 5, source: undeclared}", "low"),
    ("5", "low"),
    ("{value: 5, source: f, confidence: high}", "high"),
    ("{value: 5, source: a, confidence: low}", "low"),
    ("{value: 5, confidence: medium}", "medium"),
    (
        "{conflict: [{value: 5, source: a}, {value: 6, source: b}], resolved: 5, because: x}",
        "medium",
    ),
    ("{conflict: [{value: 5, source: d}, {value: 6, source: b}], resolved: 5, because: x}", "low"),
]


@pytest.mark.parametrize(("written", "confidence"), CONFIDENCES)
def test_confidence_is_the_facts_own_or_that_of_its_source(
    written: str, confidence: str, case_with: CaseReader
) -> None:
    case = case_with(f"terms: {{duration_years: {written}}}\n{SOURCES}  ungraded: {{title: T}}\n")
    assert case.confidence_of(case.facts["terms.duration_years"]) == confidence


def test_a_conflict_resolved_in_a_row_gives_at_most_medium_confidence(
    case_with: CaseReader,
) -> None:
    case = case_with(
        "activities: [{personnel: {conflict: [{value: 10, source: a}, {value: 20, source: b}],"
        f" resolved: 10, because: x}}}}]\n{SOURCES}"
    )
    (row,) = case.facts["activities"].elements
    assert case.confidence_of(row.fields["personnel"]) == "medium"


# --- warnings -----------------------------------------------------------------------------


def test_a_source_that_is_not_declared_is_warned_of_once_with_its_place(
    case_with: CaseReader,
) -> None:
    case = case_with(
        "terms:\n  duration_years: {value: 5, source: lost}\n  end: {value: fixed, source: lost}\n"
        "parties: [{country: USA, source: gone}]\n"
        "text: {access: {value: public, source: a}}\n" + SOURCES
    )
    assert [warning.split(", so")[0] for warning in case.warnings] == [
        "case.yaml:5:19: terms.duration_years: the source 'lost' is not declared under sources",
        "case.yaml:7:21: parties[0].country: the source 'gone' is not declared under sources",
    ]


def test_the_source_of_one_side_of_a_conflict_is_warned_of_too(case_with: CaseReader) -> None:
    case = case_with(
        "terms: {duration_years: {conflict: [{value: 5, source: a}, {value: 6, source: lost}]}}\n"
        + SOURCES
    )
    assert len(case.warnings) == 1
    assert "'lost'" in case.warnings[0]


def test_a_name_that_mixes_scripts_is_warned_of(case_with: CaseReader) -> None:
    mixed = "C\u043el\u043embia"  # two letters are Cyrillic
    case = case_with(f"parties: [{{name: {mixed} Defence}}, {{name: Минобороны}}]\n")
    (warning,) = case.warnings
    assert warning.startswith("case.yaml:4:18: ")
    assert mixed in warning


def test_cases_that_ship_have_no_warnings(shipped_cases: dict[str, Case]) -> None:
    assert {name: case.warnings for name, case in shipped_cases.items() if case.warnings} == {}


# --- the rest of a file -------------------------------------------------------------------


def test_identity_sources_scenarios_and_outcome_are_kept(case_of: CaseReader) -> None:
    case = case_of(
        "case: a-1\ntitle: A deal\nas_of: '2020-01-01'\nsummary: S\nauthors: [One, Two]\n"
        "second_reader: Three\nreply: none received\n"
        "parties: [{country: USA}, {country: COL}]\n"
        "sources: {a: {kind: press, title: T, publisher: P, date: 2019-01-01, url: u,"
        " reliability: B}}\n"
        "scenarios:\n"
        "  public: {title: Published, set: {text.access: public}}\n"
        "  wider: {extends: public, add: {parties: [{country: PER}]}, remove: {parties: [1]}}\n"
        "outcome: [{date: 2020-02-02, what: It ended, source: a}]\n"
    )
    assert (case.id, case.title, case.as_of) == ("a-1", "A deal", dt.date(2020, 1, 1))
    assert (case.summary, case.authors, case.second_reader) == ("S", ("One", "Two"), "Three")
    assert case.reply == "none received"
    source = case.sources["a"]
    assert (source.kind, source.title, source.reliability) == ("press", "T", "B")
    assert case.scenarios["public"].set["text.access"].value == "public"
    wider = case.scenarios["wider"]
    assert (wider.extends, wider.remove["parties"]) == ("public", (1,))
    assert wider.add["parties"][0].fields["country"].value == "PER"
    assert [event.what for event in case.outcome] == ["It ended"]
    assert not any(fact.path.startswith("outcome") for fact in case.walk())


def test_a_place_is_degrees_north_and_east(case_with: CaseReader) -> None:
    facts = case_with("activities: [{place: {lat: 4.6, lon: -74.1}}]\n").facts
    assert facts["activities"].elements[0].fields["place"].value == Place(4.6, -74.1)


def test_a_declared_organisation_may_stand_where_a_country_stands(case_with: CaseReader) -> None:
    (row,) = case_with("parties: [{country: UNASUR}]\n").facts["parties"].elements
    assert row.fields["country"].value == "UNASUR"
