"""Reads PDF, Word and plain text files of strangers, within limits of size, memory and time.

What takes files apart runs in a process of its own: a file that is made to take for ever, or all
memory, ends that process and yields a message.
"""

from __future__ import annotations

import hashlib
import io
import multiprocessing
import sys
import zipfile
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from convenio.drafting.pages import MAX_PAGE, MAX_PAGES, Pages, pages_of
from convenio.errors import UsageError
from convenio.files import read_at_most
from convenio.messages import Message, say

MAX_FILE = 40_000_000
MAX_UNPACKED = 60_000_000
MAX_PARTS = 5_000
SECONDS = 60.0
MEMORY = 1_500_000_000

_Read = tuple[list[str], int, bool]
"""Texts of pages, how many more there are, whether the form of the file knows pages."""


class _UnreadableError(Exception):
    """A file can't be read; the text says why."""


def read_document(path: Path, seconds: float = SECONDS) -> Pages:
    """Return the pages of a document. Raises UsageError where it can't be read."""
    form = path.suffix.lower()
    reader = _READERS.get(form)
    if reader is None:
        raise UsageError(say("{path}: drafts are made from .pdf, .docx and .txt files", path=path))
    data = read_at_most(path, MAX_FILE, say("the document"))
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    try:
        texts, left, numbered = reader(data) if form == ".txt" else _apart(form, data, seconds)
    except _UnreadableError as fault:
        raise UsageError(say("{path}: {fault}", path=path, fault=fault.args[0])) from None
    return pages_of(path.name, digest, texts, left, numbered)


def _apart(form: str, data: bytes, seconds: float) -> _Read:
    """Read in a process of its own, which has so many seconds."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(form, data, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            raise _UnreadableError(
                say("the file was not read within {seconds:.0f} seconds", seconds=seconds)
            )
        found = ours.recv()
    except (EOFError, OSError):
        raise _UnreadableError(say("the file can't be read: it takes too much memory")) from None
    finally:
        process.kill()
        process.join()
        ours.close()
    if isinstance(found, tuple):
        return found
    raise _UnreadableError(_WHY.get(found) or say("the file can't be read: {why}", why=found))


_WHY: dict[str, Message] = {
    "encrypted": say("the file is encrypted; save a copy without a password"),
    "pypdf": say("PDF files need an extra: pip install 'convenio[documents]'"),
    "docx": say("Word files need an extra: pip install 'convenio[documents]'"),
    "unpacked": say("the file is too large when it is unpacked"),
    "broken": say("the file is broken, or no such file as its name says"),
}


def _child(form: str, data: bytes, answer: Connection) -> None:
    _limit_memory()
    try:
        answer.send(_READERS[form](data))
    except _UnreadableError as fault:
        answer.send(str(fault))
    except MemoryError:
        answer.send("unpacked")
    except ImportError as fault:
        answer.send(str(fault.name))
    except Exception:
        # What a file of a stranger makes a library raise says nothing to an analyst.
        answer.send("broken")


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        soft, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = min([MEMORY, *(one for one in (soft, most) if one != resource.RLIM_INFINITY)])
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))


def _plain(data: bytes) -> _Read:
    """Read plain text; a form feed ends a page."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    parts = text.split("\f")
    if len(parts) > 1 and not parts[-1].strip():
        parts.pop()
    return parts[:MAX_PAGES], max(0, len(parts) - MAX_PAGES), len(parts) > 1


def _pdf(data: bytes) -> _Read:
    import logging

    import pypdf

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise _UnreadableError("encrypted")
    count = len(reader.pages)
    texts = [_text_of(reader.pages[i].extract_text) for i in range(min(count, MAX_PAGES))]
    return texts, max(0, count - MAX_PAGES), True


def _text_of(extract: Callable[[], str]) -> str:
    """Return the text of one page; one that can't be read counts as a page without text."""
    try:
        return extract()[:MAX_PAGE]
    except MemoryError:
        raise
    except Exception:
        return ""


def _word(data: bytes) -> _Read:
    """Read a Word file; its pages are those that Word saw when it was saved last."""
    import docx

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
            raise _UnreadableError("unpacked")
    document = docx.Document(io.BytesIO(data))
    pages: list[list[str]] = [[]]
    for paragraph in document.element.body.iter(f"{_W}p"):
        pages[-1].append("")
        for piece in _pieces(paragraph):
            if piece == "\f":
                pages.append([""])
            else:
                pages[-1][-1] += piece
    texts = ["\n".join(page) for page in pages]
    return texts[:MAX_PAGES], max(0, len(texts) - MAX_PAGES), len(texts) > 1


_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def _pieces(paragraph: Any) -> Iterator[str]:
    """Yield the words of a paragraph and its breaks of page; hidden text is none of them."""
    for node in paragraph.iter():
        if node.tag == f"{_W}t":
            if not _hidden(node):
                yield node.text or ""
        elif node.tag in (f"{_W}tab", f"{_W}cr"):
            yield " "
        elif node.tag == f"{_W}lastRenderedPageBreak" or (
            node.tag == f"{_W}br" and node.get(f"{_W}type") == "page"
        ):
            yield "\f"
        elif node.tag == f"{_W}br":
            yield "\n"


def _hidden(node: Any) -> bool:
    run = node.getparent()
    return run is not None and run.find(f"{_W}rPr/{_W}vanish") is not None


_READERS: dict[str, Callable[[bytes], _Read]] = {".txt": _plain, ".pdf": _pdf, ".docx": _word}
