"""Runs a table or a folder of cases through a pack, part by part, and goes on after a stop."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from convenio.assessment.cases import load_case
from convenio.assessment.frame import assess_frame
from convenio.backends.frames.rows import tabulate
from convenio.batch.mapping import TableMapping, mapped
from convenio.errors import CaseError, ConvenioError, UsageError
from convenio.facts.case import Case
from convenio.packs.cache import load_cached_pack
from convenio.packs.context import ContextTable
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating

TABLES = (".csv", ".parquet", ".jsonl", ".ndjson", ".xlsx")
CASE_FILES = (".yaml", ".yml", ".json")
EVENTS = "events"
"""The folder in which streams of events stand beside the cases that they are about."""
OUTPUTS = (".parquet", ".csv", ".xlsx", ".duckdb")
ROWS_A_PART = 200_000
_NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
"""What a folder is called where the column that it tells has no value."""
_LARGEST_SHEET = 1_048_575

Progress = Callable[[int], None]


@dataclass
class Summary:
    """What a run came to: rows, rows in error, and how many cases have each rating.

    `presumed` is empty where the pack presumes nothing.
    """

    rows: int = 0
    errors: int = 0
    floors: dict[Rating, int] = field(default_factory=dict)
    presumed: dict[Rating, int] = field(default_factory=dict)
    ceilings: dict[Rating, int] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def add(self, cases: Any) -> None:
        """Count the rows of one part."""
        self.rows += cases.height
        self.errors += int((cases["status"] == "error").sum())
        for side, counts in self.sides(cases.columns).items():
            for rating, number in cases[side].drop_nulls().value_counts().iter_rows():
                counts[rating] = counts.get(rating, 0) + number

    def sides(self, columns: Sequence[str]) -> dict[str, dict[Rating, int]]:
        """Return what is counted, by the column that holds it, of the columns that there are."""
        counted = {"floor": self.floors, "presumed": self.presumed, "ceiling": self.ceilings}
        return {side: counts for side, counts in counted.items() if side in columns}


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
    parts = job.output.with_name(job.output.name + ".parts")
    _prepare(parts, job)
    summary = Summary()
    try:
        _assess_parts(job, parts, summary, progress)
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


def _assess_parts(job: Job, folder: Path, summary: Summary, progress: Progress) -> None:
    import polars as pl

    for number, part in enumerate(_parts(job, summary)):
        target = folder / f"cases-{number:06d}.parquet"
        if not target.exists():
            _assess_part(job, part, folder, number)
        sides = summary.sides(list(pl.read_parquet_schema(target)))
        summary.add(pl.read_parquet(target, columns=["status", *sides]))
        progress(part.cases.height)


def refuse(job: Job) -> None:
    """Raise UsageError where a run could not write its results, or would hurt its input."""
    if not job.source.exists():
        raise UsageError(f"{job.source}: there is no such file or folder")
    for output in (job.output, *([job.findings] if job.findings else [])):
        if output.suffix not in OUTPUTS:
            raise UsageError(f"{output}: the name must end in {', '.join(OUTPUTS)}")
        if not output.resolve().parent.is_dir():
            raise UsageError(f"{output}: there is no folder {output.resolve().parent}")
        if output.resolve() == job.source.resolve():
            raise UsageError(f"{output}: this is the input; it is not overwritten")


def _prepare(parts: Path, job: Job) -> None:
    """Make the folder of parts; take over an earlier one only where it is of the same run."""
    stamp = _stamp(job)
    known = parts / "run.json"
    if parts.exists():
        same = known.exists() and known.read_text(encoding="utf-8") == stamp
        if job.resume and not same:
            raise UsageError(
                f"{parts}: these parts are of another run (source, pack or settings differ); "
                "without --resume they are made anew"
            )
        if not job.resume:
            shutil.rmtree(parts)
    parts.mkdir(exist_ok=True)
    known.write_text(stamp, encoding="utf-8")


def _stamp(job: Job) -> str:
    files = [path for path in sorted(_files(job.source)) if path.is_file()]
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
        }
    )


# --- reading ---------------------------------------------------------------------------------


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    found = [path for path in source.rglob("*") if path.suffix in (*TABLES, *CASE_FILES)]
    if any(path.suffix in CASE_FILES for path in found):
        # Beside case files, what stands in `events/` are streams for `monitor`, no tables of cases.
        return [path for path in found if EVENTS not in path.relative_to(source).parts[:-1]]
    return found


def _parts(job: Job, summary: Summary) -> Iterator[Part]:
    files = sorted(_files(job.source))
    case_files = [path for path in files if path.suffix in CASE_FILES]
    tables = [path for path in files if path.suffix in TABLES]
    if case_files and not tables:
        yield from _case_parts(job, case_files, summary)
    elif tables and not case_files:
        for path in tables:
            yield from _table_parts(job, path)
    elif files:
        raise UsageError(f"{job.source}: holds case files and tables; give one kind at a time")
    else:
        raise UsageError(
            f"{job.source}: no case files ({', '.join(CASE_FILES)}) or tables ({', '.join(TABLES)})"
        )


def _case_parts(job: Job, files: Sequence[Path], summary: Summary) -> Iterator[Part]:
    step = 5_000
    for start in range(0, len(files), step):
        cases = []
        for read in _read_cases(job, files[start : start + step]):
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
    with ProcessPoolExecutor(job.workers, initializer=_open_pack, initargs=settings) as pool:
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


def _table_parts(job: Job, path: Path) -> Iterator[Part]:
    lists = _scanned(job)
    with _reading(path):
        if path.suffix == ".xlsx" or job.mapping is not None:
            cases, children, kept = _whole_table(job, path)
            for start in range(0, cases.height, ROWS_A_PART):
                part = cases.slice(start, ROWS_A_PART)
                yield _with_children(part, {**children, **lists}, kept)
            return
        table = _with_columns_of_folders(_scan(path), path, job.source)
        for batch in table.collect_batches(chunk_size=ROWS_A_PART, maintain_order=True):
            yield _with_children(batch, lists, None)


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


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Tell what a table's reader says, which it may say only when rows are asked for."""
    import fastexcel
    import polars as pl

    try:
        yield
    except (OSError, pl.exceptions.PolarsError, fastexcel.FastExcelError) as fault:
        raise UsageError(f"{path}: can't be read: {str(fault).splitlines()[0]}") from None


