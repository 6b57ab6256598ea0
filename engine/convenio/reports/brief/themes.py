"""Themes of the brief: an organisation's name, colours, logo and classification line, as data.

A theme changes no word and no verdict, and holds no code: colours are checked for contrast when it
is loaded, and the colours of ratings stay, since they carry meaning.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from convenio.documents import Document, parse_document
from convenio.documents.models import position_at, validate
from convenio.errors import Position, Problem, UsageError
from convenio.files import read_at_most
from convenio.messages import say
from convenio.reports.brief.colours import contrast, is_colour

LARGEST_THEME = 100_000
LARGEST_LOGO = 200_000
"""Bytes of a logo, which every brief carries."""

ENOUGH = 4.5
"""Contrast of text with what it stands on (WCAG 2.2, 1.4.3)."""

_SIGNATURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}

Colour = Literal["ink", "quiet", "line", "paper", "tint", "accent"]
_DEFAULT: dict[Colour, str] = {
    "ink": "#1c2430",
    "quiet": "#4d5866",
    "line": "#c9d0d8",
    "paper": "#ffffff",
    "tint": "#f3f5f8",
    "accent": "#1f4e79",
}
_RATINGS = ("#0b6f8f", "#524000", "#bb4b0a", "#7d0d45")
_READ: tuple[tuple[Colour, Colour], ...] = (
    ("ink", "paper"),
    ("ink", "tint"),
    ("quiet", "paper"),
    ("quiet", "tint"),
    ("accent", "paper"),
)
"""Which colour is read on which."""


@dataclass(frozen=True, slots=True)
class Theme:
    """How a brief is dressed; `logo` is a picture as a data address, or nothing."""

    organisation: str = ""
    classification: str = ""
    logo: str = ""
    colours: dict[str, str] = field(default_factory=dict)

    @property
    def style(self) -> str:
        """The colours as CSS, for light screens and paper; dark screens keep their own."""
        if not self.colours:
            return ""
        rules = "".join(f"--{name}: {colour}; " for name, colour in sorted(self.colours.items()))
        return f"@media print, (prefers-color-scheme: light) {{ :root {{ {rules}}} }}\n"

    def as_data(self) -> dict[str, Any]:
        """Return the theme as plain data, from which `theme_of` makes it again."""
        return {
            "organisation": self.organisation,
            "classification": self.classification,
            "logo": self.logo,
            "colours": dict(sorted(self.colours.items())),
        }


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: int = Field(ge=1, le=1)
    organisation: str = Field(default="", max_length=200)
    classification: str = Field(default="", max_length=100)
    logo: str = Field(default="", max_length=200)
    colours: dict[Colour, str] = {}


def load_theme(path: Path) -> Theme:
    """Read a theme's file, and the logo that lies beside it.

    Raises UsageError with what is wrong: unknown keys, colours that can't be read on one another,
    a logo that is neither PNG nor JPEG, is too large, or does not lie beside the file.
    """
    content = read_at_most(path, LARGEST_THEME, say("the theme"))
    document = parse_document(content, str(path), UsageError)
    declared = validate(_File, document.root, UsageError)
    problems = list(_colour_problems(declared, document))
    if problems:
        raise UsageError(problems)
    logo = _logo(path, declared.logo) if declared.logo else ""
    colours = {str(name): colour.lower() for name, colour in declared.colours.items()}
    return Theme(declared.organisation, declared.classification, logo, colours)


def theme_of(data: Any) -> Theme:
    """Make a theme again from what `as_data` gave; a brief that was altered may hold anything.

    Raises UsageError where the data are none.
    """
    wrong = UsageError(say("the theme of the page can't be read: it was altered"))
    if not isinstance(data, dict) or set(data) != set(Theme().as_data()):
        raise wrong
    texts = [data["organisation"], data["classification"], data["logo"]]
    colours = data["colours"]
    if not all(isinstance(text, str) for text in texts) or not isinstance(colours, dict):
        raise wrong
    if not all(name in _DEFAULT and is_colour(str(colour)) for name, colour in colours.items()):
        raise wrong
    prefixes = tuple(f"data:{kind};base64," for kind in _SIGNATURES.values())
    if data["logo"] and not data["logo"].startswith(prefixes):
        raise wrong
    organisation, classification, logo = texts
    return Theme(organisation, classification, logo, colours)


def _colour_problems(declared: _File, document: Document) -> list[Problem]:
    position = position_at(document.root, ("colours",))
    wrong = [
        _problem(document, name, say("no colour"), say("a colour such as #1f4e79"), colour)
        for name, colour in declared.colours.items()
        if not is_colour(colour)
    ]
    if wrong:
        return wrong
    colours: dict[Colour, str] = {**_DEFAULT, **declared.colours}
    found = []
    for text, ground in _READ:
        held = contrast(colours[text], colours[ground])
        if held < ENOUGH:
            found.append(_too_close(position, text, ground, held))
    for rating in _RATINGS:
        for ground in ("paper", "tint"):
            held = contrast(rating, colours[ground])
            if held < ENOUGH:
                found.append(_too_close(position, rating, ground, held))
    return found


def _too_close(position: Position, text: str, ground: str, held: float) -> Problem:
    message = say(
        "{text} can't be read on {ground}: their contrast is {held}",
        text=text,
        ground=ground,
        held=held,
    )
    expected = say("a contrast of {enough} or more (WCAG 2.2)", enough=ENOUGH)
    return Problem(position, "colours", message, expected=expected)


def _problem(document: Document, name: str, message: str, expected: str, found: str) -> Problem:
    position = position_at(document.root, ("colours", name))
    return Problem(position, f"colours.{name}", message, expected=expected, found=found)


def _logo(theme: Path, name: str) -> str:
    """Return a logo as a data address; it lies beside the theme's file, and is a plain picture."""
    path = theme.parent / name
    if Path(name).name != name or path.is_symlink():
        raise UsageError(say("{name}: a logo lies beside its theme, and is no link", name=name))
    content = read_at_most(path, LARGEST_LOGO, say("the logo"))
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            return f"data:{kind};base64,{base64.b64encode(content).decode()}"
    raise UsageError(say("{path}: a logo is a PNG or JPEG picture", path=path))
