"""In which language a command speaks: --lang, or CONVENIO_LANG, or English."""

from __future__ import annotations

import argparse
import gettext
import os
from collections.abc import Sequence
from pathlib import Path

from convenio.messages import Translate, say

_FOLDER = Path(__file__).resolve().parents[1] / "locale"


def add_language(parser: argparse.ArgumentParser) -> None:
    """Declare --lang."""
    parser.add_argument(
        "--lang",
        default=_default(),
        metavar="LANG",
        help="en, es or pt; with a country for its numbers and dates: es-CO, pt-BR",
    )


def asked_language(words: Sequence[str]) -> str:
    """Return the language that the words of a command ask for, before they are parsed."""
    asked = _default()
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word == "--lang":
            asked = following
        elif word.startswith("--lang="):
            asked = word.partition("=")[2]
    return asked


def translation(language: str) -> Translate | None:
    """Return what translates the product's texts; None for English and for what there is not."""
    base = language.partition("-")[0]
    if base == "en" or not (base.isascii() and base.isalpha()):
        return None
    try:
        found = gettext.translation("convenio", _FOLDER, [base])
    except OSError:
        return None
    return found.gettext


def translate_help(parser: argparse.ArgumentParser, translate: Translate) -> None:
    """Put the help of a command into another language."""
    parser.description = _said(parser.description, translate)
    parser.epilog = _said(parser.epilog, translate)
    for group in parser._action_groups:
        group.title = _said(group.title, translate)
        group.description = _said(group.description, translate)
    for action in parser._actions:
        if action.help not in (None, argparse.SUPPRESS):
            action.help = _said(action.help, translate)
    # What argparse itself says goes through this name of its module; it offers no other way.
    vars(argparse)["_"] = translate


_SYSTEM = (
    say("No such file or directory"),
    say("Permission denied"),
    say("Is a directory"),
    say("Not a directory"),
    say("No space left on device"),
    say("File name too long"),
    say("Read-only file system"),
)
"""What operating systems say of files; it is looked up when it is told."""

_ARGPARSE = (
    say("usage: "),
    say("options"),
    say("positional arguments"),
    say("show this help message and exit"),
    say("show program's version number and exit"),
    say("the following arguments are required: %s"),
    say("unrecognized arguments: %s"),
    say("invalid choice: %(value)r (choose from %(choices)s)"),
    say("expected one argument"),
    say("expected at least one argument"),
    say("%(prog)s: error: %(message)s\n"),
    say("argument %(argument_name)s: %(message)s"),
    say("not allowed with argument %s"),
    say("invalid %(type)s value: %(value)r"),
    say("examples:"),
)
"""What argparse says, so that translators find it."""


def _said(text: str | None, translate: Translate) -> str | None:
    """Translate a text; of examples only the head, since commands are alike in each language."""
    if not text:
        return text
    whole = translate(text)
    if whole != text or "\n" not in text:
        return whole
    head, *rest = text.split("\n")
    return "\n".join([translate(head), *rest])


def _default() -> str:
    return os.environ.get("CONVENIO_LANG") or "en"
