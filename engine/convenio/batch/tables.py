"""Reads tables for every engine: what a file holds is recognised, said, and never guessed.

A text file or a sheet gives columns of text, called like facts, in which every cell stands as it
was written; what a text means is decided where facts are typed. Rows that state nothing are left
out and told, and a table in which nothing is understood is refused.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Any, Literal

from convenio.backends.frames.columns import (
    AS_OF,
    ID,
    POSITION,
    FrameColumn,
    case_columns,
    child_columns,
)
from convenio.errors import CaseError, UsageError, nearest_name
from convenio.facts.catalogue import Catalogue

TEXTS = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".zip")
SHEETS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
TYPED = (".parquet", ".jsonl", ".ndjson")
ENDINGS = (*TEXTS, *SHEETS, *TYPED)
SEPARATORS: Mapping[str, str] = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}

_SEARCHED = 50
"""How many lines may stand above a header."""
_HEAD = 1 << 18
_CHUNK = 1 << 20
_SHOWN = 5
_MOST_TOLD = 100
_ROW = "row of the table"
_BYTE_ORDER = ((codecs.BOM_UTF8, "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_NAMES_OF_ENCODINGS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp1252": "Windows-1252"}
_TOTAL = r"(?i)^\W*(sub-?)?(grand )?tota(l|is|les)\b( general| geral)?\W*$"
_BELOW = r"(?i)^\W*(source|fuente|fonte|note|nota|observa|©|\(c\))"
"""How lines below a table begin that are no part of it."""
_TWO_WAYS = r"^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$"
_MIDNIGHT = r"^(\d{4}-\d{2}-\d{2})[ T]00:00:00(\.0+)?$"
_COMMA = r"^-?(\d+|\d{1,3}(\.\d{3})+),\d+$"
_COMMA_FOR_CERTAIN = r"^-?(\d+,(\d{1,2}|\d{4,})|\d{1,3}(\.\d{3})+,\d+)$"
_POINT = r"^-?\d+\.(\d{1,2}|\d{4,})$"
_GROUPED = r"^-?\d{1,3}(\.\d{3})+(,\d+)?$"


@dataclass(frozen=True, slots=True)
class Layout:
    """What a user says of a file; None is recognised."""

    separator: str | None = None
    encoding: str | None = None
    decimal: Literal[",", "."] | None = None
    header_row: int | None = None
    sheet: str | None = None
    dates: Literal["dmy", "mdy", "iso"] | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns a table may have: what each holds, by name, and those that are no facts."""

    holds: Mapping[str, str]
    keys: tuple[str, ...]
    folded: Mapping[str, str]
    """The columns by their names in small letters."""
    lists: frozenset[str] = frozenset()

    def named(self, written: str) -> str | None:
        """Return the column that a header means: as written, or once case and blanks are folded."""
        if written in self.holds or written in self.keys or written in self.lists:
            return written
        return self.folded.get(_folded(written))

    def holding(self, names: Iterable[str], *kinds: str) -> list[str]:
        """Return those of some columns that hold values of one of the kinds."""
        return [name for name in names if self._kind(name) in kinds]

    def _kind(self, name: str) -> str:
        if name == AS_OF:
            return "date"
        return self.holds.get(name) or self.holds.get(name.replace("__", ".", 1), "")

    def is_fact(self, name: str) -> bool:
        """Tell whether a column states something of a case."""
        return name not in self.keys and (bool(self._kind(name)) or name in self.lists)


@dataclass(frozen=True, slots=True)
class ReadTable:
    """The rows of one table (lazy), what was recognised, and the rows that are not in it."""

    path: Path
    rows: Any
    told: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    whole: bool = True
    """Whether the rows are the file's own, so that another engine may read the file itself."""


def columns_of_cases(catalogue: Catalogue) -> Columns:
    """Return the columns of a table of cases."""
    lists = [path for path, fact in catalogue.facts.items() if fact.type.kind == "list"]
    return _columns(case_columns(catalogue), (ID, AS_OF), lists)


def columns_of_list(catalogue: Catalogue, path: str) -> Columns:
    """Return the columns of the table of a list's elements; none where there is no such list."""
    declared = catalogue.facts.get(path)
    is_list = declared is not None and declared.type.kind == "list"
    return _columns(child_columns(catalogue, path) if is_list else (), (ID, POSITION))


