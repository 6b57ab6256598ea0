"""durable_rules as it comes: one ruleset over the raw values, one fact a case, rules that fire.

`assert_fact` stands where its documentation often has `post`, because the first rule that matches
an event consumes it. A last rule matches every case: without it a case on which nothing fires
raises an exception and its state cannot be deleted.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

from .conditions import (
    Among,
    And,
    Compare,
    Condition,
    Equals,
    Holds,
    NestedCase,
    Not,
    Or,
    without_not,
)
from .peer import Answer, Answers, Peer
from .workload import SyntheticRule

_OPERATORS = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte"}
_NAMES = itertools.count()


def build(rules: Sequence[SyntheticRule]) -> Answer:
    """Return a function that asserts a case, lets the rules fire, and deletes its state."""
    from durable import engine

    class Host(engine.Host):  # type: ignore[misc]  # it has no types
        """The library's host without its timer threads, which no rule here needs."""

        def _run(self) -> None:
            """Start nothing."""

    name = f"rules{next(_NAMES)}"
    fired: list[int] = []
    host = Host()
    host.set_rulesets({name: _ruleset(rules, fired)})
    sids = itertools.count()
    count = len(rules)

    def answer(case: NestedCase) -> Answers:
        fired.clear()
        sid = f"s{next(sids) % 500}"
        host.assert_fact(name, {**case, "every": 1, "sid": sid})
        host.delete_state(name, sid)
        held = [False] * count
        for number in fired:
            held[number] = True
        return held

    return answer


def _ruleset(rules: Sequence[SyntheticRule], fired: list[int]) -> dict[str, Any]:
    ruleset = {
        f"r{number}": {
            "all": [{"m": _expression(without_not(rule.condition))}],
            "run": _action(number, fired),
        }
        for number, rule in enumerate(rules)
    }
    ruleset["every"] = {"all": [{"m": {"every": 1}}], "run": lambda _: None}
    return ruleset


def _action(number: int, fired: list[int]) -> Callable[[Any], None]:
    return lambda _: fired.append(number)


def _expression(condition: Condition) -> dict[str, Any]:
    match condition:
        case And(parts):
            return {"$and": [_expression(part) for part in parts]}
        case Or(parts):
            return {"$or": [_expression(part) for part in parts]}
        case Not(Equals(path, text)):
            return {"$neq": {path: text}}
        case Not(Among(path, values)):
            return {"$and": [{"$neq": {path: value}} for value in values]}
        case Not(Holds(path)):
            return {path: False}
        case Compare(path, name, value):
            return {_OPERATORS[name]: {path: value}}
        case Equals(path, text):
            return {path: text}
        case Among(path, values):
            return {"$or": [{path: value} for value in values]}
        case Holds(path):
            return {path: True}
        case other:
            raise AssertionError(f"a not stands where none should: {other}")


PEERS = (
    Peer(
        "durable_rules, raw",
        "durable_rules",
        build,
        note="every true branch of an or fires its rule again",
    ),
)
