"""What readers are told of facts and conditions: whole sentences, and no name of the catalogue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance import rows
from conformance.packs import Packs
from convenio import assess, load_pack
from convenio.errors import Position
from convenio.facts.case import Case, State, StatedFact
from convenio.facts.values import Money
from convenio.language import syntax as s
from convenio.language.parser import parse
from convenio.packs import Pack
from convenio.reports.condition_words import ConditionWords
from convenio.reports.wording import Wording

WORDS = Wording()
HERE = Position("case.yaml", 1, 1)
GRANT = "deal: {elements: [grant_aid]}\nuse: {internal_security: true}\n"


def said(pack: Pack, path: str, value: object, state: State = "known", **more: object) -> str:
    fact = StatedFact(path, state, HERE, value, **more)  # type: ignore[arg-type]
    return WORDS.sentence(path, fact, pack.catalogue)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("text.access", "withheld", "The main text is withheld."),
        ("immunity.contractors", False,
         "Contractors do not share the status of visiting personnel."),
        ("terms.duration_years", 10, "The deal runs for 10 years."),
        ("terms.exit_notice_months", 0, "A party can leave the deal at once."),
        ("value.total", Money(80e6, "USD"), "The deal is worth USD 80,000,000."),
        ("dates.signed", dt.date(2009, 10, 30), "The date of signature is 30 October 2009."),
        ("deal.elements", ("arms_sale", "grant_aid"),
         "The deal contains a sale of arms and aid as a gift."),
        ("site.exemptions", (), "The site is exempt from no law of the host."),
        ("risk.serious_violation", "clear",
         "The analyst finds that there is a clear risk of serious violations."),
    ],
)  # fmt: skip
def test_a_value_is_said_in_a_sentence(path: str, value: object, sentence: str, pack: Pack) -> None:
    assert said(pack, path, value) == sentence


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("unknown", "It is not known who can read the main text."),
        ("undisclosed", "The parties refuse to say who can read the main text."),
        ("asked", "It was asked who can read the main text, and there is no answer yet."),
        ("conflict", "Sources differ, so it is not clear who can read the main text."),
    ],
)
def test_what_is_not_known_is_said_in_a_sentence(state: State, sentence: str, pack: Pack) -> None:
    assert said(pack, "text.access", None, state) == sentence


def test_a_set_that_may_go_on_is_said_so(pack: Pack) -> None:
    found = said(pack, "deal.elements", ("arms_sale",), complete=False)
    assert found == "The deal contains a sale of arms and perhaps more."


def test_what_differs_from_country_to_country_is_said_of_each(pack: Pack) -> None:
    path = "law.approval_status"
    each = tuple((c, StatedFact(path, "known", HERE, v)) for c, v in
                 (("HTI", "not_asked"), ("KEN", "given"), ("URY", "given")))  # fmt: skip
    assert said(pack, path, "not_asked", by_country=each) == (
        "For Haiti, approval has not been asked for. For Kenya and Uruguay, approval was given."
    )


def test_what_nobody_found_is_not_called_a_finding(pack: Pack) -> None:
    found = said(pack, "risk.serious_violation", "some", assumed_from="unknown")
    assert found == "There is some risk of serious violations."


def test_a_finding_says_the_facts_that_decided(pack: Pack, case_with: Callable[..., Case]) -> None:
    case = case_with("deal: {elements: [basing_access]}\nterms: {duration_years: 50, end: fixed}\n")
    assessment = assess(case, pack)
    assert WORDS.because(assessment.finding("SOV-004"), assessment) == "The deal runs for 50 years."


def test_a_finding_on_presumption_says_what_is_presumed(
    pack: Pack, case_with: Callable[..., Case]
) -> None:
    case = case_with(GRANT)
    assessment = assess(case, pack)
    rule = pack.by_id["HUM-027"]
    assert rule in [one for one, _ in assessment.presumed_findings]
    assert WORDS.presumed_because(rule, assessment) == (
        "It is presumed that the units are not screened for gross violations, and that nobody "
        "checks use after delivery. The analyst finds that the forces that are helped will do "
        "policing or face civilians."
    )


def test_no_reason_of_a_shipped_case_shows_a_name_of_the_catalogue(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    for case in shipped_cases.values():
        assessment = assess(case, pack)
        reasons = [WORDS.because(one, assessment) for one in assessment.findings]
        reasons += [WORDS.presumed_because(r, assessment) for r, _ in assessment.presumed_findings]
        for reason in reasons:
            assert "_" not in reason
            assert reason.endswith(".")


# --- conditions -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "sentence"),
    [
        ("terms.duration_years > 10 and (text.access == 'withheld' or text.annexes == 'withheld')",
         "The term of the agreement is more than 10 years, and "
         "(either the main text is withheld, or the annexes are withheld)."),
        ("'grant_aid' in deal.elements or 'arms_sale' in deal.elements",
         "The deal contains aid as a gift or a sale of arms."),
        ("not immunity.contractors", "Contractors do not share the status of visiting personnel."),
        ("not ('OAS' in deal.frameworks)",
         "The deal does not invoke the Organization of American States."),
        ("presence.ceiling_covers != 'no_ceiling'",
         "A ceiling covers foreign military personnel and contractors, or a ceiling covers foreign "
         "military personnel and leaves contractors out."),
        ("value.total >= 50000000", "The total value is USD 50,000,000 or more."),
        ("as_of >= '2018-11-28'", "The date of the case is on 28 November 2018 or later."),
        ("known(text.access)", "It is known who can read the main text."),
        ("undisclosed(value.total)", "The parties refuse to say what the deal is worth."),
        ("any(a.live_fire and a.personnel > 1000 for a in activities)",
         "For at least one planned activity (live ammunition is used in the activity, and the "
         "number of people who take part is more than 1,000 persons)."),
        ("count(u.vetted for u in units) >= 2",
         "The number of units of which this holds (the unit was screened for gross violations) is "
         "2 or more."),
        ("finance.debt_to_provider / context.defence_budget > 1",
         "The debt to the provider for arms divided by the recipient's yearly defence or public "
         "security budget is more than 1."),
        ("flagged('SOV-004', 'high')",
         "It is found, with severity high or worse: “Long or self-renewing term”."),
        ("flagged_in('transparency', 'high')",
         "There is a finding of severity high or worse on transparency."),
        ("at_least(2, immunity.contractors, immunity.victim_remedy, deal.open_ended)",
         "At least 2 of these hold: (1) contractors share the status of visiting personnel; (2) "
         "people harmed have a claims route, and outcomes must be reported; (3) officials may add "
         "activities, sites or partners that the text does not name."),
    ],
)  # fmt: skip
def test_a_condition_is_read_out(condition: str, sentence: str, pack: Pack) -> None:
    tree = parse(condition, HERE, "test")
    assert ConditionWords(pack, WORDS).sentence(tree) == sentence


def conditions_of(pack: Pack) -> Iterator[tuple[str, s.Expression]]:
    for rule in pack.rules:
        yield rule.id, rule.applies
        for _severity, level in rule.levels:
            yield rule.id, level
    yield from pack.guards.items()
    yield from pack.past.items()


def assert_reads(pack: Pack) -> None:
    words = ConditionWords(pack, WORDS)
    for name, condition in conditions_of(pack):
        sentence = words.sentence(condition)
        assert sentence.endswith("."), name
        assert "_" not in sentence, f"{name}: {sentence}"
        assert "{" not in sentence, f"{name}: {sentence}"


def test_every_condition_of_the_core_pack_reads_without_a_name(pack: Pack) -> None:
    assert_reads(pack)


def test_every_condition_of_the_corpus_reads_without_a_name(tmp_path: Path) -> None:
    packs = Packs(tmp_path)
    seen: set[str] = set()
    for row in rows.all_rows():
        if row.is_expression and row.file not in seen:
            seen.add(row.file)
            assert_reads(packs.of(row))
    assert len(seen) > 10


def test_every_kind_of_node_is_read(pack: Pack) -> None:
    kinds = {type(part) for _, one in conditions_of(pack) for part in s.walk(one)}
    by_hand = {s.Choices, s.Literal, s.Count, s.Sum, s.FlaggedIn, s.Call}
    assert set(s.Expression.__args__) <= kinds | by_hand


def test_a_condition_that_is_given_as_code_is_read_out_where_it_can_be(pack: Pack) -> None:
    words = ConditionWords(pack, WORDS)
    assert words.of_code("text.access == 'withheld'") == "The main text is withheld"
    # Nothing tells over which list `a` goes.
    assert words.of_code("a.personnel >= 1000") == "a.personnel >= 1000"
    unworded = ConditionWords(load_pack(Path(__file__).parent / "small_pack"), WORDS)
    assert unworded.of_code("terms.end == 'fixed'") == "terms.end == 'fixed'"