def _columns(
    known: Iterable[FrameColumn], keys: tuple[str, ...], lists: Sequence[str] = ()
) -> Columns:
    holds = {column.name: column.holds for column in known}
    folded = {
        form: name
        for name in (*holds, *keys, *lists)
        for form in (_folded(name), _folded(name).replace(".", "__"))
    }
    return Columns(holds, keys, folded, frozenset(lists))


def ending(path: Path) -> str:
    """Return the ending by which a table's kind is known, in small letters, or nothing."""
    name = path.name.lower()
    return max((end for end in ENDINGS if name.endswith(end)), key=len, default="")


def read_table(
    path: Path,
    columns: Columns,
    layout: Layout,
    scratch: Path,
    prepare: Callable[[Any], Any] = lambda rows: rows,
) -> ReadTable:
    """Read the table of a file; `prepare` may add columns before they are looked at.

    `scratch` is a folder for what must be written anew to be read. Raises UsageError where the
    file can't be read, CaseError where it is no table of cases.
    """
    import polars as pl

    kind = ending(path)
    if kind == ".parquet":
        return _named(ReadTable(path, prepare(pl.scan_parquet(path))), columns)
    if kind in TYPED:
        rows = pl.scan_ndjson(path, infer_schema_length=None)
        return _named(ReadTable(path, prepare(rows)), columns)
    if kind in SHEETS:
        return read_sheet(path, layout.sheet or 0, columns, layout)
    table = _text_table(path, columns, layout, scratch)
    return _in_facts(_named(replace(table, rows=prepare(table.rows)), columns), columns, layout)


def without_numbers(table: ReadTable) -> ReadTable:
    """Drop the numbers of rows, which no row is told by any more."""
    if _ROW not in table.rows.collect_schema().names():
        return table
    return replace(table, rows=table.rows.drop(_ROW))


def names_of_sheets(path: Path) -> list[str]:
    """Return the names of a workbook's sheets, in their order."""
    import fastexcel

    return list(fastexcel.read_excel(path).sheet_names)


def checked(table: ReadTable, columns: Columns, elsewhere: Any = None) -> ReadTable:
    """Leave out rows that are no cases, and tell which; refuse a table that tells of none.

    `elsewhere` are ids (a lazy frame with the one column) of which another table tells more.
    """
    import polars as pl

    names = table.rows.collect_schema().names()
    facts = [name for name in names if columns.is_fact(name)]
    _refuse_strange(table.path, names, columns, bool(facts) or elsewhere is not None)
    numbered = table.rows if _ROW in names else table.rows.with_row_index(_ROW, 1)
    said = pl.col(ID).cast(pl.String)
    anything = [pl.col(name).is_not_null() for name in names if name != _ROW]
    suspects = (
        numbered.select(
            _ROW,
            said.alias(ID),
            states=pl.any_horizontal(pl.lit(False), *(pl.col(n).is_not_null() for n in facts)),
            total=said.str.contains(_TOTAL).fill_null(False),
            anything=pl.any_horizontal(anything),
        )
        .filter(~pl.col("states") | pl.col(ID).is_null() | pl.col("total"))
        .sort(_ROW)
        .collect(engine="streaming")
    )
    if not suspects.height:
        return replace(table, rows=numbered.drop(_ROW))
    height = numbered.select(pl.len()).collect(engine="streaming").item()
    left = _left_out(suspects.rows(named=True), height, _ids_of(elsewhere))
    faults = left.faults(table.path)
    below = f"left out below or as a total: {', '.join(left.below)}"
    return replace(
        table,
        rows=numbered.filter(~pl.col(_ROW).is_in(sorted(left.rows))).drop(_ROW),
        told=(*table.told, below) if left.below else table.told,
        faults=(*table.faults, *faults),
        whole=table.whole and not left.rows,
    )


def refuse_shared_ids(tables: Sequence[ReadTable]) -> None:
    """Raise CaseError where two rows of some tables have the same id."""
    import polars as pl

    ids = pl.concat([table.rows.select(pl.col(ID).cast(pl.String)) for table in tables])
    counted = ids.group_by(ID).len().filter(pl.col("len") > 1).sort(ID).collect(engine="streaming")
    if counted.height:
        shown = [f"{row[0]} ({row[1]} rows)" for row in counted.head(_SHOWN).rows()]
        more = f" and {counted.height - _SHOWN} more" if counted.height > _SHOWN else ""
        where = tables[0].path if len(tables) == 1 else "the tables"
        raise CaseError(f"{where}: rows share their id: {', '.join(shown)}{more}")


