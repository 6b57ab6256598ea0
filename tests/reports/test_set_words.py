"""Answers about sets are said in words that hold for exactly those sets."""

from __future__ import annotations

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convenio.reports.set_words import SetWords, terms_of
from convenio.reports.wording import Wording

UNIVERSE = "abcd"
EVERYTHING = [
    frozenset(one)
    for one in chain.from_iterable(combinations(UNIVERSE, n) for n in range(len(UNIVERSE) + 1))
]


def sets(condition: str) -> list[frozenset[str]]:
    names = {m: m for m in UNIVERSE}
    return [s for s in EVERYTHING if eval(condition, {}, {"s": s, "n": len(s), **names})]


@given(st.sets(st.sampled_from(EVERYTHING), min_size=1))
def test_terms_hold_exactly_the_sets_that_are_meant(wanted: set[frozenset[str]]) -> None:
    terms = terms_of(wanted, UNIVERSE)
    assert {s for s in EVERYTHING if any(term.holds(s) for term in terms)} == wanted
    assert len(terms) <= len(wanted)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("True", "any"),
        ("n == 0", "none"),
        ("n == 4", "A, B, C and D"),
        ("n >= 1", "any of: A, B, C, D"),
        ("n >= 2", "2 or more of: A, B, C, D"),
        ("n <= 1", "at most 1 of: A, B, C, D"),
        ("n == 1", "just 1 of: A, B, C, D"),
        ("a in s", "A"),
        ("a in s and b in s", "A and B"),
        ("a in s or b in s", "any of: A, B"),
        ("a not in s", "without A"),
        ("a not in s or b not in s", "without one of: A, B"),
        ("a in s and b not in s", "A without B"),
        ("s == frozenset('a')", "only A"),
        ("a in s or (b in s and c in s)", "A; B and C"),
    ],
)
def test_groups_of_sets_are_said_shortly(condition: str, words: str) -> None:
    assert SetWords(UNIVERSE, str.upper, False, Wording()).of(sets(condition)) == words


def test_what_is_stated_already_is_not_said_again() -> None:
    assert SetWords(UNIVERSE, str.upper, True, Wording()).of([frozenset()]) == "no more"
