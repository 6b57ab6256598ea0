"""How each kind of result is presented: as a table for notebooks, and as plain data."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.packs.policy import RATINGS
from convenio.reports import compare, exact, json, monitor, questions, remedies, sensitivity
from convenio.reports import simulate as simulate_report
from convenio.reports.notebook import as_table, range_of
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
    rows = [[name, rating.floor, rating.ceiling] for name, rating in result.families.items()]
    caption = f"{result.case.title}: {result.floor} to {result.ceiling}"
    return as_table(caption, ["family", "established", "possible"], rows)


@as_html.register
def _(result: Comparison) -> str:
    columns = ["", "as it stands", *(found.title for found in result.alternatives)]
    assessments = [result.base, *(found.assessment for found in result.alternatives)]
    rows = [["overall", *(range_of(a.floor, a.ceiling) for a in assessments)]]
    for family in result.base.families:
        ratings = [a.families[family] for a in assessments]
        rows.append([family, *(range_of(rating.floor, rating.ceiling) for rating in ratings)])
    return as_table(result.base.case.title, columns, rows)


@as_html.register
def _(result: Questions) -> str:
    rows = [
        [
            found.question.ask,
            found.path,
            " / ".join(dict.fromkeys(f"{e.floor} to {e.ceiling}" for e in found.effects)),
        ]
        for found in result.ranked
        if found.changes_rating
    ]
    return as_table(result.base.case.title, ["question", "fact", "ratings by answer"], rows)


@as_html.register
def _(result: Remedies) -> str:
    rows = [
        [
            str(remedy.cost),
            "; ".join(change.path for change in remedy.changes),
            f"{remedy.assessment.floor} to {remedy.assessment.ceiling}",
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
        [t.rule.id, t.condition, t.value, _moved(t.below), _moved(t.above)]
        for t in result.thresholds
    ]
    columns = ["rule", "condition", "threshold", "below", "above"]
    return as_table(result.base.case.title, columns, rows)


def _moved(move: Move | None) -> str:
    return "–" if move is None else f"{float(move.at):g}: {move.floor} to {move.ceiling}"


@as_html.register
def _(result: Simulation) -> str:
    rows = [
        [f"{name}, {word}", *(f"{100 * side[rating].share:.1f} %" for rating in RATINGS)]
        for name, chances in (*result.families.items(), ("overall", result.overall))
        for word, side in (("established", chances.floor), ("possible", chances.ceiling))
    ]
    caption = f"{result.case.title}: {result.draws:,} draws, seed {result.seed}"
    return as_table(caption, ["", *RATINGS], rows)


@as_html.register
def _(result: Observation) -> str:
    overall = result.overall
    rows = [["overall", range_of(*overall.before), range_of(*overall.after)]]
    rows += [[r.family, range_of(*r.before), range_of(*r.after)] for r in result.families]
    rows += [
        [f"{r.rule.id} {r.rule.title}", r.before.verdict, r.after.verdict] for r in result.rules
    ]
    caption = f"{result.event.date.isoformat()} {result.event.title or result.event.id}"
    return as_table(caption, ["", "before", "after"], rows)


@as_html.register
def _(result: Monitor) -> str:
    start, now = result.at_start, result.assessment
    rows = [["overall", range_of(start.floor, start.ceiling), range_of(now.floor, now.ceiling)]]
    rows += [
        [name, range_of(old.floor, old.ceiling), range_of(new.floor, new.ceiling)]
        for name, old in start.families.items()
        for new in (now.families[name],)
    ]
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
