"""What one event changed: in words, a few lines for each event, and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.facts.case import Element, StatedFact
from convenio.facts.plain import said, value_of
from convenio.reports.condition_words import ConditionWords
from convenio.reports.json import readings_data
from convenio.reports.scenarios.compare import (
    change_of,
    outcome_words,
    rating_words,
    readings_words,
    rule_data,
)
from convenio.reports.wording import Wording
from convenio.scenarios.changes import ChangedFact
from convenio.scenarios.compare import ChangedRule
from convenio.scenarios.monitor.observation import ChangedRating, Observation, Refusal, rows_between

SCHEMA = "convenio/observation/1"

_TRUTHS = {True: "true", False: "false", None: "unknown"}


def heading(start: Assessment, wording: Wording) -> str:
    """Return the lines that stand before the first event: the case, and its rating so far."""
    case, pack = start.case, start.pack
    facts = f"{case.id}, {wording('as of')} {wording.date(case.as_of)} · {pack.id} {pack.version}"
    rating = rating_words(start, wording)
    return f"{case.title}\n{facts}\n{wording('Overall')}: {rating}\n"


def as_text(observation: Observation, wording: Wording) -> str:
    """Return an observation as a paragraph: the event, the rating, the rules, why."""
    event = observation.event
    marks = [event.kind, *_marks(observation, wording)]
    title = event.title or event.id
    first = f"{wording.date(event.date)} · {title} ({', '.join(marks)})"
    return "\n".join([first, *(f"  {line}" for line in _lines(observation, wording))]) + "\n"


def refusal_text(refusal: Refusal, wording: Wording) -> str:
    """Return a refused event as a paragraph."""
    name = f" ({refusal.id})" if refusal.id else ""
    first = wording("Line {line}{name} was refused:").format(line=refusal.line, name=name)
    return "\n".join([first, *(f"  {problem}" for problem in refusal.problems)]) + "\n"


def _marks(observation: Observation, wording: Wording) -> Iterator[str]:
    if observation.seen:
        yield wording("had arrived before")
    elif observation.late:
        yield wording("arrived late")
    if observation.effect == "withdrawn":
        yield wording("was taken back before it came")
    elif observation.effect == "waiting":
        yield wording("takes back what has not come yet")
    elif observation.effect == "none":
        yield wording("takes back a withdrawal, which can't be")


def _lines(observation: Observation, wording: Wording) -> Iterator[str]:
    if observation.seen:
        return
    _ = wording
    catalogue = observation.after.pack.catalogue
    for path in observation.superseded:
        yield _("A later statement stands: {fact}.").format(fact=_.label(path, catalogue))
    for path in observation.set_aside:
        yield _("May not be stated any more, and is set aside: {fact}.").format(
            fact=_.label(path, catalogue)
        )
    for change in observation.facts:
        yield from _fact(change, observation, wording)
    ratings = [observation.overall, *observation.families]
    for rating in ratings:
        if rating.before != rating.after:
            yield _rating(rating, observation.after.presumes, wording)
    for rule in observation.rules:
        yield from _rule(rule, observation, wording)
    if not observation.rules:
        yield _("No rule comes out otherwise.")


def _fact(change: ChangedFact, observation: Observation, wording: Wording) -> Iterator[str]:
    rows = rows_between(change)
    if rows is None:
        yield change_of(change, observation.before, wording)
        return
    label = wording.label(change.path, observation.after.pack.catalogue)
    for sign, elements in (("+", rows.added), ("−", rows.removed)):
        for element in elements:
            yield f"{label}: {sign} {_row(element, change.path, observation, wording)}"


def _row(element: Element, path: str, observation: Observation, wording: Wording) -> str:
    catalogue = observation.after.pack.catalogue
    record = catalogue.records[catalogue.facts[path].type.record]
    parts: Sequence[str] = [
        f"{record[name].label.lower()} {wording.fact(fact, record[name], catalogue)}"
        for name, fact in element.fields.items()
    ]
    return ", ".join(parts)


def _rating(rating: ChangedRating, presumes: bool, wording: Wording) -> str:
    name = wording.family(rating.family) if rating.family else wording("Overall")
    before, after = (
        readings_words(side, presumes, wording) for side in (rating.before, rating.after)
    )
    return f"{name}: {before} → {after}"


def _rule(changed: ChangedRule, observation: Observation, wording: Wording) -> Iterator[str]:
    before, after = (outcome_words(side, wording) for side in (changed.before, changed.after))
    by_time = changed.rule.id in observation.by_time
    suffix = f" ({wording('by the passing of time')})" if by_time else ""
    yield f"{changed.rule.id} {changed.rule.title}: {before} → {after}{suffix}"
    read_out = ConditionWords(observation.after.pack, wording)
    for condition in changed.through:
        old, new = (wording(_TRUTHS[side]) for side in (condition.before, condition.after))
        yield f"  {read_out.of_code(condition.text)}: {old} → {new}"


# --- plain data ------------------------------------------------------------------------------


def observation_data(found: Observation) -> dict[str, Any]:
    """Return the observation as plain data: the schema `convenio/observation/1`."""
    presumes = found.after.presumes
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "case": found.after.case.id,
        "event": {
            "id": found.event.id,
            "date": found.event.date.isoformat(),
            "kind": found.event.kind,
            "title": found.event.title,
        },
        "effect": found.effect,
        "seen": found.seen,
        "late": found.late,
        "as_of": found.after.case.as_of.isoformat(),
        "rating": _rating_data(found.overall, presumes),
        "families": [{"family": r.family, **_rating_data(r, presumes)} for r in found.families],
        "rules": [
            {**rule_data(rule), "by_time": rule.rule.id in found.by_time} for rule in found.rules
        ],
        "facts": [_fact_data(change) for change in found.facts],
    }
    if found.superseded:
        content["superseded"] = list(found.superseded)
    if found.set_aside:
        content["set_aside"] = list(found.set_aside)
    return content


def refusal_data(found: Refusal) -> dict[str, Any]:
    """Return the refusal as plain data."""
    return {
        "schema": SCHEMA,
        "event": {"id": found.id or None, "line": found.line},
        "refused": [
            {
                "line": problem.position.line,
                "column": problem.position.column,
                "path": problem.path,
                "message": problem.message,
                "expected": problem.expected,
                "found": problem.found,
                "nearest": problem.nearest,
            }
            for problem in found.problems
        ],
    }


def _rating_data(rating: ChangedRating, presumes: bool) -> dict[str, dict[str, str]]:
    return {
        "before": readings_data(rating.before, presumes),
        "after": readings_data(rating.after, presumes),
    }


def _fact_data(change: ChangedFact) -> dict[str, Any]:
    rows = rows_between(change)
    if rows is None:
        return {"path": change.path, "before": said(change.before), "after": said(change.after)}
    return {
        "path": change.path,
        "before": _counted(change.before),
        "after": _counted(change.after),
        "added": value_of(rows.added),
        "removed": value_of(rows.removed),
    }


def _counted(stated: StatedFact | None) -> dict[str, Any]:
    """Return what is said of a list, with the number of its entries in the place of them all."""
    if stated is None or stated.state != "known":
        return said(stated)
    found: dict[str, Any] = {"state": "known", "entries": len(stated.elements)}
    if not stated.complete:
        found["complete"] = False
    return found
