"""`convenio schema`: JSON Schema of case files, of mappings and of results."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from convenio.cli import options
from convenio.cli.telling import tell
from convenio.messages import say

EXAMPLES = """examples:
  convenio schema -o case.schema.json
  convenio schema --of assessment
  convenio schema --of mapping -o mapping.schema.json

An editor that knows YAML schemas then completes and checks case files that begin with
  # yaml-language-server: $schema=case.schema.json"""

LARGE = 2_000_000
"""Characters of a schema that are worth a word; that of the core pack has 0.9 million."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "--of", choices=("case", "assessment", "mapping"), default="case", help="default: case"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of stdout")
    options.add_pack(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    text = json.dumps(_schema(args), ensure_ascii=False, indent=1) + "\n"
    if len(text) > LARGE:
        tell(
            say(
                "note: the schema has {count:.1f} million characters; an editor may be slow",
                count=len(text) / 1000000.0,
            )
        )
    if args.output:
        options.write_file(Path(args.output), text)
        tell(say("written: {output}", output=args.output))
    else:
        sys.stdout.write(text)
    return 0


def _schema(args: argparse.Namespace) -> dict[str, object]:
    if args.of == "assessment":
        from convenio.reports.schema import assessment_schema

        return assessment_schema()
    from convenio.facts.schema import case_schema
    from convenio.packs.cache import load_cached_pack

    catalogue = load_cached_pack(args.pack).catalogue
    if args.of == "mapping":
        from convenio.batch.mapping.schema import mapping_schema

        return mapping_schema(catalogue)
    return case_schema(catalogue)
