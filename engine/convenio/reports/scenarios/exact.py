"""Exact ranges beside the bounds: as blocks to read, as JSON, and as cases that show them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from convenio.facts.plain import value_of
from convenio.packs.policy import Rating
from convenio.reports.blocks import Block
from convenio.reports.case_yaml import case_yaml
from convenio.reports.scenarios.compare import rated
from convenio.reports.wording import Wording
from convenio.scenarios.exact.search import ExactRange, Reached, World

MAX_SHOWN = 8


def block(found: ExactRange, wording: Wording) -> Block:
    """Return the ranges that complete worlds reach, beside floor and ceiling."""
    _ = wording
    base = found.base
    rows = [[_("Overall"), rated(base.floor, base.ceiling, _), _reached(found.overall, _)]]
    for name, reached in found.families.items():
        bounds = base.families[name]
        rows.append([_.family(name), rated(bounds.floor, bounds.ceiling, _), _reached(reached, _)])
    return Block(
        _("What complete answers really reach"),
        _notes(found, _),
        [_("family"), _("bounds"), _("reached")],
        rows,
    )


def _reached(reached: Reached, wording: Wording) -> str:
    if reached.floor is None or reached.ceiling is None:
        return wording("not confirmed")
    return rated(reached.floor, reached.ceiling, wording)


def _notes(found: ExactRange, wording: Wording) -> list[str]:
    _ = wording
    notes = [_("Each end was found by the solver and confirmed by the reference evaluator.")]
    if found.lists:
        names = ", ".join(_.label(path, found.base.pack.catalogue) for path in found.lists)
        text = _("These lists may go on and were given {n} further entries at most: {names}.")
        notes.append(text.format(n=found.further, names=names))
    if found.endless:
        paths = sorted({entry.partition(":")[0] for entry in found.endless})
        shown = ", ".join(paths[:MAX_SHOWN]) + (", …" if len(paths) > MAX_SHOWN else "")
        notes.append(_("A bound, since not every value could be tried of: {p}.").format(p=shown))
    if found.left_free:
        notes.append(_("A bound, since some conditions could not be translated."))
    return notes


def to_dict(found: ExactRange) -> dict[str, Any]:
    """Return the exact ranges as plain data, as they stand under `exact` in an assessment."""
    return {
        "rating": _pair(found.overall.floor, found.overall.ceiling),
        "families": {
            name: _pair(reached.floor, reached.ceiling) for name, reached in found.families.items()
        },
        "is_exact": found.is_exact,
        "further_entries": found.further,
        "lists_that_may_go_on": list(found.lists),
        "conditions_left_free": list(found.left_free),
        "endless_facts": list(found.endless),
        "lowest": _world(found.overall.lowest),
        "highest": _world(found.overall.highest),
    }


def _pair(floor: Rating | None, ceiling: Rating | None) -> dict[str, Any]:
    return {"floor": floor, "ceiling": ceiling}


def _world(world: World | None) -> dict[str, Any] | None:
    if world is None:
        return None
    return {path: value_of(value) for path, value in world.assumed.items()}


def witnesses(found: ExactRange) -> Iterator[tuple[str, str]]:
    """Yield the names and texts of case files that reach the ends of the overall range."""
    ends = (
        ("lowest", found.overall.floor, found.overall.lowest),
        ("highest", found.overall.ceiling, found.overall.highest),
    )
    for end, rating, world in ends:
        if world is None:
            continue
        case = world.case
        head = (
            f"A world in which {case.id} is rated {rating}: the {end} that the solver reached.\n"
            "Every assumed fact says so. What rules ask of the file itself (known, undisclosed,\n"
            "asked) was held as the case states it; here it is stated, so such rules may differ."
        )
        yield f"{case.id}-{end}.yaml", case_yaml(case, head, world.assumed)
