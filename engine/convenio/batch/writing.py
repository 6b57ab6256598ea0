"""Writes the results of a run: each file whole or not at all, and nothing in it alive."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import narwhals as nw

from convenio.errors import UsageError
from convenio.files import cannot_write, one_writer, put_in_place
from convenio.messages import say
from convenio.plain_text import ACTIVE

OUTPUTS = (".parquet", ".csv", ".xlsx", ".duckdb")
_LARGEST_SHEET = 1_048_575
_PLAIN_TEXT = {"strings_to_formulas": False, "strings_to_urls": False}
"""A text that looks like a formula or a link stays text in a sheet."""


@contextmanager
def only_writer_of(targets: Iterable[Path]) -> Iterator[None]:
    """Hold files as their only writer.

    Raises UsageError where another process writes one of them.
    """
    with ExitStack() as held:
        for target in targets:
            held.enter_context(one_writer(target))
        yield


def unfinished(target: Path) -> Path:
    """Return the name under which a file is written until it is whole; nothing stands there."""
    temporary = target.with_name(f".{target.name}.unfinished{target.suffix}")
    if temporary.is_dir():
        shutil.rmtree(temporary)
    temporary.unlink(missing_ok=True)
    return temporary


@contextmanager
def written_whole(target: Path) -> Iterator[Path]:
    """Yield the name to write under; the file has its own when the block is left without a fault.

    Raises UsageError where it can't be written, such as on a full disk; then nothing is left.
    """
    import polars as pl

    temporary = unfinished(target)
    try:
        yield temporary
        put_in_place(temporary, target)
    except (OSError, pl.exceptions.PolarsError) as fault:
        raise cannot_write(target, fault) from None
    finally:
        if temporary.is_file():
            temporary.unlink()


def write_part(table: Any, target: Path) -> None:
    """Write a part under another name first, so that a part which is there is whole."""
    with written_whole(target) as temporary:
        table.write_parquet(temporary)


def write_output(target: Path, tables: Mapping[str, Path]) -> None:
    """Write tables, given by their name and the pattern of their parts, in the format of a name.

    Raises UsageError where the file can't be written, or holds less than there is.
    """
    import polars as pl

    with written_whole(target) as temporary:
        if target.suffix == ".duckdb":
            _write_database(temporary, tables)
        elif target.suffix == ".xlsx":
            _write_sheets(temporary, {name: pl.scan_parquet(p) for name, p in tables.items()})
        else:
            (pattern,) = tables.values()
            whole = pl.scan_parquet(pattern)
            if target.suffix == ".parquet":
                whole.sink_parquet(temporary)
            else:
                without_formulas(whole).sink_csv(temporary)


def without_formulas(table: Any) -> Any:
    """Put an apostrophe before every text that a spreadsheet would compute (see `plain_text`).

    A table of any engine is taken, and the same kind is given back.
    """
    frame = nw.from_native(table)
    texts = [name for name, kind in frame.collect_schema().items() if kind == nw.String]
    return frame.with_columns(_as_text(name) for name in texts).to_native()


def _as_text(name: str) -> nw.Expr:
    text = nw.col(name)
    active = text.str.slice(0, 1).is_in(ACTIVE)
    return nw.when(active).then(nw.concat_str(nw.lit("'"), text)).otherwise(text).alias(name)


def _write_database(target: Path, tables: Mapping[str, Path]) -> None:
    import duckdb

    try:
        with duckdb.connect(str(target)) as connection:
            for name, pattern in tables.items():
                connection.execute(
                    f"CREATE TABLE {name} AS SELECT * FROM read_parquet(?)", [str(pattern)]
                )
    except duckdb.IOException as fault:
        raise cannot_write(target, fault) from None


def _write_sheets(target: Path, tables: Mapping[str, Any]) -> None:
    import xlsxwriter

    read = {name: table.collect() for name, table in tables.items()}
    for name, table in read.items():
        if table.height > _LARGEST_SHEET:
            raise UsageError(
                say(
                    "{height:,} rows of {name} don't fit a sheet; write .parquet or .csv",
                    height=table.height,
                    name=name,
                )
            )
    try:
        with xlsxwriter.Workbook(str(target), _PLAIN_TEXT) as book:
            for name, table in read.items():
                table.write_excel(book, worksheet=name)
    except xlsxwriter.exceptions.FileCreateError as fault:
        raise cannot_write(target, fault) from None