def orphans(child: ReadTable, tables: Sequence[ReadTable]) -> tuple[str, ...]:
    """Tell of the rows of a list's table that belong to no case."""
    import polars as pl

    if ID not in child.rows.collect_schema().names():
        return ()
    ids = pl.concat([table.rows.select(pl.col(ID).cast(pl.String)) for table in tables])
    lost = (
        child.rows.select(pl.col(ID).cast(pl.String))
        .join(ids, on=ID, how="anti", maintain_order="left")
        .collect()
    )
    if not lost.height:
        return ()
    shown = [repr(name) for name in dict.fromkeys(lost[ID].to_list())][:_SHOWN]
    counted = f"{lost.height:,} rows find" if lost.height > 1 else "1 row finds"
    return (f"{child.path}: {counted} no case: {', '.join(shown)}",)


# --- what a file says of itself ---------------------------------------------------------------


def _text_table(path: Path, columns: Columns, layout: Layout, scratch: Path) -> ReadTable:
    import polars as pl

    text, encoding = _as_utf8(path, layout.encoding, scratch)
    with text.open(encoding="utf-8", newline="") as opened:
        head = opened.read(_HEAD)
    separator, found = _header(path, head, columns, layout)
    told = [f"separated by {SEPARATORS.get(separator, repr(separator))}"] * (separator != ",")
    told += [_NAMES_OF_ENCODINGS.get(encoding, encoding)] * (encoding != "utf-8")
    told += [f"header on line {found.line}"] * (found.line > 1)
    rows = pl.scan_csv(
        text,
        separator=separator,
        has_header=False,
        skip_lines=found.lines_until_rows,
        schema={name: pl.String() for name in found.names},
        missing_columns="insert",
        row_index_name=_ROW,
        row_index_offset=1,
    )
    try:
        rows.select(pl.all().count()).collect(engine="streaming")
    except pl.exceptions.PolarsError as fault:
        raise UsageError(_ragged(path, text, separator, found) or _unread(path, fault)) from None
    return ReadTable(path, rows, (", ".join(told),) if told else (), (), False)


def read_sheet(path: Path, sheet: str | int, columns: Columns, layout: Layout) -> ReadTable:
    """Read one sheet of a workbook, given by its name or its place from 0."""
    import fastexcel
    import polars as pl

    book = fastexcel.read_excel(path)
    if isinstance(sheet, str) and sheet not in book.sheet_names:
        held = ", ".join(book.sheet_names)
        raise UsageError(f"{path}: there is no sheet '{sheet}'; it has {held}")
    # Text as it stands in the cell: an engine that types cells on its own makes numbers of ids.
    loaded = book.load_sheet(sheet, header_row=None, dtypes="string")
    batch, wrong = loaded.to_arrow_with_errors()
    cells: Any = pl.from_arrow(batch)
    # Rows above the first that holds anything are no rows of what was loaded.
    offset = loaded.total_height - cells.height
    head = [["" if c is None else str(c) for c in row] for row in cells.head(_SEARCHED).rows()]
    found = _header_among(path, [(n, n, row) for n, row in enumerate(head, 1)], columns, layout)
    data = cells.slice(found.line)
    data.columns = list(found.names)
    faults = _error_cells(path, wrong, found, columns)
    told = [f"sheet {loaded.name}"] * (len(book.sheet_names) > 1)
    told += [f"header on row {found.line + offset}"] * (found.line > 1)
    rows = data.lazy().with_row_index(_ROW, 1)
    if faults:
        rows = rows.filter(~pl.col(_ROW).is_in([row for row, _ in faults]))
    table = ReadTable(
        path, rows, (", ".join(told),) if told else (), tuple(text for _, text in faults), False
    )
    return _in_facts(_named(table, columns), columns, layout)


