"""What a peer offers to be compared: a name, a version, and a way to build an engine of rules."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import metadata

from .conditions import NestedCase
from .workload import SyntheticRule

Answers = Sequence[bool | None]
"""One answer for each rule, in their order; None for unknown."""

Answer = Callable[[NestedCase], Answers]
Build = Callable[[Sequence[SyntheticRule]], Answer]


@dataclass(frozen=True, slots=True)
class Peer:
    """One contender of using one library.

    `build` imports the library, so that a module of a peer can be read where it is not installed.
    `distribution` is its name in the package index; empty for plain Python. A peer that knows no
    unknown is asked about complete cases only.
    """

    name: str
    distribution: str
    build: Build
    knows_unknown: bool = False
    note: str = ""

    @property
    def version(self) -> str:
        """The installed version; empty where the library is not installed."""
        return installed_version(self.distribution) if self.distribution else ""


def installed_version(distribution: str) -> str:
    """Return the installed version of a package; empty where it is not installed."""
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return ""
