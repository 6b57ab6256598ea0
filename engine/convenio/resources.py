"""Finds what ships with Convenio: packs, cases with their events, templates."""

from __future__ import annotations

from pathlib import Path

from convenio.errors import UsageError
from convenio.messages import say


def data_folder(name: str) -> Path:
    """Return the folder `rules`, `cases` or `reports`.

    An installed Convenio carries them inside the package; in a checkout they stand at its top.

    >>> (data_folder("rules") / "core" / "pack.yaml").is_file()
    True
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "_data" / name, package.parents[1] / name):
        if folder.is_dir():
            return folder
    raise UsageError(
        say("the folder '{name}' is missing from this installation of Convenio", name=name)
    )