def _error_cells(path: Path, wrong: Any, found: _Header, columns: Columns) -> list[tuple[int, str]]:
    errors: Sequence[Any] = wrong.errors if wrong is not None else ()
    faults = []
    for error in errors:
        row, column = error.offset_position
        name = columns.named(found.names[column])
        if row >= found.line and name is not None:
            code = re.search(r"Error\((\w+)\)", error.detail)
            shown = f"an error ({code[1]})" if code else "an error"
            place = row - found.line + 1
            faults.append(
                (place, f"{path}: row {place}: {name}: the cell holds {shown}; not rated")
            )
    return faults


@dataclass(frozen=True, slots=True)
class _Header:
    names: tuple[str, ...]
    line: int
    """On which line it stands, from 1."""
    lines_until_rows: int


def _header(path: Path, head: str, columns: Columns, layout: Layout) -> tuple[str, _Header]:
    candidates = [layout.separator] if layout.separator else list(SEPARATORS)
    best: tuple[int, str, list[tuple[int, int, list[str]]]] | None = None
    for separator in candidates:
        lines = _records(head, separator)
        score = max((_score(cells, columns) for *_, cells in lines), default=0)
        if best is None or score > best[0]:
            best = (score, separator, lines)
    assert best is not None
    return best[1], _header_among(path, best[2], columns, layout)


