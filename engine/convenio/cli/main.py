"""Reads the command's name and hands over to its module."""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from types import ModuleType

from convenio.cli.language import add_language, asked_language, translate_help, translation
from convenio.cli.signals import TERMINATED, Terminated, ended_tidily
from convenio.cli.streams import guarded_streams
from convenio.cli.telling import tell
from convenio.errors import ConvenioError, UsageError, shorten
from convenio.messages import say, speaking, spoken
from convenio.plain_text import has_unseen
from convenio.version import __version__

EXIT_USAGE = 2
EXIT_INTERNAL = 101

COMMANDS: dict[str, tuple[str, str]] = {
    "assess": ("convenio.cli.assess", "test cases against a pack: verdicts and rating"),
    "brief": ("convenio.cli.brief", "write the brief of a case: HTML, PDF, Word or Markdown"),
    "batch": ("convenio.cli.batch", "assess a table or a folder of cases"),
    "dashboard": ("convenio.cli.dashboard", "show a portfolio of cases on one page"),
    "compare": ("convenio.cli.compare", "show scenarios side by side, and what each changes"),
    "questions": ("convenio.cli.questions", "rank open facts by what an answer would change"),
    "remedies": ("convenio.cli.remedies", "find the cheapest changes that reach a lower rating"),
    "sensitivity": ("convenio.cli.sensitivity", "how far thresholds could move; what is judgement"),
    "monitor": ("convenio.cli.monitor", "follow a case through dated events as they arrive"),
    "explain": ("convenio.cli.explain", "show how one rule came out, fact by fact"),
    "simulate": ("convenio.cli.simulate", "how likely each rating is where facts are uncertain"),
    "context": ("convenio.cli.context", "what dated tables know of a state; import indices"),
    "verify": ("convenio.cli.verify", "check a log, a brief or a result by making it again"),
    "precedents": ("convenio.cli.precedents", "find earlier deals that are most alike"),
    "review": ("convenio.cli.review", "compare two readers' files of one deal"),
    "sign": ("convenio.cli.sign", "write down a decision, or check whether it still stands"),
    "portfolio": ("convenio.cli.portfolio", "show the deals of a country on a day"),
    "conditions": ("convenio.cli.conditions", "what was promised, and what is due or overdue"),
    "new": ("convenio.cli.new", "write a case file by answering questions"),
    "form": ("convenio.cli.form", "write a case as a form for a spreadsheet; read it back"),
    "letter": ("convenio.cli.letter", "write the letter that asks for what is open"),
    "answers": ("convenio.cli.answers", "read the answers to a letter, or a form, into a case"),
    "draft": ("convenio.cli.draft", "propose the facts of a case from a document, with quotations"),
    "schema": ("convenio.cli.schema", "print the JSON Schema of case files or results"),
    "rules": ("convenio.cli.rules", "list, show and test the rules of a pack"),
}
"""Each command with its module and what it does."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code.

    0: nothing at or above --fail-on; 1: something is; 2: wrong use; 3: a case file is invalid;
    4: a pack is invalid; 101: internal error.
    """
    # A pack is many small objects that all stay: looking through them for garbage again and again
    # slows a short run and finds none.
    gc.set_threshold(100_000, 20, 20)
    # Else pydantic looks through every package that is installed for plugins of its own.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    words = _command_first(list(sys.argv[1:] if argv is None else argv))
    translate = translation(asked_language(words))
    with guarded_streams(), nullcontext() if translate is None else speaking(translate):
        return _guarded(words)


def _command_first(words: list[str]) -> list[str]:
    """Put a --lang that stands before the command behind it, where commands declare it."""
    length = 2 if words[:1] == ["--lang"] else 1 if words and words[0].startswith("--lang=") else 0
    if not length or len(words) <= length or words[length] not in COMMANDS:
        return words
    return [words[length], *words[:length], *words[length + 1 :]]


def _guarded(words: list[str]) -> int:
    try:
        _refuse_unseen(words)
        with ended_tidily():
            return _run(words)
    except ConvenioError as fault:
        tell(fault if fault.problems else say("convenio: {fault}", fault=fault.text))
        return fault.exit_code
    except BrokenPipeError:
        # The reader (such as `head`) has seen enough; Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as fault:
        # Such as a name that no file can have, or a disk that is gone: no fault of this program.
        where = f"{shorten(os.fsdecode(fault.filename), 200)}: " if fault.filename else ""
        tell(f"convenio: {where}{spoken(fault.strerror or str(fault))}")
        return EXIT_USAGE
    except KeyboardInterrupt:
        tell(say("convenio: stopped"))
        return 130
    except Terminated:
        tell(say("convenio: ended from outside"))
        return TERMINATED
    except Exception as fault:
        tell(
            say(
                "convenio: internal error: {name}: {fault}\nPlease report it "
                "with the command that you ran and the file that you gave.",
                name=type(fault).__name__,
                fault=fault,
            )
        )
        return EXIT_INTERNAL


def _refuse_unseen(words: list[str]) -> None:
    """Refuse arguments with control characters: names of files that others gave, above all."""
    for word in words:
        if has_unseen(word):
            raise UsageError(
                say(
                    "arguments may hold no control characters, line feeds or marks "
                    "of direction, which this one does: {names}",
                    names=word.replace(chr(10), chr(92) + "n"),
                )
            )


def _run(words: list[str]) -> int:
    translate = translation(asked_language(words))
    if not words or words[0] not in COMMANDS:
        parser = _parser()
        if translate is not None:
            translate_help(parser, translate)
        parser.parse_args(words or ["--help"])
        return EXIT_USAGE
    name, rest = words[0], words[1:]
    module: ModuleType = importlib.import_module(COMMANDS[name][0])
    what = spoken(COMMANDS[name][1])
    command = argparse.ArgumentParser(
        prog=f"convenio {name}",
        description=what[:1].upper() + what[1:] + ".",
        epilog=module.EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    module.add_arguments(command)
    if command.get_default("lang") is None:
        add_language(command)
    if translate is not None:
        translate_help(command, translate)
    args = command.parse_args(rest)
    # Only now: help has to come at once, and this imports what cases are read with.
    from convenio.cli.overwriting import refuse_overwriting

    refuse_overwriting(args)
    code: int = module.run(args)
    return code


def _parser() -> argparse.ArgumentParser:
    width = max(map(len, COMMANDS))
    said = ((name, spoken(what)) for name, (_, what) in COMMANDS.items())
    lines = "\n".join(f"  {name:<{width}}  {what}" for name, what in said)
    parser = argparse.ArgumentParser(
        prog="convenio",
        usage="convenio COMMAND …",
        description=say("Tests proposed military-cooperation deals against declarative rules."),
        epilog=spoken(
            say(
                "commands:\n{lines}\n\nconvenio COMMAND --help shows the flags and an example.",
                lines=lines,
            )
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"convenio {__version__}")
    add_language(parser)
    parser.add_argument("command", nargs="?", choices=tuple(COMMANDS), help=argparse.SUPPRESS)
    return parser
