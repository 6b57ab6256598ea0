"""A condition that cannot mean anything is found when the pack loads: what, where, what is near."""

from __future__ import annotations

import pytest

from convenio.errors import Position, Problem
from convenio.language.parser import parse
from convenio.language.types import Scope, check_condition
from convenio.packs import Pack

BEGIN = Position("rules.yaml", 10, 9)


@pytest.fixture(scope="module")
def scope(pack: Pack) -> Scope:
    return Scope(
        pack.catalogue,
        rules=frozenset(pack.by_id),
        families=frozenset(pack.families) - {"sovereignty"},
    )


def check(condition: str, scope: Scope) -> list[Problem]:
    return check_condition(parse(condition, BEGIN, "SOV-001.when"), scope, "SOV-001.when")


WRONG = [
    # condition, column after its begin, message, found, nearest
    ("terms.duration_year > 5", 0, "no such fact", "terms.duration_year", "terms.duration_years"),
    (
        "use.internal_security and duration_years > 5",
        26,
        "no such fact",
        "duration_years",
        "terms.duration_years",
    ),
    (
        "known(terms.duration_year)",
        6,
        "no such fact",
        "terms.duration_year",
        "terms.duration_years",
    ),
    ("undisclosed(terms)", 12, "no such fact", "terms", None),
    ("any(p.country == 'USA' for p in partys)", 27, "no such fact", "partys", "parties"),
    ("as_of.year > 2000", 0, "no such fact", "as_of.year", None),
    ("True and print", 9, "no such fact", "print", None),
    ("any(p.contry == 'USA' for p in parties)", 4, "no such field", "p.contry", "country"),
    # members
    ("terms.end == 'fixd'", 0, "not a value of this fact", "fixd", "fixed"),
    ("'fixd' != terms.end", 0, "not a value of this fact", "fixd", "fixed"),
    ("terms.end == 5", 0, "not a value of this fact", "5", None),
    (
        "terms.end in ['fixed', 'indefinit']",
        13,
        "not a value of this fact",
        "indefinit",
        "indefinite",
    ),
    ("'arms_sales' in deal.elements", 0, "not a value of this fact", "arms_sales", "arms_sale"),
    (
        "any(p.role == 'provder' for p in parties)",
        4,
        "not a value of this fact",
        "provder",
        "provider",
    ),
    ("any(p.country == 'USX' for p in parties)", 4, "no such country", "USX", "USA"),
    ("any(p.country in ['USA', 'COLO'] for p in parties)", 17, "no such country", "COLO", "COL"),
    ("any('VEM' in i.parties for i in incidents)", 4, "no such country", "VEM", None),
    ("terms.end == law.approval_required", 0, "share no value", "", None),
    ("terms.end in deal.elements", 0, "share no value", None, None),
    ("overlaps(deal.elements, deal.frameworks)", 0, "share no value", None, None),
    # kinds
    ("terms.duration_years > '5'", 0, "compares numbers, money and dates", None, None),
    ("terms.duration_years == '5'", 0, "can't be compared", None, None),
    ("terms.duration_years in [1, 'x']", 24, "can't be compared", None, None),
    ("terms.end > 'fixed'", 0, "compares numbers, money and dates", None, None),
    ("use.internal_security > 1", 0, "compares numbers, money and dates", None, None),
    ("use.internal_security == 1", 0, "can't be compared", None, None),
    ("use.internal_security == 'yes'", 0, "can't be compared", None, None),
    ("use.internal_security == terms.end", 0, "can't be compared", None, None),
    ("dates.signed == 5", 0, "can't be compared", None, None),
    ("dates.signed > 'soon'", 0, "compares numbers, money and dates", None, None),
    ("dates.signed > '2009-02-30'", 0, "compares numbers, money and dates", None, None),
    ("as_of >= '2009'", 0, "compares numbers, money and dates", None, None),
    ("days(dates.signed, '2009-02-30') > 1", 19, "wrong type", "text", None),
    ("days(terms.end, as_of) > 1", 5, "wrong type", "enum", None),
    ("terms.end + 1 > 2", 0, "only numbers and money", None, None),
    ("deal.elements == 'arms_sale'", 0, "can't be compared", None, None),
    ("deal.elements == deal.purposes", 0, "can't be compared", None, None),
    ("deal.elements in ['arms_sale']", 0, "a single value stands before 'in'", "set of enum", None),
    ("'arms_sale' in deal.form", 0, "after 'in' stands a set", "enum", None),
    ("'USA' in parties", 0, "after 'in' stands a set", "list", None),
    ("overlaps(deal.elements, deal.form)", 0, "compares two sets", None, None),
    ("overlaps(deal.elements, parties)", 0, "compares two sets", None, None),
    ("any(overlaps(i.parties, deal.elements) for i in incidents)", 4, "share no value", None, None),
    ("within_km(terms.end, terms.end, 5)", 10, "wrong type", "enum", None),
    ("contains(terms.end, 'x')", 9, "wrong type", "enum", None),
    ("any(p.country == 'USA' for p in terms.end)", 27, "not a list", "enum", None),
    ("sum(p.country for p in parties) > 1", 0, "a sum takes numbers or money", "country", None),
    # conditions
    ("1", 0, "a condition is expected", "number", None),
    ("parties", 0, "a condition is expected", "list", None),
    ("terms.end and use.internal_security", 0, "a condition is expected", "enum", None),
    ("not terms.duration_years", 4, "a condition is expected", "number", None),
    ("at_least(1, terms.end)", 12, "a condition is expected", "enum", None),
    ("any(p.role for p in parties)", 4, "a condition is expected", "enum", None),
    ("count(p.country for p in parties) > 1", 6, "a condition is expected", "country", None),
    ("count(p.country == 'USA' for p in parties)", 0, "a condition is expected", "number", None),
    # units and money
    ("terms.duration_years > terms.exit_notice_months", 0, "units differ", "months", None),
    ("terms.duration_years == terms.exit_notice_months", 0, "units differ", "months", None),
    ("terms.duration_years + terms.exit_notice_months > 5", 0, "units differ", "months", None),
    ("terms.duration_years - terms.exit_notice_months > 5", 0, "units differ", "months", None),
    ("5 < 1 + terms.duration_years - terms.exit_notice_months", 4, "units differ", "months", None),
    ("days(dates.signed, as_of) > terms.duration_years", 0, "units differ", "years", None),
    ("terms.duration_years * 2 > terms.exit_notice_months", 0, "units differ", "months", None),
    (
        "terms.duration_years * terms.duration_years > terms.duration_years",
        0,
        "units differ",
        "years",
        None,
    ),
    (
        "terms.duration_years / terms.duration_years > terms.duration_years",
        0,
        "units differ",
        "years",
        None,
    ),
    ("value.total + 5 > 3", 0, "money and numbers can't be added", None, None),
    ("value.total > terms.duration_years", 0, "money is compared with money", None, None),
    ("value.total == '5'", 0, "can't be compared", None, None),
    ("value.total * value.total > 1", 0, "money can't be multiplied by money", None, None),
    ("5 / value.total > 1", 0, "can't be divided by money", None, None),
    # findings
    ("flagged('TEN-0011')", 0, "no such rule", "TEN-0011", "TEN-011"),
    ("flagged('TEN-001', 'hgh')", 0, "no such severity", "hgh", "high"),
    ("flagged_in('tensoin', 'high')", 0, "no such family", "tensoin", "tension"),
    ("flagged_in('sovereignty', 'high')", 0, "no such family", "sovereignty", None),
    ("flagged_in('tension', 'worse')", 0, "no such severity", "worse", None),
    ("any(flagged('TEN-001') for p in parties)", 4, "may not stand inside any", "", None),
    (
        "count(flagged_in('tension', 'high') for p in parties) > 1",
        6,
        "may not stand inside any",
        "",
        None,
    ),
]


