"""Finds the folder of a pack."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from convenio.errors import UsageError, nearest_name
from convenio.resources import data_folder


def find_pack(name: str) -> Path:
    """Return the folder of a pack given as a folder or as the name of one that ships.

    Raises UsageError where there is none.
    """
    folder = Path(name)
    if (folder / "pack.yaml").is_file():
        return folder
    root = data_folder("rules")
    shipped = sorted(path.parent.name for path in root.glob("*/pack.yaml"))
    if name in shipped:
        return root / name
    nearest = nearest_name(name, shipped)
    hint = f"; did you mean {nearest}?" if nearest else ""
    raise UsageError(
        f"no pack '{name}': neither a folder with a pack.yaml nor one of {', '.join(shipped)}{hint}"
    )


def context_files(folder: Path, further: Sequence[Path]) -> list[Path]:
    """Return the files of the dated tables of a pack and of further folders.

    A table stands in the place of one of the same name in a folder that comes before. Raises
    UsageError where a further folder holds none.
    """
    found = {file.name: file for file in sorted((folder / "context").glob("*.yaml"))}
    for other in further:
        files = sorted(other.glob("*.yaml"))
        if not files:
            raise UsageError(f"{other}: no context table is there (files that end in .yaml)")
        found |= {file.name: file for file in files}
    return list(found.values())
