"""What a user of `simulate` may rely on: chances, drivers, exactness, the same seed, refusals."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm, truncnorm

from conformance.packs import case_text, load_written, read_case, write_pack
from conformance.rows import FOLDER as CORPUS
from convenio import Assessment, Engine, Pack
from convenio.assessment.cases import with_facts, with_settings
from convenio.assessment.presumed import presumed_case
from convenio.errors import Position, UsageError
from convenio.facts.case import Case, StatedFact
from convenio.facts.values import Money
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator
from convenio.language.functions import asks_of_the_file
from convenio.packs.presumptions import Presumption
from convenio.packs.rule import Rule
from convenio.scenarios.simulate import worlds as simulate_worlds
from convenio.scenarios.simulate.draws import column, factors_of, latent, scores, uncertain_facts
from convenio.scenarios.simulate.simulation import Simulation, simulate
from semantics.random_packs import FAMILIES, RATINGS, rules
from semantics.worlds import random_case

DRAWS = 20_000
COUNTING: Mapping[str, Any] = {
    "moderate": [{"at_least": 1, "severity": "low"}],
    "high": [{"at_least": 2, "severity": "low"}],
    "critical": [{"at_least": 3, "severity": "low"}],
}
"""A policy under which the rank is how many low findings there are."""

Build = Callable[..., Pack]


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """Return a function from conditions to a pack with one rule of low severity for each."""

    def built(*conditions: str, rating: Mapping[str, Any] = COUNTING) -> Pack:
        drawn = [
            {"id": f"AA-{number:03d}", "when": condition, "severity": "low"}
            for number, condition in enumerate(conditions, 1)
        ]
        folder = tmp_path_factory.mktemp("packs") / "pack"
        return load_written(write_pack(folder, drawn, (), rating))

    return built


def case_of(pack: Pack, facts: Mapping[str, Any]) -> Case:
    return read_case(case_text({"facts": facts}), pack)


def uniform(low: Any, high: Any, **more: Any) -> dict[str, Any]:
    return {"distribution": "uniform", "low": low, "high": high, **more}


def choice(**weights: float) -> dict[str, Any]:
    return {"distribution": "choice", "weights": weights}


def flagged(simulation: Simulation, number: int = 1) -> float:
    return simulation.rules[f"AA-{number:03d}"].flag.share


# --- closed forms ----------------------------------------------------------------------------

NORMAL = {"distribution": "normal", "mean": 5, "sd": 3, "low": 0, "high": 20}
TRIANGULAR = {"distribution": "triangular", "low": 0, "mode": 2, "high": 10}

CLOSED: Mapping[str, tuple[str, Any, str, float]] = {
    # fact, distribution, condition, its chance
    "uniform": ("terms.years", uniform(0, 10), "terms.years > 3", 0.7),
    "triangular": ("terms.limit", TRIANGULAR, "terms.limit > 5", 25 / 80),
    "triangular below its mode": ("terms.limit", TRIANGULAR, "terms.limit < 1", 1 / 20),
    "normal": (
        "value.share",
        NORMAL,
        "value.share > 7",
        float(truncnorm.sf(7, -5 / 3, 5, loc=5, scale=3)),
    ),
    "whole numbers": ("terms.months", uniform(0, 10), "terms.months >= 3", 0.75),
    "amount": ("value.price", uniform(0, 100), "value.price > 90", 0.1),
    "date": (
        "terms.start",
        uniform("2020-01-01", "2020-12-31"),
        "terms.start > as_of",
        364.5 / 365,
    ),
    "enum": ("terms.end", choice(fixed=3, renews=1, indefinite=0), "terms.end == 'renews'", 0.25),
    "country": ("parties.host", choice(COL=1, PER=4), "parties.host == 'PER'", 0.8),
    "organisation": ("parties.guest", choice(UN=1, PER=1), "parties.guest == 'UN'", 0.5),
    "bool": ("say.p", {"distribution": "choice", "weights": {True: 0.3, False: 0.7}}, "say.p", 0.3),
    "weight of nothing": (
        "terms.draft_end",
        choice(fixed=1, renews=0),
        "terms.draft_end == 'renews'",
        0.0,
    ),
}


@pytest.fixture(scope="module")
def closed(build: Build) -> Simulation:
    pack = build(*(condition for _, _, condition, _ in CLOSED.values()))
    facts = {path: stated for path, stated, _, _ in CLOSED.values()}
    return simulate(case_of(pack, facts), pack, DRAWS, seed=1, sobol=False)


@pytest.mark.parametrize("name", CLOSED)
def test_a_threshold_has_the_chance_that_its_distribution_gives(
    name: str, closed: Simulation
) -> None:
    chance = CLOSED[name][3]
    number = list(CLOSED).index(name) + 1
    assert flagged(closed, number) == pytest.approx(chance, abs=4 * _error(chance, DRAWS))
    found = closed.rules[f"AA-{number:03d}"].flag
    assert found.error == pytest.approx(math.sqrt(found.share * (1 - found.share) / DRAWS))


def _error(chance: float, draws: int) -> float:
    return math.sqrt(chance * (1 - chance) / draws) + 1e-12


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.8, 1.0])
def test_two_facts_of_a_group_move_together(correlation: float, build: Build) -> None:
    pack = build("terms.years > 7 and terms.limit > 6")
    group = {"group": "size", "correlation": correlation}
    facts = {"terms.years": uniform(0, 10, **group), "terms.limit": uniform(0, 10, **group)}
    found = simulate(case_of(pack, facts), pack, DRAWS, sobol=False)
    corner = [float(norm.ppf(0.3)), float(norm.ppf(0.4))]
    covariance = [[1, correlation], [correlation, 1]]
    chance = float(multivariate_normal.cdf(corner, cov=covariance, allow_singular=True))
    assert flagged(found) == pytest.approx(chance, abs=4 * _error(chance, DRAWS))


def test_a_statement_can_be_in_a_group(build: Build) -> None:
    pack = build("say.p and terms.limit > 6")
    group = {"group": "size", "correlation": 0.8}
    stated = {"distribution": "choice", "weights": {True: 0.3, False: 0.7}, **group}
    facts = {"say.p": stated, "terms.limit": uniform(0, 10, **group)}
    found = simulate(case_of(pack, facts), pack, DRAWS, sobol=False)
    corner = [float(norm.ppf(0.3)), float(norm.ppf(0.4))]
    chance = float(multivariate_normal.cdf(corner, cov=[[1, 0.8], [0.8, 1]]))
    assert flagged(found) == pytest.approx(chance, abs=4 * _error(chance, DRAWS))


def test_the_floor_and_the_ceiling_differ_where_other_facts_are_unknown(build: Build) -> None:
    pack = build("terms.years > 3", "terms.years > 5 and say.p")
    found = simulate(case_of(pack, {"terms.years": uniform(0, 10)}), pack, DRAWS, sobol=False)
    floor, ceiling = found.overall.floor, found.overall.ceiling
    assert floor["moderate"].share == flagged(found) == pytest.approx(0.7, abs=0.015)
    assert ceiling["high"].share == pytest.approx(0.5, abs=0.015)
    assert ceiling["moderate"].share + ceiling["high"].share == pytest.approx(
        floor["moderate"].share
    )
    assert found.rules["AA-002"].unknown.share == ceiling["high"].share
    assert found.families["tension"].floor == floor
    assert [rule.varies for rule in found.rules.values()] == [True, True]
    assert [rule.settled for rule in found.rules.values()] == [True, False]


def test_a_family_may_be_assessed_in_some_draws_only(tmp_path: Path) -> None:
    rule = {"id": "AA-001", "applies": "terms.years > 3", "when": "say.p", "severity": "low"}
    pack = load_written(write_pack(tmp_path / "pack", [rule]))
    found = simulate(case_of(pack, {"terms.years": uniform(0, 10)}), pack, DRAWS, sobol=False)
    assert found.overall.ceiling["not_assessed"].share == pytest.approx(0.3, abs=0.015)
    # Where the rule applies, it can't be tested: then nothing is established either.
    assert found.overall.floor["not_assessed"].share == 1.0
    for side in (found.overall.floor, found.overall.ceiling):
        assert sum(chance.share for chance in side.values()) == pytest.approx(1)


# --- drivers ---------------------------------------------------------------------------------

INDEPENDENT = {"terms.years": uniform(0, 10), "terms.limit": uniform(0, 10)}
UNREAD = {"value.share": uniform(0, 1)}


def _indices(pack: Pack, facts: Mapping[str, Any]) -> dict[str, tuple[float, float, float]]:
    found = simulate(case_of(pack, facts), pack, 1000)
    result = {}
    for driver in found.drivers:
        assert driver.floor is not None
        result[driver.name] = (
            driver.floor.first,
            driver.floor.total,
            max(driver.floor.first_error, driver.floor.total_error),
        )
    return result


def _assert_index(found: tuple[float, float, float], first: float, total: float) -> None:
    assert 0 < found[2] < 0.03
    assert found[0] == pytest.approx(first, abs=4 * found[2])
    assert found[1] == pytest.approx(total, abs=4 * found[2])


def test_facts_that_add_up_share_the_variance(build: Build) -> None:
    pack = build("terms.years > 5", "terms.limit > 5")
    found = _indices(pack, {**INDEPENDENT, **UNREAD})
    _assert_index(found["terms.years"], 1 / 2, 1 / 2)
    _assert_index(found["terms.limit"], 1 / 2, 1 / 2)
    assert found["value.share"] == (0.0, 0.0, 0.0)


def test_facts_that_act_together_have_larger_totals(build: Build) -> None:
    found = _indices(build("terms.years > 5 and terms.limit > 5"), INDEPENDENT)
    # The variance is 3/16; that of the mean given one fact is 1/16.
    for path in INDEPENDENT:
        _assert_index(found[path], 1 / 3, 2 / 3)


def test_a_group_is_one_factor(build: Build) -> None:
    pack = build("terms.years > 5", "terms.limit > 5", "value.share > 5")
    group = {"group": "size", "correlation": 0.5}
    facts = {
        "terms.years": uniform(0, 10, **group),
        "value.share": uniform(0, 10),
        "terms.limit": uniform(0, 10, **group),
    }
    found = _indices(pack, facts)
    assert list(found) == ["group size", "value.share"]
    # Each finding has a variance of 1/4, the two of the group a covariance of asin(ρ)/2π = 1/12.
    _assert_index(found["group size"], 8 / 11, 8 / 11)
    _assert_index(found["value.share"], 3 / 11, 3 / 11)


def test_a_single_fact_drives_everything(build: Build) -> None:
    found = _indices(build("terms.years > 5"), {"terms.years": uniform(0, 10)})
    assert found["terms.years"][:2] == pytest.approx((1, 1), abs=0.02)


def test_a_rating_that_never_differs_has_no_drivers(build: Build) -> None:
    pack = build("terms.years > 50")
    found = simulate(case_of(pack, {"terms.years": uniform(0, 10)}), pack, 1000)
    assert [(driver.floor, driver.ceiling) for driver in found.drivers] == [(None, None)]
    assert found.overall.floor["low"].share == 1
    assert found.tornado[0].width == 0


def test_the_tornado_has_means_where_a_fact_is_held(build: Build) -> None:
    pack = build("terms.years > 5", "terms.limit > 5", "terms.end == 'renews' and terms.limit > 5")
    facts = {
        **INDEPENDENT,
        **UNREAD,
        "terms.end": choice(fixed=1, indefinite=1, renews=1),
    }
    found = simulate(case_of(pack, facts), pack, 1000, sobol=False)
    bars = {bar.path: bar for bar in found.tornado}
    assert found.tornado[0].path == "terms.limit"
    assert bars["terms.limit"].low.at == pytest.approx(0.5)
    assert bars["terms.limit"].high.at == pytest.approx(9.5)
    expected = {
        "terms.limit": (1 / 2, 1 / 2 + 1 + 1 / 3),
        "terms.years": (1 / 2 + 1 / 6, 1 + 1 / 2 + 1 / 6),
        "terms.end": (1, 3 / 2),
    }
    for path, (low, high) in expected.items():
        bar = bars[path]
        assert bar.low.floor == pytest.approx(low, abs=4 * bar.low.floor_error)
        assert bar.high.floor == pytest.approx(high, abs=4 * bar.high.floor_error)
    assert bars["terms.end"].high.at == "renews"
    assert bars["value.share"].width == 0
    assert bars["terms.limit"].low.floor_high == 0


def test_others_of_a_group_follow_a_fact_that_is_held(build: Build) -> None:
    pack = build("terms.limit > 6")
    group = {"group": "size", "correlation": 0.8}
    stated = {"distribution": "choice", "weights": {True: 0.3, False: 0.7}, **group}
    facts = {
        "terms.years": uniform(0, 10, **group),
        "terms.limit": uniform(0, 10, **group),
        "say.p": stated,
    }
    found = simulate(case_of(pack, facts), pack, 1000, sobol=False)
    bars = {bar.path: bar for bar in found.tornado}
    edge, tail, cut = (float(norm.ppf(p)) for p in (0.6, 0.95, 0.7))
    chance = float(norm.sf((edge - 0.8 * tail) / 0.6))
    high = bars["terms.years"].high
    assert high.floor == pytest.approx(chance, abs=4 * high.floor_error)
    both = float(multivariate_normal.cdf([-cut, -edge], cov=[[1, 0.8], [0.8, 1]]))
    said = bars["say.p"].high
    assert (said.at, bars["say.p"].low.at) == (True, False)
    assert said.floor == pytest.approx(both / 0.3, abs=4 * said.floor_error)


# --- exactness -------------------------------------------------------------------------------

_GROUP = {"group": "size", "correlation": 0.6}
_SPREAD: Mapping[str, Any] = {
    "say.p": {"distribution": "choice", "weights": {True: 0.5, False: 0.5}, **_GROUP},
    "say.q": {"distribution": "choice", "weights": {True: 0.5, False: 0.5}},
    "terms.years": {"distribution": "triangular", "low": 0, "mode": 2, "high": 8},
    "terms.limit": uniform(0, 5, **_GROUP),
    "terms.end": choice(fixed=1, renews=1, indefinite=1),
    "terms.start": uniform("2019-12-29", "2020-01-05"),
    "parties.host": choice(COL=1, PER=1, UN=1),
    "value.price": {"distribution": "normal", "mean": 200, "sd": 100, "low": 0, "high": 500},
    "ceiling.exists": {"distribution": "choice", "weights": {True: 0.5, False: 0.5}},
    "ceiling.troops": uniform(0, 600),
}


def _worlds(case: Case, pack: Pack, count: int, seed: int) -> list[dict[str, StatedFact]]:
    """Return the drawn facts of each draw as a case states them."""
    facts = uncertain_facts(case, pack.catalogue)
    drawn = scores(facts, latent(factors_of(facts), seed, "draws", 0, count))
    columns = {
        fact.path: column(fact, drawn[fact.path], pack.catalogue).to_list() for fact in facts
    }
    kinds = {fact.path: fact.declaration.type.kind for fact in facts}
    return [
        {path: _known(case, path, kinds[path], values[row]) for path, values in columns.items()}
        for row in range(count)
    ]


def _known(case: Case, path: str, kind: str, value: Any) -> StatedFact:
    typed = {"integer": int, "money": lambda amount: Money(amount, "USD")}.get(kind, lambda v: v)
    stated = case.facts[path]
    return replace(stated, state="known", value=typed(value), distribution=None)


def _brute_force(case: Case, pack: Pack, count: int, seed: int) -> list[Case]:
    """Return a case for each draw; a fact that may not be stated there is left out."""
    cases = []
    for drawn in _worlds(case, pack, count, seed):
        whole = replace(case, facts={**case.facts, **drawn})
        excluded = Evaluator(whole, pack.currency, pack.guards).excluded
        kept = {path: fact for path, fact in whole.facts.items() if path not in excluded}
        cases.append(replace(whole, facts=kept))
    return cases


def _floors(found: Iterable[Assessment], pack: Pack) -> dict[str, Counter[str]]:
    """Count what is established, of each family and of the whole ("")."""
    counts: dict[str, Counter[str]] = {name: Counter() for name in (*pack.families, "")}
    for assessment in found:
        for name, counter in counts.items():
            counter[assessment.readings(name or None).floor] += 1
    return counts


def _assert_same(found: Simulation, case: Case, pack: Pack) -> None:
    engine = Engine(pack, "reference").compile()
    cases = _brute_force(case, pack, found.draws, found.seed)
    assessments = [engine.assess(case) for case in cases]
    drawn = frozenset(fact.path for fact in found.facts)
    filled = presumed_case(case, pack, leave_out=drawn).case
    presumed = map(engine.assess, _brute_force(filled, pack, found.draws, found.seed))
    for name, expected in _floors(presumed, pack).items():
        chances = found.families[name] if name else found.overall
        shares = {r: c.share for r, c in chances.presumed.items() if c.share}
        assert shares == {r: n / len(cases) for r, n in expected.items()}, (name, "presumed")
    for name, chances in (*found.families.items(), ("", found.overall)):
        for side in ("floor", "ceiling"):
            expected = Counter(getattr(a.readings(name or None), side) for a in assessments)
            shares = {r: c.share for r, c in getattr(chances, side).items() if c.share}
            assert shares == {r: n / len(cases) for r, n in expected.items()}, (name, side)
    for rule, chances in found.rules.items():
        verdicts = Counter(a.outcomes[rule].verdict for a in assessments)
        assert chances.flag.share == verdicts["flag"] / len(cases), rule
        assert chances.unknown.share == verdicts["unknown"] / len(cases), rule


def _presumptions(random: Random, pack: Pack) -> dict[str, tuple[Presumption, ...]]:
    """Presume something of about half of the facts that are yes or no."""
    return {
        path: (Presumption(path, "So it is presumed.", "judgement", fact),)
        for path, declaration in pack.catalogue.facts.items()
        if declaration.type.kind == "bool" and random.random() < 0.5
        for fact in (StatedFact(path, "known", Position(""), random.random() < 0.5),)
    }


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=rules(), rating=st.sampled_from(RATINGS), seed=st.integers(0, 2**32))
def test_ratings_are_those_of_the_reference_in_every_draw(
    drawn: Any, rating: Any, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("pack") / "pack"
    pack = load_written(write_pack(folder, drawn, FAMILIES, rating))
    random = Random(seed)
    facts = random_case(random)
    facts |= {path: stated for path, stated in _SPREAD.items() if random.random() < 0.6}
    facts |= {"terms.years": _SPREAD["terms.years"]}
    if facts.get("ceiling.exists") is not True and "distribution" not in str(
        facts.get("ceiling.exists")
    ):
        facts.pop("ceiling.troops", None)
    case = case_of(pack, facts)
    pack = replace(pack, presumptions=_presumptions(random, pack))
    found = simulate(case, pack, 200, seed, sobol=False)
    _assert_same(found, case, pack)


def test_real_rules_on_a_real_case(pack: Pack, shipped_cases: dict[str, Case]) -> None:
    stated = {
        "terms.duration_years": "{distribution: triangular, low: 2, mode: 10, high: 30}",
        "terms.exit_notice_months": "{distribution: uniform, low: 1, high: 24}",
        "value.total": "{distribution: normal, mean: 9e7, sd: 5e7, low: 0, high: 9e8}",
        "context.defence_budget": "{distribution: uniform, low: 4e8, high: 9e8}",
        "context.political_terror": "{distribution: triangular, low: 1, mode: 3, high: 5}",
        "dates.signed": "{distribution: uniform, low: 1999-01-01, high: 2000-12-01}",
    }
    case = with_settings(shipped_cases["manta-fol-1999"], pack, stated)
    found = simulate(case, pack, 300, seed=5, sobol=False)
    assert found.tests > 10
    held = replace(pack, rules=tuple(_held(rule, stated) for rule in pack.rules))
    assert held.rules != pack.rules
    _assert_same(found, case, held)
    assert any(chances.presumed != chances.floor for chances in found.families.values())


def _held(rule: Rule, paths: Collection[str]) -> Rule:
    """Return a rule whose statements about the file say that these facts are not known."""

    def held(node: s.Expression) -> s.Expression:
        about = asks_of_the_file(node) and any(path in paths for path in s.paths_of(node))
        return s.Literal(False) if about else node

    versions = tuple(
        replace(
            version,
            levels=tuple(
                replace(level, condition=s.rewritten(level.condition, held))
                for level in version.levels
            ),
        )
        for version in rule.versions
    )
    return replace(rule, applies=s.rewritten(rule.applies, held), versions=versions)


def test_statements_about_the_file_stay_as_they_are(build: Build) -> None:
    pack = build(
        "known(terms.years)",
        "not known(terms.years) and terms.years > 3",
        "at_least(2, known(terms.years), terms.years > 3, undisclosed(terms.limit))",
        "asked(terms.months)",
        "known(terms.years) == (terms.years > 3)",
    )
    facts = {
        "terms.years": uniform(0, 10),
        "terms.limit": uniform(0, 10, disclosed=False),
        "terms.months": uniform(0, 10, asked_on="2019-05-01"),
    }
    found = simulate(case_of(pack, facts), pack, DRAWS, sobol=False)
    shares = [flagged(found, number) for number in range(1, 6)]
    assert shares[0] == 0
    assert shares[1] == shares[2] == pytest.approx(0.7, abs=0.015)
    assert shares[3] == 1
    assert shares[4] == pytest.approx(0.3, abs=0.015)
    assert [rule.unknown.share for rule in found.rules.values()] == [0] * 5


@pytest.mark.parametrize("troops", [250, uniform(201, 400)])
def test_a_fact_is_unknown_where_it_may_not_be_stated(troops: Any, build: Build) -> None:
    pack = build("ceiling.troops > 200", "known(ceiling.troops)")
    exists = {"distribution": "choice", "weights": {True: 0.4, False: 0.6}}
    facts = {"ceiling.exists": exists, "ceiling.troops": troops}
    found = simulate(case_of(pack, facts), pack, DRAWS, sobol=False)
    assert flagged(found) == pytest.approx(0.4, abs=0.015)
    assert found.rules["AA-001"].unknown.share == pytest.approx(0.6, abs=0.015)
    assert flagged(found, 2) == (troops == 250)


def test_a_list_is_unknown_where_it_may_not_be_stated(tmp_path: Path) -> None:
    declared = (CORPUS / "facts.yaml").read_text()
    listed = "activities: {type: list of activity,"
    facts = tmp_path / "facts.yaml"
    facts.write_text(declared.replace(listed, f"{listed} only_if: say.p,"))
    condition = "any(a.live and terms.years > 3 for a in activities)"
    rule = {"id": "AA-001", "when": condition, "severity": "low"}
    pack = load_written(write_pack(tmp_path / "pack", [rule], facts=facts))
    said = {"distribution": "choice", "weights": {True: 0.4, False: 0.6}}
    stated = {"say.p": said, "terms.years": uniform(0, 10), "activities": [{"live": True}]}
    found = simulate(case_of(pack, stated), pack, DRAWS, sobol=False)
    assert flagged(found) == pytest.approx(0.4 * 0.7, abs=0.015)
    assert found.rules["AA-001"].unknown.share == pytest.approx(0.6, abs=0.015)


def test_lists_are_looked_at_in_every_draw(build: Build) -> None:
    pack = build(
        "any(a.troops > ceiling.troops for a in activities)",
        "count(a.live for a in activities) * ceiling.troops > 6",
        "any(i.deaths > ceiling.troops for i in incidents)",
        "all(a.troops > ceiling.troops or a.live for a in activities)",
    )
    facts = {
        "ceiling.exists": {"distribution": "choice", "weights": {True: 0.5, False: 0.5}},
        "ceiling.troops": uniform(0, 10),
        "activities": [{"troops": 4, "live": True}, {"troops": 8, "live": True}, {"km": 1}],
        "incidents": [],
    }
    case = case_of(pack, facts)
    found = simulate(case, pack, 500, seed=2, sobol=False)
    _assert_same(found, case, pack)
    assert 0 < flagged(found) < 1
    assert flagged(found, 3) == 0


# --- the same seed ---------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_however_it_is_followed(build: Build) -> None:
    pack = build("terms.years > 5 and terms.limit > 2")
    case = case_of(pack, INDEPENDENT)
    done: list[int] = []
    first = simulate(case, pack, 150_000, 3, on_progress=done.append)
    assert first == simulate(case, pack, 150_000, 3)
    assert sum(done) == 150_000
    assert len(done) == 3
    assert flagged(first) != flagged(simulate(case, pack, 150_000, 4, sobol=False))


def test_chunks_of_one_run_are_the_start_of_a_longer_one(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack = build("terms.years > 5")
    case = case_of(pack, INDEPENDENT)
    chunk = simulate_worlds.CHUNK
    counts = [
        round(flagged(simulate(case, pack, draws, 3, sobol=False)) * draws)
        for draws in (chunk, chunk + 1, 2 * chunk)
    ]
    assert counts[0] <= counts[1] <= counts[0] + 1
    assert 0.4 * chunk < counts[2] - counts[0] < 0.6 * chunk
    assert counts[2] != 2 * counts[0]


def test_other_facts_change_no_draw(build: Build) -> None:
    pack = build("terms.years > 5 and terms.limit > 2", "value.share > 2")
    alone = simulate(case_of(pack, INDEPENDENT), pack, 5000, 3, sobol=False)
    group = {"group": "size", "correlation": 0.4}
    further = {"value.share": uniform(0, 5, **group), "say.p": choice(true=1)}
    among = simulate(
        case_of(pack, {**further, **dict(reversed(INDEPENDENT.items()))}), pack, 5000, 3
    )
    assert flagged(alone) == flagged(among)


def test_a_known_stream_stays_as_it_is() -> None:
    """Draws must not change from one version to the next, since a seed stands in reports."""
    from convenio.scenarios.simulate.draws import _uniform

    assert _uniform("terms.years", 7, "draws", 0, 3).tolist() == KNOWN
    assert _uniform("terms.years", 7, "draws", 0, 100)[:3].tolist() == KNOWN


KNOWN = [0.18302688114928195, 0.07046223489464493, 0.9643473860497394]


# --- refused ---------------------------------------------------------------------------------

REFUSED: Mapping[str, tuple[dict[str, Any], int, str]] = {
    "nothing is uncertain": ({"terms.years": 5}, 10, "no fact is uncertain; state one as"),
    "no draws": (INDEPENDENT, 0, "draws is 1 or more, not 0"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_can_not_be_simulated_is_refused(name: str, build: Build) -> None:
    facts, draws, message = REFUSED[name]
    pack = build("terms.years > 5")
    with pytest.raises(UsageError, match=message):
        simulate(case_of(pack, facts), pack, draws)


def test_members_of_a_group_that_disagree_after_a_change_are_refused(build: Build) -> None:
    pack = build("terms.years > 5")
    first, second = (uniform(0, 1, group="size", correlation=share) for share in (0.5, 0.6))
    case = case_of(pack, {"terms.years": first})
    other = case_of(pack, {"terms.limit": second}).facts
    with pytest.raises(UsageError, match=r"terms.limit.correlation: the group size has another"):
        simulate(with_facts(case, pack, other), pack)


def test_a_missing_library_is_told_with_what_to_install(
    build: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "scipy", None)
    pack = build("terms.years > 5")
    with pytest.raises(UsageError, match=r"pip install 'convenio\[simulate\]'"):
        simulate(case_of(pack, INDEPENDENT), pack)


def test_a_notebook_shows_a_table(closed: Simulation) -> None:
    shown = closed._repr_html_()
    assert "<caption>Row: 20,000 draws, seed 1</caption>" in shown
    assert "overall, established" in shown
