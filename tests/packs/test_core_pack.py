"""What the core pack promises: size, sources, tests, what it reads and what mends a deal."""

from __future__ import annotations

from collections import Counter

import pytest

from convenio import assess, load_case, render_brief
from convenio.assessment.cases import read_facts, with_facts
from convenio.authoring.rule_tests import DEFAULT_AS_OF, run_rule_tests
from convenio.facts.case import Case
from convenio.facts.catalogue import BASES
from convenio.language import syntax as s
from convenio.packs import Pack
from convenio.packs.policy import RATINGS
from convenio.packs.rule import SEVERITIES, Mitigation, Rule, RuleTest

CHALLENGES = "Challenges and Criticisms in Military Diplomacy"
AID = "Military Aid and Assistance Programs"
RELIEF = "Humanitarian Assistance and Disaster Relief Efforts"

# The sections of the article, and the headings that stand under them.
ARTICLE: dict[str, tuple[str, ...]] = {
    "Historical Context of Military Diplomacy in Latin America": (),
    "Key Players in Military Diplomacy": (),
    "Regional Military Cooperation Agreements": (),
    AID: ("Foreign Military Sales (FMS)", "Military Training and Exchange Programs"),
    "Military Influence on Foreign Policy": (),
    "Conflict Resolution through Military Diplomacy": (),
    RELIEF: ("Role of Military Forces in Natural Disasters", "Regional Response Mechanisms"),
    "Impact of Military Diplomacy on Bilateral Relations": (),
    CHALLENGES: (
        *("Increased Tensions", "Lack of Transparency"),
        *("Sovereignty Concerns", "Human Rights Violations"),
    ),
    "Future Trends and Prospects in Latin American Military Diplomacy": (),
}

# What the article names, and where a case file says so.
INSTRUMENTS = (
    *("arms_sale", "foreign_military_sale", "grant_aid", "training_exchange", "joint_exercise"),
    *("cooperation_agreement", "mutual_defence", "status_of_forces", "basing_access"),
    *("intelligence_sharing", "cyber_cooperation", "technology_coproduction"),
    *("contractor_services", "disaster_relief", "peacekeeping", "mediation_confidence_building"),
)
BODIES = ("TIAR", "OAS", "UNASUR_CDS", "SICOFAA", "IADB", "CEPREDENAC")


def conditions(rule: Rule) -> tuple[s.Expression, ...]:
    return (rule.applies, *(condition for _, condition in rule.levels))


def texts_read(pack: Pack) -> set[str]:
    """Return every text that a condition compares a fact with."""
    found: set[str] = set()
    for rule in pack.rules:
        for node in (node for tree in conditions(rule) for node in s.walk(tree)):
            if isinstance(node, s.Literal) and isinstance(node.value, str):
                found.add(node.value)
            elif isinstance(node, s.Choices):
                found.update(value for value in node.values if isinstance(value, str))
    return found


def test_the_pack_has_the_size_that_was_promised(pack: Pack) -> None:
    kinds = Counter(rule.kind for rule in pack.rules)
    assert len(pack.rules) >= 75
    assert kinds["compound"] >= 12
    assert kinds["mitigating"] >= 5
    families = {rule.family for rule in pack.rules}
    assert families == {"tension", "transparency", "sovereignty", "human_rights", "cross"}


def test_at_most_a_fifth_of_the_rules_can_be_critical(pack: Pack) -> None:
    critical = [rule.id for rule in pack.rules if any(sev == "critical" for sev, _ in rule.levels)]
    assert len(critical) <= len(pack.rules) / 5


def test_the_tests_of_all_rules_pass_and_cover_each_level(pack: Pack) -> None:
    report = run_rule_tests(pack)
    assert [str(failure) for failure in report.failures] == []
    assert report.rules == len(pack.rules)
    assert report.tests >= 3 * len(pack.rules)


