"""Compares the answers of an engine with the oracle before anything is timed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .conditions import NestedCase, Syntax, written
from .peer import Answers
from .workload import SyntheticRule, expected


class DisagreementError(Exception):
    """An engine and the oracle differ; names the first case and rule on which they do."""


def oracle(rules: Sequence[SyntheticRule], cases: Sequence[NestedCase]) -> list[Answers]:
    """Return the truth of every rule over every case, after Kleene.

    Raises DisagreementError where two-valued logic says otherwise of a complete case.
    """
    rows: list[Answers] = []
    for number, case in enumerate(cases):
        row: list[bool | None] = []
        for rule in rules:
            plain, kleene = expected(rule, case)
            if plain is not None and plain is not kleene:
                raise DisagreementError(_difference("the oracle", number, rule, plain, kleene))
            row.append(kleene)
        rows.append(row)
    return rows


def check(
    name: str,
    answer: Callable[[Any], Answers],
    cases: Sequence[Any],
    rules: Sequence[SyntheticRule],
    truths: Sequence[Answers],
) -> None:
    """Ask an engine about every case; raises DisagreementError at the first wrong answer."""
    for number, (case, row) in enumerate(zip(cases, truths, strict=True)):
        answers = answer(case)
        for rule, truth, given in zip(rules, row, answers, strict=True):
            if given is not truth:
                raise DisagreementError(_difference(name, number, rule, truth, given))


def _difference(name: str, number: int, rule: SyntheticRule, truth: object, given: object) -> str:
    return (
        f"{name}: case {number}, {rule.id}: expected {truth}, answered {given!r}; "
        f"the rule is {written(rule.condition, Syntax())}"
    )
