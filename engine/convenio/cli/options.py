"""Arguments that several commands share, and what they mean."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from convenio.assessment import Assessment, load_case
from convenio.assessment.asked import pack_as_asked
from convenio.assessment.cases import find_case, with_settings
from convenio.assessment.redaction import redacted
from convenio.cli.telling import tell
from convenio.errors import UsageError, nearest_name
from convenio.facts.case import Case
from convenio.files import READABLE_BY_ALL, is_folder, replace_file
from convenio.messages import say
from convenio.packs import Pack
from convenio.packs.cache import load_cached_pack
from convenio.packs.pack import Asked
from convenio.packs.policy import RATINGS, READINGS, Rating, rank
from convenio.reports.wording import Wording


def add_pack(parser: argparse.ArgumentParser) -> None:
    """Declare --pack."""
    parser.add_argument(
        "--pack", default="core", metavar="NAME|DIR", help="the rule pack (default: core)"
    )


def add_workers(parser: argparse.ArgumentParser) -> None:
    """Declare --workers."""
    parser.add_argument(
        "--workers",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes that read case files (default: all cores)",
    )


def add_context(parser: argparse.ArgumentParser) -> None:
    """Declare --context and --no-context."""
    parser.add_argument(
        "--context",
        action="append",
        type=Path,
        metavar="DIR",
        help="a folder of further context tables (repeatable; default: CONVENIO_CONTEXT)",
    )
    parser.add_argument(
        "--no-context",
        action="store_true",
        help="fill nothing that the case leaves open from context tables",
    )


def read_pack(args: argparse.Namespace, name: str | None = None) -> Pack:
    """Load the pack that was asked for, with the context tables that were asked for."""
    given = os.environ.get("CONVENIO_CONTEXT", "")
    further = args.context or ([Path(given)] if given else [])
    if args.no_context and args.context:
        raise UsageError(say("--context and --no-context exclude each other"))
    language = wording_of(args).base
    pack = load_cached_pack(name or args.pack, further if not args.no_context else [], language)
    tell_untranslated(pack, language)
    return pack_as_asked(pack, Asked(context=not args.no_context))


def tell_untranslated(pack: Pack, language: str) -> None:
    """Say on stderr what of a pack's words does not stand in the language that was asked for."""
    if pack.language != language:
        there = ", ".join(pack.languages)
        tell(
            say(
                "warning: the pack {id} has no translation into {language}: "
                "its words stand in {language_2} (there is {there})",
                id=pack.id,
                language=language,
                language_2=pack.language,
                there=there,
            )
        )
    elif pack.untranslated:
        tell(
            say(
                "warning: {untranslated:,} texts of the pack {id} have no "
                "translation into {language} and stand as written",
                untranslated=pack.untranslated,
                id=pack.id,
                language=language,
            )
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


def add_limits(parser: argparse.ArgumentParser, what: str = "the rating") -> None:
    """Declare --fail-on and --fail-on-possible; `what` is looked at."""
    parser.add_argument(
        "--fail-on", choices=RATINGS, help=f"exit with 1 where {what} is that high or higher"
    )
    parser.add_argument("--fail-on-possible", choices=RATINGS, help="the same for what is possible")


def add_readings(parser: argparse.ArgumentParser) -> None:
    """Declare --reading, --presume and --no-presumptions."""
    parser.add_argument(
        "--reading",
        choices=READINGS,
        default="presumed",
        help="which rating --fail-on looks at (default: presumed)",
    )
    parser.add_argument(
        "--presume",
        action="append",
        default=[],
        metavar="PATH=VALUE",
        help="presume this of an open fact, in the place of what the pack presumes (repeatable)",
    )
    parser.add_argument(
        "--no-presumptions", action="store_true", help="presume nothing of open facts"
    )


def add_redact(parser: argparse.ArgumentParser) -> None:
    """Declare --redact."""
    parser.add_argument(
        "--redact",
        nargs="+",
        action="extend",
        default=[],
        metavar="PATH",
        help="leave the values of these facts, and what quotes them, out of every output",
    )


def redacted_as_asked(
    args: argparse.Namespace, assessments: Iterable[Assessment]
) -> list[Assessment]:
    """Return assessments without the facts of --redact, and say which."""
    shown = [redacted(assessment, args.redact) for assessment in assessments]
    if args.redact and shown:
        tell(say("redacted: {redacted}", redacted=", ".join(shown[0].redacted)))
    return shown


def presuming(args: argparse.Namespace, pack: Pack) -> Pack:
    """Return the pack with the presumptions that were asked for."""
    if args.no_presumptions and args.presume:
        raise UsageError(say("--presume and --no-presumptions exclude each other"))
    given = _pairs(args.presume, "--presume")
    return pack_as_asked(
        pack, replace(pack.asked, presumptions=not args.no_presumptions, presume=given)
    )


def limit_reached(
    args: argparse.Namespace,
    ratings: Iterable[Rating],
    ceilings: Iterable[Rating],
    untested: int = 0,
) -> bool:
    """Return whether a rating reaches --fail-on, or a ceiling --fail-on-possible.

    What could not be tested passes no --fail-on: it says so and counts as reached.
    """
    if untested and args.fail_on:
        cases = "1 case is" if untested == 1 else f"{untested:,} cases are"
        tell(say("{cases} not assessed: what was not tested passes no --fail-on", cases=cases))
        return True
    pairs = ((args.fail_on, ratings), (args.fail_on_possible, ceilings))
    return any(
        rank(rating) >= rank(limit) for limit, ratings in pairs if limit for rating in ratings
    )


def wording_of(args: argparse.Namespace) -> Wording:
    """Return the words of the language that was asked for, by --lang or CONVENIO_LANG."""
    return Wording(args.lang)


def settings_of(args: argparse.Namespace) -> dict[str, str]:
    """Return the facts of --set by path."""
    return _pairs(args.set, "--set")


def _pairs(entries: Iterable[str], flag: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for entry in entries:
        path, equals, value = entry.partition("=")
        if not equals or not path.strip():
            raise UsageError(
                say(
                    "{flag} takes PATH=VALUE, such as terms.duration_years=5, not '{entry}'",
                    flag=flag,
                    entry=entry,
                )
            )
        pairs[path.strip()] = value.strip()
    return pairs


def read_case(name: str, pack: Pack, settings: dict[str, str], tell_warnings: bool = True) -> Case:
    """Load one case with the settings applied; warnings, which may quote it, go to stderr."""
    if is_folder(Path(name)):
        raise UsageError(
            say(
                "'{name}' is a folder; name its files, such as {rstrip}/*.yaml",
                name=name,
                rstrip=name.rstrip("/"),
            )
        )
    case = load_case(name, pack)
    for warning in case.warnings if tell_warnings else ():
        tell(say("warning: {warning}", warning=warning))
    return with_settings(case, pack, settings) if settings else case


def check_rule(pack: Pack, name: str) -> None:
    """Raise UsageError where a pack has no such rule."""
    if name not in pack.by_id:
        nearest = nearest_name(name, pack.by_id)
        hint = say("; did you mean {nearest}?", nearest=nearest) if nearest else ""
        raise UsageError(
            say("the pack {id} has no rule '{name}'{hint}", id=pack.id, name=name, hint=hint)
        )


def write_file(path: Path, content: str | bytes, inputs: Iterable[str] = ()) -> None:
    """Write a file whole or not at all; an input is never overwritten."""
    target = path.resolve()
    if any(find_case(name).resolve() == target for name in inputs):
        raise UsageError(say("{path}: this is an input; it is not overwritten", path=path))
    if not is_folder(target.parent):
        raise UsageError(
            say("{path}: there is no folder {parent}", path=path, parent=target.parent)
        )
    if is_folder(target):
        raise UsageError(say("{path}: this is a folder", path=path))
    data = content.encode() if isinstance(content, str) else content
    replace_file(path, [data], READABLE_BY_ALL)
