"""Turns other people's tables into cases: a small YAML says which column is which fact.

    title: Our register of agreements
    case: [Agreement]                    # rows with the same values are one case; they are its id
    as_of: {from: "Signed on"}
    facts:
      deal.form: {from: Type, map: {Treaty: treaty, MoU: nonbinding_mou}}
      value.total: {from: "Value (million)", times: 1000000}
    lists:
      parties:
        - {country: {from: Supplier, map: countries}, role: {value: provider}}
    keep: {supplier: {from: Supplier}}   # columns that stand beside the results

A cell is `from` a column or a constant `value`; `map` turns texts into others (`countries` knows
English names; a text of which nothing is known is mapped to null), `times` multiplies, `date:
year_end` makes a date of a year. Values of which a cell can make nothing are dropped, and told.
Over the rows of a case the first value counts, or what `take` says: sum, min, max.
`share` and `concentration` compare suppliers over the years before (see `Window`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from convenio.documents import read_document
from convenio.documents.models import validate
from convenio.errors import UsageError, nearest_name
from convenio.facts.values import english_names
from convenio.packs.pack import Pack
from convenio.resources import data_folder

_STRICT = ConfigDict(extra="forbid", populate_by_name=True)


class Window(BaseModel):
    """A sum over the rows of one `within` in the years up to a case's own, those included.

    `part: largest` is the share of the largest `by`; `concentration` the sum of squared shares
    (Herfindahl-Hirschman index, 0 to 1); `own` the share of the case's own `by`; `total` the sum.
    Where the table begins after the first of the years, all of them are unknown.
    """

    model_config = _STRICT
    part: Literal["largest", "concentration", "own", "total"]
    of: str
    by: str
    within: str
    year: str
    up_to: str
    years: int = Field(ge=1, le=100)


class Cell(BaseModel):
    """Where a value comes from and what is done with it."""

    model_config = _STRICT
    column: str | None = Field(default=None, alias="from")
    value: str | float | bool | list[str] | None = None
    map: dict[str, str | None] | Literal["countries"] | None = None
    times: float | None = None
    date: Literal["year_start", "year_end"] | None = None
    take: Literal["first", "sum", "min", "max"] = "first"
    window: Window | None = None

    @model_validator(mode="after")
    def _one_origin(self) -> Cell:
        origins = [self.column is not None, self.value is not None, self.window is not None]
        if sum(origins) != 1:
            raise ValueError("needs one of from, value and window")
        return self


class TableMapping(BaseModel):
    """One mapping file."""

    model_config = _STRICT
    title: str
    source: str = ""
    header: list[str] = []
    encoding: Literal["utf8", "latin1"] = "utf8"
    whole: str = ""
    """What stands above the header of a table that is the whole; windows over a part are wrong."""
    case: list[str] = Field(min_length=1)
    as_of: Cell | None = None
    facts: dict[str, Cell] = {}
    lists: dict[str, list[dict[str, Cell]]] = {}
    keep: dict[str, Cell] = {}
    countries: dict[str, str] = {}

    def has_windows(self) -> bool:
        """Tell whether some cell is reckoned over other rows than its case's own."""
        return any(True for _ in _windows(self))


def load_mapping(name: str, pack: Pack) -> TableMapping:
    """Read a mapping file, or one that ships with the core pack, given by its name.

    Raises UsageError with every problem: unknown keys, facts that the pack does not declare.
    """
    path = Path(name)
    if not path.exists() and path.suffix == "":
        shipped = data_folder("rules") / "core" / "mappings" / f"{name}.yaml"
        path = shipped if shipped.is_file() else path
    document = read_document(path, UsageError)
    mapping = validate(TableMapping, document.root, UsageError)
    _refuse_unknown(mapping, pack, str(path))
    return mapping


def _refuse_unknown(mapping: TableMapping, pack: Pack, file: str) -> None:
    facts = pack.catalogue.facts
    faults = [
        f"{file}: {path}: no such fact in the catalogue; {pack.catalogue.nearest(path)} is nearest"
        for path in (*mapping.facts, *mapping.lists)
        if path not in facts
    ]
    for path, rows in mapping.lists.items():
        fields = pack.catalogue.records.get(facts[path].type.record, {}) if path in facts else {}
        for name in dict.fromkeys(name for row in rows for name in row):
            if path in facts and name not in fields:
                faults.append(f"{file}: {path}.{name}: no such field; {nearest_name(name, fields)}")
    if faults:
        raise UsageError("\n".join(faults))


