"""Looks through what Word and spreadsheet files are packed of, before any library opens them."""

from __future__ import annotations

import io
import zipfile

from convenio.errors import CaseError, Position, Problem, shorten
from convenio.messages import Message, say

MAX_UNPACKED = 30_000_000
"""Bytes of all parts of a file; the form of the core pack has 1,500,000."""

MAX_PARTS = 300

_REFUSED_PARTS = ("vbaproject", "externallinks/", "embeddings/", "activex/", "ctrlprops/")


def check_parts(data: bytes, name: str, unreadable: Message) -> None:
    """Refuse a file that unpacks to more than people write, or holds what could do something.

    Raises CaseError; `unreadable` says there that it is no such file at all.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise _fault(name, say("the file is too large when it is unpacked"))
            for part in parts:
                if any(refused in part.filename.lower() for refused in _REFUSED_PARTS):
                    message = say("macros, links and embedded files are refused")
                    raise _fault(name, message, part.filename)
                # A definition of entities can blow up to anything; no office program writes one.
                # (In UTF-16 every second byte is a zero.)
                if b"<!DOCTYPE" in archive.read(part).replace(b"\0", b"").upper():
                    raise _fault(name, say("a part defines entities"), part.filename)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, EOFError, ValueError):
        raise _fault(name, unreadable) from None


def _fault(name: str, message: Message, found: str = "") -> CaseError:
    return CaseError([Problem(Position(name), "", message, "", shorten(found))])
