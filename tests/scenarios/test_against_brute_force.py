"""Questions, remedies and exact ranges equal what trying everything finds."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convenio import Engine, Pack
from convenio.assessment import Assessment
from convenio.assessment.cases import without_excluded
from convenio.backends.solver import logic
from convenio.errors import Position, UsageError
from convenio.facts.case import Case, Element, StatedFact
from convenio.language.evaluate import Evaluator
from convenio.packs.policy import RATINGS, Rating, Reading, rank
from convenio.scenarios.answers.ranking import questions
from convenio.scenarios.changes import fact_at, with_fact, with_value
from convenio.scenarios.exact.search import exact_range
from convenio.scenarios.remedies.negotiation import Remedy
from convenio.scenarios.remedies.search import remedies
from scenarios.small_packs import DOMAINS, presuming, random_case, random_pack, values_of

some = settings(max_examples=max(1, settings.default.max_examples // 4))
SEEDS = st.integers(0, 2**32)


def open_paths(case: Case) -> list[str]:
    return [
        path
        for path in DOMAINS
        if (fact := case.facts.get(path)) is None or fact.state != "known" or not fact.complete
    ]


# --- questions -------------------------------------------------------------------------------


@some
@given(SEEDS)
def test_every_answer_does_what_trying_it_does(seed: int) -> None:
    random = Random(seed)
    pack = random_pack(random, about=True)
    case = random_case(random, pack, random.randrange(1, 5))
    pack = presuming(random, pack) if random.random() < 0.7 else pack
    engine = Engine(pack, "reference")
    base = engine.assess(case)
    found = questions(case, pack)
    asked = {question.path: question for question in found.ranked}
    for path in open_paths(case):
        tried = {
            with_values(case, pack, engine, {path: value}).readings()
            for value in values_of(case, path)
        }
        if path in asked:
            effects = {effect.overall for effect in asked[path].effects}
            assert effects == tried, path
            assert asked[path].exact
        elif path != "terms.troops":
            # What is not asked changes nothing.
            assert tried == {base.readings()}, path


@some
@given(SEEDS)
def test_a_range_of_numbers_is_one_answer(seed: int) -> None:
    random = Random(seed)
    pack = random_pack(random)
    case = random_case(random, pack, 3)
    pack = presuming(random, pack) if random.random() < 0.7 else pack
    engine = Engine(pack, "reference")
    for question in questions(case, pack).ranked:
        if not question.path.startswith("terms.") or question.path == "terms.end":
            continue
        for value in DOMAINS[question.path]:
            inside = [e for e in question.effects if _holds(e.answer, value)]
            assert len(inside) == 1, (question.path, value)
            kind = float if question.path == "terms.share" else int
            after = with_values(case, pack, engine, {question.path: kind(value)})
            assert after.readings() == inside[0].overall


def _holds(answer: Any, value: float) -> bool:
    low, high = answer.low, answer.high
    above = low is None or value > low or (answer.closed[0] and value == low)
    return above and (high is None or value < high or (answer.closed[1] and value == high))


@some
@given(SEEDS)
def test_pairs_are_those_that_do_more_than_each_alone(seed: int) -> None:
    random = Random(seed)
    pack = random_pack(random)
    case = random_case(random, pack, 3)
    engine = Engine(pack, "reference")
    found = questions(case, pack, pairs=10**9)
    assert found.untried_pairs == 0
    told = {pair.paths for pair in found.pairs}
    unknown = [f.rule.id for f in found.base.findings if f.verdict == "unknown"]
    for first, second in itertools.combinations(found.ranked, 2):
        shared = set(first.question.rules) & set(second.question.rules) & set(unknown)
        if not shared or "rows" in first.path + second.path:
            continue
        gains = 0
        for left, right in itertools.product(first.effects, second.effects):
            both = {first.path: left.answer.value, second.path: right.answer.value}
            after = with_values(case, pack, engine, both)
            alone = left.overall, right.overall
            up = rank(after.floor) - max(rank(one.floor) for one in alone)
            down = min(rank(one.ceiling) for one in alone) - rank(after.ceiling)
            gains = max(gains, up, down)
        assert ((first.path, second.path) in told) == (gains > 0)


# --- exact ranges ----------------------------------------------------------------------------


def worlds(case: Case, further: int) -> Iterator[Case]:
    """Yield every completion of a case, lists with at most so many further entries."""
    paths = open_paths(case)
    listed = case.facts.get("rows")
    rows = listed.elements if listed is not None and listed.state == "known" else ()
    may_grow = listed is None or listed.state != "known" or not listed.complete
    kinds = [
        tuple(itertools.product((True, False), range(3))) for _ in range(further if may_grow else 0)
    ]
    additions = [
        added for size in range(len(kinds) + 1) for added in itertools.product(*kinds[:size])
    ]
    for values in itertools.product(*(tuple(values_of(case, path)) for path in paths)):
        world = case
        for path, value in zip(paths, values, strict=True):
            world = with_value(world, path, value, assumed=True)
        if "terms.troops" in paths and world.facts["say.p"].value is False:
            facts = {p: f for p, f in world.facts.items() if p != "terms.troops"}
            world = replace(world, facts=facts)
        if not may_grow:
            yield world
            continue
        for added in additions:
            elements = tuple(_row(live, troops) for live, troops in added)
            state = listed.state if listed else "unknown"
            fact = StatedFact("rows", "known", _NOWHERE, (*rows, *elements), assumed_from=state)
            yield with_fact(world, "rows", fact)


_NOWHERE = Position("row.yaml")


def _row(live: bool, troops: int) -> Element:
    fields = {
        "live": StatedFact("live", "known", _NOWHERE, live),
        "troops": StatedFact("troops", "known", _NOWHERE, troops),
    }
    return Element(fields, _NOWHERE)


@some
@given(SEEDS)
def test_exact_ranges_are_those_of_all_worlds(seed: int) -> None:
    random = Random(seed)
    pack = random_pack(random, about=random.random() < 0.3)
    case = random_case(random, pack, random.randrange(1, 4))
    engine = Engine(pack, "reference").compile()
    found = exact_range(case, pack, further=1)
    assert not found.endless
    ratings = [engine.assess(world) for world in worlds(case, 1)]
    assert found.overall.floor is not None
    assert found.overall.ceiling is not None
    assert rank(found.overall.floor) == min(rank(a.floor) for a in ratings)
    assert rank(found.overall.ceiling) == max(rank(a.ceiling) for a in ratings)
    for name, reached in found.families.items():
        floors = [a.families[name].floor for a in ratings]
        ceilings = [a.families[name].ceiling for a in ratings]
        if found.base.families[name].floor == "not_assessed":
            continue
        assert rank(reached.floor or "low") == min(map(rank, floors))
        assert rank(reached.ceiling or "low") == max(map(rank, ceilings))


# --- remedies --------------------------------------------------------------------------------


def candidates(case: Case, pack: Pack) -> dict[str, list[Any]]:
    """Return for each negotiable fact the other values that talks can bring about."""
    found: dict[str, list[Any]] = {}
    for path, values in DOMAINS.items():
        declaration = pack.catalogue.facts[path]
        fact = case.facts.get(path)
        known = fact is not None and fact.state == "known"
        if not declaration.negotiable:
            continue
        options: list[Any] = []
        for value in values:
            held = tuple(value) if isinstance(value, list) else value
            if path == "terms.limit" and value % 2:
                continue
            if declaration.reachable is not None and value not in declaration.reachable:
                continue
            same = known and fact is not None and _same(fact.value, held)
            if same and (fact is None or fact.complete):
                continue
            options.append(float(held) if path == "terms.share" else held)
        found[path] = options
    return found


def _same(left: Any, right: Any) -> bool:
    if isinstance(right, tuple):
        return set(left) == set(right)
    return bool(left == right)


def with_values(case: Case, pack: Pack, engine: Engine, values: Mapping[str, Any]) -> Assessment:
    for path, value in values.items():
        case = with_value(case, path, value)
    return engine.assess(without_excluded(case, pack))


def tried(case: Case, pack: Pack, engine: Engine, values: Mapping[str, Any]) -> Assessment | None:
    for path, value in values.items():
        case = with_value(case, path, value)
    excluded = Evaluator(case, pack.currency, pack.guards).excluded
    return None if excluded & values.keys() else engine.assess(without_excluded(case, pack))


def brute_force(
    case: Case, pack: Pack, target: Rating, side: str, most: int
) -> dict[frozenset[str], list[Mapping[str, Any]]]:
    """Return every minimal set of changed facts with all values that reach the target."""
    engine = Engine(pack, "reference").compile()
    options = candidates(case, pack)
    found: dict[frozenset[str], list[Mapping[str, Any]]] = {}
    for size in range(1, most + 1):
        for paths in itertools.combinations(options, size):
            if any(done <= set(paths) for done in found):
                continue
            for chosen in itertools.product(*(options[path] for path in paths)):
                values = dict(zip(paths, chosen, strict=True))
                after = tried(case, pack, engine, values)
                if after is not None and rank(getattr(after, side)) <= rank(target):
                    found.setdefault(frozenset(paths), []).append(values)
    return found


def distances(case: Case, values: Mapping[str, Any]) -> list[float]:
    """Return how far each new value is from the present one, in the catalogue's order."""
    found = []
    for path, domain in DOMAINS.items():
        if path not in values:
            continue
        fact = fact_at(case, path)
        present = fact.value if fact is not None and fact.state == "known" else None
        value = values[path]
        if isinstance(value, tuple):
            found.append(float(len(set(value) ^ set(present or ()))))
        elif path == "terms.end":
            start = domain.index(present) if present is not None else 0
            found.append(float(abs(domain.index(value) - start)))
        elif isinstance(value, bool):
            found.append(0.0)
        else:
            found.append(abs(value - (present if present is not None else 0)))
    return found


