"""What is outside the language of conditions is refused, with its place, and never run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convenio.errors import Position
from convenio.language.parser import MAX_LENGTH, SyntaxFaultError, parse
from convenio.language.syntax import unparse

pytestmark = pytest.mark.timeout(20)

BEGIN = Position("rules.yaml", 10, 9)
NO_PLACE = "no place in a condition"
NO_FUNCTION = "no such function"

REFUSED = [
    # condition, column after its begin, message, nearest
    ("", 0, "the condition is empty", ""),
    (" \n\t", 0, "the condition is empty", ""),
    ("terms.end.upper()", 0, NO_FUNCTION, ""),
    ("terms.end.upper() == 'FIXED'", 0, NO_FUNCTION, ""),
    ("os.system('ls')", 0, NO_FUNCTION, ""),
    ("__import__('os')", 0, NO_FUNCTION, ""),
    ("eval('1')", 0, NO_FUNCTION, ""),
    ("conatins(terms.end, 'x')", 0, NO_FUNCTION, "contains"),
    ("use.internal_security and knwon(terms.end)", 26, NO_FUNCTION, "known"),
    ("known(x=1)", 0, NO_FUNCTION, "known"),
    ("terms.__class__", 0, "double underscore", ""),
    ("__builtins__", 0, "double underscore", ""),
    ("any(e.__class__ == 'x' for e in parties)", 4, "double underscore", ""),
    ("lambda: 1", 0, NO_PLACE, ""),
    ("(x := 1)", 1, NO_PLACE, ""),
    ("f'{terms.end}'", 0, NO_PLACE, ""),
    ("[p for p in parties]", 0, NO_PLACE, ""),
    ("[p for p in parties if p]", 0, NO_PLACE, ""),
    ("{p for p in parties}", 0, NO_PLACE, ""),
    ("{p: p for p in parties}", 0, NO_PLACE, ""),
    ("(p for p in parties)", 0, NO_PLACE, ""),
    ("terms['end'] == 'fixed'", 0, NO_PLACE, ""),
    ("parties[0].country == 'USA'", 0, "only facts can be named", ""),
    ("'a'.b == 1", 0, "only facts can be named", ""),
    ("{1: 2}", 0, NO_PLACE, ""),
    ("{1, 2}", 0, NO_PLACE, ""),
    ("(1, 2)", 0, NO_PLACE, ""),
    ("1 if use.internal_security else 2", 0, NO_PLACE, ""),
    ("await x", 0, NO_PLACE, ""),
    ("terms.duration_years ** 2 > 1", 0, NO_PLACE, ""),
    ("terms.duration_years // 2 > 1", 0, NO_PLACE, ""),
    ("1 > terms.duration_years % 2", 4, NO_PLACE, ""),
    ("a << 2", 0, NO_PLACE, ""),
    ("a | b", 0, NO_PLACE, ""),
    ("a & b", 0, NO_PLACE, ""),
    ("a @ b", 0, NO_PLACE, ""),
    ("~a", 0, NO_PLACE, ""),
    ("+a > 1", 0, NO_PLACE, ""),
    ("terms.end is None", 0, "'is' has no place", ""),
    ("terms.end is not None", 0, "'is' has no place", ""),
    ("None", 0, NO_PLACE, ""),
    ("...", 0, NO_PLACE, ""),
    ("terms.end == b'x'", 13, NO_PLACE, ""),
    ("a > 1j", 4, NO_PLACE, ""),
    ("a > 1e16", 4, NO_PLACE, ""),
    ("a > 1e999", 4, NO_PLACE, ""),
    ("a > " + "9" * 3_900, 4, NO_PLACE, ""),
    ("known(*parties)", 0, "a star has no place", ""),
    ("at_least(1, *parties)", 0, "a star has no place", ""),
    ("known(a, b)", 0, "takes 1 argument", ""),
    ("known(1)", 0, "asks about one fact", ""),
    ("days(dates.signed)", 0, "takes 2 arguments", ""),
    ("at_least(1)", 0, "whole number", ""),
    ("at_least(0, a)", 0, "whole number", ""),
    ("at_least(3, a, b)", 0, "whole number", ""),
    ("at_least(True, a, b)", 0, "whole number", ""),
    ("at_least(1.0, a)", 0, "whole number", ""),
    ("within_km(a, b, c)", 0, "plain number of kilometres", ""),
    ("within_km(a, b, -1)", 0, "plain number of kilometres", ""),
    ("within_km(a, b, True)", 0, "plain number of kilometres", ""),
    ("contains(terms.end)", 0, "wrong arguments", ""),
    ("contains(terms.end, terms.end)", 0, "wrong arguments", ""),
    ("flagged()", 0, "wrong arguments", ""),
    ("flagged(terms.end)", 0, "wrong arguments", ""),
    ("flagged('A', 'low', 'x')", 0, "wrong arguments", ""),
    ("flagged_in('tension')", 0, "wrong arguments", ""),
    ("any(parties)", 0, "takes a condition for each element", ""),
    ("any([p.x for p in parties])", 0, "takes a condition for each element", ""),
    ("any(p.x for p in parties if p.y)", 0, "only sum takes an 'if'", ""),
    ("sum(p.x for p in parties if p.y if p.z) > 1", 0, "only sum takes an 'if'", ""),
    ("any(p.x for p in [1, 2])", 17, "elements come from a list fact", ""),
    ("any(p.x for p, q in parties)", 0, "one name stands for the element", ""),
    ("any(p.x async for p in parties)", 0, "one name stands for the element", ""),
    ("any(p.x for p in parties for p in parties)", 29, "bound already", ""),
    ("any(p.x.y for p in parties)", 4, "a field of the element is expected", ""),
    ("any(p for p in parties)", 4, "a field of the element is expected", ""),
    ("terms.end in [deal.form]", 13, "plain values only", ""),
    ("terms.end in []", 13, "plain values only", ""),
    ("terms.end in ('fixed',)", 13, NO_PLACE, ""),
    ("terms.end = 'fixed'", 0, "not a valid condition", ""),
    ("terms.end == 'fixed'; 1", 0, "not a valid condition", ""),
    ("import os", 0, "not a valid condition", ""),
    ("terms.end == 'fixed' or", 0, "not a valid condition", ""),
    ("(a or b", 0, "not a valid condition", ""),
    ("a) or (b", 0, "not a valid condition", ""),
    ("a ) (", 0, "not a valid condition", ""),
    ("a\0b", 0, "not a valid condition", ""),
    ("'''", 0, "not a valid condition", ""),
]


@pytest.mark.parametrize(("condition", "column", "message", "nearest"), REFUSED)
def test_what_is_outside_the_language_is_refused_with_its_place(
    condition: str, column: int, message: str, nearest: str
) -> None:
    with pytest.raises(SyntaxFaultError) as caught:
        parse(condition, BEGIN, "SOV-001.when")
    problem = caught.value.problem
    assert message in problem.message
    assert problem.position == ("rules.yaml", 10, 9 + column)
    assert problem.path == "SOV-001.when"
    assert problem.nearest == nearest


LARGE = [
    "x" * (MAX_LENGTH + 1),
    "(" * 40 + "a" + ")" * 40,
    "[" * 40 + "a" + "]" * 40,
    "not " * 40 + "a",
    "not(" * 40 + "a" + ")" * 40,
    "-" * 40 + "1 > 2",
    "- " * 40 + "1 > 2",
    "~" * 900 + "1",
    "a and " * 900 + "a",
    "a<" * 1_500 + "a",
    "1" + "+1" * 1_300 + " > 2",
    "a" + "[0]" * 1_200,
    "a" + "()" * 1_500,
    "a" + ".b" * 1_900 + ".__c",
    "lambda:" * 500 + "1",
    "a**" * 700 + "a",
    "a" + "@a" * 1_500,
    "a if a else " * 300 + "a",
    "{" * 1_500,
    "f'{" * 900,
    "not\n" * 900 + "a",
]


@pytest.mark.parametrize("condition", LARGE, ids=lambda text: f"{text[:14]} x{len(text)}")
def test_a_condition_that_is_too_large_is_refused_at_once(condition: str) -> None:
    with pytest.raises(SyntaxFaultError) as caught:
        parse(condition, BEGIN)
    assert caught.value.problem.position.line == 10
    assert len(str(caught.value.problem)) < 300


def test_what_is_refused_for_its_depth_names_the_limit() -> None:
    with pytest.raises(SyntaxFaultError) as caught:
        parse("(" * 40 + "a" + ")" * 40, BEGIN)
    assert caught.value.problem.message == "nested too deeply"
    assert caught.value.problem.expected == "at most 30 levels"


LONG_BUT_GOOD = [
    "1" + "+1" * 25 + " > 2",
    "at_least(2, " + ", ".join(["use.internal_security"] * 100) + ")",
    "terms.end == '" + "-" * 60 + "'",
    "contains(deal.title, '((((((((((((((((((((((((((((((((((((((((')",
    "use.internal_security and (\n  terms.duration_years > 5\n  or terms.end == 'fixed'\n)",
]


@pytest.mark.parametrize("condition", LONG_BUT_GOOD, ids=lambda text: text[:20])
def test_a_long_condition_without_depth_is_read(condition: str) -> None:
    assert parse(unparse(parse(condition))) == parse(condition)


def test_a_long_sum_is_either_refused_or_can_be_worked_with() -> None:
    try:
        tree = parse("1" + "+1" * 390 + " > 2")
    except SyntaxFaultError:
        return
    assert parse(unparse(tree)) == tree


def test_a_fault_on_a_further_line_is_placed_where_the_condition_begins() -> None:
    with pytest.raises(SyntaxFaultError) as caught:
        parse("use.internal_security\nand terms.end is None", BEGIN)
    assert caught.value.problem.position == BEGIN


BITS = (
    *("a", "terms.end", "'x'", "1", "1.5", "(", ")", "[", "]", " and ", " or ", "not ", " in "),
    *(" for ", " if ", " else ", "any(", "count(", "sum(", "known(", "flagged(", "at_least(2,"),
    *(", ", "==", "<", "<=", "+", "-", "*", "/", ".", "__", ":", ":=", "lambda ", "\n", "#", "\\"),
    *("f'{", "}'", "*", "=", "~", "@", "await ", "is ", "e in parties", "0x1", "1e9", '"', "'"),
    *("'''", "\t", "é", "²", "\u202e", "{"),
)
SNIPPETS = st.lists(st.sampled_from(BITS), max_size=30).map("".join)


@given(st.one_of(st.text(max_size=60), SNIPPETS))
def test_any_text_is_a_condition_or_is_refused(text: str) -> None:
    try:
        tree = parse(text, BEGIN)
    except SyntaxFaultError as fault:
        refused = fault
    else:
        assert parse(unparse(tree)) == tree
        return
    assert refused.problem.position.line == 10
    assert refused.problem.message
