"""Makes the outlines that maps of briefs are drawn on: `python engine/outlines.py FILE`.

FILE is `countries-50m.json` of the npm package world-atlas (TopoJSON made of Natural Earth's
public-domain data, 1:50 million). Writes `reports/maps/outlines.json`: for each country that lies
in the window its rings as longitude and latitude in hundredths of a degree, thinned out to what a
map of a few hundred pixels can show.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.core import get_global

TARGET = Path(__file__).resolve().parents[1] / "reports" / "maps" / "outlines.json"

WINDOW = (-125.0, -60.0, -30.0, 40.0)
"""West, south, east and north of what maps of the Americas show, in degrees."""
TOLERANCE = 0.06
"""Degrees that an outline may be off: less than a pixel on a map that is 20 degrees wide."""
SMALLEST = 0.02
"""Square degrees of the smallest ring that is kept; smaller islands can't be seen."""

Point = tuple[float, float]
Ring = list[Point]


def arcs_of(topology: dict[str, Any]) -> list[Ring]:
    """Return the arcs of a topology in degrees."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    found: list[Ring] = []
    for arc in topology["arcs"]:
        x = y = 0
        points: Ring = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        found.append(points)
    return found


def rings_of(geometry: dict[str, Any], arcs: list[Ring]) -> Iterator[Ring]:
    """Yield the outer rings of a country."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in polygons:
        ring: Ring = []
        for number in polygon[0]:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            ring += arc if not ring else arc[1:]
        yield ring


def thinned(points: Ring, tolerance: float) -> Ring:
    """Return a line without the points that lie within `tolerance` of it (Douglas-Peucker)."""
    if len(points) < 3:
        return points
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    farthest, distance = 0, -1.0
    for place, (x, y) in enumerate(points[1:-1], 1):
        if length == 0:
            off = ((x - x0) ** 2 + (y - y0) ** 2) ** 0.5
        else:
            off = abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length
        if off > distance:
            farthest, distance = place, off
    if distance <= tolerance:
        return [points[0], points[-1]]
    return [
        *thinned(points[: farthest + 1], tolerance)[:-1],
        *thinned(points[farthest:], tolerance),
    ]


def area(ring: Ring) -> float:
    """Return the area of a ring in square degrees."""
    pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
    return abs(sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)) / 2


def in_window(ring: Ring) -> bool:
    """Tell whether a ring reaches into the window."""
    west, south, east, north = WINDOW
    xs, ys = [x for x, _ in ring], [y for _, y in ring]
    # A ring around the far side of the world spans it: that is no country of the Americas.
    if max(xs) - min(xs) > 180:
        return False
    return min(xs) < east and max(xs) > west and min(ys) < north and max(ys) > south


def outlines(topology: dict[str, Any]) -> dict[str, list[list[int]]]:
    """Return the rings of each country, by its code (ISO 3166-1 alpha-2)."""
    codes: dict[str, list[str]] = get_global("territory_aliases")  # type: ignore[assignment]
    arcs = arcs_of(topology)
    found: dict[str, list[list[int]]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        if geometry["type"] not in ("Polygon", "MultiPolygon"):
            continue
        kept = []
        for ring in rings_of(geometry, arcs):
            half = len(ring) // 2
            if not in_window(ring) or area(ring) < SMALLEST:
                continue
            # A closed ring has no ends, so it is thinned out in two halves.
            thin = [*thinned(ring[: half + 1], TOLERANCE)[:-1], *thinned(ring[half:], TOLERANCE)]
            kept.append([round(100 * part) for point in thin[:-1] for part in point])
        if kept:
            (code,) = codes[geometry["id"]]
            found[code] = kept
    return dict(sorted(found.items()))


def main(words: list[str]) -> int:
    """Write the outlines of the file that is named."""
    topology = json.loads(Path(words[0]).read_text(encoding="utf-8"))
    content = {
        "source": "Natural Earth, 1:50 million, public domain (naturalearthdata.com), by way of "
        "world-atlas 2.0.2; thinned out. The outlines take no position on any border.",
        "unit": "hundredths of a degree: longitude, latitude, longitude, latitude, …",
        "countries": outlines(topology),
    }
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n")
    print(f"written: {TARGET}, {TARGET.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
