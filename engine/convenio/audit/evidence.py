"""What a log needs to be re-evaluated: the packs and cases it names, kept beside it by digest.

Beside `LOG.jsonl` stands the folder `LOG.jsonl.evidence`: `packs/<sha256>/` holds a pack's files
with the context tables that were used, `cases/<sha256>.yaml` (or `.json`) a case file as it was,
`head.json` how many records there are and the hash of the last.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from convenio.audit.canonical import digest
from convenio.errors import ConvenioError, UsageError
from convenio.files import READABLE_BY_ALL, cannot_write, replace_file
from convenio.messages import say
from convenio.packs.loading import load_pack
from convenio.packs.pack import Pack

_PREFIX = "sha256:"


@dataclass(frozen=True, slots=True)
class Head:
    """How many records were written, and the hash of the last of them."""

    count: int
    hash: str


class Evidence:
    """The folder of evidence beside a log."""

    def __init__(self, log: Path) -> None:
        self.folder = log.with_name(log.name + ".evidence")

    def keep(self, case: bytes, case_digest: str, ending: str, pack: Pack) -> None:
        """Keep a case file and a pack, unless they are there.

        Raises UsageError where they can't be written, or are no longer what was assessed.
        """
        if digest(case) != case_digest:
            raise UsageError(
                say("the case file was changed while it was assessed: its record can't be kept")
            )
        target = self._case(case_digest, ending)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                replace_file(target, [case], READABLE_BY_ALL)
            self._keep_pack(pack)
        except OSError as fault:
            raise cannot_write(self.folder, fault) from None

    def _keep_pack(self, pack: Pack) -> None:
        target = self.folder / "packs" / _name(pack.digest)
        if target.is_dir():
            return
        unfinished = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        try:
            for name, file in pack.files.items():
                copy = unfinished / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, copy)
            if load_pack(unfinished).digest != pack.digest:
                raise UsageError(
                    say("the pack was changed while it was used: no record is written")
                )
            unfinished.replace(target)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)

    def pack(self, wanted: str, language: str = "") -> Pack | None:
        """Return the pack of a digest; None where it is not kept, or is not what it was."""
        folder = self.folder / "packs" / _name(wanted)
        if not (folder / "pack.yaml").is_file():
            return None
        try:
            pack = load_pack(folder, language=language)
        except ConvenioError:
            return None
        return pack if pack.digest == wanted else None

    def case(self, wanted: str) -> Path | None:
        """Return the case file of a digest; None where it is not kept, or is not what it was."""
        for ending in (".yaml", ".json"):
            file = self._case(wanted, ending)
            if file.is_file() and digest(file.read_bytes()) == wanted:
                return file
        return None

    def _case(self, wanted: str, ending: str) -> Path:
        return self.folder / "cases" / (_name(wanted) + ending)

    def head(self) -> Head | None:
        """Return what was last said of the log's end; None where nothing was.

        Raises UsageError where it can't be read.
        """
        file = self.folder / "head.json"
        try:
            found = json.loads(file.read_bytes())
            head = Head(found["count"], found["hash"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            raise UsageError(
                say("{file}: this can't be read: it was damaged or altered", file=file)
            ) from None
        if not isinstance(head.count, int) or not isinstance(head.hash, str):
            raise UsageError(
                say("{file}: this can't be read: it was damaged or altered", file=file)
            )
        return head

    def write_head(self, head: Head) -> None:
        """Say where the log ends now."""
        text = json.dumps({"count": head.count, "hash": head.hash}) + "\n"
        replace_file(self.folder / "head.json", [text.encode("ascii")], READABLE_BY_ALL)
        _sync_folder(self.folder)


def _name(wanted: str) -> str:
    """Return the name under which something of a digest is kept; a digest alone can name it."""
    text = wanted.removeprefix(_PREFIX)
    return text if len(text) == 64 and text.isalnum() and text.isascii() else "none"


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return  # a folder can't be opened there, and its names are written at once
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
