"""`convenio rules`: list, show and test the rules of a pack."""

from __future__ import annotations

import argparse
import sys

from convenio.cli import options
from convenio.errors import UsageError
from convenio.language.syntax import TRUE, unparse
from convenio.packs.cache import load_cached_pack
from convenio.packs.pack import Pack
from convenio.packs.rule import Rule

EXAMPLES = """examples:
  convenio rules list
  convenio rules list --family transparency
  convenio rules show SOV-005
  convenio rules test --pack ./my-pack"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("action", choices=("list", "show", "test"))
    parser.add_argument("rule", nargs="*", help="identifiers of rules; none: all of them")
    options.add_pack(parser)
    parser.add_argument("--family", help="only rules of this family (list)")


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    pack = load_cached_pack(args.pack)
    for name in args.rule:
        options.check_rule(pack, name)
    if args.family and args.family not in pack.families:
        raise UsageError(f"the pack {pack.id} has the families {', '.join(pack.families)}")
    if args.action == "list":
        return _list(pack, args.family)
    if args.action == "show":
        return _show(pack, args.rule)
    return _test(pack, args.rule)


def _list(pack: Pack, family: str | None) -> int:
    for rule in pack.rules:
        if family in (None, rule.family):
            severities = ", ".join(str(s) for s, _ in reversed(rule.levels) if s)
            kind = "" if rule.kind == "risk" else f" ({rule.kind})"
            print(f"{rule.id}  {rule.family:<13} {severities or '–':<30} {rule.title}{kind}")
    return 0


def _show(pack: Pack, names: list[str]) -> int:
    if not names:
        raise UsageError("name a rule, such as: convenio rules show SOV-005")
    print("\n\n".join(_shown(pack.by_id[name]) for name in names))
    return 0


def _shown(rule: Rule) -> str:
    lines = [f"{rule.id}  {rule.title}", rule.statement, ""]
    lines.append(f"family      {rule.family} ({rule.kind})")
    lines.append(f"applies     {'always' if rule.applies == TRUE else unparse(rule.applies)}")
    for version in rule.versions:
        if rule.dated:
            lines.append(f"in force    {version.since or '…'} to {version.until or '…'}")
        for level in reversed(version.levels):
            lines.append(f"{level.severity or 'in force':<11} {unparse(level.condition)}")
    lines.append(f"because     {rule.because}")
    lines.append(f"article     {rule.article.section} / {rule.article.heading}")
    lines.append(f"threshold   {rule.threshold.basis}: {rule.threshold.source}")
    if rule.national_law:
        lines.append(f"law of      {rule.national_law}")
    for reference in rule.references:
        parts = [reference.title, reference.at, reference.of]
        lines.append(f"reference   {reference.kind}: {', '.join(part for part in parts if part)}")
    lines += [f"mitigation  {mitigation.text}" for mitigation in rule.mitigations]
    lines.append(f"tests       {len(rule.tests)}")
    return "\n".join(lines)


def _test(pack: Pack, names: list[str]) -> int:
    from convenio.authoring.rule_tests import run_rule_tests

    report = run_rule_tests(pack, names)
    for failure in report.failures:
        print(failure, file=sys.stderr)
    print(f"{report.rules} rules, {report.tests} tests, {len(report.failures)} failures")
    return 4 if report.failures else 0
