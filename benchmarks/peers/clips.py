"""CLIPS through clipspy: one fact a case, one production a rule, forward chaining."""

from __future__ import annotations

from collections.abc import Sequence

from .catalogue import FACTS
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
    flat_name,
    flattened,
)
from .peer import Answer, Answers, Peer
from .workload import SyntheticRule


def build(rules: Sequence[SyntheticRule]) -> Answer:
    """Return a function that resets the environment, asserts the case and runs the agenda."""
    import clips

    environment = clips.Environment()
    slots = " ".join(f"(slot {flat_name(fact.path)})" for fact in FACTS)
    environment.build(f"(deftemplate case {slots})")
    fired: list[int] = []
    environment.define_function(fired.append, "fired")
    for number, rule in enumerate(rules):
        environment.build(_production(number, rule.condition))
    template = environment.find_template("case")
    count = len(rules)

    def answer(case: NestedCase) -> Answers:
        fired.clear()
        environment.reset()
        template.assert_fact(**flattened(case))
        environment.run()
        held = [False] * count
        for number in fired:
            held[number] = True
        return held

    return answer


def _production(number: int, condition: Condition) -> str:
    slots = " ".join(
        f"({flat_name(path)} ?{flat_name(path)})" for path in dict.fromkeys(_paths(condition))
    )
    return f"(defrule r{number} (case {slots}) (test {_test(condition)}) => (fired {number}))"


def _paths(condition: Condition) -> list[str]:
    match condition:
        case Not(part):
            return _paths(part)
        case And(parts) | Or(parts):
            return [path for part in parts for path in _paths(part)]
        case test:
            return [test.path]


def _test(condition: Condition) -> str:
    match condition:
        case Not(part):
            return f"(not {_test(part)})"
        case And(parts):
            return f"(and {' '.join(map(_test, parts))})"
        case Or(parts):
            return f"(or {' '.join(map(_test, parts))})"
        case Compare(path, name, value):
            return f"({name} ?{flat_name(path)} {value!r})"
        case Equals(path, text):
            return f'(eq ?{flat_name(path)} "{text}")'
        case Among(path, values):
            choices = " ".join(f'(eq ?{flat_name(path)} "{value}")' for value in values)
            return f"(or {choices})"
        case Holds(path):
            return f"(eq ?{flat_name(path)} TRUE)"


PEERS = (Peer("CLIPS (clipspy)", "clipspy", build, note="flattening the case is counted"),)
