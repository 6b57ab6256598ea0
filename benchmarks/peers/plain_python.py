"""The floor: all rules as one generated Python function, without an engine."""

from __future__ import annotations

from collections.abc import Sequence

from .conditions import (
    Among,
    And,
    Compare,
    Condition,
    Equals,
    Holds,
    Not,
    Or,
    Syntax,
    written,
)
from .peer import Answer, Peer
from .workload import SyntheticRule


def _subscripts(path: str) -> str:
    section, _, name = path.partition(".")
    return f"case[{section!r}][{name!r}]"


_TWO_VALUED = Syntax(path=_subscripts, choices="({})")


def build(rules: Sequence[SyntheticRule]) -> Answer:
    """Return a function that returns one list of two-valued expressions."""
    return _compiled([written(rule.condition, _TWO_VALUED) for rule in rules])


def build_three_valued(rules: Sequence[SyntheticRule]) -> Answer:
    """Return a function that returns one list of expressions after Kleene."""
    return _compiled([_three_valued(rule.condition) for rule in rules])


def _compiled(expressions: Sequence[str]) -> Answer:
    listed = ",\n        ".join(expressions)
    source = f"def answer(case):\n    return [\n        {listed},\n    ]\n"
    names: dict[str, object] = {"conjunction": _conjunction, "disjunction": _disjunction}
    exec(compile(source, "<rules>", "exec"), names)
    return names["answer"]  # type: ignore[return-value]


def _conjunction(*values: bool | None) -> bool | None:
    return False if False in values else None if None in values else True


def _disjunction(*values: bool | None) -> bool | None:
    return True if True in values else None if None in values else False


def _three_valued(condition: Condition) -> str:
    match condition:
        case Not(part):
            return f"(None if (v := {_three_valued(part)}) is None else not v)"
        case And(parts):
            return f"conjunction({', '.join(map(_three_valued, parts))})"
        case Or(parts):
            return f"disjunction({', '.join(map(_three_valued, parts))})"
        case Compare(path, name, value):
            return _unless_unknown(path, f"v {name} {value!r}")
        case Equals(path, text):
            return _unless_unknown(path, f"v == {text!r}")
        case Among(path, values):
            return _unless_unknown(path, f"v in {values!r}")
        case Holds(path):
            return _unless_unknown(path, "v")


def _unless_unknown(path: str, test: str) -> str:
    section, _, name = path.partition(".")
    return f"(None if (v := case[{section!r}].get({name!r})) is None else {test})"


PEERS = (
    Peer("plain Python, generated", "", build, note="the floor: no engine, no explanation"),
    Peer(
        "plain Python, generated, three-valued",
        "",
        build_three_valued,
        knows_unknown=True,
        note="the floor with unknowns: no engine, no explanation",
    ),
)
