"""`convenio draft`: propose the facts of a case from a document, and take proposals in."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from convenio.cli import options
from convenio.cli.asking import typed
from convenio.cli.language import add_language
from convenio.cli.telling import tell
from convenio.errors import UsageError
from convenio.facts.values import date_from_text
from convenio.files import is_file, one_writer
from convenio.messages import say, spoken
from convenio.packs import Pack
from convenio.packs.cache import load_cached_pack
from convenio.reports.wording import Wording

if TYPE_CHECKING:
    from convenio.drafting.draft_file import Words

KINDS = ("dsca-36b", "agreement", "contract")

EXAMPLES = """examples:
  convenio draft notice.pdf -o deal.yaml --as-of 2026-03-01
  convenio draft acuerdo.docx -o deal.yaml --as-of 2026-03-01 --lang es
  convenio draft --review deal.yaml --by "A. Name"   one by one: take, drop or change
  convenio draft --accept deal.yaml terms.end parties --by "A. Name"   these; "all": all"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "file", metavar="FILE", help="a .pdf, .docx or .txt file; with --review or --accept a draft"
    )
    parser.add_argument(
        "names", metavar="PATH", nargs="*", help="with --accept: the proposals that are taken"
    )
    parser.add_argument("-o", "--output", metavar="DRAFT.yaml", help="the draft that is made")
    parser.add_argument("--kind", choices=KINDS, help="what it is (default: told by its words)")
    parser.add_argument("--as-of", metavar="DATE", help="the date of the case: what was known then")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--review", action="store_true", help="ask on each proposal of a draft")
    what.add_argument("--accept", action="store_true", help="take proposals of a draft by name")
    parser.add_argument("--by", default="", metavar="NAME", help="who takes or drops proposals")
    options.add_pack(parser)
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    wording = options.wording_of(args)
    pack = load_cached_pack(args.pack, language=wording.base)
    options.tell_untranslated(pack, wording.base)
    if args.review or args.accept:
        return _decide(args, pack, wording)
    return _make(args, pack, wording)


def _make(args: argparse.Namespace, pack: Pack, wording: Wording) -> int:
    from convenio.drafting.draft_file import beside, draft_text, proposals_text
    from convenio.drafting.drafting import draft_from, fitting
    from convenio.drafting.reading import read_document

    if args.names:
        raise UsageError(say("names of proposals go with --accept"))
    if not args.output:
        raise UsageError(say("-o says where the draft is written, such as -o deal.yaml"))
    target = Path(args.output)
    if target.suffix not in (".yaml", ".yml"):
        raise UsageError(say("{path}: the name of a case file ends in .yaml", path=target))
    for path in (target, beside(target)):
        if is_file(path):
            raise UsageError(
                say("{path}: this file is there already; it is not replaced", path=path)
            )
    as_of = _day(args.as_of)
    pages = read_document(Path(args.file))
    draft = fitting(draft_from(pages, args.kind or ""), pack)
    words = _words(pack, wording, [spoken(note) for note in draft.notes])
    with one_writer(target):
        options.write_file(target, draft_text(draft, pages, target.stem, as_of, words))
        options.write_file(beside(target), proposals_text(draft, pages))
    for note in draft.notes:
        tell(say("note: {note}", note=note))
    tell(
        say(
            "{name}: read as {kind}, in {language}: {count} proposals; "
            "{missing} facts were looked for and not found",
            name=pages.name,
            kind=draft.kind,
            language=draft.language,
            count=len(draft.proposals),
            missing=len(draft.not_found),
        )
    )
    tell(
        say(
            "Nothing counts until it is taken: convenio draft --review {target}",
            target=target,
        )
    )
    return 0


def _words(pack: Pack, wording: Wording, notes: list[str]) -> Words:
    from convenio.drafting.draft_file import Words

    _ = wording
    labels = {path: wording.label(path, pack.catalogue) for path in pack.catalogue.facts}
    return Words(
        head=_("Drafted from {name}. What is proposed stands as null and does not count."),
        how=_(
            "Take proposals in with: convenio draft --review THIS.yaml, "
            "or convenio draft --accept THIS.yaml NAME"
        ),
        notes=notes,
        not_found=_("Looked for and not found (that the document is silent says nothing):"),
        topics_not_found=_("No clause was found on:"),
        to_read=_("Clauses to read, from which no value follows by itself:"),
        labels=labels,
        topics={
            "amendment": _("amendment"),
            "entry into force": _("entry into force"),
            "disputes": _("disputes"),
            "annexes": _("annexes"),
            "inspection": _("inspection"),
            "claims": _("claims"),
            "jurisdiction": _("jurisdiction"),
            "tax and customs": _("tax and customs"),
            "data": _("data"),
            "retransfer": _("retransfer"),
            "offsets": _("offsets"),
            "personnel in the country": _("personnel in the country"),
            "report to Congress": _("report to Congress"),
            "funding": _("funding"),
        },
    )


def _day(text: str | None) -> dt.date:
    if text is None:
        raise UsageError(
            say("a draft needs --as-of, the date on which facts are to be known, as 2009-10-30")
        )
    try:
        found = date_from_text(text)
    except ValueError:
        found = None
    if not isinstance(found, dt.date):
        raise UsageError(say("--as-of is a date such as 2009-10-30"))
    return found


def _decide(args: argparse.Namespace, pack: Pack, wording: Wording) -> int:
    from convenio.drafting.review import Review

    if args.output or args.kind or args.as_of:
        raise UsageError(say("-o, --kind and --as-of go with the making of a draft"))
    if args.review and args.names:
        raise UsageError(say("names of proposals go with --accept"))
    if args.accept and not args.names:
        raise UsageError(say("--accept takes names of proposals, or all"))
    path = Path(args.file)
    if not args.by.strip():
        raise UsageError(say("--by names who takes or drops proposals; it stands beside the facts"))
    review = Review(path, pack, wording, args.by, options.write_file, typed)
    with one_writer(path):
        found = review.run() if args.review else review.accept(args.names)
    taken = sum(one.status == "accepted" for one in found.proposals)
    tell(
        say(
            "{path}: {taken} taken, {dropped} dropped, {left} open",
            path=path,
            taken=taken,
            dropped=sum(one.status == "rejected" for one in found.proposals),
            left=len(found.open),
        )
    )
    return 0
