"""Says in one way what the readers of files say in many."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from convenio.files import cannot_read


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Tell what a table's reader says, which it may say only when rows are asked for.

    Raises UsageError for what Polars, the reader of workbooks or the system could not read.
    """
    import fastexcel
    import polars as pl

    try:
        yield
    except (
        OSError,
        EOFError,
        zipfile.BadZipFile,
        zlib.error,
        pl.exceptions.PolarsError,
        fastexcel.FastExcelError,
    ) as fault:
        raise cannot_read(path, fault) from None
