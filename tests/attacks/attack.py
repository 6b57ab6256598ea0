"""What an attack is, as a row of corpus/*.yaml says it, and its files on the disk.

- name: keys without number          # a sentence
  files:                              # what stands in the folder where the command runs
    case.yaml: "text"                 # as it is; {head} stands for the three keys of each case
    big.yaml: {head: …, each: "k{i}: 1\n", times: 20000, tail: …}
    raw.yaml: {bytes: "00ff"}         # in hexadecimal
        link.yaml: {link: case.yaml}  # a symbolic link, never out of the attack's own folder
        huge.yaml: {sparse: 10000000000}  # so many zeros, which take no room on the disk
        pipe.yaml: {pipe: true}           # a named pipe, which is no plain file
  pack: {first.yaml: …}               # the small pack in the folder `pack`, these files changed
  command: [assess, case.yaml]        # what is run; NAMEn becomes n letters
  input: …                            # what stands on standard input
  environment: {…}
  exit: 3                             # the exit code
  says: a part of what is told        # or a list of parts
  at: "case.yaml:4:1"                 # the place that the message names
  never: a part that no output has    # or a list; `out` and every file that was written count
  writes: [brief.html]                # the files that stand there afterwards and did not before
  mended: no – why                    # the attack still wins; whoever mends it takes this away
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, field_validator

HERE = Path(__file__).parent
HEAD = "case: attack\ntitle: An attack\nas_of: 2020-01-01\n"
SMALL_PACK = HERE.parent / "batch" / "small_pack"


class Big(BaseModel):
    """A file whose text is too long to be written down."""

    model_config = ConfigDict(extra="forbid")
    head: str = ""
    each: str = ""
    times: int = 0
    tail: str = ""
    bytes: str | None = None
    link: str | None = None
    sparse: int | None = None
    pipe: bool = False

    @field_validator("link")
    @classmethod
    def _stays_inside(cls, link: str | None) -> str | None:
        """An attack that wins shall not reach anything of the machine that it runs on."""
        if link is not None and (link.startswith("/") or link.count("..") > 1):
            raise ValueError("a link of an attack leads out of its folder")
        return link

    def write(self, file: Path) -> None:
        """Write the file."""
        if self.link is not None:
            file.symlink_to(self.link)
        elif self.sparse is not None:
            with file.open("wb") as stream:
                stream.truncate(self.sparse)
        elif self.pipe:
            os.mkfifo(file)
        elif self.bytes is not None:
            file.write_bytes(bytes.fromhex(self.bytes))
        else:
            with file.open("w", encoding="utf-8", errors="surrogatepass") as stream:
                stream.write(filled(self.head))
                stream.writelines(self.each.replace("{i}", str(i)) for i in range(self.times))
                stream.write(filled(self.tail))


class Attack(BaseModel):
    """One row of the corpus."""

    model_config = ConfigDict(extra="forbid")
    name: str
    files: dict[str, str | Big] = {}
    pack: dict[str, str | Big] | None = None
    command: list[str]
    input: str = ""
    environment: dict[str, str] = {}
    exit: int
    says: list[str] | str = []
    at: str = ""
    never: list[str] | str = []
    writes: list[str] = []
    mended: str = ""
    door: str = ""

    def prepare(self, folder: Path) -> dict[str, Any]:
        """Write the files into a folder of its own, and return what a child needs."""
        folder.mkdir(parents=True)
        for name, content in self.files.items():
            _write(folder / name, content)
        if self.pack is not None:
            shutil.copytree(SMALL_PACK, folder / "pack")
            for name, content in self.pack.items():
                _write(folder / "pack" / name, content)
        return {
            "name": self.name,
            "folder": str(folder),
            "command": [filled(word) for word in self.command],
            "input": filled(self.input),
            "environment": {name: filled(text) for name, text in self.environment.items()},
        }


def _write(file: Path, content: str | Big) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    (Big(head=content) if isinstance(content, str) else content).write(file)


def filled(text: str) -> str:
    """Return a text of the corpus as it is meant."""
    text = text.replace("{head}", HEAD)
    return re.sub(r"NAME(\d+)", lambda match: "n" * int(match[1]), text)


def attacks() -> list[Attack]:
    """Return the corpus: the file that a row stands in names the door that is attacked."""
    return [
        Attack(**row, door=file.stem)
        for file in sorted((HERE / "corpus").glob("*.yaml"))
        for row in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


def parts(said: list[str] | str) -> list[str]:
    """Return one part or several as a list."""
    return [said] if isinstance(said, str) else said
