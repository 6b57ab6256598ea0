"""rule-engine: one compiled rule after the other."""

from __future__ import annotations

from collections.abc import Sequence

from .conditions import NestedCase, Syntax, flat_name, flattened, written
from .peer import Answer, Answers, Peer
from .workload import SyntheticRule


def build(rules: Sequence[SyntheticRule]) -> Answer:
    """Return a function that asks each rule whether it matches."""
    import rule_engine

    syntax = Syntax(path=flat_name)
    matchers = [rule_engine.Rule(written(rule.condition, syntax)).matches for rule in rules]

    def answer(case: NestedCase) -> Answers:
        # A path into a section makes the library check that whole section again at each use.
        facts = flattened(case)
        return [matches(facts) for matches in matchers]

    return answer


PEERS = (Peer("rule-engine", "rule-engine", build, note="flattening the case is counted"),)
