"""Floor and ceiling are bounds: no answer to an open question leads outside them."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.packs import case_text, load_written, read_case, write_pack
from convenio import Assessment, assess
from convenio.backends.outcome import Outcome
from convenio.language.syntax import unparse
from convenio.packs import Pack
from convenio.packs.policy import rank
from convenio.packs.rule import SEVERITIES
from semantics.random_packs import FAMILIES, RATINGS, every_atom, rules
from semantics.worlds import Facts, completion, random_case

# Asked for durable_rules, `assess` raises where it and the reference disagree, or it is not there.
ENGINE = "durable_rules" if sys.version_info < (3, 13) else "reference"
COMPLETIONS = 4

# Each example is a pack and several cases: half as many as elsewhere.
some = settings(max_examples=max(1, settings.default.max_examples // 2))

packs = st.tuples(rules(), st.sampled_from(RATINGS))
seeds = st.integers(0, 2**32)


def _load(drawn: tuple[Sequence[Mapping[str, Any]], Mapping[str, Any]]) -> Pack:
    with TemporaryDirectory() as folder:
        return load_written(write_pack(Path(folder) / "pack", drawn[0], FAMILIES, drawn[1]))


def _assess(facts: Facts, pack: Pack) -> Assessment:
    return assess(read_case(case_text({"facts": facts}), pack), pack, inference=ENGINE)


def _worlds(seed: int, pack: Pack) -> tuple[Assessment, list[Assessment]]:
    """Return the assessment of a case with open questions, and those of worlds it allows."""
    random = Random(seed)
    facts = random_case(random)
    known = _assess(facts, pack)
    return known, [_assess(completion(facts, random), pack) for _ in range(COMPLETIONS)]


@some
@given(packs, seeds)
def test_no_answer_leads_outside_floor_and_ceiling(drawn: Any, seed: int) -> None:
    known, worlds = _worlds(seed, _load(drawn))
    assert rank(known.floor) <= rank(known.ceiling)
    for world in worlds:
        for family, bounds in known.families.items():
            rating = world.families[family]
            assert rank(bounds.floor) <= rank(rating.floor), family
            assert rank(rating.ceiling) <= rank(bounds.ceiling), family
        assert rank(known.floor) <= rank(world.floor)
        assert rank(world.ceiling) <= rank(known.ceiling)


@some
@given(packs, seeds)
def test_what_is_certain_stays_so_whatever_is_answered(drawn: Any, seed: int) -> None:
    known, worlds = _worlds(seed, _load(drawn))
    for world in worlds:
        for rule, before in known.outcomes.items():
            assert _may_become(before, world.outcomes[rule]), (rule, before, world.outcomes[rule])


@pytest.fixture(scope="module")
def atoms() -> Pack:
    """A pack of which each rule is one atom."""
    listed = [
        {"id": f"AT-{number:03d}", "family": "tension", "when": text, "severity": "low"}
        for number, text in enumerate(every_atom())
    ]
    return _load((listed, RATINGS[0]))


@some
@given(seed=seeds)
def test_a_condition_that_is_true_or_false_stays_so(seed: int, atoms: Pack) -> None:
    known, worlds = _worlds(seed, atoms)
    decided = {rule: o.verdict for rule, o in known.outcomes.items() if o.verdict != "unknown"}
    for world in worlds:
        changed = [rule for rule, was in decided.items() if world.outcomes[rule].verdict != was]
        assert [unparse(atoms.by_id[rule].levels[0][1]) for rule in changed] == []


def _may_become(before: Outcome, after: Outcome) -> bool:
    if before.verdict == "not_applicable":
        return after.verdict == "not_applicable"
    if before.verdict == "clear":
        return after.verdict in ("clear", "not_applicable")
    if before.verdict == "flag" and after.verdict != "flag":
        return False
    return _order(before.severity) <= _order(after.severity) and (
        _order(after.ceiling) <= _order(before.ceiling)
    )


def _order(severity: str | None) -> int:
    return -1 if severity is None else SEVERITIES.index(severity)


@some
@given(packs, seeds)
def test_the_order_of_rules_and_facts_does_not_matter(drawn: Any, seed: int) -> None:
    random = Random(seed)
    facts = random_case(random)
    listed, rating = drawn
    first = _assess(facts, _load((listed, rating)))
    shuffled_rules, shuffled_facts = list(listed), list(facts.items())
    random.shuffle(shuffled_rules)
    random.shuffle(shuffled_facts)
    second = _assess(dict(shuffled_facts), _load((shuffled_rules, rating)))
    assert first.outcomes == second.outcomes
    assert {name: (r.floor, r.ceiling) for name, r in first.families.items()} == {
        name: (r.floor, r.ceiling) for name, r in second.families.items()
    }
    for finding in first.findings:
        other = second.finding(finding.rule.id)
        assert set(finding.missing) == set(other.missing)
        assert {leaf.path for leaf in finding.facts} == {leaf.path for leaf in other.facts}
        assert finding.confidence == other.confidence


@some
@given(packs, seeds)
def test_answering_what_is_not_missing_changes_no_verdict(drawn: Any, seed: int) -> None:
    random = Random(seed)
    facts = random_case(random)
    pack = _load(drawn)
    before = _assess(facts, pack)
    for finding in before.findings:
        after = _assess(completion(facts, random, finding.missing), pack)
        was, now = before.outcomes[finding.rule.id], after.outcomes[finding.rule.id]
        if was.verdict in ("flag", "unknown"):
            assert now == was, finding.missing
