"""Keeps packs as they were read, so that the next command need not read them again.

Reading a hundred rules and checking them takes longer than assessing a case. A pack is kept in the
user's cache folder under a name that is a digest of everything it came from: the files of the pack,
this version's own code, Python. So a pack that was changed is read again, and nothing needs to be
cleared. `CONVENIO_CACHE` names another folder; empty, it keeps nothing.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

from convenio.packs.folders import context_files, find_pack
from convenio.packs.pack import Pack
from convenio.version import __version__

_MOST = 24
"""Packs that are kept; the oldest make room."""
_CODE = Path(__file__).resolve().parents[1]
_READING = (".", "documents", "facts", "language", "packs")
"""What of the code makes a pack out of files, and of what kinds its parts are."""


def load_cached_pack(name: str | Path = "core", context: Sequence[Path] = ()) -> Pack:
    """Return what `load_pack` returns, from the cache where the same pack was read before.

    Raises what `load_pack` raises. That the cache can't be read or written stops nothing.

    >>> load_cached_pack("core").currency
    'USD'
    """
    folder = find_pack(str(name))
    cache = _cache()
    kept = None if cache is None else cache / f"{_digest(folder, context)}.pack"
    pack = None if kept is None else _read(kept)
    if pack is not None:
        return pack
    from convenio.packs.loading import load_pack

    pack = load_pack(folder, context)
    if kept is not None:
        _write(pack, kept)
    return pack


def _cache() -> Path | None:
    """Return the folder of the cache; None where there is none that is the user's alone."""
    given = os.environ.get("CONVENIO_CACHE")
    if given == "":
        return None
    try:
        home = os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
        folder = Path(given) if given else Path(home) / "convenio"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        state = folder.stat()
    except (OSError, RuntimeError):
        return None
    # What is read back may run code, so that nobody else may write there.
    foreign = hasattr(os, "getuid") and state.st_uid != os.getuid()
    open_to_others = bool(state.st_mode & (stat.S_IWGRP | stat.S_IWOTH))
    return None if foreign or open_to_others else folder


def _digest(folder: Path, context: Sequence[Path]) -> str:
    told = hashlib.sha256(f"{__version__}\0{sys.version}\0{folder}".encode())
    for part in _READING:
        for source in sorted((_CODE / part).glob("*.py")):
            state = source.stat()
            told.update(f"{source.name}\0{state.st_mtime_ns}\0{state.st_size}\0".encode())
    for file in (*sorted(folder.glob("*.yaml")), *context_files(folder, context)):
        content = file.read_bytes()
        told.update(f"{file}\0{file.is_symlink()}\0{len(content)}\0".encode())
        told.update(content)
    return told.hexdigest()


def _read(kept: Path) -> Pack | None:
    try:
        pack = pickle.loads(kept.read_bytes())
    except Exception:
        return None
    return pack if isinstance(pack, Pack) else None


def _write(pack: Pack, kept: Path) -> None:
    unfinished = kept.with_suffix(f".{os.getpid()}")
    # With it, what the next command would have to make of the rules.
    _ = pack.compiled
    try:
        unfinished.write_bytes(pickle.dumps(pack, protocol=pickle.HIGHEST_PROTOCOL))
        unfinished.replace(kept)
        others = sorted(kept.parent.glob("*.pack"), key=lambda file: file.stat().st_mtime_ns)
        for old in others[:-_MOST]:
            old.unlink(missing_ok=True)
    except OSError:
        unfinished.unlink(missing_ok=True)
