"""The words of a pack in another language: a gettext catalogue beside its files.

`translations/es.po` of a pack holds the Spanish of each of its texts, keyed by the text itself, in
the format that translators' tools read and write. A text without a translation stands in the
pack's own language, and is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from convenio.errors import PackError, Position, Problem, shorten
from convenio.messages import say
from convenio.packs.folders import check_files
from convenio.plain_text import has_unseen

FOLDER = "translations"


@dataclass
class Translation:
    """The translation of a pack's texts; `missing` collects those that have none."""

    texts: Mapping[str, str]
    missing: set[str] = field(default_factory=set)

    def __call__(self, text: str) -> str:
        """Return the translation of a text; without one the text itself, which is noted."""
        found = self.texts.get(text)
        if found is not None:
            return found
        if has_words(text):
            self.missing.add(text)
        return text


def translation_files(folder: Path) -> dict[str, Path]:
    """Return the files of translations of a pack, by language.

    Raises PackError where one is no file that ends, or leads out of the pack.
    """
    files = sorted((folder / FOLDER).glob("*.po"))
    check_files(files)
    for file in files:
        if not file.resolve().is_relative_to(folder.resolve()):
            raise PackError(
                [Problem(Position(str(file)), "", say("the file lies outside the pack"))]
            )
    return {file.stem: file for file in files}


def read_translation(file: Path) -> Translation:
    """Read a gettext catalogue; entries that wait for a translator's eye count as missing.

    Raises PackError where it is none.
    """
    from babel.messages.pofile import PoFileError, read_po

    try:
        catalog = read_po(BytesIO(file.read_bytes()), abort_invalid=True)
    except (PoFileError, ValueError, LookupError) as fault:
        message = say("this is no gettext catalogue")
        raise PackError([Problem(Position(str(file)), "", message, found=str(fault))]) from None
    unseen = [
        str(entry.string)
        for entry in catalog
        if has_unseen(str(entry.string or "").replace("\n", " "))
    ]
    if unseen:
        message = say("invisible control characters and marks of direction are refused")
        raise PackError([Problem(Position(str(file)), "", message, found=shorten(unseen[0]))])
    return Translation(
        {
            str(entry.id): str(entry.string)
            for entry in catalog
            if entry.id and entry.string and not entry.fuzzy
        }
    )


def has_words(text: str) -> bool:
    """Tell whether a text holds more than placeholders, so that it needs a translation.

    >>> has_words("{terms.end} {terms.notice_months}"), has_words("Runs for {n} years.")
    (False, True)
    """
    depth = 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        if not depth and sign.isalpha():
            return True
    return False
