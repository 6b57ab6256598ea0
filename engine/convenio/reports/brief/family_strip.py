"""The strip of page one: for each family what makes harm likely, what holds it down, what is left.

It follows the order in which risk is assessed (inherent risk, mitigation, residual risk).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from convenio.assessment.assessment import Assessment
from convenio.assessment.finding import Finding
from convenio.packs.policy import RATINGS, Rating, rank
from convenio.reports.brief.decision import Decision
from convenio.reports.wording import Wording


@dataclass(frozen=True, slots=True)
class FamilyRow:
    """One family in words; `boxes` draw what is established and what is possible."""

    name: str
    exposure: str
    controls: str
    floor: Rating
    ceiling: Rating
    floor_word: str
    presumed_word: str
    ceiling_word: str
    boxes: Sequence[str]


def family_rows(
    assessment: Assessment,
    decisions: Sequence[Decision],
    factors: Sequence[Finding],
    wording: Wording,
) -> list[FamilyRow]:
    """Return a row for each family; `decisions` are all findings, the worst first."""
    return [_row(name, assessment, decisions, factors, wording) for name in assessment.families]


def _row(
    name: str,
    assessment: Assessment,
    decisions: Sequence[Decision],
    factors: Sequence[Finding],
    wording: Wording,
) -> FamilyRow:
    rating = assessment.families[name]
    own = [one for one in decisions if one.rule.family == name]
    in_force = sum(f.rule.family == name and f.verdict == "flag" for f in factors)
    return FamilyRow(
        name=wording.family(name),
        exposure=_exposure(own, wording),
        controls=_controls(own, in_force, wording),
        floor=rating.floor,
        ceiling=rating.ceiling,
        floor_word=wording.ratings[rating.floor],
        presumed_word=wording.ratings[assessment.presumed_families[name]],
        ceiling_word=wording.ratings[rating.ceiling],
        boxes=_boxes(rating.floor, rating.ceiling),
    )


def _boxes(floor: Rating, ceiling: Rating) -> list[str]:
    if ceiling == "not_assessed":
        return ["none"] * len(RATINGS)
    low = 0 if floor == "not_assessed" else rank(floor) + 1
    high = rank(ceiling) + 1
    return ["full" if n < low else "hatched" if n < high else "empty" for n in range(len(RATINGS))]


def _exposure(decisions: Sequence[Decision], wording: Wording) -> str:
    """Word the worst of what makes harm likely, and of what has been breached."""
    _ = wording
    texts = {"exposure": "{severity}", "breach": _("breach: {severity}")}
    parts = []
    for role, text in texts.items():
        worst = next((one.severity for one in decisions if one.rule.role == role), None)
        if worst is not None:
            parts.append(text.format(severity=_(worst)))
    return "; ".join(parts) or "–"


def _controls(decisions: Sequence[Decision], in_force: int, wording: Wording) -> str:
    """Word what holds the harm down: factors in force, safeguards that are missing."""
    _ = wording
    missing = sum(one.rule.role == "control" for one in decisions)
    parts = []
    if in_force:
        parts.append(_.plural("{n} in force", "{n} in force", in_force))
    if missing:
        parts.append(_.plural("{n} missing", "{n} missing", missing))
    return "; ".join(parts) or "–"
