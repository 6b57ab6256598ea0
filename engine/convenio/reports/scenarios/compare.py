"""Scenarios side by side: as blocks to read, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.assessment.rating import Readings
from convenio.backends.outcome import Outcome
from convenio.errors import shorten
from convenio.facts.case import StatedFact
from convenio.facts.plain import said
from convenio.language.truth import Truth
from convenio.packs.policy import Rating
from convenio.reports.blocks import Block
from convenio.reports.condition_words import ConditionWords
from convenio.reports.json import identity, rating_data
from convenio.reports.wording import Wording
from convenio.scenarios.changes import ChangedFact
from convenio.scenarios.compare import Alternative, ChangedCondition, ChangedRule, Comparison

SCHEMA = "convenio/comparison/1"

_LONGEST = 160
"""A condition that is read out in more letters is cut; `convenio rules show` has it whole."""

_TRUTHS: Mapping[Truth, str] = {True: "true", False: "false", None: "unknown"}


def blocks(comparison: Comparison, wording: Wording) -> list[Block]:
    """Return the ratings side by side, then what each alternative changes."""
    _ = wording
    if not comparison.alternatives:
        return [Block(sentences=[_("The case states no scenario.")])]
    base = comparison.base
    shown = [base, *(alternative.assessment for alternative in comparison.alternatives)]
    titles = [_("as it stands"), *(alternative.title for alternative in comparison.alternatives)]
    rows = [[_("Overall"), *(rating_words(a, _) for a in shown)]]
    for family in base.families:
        rows.append([_.family(family), *(rating_words(a, _, family) for a in shown)])
    first = Block(_("Ratings"), [], [_("family"), *titles], rows)
    return [first, *(_alternative(base, found, _) for found in comparison.alternatives)]


def rated(floor: Rating, ceiling: Rating, wording: Wording) -> str:
    """Write a rating: what is established, and how far it could go."""
    if floor == ceiling:
        return wording.ratings[floor]
    return wording("{floor}, up to {ceiling}").format(
        floor=wording.ratings[floor], ceiling=wording.ratings[ceiling]
    )


def readings_words(found: Readings, presumes: bool, wording: Wording) -> str:
    """Write a rating in its readings: what is presumed comes first, where a pack presumes."""
    text = rated(found.floor, found.ceiling, wording)
    if not presumes or found.floor in (found.ceiling, "not_assessed"):
        return text
    if found.presumed == found.floor:
        return wording("{floor} established, up to {ceiling}").format(
            floor=wording.ratings[found.floor], ceiling=wording.ratings[found.ceiling]
        )
    return wording("{presumed} presumed ({bounds})").format(
        presumed=wording.ratings[found.presumed], bounds=text
    )


def rating_words(assessment: Assessment, wording: Wording, family: str | None = None) -> str:
    """Write the readings of a rating, of the whole or of a family: what is presumed comes first."""
    return readings_words(assessment.readings(family), assessment.presumes, wording)


def _alternative(base: Assessment, found: Alternative, wording: Wording) -> Block:
    _ = wording
    sentences = [change_of(change, base, _) for change in found.facts]
    if not found.facts:
        sentences = [_("It changes no fact.")]
    if not found.rules:
        sentences.append(_("No rule comes out otherwise."))
    columns = [_("rule"), _("before"), _("after"), _("through")]
    return Block(found.title, sentences, columns, rule_rows(base, found.rules, _))


def rule_rows(base: Assessment, rules: Sequence[ChangedRule], wording: Wording) -> list[list[str]]:
    """Return a row for each rule that came out otherwise: before, after, through what."""
    read_out = ConditionWords(base.pack, wording)
    return [
        [
            f"{changed.rule.id} {changed.rule.title}",
            outcome_words(changed.before, wording),
            outcome_words(changed.after, wording),
            "; ".join(_condition(condition, read_out, wording) for condition in changed.through),
        ]
        for changed in rules
    ]


def change_of(change: ChangedFact, base: Assessment, wording: Wording) -> str:
    """Write a changed fact: its name, what was said and what is said."""
    catalogue = base.pack.catalogue
    declaration = catalogue.resolve(change.path)
    before, after = (
        _rows_of(fact, wording) or wording.fact(fact, declaration, catalogue)
        for fact in (change.before, change.after)
    )
    return f"{wording.label(change.path, catalogue)}: {before} → {after}"


def _rows_of(fact: StatedFact | None, wording: Wording) -> str:
    if fact is None or not fact.elements:
        return ""
    text = wording.plural("{n} entry", "{n} entries", len(fact.elements))
    return text if fact.complete else f"{text} {wording('(and perhaps more)')}"


def outcome_words(outcome: Outcome, wording: Wording) -> str:
    """Write a verdict with its severity."""
    text = wording.verdict(outcome.verdict, outcome.severity)
    if outcome.ceiling and outcome.ceiling != outcome.severity:
        text += f" ({wording('up to')} {wording(outcome.ceiling)})"
    return text


def _condition(condition: ChangedCondition, read_out: ConditionWords, wording: Wording) -> str:
    before, after = (wording(_TRUTHS[truth]) for truth in (condition.before, condition.after))
    return f"{shorten(read_out.of_code(condition.text), _LONGEST)}: {before} → {after}"


def to_dict(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data: the schema `convenio/comparison/1`."""
    base = comparison.base
    return {
        "schema": SCHEMA,
        **identity(base),
        "base": _ratings(base),
        "scenarios": [
            {
                "key": found.key,
                "title": found.title,
                **_ratings(found.assessment),
                "facts": [_fact(change) for change in found.facts],
                "rules": [rule_data(changed) for changed in found.rules],
            }
            for found in comparison.alternatives
        ],
    }


def _ratings(assessment: Assessment) -> dict[str, Any]:
    return {
        "rating": rating_data(assessment),
        "families": {name: rating_data(assessment, name) for name in assessment.families},
    }


def _fact(change: ChangedFact) -> dict[str, Any]:
    return {
        "path": change.path,
        "before": said(change.before),
        "after": said(change.after),
    }


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