def mapped(table: Any, mapping: TableMapping) -> tuple[Any, dict[str, Any], Any]:
    """Return the cases, the child tables and the kept columns that a Polars table maps to.

    Raises UsageError where the table lacks columns that the mapping reads.
    """
    import polars as pl

    wanted = dict.fromkeys(_columns(mapping))
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        hints = [f"{name} (nearest: {nearest_name(name, table.columns)})" for name in missing]
        raise UsageError("the table has no column " + ", ".join(hints))
    names = {**english_names(), **mapping.countries}
    identifier = pl.concat_str([pl.col(c).cast(pl.String) for c in mapping.case], separator=" ")
    table = table.with_columns(identifier.alias("id"))
    table = table.filter(pl.col("id").is_not_null())
    for number, window in enumerate(_windows(mapping)):
        table = _with_window(table, window, f"window{number}")
    windows = {id(window): f"window{n}" for n, window in enumerate(_windows(mapping))}

    def grouped(cells: Mapping[str, Cell]) -> Any:
        columns = [_cell(cell, names, windows).alias(name) for name, cell in cells.items()]
        if not columns:
            return table.select("id").unique(maintain_order=True)
        kept = table.select("id", *columns)
        takes = [_taken(pl.col(name), cell.take) for name, cell in cells.items()]
        return kept.group_by("id", maintain_order=True).agg(*takes)

    facts = {**mapping.facts, **({"as_of": mapping.as_of} if mapping.as_of else {})}
    children = {}
    for path, rows in mapping.lists.items():
        parts = [
            table.select("id", *(_cell(c, names, windows).alias(n) for n, c in row.items())).unique(
                maintain_order=True
            )
            for row in rows
        ]
        whole = pl.concat(parts, how="diagonal_relaxed")
        children[path] = whole.with_columns(i=pl.int_range(pl.len()).over("id"))
    cases = grouped(facts)
    stated = [pl.lit(True).alias(f"{path}__stated") for path in mapping.lists]
    return cases.with_columns(*stated), children, grouped(mapping.keep)


def plainly_named(table: Any) -> Any:
    """Return a table whose names of columns have no blanks around them and no stray `;`."""
    return table.rename({name: name.strip().rstrip(";").strip() for name in table.columns})


def dropped(table: Any, mapping: TableMapping) -> tuple[str, ...]:
    """Tell of the values that a mapping's words, casts and windows can make nothing of.

    One line for each column and reason: how many rows, and the first values with their rows.
    """
    import polars as pl

    names = {**english_names(), **mapping.countries}
    told: dict[str, None] = {}
    for column, words, what in _readings(mapping, names):
        said = pl.col("text")
        unread = ~said.is_in(list(words)) if words is not None else _no_number(said, what)
        rows = (
            table.select(
                pl.int_range(1, pl.len() + 1).alias("row"),
                pl.col(column).cast(pl.String).str.strip_chars().alias("text"),
            )
            .filter((said != "") & unread)
            .group_by("text", maintain_order=True)
            .agg(pl.col("row").first(), pl.len().alias("rows"))
        )
        if rows.height:
            first = ", ".join(f"'{r['text']}' (row {r['row']})" for r in rows.head(5).to_dicts())
            more = f" and {rows.height - 5:,} more" if rows.height > 5 else ""
            told[
                f"{column}: {rows['rows'].sum():,} rows hold no {what} and are dropped: "
                f"{first}{more}"
            ] = None
    return tuple(told)


def _readings(
    mapping: TableMapping, names: Mapping[str, str]
) -> Iterator[tuple[str, Mapping[str, str | None] | None, str]]:
    """Yield which columns are read, by which words, and as what."""
    for cell in _cells(mapping):
        if cell.column is not None and cell.map is not None:
            is_state = cell.map == "countries"
            words = names if isinstance(cell.map, str) else cell.map
            yield cell.column, words, "state" if is_state else "word of the mapping"
        elif cell.column is not None and cell.times is not None:
            yield cell.column, None, "number"
        elif cell.column is not None and cell.date is not None:
            yield cell.column, None, "year"
        if cell.window is not None:
            yield cell.window.of, None, "number"
            yield cell.window.year, None, "year"
            yield cell.window.up_to, None, "year"