def as_values(remedy: Remedy) -> dict[str, Any]:
    return {change.path: change.after for change in remedy.changes}


@some
@given(SEEDS)
def test_remedies_are_every_minimal_change(seed: int) -> None:
    random = Random(seed)
    pack = random_pack(random, about=random.random() < 0.3)
    case = random_case(random, pack, random.randrange(3))
    base = Engine(pack, "reference").assess(case)
    side = random.choice(("floor", "ceiling"))
    now: Rating = getattr(base, side)
    if rank(now) == 0:
        return
    target = RATINGS[random.randrange(rank(now))]
    reading: Reading = "possible" if side == "ceiling" else "established"
    found = remedies(case, pack, target, every=True, max_changes=3, reading=reading)
    expected = brute_force(case, pack, target, side, 3)
    if found.is_bound:
        assert {frozenset(as_values(r)) for r in found.found} <= expected.keys()
        return
    assert {frozenset(as_values(r)) for r in found.found} == expected.keys()
    assert [r.cost for r in found.found] == sorted(r.cost for r in found.found)
    assert found.every
    for remedy in found.found:
        values = as_values(remedy)
        nearest = min(distances(case, other) for other in expected[frozenset(values)])
        assert distances(case, values) == nearest
        assert rank(getattr(remedy.assessment, side)) <= rank(target)
        assert all(rank(left) > rank(target) for left in remedy.without.values())


