"""What of the references is called law: only what bound a party of the deal on its date."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from convenio import assess, load_case, load_pack
from convenio.packs import Pack
from convenio.packs.constitutions import SUBJECTS
from convenio.packs.law import Law, LawRegister
from convenio.packs.periods import Period
from convenio.packs.rule import Reference

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted((ROOT / "cases").glob("*.yaml")) + sorted(
    (ROOT / "rules/core/calibration/cases").glob("*.yaml")
)
RULING = Reference("case_law", "A ruling", of="A court")
TREATY = Reference("treaty", "A treaty")
REGISTER = LawRegister(
    {
        ("case_law", "A ruling"): Law({"COL": (Period(dt.date(2010, 8, 17)),)}),
        ("treaty", "A treaty"): Law(
            {"VEN": (Period(dt.date(1978, 7, 18), dt.date(2013, 9, 10)),)}, others_unknown=True
        ),
        ("treaty", "Of all"): Law(everybody=Period(dt.date(1945, 10, 24))),
        ("treaty", "Unread"): None,
    }
)


@pytest.mark.parametrize(
    ("reference", "parties", "day", "standing", "binds"),
    [
        (RULING, ["COL", "USA"], "2010-08-17", "law", ("COL",)),
        (RULING, ["COL", "USA"], "2010-08-16", "later", ("COL",)),
        (RULING, ["HND", "USA"], "2012-01-01", "comparative", ()),
        (RULING, ["HND", "USA"], "1985-01-01", "later", ()),
        (TREATY, ["VEN", "RUS"], "2013-09-09", "law", ("VEN",)),
        (TREATY, ["VEN"], "2013-09-10", "comparative", ()),
        (TREATY, ["PER"], "2013-09-09", "unchecked", ()),
        (Reference("treaty", "Of all"), ["USA", "PER"], "1985-01-01", "law", ("PER", "USA")),
        (Reference("treaty", "Unread"), ["PER"], "1985-01-01", "unchecked", ()),
        (Reference("treaty", "Not in the register"), ["PER"], "1985-01-01", "unchecked", ()),
        (Reference("report", "A ruling"), ["COL"], "2012-01-01", "guidance", ()),
    ],
)
def test_a_reference_is_law_only_between_those_whom_it_binds(
    reference: Reference, parties: list[str], day: str, standing: str, binds: tuple[str, ...]
) -> None:
    applied = REGISTER.apply(reference, parties, dt.date.fromisoformat(day))
    assert (applied.standing, applied.binds) == (standing, binds)


@pytest.fixture(scope="module")
def core() -> Pack:
    return load_pack("core")


def test_in_no_case_is_law_later_than_the_deal_or_of_a_state_without_part_in_it(
    core: Pack,
) -> None:
    seen = 0
    for file in CASES:
        assessment = assess(load_case(file, core), core)
        for rule in core.rules:
            for applied in assessment.references(rule):
                if applied.standing != "law":
                    continue
                seen += 1
                law = core.laws.laws[applied.reference.kind, applied.reference.title]
                assert law is not None
                assert applied.binds
                assert set(applied.binds) <= set(assessment.countries)
                for country in applied.binds:
                    assert any(p.covers(assessment.case.as_of) for p in law.periods(country))
    assert seen > 100


def test_a_ruling_against_colombia_is_no_law_of_honduras(core: Pack) -> None:
    assessment = assess(load_case(ROOT / "cases/honduras-aid-2009.yaml", core), core)
    rulings = [
        applied
        for rule in core.rules
        for applied in assessment.references(rule)
        if applied.reference.kind == "case_law"
    ]
    assert rulings
    assert "law" not in {applied.standing for applied in rulings}


def test_without_a_register_nothing_is_called_law(core: Pack) -> None:
    assert LawRegister().apply(RULING, ["COL"], dt.date(2012, 1, 1)).standing == "unchecked"


def test_every_entry_of_the_register_is_cited(core: Pack) -> None:
    cited = {(ref.kind, ref.title) for rule in core.rules for ref in rule.references}
    own = {("constitution", title) for title, _, _ in core.constitutions.periods}
    assert sorted(set(core.laws.laws) - cited - own) == []


def test_every_matter_on_which_constitutions_are_kept_is_asked_by_a_rule(core: Pack) -> None:
    asked = {subject for rule in core.rules for subject in rule.own_law}
    assert asked == set(SUBJECTS)
    assert asked == {article.subject for article in core.constitutions.articles}
