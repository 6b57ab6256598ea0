"""How firm a rating is: thresholds that could move, and what rests on judgement."""

from __future__ import annotations

from typing import Any

from convenio.reports.blocks import Block
from convenio.reports.condition_words import ConditionWords
from convenio.reports.json import identity, rating_data, readings_data
from convenio.reports.scenarios.compare import rating_words, readings_words
from convenio.reports.wording import Wording
from convenio.scenarios.sensitivity import MovableThreshold, Move, Sensitivity

SCHEMA = "convenio/sensitivity/1"


def blocks(found: Sensitivity, wording: Wording, limit: int | None = None) -> list[Block]:
    """Return the thresholds whose move changes the rating, then what rests on judgement."""
    _ = wording
    base = found.base
    now = _("Now: {rating}.").format(rating=rating_words(base, _))
    shown = found.thresholds[:limit]
    read_out = ConditionWords(base.pack, _)
    rows = [_threshold(threshold, base.presumes, read_out, _) for threshold in shown]
    notes = [] if rows else [_("No single threshold, moved alone, changes the overall rating.")]
    rest = len(found.thresholds) - len(shown)
    if rest:
        notes.append(_.plural("{n} more could change it.", "{n} more could change it.", rest))
    firm = _.plural("{n} other number", "{n} other numbers", found.firm)
    notes.append(
        _("Moved alone, {numbers} in rules that apply leave the rating as it is.").format(
            numbers=firm
        )
    )
    columns = [_("rule"), _("basis"), _("condition"), _("moved down"), _("moved up")]
    return [
        Block(sentences=[now]),
        Block(_("How far thresholds could move"), notes, columns, rows),
        Block(_("What rests on judgement"), _judgement(found, _)),
    ]


def _threshold(
    threshold: MovableThreshold, presumes: bool, read_out: ConditionWords, wording: Wording
) -> list[str]:
    return [
        threshold.rule.id,
        wording(threshold.rule.threshold.basis.replace("_", " ")),
        read_out.of_code(threshold.condition),
        move_words(threshold.below, False, presumes, wording),
        move_words(threshold.above, True, presumes, wording),
    ]


def move_words(move: Move | None, upward: bool, presumes: bool, wording: Wording) -> str:
    """Write where a threshold changes the rating, and to what."""
    if move is None:
        return wording("no effect")
    number = wording.number(float(move.at))
    if move.included:
        text = wording("{n} or more") if upward else wording("{n} or less")
    else:
        text = wording("more than {n}") if upward else wording("less than {n}")
    return f"{text.format(n=number)}: {readings_words(move.overall, presumes, wording)}"


def _judgement(found: Sensitivity, wording: Wording) -> list[str]:
    _ = wording
    pack = found.base.pack
    if not found.judged:
        return [_("No finding that is flagged or open rests on judgement alone.")]
    presumes = found.base.presumes
    count = _.plural("{n} rule", "{n} rules", len(found.judged))
    sentences = [
        _(
            "The thresholds of {rules} that are flagged or open rest on judgement. "
            "With all of them set aside the rating would be: {rating}."
        ).format(rules=count, rating=readings_words(found.without_judgement, presumes, _))
    ]
    for name, left in found.carried_by:
        text = _("Without {rule} alone the rating would be: {rating}.")
        rule = f"{name} ({pack.by_id[name].title})"
        sentences.append(text.format(rule=rule, rating=readings_words(left, presumes, _)))
    if not found.carried_by:
        text = _("No single one of them carries what is established or presumed.")
        sentences.append(
            text if presumes else _("No single one of them carries what is established.")
        )
    return sentences


def to_dict(found: Sensitivity) -> dict[str, Any]:
    """Return the sensitivity as plain data: the schema `convenio/sensitivity/1`."""
    base = found.base
    return {
        "schema": SCHEMA,
        **identity(base),
        "rating": rating_data(base),
        "thresholds": [
            {
                "rule": threshold.rule.id,
                "basis": threshold.rule.threshold.basis,
                "condition": threshold.condition,
                "value": threshold.value,
                "below": _move(threshold.below, base.presumes),
                "above": _move(threshold.above, base.presumes),
            }
            for threshold in found.thresholds
        ],
        "firm": found.firm,
        "judged": list(found.judged),
        "carried_by": [
            {"rule": name, "without": readings_data(left, base.presumes)}
            for name, left in found.carried_by
        ],
        "without_judgement": readings_data(found.without_judgement, base.presumes),
    }


def _move(move: Move | None, presumes: bool) -> dict[str, Any] | None:
    if move is None:
        return None
    return {
        "at": float(move.at),
        "included": move.included,
        "rating": readings_data(move.overall, presumes),
    }
