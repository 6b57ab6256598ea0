"""Charts that stand alone: SVG drawn from templates, the same bytes for the same numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from convenio.reports.templates import templates
from convenio.reports.wording import Wording
from convenio.scenarios.remedies.negotiation import Remedies

_WIDEST = 300


@dataclass(frozen=True, slots=True)
class _Bar:
    rating: str
    cost: int | None
    width: float
    text: str


def frontier_chart(steps: Sequence[Remedies], wording: Wording) -> str:
    """Return what each lower rating would cost, as SVG: a bar for each rating."""
    _ = wording
    costs = [step.found[0].cost for step in steps if step.found]
    unit = _WIDEST / max(costs, default=1)
    bars = [_bar(step, unit, _) for step in steps]
    if steps:
        base = steps[0].base
        now = base.rating(steps[0].reading)
        bars.insert(0, _Bar(_.ratings[now], 0, 0, _("as it stands")))
    return _drawn(
        "frontier.svg.j2",
        {
            "rows": bars,
            "label": _("What each rating would cost"),
            "axis": _("cost of the cheapest changes (1: a line in a letter, 5: the whole deal)"),
        },
    )


def out_of_reach(step: Remedies, wording: Wording) -> str:
    """Write why a rating has no way to it: none exists, or only single changes were tried."""
    if step.singles_only:
        return wording("no single change reaches it")
    return wording("out of reach by negotiable terms")


def _bar(step: Remedies, unit: float, wording: Wording) -> _Bar:
    rating = wording.ratings[step.target]
    if not step.found:
        return _Bar(rating, None, 0, out_of_reach(step, wording))
    best = step.found[0]
    catalogue = step.base.pack.catalogue
    first, *others = [wording.label(change.path, catalogue) for change in best.changes]
    more = f" +{len(others)}" if others else ""
    return _Bar(rating, best.cost, round(best.cost * unit, 1), f"{best.cost}: {first}{more}")


def _drawn(template: str, values: Mapping[str, object]) -> str:
    return templates("charts").get_template(template).render(values)
