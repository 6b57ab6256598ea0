"""Runs a table or a folder of cases through a pack, part by part, and goes on after a stop."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from convenio.assessment.cases import load_case
from convenio.assessment.frame import assess_frame
from convenio.backends.frames.rows import tabulate
from convenio.batch.case_files import CASE_FILES, files_in, is_case_file, is_of_events
from convenio.batch.mapping.cases import read_mapped
from convenio.batch.mapping.language import TableMapping
from convenio.batch.mapping.reading import Asked
from convenio.batch.tables.columns import columns_of_cases, columns_of_list
from convenio.batch.tables.faults import reading as _reading
from convenio.batch.tables.files import ENDINGS, ending
from convenio.batch.tables.headers import Layout
from convenio.batch.tables.reading import read_table
from convenio.batch.tables.rows import (
    checked,
    orphans,
    refuse_none,
    refuse_shared_ids,
    with_positions,
)
from convenio.batch.tables.sheets import read_sheet
from convenio.batch.tables.table import ReadTable, without_numbers
from convenio.batch.writing import OUTPUTS, only_writer_of, write_output, write_part
from convenio.errors import CaseError, ConvenioError, UsageError
from convenio.facts.case import Case
from convenio.files import refuse_irreplaceable
from convenio.messages import say
from convenio.packs.cache import load_cached_pack
from convenio.packs.context import ContextTable
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating
from convenio.processes import process_pool

ROWS_A_PART = 200_000
CASES_A_PART = 5_000
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What a folder is called where the column that it tells has no value."""

COUNTED = ("flag", "clear", "unknown")
"""Columns of the results that count tests by their verdict."""

Progress = Callable[[int], None]


