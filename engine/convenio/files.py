"""Writes files whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from convenio.errors import UsageError

READABLE_BY_ALL = 0o644


def is_file(path: Path) -> bool:
    """Tell whether a file is there; a name that no file can have, such as one too long, has none.

    >>> is_file(Path("x" * 1000))
    False
    """
    try:
        return path.is_file()
    except OSError:
        return False


def is_folder(path: Path) -> bool:
    """Tell whether a folder is there, as `is_file` does."""
    try:
        return path.is_dir()
    except OSError:
        return False


def replace_file(path: Path, chunks: Iterable[bytes], mode: int | None = None) -> None:
    """Write a file through a temporary one beside it, which then takes its place.

    `mode` are its permissions; without, they are those of a temporary file: the user's alone.

    Raises UsageError where it can't be written. What is there and is no plain file, such as a
    device or a pipe, stays: whoever may write to its folder would take it from the whole machine.
    """
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            raise UsageError(f"{path}: this is no file that can be replaced")
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.writelines(chunks)
                stream.flush()
                os.fsync(stream.fileno())
            if mode is not None:
                Path(temporary).chmod(mode)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise cannot_write(path, fault) from None


def cannot_write(path: Path, fault: OSError) -> UsageError:
    """Return the error that says why a file can't be written."""
    return UsageError(f"{path}: can't be written: {fault.strerror or fault}")
