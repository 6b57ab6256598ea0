"""How each kind of result is presented: as a table for notebooks, and as plain data."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.assessment.rating import Readings
from convenio.packs.policy import RATINGS
from convenio.reports import json
from convenio.reports.notebook import as_table
from convenio.reports.scenarios import compare, exact, monitor, questions, remedies, sensitivity
from convenio.reports.scenarios import simulate as simulate_report
from convenio.reports.wording import Wording
from convenio.scenarios.answers import Questions
from convenio.scenarios.compare import Comparison
from convenio.scenarios.exact import ExactRange
from convenio.scenarios.monitor import Monitor, Observation, Refusal
from convenio.scenarios.remedies import Remedies
from convenio.scenarios.sensitivity import Move, Sensitivity
from convenio.scenarios.simulate import Simulation

# --- tables for notebooks --------------------------------------------------------------------


@singledispatch
def as_html(_result: Any) -> str | None:
    """Return a small HTML table; None for a result that has none."""
    return None


@as_html.register
def _(result: Assessment) -> str:
    rows = [[name, *_listed(result, name)] for name in result.families]
    presumed = ["presumed"] if result.presumes else []
    caption = f"{result.case.title}: {_rated(result)}"
    return as_table(caption, ["family", *presumed, "established", "possible"], rows)


def _listed(result: Assessment, family: str) -> list[str]:
    found = result.readings(family)
    return [*([found.presumed] if result.presumes else []), found.floor, found.ceiling]


def _rated(result: Assessment, family: str | None = None) -> str:
    """Write the rating of the whole, or of a family."""
    return compare.rating_words(result, Wording(), family)


@as_html.register
def _(result: Comparison) -> str:
    columns = ["", "as it stands", *(found.title for found in result.alternatives)]
    assessments = [result.base, *(found.assessment for found in result.alternatives)]
    rows = [["overall", *map(_rated, assessments)]]
    for family in result.base.families:
        rows.append([family, *(_rated(one, family) for one in assessments)])
    return as_table(result.base.case.title, columns, rows)


@as_html.register
def _(result: Questions) -> str:
    rows = [
        [
            found.question.ask,
            found.path,
            " / ".join(dict.fromkeys(_read(e.overall, result.base) for e in found.effects)),
        ]
        for found in result.ranked
        if found.changes_rating
    ]
    return as_table(result.base.case.title, ["question", "fact", "ratings by answer"], rows)


def _read(found: Readings, base: Assessment) -> str:
    return compare.readings_words(found, base.presumes, Wording())


@as_html.register
def _(result: Remedies) -> str:
    rows = [
        [
            str(remedy.cost),
            "; ".join(change.path for change in remedy.changes),
            _rated(remedy.assessment),
        ]
        for remedy in result.found
    ]
    title = f"{result.base.case.title}: changes that reach {result.target}"
    return as_table(title, ["cost", "changes", "rating"], rows)


@as_html.register
def _(result: ExactRange) -> str:
    base, overall = result.base, result.overall
    rows = [["overall", base.floor, overall.floor, overall.ceiling, base.ceiling]]
    for name, found in result.families.items():
        bounds = base.families[name]
        rows.append([name, bounds.floor, found.floor, found.ceiling, bounds.ceiling])
    columns = ["", "floor", "lowest reached", "highest reached", "ceiling"]
    return as_table(base.case.title, columns, rows)


@as_html.register
def _(result: Sensitivity) -> str:
    rows = [
        [t.rule.id, t.condition, t.value, *(_moved(m, result.base) for m in (t.below, t.above))]
        for t in result.thresholds
    ]
    columns = ["rule", "condition", "threshold", "below", "above"]
    return as_table(result.base.case.title, columns, rows)


def _moved(move: Move | None, base: Assessment) -> str:
    return "–" if move is None else f"{float(move.at):g}: {_read(move.overall, base)}"


@as_html.register
def _(result: Simulation) -> str:
    rows = [
        [f"{name}, {word}", *(f"{100 * side[rating].share:.1f} %" for rating in RATINGS)]
        for name, chances in (*result.families.items(), ("overall", result.overall))
        for word, side in (
            *((("presumed", chances.presumed),) if result.pack.presumptions else ()),
            ("established", chances.floor),
            ("possible", chances.ceiling),
        )
    ]
    caption = f"{result.case.title}: {result.draws:,} draws, seed {result.seed}"
    return as_table(caption, ["", *RATINGS], rows)


@as_html.register
def _(result: Observation) -> str:
    rows = [
        [
            changed.family or "overall",
            *(_read(s, result.after) for s in (changed.before, changed.after)),
        ]
        for changed in (result.overall, *result.families)
    ]
    rows += [
        [f"{r.rule.id} {r.rule.title}", r.before.verdict, r.after.verdict] for r in result.rules
    ]
    caption = f"{result.event.date.isoformat()} {result.event.title or result.event.id}"
    return as_table(caption, ["", "before", "after"], rows)


@as_html.register
def _(result: Monitor) -> str:
    start, now = result.at_start, result.assessment
    rows = [["overall", _rated(start), _rated(now)]]
    rows += [[name, _rated(start, name), _rated(now, name)] for name in start.families]
    count = len(result.events)
    many = "event" if count == 1 else "events"
    caption = f"{result.case.title}: {count} {many}, as of {result.case.as_of.isoformat()}"
    return as_table(caption, ["", "before the events", "now"], rows)


# --- plain data ------------------------------------------------------------------------------


@singledispatch
def as_data(result: Any) -> dict[str, Any]:
    """Return a result as plain dicts and lists, in its published schema."""
    raise TypeError(f"a {type(result).__name__} has no schema")


@as_data.register
def _(result: Assessment) -> dict[str, Any]:
    return json.to_dict(result, Wording())


@as_data.register
def _(result: Monitor) -> dict[str, Any]:
    return json.to_dict(result.assessment, Wording())


as_data.register(Comparison, compare.to_dict)
as_data.register(Questions, questions.to_dict)
as_data.register(Remedies, remedies.to_dict)
as_data.register(ExactRange, exact.to_dict)
as_data.register(Sensitivity, sensitivity.to_dict)
as_data.register(Simulation, simulate_report.to_dict)
as_data.register(Observation, monitor.observation_data)
as_data.register(Refusal, monitor.refusal_data)
