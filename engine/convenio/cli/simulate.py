"""`convenio simulate`: how likely each rating is, and which uncertain fact drives it."""

from __future__ import annotations

import argparse
from pathlib import Path

from convenio.cli import options, output
from convenio.cli.language import add_language
from convenio.cli.telling import tell
from convenio.messages import say

EXAMPLES = """example:
  convenio simulate deal.yaml --draws 1000000 --seed 7 --svg tornado.svg

A fact of the case is uncertain where it is stated as a distribution, such as
  duration_years: {distribution: triangular, low: 8, mode: 10, high: 30}

exit codes: 0 done, 2 wrong use (no fact is uncertain, among others), 3 the case file is invalid,
4 the pack is invalid"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("case", metavar="CASE", help="a case file, or the name of a shipped one")
    parser.add_argument(
        "--draws", type=int, default=100_000, metavar="N", help="how many (default: 100,000)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="S", help="the same gives the same (default: 0)"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")
    parser.add_argument("--svg", metavar="FILE", help="also draw which fact moves the rating")
    parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of stdout")
    options.add_pack(parser)
    options.add_context(parser)
    options.add_settings(parser)
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.reports.scenarios.simulate import render_json, render_text
    from convenio.scenarios.simulate.simulation import simulate

    wording = options.wording_of(args)
    pack = options.read_pack(args)
    case = options.read_case(args.case, pack, options.settings_of(args))
    with output.progress("draws", args.draws) as advance:
        simulation = simulate(case, pack, args.draws, args.seed, on_progress=advance)
    if args.format == "json":
        text = render_json(simulation)
    else:
        text = render_text(simulation, wording, output.screen(bool(args.output)).width)
    if args.svg:
        from convenio.reports.scenarios.tornado import tornado_svg

        options.write_file(Path(args.svg), tornado_svg(simulation, wording), [args.case])
        tell(say("written: {svg}", svg=args.svg))
    output.emit(text, args.output, [args.case])
    return 0
