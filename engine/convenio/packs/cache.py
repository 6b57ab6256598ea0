"""Keeps packs as they were read, so that the next command need not read them again.

Reading a hundred rules and checking them takes longer than assessing a case. A pack is kept in the
user's cache folder under a name that is a digest of everything it came from: the files of the pack,
this version's own code, Python and the libraries that read. So a pack that was changed is read
again, and nothing needs to be cleared.

What is kept are data, no code (`kept`). They are taken only from a file that is the user's alone,
in a folder that is the user's alone, and only where they carry the mark of the user's own key,
which stands outside the cache: a file that came with a repository is passed over, whoever owns it.

`CONVENIO_CACHE` names another folder; empty, it keeps nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
import sys
from collections.abc import Sequence
from pathlib import Path

import pydantic
import yaml

from convenio.errors import UsageError
from convenio.messages import say
from convenio.packs.folders import context_files, find_pack
from convenio.packs.kept import NotPlainError, from_data, to_data
from convenio.packs.pack import Pack
from convenio.packs.translations import translation_files
from convenio.version import __version__

_MOST = 24
"""Packs that are kept; the oldest make room."""
_LARGEST = 64_000_000
"""Bytes of a file that is still read; the core pack takes one million."""
_CODE = Path(__file__).resolve().parents[1]
_READING = (".", "documents", "facts", "language", "packs")
"""What of the code makes a pack out of files, and of what kinds its parts are."""
_LIBRARIES = f"{sys.version}\0{pydantic.VERSION}\0{yaml.__version__}"
_KEY_BYTES = 32
_MARK_BYTES = hashlib.sha256().digest_size


def load_cached_pack(
    name: str | Path = "core", context: Sequence[Path] = (), language: str = ""
) -> Pack:
    """Return what `load_pack` returns, from the cache where the same pack was read before.

    Raises what `load_pack` raises, and UsageError where `CONVENIO_CACHE` is no absolute path. That
    the cache can't be read or written stops nothing.

    >>> load_cached_pack("core").currency
    'USD'
    """
    folder = find_pack(str(name))
    cache = _cache()
    key = None if cache is None else _key()
    if cache is None or key is None:
        return _read_anew(folder, context, language)
    kept = cache / f"{_digest(folder, context, language)}.pack"
    pack = _read(kept, key)
    if pack is None:
        pack = _read_anew(folder, context, language)
        _write(pack, kept, key)
    return pack


def _read_anew(folder: Path, context: Sequence[Path], language: str) -> Pack:
    from convenio.packs.loading import load_pack

    return load_pack(folder, context, language)


def _cache() -> Path | None:
    """Return the folder of the cache; None where there is none that is the user's alone."""
    given = os.environ.get("CONVENIO_CACHE")
    if given == "":
        return None
    if given is not None and not Path(given).is_absolute():
        raise UsageError(
            say(
                "CONVENIO_CACHE takes an absolute path, not '{given}', which "
                "would be another folder in every place that Convenio is "
                "called from",
                given=given,
            )
        )
    return _own_folder(Path(given) if given else _home("XDG_CACHE_HOME", ".cache"))


def _home(variable: str, otherwise: str) -> Path | None:
    """Return Convenio's folder under one of the user's (XDG Base Directory Specification)."""
    named = Path(os.environ.get(variable, ""))
    try:
        # A relative path there is invalid and is passed over, as the specification says.
        return (named if named.is_absolute() else Path("~").expanduser() / otherwise) / "convenio"
    except RuntimeError:
        return None


def _own_folder(folder: Path | None) -> Path | None:
    try:
        if folder is None:
            return None
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        state = folder.lstat()
    except OSError:
        return None
    return folder if stat.S_ISDIR(state.st_mode) and _is_own(state) else None


def _is_own(state: os.stat_result) -> bool:
    """Tell whether a file or folder is the user's, and nobody else may write there.

    Where that can't be read off a file (Windows), the mark of the user's key has to do.
    """
    if not hasattr(os, "getuid"):
        return True
    return state.st_uid == os.getuid() and not state.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _key() -> bytes | None:
    """Return the user's key, made when first needed; None where none can be kept."""
    folder = _own_folder(_home("XDG_STATE_HOME", ".local/state"))
    if folder is None:
        return None
    file = folder / "cache.key"
    found = _content(file)
    if found is None:
        _put(file, secrets.token_bytes(_KEY_BYTES))
        found = _content(file)
    return found if found is not None and len(found) == _KEY_BYTES else None


def _digest(folder: Path, context: Sequence[Path], language: str) -> str:
    told = hashlib.sha256(f"{__version__}\0{_LIBRARIES}\0{folder}\0{language}".encode())
    for part in _READING:
        for source in sorted((_CODE / part).glob("*.py")):
            state = source.stat()
            told.update(f"{source.name}\0{state.st_mtime_ns}\0{state.st_size}\0".encode())
    files = sorted(folder.glob("*.yaml"))
    translations = translation_files(folder).values()
    for file in (*files, *context_files(folder, context), *translations):
        content = file.read_bytes()
        told.update(f"{file}\0{file.is_symlink()}\0{len(content)}\0".encode())
        told.update(content)
    return told.hexdigest()


def _read(kept: Path, key: bytes) -> Pack | None:
    content = _content(kept)
    if content is None:
        return None
    mark, data = content[:_MARK_BYTES], content[_MARK_BYTES:]
    if not hmac.compare_digest(mark, _mark(key, kept, data)):
        return None
    try:
        return from_data(data)
    except NotPlainError:
        return None


def _mark(key: bytes, kept: Path, data: bytes) -> bytes:
    """Return what only this user's Convenio can write for these data under this name."""
    return hmac.digest(key, kept.name.encode() + b"\0" + data, "sha256")


def _content(file: Path) -> bytes | None:
    """Return what a file holds that is the user's alone and no link; else None."""
    try:
        handle = os.open(file, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
        with os.fdopen(handle, "rb") as stream:
            state = os.fstat(handle)
            usable = stat.S_ISREG(state.st_mode) and _is_own(state) and state.st_size <= _LARGEST
            return stream.read(_LARGEST) if usable else None
    except OSError:
        return None


def _put(file: Path, content: bytes) -> None:
    """Write a file that only the user may read, whole or not at all."""
    unfinished = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        # A link that stands there is replaced, not followed.
        unfinished.replace(file)
    except OSError:
        unfinished.unlink(missing_ok=True)


def _write(pack: Pack, kept: Path, key: bytes) -> None:
    try:
        data = to_data(pack)
    except NotPlainError:
        return
    _put(kept, _mark(key, kept, data) + data)
    try:
        others = sorted(kept.parent.glob("*.pack"), key=lambda file: file.lstat().st_mtime_ns)
        for old in others[:-_MOST]:
            old.unlink(missing_ok=True)
    except OSError:
        return
