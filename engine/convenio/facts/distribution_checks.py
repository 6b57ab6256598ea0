"""Checks of uncertain facts that look at several facts of a case."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping

from convenio.errors import Problem
from convenio.facts.case import StatedFact
from convenio.messages import say


def group_problems(facts: AnyMapping[str, StatedFact]) -> list[Problem]:
    """Name members of a correlation group that state another correlation than its first member."""
    first: dict[str, StatedFact] = {}
    problems: list[Problem] = []
    for fact in facts.values():
        stated = fact.distribution
        if stated is None or stated.group is None:
            continue
        leader = first.setdefault(stated.group, fact)
        assert leader.distribution is not None
        expected = leader.distribution.correlation
        if stated.correlation != expected:
            problems.append(
                Problem(
                    fact.position,
                    f"{fact.path}.correlation",
                    say(
                        "the group {group} has another correlation at {path}",
                        group=stated.group,
                        path=leader.path,
                    ),
                    expected=say("{expected:g}, the same for every member", expected=expected),
                    found=f"{stated.correlation:g}",
                )
            )
    return problems


def currency_problems(facts: AnyMapping[str, StatedFact], base_currency: str) -> list[Problem]:
    """Name uncertain amounts in a currency other than the pack's currency of account."""
    return [
        Problem(
            fact.position,
            f"{fact.path}.currency",
            say("an uncertain amount is stated in the pack's currency of account"),
            expected=base_currency,
            found=fact.distribution.currency,
        )
        for fact in facts.values()
        if fact.distribution is not None and fact.distribution.currency not in (None, base_currency)
    ]
