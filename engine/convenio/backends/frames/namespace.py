"""The words in which columns are computed: those of Narwhals, whoever is spoken to.

Modules of this package import `ns` from here and write Narwhals. Narwhals took its words from
Polars, so to Polars they are said as they are; for DuckDB and Spark they become SQL. Narwhals
itself would take several times as long to make a plan, and a minute on Spark
(docs/decisions/0005). The type checker sees Narwhals, so that no word is used which only Polars
knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import narwhals

from convenio.backends.frames.sql import Namespace
from convenio.backends.frames.sql_frames import DuckDBFrame, SparkFrame, SqlFrame

if TYPE_CHECKING:
    import narwhals as ns
else:

    class _Spoken:
        """Hands every name on to the words that are spoken."""

        def __getattr__(self, name: str) -> Any:
            return getattr(_SPOKEN.get(), name)

    ns = _Spoken()

__all__ = ["Frame", "as_frame", "is_null_type", "native_of", "ns", "rows_of", "use_namespace"]

_SPOKEN: ContextVar[Any] = ContextVar("spoken", default=narwhals)

Frame = narwhals.LazyFrame[Any]
"""A lazy frame of Polars, or one that takes SQL; both have the methods of Narwhals' lazy frames."""


@contextmanager
def use_namespace(frame: Frame) -> Iterator[None]:
    """Make expressions that a frame understands, for as long as this lasts."""
    token = _SPOKEN.set(_namespace_of(frame))
    try:
        yield
    finally:
        _SPOKEN.reset(token)


def _namespace_of(frame: Any) -> Any:
    if isinstance(frame, SqlFrame):
        return Namespace(frame.sql)
    import polars

    return polars


def as_frame(native: Any) -> Frame:
    """Return an engine's own frame, lazy, as it is computed on here."""
    engine = type(native).__module__.partition(".")[0]
    made: Any
    if engine == "polars":
        made = native.lazy()
    elif engine == "pyspark":
        made = SparkFrame(native)
    else:
        made = DuckDBFrame(native)
    frame: Frame = made
    return frame


def native_of(frame: Any) -> Any:
    """Return the engine's own frame."""
    return frame.native if isinstance(frame, SqlFrame) else frame


def rows_of(frame: Frame) -> list[dict[str, Any]]:
    """Return all rows of a frame, computed."""
    table = narwhals.from_native(native_of(frame)).lazy().collect()
    rows: list[dict[str, Any]] = table.rows(named=True)
    return rows


def is_null_type(dtype: Any) -> bool:
    """Return whether a column's type holds nothing but nulls."""
    return str(dtype) in ("Null", "Unknown")
