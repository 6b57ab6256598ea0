"""The places that a case tells of, on a map: activities, disputes, incidents."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from convenio.assessment.assessment import Assessment
from convenio.facts.case import Element
from convenio.facts.values import Place, country_codes
from convenio.reports.wording import Wording
from convenio.resources import data_folder

WIDTH, HEIGHT = 720.0, 420.0
_LEAST = 9.0
"""Degrees from north to south that a map shows at least: enough to tell where it is."""
_MARGIN = 1.35
_APART = 20.0
"""Marks that would cover one another are put this many units apart."""
_LARGE = 1.2
"""Square degrees from which on a country carries its code."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """One place: its number in the table, its kind, where it stands on the map, what it is."""

    number: int
    kind: str
    kind_words: str
    x: float
    y: float
    label: str
    where: str


@dataclass(frozen=True, slots=True)
class SiteMap:
    """A map: outlines of countries as paths, their codes, and the marks."""

    paths: Sequence[str]
    names: Sequence[tuple[float, float, str]]
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class _Window:
    """What of the Earth is shown: degrees become units of the drawing, true at the middle."""

    west: float
    north: float
    scale_x: float
    scale_y: float

    def at(self, lon: float, lat: float) -> Point:
        return (lon - self.west) * self.scale_x, (self.north - lat) * self.scale_y


def site_map(assessment: Assessment, wording: Wording) -> SiteMap | None:
    """Return the map of a case; None where it tells of no place.

    Outlines are those of `reports/maps/outlines.json`, which names its source.
    """
    found = list(_places(assessment, wording))
    if not found:
        return None
    window = _window([place for _, _, place, _ in found])
    paths: list[str] = []
    names: list[tuple[float, float, str]] = []
    for code, rings in _outlines().items():
        shown = [ring for ring in rings if _reaches(ring, window)]
        if shown:
            paths.append(" ".join(_path(ring, window) for ring in shown))
            names += _name(code, shown, window)
    return SiteMap(paths, names, list(_marks(found, window, wording)))


def _places(assessment: Assessment, wording: Wording) -> Iterator[tuple[str, str, Place, str]]:
    _ = wording
    kinds = {
        "activities": _("Activity"),
        "disputes": _("Dispute"),
        "incidents": _("Incident"),
    }
    for name, words in kinds.items():
        stated = assessment.case.facts.get(name)
        for element in stated.elements if stated else ():
            place = element.fields.get("place")
            if place is not None and isinstance(place.value, Place):
                yield name, words, place.value, _label(name, element, assessment, wording)


def _label(name: str, element: Element, assessment: Assessment, wording: Wording) -> str:
    catalogue = assessment.pack.catalogue
    record = catalogue.records[catalogue.facts[name].type.record]
    words = [
        wording.fact(element.fields[key], record[key], catalogue)
        for key in ("name", "with", "kind", "status", "date", "start")
        if key in element.fields and element.fields[key].state == "known"
    ]
    return ", ".join(words[:3]) or wording("not described")


def _window(places: Sequence[Place]) -> _Window:
    south, north = min(p.lat for p in places), max(p.lat for p in places)
    west, east = min(p.lon for p in places), max(p.lon for p in places)
    middle = (south + north) / 2
    # A degree of longitude is shorter away from the equator.
    shrink = max(0.2, math.cos(math.radians(middle)))
    high = max((north - south) * _MARGIN, _LEAST)
    wide = max((east - west) * _MARGIN, high * WIDTH / HEIGHT / shrink)
    high = max(high, wide * shrink * HEIGHT / WIDTH)
    return _Window((west + east) / 2 - wide / 2, middle + high / 2, WIDTH / wide, HEIGHT / high)


@functools.cache
def _outlines() -> Mapping[str, list[list[Point]]]:
    file = data_folder("reports") / "maps" / "outlines.json"
    countries = json.loads(file.read_text(encoding="utf-8"))["countries"]
    return {
        code: [
            [(x / 100, y / 100) for x, y in zip(ring[::2], ring[1::2], strict=True)]
            for ring in rings
        ]
        for code, rings in countries.items()
    }


def _reaches(ring: Sequence[Point], window: _Window) -> bool:
    points = [window.at(*point) for point in ring]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs) < WIDTH and max(xs) > 0 and min(ys) < HEIGHT and max(ys) > 0


def _path(ring: Sequence[Point], window: _Window) -> str:
    """Return a ring as an SVG path, without the points far outside that nobody sees."""
    points = _clipped([window.at(*point) for point in ring])
    return "M" + "L".join(f"{x:.0f} {y:.0f}" for x, y in points) + "Z" if points else ""


def _clipped(points: list[Point]) -> list[Point]:
    """Cut a ring at the edges of the drawing (Sutherland and Hodgman), a little outside them."""
    edge = 4.0
    limits = ((0, -edge, 1), (0, WIDTH + edge, -1), (1, -edge, 1), (1, HEIGHT + edge, -1))
    for axis, limit, sign in limits:
        kept: list[Point] = []
        for one, other in zip(points, [*points[1:], *points[:1]], strict=True):
            inside, next_inside = (sign * (p[axis] - limit) >= 0 for p in (one, other))
            if inside:
                kept.append(one)
            if inside != next_inside:
                share = (limit - one[axis]) / (other[axis] - one[axis])
                kept.append(
                    (one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1]))
                )
        points = kept
    return points


def _name(
    code: str, rings: Sequence[Sequence[Point]], window: _Window
) -> Iterator[tuple[float, float, str]]:
    """Yield where a country's code stands: in the middle of what is seen of its largest part."""
    largest = max(rings, key=_area)
    if _area(largest) < _LARGE:
        return
    points = _clipped([window.at(*point) for point in largest])
    known = {short: alpha3 for alpha3, short in country_codes().items()}
    if not points or code not in known:
        return
    xs, ys = [x for x, _ in points], [y for _, y in points]
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    if 20 < x < WIDTH - 20 and 15 < y < HEIGHT - 10 and max(xs) - min(xs) > 30:
        yield round(x), round(y), known[code]


def _area(ring: Sequence[Point]) -> float:
    pairs = zip(ring, [*ring[1:], *ring[:1]], strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


def _marks(
    found: Sequence[tuple[str, str, Place, str]], window: _Window, wording: Wording
) -> Iterator[Mark]:
    taken: list[Point] = []
    for number, (kind, words, place, label) in enumerate(found, 1):
        x, y = window.at(place.lon, place.lat)
        while any(math.hypot(x - one, y - other) < _APART - 1 for one, other in taken):
            x += _APART
        taken.append((x, y))
        where = wording.place(place)
        yield Mark(number, kind, words, round(x, 1), round(y, 1), label, where)
