"""Opens the files in which tables come: endings, packed files, encodings."""

from __future__ import annotations

import codecs
import gzip
import zipfile
from pathlib import Path
from typing import IO

from convenio.errors import UsageError

TEXTS = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".zip")
SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TYPED = (".parquet", ".jsonl", ".ndjson")
ENDINGS = (*TEXTS, *SHEETS, *TYPED)
_CHUNK = 1 << 20
_BYTE_ORDER = ((codecs.BOM_UTF8, "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
NAMES_OF_ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}


def ending(path: Path) -> str:
    """Return the ending by which a table's kind is known, in small letters, or nothing."""
    name = path.name.lower()
    return max((end for end in ENDINGS if name.endswith(end)), key=len, default="")


def as_utf8(path: Path, encoding: str | None, scratch: Path) -> tuple[Path, str]:
    """Return a file with the text in UTF-8, and the encoding in which it was found."""
    name = encoding or _encoding(path)
    packed = ending(path) in (".csv.gz", ".tsv.gz", ".zip")
    if name == "utf-8" and not packed:
        return path, name
    target = scratch / f"{len(list(scratch.iterdir()))}.csv"
    try:
        reader = codecs.getreader(name)
    except LookupError:
        raise UsageError(f"--encoding: there is no encoding '{name}'") from None
    try:
        with _bytes(path) as opened, target.open("w", encoding="utf-8", newline="") as out:
            text = reader(opened)
            while chunk := text.read(_CHUNK):
                out.write(chunk)
    except UnicodeError:
        raise UsageError(
            f"{path}: the text is not in {NAMES_OF_ENCODINGS.get(name, name)}; give --encoding"
        ) from None
    return target, name.removesuffix("-sig")


def _encoding(path: Path) -> str:
    with _bytes(path) as opened:
        start = opened.read(4)
        for mark, name in _BYTE_ORDER:
            if start.startswith(mark):
                return name
        decoder = codecs.getincrementaldecoder("utf-8")()
        chunk, is_utf8 = start, True
        while chunk:
            if b"\0" in chunk:
                raise UsageError(
                    f"{path}: can't be read: it holds NUL bytes; if it is UTF-16 without its mark, "
                    "give --encoding utf-16-le"
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
    tables = [name for name in packed.namelist() if name.lower().endswith((".csv", ".tsv"))]
    if len(tables) != 1:
        raise UsageError(f"{path}: holds {len(tables)} tables (.csv, .tsv); one is expected")
    return packed.open(tables[0])
