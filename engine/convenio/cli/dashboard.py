"""`convenio dashboard`: a portfolio of cases on one page."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path

from convenio.assessment import assess
from convenio.assessment.cases import find_case, load_case
from convenio.batch import results
from convenio.batch.case_files import case_files_in, is_case_file
from convenio.batch.results import ENDINGS
from convenio.cli import options, output
from convenio.errors import CaseError, UsageError
from convenio.files import is_file, is_folder, read_at_most
from convenio.packs.pack import Pack
from convenio.processes import process_pool
from convenio.reports.dashboard.portfolio import (
    CaseRow,
    Earlier,
    Portfolio,
    Unread,
    in_order,
)
from convenio.reports.wording import Wording

EXAMPLES = """examples:
  convenio dashboard cases/ -o dashboard.html
  convenio dashboard cases/ -o dashboard.html --briefs briefs/ --previous last-month.parquet
  convenio dashboard ratings.parquet -o dashboard.html --parties parties.csv --csv shown.csv

A folder is assessed anew; for ten thousand cases, run convenio batch first and give its results.
exit codes: 0 all cases could be read, 2 wrong use, 3 some could not (the page lists them),
4 a pack is invalid"""

_LARGEST_JSON = 200_000_000
_MANY = 50
"""Case files from which on several processes are worth their start."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "sources",
        nargs="+",
        metavar="SOURCE",
        help="a folder of case files, case files, results of convenio batch (.parquet, .csv, .xlsx,"
        " .duckdb, .jsonl), or JSON of convenio assess",
    )
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the page (.html)")
    parser.add_argument(
        "--findings",
        dest="findings_read",
        metavar="FILE",
        help="a table of findings that belongs to the results: tells what is missing",
    )
    parser.add_argument(
        "--parties",
        metavar="FILE",
        help="a table of parties (id, country, role) that belongs to the results: draws the map",
    )
    parser.add_argument(
        "--previous", metavar="OLD", help="an earlier source of any kind: shows which cases moved"
    )
    parser.add_argument(
        "--briefs", metavar="FOLDER", help="link each case to its brief there, ID.html"
    )
    parser.add_argument("--csv", metavar="FILE", help="also write the table of cases as CSV")
    parser.add_argument(
        "--workers",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="processes that read case files (default: all cores)",
    )
    options.add_pack(parser)
    options.add_context(parser)
    options.add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Run the command."""
    from convenio.reports.dashboard.page import render_dashboard  # imports jinja2
    from convenio.reports.dashboard.table import render_csv

    page = Path(args.output)
    if page.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{page}: the dashboard is written as .html")
    wording = options.wording_of(args)
    pack = options.read_pack(args)
    reader = _Reader(args, pack, wording)
    earlier = _earlier(reader, args.previous) if args.previous else None
    found = reader.read(args.sources, args.findings_read, args.parties)
    if not (found.cases or found.unread):
        raise UsageError(f"{', '.join(args.sources)}: there is no case in it")
    portfolio = Portfolio(
        cases=in_order(found.cases),
        unread=tuple(found.unread),
        presumes=found.presumes,
        packs=tuple(sorted(found.packs)),
        earlier=earlier,
    )
    linked = _linked(args.briefs, portfolio)
    inputs = [*map(str, found.files), *(str(path) for path in linked.values())]
    folder = _as_seen_from(page, args.briefs) if args.briefs else ""
    html = render_dashboard(portfolio, pack, wording, folder, linked)
    if args.csv:
        options.write_file(Path(args.csv), render_csv(portfolio), inputs)
        print(f"written: {args.csv}", file=sys.stderr)
    options.write_file(page, html, inputs)
    for unread in portfolio.unread:
        print(unread.message, file=sys.stderr)
    print(f"written: {page}", file=sys.stderr)
    return CaseError.exit_code if portfolio.unread else 0


# --- reading ---------------------------------------------------------------------------------


@dataclass
class _Found:
    """What was found in sources."""

    cases: list[CaseRow] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    packs: set[str] = field(default_factory=set)
    presumes: bool = True
    files: list[Path] = field(default_factory=list)
    where: dict[str, str] = field(default_factory=dict)

    def add(self, row: CaseRow | Unread, name: str) -> None:
        """Add a case; of two with one id the second is listed as one that could not be read."""
        if isinstance(row, CaseRow) and row.id in self.where:
            told = f"{name}: the case {row.id} stands in {self.where[row.id]}, too"
            row = Unread(name, told)
        if isinstance(row, Unread):
            self.unread.append(row)
        else:
            self.where[row.id] = name
            self.cases.append(row)


@dataclass(frozen=True)
class _Reader:
    """Reads sources of every kind."""

    args: argparse.Namespace
    pack: Pack
    wording: Wording

    def read(self, sources: Sequence[str], findings: str | None, parties: str | None) -> _Found:
        """Read sources; `findings` and `parties` are tables that belong to results."""
        found = _Found()
        case_files: list[Path] = []
        is_results = False
        for source in sources:
            path = Path(source)
            if is_folder(path):
                inside = case_files_in(path)
                if not inside:
                    raise UsageError(f"{path}: there are no case files in this folder")
                case_files += inside
            elif path.suffix.lower() in ENDINGS and is_file(path):
                is_results = True
                self._results(path, findings, parties, found)
            elif not is_file(find_case(source)):
                raise UsageError(f"{path}: there is no such file or folder")
            elif not is_case_file(find_case(source)):
                known = ", ".join(ENDINGS)
                raise UsageError(f"{path}: can't be read: neither a case file nor one of {known}")
            elif not (path.suffix.lower() == ".json" and self._documents(path, found)):
                case_files.append(find_case(source))
        if (findings or parties) and not is_results:
            flag = "--findings" if findings else "--parties"
            raise UsageError(f"{flag} goes with results of convenio batch; none is given")
        self._cases(case_files, found)
        return found

    # --- case files ----------------------------------------------------------------------

    def _cases(self, files: Sequence[Path], found: _Found) -> None:
        if not files:
            return
        found.files += files
        found.packs.add(_named(self.pack.id, self.pack.version, self.pack.digest))
        found.presumes = found.presumes and bool(self.pack.presumptions)
        with output.progress("cases", len(files)) as advance:
            for path, row in zip(files, self._rows(files), strict=True):
                found.add(row, str(path))
                advance(1)

    def _rows(self, files: Sequence[Path]) -> Iterator[CaseRow | Unread]:
        if self.args.workers < 2 or len(files) < _MANY:
            yield from (_row(path, self.pack, self.wording) for path in files)
            return
        # A copy of this process, in which threads of Polars may run, could wait for ever.
        fresh = get_context("spawn")
        with process_pool(self.args.workers, _open, (self.args,), fresh) as pool:
            yield from pool.map(_row_in_worker, files, chunksize=20)

    # --- JSON of assessments -------------------------------------------------------------

    def _documents(self, path: Path, found: _Found) -> bool:
        """Read the JSON of assessments; return False where the file holds something else."""
        from convenio.reports.dashboard.rows import row_of_document
        from convenio.reports.schema import check_assessment

        try:
            content = json.loads(read_at_most(path, _LARGEST_JSON, "the file"))
        except (ValueError, RecursionError):
            return False
        documents = content if isinstance(content, list) else [content]
        if not documents or not all(isinstance(d, dict) and "schema" in d for d in documents):
            return False
        found.files.append(path)
        for document in documents:
            check_assessment(document, str(path))
            pack = document["pack"]
            found.packs.add(_named(pack["id"], pack["version"], pack["digest"]))
            found.presumes = found.presumes and "presumed" in document["rating"]
            found.add(row_of_document(document, self.pack, self.wording), str(path))
        return True

    # --- results of batch ----------------------------------------------------------------

    def _results(
        self, path: Path, findings: str | None, parties: str | None, found: _Found
    ) -> None:
        from convenio.reports.dashboard.rows import confidence_of, row_of_result

        _need_frames()
        rows = results.read_results(path)
        told = results.read_findings(Path(findings)) if findings else []
        missing = results.missing_by_case(told)
        if findings and missing is None:
            what = "does not say which facts are missing; that of 'assess --format csv' does"
            print(f"{findings}: this table of findings {what}", file=sys.stderr)
        confidence = confidence_of(results.confidence_by_case(told))
        countries = _recipients(results.read_parties(Path(parties))) if parties else None
        found.files += [path, *(Path(one) for one in (findings, parties) if one)]
        for row in rows:
            if row["status"] == "error":
                why = str(row.get("reason") or self.wording("no reason is given"))
                found.add(Unread(row["id"], f"{row['id']}: {why}"), str(path))
                continue
            found.packs |= {str(row["pack"])} if row.get("pack") else set()
            found.presumes = found.presumes and "presumed" in row
            case = row_of_result(row, self.pack, missing, confidence, countries, str(path))
            found.add(case, str(path))


def _need_frames() -> None:
    if find_spec("polars") is None:
        raise UsageError("tables of results need polars: pip install 'convenio[frames]'")


def _recipients(
    parties: Mapping[str, Sequence[tuple[str, str]]],
) -> dict[str, tuple[str, ...]]:
    """Return to whom each deal comes, as `Case.recipients` has it."""
    found = {}
    for case, named in parties.items():
        to = [who for who, role in named if role in ("recipient", "host")]
        alike = [who for who, role in named if role == "participant"]
        found[case] = tuple(dict.fromkeys(to or alike))
    return found


def _named(name: str, version: str, digest: str) -> str:
    """Name a pack as results do."""
    return f"{name} {version} {digest}"


_worker: list[tuple[Pack, Wording]] = []


def _open(args: argparse.Namespace) -> None:
    _worker[:] = [(options.read_pack(args), options.wording_of(args))]


def _row_in_worker(path: Path) -> CaseRow | Unread:
    return _row(path, *_worker[0])


def _row(path: Path, pack: Pack, wording: Wording) -> CaseRow | Unread:
    from convenio.reports.dashboard.rows import row_of_assessment

    try:
        return row_of_assessment(assess(load_case(path, pack), pack), wording)
    except CaseError as fault:
        return Unread(path.name, str(fault))


def _earlier(reader: _Reader, source: str) -> Earlier:
    found = reader.read([source], None, None)
    if not found.cases:
        raise UsageError(f"{source}: no case in it could be read")
    readings = {case.id: case.readings for case in found.cases}
    return Earlier(readings, tuple(sorted(found.packs)), found.presumes)


# --- links to briefs -------------------------------------------------------------------------


def _linked(folder: str | None, portfolio: Portfolio) -> dict[str, Path]:
    """Return the briefs that stand in a folder, by their case."""
    if folder is None:
        return {}
    if not is_folder(Path(folder)):
        raise UsageError(f"{folder}: there is no such folder of briefs")
    there = {path.name: path for path in Path(folder).iterdir()}
    named = ((case.id, f"{case.id}.html") for case in portfolio.cases)
    return {name: there[file] for name, file in named if file in there}


def _as_seen_from(page: Path, folder: str) -> str:
    """Return a folder as a link on a page has to name it."""
    try:
        relative = os.path.relpath(Path(folder).resolve(), page.resolve().parent)
    except ValueError:
        raise UsageError(f"{folder}: no link leads there from {page}; they are apart") from None
    return Path(relative).as_posix()
