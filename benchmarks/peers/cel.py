"""The Common Expression Language, in its Rust implementation: one program for all rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .conditions import NestedCase, Scalar, Syntax, flat_name, flattened, written
from .peer import Answer, Answers, Peer
from .workload import SyntheticRule

_SYNTAX = Syntax(conjunction=" && ", disjunction=" || ", negation="!({})", path=flat_name)


def build(rules: Sequence[SyntheticRule]) -> Answer:
    """Return one program that is a list with one member a rule."""
    import cel

    listed = ", ".join(written(rule.condition, _SYNTAX) for rule in rules)
    execute: Callable[[dict[str, Scalar]], Answers] = cel.compile(f"[{listed}]").execute

    def answer(case: NestedCase) -> Answers:
        # Names in one flat dict take half the time that nested sections take.
        return execute(flattened(case))

    return answer


PEERS = (
    Peer(
        "CEL (Rust), one list program",
        "common-expression-language",
        build,
        note="flattening the case is counted",
    ),
)