def _no_number(text: Any, what: str) -> Any:
    import polars as pl

    kind = pl.Int32 if what == "year" else pl.Float64
    return text.cast(kind, strict=False).is_null()


def _cells(mapping: TableMapping) -> Iterator[Cell]:
    if mapping.as_of:
        yield mapping.as_of
    yield from mapping.facts.values()
    yield from mapping.keep.values()
    for rows in mapping.lists.values():
        for row in rows:
            yield from row.values()


def _windows(mapping: TableMapping) -> list[Window]:
    return [cell.window for cell in _cells(mapping) if cell.window is not None]


def _columns(mapping: TableMapping) -> Iterator[str]:
    yield from mapping.case
    for cell in _cells(mapping):
        if cell.column is not None:
            yield cell.column
        if cell.window is not None:
            window = cell.window
            yield from (window.of, window.by, window.within, window.year, window.up_to)


def _cell(cell: Cell, countries: Mapping[str, str], windows: Mapping[int, str]) -> Any:
    import polars as pl

    if cell.window is not None:
        return pl.col(windows[id(cell.window)])
    if cell.column is None:
        return (
            pl.lit(pl.Series([cell.value])).first()
            if isinstance(cell.value, list)
            else pl.lit(cell.value)
        )
    column = pl.col(cell.column)
    if cell.map is not None:
        words = countries if cell.map == "countries" else cell.map
        column = (
            column.cast(pl.String)
            .str.strip_chars()
            .replace_strict(list(words), list(words.values()), default=None, return_dtype=pl.String)
        )
    if cell.times is not None:
        column = column.cast(pl.Float64, strict=False) * cell.times
    if cell.date is not None:
        year = column.cast(pl.Int32, strict=False)
        month, day = (1, 1) if cell.date == "year_start" else (12, 31)
        column = pl.date(year, month, day)
    return column


def _taken(column: Any, take: str) -> Any:
    if take == "first":
        return column.drop_nulls().first()
    return getattr(column, take)()


def _with_window(table: Any, window: Window, name: str) -> Any:
    import polars as pl

    number, year = pl.Float64, pl.Int32
    rows = table.select(
        within=pl.col(window.within),
        by=pl.col(window.by),
        year=pl.col(window.year).cast(year, strict=False),
        amount=pl.col(window.of).cast(number, strict=False),
    ).drop_nulls()
    cases = table.select(
        within=pl.col(window.within), up_to=pl.col(window.up_to).cast(year, strict=False)
    ).unique()
    sums = (
        cases.join(rows, on="within")
        .filter(pl.col("year").is_between(pl.col("up_to") - window.years + 1, pl.col("up_to")))
        .group_by("within", "up_to", "by")
        .agg(pl.col("amount").sum())
    )
    share = pl.col("amount") / pl.col("amount").sum().over("within", "up_to")
    sums = sums.with_columns(share=share)
    keys = [
        pl.col(window.within).alias("within"),
        pl.col(window.up_to).cast(year, strict=False).alias("up_to"),
    ]
    on = ["within", "up_to"]
    if window.part == "own":
        found = sums.select("within", "up_to", "by", pl.col("share").alias(name))
        keys.append(pl.col(window.by).alias("by"))
        on.append("by")
    else:
        part = {
            "largest": pl.col("share").max(),
            "concentration": (pl.col("share") ** 2).sum(),
            "total": pl.col("amount").sum(),
        }[window.part]
        found = sums.group_by("within", "up_to").agg(part.alias(name))
    joined = table.with_columns(*keys).join(found, on=on, how="left", maintain_order="left")
    if window.part == "own":
        totals = sums.select("within", "up_to", pl.lit(True).alias("imported")).unique()
        joined = joined.join(totals, on=on[:2], how="left", maintain_order="left")
        nothing = pl.when(pl.col("imported")).then(0.0)
        joined = joined.with_columns(pl.col(name).fill_null(nothing)).drop("imported")
    first = rows["year"].min()
    begins = pl.col("up_to") - window.years + 1
    covered = pl.lit(first is not None) & (begins >= pl.lit(first, dtype=year))
    joined = joined.with_columns(pl.when(covered).then(pl.col(name)))
    return joined.with_columns(pl.col(name).fill_nan(None)).drop(on)
