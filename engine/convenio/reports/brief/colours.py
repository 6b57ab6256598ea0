"""Colours as readers see them: contrast, and what is left of a colour without one kind of cone."""

from __future__ import annotations

import re

Rgb = tuple[float, float, float]

_HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")

DEFICIENCIES: dict[str, tuple[Rgb, Rgb, Rgb]] = {
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""What a colour in linear RGB becomes without one kind of cone: Machado, Oliveira and Fernandes, "A
Physiologically-based Model for Simulation of Color Vision Deficiency" (2009), severity 1.0."""


def is_colour(text: str) -> bool:
    """Tell whether a text is a colour as `#1f4e79`."""
    return _HEX.match(text) is not None


def rgb(colour: str) -> Rgb:
    """Return a colour such as `#1f4e79` as linear red, green and blue from 0 to 1 (sRGB)."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return _linear(red), _linear(green), _linear(blue)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21 (WCAG 2.2, relative luminance).

    >>> contrast("#000000", "#ffffff")
    21.0
    """
    light, dark = sorted((_luminance(rgb(one)), _luminance(rgb(other))), reverse=True)
    return round((light + 0.05) / (dark + 0.05), 2)


def _luminance(colour: Rgb) -> float:
    return 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2]


def difference(one: str, other: str, deficiency: str = "") -> float:
    """Return how different two colours look (CIE 1976, L*a*b*), to all or with a deficiency.

    Two colours side by side are told apart from about 2.3 on.
    """
    pairs = zip(_lab(one, deficiency), _lab(other, deficiency), strict=True)
    return float(sum((a - b) ** 2 for a, b in pairs) ** 0.5)


def _lab(colour: str, deficiency: str) -> Rgb:
    red, green, blue = _seen(rgb(colour), deficiency)
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = map(_cube_root, (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def _cube_root(part: float) -> float:
    return float(part ** (1 / 3)) if part > 216 / 24389 else (24389 / 27 * part + 16) / 116


def _seen(colour: Rgb, deficiency: str) -> Rgb:
    if not deficiency:
        return colour
    red, green, blue = (
        min(1.0, max(0.0, sum(a * b for a, b in zip(row, colour, strict=True))))
        for row in DEFICIENCIES[deficiency]
    )
    return red, green, blue
