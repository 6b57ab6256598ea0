"""A simulation as text for the terminal and as JSON."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from convenio.packs.policy import RATINGS, Rating
from convenio.reports.blocks import Block, terminal
from convenio.reports.json import told_whole
from convenio.reports.scenarios.tornado import at_text, means_of
from convenio.reports.wording import N_, Wording
from convenio.scenarios.simulate.draws import UncertainFact
from convenio.scenarios.simulate.drivers import SobolIndex
from convenio.scenarios.simulate.simulation import Chance, RatingChances, RuleChances, Simulation
from convenio.version import __version__

SCHEMA = "convenio/simulation/1"
MAX_RULES = 12

_TORNADO = N_(
    "What moves the rating of the whole: each fact held at its 5 % and 95 % quantile (one with "
    "members at those that matter most), the others drawn. Mean ranks, from 0, low, to 3, critical."
)
_SOBOL = N_(
    "Shares of the variance of that rank (Sobol indices), by each fact alone; with the others. "
    "Facts of one correlation group count as one."
)


def render_text(simulation: Simulation, wording: Wording | None = None, width: int = 100) -> str:
    """Return the report: chances of ratings, what drives them, which rules differ.

    `width` is in columns.
    """
    wording = wording or Wording()
    console, written = terminal(False, width)
    case, pack = simulation.case, simulation.pack
    console.print(case.title)
    console.print(
        f"{case.id}, {wording('as of')} {wording.date(case.as_of)} · {wording('pack')} {pack.id} "
        f"{pack.version} · {wording.plural('{n} draw', '{n} draws', simulation.draws)}, "
        f"{wording('seed')} {simulation.seed}"
    )
    for title, table in (
        (wording("Chances of each rating"), _chances(simulation, wording)),
        (wording(_TORNADO), _tornado(simulation, wording)),
        (wording(_SOBOL), _drivers(simulation, wording)),
        (_rules_title(simulation, wording), _rules(simulation, wording)),
    ):
        if table.row_count:
            console.print()
            console.print(title)
            console.print(table)
    return written()


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in titles:
        table.add_column(title)
    return table


def _chances(simulation: Simulation, wording: Wording) -> Table:
    table = _table("", *_readings(simulation, wording))
    named = [(wording.family(name), found) for name, found in simulation.families.items()]
    for name, found in (*named, (wording("Whole"), simulation.overall)):
        table.add_row(name, *(_side(side, wording) for side in _sides(found, simulation)))
    return table


def _readings(simulation: Simulation, wording: Wording) -> list[str]:
    """Return what the readings are called; what is presumed comes first, where a pack presumes."""
    presumed = [wording("presumed")] if simulation.pack.presumptions else []
    return [*presumed, wording("established"), wording("possible")]


def _sides(found: RatingChances, simulation: Simulation) -> list[Mapping[Rating, Chance]]:
    presumed = [found.presumed] if simulation.pack.presumptions else []
    return [*presumed, found.floor, found.ceiling]


def chance_block(simulation: Simulation, wording: Wording) -> Block:
    """Return the chances of each rating as a block of a brief."""
    named = [(wording.family(name), found) for name, found in simulation.families.items()]
    rows = [
        [name, *(_side(side, wording).replace("\n", "; ") for side in _sides(found, simulation))]
        for name, found in (*named, (wording("Whole"), simulation.overall))
    ]
    draws = wording.plural("{n} draw", "{n} draws", simulation.draws)
    sentence = f"{draws}, {wording('seed')} {simulation.seed}. {wording(_TORNADO)}"
    columns = [wording("family"), *_readings(simulation, wording)]
    return Block("", [sentence], columns, rows)


def _side(chances: Mapping[Rating, Chance], wording: Wording) -> str:
    """Write the chances of one side, the worst rating first."""
    found = [r for r in (*reversed(RATINGS), "not_assessed") if chances[r].share > 0]
    if len(found) == 1:
        return wording("{rating} in every draw").format(rating=wording.ratings[found[0]])
    return "\n".join(f"{wording.ratings[r]} {percent(chances[r])}" for r in found)


def percent(chance: Chance) -> str:
    """Write a chance with its standard error.

    >>> percent(Chance.of(62_100, 100_000))
    '62.1 % ± 0.15'
    """
    if 0 < chance.share < 0.0005:
        return "< 0.1 %"
    return f"{100 * chance.share:.1f} % ± {100 * chance.error:.2f}"


def _tornado(simulation: Simulation, wording: Wording) -> Table:
    """Write how far each fact moves the rating."""
    table = _table("", wording("held at"), *_readings(simulation, wording))
    for bar in simulation.tornado:
        table.add_row(
            wording.label(bar.path, simulation.pack.catalogue),
            " – ".join(at_text(bar, end.at, simulation, wording) for end in (bar.low, bar.high)),
            *(f"{low:.2f} – {high:.2f}" for low, high in means_of(bar, simulation)),
        )
    return table


def _drivers(simulation: Simulation, wording: Wording) -> Table:
    """Write the Sobol indices of each factor."""
    table = _table("", *_readings(simulation, wording))
    for driver in simulation.drivers:
        labels = [wording.label(path, simulation.pack.catalogue) for path in driver.facts]
        presumed = [driver.presumed] if simulation.pack.presumptions else []
        sides = (*presumed, driver.floor, driver.ceiling)
        table.add_row(" + ".join(labels), *(_shares(index, wording) for index in sides))
    return table


def _shares(index: SobolIndex | None, wording: Wording) -> str:
    """Write the share of a fact alone, then that with the others."""
    if index is None:
        return wording("never differs")
    # What is estimated as a little less than 0 is 0.
    first = f"{max(index.first, 0.0):.2f} ± {index.first_error:.2f}"
    return f"{first}; {max(index.total, 0.0):.2f} ± {index.total_error:.2f}"


def _rules_title(simulation: Simulation, wording: Wording) -> str:
    varying = sum(rule.varies for rule in simulation.rules.values())
    settled = sum(rule.settled for rule in simulation.rules.values())
    return " ".join(
        (
            wording.plural(
                "{n} rule comes out differently from draw to draw.",
                "{n} rules come out differently from draw to draw.",
                varying,
            ),
            wording.plural(
                "{n} rule that is unknown in the case is decided in every draw.",
                "{n} rules that are unknown in the case are decided in every draw.",
                settled,
            ),
        )
    )


def _rules(simulation: Simulation, wording: Wording) -> Table:
    table = _table("", "", wording("flagged"), wording("unknown"))
    shown = list(_differing(simulation))
    for name, rule in shown[:MAX_RULES]:
        title = simulation.pack.by_id[name].title
        table.add_row(name, title, percent(rule.flag), percent(rule.unknown))
    if len(shown) > MAX_RULES:
        more = wording.plural("{n} more rule", "{n} more rules", len(shown) - MAX_RULES)
        table.add_row("…", wording("and {more}").format(more=more), "", "")
    return table


def _differing(simulation: Simulation) -> Iterator[tuple[str, RuleChances]]:
    for name, rule in simulation.rules.items():
        if rule.varies or rule.settled:
            yield name, rule


# --- JSON ------------------------------------------------------------------------------------


def render_json(simulation: Simulation) -> str:
    """Return the simulation as JSON; `to_dict` tells its keys."""
    return json.dumps(to_dict(simulation), ensure_ascii=False, indent=1) + "\n"


def to_dict(simulation: Simulation) -> dict[str, Any]:
    """Return a simulation as plain dicts and lists.

    `schema`, `case` (id, title, as_of, digest), `pack` (id, version, digest), `engine`, `draws` and
    `seed` say what was simulated; `uncertain` has each fact with its distribution as stated.
    `overall` and each entry of `families` hold `floor`, `presumed` and `ceiling`: each rating with
    `share` and `error` (standard error). `rules` has `flag` and `unknown` likewise, `varies` and
    `settled`. `drivers` holds `samples` and `factors`: `name`, `facts`, and for each reading the
    Sobol indices `first` and `total` with standard errors, or null where that side never differs.
    `tornado` holds `samples` and `bars`: `path`, and for `low` and `high` the value held (`at`),
    the mean rank in each reading with its standard error, and the chance of high or worse. Where
    the pack presumes nothing, what is presumed is what is established.
    """
    case, pack = simulation.case, simulation.pack
    return {
        "schema": SCHEMA,
        **told_whole(case, pack),
        "engine": {"version": __version__},
        "draws": simulation.draws,
        "seed": simulation.seed,
        "tests": simulation.tests,
        "uncertain": [_uncertain(fact) for fact in simulation.facts],
        "overall": _data(simulation.overall),
        "families": {name: _data(found) for name, found in simulation.families.items()},
        "rules": {name: dataclasses.asdict(rule) for name, rule in simulation.rules.items()},
        "drivers": {
            "samples": simulation.sobol_samples,
            "factors": [dataclasses.asdict(driver) for driver in simulation.drivers],
        },
        "tornado": {
            "samples": simulation.tornado_samples,
            "bars": [_json_value(dataclasses.asdict(bar)) for bar in simulation.tornado],
        },
    }


def _uncertain(fact: UncertainFact) -> dict[str, Any]:
    stated = dataclasses.asdict(fact.distribution)
    name = stated.pop("name")
    weights = {
        str(member).lower() if isinstance(member, bool) else member: weight
        for member, weight in stated.pop("weights")
    }
    kept = {key: value for key, value in stated.items() if value is not None}
    more = {"weights": weights} if weights else {}
    return {"path": fact.path, "distribution": name, **_json_value(kept), **more}


def _data(found: RatingChances) -> dict[str, Any]:
    return {
        side: {rating: dataclasses.asdict(chance) for rating, chance in chances.items()}
        for side, chances in (
            ("floor", found.floor),
            ("presumed", found.presumed),
            ("ceiling", found.ceiling),
        )
    }


def _json_value(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _json_value(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, dt.date) else value
