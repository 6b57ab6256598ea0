"""A finding as page one and the families tell it."""

from __future__ import annotations

from dataclasses import dataclass

from convenio.packs.rule import Rule, Severity


@dataclass(frozen=True, slots=True)
class Decision:
    """A finding on page one; `clause` and `confidence` are those of what is established."""

    rule: Rule
    severity: Severity
    because: str
    clause: str = ""
    confidence: int = -1
    presumed: bool = False
    rests_on_press: bool = False
    """Whether all that is known of it stands in one report of the press."""
