"""Arguments that several commands share, and what they mean."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from convenio.assessment import load_case
from convenio.assessment.cases import find_case, with_settings
from convenio.errors import UsageError, nearest_name
from convenio.facts.case import Case
from convenio.files import READABLE_BY_ALL, replace_file
from convenio.packs import Pack
from convenio.packs.policy import RATINGS, Rating, rank
from convenio.reports.wording import LANGUAGES, Wording


def add_pack(parser: argparse.ArgumentParser) -> None:
    """Declare --pack."""
    parser.add_argument(
        "--pack", default="core", metavar="NAME|DIR", help="the rule pack (default: core)"
    )


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Declare --set."""
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="replace a fact, written as in a case file (repeatable)",
    )


def add_limits(parser: argparse.ArgumentParser) -> None:
    """Declare --fail-on and --fail-on-possible."""
    parser.add_argument(
        "--fail-on", choices=RATINGS, help="exit with 1 where a floor is that high or higher"
    )
    parser.add_argument("--fail-on-possible", choices=RATINGS, help="the same for the ceiling")


def limit_reached(
    args: argparse.Namespace, floors: Iterable[Rating], ceilings: Iterable[Rating]
) -> bool:
    """Return whether a floor reaches --fail-on, or a ceiling --fail-on-possible."""
    pairs = ((args.fail_on, floors), (args.fail_on_possible, ceilings))
    return any(
        rank(rating) >= rank(limit) for limit, ratings in pairs if limit for rating in ratings
    )


def add_language(parser: argparse.ArgumentParser) -> None:
    """Declare --lang."""
    parser.add_argument(
        "--lang", default="en", metavar="LANG", help=f"language: {', '.join(LANGUAGES)}"
    )


def wording_of(args: argparse.Namespace) -> Wording:
    """Return the words of the language that was asked for."""
    if args.lang not in LANGUAGES:
        raise UsageError(f"no language '{args.lang}'; there is {', '.join(LANGUAGES)}")
    return Wording(args.lang)


def settings_of(args: argparse.Namespace) -> dict[str, str]:
    """Return the facts of --set by path."""
    settings: dict[str, str] = {}
    for entry in args.set:
        path, equals, value = entry.partition("=")
        if not equals or not path.strip():
            raise UsageError(
                f"--set takes PATH=VALUE, such as terms.duration_years=5, not '{entry}'"
            )
        settings[path.strip()] = value.strip()
    return settings


def read_case(name: str, pack: Pack, settings: dict[str, str]) -> Case:
    """Load one case with the settings applied; warnings go to stderr."""
    if Path(name).is_dir():
        raise UsageError(f"'{name}' is a folder; name its files, such as {name.rstrip('/')}/*.yaml")
    case = load_case(name, pack)
    for warning in case.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return with_settings(case, pack, settings) if settings else case


def check_rule(pack: Pack, name: str) -> None:
    """Raise UsageError where a pack has no such rule."""
    if name not in pack.by_id:
        nearest = nearest_name(name, pack.by_id)
        hint = f"; did you mean {nearest}?" if nearest else ""
        raise UsageError(f"the pack {pack.id} has no rule '{name}'{hint}")


def write_file(path: Path, text: str, inputs: Iterable[str] = ()) -> None:
    """Write a file whole or not at all; an input is never overwritten."""
    target = path.resolve()
    if any(find_case(name).resolve() == target for name in inputs):
        raise UsageError(f"{path}: this is an input; it is not overwritten")
    if not target.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {target.parent}")
    if target.is_dir():
        raise UsageError(f"{path}: this is a folder")
    replace_file(path, [text.encode()], READABLE_BY_ALL)
