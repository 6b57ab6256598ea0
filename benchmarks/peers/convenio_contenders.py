"""Convenio's own contenders of testing a case: by which inference, and how far explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import convenio
from convenio.backends import durable

from .peer import Answers

if TYPE_CHECKING:
    from convenio import Case, Pack
    from convenio.assessment.engine import Inference

REFERENCE_EXPLAINED = "Convenio, reference, explained"
"""The contender that every ratio in the table refers to."""

_TRUTHS: Mapping[str, bool | None] = {"flag": True, "clear": False, "unknown": None}


@dataclass(frozen=True, slots=True)
class Contender:
    """One way of using Convenio. `explained` builds all findings, not verdicts and ratings only."""

    name: str
    inference: Inference
    explained: bool
    note: str = ""

    @property
    def available(self) -> bool:
        """Whether what infers is installed."""
        return self.inference != durable.NAME or durable.available()

    def prepared(self, pack: Pack) -> Callable[[Case], object]:
        """Return what is timed: a call that tests one case."""
        assess = convenio.Engine(pack, self.inference).assess
        return (lambda case: assess(case).findings) if self.explained else assess

    def answering(self, pack: Pack) -> Callable[[Case], Answers]:
        """Return a call that gives the truth of every rule, from findings where explained."""
        assess = convenio.Engine(pack, self.inference).assess
        order = [rule.id for rule in pack.rules]

        def from_outcomes(case: Case) -> Answers:
            outcomes = assess(case).outcomes
            return [_TRUTHS[outcomes[name].verdict] for name in order]

        def from_findings(case: Case) -> Answers:
            return [_TRUTHS[finding.verdict] for finding in assess(case).findings]

        return from_findings if self.explained else from_outcomes


CONTENDERS = (
    Contender("Convenio, reference, verdicts", "reference", False, "three-valued, with ratings"),
    Contender(
        REFERENCE_EXPLAINED,
        "reference",
        True,
        "every finding with deciding facts, missing facts and confidence",
    ),
    Contender(
        "Convenio, durable_rules, verdicts",
        "durable_rules",
        False,
        "inferred twice and checked against the reference",
    ),
    Contender("Convenio, durable_rules, explained", "durable_rules", True, "checked and explained"),
)
