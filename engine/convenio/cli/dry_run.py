"""`convenio batch --dry-run`: the first rows of a mapped table, as case files."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from convenio.cli.telling import tell
from convenio.errors import CaseError, UsageError
from convenio.messages import say
from convenio.packs.pack import Pack

if TYPE_CHECKING:
    from convenio.batch.mapping.reading import Asked
    from convenio.batch.mapping.trial import Tried


def dry_run(args: argparse.Namespace, pack: Pack, asked: Asked, as_of: dt.date | None) -> int:
    """Write the first cases of a mapped table to standard output; nothing is rated or written.

    Raises UsageError where there is no mapping or not one table.
    """
    from convenio.batch.mapping.cases import read_mapped
    from convenio.batch.mapping.loading import load_mapping
    from convenio.batch.mapping.trial import try_out
    from convenio.batch.tables.faults import reading

    source = Path(args.input)
    if not args.mapping:
        raise UsageError(say("--dry-run shows what a mapping makes of a table: give --mapping"))
    if args.child:
        raise UsageError(
            say("--child and --mapping don't go together: a mapping makes lists of rows")
        )
    if not source.is_file():
        raise UsageError(say("{source}: --dry-run takes one table", source=source))
    mapping = load_mapping(args.mapping, pack)
    with tempfile.TemporaryDirectory(prefix="convenio-") as scratch, reading(source):
        mapped = read_mapped(source, mapping, pack.catalogue, asked, Path(scratch))
    if not mapped.cases.height:
        raise CaseError(say("{source}: there is no case in it", source=source))
    tried = try_out(mapped, pack, as_of)
    sys.stdout.write("---\n".join(_written(one) for one in tried))
    for line in (*mapped.told, *mapped.dropped, *mapped.faults):
        tell(f"{source}: {line}")
    tell(say("shown: {count:,} of {height:,} cases", count=len(tried), height=mapped.cases.height))
    if mapped.faults or any(one.reason for one in tried):
        return CaseError.exit_code
    return int(bool(mapped.dropped) and not args.allow_dropped)


def _written(tried: Tried) -> str:
    from convenio.batch.mapping.trial import UNDATED
    from convenio.batch.mapping.wording import on_one_line
    from convenio.reports.case_yaml import case_yaml

    notes = [
        f"keep {name}: {'' if value is None else value}".rstrip()
        for name, value in tried.kept.items()
    ]
    if tried.case is None:
        notes.insert(0, f"{tried.id}: no valid case: {tried.reason}")
    comments = "".join(f"# {on_one_line(note)}\n" for note in notes)
    if tried.case is None:
        return comments
    text = case_yaml(tried.case)
    if not tried.is_dated:
        written = f"as_of: '{UNDATED.isoformat()}'\n"
        text = text.replace(written, "# as_of: no date is known; a case file needs one\n", 1)
    return text + comments
