"""Reads what a portfolio is made of: case files, results of `batch`, JSON of assessments."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
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
from convenio.cli.language import translation
from convenio.cli.telling import tell
from convenio.errors import CaseError, UsageError
from convenio.files import is_file, is_folder, read_at_most
from convenio.messages import say, speaking
from convenio.packs.pack import Pack
from convenio.processes import process_pool
from convenio.reports.dashboard.portfolio import CaseRow, Unread
from convenio.reports.dashboard.rows import (
    confidence_of,
    row_of_assessment,
    row_of_document,
    row_of_result,
)
from convenio.reports.wording import Wording

_LARGEST_JSON = 200_000_000
_MANY = 50
"""Case files from which on several processes are worth their start."""


@dataclass
class Found:
    """What was found in sources: cases, packs, and the files that were read."""

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
class SourceReader:
    """Reads sources of every kind."""

    args: argparse.Namespace
    pack: Pack
    wording: Wording

    def read(self, sources: Sequence[str], findings: str | None, parties: str | None) -> Found:
        """Read sources; `findings` and `parties` are tables that belong to results."""
        found = Found()
        case_files: list[Path] = []
        is_results = False
        for source in sources:
            path = Path(source)
            if is_folder(path):
                inside = case_files_in(path)
                if not inside:
                    raise UsageError(
                        say("{path}: there are no case files in this folder", path=path)
                    )
                case_files += inside
            elif path.suffix.lower() in ENDINGS and is_file(path):
                is_results = True
                self._results(path, findings, parties, found)
            elif not is_file(find_case(source)):
                raise UsageError(say("{path}: there is no such file or folder", path=path))
            elif not is_case_file(find_case(source)):
                known = ", ".join(ENDINGS)
                raise UsageError(
                    say(
                        "{path}: can't be read: neither a case file nor one of {known}",
                        path=path,
                        known=known,
                    )
                )
            elif not (path.suffix.lower() == ".json" and self._documents(path, found)):
                case_files.append(find_case(source))
        if (findings or parties) and not is_results:
            flag = "--findings" if findings else "--parties"
            raise UsageError(
                say("{flag} goes with results of convenio batch; none is given", flag=flag)
            )
        self._cases(case_files, found)
        return found

    # --- case files ----------------------------------------------------------------------

    def _cases(self, files: Sequence[Path], found: Found) -> None:
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

    def _documents(self, path: Path, found: Found) -> bool:
        """Read the JSON of assessments; return False where the file holds something else."""
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

    def _results(self, path: Path, findings: str | None, parties: str | None, found: Found) -> None:
        _need_frames()
        rows = results.read_results(path)
        told = results.read_findings(Path(findings)) if findings else []
        missing = results.missing_by_case(told)
        if findings and missing is None:
            tell(
                say(
                    "{findings}: this table of findings does not say which facts are missing; "
                    "that of 'assess --format csv' does",
                    findings=findings,
                )
            )
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
        raise UsageError(say("tables of results need polars: pip install 'convenio[frames]'"))


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
    pack, wording = _worker[0]
    translate = translation(wording.language)
    with nullcontext() if translate is None else speaking(translate):
        return _row(path, pack, wording)


def _row(path: Path, pack: Pack, wording: Wording) -> CaseRow | Unread:
    try:
        return row_of_assessment(assess(load_case(path, pack), pack), wording)
    except CaseError as fault:
        return Unread(path.name, fault.told())