@some
@given(SEEDS)
def test_single_changes_are_found_without_the_solver(seed: int) -> None:
    random = Random(seed)
    pack = random_pack(random)
    case = random_case(random, pack, random.randrange(3))
    base = Engine(pack, "reference").assess(case)
    if rank(base.floor) == 0:
        return
    target = RATINGS[random.randrange(rank(base.floor))]

    def missing() -> Any:
        raise UsageError("this needs the solver")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logic, "load_z3", missing)
        found = remedies(case, pack, target)
    assert found.singles_only
    expected = brute_force(case, pack, target, "floor", 1)
    assert {frozenset(as_values(r)) for r in found.found} == expected.keys()
    for remedy in found.found:
        values = as_values(remedy)
        nearest = min(distances(case, other) for other in expected[frozenset(values)])
        assert distances(case, values) == nearest


def test_what_stands_in_the_way_is_named() -> None:
    random = Random(5)
    named = 0
    for _ in range(60):
        pack = random_pack(random)
        case = random_case(random, pack, 1)
        base = Engine(pack, "reference").assess(case)
        if rank(base.floor) == 0:
            continue
        found = remedies(case, pack, "low")
        if not found.found and found.obstacles:
            named += 1
            for obstacle in found.obstacles:
                assert base.finding(obstacle.rule).verdict == "flag"
    assert named > 0
