"""`convenio context`: what dated tables know of a state, and tables of published indices."""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from convenio.authoring.arms_transfers import import_arms_transfers
from convenio.authoring.political_terror import import_political_terror
from convenio.cli import options
from convenio.cli.telling import tell
from convenio.errors import UsageError, nearest_name
from convenio.facts.plain import value_of
from convenio.facts.values import country_codes
from convenio.files import is_folder
from convenio.messages import say
from convenio.packs.constitutions import SUBJECTS
from convenio.packs.context import ContextTable

EXAMPLES = """examples:
  convenio context show GTM --as-of 2018-09-15
  convenio context import pts PTS-2024.csv -o tables/
  convenio context import sipri-transfers trade-register.csv -o tables/
  convenio assess deal.yaml --context tables/

Indices that may not be passed on are imported from the file that their owner gives out."""

_INDICES = {"pts": import_political_terror, "sipri-transfers": import_arms_transfers}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    show = actions.add_parser("show", help="what the tables say of a state on a date")
    show.add_argument("country", metavar="COUNTRY", help="an ISO 3166-1 code, such as GTM")
    show.add_argument("--as-of", required=True, metavar="DATE", help="such as 2018-09-15")
    options.add_pack(show)
    options.add_context(show)
    read = actions.add_parser("import", help="make a table of a published index")
    read.add_argument(
        "index",
        choices=tuple(_INDICES),
        help="pts: Political Terror Scale; sipri-transfers: SIPRI's register, exported for all "
        "suppliers with one row for each year of delivery (both CSV)",
    )
    read.add_argument("file", type=Path, metavar="FILE", help="the file that its site gives out")
    read.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="the folder for the table"
    )


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    return _show(args) if args.action == "show" else _import(args)


def _show(args: argparse.Namespace) -> int:
    pack = options.read_pack(args)
    codes = country_codes()
    if args.country not in codes:
        nearest = nearest_name(args.country, codes)
        hint = say("; did you mean {nearest}?", nearest=nearest) if nearest else ""
        raise UsageError(
            say(
                "'{country}' is no ISO 3166-1 code of three letters{hint}",
                country=args.country,
                hint=hint,
            )
        )
    try:
        day = dt.date.fromisoformat(args.as_of)
    except ValueError:
        raise UsageError(
            say("--as-of takes a date such as 2018-09-15, not '{as_of}'", as_of=args.as_of)
        ) from None
    for table in pack.context:
        print("\n".join(_lines(table, args.country, day)))
    for subject in SUBJECTS:
        for article in pack.constitutions.on([subject], [args.country], day):
            cited = article.reference
            print(f"{subject.replace('_', ' ')}: {cited.says}\n    {cited.citation}")
    return 0


def _lines(table: ContextTable, country: str, day: dt.date) -> Iterator[str]:
    rows = table.rows_for(country, day)
    if not rows:
        covered = table.covers.covers(day)
        yield f"{table.path}: " + ("no row" if covered else "the table does not cover this date")
    for row in rows:
        value = value_of(row.fact.value)
        shown = value[0] if isinstance(value, list) else value
        text = ", ".join(f"{k} {v}" for k, v in shown.items()) if isinstance(shown, dict) else shown
        yield f"{table.path}: {text}"
        where = ", ".join(part for part in (row.source.title, row.at, row.note) if part)
        yield (
            f"    {where}; from {row.period.start}"
            + (f" to {row.period.end}" if row.period.end else "")
            + f"; confidence {row.confidence}"
        )


def _import(args: argparse.Namespace) -> int:
    if not is_folder(args.output):
        raise UsageError(say("{output}: there is no such folder", output=args.output))
    made = _INDICES[args.index](args.file)
    first, last = made.years
    for name, text in made.texts.items():
        target = args.output / f"{name}.yaml"
        options.write_file(target, text, [str(args.file)])
        tell(
            say(
                "written: {target}: {states} states, {first} to {last}",
                target=target,
                states=made.states,
                first=first,
                last=last,
            )
        )
    if made.skipped:
        tell(
            say(
                "left out, with no ISO code: {count}: {skipped}",
                count=len(made.skipped),
                skipped=", ".join(made.skipped),
            )
        )
    return 0
