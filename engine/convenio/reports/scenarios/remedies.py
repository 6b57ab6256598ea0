"""Changes of terms that reach a rating: as blocks to read, as JSON, and the ladder of ratings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.facts.plain import said, value_of
from convenio.reports.blocks import Block
from convenio.reports.json import identity, rating_data
from convenio.reports.scenarios.charts import out_of_reach
from convenio.reports.scenarios.compare import change_of, rating_words
from convenio.reports.wording import Wording
from convenio.scenarios.changes import ChangedFact, fact_at
from convenio.scenarios.remedies.negotiation import Obstacle, Remedies, Remedy

SCHEMA = "convenio/remedies/1"

MAX_OPEN = 5


def blocks(found: Remedies, wording: Wording) -> list[Block]:
    """Return the alternatives, the cheapest first, or what stands in the way."""
    _ = wording
    base = found.base
    target = _.ratings[found.target]
    now = _("Now: {rating}.").format(rating=rating_words(base, _))
    if base.untested:
        return [Block(sentences=[now, _("Nothing can be mended before something is known.")])]
    if found.reached_already:
        reached = _("The rating is {target} or lower already.").format(target=target)
        return [Block(sentences=[now, reached])]
    asked = {
        "established": _("Wanted: nothing worse than {target} established."),
        "presumed": _("Wanted: nothing worse than {target} presumed."),
        "possible": _("Wanted: nothing worse than {target} possible."),
    }[found.reading].format(target=target)
    result = [Block(sentences=[now, asked])]
    for number, remedy in enumerate(found.found, start=1):
        result.append(_remedy(number, remedy, found, _))
    if not found.found:
        result += _none(found, _)
    notes = _notes(found, _)
    return [*result, Block(sentences=notes)] if notes else result


def _remedy(number: int, remedy: Remedy, found: Remedies, wording: Wording) -> Block:
    _ = wording
    after = remedy.assessment
    sentences = [
        _("Then: {rating}.").format(rating=rating_words(after, _)),
        *(f"{name}: {text}" for name, text in remedy.mitigations),
    ]
    if remedy.still_open:
        labels = [_.label(q.path, after.pack.catalogue) for q in remedy.still_open[:MAX_OPEN]]
        rest = len(remedy.still_open) - len(labels)
        if rest:
            labels.append(_.plural("{n} more", "{n} more", rest))
        text = _("Open facts that could still exceed {target}: {names}.")
        sentences.append(text.format(target=_.ratings[found.target], names="; ".join(labels)))
    title = _("Alternative {n}, cost {cost}").format(n=number, cost=remedy.cost)
    rows = [
        [
            change_words(change.path, found.base, after, _),
            str(change.cost),
            _("stays {rating}").format(rating=_.ratings[remedy.without[change.path]]),
        ]
        for change in remedy.changes
    ]
    return Block(title, sentences, [_("change"), _("cost"), _("without it")], rows)


def change_words(path: str, before: Assessment, after: Assessment, wording: Wording) -> str:
    """Write one change: the fact, what is agreed and what would be.

    Where another body decides, what the parties can do comes first.
    """
    change = ChangedFact(path, fact_at(before.case, path), fact_at(after.case, path))
    text = change_of(change, before, wording)
    act = before.pack.catalogue.facts[path].act
    if not act:
        return text
    return wording("{act} ({change})").format(act=wording(act), change=text)


def _none(found: Remedies, wording: Wording) -> list[Block]:
    _ = wording
    target = _.ratings[found.target]
    if found.singles_only:
        return [Block(sentences=[_("No single change reaches {target}.").format(target=target)])]
    said_ = _("No change of negotiable terms reaches {target}.").format(target=target)
    if not found.obstacles:
        together = _("Each finding could be lowered, but not all of them together.")
        return [Block(sentences=[said_, together])]
    rows = [_obstacle(obstacle, found.base, _) for obstacle in found.obstacles]
    title = _("What stands in the way")
    columns = [_("rule"), _("severity"), _("rests on")]
    return [Block(sentences=[said_]), Block(title, [], columns, rows)]


def _obstacle(obstacle: Obstacle, base: Assessment, wording: Wording) -> list[str]:
    catalogue = base.pack.catalogue
    rule = base.pack.by_id[obstacle.rule]
    return [
        f"{rule.id} {rule.title}",
        wording(obstacle.severity or ""),
        "; ".join(wording.label(path, catalogue) for path in obstacle.facts),
    ]


def _notes(found: Remedies, wording: Wording) -> list[str]:
    _ = wording
    notes = []
    if found.found and not found.every:
        notes.append(_("There are further alternatives that cost more; --all shows them."))
    if found.singles_only:
        notes.append(_("Only single changes were tried; with the solver any number is."))
    if found.is_bound:
        notes.append(_("Some condition could not be translated; there may be more alternatives."))
    if found.untried:
        labels = [_.label(path, found.base.pack.catalogue) for path in found.untried]
        notes.append(_("Not tried: other values of {names}.").format(names=", ".join(labels)))
    if found.past:
        labels = [_.label(path, found.base.pack.catalogue) for path in found.past]
        text = _("In the past, so that no talks change it: {names}.")
        notes.append(text.format(names="; ".join(labels)))
    return notes


def ladder(steps: Sequence[Remedies], wording: Wording) -> list[Block]:
    """Return for every lower rating the cheapest way there, as one table."""
    _ = wording
    if not steps:
        return [Block(sentences=[_("The rating is the lowest already.")])]
    rows = []
    for step in steps:
        if not step.found:
            rows.append([_.ratings[step.target], "–", out_of_reach(step, _), "–"])
            continue
        best = step.found[0]
        after = best.assessment
        rows.append(
            [
                _.ratings[step.target],
                str(best.cost),
                "; ".join(change_words(c.path, step.base, after, _) for c in best.changes),
                rating_words(after, _),
            ]
        )
    columns = [_("rating"), _("cost"), _("the cheapest way"), _("then")]
    return [Block(_("What each rating would cost"), [], columns, rows)]


def to_dict(found: Remedies) -> dict[str, Any]:
    """Return remedies as plain data: the schema `convenio/remedies/1`."""
    base = found.base
    return {
        "schema": SCHEMA,
        **identity(base),
        "rating": rating_data(base),
        "target": found.target,
        "reading": found.reading,
        "reached_already": found.reached_already,
        "remedies": [_remedy_data(remedy, base) for remedy in found.found],
        "every": found.every,
        "singles_only": found.singles_only,
        "is_bound": found.is_bound,
        "untried": list(found.untried),
        "past": list(found.past),
        "obstacles": [
            {"rule": o.rule, "severity": o.severity, "facts": list(o.facts)}
            for o in found.obstacles
        ],
    }


def _remedy_data(remedy: Remedy, base: Assessment) -> dict[str, Any]:
    after = remedy.assessment
    return {
        "cost": remedy.cost,
        "changes": [
            {
                "path": change.path,
                "before": said(fact_at(base.case, change.path)),
                "after": value_of(change.after),
                "cost": change.cost,
                "without": remedy.without[change.path],
            }
            for change in remedy.changes
        ],
        "rating": rating_data(after),
        "rules": list(remedy.rules),
        "mitigations": [{"rule": name, "text": text} for name, text in remedy.mitigations],
        "still_open": [question.path for question in remedy.still_open],
    }
