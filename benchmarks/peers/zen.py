"""ZEN, the decision engine of GoRules (Rust): one list expression, and a decision table.

A table's times differ between processes by more than between rounds of one process, unless the
process is bound to one processor; then they are shorter and steady.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from .conditions import NestedCase, Syntax, written
from .peer import Answer, Answers, Peer
from .workload import SyntheticRule

_SYNTAX = Syntax()


def build_list(rules: Sequence[SyntheticRule]) -> Answer:
    """Return one compiled expression that is a list with one member a rule."""
    import zen

    listed = ", ".join(written(rule.condition, _SYNTAX) for rule in rules)
    answer: Answer = zen.compile_expression(f"[{listed}]").evaluate
    return answer


def build_table(rules: Sequence[SyntheticRule]) -> Answer:
    """Return a decision table with one row a rule, which collects the rows that hold."""
    return _table(rules, trace=False)


def build_traced_table(rules: Sequence[SyntheticRule]) -> Answer:
    """Return the same decision table, evaluated with its trace."""
    return _table(rules, trace=True)


def _table(rules: Sequence[SyntheticRule], trace: bool) -> Answer:
    import zen

    # As its manual advises, the content is compiled once and not at each evaluation.
    content = zen.ZenDecisionContent(json.dumps(_graph(rules)))
    decision = zen.ZenEngine().create_decision(content)
    options: Any = {"trace": trace}
    count = len(rules)

    def answer(case: NestedCase) -> Answers:
        held = [False] * count
        for row in decision.evaluate(case, options)["result"]:
            held[row["rule"]] = True
        return held

    return answer


def _graph(rules: Sequence[SyntheticRule]) -> dict[str, Any]:
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "condition", "name": "Condition", "field": ""}],
        "outputs": [{"id": "number", "name": "Rule", "field": "rule"}],
        "rules": [
            {
                "_id": rule.id,
                "condition": written(rule.condition, _SYNTAX),
                "number": str(number),
            }
            for number, rule in enumerate(rules)
        ],
    }
    return {
        "nodes": [
            _node("start", "inputNode"),
            {**_node("table", "decisionTableNode"), "content": table},
            _node("end", "outputNode"),
        ],
        "edges": [_edge("start", "table"), _edge("table", "end")],
    }


def _node(name: str, kind: str) -> dict[str, Any]:
    return {"id": name, "name": name, "type": kind, "position": {"x": 0, "y": 0}}


def _edge(start: str, end: str) -> dict[str, Any]:
    return {"id": f"{start}-{end}", "type": "edge", "sourceId": start, "targetId": end}


PEERS = (
    Peer("ZEN, one list expression", "zen-engine", build_list),
    Peer("ZEN, decision table", "zen-engine", build_table),
    Peer(
        "ZEN, decision table with trace",
        "zen-engine",
        build_traced_table,
        note="the trace names the rows that held and the input, not the facts that decided",
    ),
)
