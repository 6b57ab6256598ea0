"""Writes files whole or not at all, and by one writer at a time."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from convenio.errors import UsageError
from convenio.messages import say

if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int, wait: bool) -> None:
        msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int, wait: bool) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)


_NEVER_A_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)

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


def read_at_most(path: Path, most: int, what: str) -> bytes:
    """Return what a file holds, of which no more than so many bytes are ever read.

    Raises UsageError where it can't be read or holds more; `what` says there what it is.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as fault:
        raise UsageError(
            say(
                "{path}: {what} can't be read: {strerror}",
                path=path,
                what=what,
                strerror=fault.strerror,
            )
        ) from None
    if len(data) > most:
        raise UsageError(
            say(
                "{path}: {what} is too large; at most {most:,} bytes are read",
                path=path,
                what=what,
                most=most,
            )
        )
    return data


def replace_file(path: Path, chunks: Iterable[bytes], mode: int | None = None) -> None:
    """Write a file through a temporary one beside it, which then takes its place.

    `mode` are its permissions; without, they are those of a temporary file: the user's alone.

    Raises UsageError where it can't be written. What is there and is no plain file, such as a
    device or a pipe, stays: whoever may write to its folder would take it from the whole machine.
    """
    try:
        target = path.resolve()
        refuse_irreplaceable(path)
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


def refuse_irreplaceable(path: Path) -> None:
    """Raise UsageError where something stands that is no plain file, such as a device or a pipe."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise UsageError(say("{path}: this is no file that can be replaced", path=path))


def put_in_place(unfinished: Path, target: Path) -> None:
    """Give a file that is whole its name; after a crash either it or what was there before stands.

    Raises UsageError where that fails.
    """
    try:
        if unfinished.is_file():
            with unfinished.open("rb") as stream:
                os.fsync(stream.fileno())
        unfinished.replace(target)
    except OSError as fault:
        raise cannot_write(target, fault) from None


@contextmanager
def one_writer(path: Path, wait: bool = False) -> Iterator[None]:
    """Hold a file as its only writer; a second one waits its turn with `wait`, else it is refused.

    The lock is a hidden file beside it, gone when the block is left. One that a killed process
    left behind holds nobody up: the system lets go of what a process held when it ends.

    Raises UsageError where another process writes the file, or nothing can be written there.
    """
    target = path.resolve()
    lock = target.with_name(f".{target.name}.lock")
    handle = _locked(lock, path, wait)
    try:
        yield
    finally:
        # Where an open file can't be taken away (Windows), it stays; it holds nobody up.
        with contextlib.suppress(OSError):
            lock.unlink(missing_ok=True)
        os.close(handle)


def _locked(lock: Path, path: Path, wait: bool) -> int:
    while True:
        try:
            handle = os.open(lock, os.O_RDWR | os.O_CREAT | _NEVER_A_LINK, 0o600)
        except OSError as fault:
            raise cannot_write(path, fault) from None
        try:
            _lock(handle, wait)
            # Who held it before may have taken the name away between the two calls.
            if os.path.samestat(os.fstat(handle), lock.lstat()):
                return handle
        except FileNotFoundError:
            pass
        except OSError as fault:
            os.close(handle)
            if fault.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise cannot_write(path, fault) from None
            raise UsageError(
                say("{path}: another process is writing this file", path=path)
            ) from None
        os.close(handle)


def cannot_write(path: Path, fault: Exception) -> UsageError:
    """Return the error that says why a file can't be written."""
    return UsageError(say("{path}: can't be written: {strerror}", path=path, strerror=_why(fault)))


def cannot_read(path: Path, fault: Exception) -> UsageError:
    """Return the error that says why a file can't be read."""
    return UsageError(say("{path}: can't be read: {strerror}", path=path, strerror=_why(fault)))


def _why(fault: Exception) -> str:
    """Return what the system says, or the first line of what a library does."""
    said = fault.strerror if isinstance(fault, OSError) else None
    return said or next(iter(str(fault).splitlines()), type(fault).__name__)
