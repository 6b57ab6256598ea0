"""The tornado of a simulation as one SVG file: which uncertain fact moves the rating how far."""

from __future__ import annotations

from dataclasses import dataclass

from convenio.errors import shorten
from convenio.facts.values import Money
from convenio.packs.policy import RATINGS, rank
from convenio.reports.templates import templates
from convenio.reports.wording import Wording
from convenio.scenarios.simulate.drivers import Held, TornadoBar
from convenio.scenarios.simulate.simulation import Simulation

_LEFT, _RIGHT = 300, 730
_LABEL = 42
"""Letters that have room beside the axis; the summary has the whole label."""

_VALUE = 24
"""Characters of a value beside the bars: two of them stand before the axis; the text has all."""


@dataclass(frozen=True, slots=True)
class _Side:
    """Where one bar begins and how wide it is; `low` and `high` are the marks of its ends."""

    low: float
    high: float

    @property
    def left(self) -> float:
        return min(self.low, self.high)

    @property
    def width(self) -> float:
        return round(abs(self.high - self.low), 1)


def tornado_svg(simulation: Simulation, wording: Wording | None = None) -> str:
    """Return the tornado as SVG. The same simulation gives the same bytes.

    >>> from convenio import load_case, load_pack
    >>> from convenio.assessment.cases import with_settings
    >>> from convenio.scenarios.simulate.simulation import simulate
    >>> pack = load_pack("core")
    >>> years = {"terms.duration_years": "{distribution: uniform, low: 2, high: 30}"}
    >>> case = with_settings(load_case("panamax-2014", pack), pack, years)
    >>> tornado_svg(simulate(case, pack, draws=1000, sobol=False)).startswith("<svg")
    True
    """
    wording = wording or Wording()
    environment = templates("charts")
    title = wording("Rating of the whole where one fact is held: {case}").format(
        case=simulation.case.id
    )
    chart = {
        "title": title,
        "summary": "; ".join(_told(bar, simulation, wording) for bar in simulation.tornado),
        "ticks": [{"x": _x(rank(rating)), "label": wording.ratings[rating]} for rating in RATINGS],
        "mean": _x(_mean(simulation)),
        "readings": _drawn(simulation),
        "bars": [
            {
                "label": shorten(wording.label(bar.path, simulation.pack.catalogue), _LABEL),
                "from": shorten(at_text(bar, bar.low.at, simulation, wording), _VALUE),
                "to": shorten(at_text(bar, bar.high.at, simulation, wording), _VALUE),
                "sides": [_Side(_x(low), _x(high)) for low, high in means_of(bar, simulation)],
            }
            for bar in simulation.tornado
        ],
    }
    template = environment.get_template("tornado.svg.j2")
    lines = template.render(chart=chart, _=wording).splitlines()
    return "\n".join(line for line in lines if line.strip()) + "\n"


def at_text(bar: TornadoBar, at: Held, simulation: Simulation, wording: Wording) -> str:
    """Write a value at which a fact is held, to four digits."""
    catalogue = simulation.pack.catalogue
    declaration = catalogue.facts[bar.path]
    value: Held | Money = at
    if isinstance(at, float):
        value = float(f"{at:.4g}")
        if declaration.type.kind == "money":
            value = Money(value, simulation.pack.currency)
    return wording.value(value, declaration, catalogue)


def _told(bar: TornadoBar, simulation: Simulation, wording: Wording) -> str:
    label = wording.label(bar.path, simulation.pack.catalogue)
    ends = [
        wording("{value}: mean rank {means}").format(
            value=at_text(bar, at, simulation, wording),
            means=", ".join(
                f"{mean:.2f} {wording(reading)}"
                for reading, mean in zip(_drawn(simulation), means, strict=True)
            ),
        )
        for at, means in zip(
            (bar.low.at, bar.high.at), zip(*means_of(bar, simulation), strict=True), strict=True
        )
    ]
    return f"{label}, {', '.join(ends)}"


def _drawn(simulation: Simulation) -> list[str]:
    """Return the readings that are drawn, in the order of their bars."""
    presumed = ["presumed"] if simulation.pack.presumptions else []
    return [*presumed, "established", "possible"]


def means_of(bar: TornadoBar, simulation: Simulation) -> list[tuple[float, float]]:
    """Return the mean ranks at both ends of a bar, in each reading that is shown."""
    presumed = [(bar.low.presumed, bar.high.presumed)] if simulation.pack.presumptions else []
    floor, ceiling = (bar.low.floor, bar.high.floor), (bar.low.ceiling, bar.high.ceiling)
    return [*presumed, floor, ceiling]


def _mean(simulation: Simulation) -> float:
    """Return the mean rank of what stands first: what is presumed, or else established."""
    overall = simulation.overall
    first = overall.presumed if simulation.pack.presumptions else overall.floor
    return sum(rank(rating) * chance.share for rating, chance in first.items())


def _x(place: float) -> float:
    """Return where a rank stands on the axis."""
    return round(_LEFT + (_RIGHT - _LEFT) * place / (len(RATINGS) - 1), 1)
