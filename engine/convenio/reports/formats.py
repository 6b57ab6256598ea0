"""The formats in which assessments are written. Each is one module; this table names them all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from convenio.assessment.assessment import Assessment
from convenio.reports.wording import Wording


@dataclass(frozen=True, slots=True)
class Screen:
    """Where a text is shown: whether in colour, and how many columns wide."""

    colour: bool = False
    width: int = 100


PAPER = Screen()
"""A file, or another program: no colour, a hundred columns."""


class Renderer(Protocol):
    """Writes one or more assessments in one format."""

    def __call__(
        self, assessments: Sequence[Assessment], wording: Wording, screen: Screen = PAPER, /
    ) -> str:
        """Return what is to be written; `screen` matters to text that people read."""
        ...


# Each module is read when its format is asked for: some need much that others don't.


def _text(assessments: Sequence[Assessment], wording: Wording, screen: Screen = PAPER) -> str:
    from convenio.reports.text import render

    return render(assessments, wording, screen.colour, screen.width)


def _json(assessments: Sequence[Assessment], wording: Wording, _screen: Screen = PAPER) -> str:
    from convenio.reports.json import render

    return render(assessments, wording)


def _markdown(assessments: Sequence[Assessment], wording: Wording, _screen: Screen = PAPER) -> str:
    from convenio.reports.markdown import render

    return render(assessments, wording)


def _sarif(assessments: Sequence[Assessment], wording: Wording, _screen: Screen = PAPER) -> str:
    from convenio.reports.sarif import render

    return render(assessments, wording)


def _junit(assessments: Sequence[Assessment], wording: Wording, _screen: Screen = PAPER) -> str:
    from convenio.reports.junit import render

    return render(assessments, wording)


def _github(assessments: Sequence[Assessment], wording: Wording, _screen: Screen = PAPER) -> str:
    from convenio.reports.github import render

    return render(assessments, wording)


def _csv(assessments: Sequence[Assessment], wording: Wording, _screen: Screen = PAPER) -> str:
    from convenio.reports.csv import render

    return render(assessments, wording)


FORMATS: Mapping[str, Renderer] = {
    "text": _text,
    "json": _json,
    "markdown": _markdown,
    "sarif": _sarif,
    "junit": _junit,
    "github": _github,
    "csv": _csv,
}
"""Every format by the name that `--format` takes."""
