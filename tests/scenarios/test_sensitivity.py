"""A threshold moved to where the rating is said to change does change it, and not before."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from convenio import Engine, Pack, load_case
from convenio.assessment.rating import Readings
from convenio.facts.case import Case
from convenio.language import syntax as s
from convenio.packs.rule import Rule
from convenio.scenarios.sensitivity import MovableThreshold, Move, sensitivity
from scenarios.small_packs import presuming, random_case, random_pack

some = settings(max_examples=max(1, settings.default.max_examples // 4))


def moved(pack: Pack, threshold: MovableThreshold, number: Fraction) -> Pack:
    """Return the pack with one number of one rule replaced."""

    def change(node: s.Expression) -> s.Expression:
        if s.unparse(node) != threshold.condition:
            return node
        if isinstance(node, s.AtLeast):
            return replace(node, count=max(1, int(-(-number // 1))))

        def put(part: s.Expression) -> s.Expression:
            numeric = isinstance(part, s.Literal) and not isinstance(part.value, str | bool)
            return s.Literal(float(number)) if numeric and part.value != 0 else part  # type: ignore

        return s.rebuilt(node, lambda part: s.rewritten(part, put))

    def rewritten(rule: Rule) -> Rule:
        if rule.id != threshold.rule.id:
            return rule
        versions = tuple(
            replace(
                version,
                levels=tuple(
                    replace(level, condition=s.rewritten(level.condition, change))
                    for level in version.levels
                ),
            )
            for version in rule.versions
        )
        return replace(rule, applies=s.rewritten(rule.applies, change), versions=versions)

    return replace(pack, rules=tuple(map(rewritten, pack.rules)))


def rating(case: Case, pack: Pack) -> Readings:
    return Engine(pack, "reference").assess(case).readings()


@some
@given(st.integers(0, 2**32))
def test_of_random_packs(seed: int) -> None:
    random = Random(seed)
    pack = random_pack(random)
    case = random_case(random, pack, random.randrange(4))
    pack = presuming(random, pack) if random.random() < 0.7 else pack
    now = rating(case, pack)
    for threshold in sensitivity(case, pack).thresholds:
        start = Fraction(threshold.value)
        for move, sign in ((threshold.below, -1), (threshold.above, 1)):
            if move is not None:
                check(case, pack, threshold, move, start, sign, now)


def check(
    case: Case,
    pack: Pack,
    threshold: MovableThreshold,
    move: Move,
    start: Fraction,
    sign: int,
    now: Readings,
) -> None:
    beyond = move.at + sign * Fraction(1, 1000)
    if threshold.condition.startswith("at_least") and not move.included:
        beyond = move.at + sign
    changed = move.at if move.included else beyond
    assert rating(case, moved(pack, threshold, changed)) == move.overall
    if not move.included:
        assert rating(case, moved(pack, threshold, move.at)) == now
    for share in (Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)):
        between = start + (move.at - start) * share
        if between != move.at or not move.included:
            assert rating(case, moved(pack, threshold, between)) == now


def test_judgement_is_set_aside_in_a_real_case(pack: Pack) -> None:
    found = sensitivity(load_case("merida-2008", pack), pack)
    assert found.base.floor == "moderate"
    # Two rules on the same aid rest on judgement, so that neither carries the rating alone.
    assert found.carried_by == ()
    assert found.without_judgement.floor == "low"
    (months,) = (t for t in found.thresholds if t.rule.id == "HUM-008")
    assert (months.value, months.above) == (6, None)
    assert months.below is not None
    assert (months.below.at, months.below.included) == (0, True)
    assert months.below.overall.presumed == "high"
    assert found.base.presumed == "moderate"
    assert all(pack.by_id[name].threshold.basis == "judgement" for name in found.judged)


def test_a_rule_of_law_does_not_count_as_judgement(pack: Pack) -> None:
    found = sensitivity(load_case("us-colombia-dca-2009", pack), pack)
    assert found.base.floor == "critical"
    assert found.without_judgement.floor == "high"
    assert {pack.by_id[name].threshold.basis for name, _ in found.carried_by} == {"judgement"}
