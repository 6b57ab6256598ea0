"""What came out otherwise, as plain JSON data."""

from __future__ import annotations

from typing import Any

from convenio.backends.outcome import Outcome
from convenio.scenarios.compare import ChangedRule


def rule_data(changed: ChangedRule) -> dict[str, Any]:
    """Return a rule that came out otherwise, with the conditions through which it did."""
    return {
        "rule": changed.rule.id,
        "family": changed.rule.family,
        "before": outcome_data(changed.before),
        "after": outcome_data(changed.after),
        "through": [
            {
                "condition": condition.text,
                "before": condition.before,
                "after": condition.after,
                "facts": [fact.path for fact in condition.facts],
                "rules": list(condition.rules),
            }
            for condition in changed.through
        ],
    }


def outcome_data(outcome: Outcome) -> dict[str, Any]:
    """Return a verdict as plain data."""
    return {
        "verdict": outcome.verdict,
        "severity": outcome.severity,
        "severity_ceiling": outcome.ceiling,
    }
