"""`convenio new`: write a case file by answering questions; go on later where you stopped."""

from __future__ import annotations

import argparse
from pathlib import Path

from convenio.cli import options
from convenio.cli.asking import typed
from convenio.cli.language import add_language
from convenio.errors import UsageError
from convenio.files import is_file, one_writer
from convenio.interview.dialogue import Dialogue, StopError
from convenio.messages import say, spoken
from convenio.packs.cache import load_cached_pack

EXAMPLES = """examples:
  convenio new my-deal.yaml          the twelve first questions
  convenio new my-deal.yaml --all    all that the deal calls for; goes on where you stopped
  convenio new acuerdo.yaml --lang es"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("file", metavar="FILE.yaml", help="made, or gone on with where it exists")
    parser.add_argument("--all", action="store_true", help="ask all that the deal calls for")
    options.add_pack(parser)
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    path = Path(args.file)
    if path.suffix not in (".yaml", ".yml"):
        raise UsageError(say("{path}: the name of a case file ends in .yaml", path=path))
    wording = options.wording_of(args)
    pack = load_cached_pack(args.pack, language=wording.base)
    options.tell_untranslated(pack, wording.base)
    dialogue = Dialogue(path, pack, wording, options.write_file, typed)
    with one_writer(path):
        try:
            if not is_file(path):
                dialogue.begin()
            dialogue.questions(first_only=not args.all)
        except (StopError, EOFError):
            print()
    if is_file(path):
        print(spoken(say("Saved: {path}. Next: convenio assess {path}", path=path)))
    return 0