@dataclass
class Summary:
    """What a run came to: rows, rows in error, and how many cases have each rating.

    `presumed` is empty where the pack presumes nothing.
    """

    rows: int = 0
    errors: int = 0
    untested: int = 0
    """Cases of which no test could be run, so that they are not assessed."""
    tests_run: int = 0
    tests_open: int = 0
    """Of the tests that apply, those of which the verdict stands, and those that are unknown."""
    floors: dict[Rating, int] = field(default_factory=dict)
    presumed: dict[Rating, int] = field(default_factory=dict)
    ceilings: dict[Rating, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    """What was recognised of the files."""
    dropped: list[str] = field(default_factory=list)
    """Values of which a mapping can make nothing."""

    def add(self, cases: Any) -> None:
        """Count the rows of one part."""
        self.rows += cases.height
        self.errors += int((cases["status"] == "error").sum())
        self.untested += int(untested(cases["floor"], cases["ceiling"]).sum())
        self.tests_run += int(cases["flag"].sum() + cases["clear"].sum())
        self.tests_open += int(cases["unknown"].sum())
        for side, counts in self.sides(cases.columns).items():
            for rating, number in cases[side].drop_nulls().value_counts().iter_rows():
                counts[rating] = counts.get(rating, 0) + number

    def sides(self, columns: Sequence[str]) -> dict[str, dict[Rating, int]]:
        """Return what is counted, by the column that holds it, of the columns that there are."""
        counted = {"floor": self.floors, "presumed": self.presumed, "ceiling": self.ceilings}
        return {side: counts for side, counts in counted.items() if side in columns}


def untested(floor: Any, ceiling: Any) -> Any:
    """Tell of which cases nothing is established, although something is possible."""
    return (floor == "not_assessed") & (ceiling != "not_assessed")


@dataclass(frozen=True)
class Job:
    """One run of `convenio batch`."""

    source: Path
    output: Path
    pack: Pack
    mapping: TableMapping | None = None
    children: Mapping[str, Path] = field(default_factory=dict)
    findings: Path | None = None
    resume: bool = False
    as_of: dt.date | None = None
    workers: int = 2
    layout: Layout = field(default_factory=Layout)
    is_whole: bool = False
    """Whether mapped tables are taken as wholes although they don't say so."""


@dataclass(frozen=True)
class Part:
    """Some of the cases, with the rows of their lists and the columns kept beside the results.

    `told` is False where a missing column says nothing: case files state what they state.
    """

    cases: Any
    children: Mapping[str, Any]
    kept: Any = None
    told: bool = True


def run_job(job: Job, progress: Progress) -> Summary:
    """Assess every case of the source on Polars and write the results.

    Finished parts stand in a folder beside the output until all are done; with `resume` those of
    an earlier run with the same source, pack and settings are taken over. The output appears only
    when it is whole.
    """
    refuse(job)
    with only_writer_of(outputs_of(job)):
        return _run_alone(job, progress)


def _run_alone(job: Job, progress: Progress) -> Summary:
    parts = job.output.with_name(job.output.name + ".parts")
    _prepare(parts, job)
    summary = Summary()
    try:
        with tempfile.TemporaryDirectory(prefix="convenio-") as scratch:
            _assess_parts(job, parts, Path(scratch), summary, progress)
    except ConvenioError:
        # What was refused can't be gone on with; finished parts of a long run can.
        if not any(parts.glob("cases-*.parquet")):
            shutil.rmtree(parts)
        raise
    if not summary.rows:
        shutil.rmtree(parts)
        raise CaseError("\n".join(summary.faults) or f"{job.source}: there is no case in it")
    _finish(job, parts)
    shutil.rmtree(parts)
    return summary


def _assess_parts(
    job: Job, folder: Path, scratch: Path, summary: Summary, progress: Progress
) -> None:
    import polars as pl

    for number, part in enumerate(_parts(job, scratch, summary)):
        target = folder / f"cases-{number:06d}.parquet"
        if not target.exists():
            _assess_part(job, part, folder, number)
        sides = summary.sides(list(pl.read_parquet_schema(target)))
        summary.add(pl.read_parquet(target, columns=["status", *COUNTED, *sides]))
        progress(part.cases.height)


def refuse(job: Job) -> None:
    """Raise UsageError where a run could not write its results, or would hurt what it reads."""
    if job.mapping is not None and job.children:
        raise UsageError(
            say("--child and --mapping don't go together: a mapping makes lists of rows")
        )
    if not job.source.exists():
        raise UsageError(say("{source}: there is no such file or folder", source=job.source))
    for path, file in job.children.items():
        if not file.is_file():
            raise UsageError(
                say("--child {path}={file}: there is no such file", path=path, file=file)
            )
    inputs = {path.resolve() for path in (job.source, *job.children.values())}
    for output in outputs_of(job):
        if output.suffix.lower() not in OUTPUTS:
            raise UsageError(
                say(
                    "{output}: the name must end in {OUTPUTS}",
                    output=output,
                    OUTPUTS=", ".join(OUTPUTS),
                )
            )
        folder = output.resolve().parent
        if not folder.is_dir():
            raise UsageError(
                say("{output}: there is no folder {folder}", output=output, folder=folder)
            )
        if not os.access(folder, os.W_OK):
            raise UsageError(
                say(
                    "{output}: nothing can be written in the folder {folder}",
                    output=output,
                    folder=folder,
                )
            )
        if output.resolve() in inputs:
            raise UsageError(
                say("{output}: this is an input; it is not overwritten", output=output)
            )
        if output.is_dir() and not (output / "_SUCCESS").exists():
            raise UsageError(say("{output}: this is a folder; name a file", output=output))
        if not output.is_dir():
            refuse_irreplaceable(output)
    if job.findings and job.findings.resolve() == job.output.resolve():
        raise UsageError(
            say(
                "{findings}: cases and findings can't be written to one file", findings=job.findings
            )
        )


def outputs_of(job: Job) -> tuple[Path, ...]:
    """Return the files that a run writes."""
    return (job.output, *([job.findings] if job.findings else []))


def _prepare(parts: Path, job: Job) -> None:
    """Make the folder of parts; take over an earlier one only where it is of the same run."""
    stamp = _stamp(job)
    known = parts / "run.json"
    if parts.exists():
        same = known.exists() and known.read_text(encoding="utf-8") == stamp
        if job.resume and not same:
            raise UsageError(
                say(
                    "{parts}: these parts are of another run (source, pack or "
                    "settings differ); without --resume they are made anew",
                    parts=parts,
                )
            )
        if not job.resume:
            shutil.rmtree(parts)
    parts.mkdir(exist_ok=True)
    known.write_text(stamp, encoding="utf-8")


def _stamp(job: Job) -> str:
    files = [path for path in sorted(files_of(job)) if path.is_file()]
    files += sorted(job.children.values())
    seen = hashlib.sha256()
    for path in files:
        status = path.stat()
        seen.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    mapping = job.mapping.model_dump_json() if job.mapping else ""
    return json.dumps(
        {
            "source": seen.hexdigest(),
            "pack": job.pack.digest,
            "mapping": hashlib.sha256(mapping.encode()).hexdigest(),
            "as_of": str(job.as_of),
            "findings": bool(job.findings),
            "rows": ROWS_A_PART,
            "layout": asdict(job.layout),
            "whole": job.is_whole,
        }
    )


# --- reading ---------------------------------------------------------------------------------


def files_of(job: Job) -> list[Path]:
    """Return the case files and tables of a run's source."""
    if job.source.is_file():
        return [job.source]
    written = {path.resolve() for path in outputs_of(job)}
    inside = [path for path in files_in(job.source) if path.resolve() not in written]
    found = [path for path in inside if is_case_file(path) or ending(path)]
    if any(is_case_file(path) for path in found):
        # Beside case files, what stands in `events/` are streams for `monitor`, no tables of cases.
        return [path for path in found if not is_of_events(path, job.source)]
    return found


def _parts(job: Job, scratch: Path, summary: Summary) -> Iterator[Part]:
    files = sorted(files_of(job))
    case_files = [path for path in files if is_case_file(path)]
    tables = [path for path in files if ending(path)]
    if case_files and not tables:
        yield from _case_parts(job, case_files, summary)
    elif tables and not case_files and job.mapping is not None:
        yield from _mapped_parts(job, tables, scratch, summary)
    elif tables and not case_files:
        yield from _table_parts(read_tables(job, tables, scratch, summary))
    elif files and not (case_files or tables):
        known = ", ".join((*CASE_FILES, *ENDINGS))
        raise UsageError(
            say(
                "{source}: can't be read: its name must end in one of {known}",
                source=job.source,
                known=known,
            )
        )
    elif files:
        raise UsageError(
            say("{source}: holds case files and tables; give one kind at a time", source=job.source)
        )
    else:
        raise UsageError(
            say(
                "{source}: no case files ({CASE_FILES}) or tables ({ENDINGS})",
                source=job.source,
                CASE_FILES=", ".join(CASE_FILES),
                ENDINGS=", ".join(ENDINGS),
            )
        )


def _case_parts(job: Job, files: Sequence[Path], summary: Summary) -> Iterator[Part]:
    for start in range(0, len(files), CASES_A_PART):
        cases = []
        for read in _read_cases(job, files[start : start + CASES_A_PART]):
            if isinstance(read, str):
                summary.faults.append(read)
            else:
                cases.append(read)
        if cases:
            table, children = tabulate(cases, job.pack.catalogue)
            yield Part(table, children, told=False)


def _read_cases(job: Job, files: Sequence[Path]) -> Iterator[Case | str]:
    if job.workers < 2 or len(files) < 50:
        yield from (_read_case(path, job.pack) for path in files)
        return
    settings = (str(job.pack.folder), job.pack.context)
    # A copy of this process, in which threads of Polars may run, could wait for them for ever.
    fresh = get_context("spawn")
    with process_pool(job.workers, _open_pack, settings, fresh) as pool:
        yield from pool.map(_read_in_worker, files, chunksize=20)


_worker_pack: list[Pack] = []


def _open_pack(folder: str, context: tuple[ContextTable, ...]) -> None:
    _worker_pack[:] = [replace(load_cached_pack(folder), context=context)]


def _read_in_worker(path: Path) -> Case | str:
    return _read_case(path, _worker_pack[0])


def _read_case(path: Path, pack: Pack) -> Case | str:
    try:
        return load_case(path, pack)
    except CaseError as fault:
        return str(fault)


@dataclass(frozen=True)
class Tables:
    """The tables of a run, read: of cases, and of the elements of each list."""

    cases: tuple[ReadTable, ...]
    children: Mapping[str, tuple[ReadTable, ...]]

    def rows_of_lists(self) -> dict[str, Any]:
        """Return the rows of each list, lazy, of all its tables together."""
        import polars as pl

        return {
            path: pl.concat([table.rows for table in tables], how="diagonal_relaxed")
            for path, tables in self.children.items()
        }


def read_tables(job: Job, files: Sequence[Path], scratch: Path, summary: Summary) -> Tables:
    """Read the tables of a run; what was recognised and what is left out goes to the summary.

    Raises UsageError or CaseError for a table that can't be read or of which nothing is understood.
    """
    import polars as pl

    catalogue, layout = job.pack.catalogue, job.layout
    columns = columns_of_cases(catalogue)
    children: dict[str, list[ReadTable]] = {}
    of_lists = replace(layout, header_row=None, header_until=None, sheet=None)
    for path, file in job.children.items():
        with _reading(file):
            of_list = columns_of_list(catalogue, path)
            rows = read_table(file, of_list, of_lists, scratch)
            children.setdefault(path, []).append(with_positions(without_numbers(rows)))
    read = []
    for file in files:
        with _reading(file):
            folders = partial(_with_columns_of_folders, path=file, source=job.source)
            table = read_table(file, columns, layout, scratch, folders)
            read.append(table)
            for path, name in table.sheets_of_lists.items():
                rows = read_sheet(file, name, columns_of_list(catalogue, path), of_lists)
                children.setdefault(path, []).append(with_positions(without_numbers(rows)))
    told_of = [
        table.rows.select(pl.col("id").cast(pl.String))
        for tables in children.values()
        for table in tables
        if "id" in table.rows.collect_schema().names()
    ]
    elsewhere = pl.concat(told_of) if told_of else None
    cases = []
    for table in read:
        with _reading(table.path):
            cases.append(checked(table, columns, elsewhere))
    refuse_shared_ids(cases)
    every = [*cases, *(table for tables in children.values() for table in tables)]
    for table in every:
        summary.told += [f"{table.path}: {told}" for told in table.told]
        summary.faults += table.faults
    for tables in children.values():
        for table in tables:
            lost = orphans(table, cases)
            summary.told += lost.told
            summary.faults += lost.faults
    refuse_none(cases, summary.faults)
    return Tables(tuple(cases), {path: tuple(tables) for path, tables in children.items()})


def _table_parts(tables: Tables) -> Iterator[Part]:
    lists = tables.rows_of_lists()
    for table in tables.cases:
        with _reading(table.path):
            batches = table.rows.collect_batches(chunk_size=ROWS_A_PART, maintain_order=True)
            for batch in batches:
                yield _with_children(batch, lists, None)


def _mapped_parts(
    job: Job, files: Sequence[Path], scratch: Path, summary: Summary
) -> Iterator[Part]:
    assert job.mapping is not None
    asked = Asked(job.layout, job.is_whole)
    files_by_id: dict[str, Path] = {}
    for path in files:
        with _reading(path):
            read = read_mapped(path, job.mapping, job.pack.catalogue, asked, scratch)
        _refuse_known_ids(path, read.cases["id"].to_list(), files_by_id)
        summary.told += [f"{path}: {told}" for told in read.told]
        summary.dropped += [f"{path}: {told}" for told in read.dropped]
        summary.faults += read.faults
        for start in range(0, read.cases.height, ROWS_A_PART):
            part = read.cases.slice(start, ROWS_A_PART)
            yield _with_children(part, read.children, read.kept)


def _refuse_known_ids(path: Path, ids: Sequence[str], files_by_id: dict[str, Path]) -> None:
    known = [name for name in ids if name in files_by_id]
    if known:
        raise CaseError(
            say(
                "{path}: the case {known} stands in {files_by_id}, too; {count:,} ids are in both",
                path=path,
                known=known[0],
                files_by_id=files_by_id[known[0]],
                count=len(known),
            )
        )
    files_by_id |= dict.fromkeys(ids, path)


def _with_columns_of_folders(table: Any, path: Path, source: Path) -> Any:
    """Add the columns that folders between the source and a file name, as in `year=2009/`."""
    import polars as pl

    if path == source:
        return table
    told = dict(part.split("=", 1) for part in path.relative_to(source).parent.parts if "=" in part)
    known = table.collect_schema().names()
    values = {name: None if text == _NO_VALUE else unquote(text) for name, text in told.items()}
    return table.with_columns(
        pl.lit(value, pl.String).alias(name) for name, value in values.items() if name not in known
    )


def _with_children(cases: Any, children: Mapping[str, Any], kept: Any) -> Part:
    """Pick the rows that belong to some cases."""
    picked = {}
    for path, child in children.items():
        rows = child.lazy()
        # Without the column that tells cases apart, assess_frame refuses the table and says so.
        if "id" in rows.collect_schema().names():
            rows = rows.join(cases.lazy().select("id"), on="id", how="semi")
        picked[path] = rows.collect()
    return Part(cases, picked, kept)


# --- computing and writing -------------------------------------------------------------------


def _assess_part(job: Job, part: Part, folder: Path, number: int) -> None:
    with warnings.catch_warnings():
        if number or not part.told:
            warnings.simplefilter("ignore")
        result = assess_frame(part.cases, job.pack, part.children, as_of=job.as_of)
    cases = result.cases
    if part.kept is not None:
        cases = cases.join(part.kept, on="id", how="left", maintain_order="left")
    if job.findings or job.output.suffix in (".duckdb", ".xlsx"):
        write_part(result.findings, folder / f"findings-{number:06d}.parquet")
    write_part(cases, folder / f"cases-{number:06d}.parquet")


def _finish(job: Job, parts: Path) -> None:
    both = job.output.suffix in (".duckdb", ".xlsx")
    tables = {"cases": parts / "cases-*.parquet"}
    if both:
        tables["findings"] = parts / "findings-*.parquet"
    write_output(job.output, tables)
    if job.findings:
        write_output(job.findings, {"findings": parts / "findings-*.parquet"})
