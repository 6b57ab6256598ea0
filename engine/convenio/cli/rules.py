"""`convenio rules`: list, show, test and calibrate the rules of a pack."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from convenio.cli import options, output
from convenio.cli.telling import tell
from convenio.errors import UsageError
from convenio.messages import say
from convenio.packs.cache import load_cached_pack
from convenio.packs.pack import Pack
from convenio.reports.rule_page import rule_page
from convenio.reports.wording import Wording
from convenio.resources import data_folder

EXAMPLES = """examples:
  convenio rules list
  convenio rules list --family transparency
  convenio rules show SOV-005
  convenio rules test --pack ./my-pack
  convenio rules calibrate --format markdown -o method.md
  convenio rules translate es --pack ./my-pack

exit codes: 0 done, 1 agreement is below --fail-under, 2 wrong use, 4 the pack or a test is wrong"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("action", choices=("list", "show", "test", "calibrate", "translate"))
    what = "identifiers of rules; none: all of them (translate: languages)"
    parser.add_argument("rule", nargs="*", help=what)
    options.add_pack(parser)
    parser.add_argument("--family", help="only rules of this family (list)")
    calibrating = parser.add_argument_group("calibrate")
    calibrating.add_argument(
        "--readings", type=Path, metavar="FILE", help="careful readings (default: the pack's own)"
    )
    calibrating.add_argument(
        "--cases", type=Path, metavar="DIR", help="their case files (default: the pack's own)"
    )
    calibrating.add_argument(
        "--reading",
        choices=("established", "presumed", "possible"),
        default="presumed",
        help="which of the pack's ratings is compared (default: presumed)",
    )
    calibrating.add_argument(
        "--quick", action="store_true", help="leave out what each rule and presumption does"
    )
    calibrating.add_argument(
        "--fail-under", type=float, metavar="SHARE", help="exit with 1 where fewer agree, as 0.85"
    )
    calibrating.add_argument(
        "--format", default="text", choices=("text", "json", "markdown"), help="default: text"
    )
    calibrating.add_argument("-o", "--output", type=Path, metavar="FILE", help="write to a file")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    wording = options.wording_of(args)
    pack = load_cached_pack(args.pack, language=wording.base)
    options.tell_untranslated(pack, wording.base)
    if args.action == "translate":
        return _translate(pack, args.rule)
    for name in args.rule:
        options.check_rule(pack, name)
    if args.family and args.family not in pack.families:
        raise UsageError(
            say(
                "the pack {id} has the families {families}",
                id=pack.id,
                families=", ".join(pack.families),
            )
        )
    if args.action == "list":
        return _list(pack, args.family, wording)
    if args.action == "show":
        return _show(pack, args.rule, wording)
    if args.action == "test":
        return _test(pack, args.rule)
    return _calibrate(pack, args)


def _list(pack: Pack, family: str | None, wording: Wording) -> int:
    for rule in pack.rules:
        if family in (None, rule.family):
            severities = ", ".join(wording(str(s)) for s, _ in reversed(rule.levels) if s)
            kind = "" if rule.kind == "risk" else f" ({wording(rule.kind)})"
            print(f"{rule.id}  {rule.family:<13} {severities or '–':<30} {rule.title}{kind}")
    return 0


def _show(pack: Pack, names: list[str], wording: Wording) -> int:
    if not names:
        raise UsageError(say("name a rule, such as: convenio rules show SOV-005"))
    print("\n\n".join(rule_page(pack.by_id[name], pack, wording) for name in names))
    return 0


def _calibrate(pack: Pack, args: argparse.Namespace) -> int:
    from convenio.authoring.calibrate import agreement, calibrate
    from convenio.reports import calibrate as calibrate_report

    own = pack.folder / "calibration"
    readings = args.readings or own / "readings.yaml"
    cases = [args.cases] if args.cases else [own / "cases", data_folder("cases")]
    found = calibrate(pack, cases, readings, args.reading, influences=not args.quick)
    output.show(
        args,
        f"Calibration of the pack {pack.id} {pack.version}",
        lambda: calibrate_report.blocks(found),
        lambda: calibrate_report.to_dict(found),
        [str(readings)],
    )
    return int(args.fail_under is not None and agreement(found.verdicts) < args.fail_under)


def _translate(pack: Pack, languages: list[str]) -> int:
    """Bring the translations of a pack up to date with its texts, for translators to go on."""
    from babel import Locale

    from convenio.authoring.translations import untranslated, updated_translation
    from convenio.packs.translations import FOLDER

    if not languages:
        raise UsageError(say("name a language, such as: convenio rules translate es"))
    for language in languages:
        if not re.fullmatch("[a-z]{2}", language) or not Locale("en").languages.get(language):
            raise UsageError(
                say("'{language}' is no language; give a code such as es", language=language)
            )
        file = pack.folder / FOLDER / f"{language}.po"
        content = updated_translation(pack, language)
        file.parent.mkdir(exist_ok=True)
        options.write_file(file, content)
        left = untranslated(content)
        tell(say("written: {file}, {left:,} texts without a translation", file=file, left=left))
    return 0


def _test(pack: Pack, names: list[str]) -> int:
    from convenio.authoring.rule_tests import run_rule_tests

    report = run_rule_tests(pack, names)
    for failure in report.failures:
        tell(str(failure))
    print(f"{report.rules} rules, {report.tests} tests, {len(report.failures)} failures")
    return 4 if report.failures else 0
