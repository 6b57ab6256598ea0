"""The text that a tree is written as reads back to the same tree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convenio.language import syntax as s
from convenio.language.functions import FUNCTIONS, Function
from convenio.language.parser import parse
from convenio.packs import Pack

pytestmark = pytest.mark.timeout(60)


def conditions(pack: Pack) -> Iterator[tuple[str, s.Expression]]:
    for rule in pack.rules:
        yield f"{rule.id}.applies", rule.applies
        for version in rule.versions:
            for level in version.levels:
                yield f"{rule.id}.{level.severity}", level.condition
    yield from pack.guards.items()


def test_every_condition_of_the_core_pack_reads_back(pack: Pack) -> None:
    wrong = {name for name, tree in conditions(pack) if parse(s.unparse(tree)) != tree}
    assert wrong == set()
    assert len(list(conditions(pack))) > 200


WRITTEN = [
    # as written, as the tree is written
    ("1 < a.b <= 10", "1 < a.b and a.b <= 10"),
    ("a.b not in ['x']", "not a.b in ['x']"),
    ("not not a.b", "not not a.b"),
    ("(a or b) and c", "(a or b) and c"),
    ("a or (b and c)", "a or b and c"),
    ("(a and b) and c", "(a and b) and c"),
    ("a - (b - c) > 1", "a - (b - c) > 1"),
    ("(a - b) - c > 1", "a - b - c > 1"),
    ("a * (b + c) > 1", "a * (b + c) > 1"),
    ("(a + b) * c > 1", "(a + b) * c > 1"),
    ("(a - b) / c > 1", "(a - b) / c > 1"),
    ("a / (b * c) > -1.5", "a / (b * c) > -1.5"),
    ("-a > 1", "0 - a > 1"),
    ("0x10 > a", "16 > a"),
    ("a == 'it\\'s'", 'a == "it\'s"'),
    ("(a == b) == c", "(a == b) == c"),
    ("not (a or b)", "not (a or b)"),
    ("(not a) == b", "(not a) == b"),
    ("within_km(a.p, b.p, 100)", "within_km(a.p, b.p, 100.0)"),
    ("any(x.p == y.p for x in xs for y in ys)", "any(x.p == y.p for x in xs for y in ys)"),
    ("sum(x.v for x in xs if x.n) > 1", "sum(x.v for x in xs if x.n) > 1"),
    ("at_least(2, a, b or c, d)", "at_least(2, a, b or c, d)"),
    ("flagged('A-001') or flagged('A-001', 'low')", "flagged('A-001') or flagged('A-001', 'low')"),
]


@pytest.mark.parametrize(("written", "text"), WRITTEN)
def test_a_tree_is_written_in_one_way(written: str, text: str) -> None:
    assert s.unparse(parse(written)) == text
    assert parse(text) == parse(written)


def test_trees_are_equal_by_meaning_and_not_by_place() -> None:
    assert parse("a.b   >  1") == parse("(a.b > 1)")
    assert parse("a.b > 1") != parse("a.b >= 1")


def test_a_condition_names_the_facts_that_it_reads_once_and_in_order() -> None:
    tree = parse("terms.b > 1 and any(x.p == terms.a for x in xs) and terms.b < 3 and known(z)")
    assert s.paths_of(tree) == ("terms.b", "xs", "xs[].p", "terms.a", "z")


# --- trees that nobody wrote --------------------------------------------------------------

NAMES = st.sampled_from(["terms.years", "deal.form", "text", "a.b2"])
WORDS = st.text(alphabet="abc'\"\\\n{}é -", max_size=6)
NUMBERS = st.one_of(st.integers(-(10**6), 10**6), st.floats(-1e6, 1e6, allow_nan=False))
PATHS = NAMES.map(s.Path)
LITERALS = st.one_of(NUMBERS, WORDS, st.booleans()).map(s.Literal)
FIELDS = st.just(s.Field("e", "kind"))


ARGUMENTS: Mapping[str, st.SearchStrategy[s.Expression]] = {
    "word": WORDS.map(s.Literal),
    "kilometres": st.floats(0, 1e4).map(s.Literal),
}


def calls(function: Function) -> st.SearchStrategy[s.Expression]:
    arguments = [ARGUMENTS.get(parameter.kind, PATHS) for parameter in function.parameters]
    return st.builds(s.Call, st.just(function.name), st.tuples(*arguments))


def values(atoms: st.SearchStrategy[s.Expression]) -> st.SearchStrategy[s.Expression]:
    return st.recursive(
        atoms,
        lambda inner: st.builds(s.Arithmetic, st.sampled_from("+-*/"), inner, inner),
        max_leaves=4,
    )


def atoms_of(atoms: st.SearchStrategy[s.Expression]) -> st.SearchStrategy[s.Expression]:
    value = values(atoms)
    return st.one_of(
        atoms,
        st.builds(s.Compare, st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), value, value),
        st.builds(
            s.In,
            value,
            st.lists(st.one_of(NUMBERS, WORDS), min_size=1, max_size=3).map(
                lambda items: s.Choices(tuple(items))
            ),
        ),
        st.builds(s.In, value, PATHS),
        *(calls(function) for function in FUNCTIONS.values() if not function.is_number),
        st.builds(s.Flagged, st.just("SOV-001"), st.sampled_from([None, "low", "high"])),
        st.builds(s.FlaggedIn, st.just("tension"), st.just("high")),
        *(
            st.builds(s.Compare, st.just(">"), calls(function), value)
            for function in FUNCTIONS.values()
            if function.is_number
        ),
    )


def combined(atoms: st.SearchStrategy[s.Expression]) -> st.SearchStrategy[s.Expression]:
    def grow(inner: st.SearchStrategy[s.Expression]) -> st.SearchStrategy[s.Expression]:
        several = st.lists(inner, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            inner.map(s.Not),
            several.map(s.And),
            several.map(s.Or),
            several.map(lambda parts: s.AtLeast(min(2, len(parts)), parts)),
        )

    return st.recursive(atoms, grow, max_leaves=8)


BOUND = (s.Binding("e", "events"),)
INNER = combined(atoms_of(st.one_of(PATHS, FIELDS, LITERALS)))
QUANTIFIED = st.one_of(
    st.builds(s.Quantified, st.sampled_from(["any", "all"]), INNER, st.just(BOUND)),
    st.builds(
        s.Compare,
        st.just(">="),
        st.one_of(
            st.builds(s.Count, INNER, st.just(BOUND)),
            st.builds(s.Sum, values(FIELDS), st.just(BOUND), st.one_of(st.none(), INNER)),
        ),
        NUMBERS.map(s.Literal),
    ),
)
TREES = combined(st.one_of(atoms_of(st.one_of(PATHS, LITERALS)), QUANTIFIED))


@given(TREES)
def test_any_tree_reads_back(tree: s.Expression) -> None:
    text = s.unparse(tree)
    assert s.unparse(parse(text)) == text
    assert parse(text) == tree
