"""JsonLogic in Python: rules as JSON trees, walked anew for each case."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from .conditions import Among, And, Compare, Condition, Equals, Holds, Not, Or
from .peer import Answer, Peer
from .workload import SyntheticRule


def build(rules: Sequence[SyntheticRule]) -> Answer:
    """Return a function that evaluates the list of all rules."""
    from json_logic import jsonLogic

    return partial(jsonLogic, [_tree(rule.condition) for rule in rules])


def _tree(condition: Condition) -> dict[str, Any]:
    match condition:
        case Not(part):
            return {"!": [_tree(part)]}
        case And(parts):
            return {"and": [_tree(part) for part in parts]}
        case Or(parts):
            return {"or": [_tree(part) for part in parts]}
        case Compare(path, name, value):
            return {name: [{"var": path}, value]}
        case Equals(path, text):
            return {"==": [{"var": path}, text]}
        case Among(path, values):
            return {"in": [{"var": path}, list(values)]}
        case Holds(path):
            return {"var": path}


PEERS = (Peer("json-logic (json-logic-qubit)", "json-logic-qubit", build),)
