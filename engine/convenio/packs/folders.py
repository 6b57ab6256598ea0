"""Finds the folder of a pack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from convenio.documents.reading import MAX_BYTES
from convenio.errors import PackError, Position, Problem, UsageError, nearest_name, shorten
from convenio.files import is_file, is_folder
from convenio.messages import say
from convenio.resources import data_folder

MOST = f"at most {MAX_BYTES:,} bytes"


def find_pack(name: str) -> Path:
    """Return the folder of a pack given as a folder or as the name of one that ships.

    Raises UsageError where there is none, PackError where a file of it is none that ends.
    """
    folder = Path(name)
    if is_file(folder / "pack.yaml"):
        check_files(sorted(folder.glob("*.yaml")))
        return folder
    root = data_folder("rules")
    shipped = sorted(path.parent.name for path in root.glob("*/pack.yaml"))
    if name in shipped:
        return root / name
    nearest = nearest_name(name, shipped)
    hint = say("; did you mean {nearest}?", nearest=nearest) if nearest else ""
    raise UsageError(
        say(
            "no pack '{name}': neither a folder with a pack.yaml nor one of {shipped}{hint}",
            name=shorten(name, 100),
            shipped=", ".join(shipped),
            hint=hint,
        )
    )


def context_files(folder: Path, further: Sequence[Path]) -> list[Path]:
    """Return the files of the dated tables of a pack and of further folders.

    A table stands in the place of one of the same name in a folder that comes before. Raises
    UsageError where a further folder holds none, PackError where a table is no file that ends.
    """
    found = {file.name: file for file in sorted((folder / "context").glob("*.yaml"))}
    for other in further:
        files = sorted(other.glob("*.yaml")) if is_folder(other) else []
        if not files:
            raise UsageError(
                say(
                    "{other}: no context table is there (files that end in .yaml)",
                    other=shorten(str(other), 100),
                )
            )
        found |= {file.name: file for file in files}
    check_files(found.values())
    return list(found.values())


def check_files(files: Iterable[Path]) -> None:
    """Refuse what can't be read to its end, such as a device, before anybody reads it whole."""
    problems = [
        Problem(Position(str(file)), "", say("this is no file, or one that is too large"), MOST)
        for file in files
        if not is_file(file) or file.stat().st_size > MAX_BYTES
    ]
    if problems:
        raise PackError(problems)
