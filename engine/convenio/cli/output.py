"""Writes results that can be read as text, Markdown or JSON: to standard output or to a file."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from convenio.cli import options
from convenio.reports.blocks import Block, as_markdown, as_text


def _add_format(parser: argparse.ArgumentParser) -> None:
    """Declare --format and -o."""
    parser.add_argument(
        "--format", default="text", choices=("text", "json", "markdown"), help="default: text"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to a file")


def add_case(parser: argparse.ArgumentParser) -> None:
    """Declare what every question about one case takes: the case, its pack, how it is shown."""
    parser.add_argument("case", metavar="CASE", help="a case file, or the name of a shipped one")
    options.add_pack(parser)
    options.add_settings(parser)
    options.add_language(parser)
    _add_format(parser)


def show(
    args: argparse.Namespace,
    title: str,
    blocks: Callable[[], Sequence[Block]],
    data: Callable[[], dict[str, Any]],
    inputs: Iterable[str] = (),
) -> None:
    """Write a result in the format that was asked for."""
    if args.format == "json":
        text = json.dumps(data(), ensure_ascii=False, indent=1) + "\n"
    elif args.format == "markdown":
        text = as_markdown(title, blocks())
    else:
        terminal = args.output is None and sys.stdout.isatty()
        colour = terminal and "NO_COLOR" not in os.environ
        width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
        text = as_text(title, blocks(), colour, width)
    if args.output is None:
        sys.stdout.write(text)
    else:
        options.write_file(args.output, text, inputs)
