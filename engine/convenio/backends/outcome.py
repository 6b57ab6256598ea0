"""What an inference engine says of one rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from convenio.language.truth import Truth
from convenio.packs.rule import SEVERITIES, Severity, severity_number

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
        wanted = severity_number(severity)
        if severity_number(self.severity) >= wanted:
            return True
        return None if severity_number(self.ceiling) >= wanted else False


def _possible_outcomes() -> Iterator[Outcome]:
    yield Outcome("not_applicable")
    yield Outcome("clear")
    yield Outcome("unknown")
    yield Outcome("flag")
    for number, ceiling in enumerate(SEVERITIES):
        yield Outcome("unknown", None, ceiling)
        yield from (Outcome("flag", severity, ceiling) for severity in SEVERITIES[: number + 1])


OUTCOMES: tuple[Outcome, ...] = tuple(_possible_outcomes())
"""Every outcome that a rule can have. Its place here is its code, one byte."""

OUTCOME_CODES: Mapping[Outcome, int] = {outcome: code for code, outcome in enumerate(OUTCOMES)}


def encode(outcomes: Mapping[str, Outcome], rules: Sequence[str]) -> bytes:
    """Return the outcomes of rules as one byte each, in the order of `rules`."""
    return bytes([OUTCOME_CODES[outcomes[rule]] for rule in rules])


def decode(codes: bytes, rules: Sequence[str]) -> dict[str, Outcome]:
    """Return the outcomes that `encode` was given.

    >>> decode(encode({"AA-001": Outcome("clear")}, ["AA-001"]), ["AA-001"])
    {'AA-001': Outcome(verdict='clear', severity=None, ceiling=None)}
    """
    return dict(zip(rules, map(OUTCOMES.__getitem__, codes), strict=True))
