"""Opens the files in which tables come: endings, packed files, encodings."""

from __future__ import annotations

import codecs
import gzip
import zipfile
from pathlib import Path
from typing import IO

from convenio.errors import UsageError
from convenio.messages import say

TEXTS = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".zip")
SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TYPED = (".parquet", ".jsonl", ".ndjson")
ENDINGS = (*TEXTS, *SHEETS, *TYPED)
_CHUNK = 1 << 20
_BYTE_ORDER = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Marks at the beginning of a text, the longer before those with which they begin."""
NAMES_OF_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
}


def ending(path: Path) -> str:
    """Return the ending by which a table's kind is known, in small letters, or nothing."""
    name = path.name.lower()
    return max((end for end in ENDINGS if name.endswith(end)), key=len, default="")


def as_utf8(path: Path, encoding: str | None, scratch: Path) -> tuple[Path, str]:
    """Return a file with the text in UTF-8, and the encoding in which it was found.

    Lines that end as on old Macs, in CR alone, end in LF there.
    """
    name = _named(encoding) if encoding else _encoding(path)
    packed = ending(path) in (".csv.gz", ".tsv.gz", ".zip")
    ends_in_cr = not encoding and name == "utf-8" and _ends_lines_in_cr(path)
    if name == "utf-8" and not packed and not ends_in_cr:
        return path, name
    target = scratch / f"{len(list(scratch.iterdir()))}.csv"
    try:
        with _bytes(path) as opened, target.open("w", encoding="utf-8", newline="") as out:
            text = codecs.getreader(name)(opened)
            while chunk := text.read(_CHUNK):
                out.write(chunk)
    except UnicodeError:
        raise UsageError(
            say(
                "{path}: the text is not in {plain}; give --encoding", path=path, plain=_plain(name)
            )
        ) from None
    if _ends_lines_in_cr(target):
        with target.open(encoding="utf-8", newline="\r") as opened:
            lines = target.with_suffix(".lines")
            with lines.open("w", encoding="utf-8", newline="") as out:
                out.writelines(line.removesuffix("\r") + "\n" for line in opened)
        target = lines
    return target, name.removesuffix("-sig")


def _plain(name: str) -> str:
    bare = name.removesuffix("-sig")
    return NAMES_OF_ENCODINGS.get(bare, bare)


def _named(encoding: str) -> str:
    """Return an encoding that was asked for by the name that Python gives it."""
    try:
        name = codecs.lookup(encoding).name
        b" ".decode(name, "ignore")
    except (LookupError, UnicodeError):
        raise UsageError(
            say("--encoding: there is no encoding '{encoding}'", encoding=encoding)
        ) from None
    # A byte-order mark is no letter of the first name, whether or not it was thought of.
    return "utf-8-sig" if name == "utf-8" else name


def _ends_lines_in_cr(path: Path) -> bool:
    """Tell whether a text has CR, and no LF at all."""
    has_cr = False
    with _bytes(path) as opened:
        while chunk := opened.read(_CHUNK):
            if b"\n" in chunk:
                return False
            has_cr = has_cr or b"\r" in chunk
    return has_cr


def _encoding(path: Path) -> str:
    with _bytes(path) as opened:
        start = opened.read(4)
        for mark, name in _BYTE_ORDER:
            if start.startswith(mark):
                return name
        if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")):
            raise UsageError(
                say(
                    "{path}: can't be read: it holds a workbook or a packed file, "
                    "which its name doesn't say (.xlsx, .xls, .zip, .csv.gz)",
                    path=path,
                )
            )
        decoder = codecs.getincrementaldecoder("utf-8")()
        chunk, is_utf8 = start, True
        while chunk:
            if b"\0" in chunk:
                raise UsageError(
                    say(
                        "{path}: can't be read: it holds NUL bytes; if it is UTF-16 "
                        "without its mark, give --encoding utf-16-le",
                        path=path,
                    )
                )
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
            chunk = opened.read(_CHUNK)
        return "utf-8" if is_utf8 else "cp1252"


def _bytes(path: Path) -> IO[bytes] | gzip.GzipFile:
    kind = ending(path)
    if kind.endswith(".gz"):
        return gzip.open(path)
    if kind != ".zip":
        return path.open("rb")
    packed = zipfile.ZipFile(path)
    tables = [
        name
        for name in packed.namelist()
        # macOS packs what it knows of a file beside it, under the same ending.
        if name.lower().endswith((".csv", ".tsv")) and not name.startswith("__MACOSX/")
    ]
    if len(tables) != 1:
        named = f": {', '.join(tables[:5])}" if tables else ""
        raise UsageError(
            say(
                "{path}: holds {count} tables (.csv, .tsv); one is expected{named}",
                path=path,
                count=len(tables),
                named=named,
            )
        )
    if packed.getinfo(tables[0]).flag_bits & 1:
        raise UsageError(
            say("{path}: can't be read: {tables} is encrypted", path=path, tables=tables[0])
        )
    return packed.open(tables[0])
