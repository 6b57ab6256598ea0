"""Where results go: the terminal that is there, standard output or a file, a bar on the way."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from convenio.cli import options, telling
from convenio.cli.language import add_language
from convenio.cli.streams import unguarded
from convenio.errors import UsageError
from convenio.messages import say
from convenio.reports.blocks import Block, as_markdown, as_text
from convenio.reports.formats import PAPER, Screen


def screen(is_file: bool) -> Screen:
    """Return where a text will be shown: on the terminal, if there is one and no file is written.

    `NO_COLOR` takes colours away, as long as it is not empty (https://no-color.org).
    """
    if is_file or not sys.stdout.isatty():
        return PAPER
    columns = shutil.get_terminal_size((PAPER.width, 24)).columns
    return Screen(not os.environ.get("NO_COLOR"), columns)


def emit(
    text: str,
    file: str | Path | None,
    inputs: Iterable[str],
    *,
    tell: bool = True,
    commands: bool = False,
) -> None:
    """Write a text to a file, or to standard output where none is named.

    With `tell`, the file that was written is named on standard error. `commands` are meant to be
    obeyed by what reads standard output; all other text is shown so that nothing can be.
    """
    if not file:
        (unguarded(sys.stdout) if commands else sys.stdout).write(text)
        return
    options.write_file(Path(file), text, inputs)
    if tell:
        telling.tell(say("written: {file}", file=file))


@contextmanager
def progress(unit: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Show how much is done, on a terminal only; yields what is told how much more was done."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    count = TextColumn(f"{{task.completed:,.0f}} {unit}")
    columns = (
        (SpinnerColumn(), count, TimeElapsedColumn())
        if total is None
        else (count, BarColumn(), TimeElapsedColumn())
    )
    with Progress(*columns, console=Console(file=unguarded(sys.stderr)), transient=True) as bar:
        task = bar.add_task(unit, total=total)
        yield lambda done: bar.advance(task, done)


# --- results that can be read as text, Markdown or JSON ----------------------------------------


def add_case(parser: argparse.ArgumentParser) -> None:
    """Declare what every question about one case takes: the case, its pack, how it is shown."""
    parser.add_argument("case", metavar="CASE", help="a case file, or the name of a shipped one")
    options.add_pack(parser)
    options.add_context(parser)
    options.add_settings(parser)
    add_language(parser)
    parser.add_argument(
        "--format", default="text", choices=("text", "json", "markdown"), help="default: text"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to a file")


def add_cases(parser: argparse.ArgumentParser) -> None:
    """Declare what every question about several cases takes."""
    parser.add_argument(
        "cases", nargs="+", metavar="CASE|DIR", help="case files, names of shipped ones, or folders"
    )
    options.add_pack(parser)
    options.add_context(parser)
    add_language(parser)
    parser.add_argument(
        "--format", default="text", choices=("text", "json", "markdown"), help="default: text"
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help="write to a file; .html, .xlsx, .docx and .md are written as such",
    )


def show(
    args: argparse.Namespace,
    title: str,
    blocks: Callable[[], Sequence[Block]],
    data: Callable[[], dict[str, Any]],
    inputs: Iterable[str] = (),
) -> None:
    """Write a result in the format that was asked for, or that the file's name asks for.

    Raises UsageError where the name asks for another format than was asked for, or for none.
    """
    form = _form_of(args.output, args.format) if args.output is not None else None
    if args.format == "json" or form == "json":
        text = json.dumps(data(), ensure_ascii=False, indent=1) + "\n"
    elif args.format == "markdown" or form == "markdown":
        text = as_markdown(title, blocks())
    elif form in ("html", "word", "excel"):
        options.write_file(args.output, _document(args, form, title, blocks()), inputs)
        return
    else:
        shown = screen(args.output is not None)
        text = as_text(title, blocks(), shown.colour, shown.width)
    emit(text, args.output, inputs, tell=False)


def _form_of(path: Path, asked: str) -> str | None:
    ending = path.suffix.lower()
    form = ENDINGS.get(ending)
    if form is None and ending not in ("", ".txt"):
        known = ", ".join((*ENDINGS, ".txt"))
        raise UsageError(say("{path}: results are written as {known}", path=path, known=known))
    if asked not in ("text", form) and (form is not None or ending):
        message = say(
            "{path}: its name asks for another format than {asked}", path=path, asked=asked
        )
        raise UsageError(message)
    return form


ENDINGS = {
    ".html": "html",
    ".htm": "html",
    ".docx": "word",
    ".xlsx": "excel",
    ".md": "markdown",
    ".json": "json",
}
"""What the ending of a result's name asks for; any other is text."""


def _document(args: argparse.Namespace, form: str, title: str, blocks: Sequence[Block]) -> bytes:
    if form == "html":
        from convenio.reports.html import render_page  # imports jinja2

        return render_page(title, blocks, options.wording_of(args)).encode()
    if form == "excel":
        from convenio.reports.workbook import as_workbook

        return as_workbook(title, blocks)
    from convenio.reports.word import as_word

    return as_word(title, blocks, _NO_DAY)


_NO_DAY = dt.date(2000, 1, 1)
"""What a Word document bears as its day where nothing dates it: it must bear one."""
