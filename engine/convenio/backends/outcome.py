"""What an inference engine says of one rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from convenio.language import syntax as s
from convenio.language.truth import Truth, disjunction
from convenio.packs.rule import SEVERITIES, Severity

Verdict = Literal["flag", "clear", "unknown", "not_applicable"]
VERDICTS: tuple[Verdict, ...] = ("flag", "clear", "unknown", "not_applicable")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict of one rule. Severities are None for mitigating factors and where none holds.

    `severity` is certain; `ceiling` is the highest that no known fact rules out.
    """

    verdict: Verdict
    severity: Severity | None = None
    ceiling: Severity | None = None

    def flagged(self, severity: str | None) -> Truth:
        """Answer `flagged(rule, severity)`: flagged with that severity or worse.

        Of a mitigating factor, which has no severity, it asks whether the factor is in force.
        """
        if self.verdict in ("clear", "not_applicable"):
            return False
        if severity is None or self.ceiling is None:
            return True if self.verdict == "flag" else None
        if self.severity is not None and _at_least(self.severity, severity):
            return True
        return None if _at_least(self.ceiling, severity) else False


def _at_least(found: str, wanted: str) -> bool:
    order: Sequence[str] = SEVERITIES
    return order.index(found) >= order.index(wanted)


def flag_truth(
    node: s.Flagged | s.FlaggedIn,
    outcomes: Mapping[str, Outcome],
    families: Mapping[str, Sequence[str]],
) -> Truth:
    """Return the truth of `flagged(…)` or `flagged_in(…)` from the outcomes of lower strata."""
    if isinstance(node, s.Flagged):
        return outcomes[node.rule].flagged(node.severity)
    members: Iterable[str] = families.get(node.family, ())
    return disjunction(outcomes[rule].flagged(node.severity) for rule in members)