def _records(head: str, separator: str) -> list[tuple[int, int, list[str]]]:
    """Return the first records of a text with their first lines and how many lines end them."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    records: list[tuple[int, int, list[str]]] = []
    before = 0
    try:
        for cells in reader:
            records.append((before + 1, reader.line_num, cells))
            before = reader.line_num
            if len(records) == _SEARCHED:
                break
    except csv.Error:
        pass
    return records


def _header_among(
    path: Path,
    lines: Sequence[tuple[int, int, list[str]]],
    columns: Columns,
    layout: Layout,
) -> _Header:
    if layout.header_row is not None:
        chosen = [line for line in lines if line[0] == layout.header_row]
        if not chosen:
            raise UsageError(f"{path}: no header can stand on line {layout.header_row}")
        first, until, cells = chosen[0]
    else:
        if not lines:
            raise CaseError(f"{path}: the table is empty")
        first, until, cells = max(lines, key=lambda line: _score(line[2], columns))
        if not _score(cells, columns):
            widest = max(lines, key=lambda line: len(line[2]))
            raise CaseError(_nothing_understood(path, widest[2], columns))
    names = tuple(name.strip() or f"column {n}" for n, name in enumerate(cells, 1))
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise CaseError(f"{path}: two columns are called {', '.join(twice)}")
    return _Header(names, first, until)


def _score(cells: Sequence[str], columns: Columns) -> int:
    return sum(columns.named(cell) is not None for cell in cells)


def _as_utf8(path: Path, encoding: str | None, scratch: Path) -> tuple[Path, str]:
    """Return a file with the text in UTF-8, and the encoding in which it was found."""
    name = encoding or _encoding(path)
    packed = ending(path) in (".csv.gz", ".tsv.gz", ".zip")
    if name == "utf-8" and not packed:
        return path, name
    target = scratch / f"{len(list(scratch.iterdir()))}.csv"
    try:
        reader = codecs.getreader(name)
    except LookupError:
        raise UsageError(f"--encoding: there is no encoding '{name}'") from None
    try:
        with _bytes(path) as opened, target.open("w", encoding="utf-8", newline="") as out:
            text = reader(opened)
            while chunk := text.read(_CHUNK):
                out.write(chunk)
    except UnicodeError:
        raise UsageError(
            f"{path}: the text is not in {_NAMES_OF_ENCODINGS.get(name, name)}; give --encoding"
        ) from None
    return target, name.removesuffix("-sig")


def _encoding(path: Path) -> str:
    with _bytes(path) as opened:
        start = opened.read(4)
        for mark, name in _BYTE_ORDER:
            if start.startswith(mark):
                return name
        decoder = codecs.getincrementaldecoder("utf-8")()
        chunk, is_utf8 = start, True
        while chunk:
            if b"\0" in chunk:
                raise UsageError(
                    f"{path}: can't be read: it holds NUL bytes; if it is UTF-16 without its mark, "
                    "give --encoding utf-16-le"
                )
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
            chunk = opened.read(_CHUNK)
        return "utf-8" if is_utf8 else "cp1252"


def _bytes(path: Path) -> IO[bytes] | gzip.GzipFile:
    kind = ending(path)
    if kind.endswith(".gz"):
        return gzip.open(path)
    if kind != ".zip":
        return path.open("rb")
    packed = zipfile.ZipFile(path)
    tables = [name for name in packed.namelist() if name.lower().endswith((".csv", ".tsv"))]
    if len(tables) != 1:
        raise UsageError(f"{path}: holds {len(tables)} tables (.csv, .tsv); one is expected")
    return packed.open(tables[0])


def _ragged(path: Path, text: Path, separator: str, found: _Header) -> str:
    with text.open(encoding="utf-8", newline="") as opened:
        reader = csv.reader(opened, delimiter=separator)
        try:
            for cells in reader:
                if reader.line_num > found.line and len(cells) > len(found.names):
                    return (
                        f"{path}:{reader.line_num}: {len(cells)} cells, the header has "
                        f"{len(found.names)}: quote texts that hold the separator"
                    )
        except csv.Error:
            return ""
    return ""


def _unread(path: Path, fault: Exception) -> str:
    return f"{path}: can't be read: {str(fault).splitlines()[0]}"


# --- columns that are called like facts ------------------------------------------------------


def _folded(name: str) -> str:
    return re.sub(r"\s+", "_", name.strip().casefold())


def _named(table: ReadTable, columns: Columns) -> ReadTable:
    """Call columns like facts where only case or blanks differ."""
    names = [name for name in table.rows.collect_schema().names() if name != _ROW]
    renamed: dict[str, str] = {}
    for name in names:
        meant = columns.named(name)
        if meant is not None and meant != name:
            if meant in names or meant in renamed.values():
                raise CaseError(f"{table.path}: two columns are called {meant}, but for their case")
            renamed[name] = meant
    if not renamed:
        return table
    told = ", ".join(f"{old} as {new}" for old, new in renamed.items())
    return replace(
        table, rows=table.rows.rename(renamed), told=(*table.told, f"reads {told}"), whole=False
    )


def _in_facts(table: ReadTable, columns: Columns, layout: Layout) -> ReadTable:
    """Write dates and numbers as facts are written, where it is certain what they are."""
    import polars as pl

    names = [name for name in table.rows.collect_schema().names() if name != _ROW]
    unusable = [name for name in names if name in columns.lists]
    if unusable:
        raise CaseError(
            f"{table.path}: {unusable[0]} is a list, which no cell of text can hold; its elements "
            f"come as a table of their own: --child {unusable[0]}=FILE"
        )
    texts = [pl.col(name).str.strip_chars() for name in names]
    stripped = [pl.when(text != "").then(text) for text in texts]
    rows = table.rows.with_columns(**dict(zip(names, stripped, strict=True)))
    dates = columns.holding(names, "date")
    numbers = columns.holding(names, "number", "whole number")

    def anywhere(among: Sequence[str], pattern: str) -> pl.Expr:
        if not among:
            return pl.lit(False)
        return pl.any_horizontal(pl.col(name).str.contains(pattern).any() for name in among)

    seen = rows.select(
        comma=anywhere(numbers, _COMMA_FOR_CERTAIN),
        point=anywhere(numbers, _POINT),
        two_ways=anywhere(dates, _TWO_WAYS),
    ).collect(engine="streaming")
    told = list(table.told)
    decimal = layout.decimal
    if decimal is None and seen["comma"][0]:
        if seen["point"][0]:
            raise CaseError(
                f"{table.path}: some numbers have a decimal comma and some a decimal point; "
                "give --decimal"
            )
        decimal = ","
        told.append("decimal comma")
    if seen["two_ways"][0] and layout.dates is None:
        told.append("dates such as 03/04/2024 are read with --dates dmy or --dates mdy")
    changes = {name: _iso(pl.col(name), layout) for name in dates}
    if decimal == ",":
        changes |= {name: _with_point(pl.col(name)) for name in numbers}
    return replace(table, rows=rows.with_columns(**changes), told=tuple(told))


def _iso(cell: Any, layout: Layout) -> Any:
    import polars as pl

    cell = cell.str.replace(_MIDNIGHT, "$1")
    if layout.dates not in ("dmy", "mdy"):
        return cell
    first, second = cell.str.extract(_TWO_WAYS, 1), cell.str.extract(_TWO_WAYS, 2)
    day, month = (first, second) if layout.dates == "dmy" else (second, first)
    whole = pl.concat_str(
        [cell.str.extract(_TWO_WAYS, 3), month.str.zfill(2), day.str.zfill(2)], separator="-"
    )
    return pl.when(cell.str.contains(_TWO_WAYS)).then(whole).otherwise(cell)


def _with_point(cell: Any) -> Any:
    import polars as pl

    plain = cell.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    unclear = cell.str.contains(".", literal=True) & ~cell.str.contains(_GROUPED)
    # A point that groups no thousands is neither: the row says what was found.
    told = pl.concat_str([cell, pl.lit(" (with a decimal comma)")])
    return pl.when(unclear).then(told).otherwise(plain)


# --- rows that are no cases ------------------------------------------------------------------


def _refuse_strange(path: Path, names: Sequence[str], columns: Columns, is_told: bool) -> None:
    given = [name for name in names if name != _ROW]
    if not is_told:
        raise CaseError(_nothing_understood(path, given, columns))
    if ID not in given:
        near = nearest_name(ID, given)
        hint = f"; is it {near}?" if near else ""
        raise CaseError(f"{path}: no column is called id, which tells cases apart{hint}")


def _nothing_understood(path: Path, names: Sequence[str], columns: Columns) -> str:
    shown = [name.strip() for name in names if name.strip()][:_SHOWN]
    near = {name: nearest_name(_folded(name), list(columns.holds)) for name in shown}
    hints = [f"{name} (nearest: {fact})" if fact else name for name, fact in near.items()]
    return (
        f"{path}: no column is a fact, so nothing is rated; the columns are "
        f"{', '.join(hints) or 'not named'}: docs/pipelines.md tells how they are called"
    )


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """The rows of a table that are no cases, by number from 1, and why."""

    rows: frozenset[int]
    below: tuple[str, ...]
    silent: Mapping[int, str]
    """Ids of rows that state no fact."""
    nameless: tuple[int, ...]
    height: int

    def faults(self, path: Path) -> tuple[str, ...]:
        """Tell of each row that ought to have been a case.

        Raises CaseError where most rows state nothing.
        """
        silent = {n: f"row {n} ({name})" for n, name in sorted(self.silent.items())}
        cases = self.height - len(self.rows) + len(silent)
        if 2 * len(silent) > cases:
            raise CaseError(
                f"{path}: {len(silent):,} of {cases:,} rows state no fact, so nothing is rated: "
                f"{_listed(silent.values())}"
            )
        told = {n: f"{path}: {row} states no fact; not rated" for n, row in silent.items()}
        told |= {n: f"{path}: row {n} has no id; not rated" for n in self.nameless}
        texts = [text for _, text in sorted(told.items())]
        more = len(texts) - _MOST_TOLD
        return (*texts[:_MOST_TOLD], *([f"{path}: and {more:,} more such rows"] * (more > 0)))


def _ids_of(rows: Any) -> frozenset[str]:
    import polars as pl

    if rows is None:
        return frozenset()
    return frozenset(rows.select(pl.col(ID).cast(pl.String)).collect()[ID].to_list())


def _left_out(
    suspects: Sequence[Mapping[str, Any]], height: int, told_elsewhere: frozenset[str]
) -> _LeftOut:
    rows: set[int] = set()
    below: list[str] = []
    silent: dict[int, str] = {}
    nameless: list[int] = []
    last = height
    # From the end: what stands below a table is told by nothing but that coming after it.
    for row in reversed(suspects):
        number, name = row[_ROW], row[ID]
        is_last = number == last
        if not row["anything"]:
            rows.add(number)
        elif row["total"] or (is_last and not row["states"] and re.match(_BELOW, name or "")):
            below.insert(0, name)
            rows.add(number)
        elif name is None:
            nameless.append(number)
            rows.add(number)
        elif not row["states"] and name not in told_elsewhere:
            silent[number] = name
            rows.add(number)
        if is_last and number in rows:
            last -= 1
    return _LeftOut(frozenset(rows), tuple(below), silent, tuple(nameless), height)


def _listed(texts: Iterable[str]) -> str:
    every = list(texts)
    more = f" and {len(every) - _SHOWN:,} more" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more