def test_every_rule_says_what_it_is_and_what_it_rests_on(pack: Pack) -> None:
    missing = [
        f"{rule.id}: {what}"
        for rule in pack.rules
        for what, there in (
            ("title", rule.title.strip()),
            ("statement", rule.statement.strip()),
            ("because", rule.because.strip()),
            ("article", rule.article.section),
            ("basis", rule.threshold.basis in BASES),
            ("source of the threshold", rule.threshold.source.strip()),
            ("tests", rule.tests),
        )
        if not there
    ]
    assert missing == []


def test_every_rule_names_a_reference(pack: Pack) -> None:
    assert [rule.id for rule in pack.rules if not (rule.references or rule.own_law)] == []


def test_every_risk_offers_a_mitigation_or_cannot_be_mended(pack: Pack) -> None:
    risks = [rule for rule in pack.rules if rule.kind != "mitigating"]
    assert sum(bool(rule.mitigations) for rule in risks) / len(risks) > 0.9


def test_titles_are_told_apart(pack: Pack) -> None:
    titles = Counter(rule.title for rule in pack.rules)
    assert [title for title, count in titles.items() if count > 1] == []


def test_every_rule_stands_on_a_passage_that_the_article_has(pack: Pack) -> None:
    unknown = [
        f"{rule.id}: {rule.article.section} / {rule.article.heading}"
        for rule in pack.rules
        if rule.article.section not in ARTICLE
        or rule.article.heading not in ("", rule.article.section, *ARTICLE[rule.article.section])
    ]
    assert unknown == []


def test_each_of_the_four_criticisms_has_rules(pack: Pack) -> None:
    headings = Counter(
        rule.article.heading for rule in pack.rules if rule.article.section == CHALLENGES
    )
    assert min(headings[heading] for heading in ARTICLE[CHALLENGES]) >= 5


@pytest.mark.parametrize("member", INSTRUMENTS)
def test_every_instrument_of_the_article_matters_to_a_rule(member: str, pack: Pack) -> None:
    assert member in pack.catalogue.facts["deal.elements"].type.members
    assert member in texts_read(pack)


def test_every_element_that_can_be_stated_matters_to_a_rule(pack: Pack) -> None:
    members = pack.catalogue.facts["deal.elements"].type.members
    assert set(members) - texts_read(pack) == set()


@pytest.mark.parametrize("body", BODIES)
def test_every_body_of_the_article_matters_to_a_rule(body: str, pack: Pack) -> None:
    assert body in pack.catalogue.facts["deal.frameworks"].type.members
    assert body in texts_read(pack)


@pytest.mark.parametrize("force", ["company", "ngo"])
def test_actors_that_are_no_states_matter_to_a_rule(force: str, pack: Pack) -> None:
    assert force in pack.catalogue.records["party"]["force"].type.members
    assert force in texts_read(pack)


def test_exactly_twelve_questions_come_first(pack: Pack) -> None:
    first = [path for path, fact in pack.catalogue.facts.items() if fact.first]
    assert len(first) == 12
    assert {"deal.elements", "parties", "text.access"} <= set(first)


def test_every_fact_is_read_by_a_rule(pack: Pack) -> None:
    read = {path for rule in pack.rules for tree in conditions(rule) for path in s.paths_of(tree)}
    read.update(path for guard in pack.guards.values() for path in s.paths_of(guard))
    assert set(pack.catalogue.facts) - read == set()


# Fields of rows that only tell a reader which row is meant; every other field is read by a rule.
DESCRIPTIVE = {
    *("activities[].name", "activities[].end", "allegations[].unit", "allegations[].date"),
    *(
        "conditions[].text",
        "conditions[].due",
        "conditions[].share",
        "disputes[].of",
        "disputes[].with",
    ),
    *("disputes[].place", "disputes[].since", "equipment[].name", "equipment[].quantity"),
    *("incidents[].what", "pacts[].name", "units[].name"),
}


def test_every_field_of_a_row_is_read_by_a_rule_or_tells_the_row(pack: Pack) -> None:
    read = {path for rule in pack.rules for tree in conditions(rule) for path in s.paths_of(tree)}
    fields = {
        f"{path}[].{name}"
        for path, fact in pack.catalogue.facts.items()
        for name in pack.catalogue.records.get(fact.type.record, {})
    }
    assert fields - read == DESCRIPTIVE