def _scanned(job: Job) -> dict[str, Any]:
    lists = {}
    for path, file in job.children.items():
        with _reading(file):
            lists[path] = _scan(file)
            lists[path].collect_schema()
    return lists


def _with_children(cases: Any, children: Mapping[str, Any], kept: Any) -> Part:
    """Pick the rows that belong to some cases."""
    ids = cases.lazy().select("id") if "id" in cases.columns else None
    picked = {}
    for path, child in children.items():
        rows = child.lazy()
        # Without the column that tells cases apart, assess_frame refuses the tables and says so.
        if ids is not None and "id" in rows.collect_schema().names():
            rows = rows.join(ids, on="id", how="semi")
        picked[path] = rows.collect()
    return Part(cases, picked, kept)


def _scan(path: Path) -> Any:
    import polars as pl

    if path.suffix == ".parquet":
        return pl.scan_parquet(path)
    if path.suffix in (".jsonl", ".ndjson"):
        return pl.scan_ndjson(path, infer_schema_length=None)
    if path.suffix == ".xlsx":
        return pl.read_excel(path).lazy()
    return pl.scan_csv(path, infer_schema_length=None, try_parse_dates=True)


def _whole_table(job: Job, path: Path) -> tuple[Any, dict[str, Any], Any]:
    import polars as pl

    if job.mapping is None:
        sheets = pl.read_excel(path, sheet_id=0)
        first, *others = sheets
        lists = {name: table for name, table in sheets.items() if name in others}
        return sheets[first], lists, None
    is_text = path.suffix == ".csv"
    table = _read_with_header(path, job.mapping) if is_text else _scan(path).collect()
    return mapped(table, job.mapping)


def _read_with_header(path: Path, mapping: TableMapping) -> Any:
    """Read a CSV file whose header may stand below a preface."""
    import polars as pl

    encoding = "latin-1" if mapping.encoding == "latin1" else "utf-8-sig"
    lines = path.read_text(encoding=encoding, errors="replace").splitlines(keepends=True)
    start = next(
        (n for n, line in enumerate(lines) if all(name in line for name in mapping.header)), None
    )
    if start is None:
        raise UsageError(f"{path}: no line holds the columns {', '.join(mapping.header)}")
    text = "".join(lines[start:])
    return pl.read_csv(text.encode(), infer_schema_length=None, truncate_ragged_lines=True)


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
        _write_whole(result.findings, folder / f"findings-{number:06d}.parquet")
    _write_whole(cases, folder / f"cases-{number:06d}.parquet")


def _write_whole(table: Any, target: Path) -> None:
    """Write a part under another name first, so that a part which is there is whole."""
    temporary = unfinished(target)
    table.write_parquet(temporary)
    temporary.replace(target)


def unfinished(target: Path) -> Path:
    """Return the name under which a file is written until it is whole; nothing stands there."""
    temporary = target.with_name(f".{target.name}.unfinished{target.suffix}")
    temporary.unlink(missing_ok=True)
    return temporary


def _finish(job: Job, parts: Path) -> None:
    both = job.output.suffix in (".duckdb", ".xlsx")
    tables = {"cases": parts / "cases-*.parquet"}
    if both:
        tables["findings"] = parts / "findings-*.parquet"
    _write_output(job.output, tables)
    if job.findings:
        _write_output(job.findings, {"findings": parts / "findings-*.parquet"})


def _write_output(target: Path, tables: Mapping[str, Path]) -> None:
    import polars as pl

    temporary = unfinished(target)
    if target.suffix == ".duckdb":
        import duckdb

        with duckdb.connect(str(temporary)) as connection:
            for name, pattern in tables.items():
                connection.execute(
                    f"CREATE TABLE {name} AS SELECT * FROM read_parquet(?)", [str(pattern)]
                )
    elif target.suffix == ".xlsx":
        _write_sheets(temporary, {name: pl.scan_parquet(p) for name, p in tables.items()})
    else:
        (pattern,) = tables.values()
        whole = pl.scan_parquet(pattern)
        if target.suffix == ".parquet":
            whole.sink_parquet(temporary)
        else:
            whole.sink_csv(temporary)
    temporary.replace(target)


def _write_sheets(target: Path, tables: Mapping[str, Any]) -> None:
    import xlsxwriter

    read = {name: table.collect() for name, table in tables.items()}
    for name, table in read.items():
        if table.height > _LARGEST_SHEET:
            raise UsageError(
                f"{table.height:,} rows of {name} don't fit a sheet; write .parquet or .csv"
            )
    with xlsxwriter.Workbook(str(target)) as book:
        for name, table in read.items():
            table.write_excel(book, worksheet=name)