@pytest.mark.parametrize(("condition", "column", "message", "found", "nearest"), WRONG)
def test_a_wrong_condition_is_named_with_its_place(
    condition: str, column: int, message: str, found: str | None, nearest: str | None, scope: Scope
) -> None:
    problems = check(condition, scope)
    assert problems, "the condition passed"
    problem = next((p for p in problems if message in p.message), problems[0])
    assert message in problem.message
    assert problem.position == ("rules.yaml", 10, 9 + column)
    assert problem.path == "SOV-001.when"
    if found is not None:
        assert problem.found == found
    if nearest is not None:
        assert problem.nearest == nearest


@pytest.mark.parametrize("name", ["terms", "parties", "deal", "as_of"])
def test_a_bound_name_may_not_be_that_of_a_section(name: str, scope: Scope) -> None:
    problems = check(f"any({name}.country == 'USA' for {name} in parties)", scope)
    assert any(
        p.message == "this name is a section of the catalogue" and p.found == name for p in problems
    )


def test_every_fault_of_a_condition_comes_at_once(scope: Scope) -> None:
    problems = check(
        "terms.end == 'fixd' and terms.duration_year > 5 or not flagged('XXX-001')"
        " and value.total + 1 > 2",
        scope,
    )
    assert [p.position.column - 9 for p in problems] == [0, 24, 55, 78]


def test_findings_have_no_place_where_facts_are_guarded(pack: Pack) -> None:
    guarded = Scope(pack.catalogue, flags_allowed=False)
    (problem,) = check("flagged('TEN-001')", guarded)
    assert "no place here" in problem.message


GOOD = [
    "terms.duration_years > 5",
    "2 * terms.duration_years + 1 > terms.duration_years",
    "terms.duration_years / terms.exit_notice_months > 2",
    "days(dates.signed, as_of) > 90",
    "days('2009-10-30', dates.signed) >= 0",
    "dates.signed >= '2009-10-30'",
    "'2009-10-30' <= as_of",
    "value.total > 1000000",
    "value.total >= 1.15 * value.approved",
    "value.total / value.approved > 1.15",
    "value.total > sum(e.value for e in equipment)",
    "sum(e.value for e in equipment if e.new_class) > 5",
    "count(p.country == 'USA' for p in parties) + 1 > 2",
    "'arms_sale' in deal.elements",
    "terms.end in ['fixed', 'indefinite']",
    "terms.end != 'fixed'",
    "use.internal_security",
    "use.internal_security == False",
    "any(overlaps(a.parties, i.parties) and within_km(a.place, i.place, 100)"
    " for a in activities for i in incidents)",
    "any(p.country == 'UNASUR' for p in parties)",
    "any(any(q.country == p.country for q in parties) for p in parties)",
    "known(parties) and not asked(terms.end)",
    "flagged('TEN-001') or flagged('TEN-001', 'high') or flagged_in('tension', 'medium')",
    "at_least(2, use.internal_security, flagged('TEN-001'), terms.end == 'fixed')",
    "any(contains(p.name, 'army') for p in parties)",
]


@pytest.mark.parametrize("condition", GOOD)
def test_a_condition_that_means_something_passes(condition: str, scope: Scope) -> None:
    assert check(condition, scope) == []