def test_every_fact_tells_an_analyst_where_its_answer_is_found(pack: Pack) -> None:
    facts = pack.catalogue.facts.values()
    assert [fact.path for fact in facts if not (fact.answer_from and "?" in fact.ask)] == []


# --- mitigations --------------------------------------------------------------------------


def mending(pack: Pack) -> list[tuple[Rule, Mitigation]]:
    return [
        (rule, mitigation)
        for rule in pack.rules
        for mitigation in rule.mitigations
        if mitigation.set
    ]


def case_of_test(test: RuleTest, pack: Pack) -> Case:
    return Case(
        id="example",
        title="Example",
        as_of=test.as_of or DEFAULT_AS_OF,
        facts=read_facts(pack, test.given),
        digest="",
        file="",
    )


def height(case: Case, rule: Rule, pack: Pack) -> int:
    """Return how bad the rule finds the case: -1 where it does not flag it."""
    finding = assess(case, pack, "reference").finding(rule.id)
    return SEVERITIES.index(finding.severity) if finding.severity else -1


def test_what_a_mitigation_sets_lowers_or_clears_the_rule(pack: Pack) -> None:
    """In at least one test that flags the rule; in no test does it make the rule worse."""
    idle, worse = [], []
    for rule, mitigation in mending(pack):
        lowered = False
        for test in rule.tests:
            case = case_of_test(test, pack)
            before = height(case, rule, pack)
            if before < 0:
                continue
            after = height(with_facts(case, pack, mitigation.set), rule, pack)
            lowered = lowered or after < before
            if after > before:
                worse.append(f"{rule.id}: {mitigation.text}")
        if not lowered:
            idle.append(f"{rule.id}: {mitigation.text}")
    assert idle == []
    assert worse == []
    assert len(mending(pack)) >= 50


# Their worst level rests on something that the parties cannot mend by a term of this rule.
WORST_NEEDS_MORE = {"TEN-003", "TEN-004", "SOV-002", "HUM-006"}


def test_the_mitigations_of_a_rule_together_bring_its_worst_test_down(pack: Pack) -> None:
    stuck = set()
    for rule in {rule.id: rule for rule, _ in mending(pack)}.values():
        changes = {path: fact for m in rule.mitigations for path, fact in m.set.items()}
        cases = [case_of_test(test, pack) for test in rule.tests]
        worst = max(cases, key=lambda case: height(case, rule, pack))
        if height(with_facts(worst, pack, changes), rule, pack) >= height(worst, rule, pack):
            stuck.add(rule.id)
    assert stuck == WORST_NEEDS_MORE


def test_only_a_rule_of_a_declared_national_law_names_a_country(pack: Pack) -> None:
    countries = {"USA", "CHN", "RUS", "FRA", "BRA", "ESP", "ISR", "KOR", "GBR", "DNK"}
    named = {
        rule.id
        for rule in pack.rules
        for tree in conditions(rule)
        for node in s.walk(tree)
        if (isinstance(node, s.Literal) and node.value in countries)
        or (isinstance(node, s.Choices) and countries.intersection(map(str, node.values)))
    }
    assert named <= {rule.id for rule in pack.rules if rule.national_law}


# --- the scale ----------------------------------------------------------------------------


def test_the_ratings_mean_what_the_readers_were_told(pack: Pack) -> None:
    """Readers had `scale.md`; the pack states the same words, and `critical` beside them."""
    told = (pack.folder / "calibration" / "scale.md").read_text(encoding="utf-8")
    assert tuple(pack.scale.levels) == RATINGS
    for rating, words in pack.scale.levels.items():
        assert (f"**{rating}**: {words}." in told) == (rating != "critical")
    assert {*pack.scale.families, "cross"} == set(pack.families)
    for levels in pack.scale.families.values():
        assert f"| {levels['low']} | {levels['moderate']} | {levels['high']} |" in told


def test_a_brief_says_what_the_ratings_mean(pack: Pack) -> None:
    brief = render_brief(assess(load_case("panamax-2014", pack), pack))
    assert "What the ratings mean" in brief
    assert "ordinary practice, or the matter does not arise" in brief
