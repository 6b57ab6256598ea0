"""Lazy frames of DuckDB and Spark that take expressions as SQL."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import narwhals

from convenio.backends.frames.sql import DuckDBSql, Expr, SparkSql, Sql


class SqlFrame(ABC):
    """Steps on an engine's own frame, said in its SQL. Nothing is computed."""

    sql: Sql

    def __init__(self, native: Any) -> None:
        self.native = native

    @abstractmethod
    def selected(self, columns: Sequence[str]) -> SqlFrame:
        """Return the frame of these columns, each written `expression AS name`."""

    @abstractmethod
    def filter(self, test: Expr) -> SqlFrame:
        """Return the rows for which a test holds."""

    @abstractmethod
    def join(self, other: SqlFrame, *, on: str | Sequence[str], how: str) -> SqlFrame:
        """Return the rows with those of another frame that have the same keys."""

    @abstractmethod
    def grouped(self, keys: Sequence[str], columns: Sequence[str]) -> SqlFrame:
        """Return one row for each group, its keys and these columns."""

    def collect_schema(self) -> narwhals.Schema:
        """Return names and types of the columns."""
        schema: narwhals.Schema = narwhals.from_native(self.native).lazy().collect_schema()
        return schema

    def select(self, *columns: str | Expr, **named: Expr) -> SqlFrame:
        """Return the frame of these columns."""
        return self.selected([*map(self._written, columns), *self._named(named)])

    def with_columns(self, *columns: Expr, **named: Expr) -> SqlFrame:
        """Return the frame with further columns, or others under names that it has."""
        added = {column.name: column for column in columns} | named
        kept = [name for name in self.names() if name not in added]
        return self.selected([*map(self._written, kept), *self._named(added)])

    def group_by(self, *keys: str) -> _Grouped:
        """Return the frame ready to be brought together by keys."""
        return _Grouped(self, keys)

    def names(self) -> list[str]:
        """Return the names of the columns."""
        return list(self.native.columns)

    def _written(self, column: str | Expr) -> str:
        if isinstance(column, str):
            return self.sql.name(column)
        return f"{column.text} AS {self.sql.name(column.name)}"

    def _named(self, named: dict[str, Expr]) -> list[str]:
        return [f"{column.text} AS {self.sql.name(name)}" for name, column in named.items()]


class _Grouped:
    def __init__(self, frame: SqlFrame, keys: Sequence[str]) -> None:
        self._frame = frame
        self._keys = keys

    def agg(self, *columns: Expr) -> SqlFrame:
        written = [self._frame._written(column) for column in columns]
        return self._frame.grouped(self._keys, written)


class DuckDBFrame(SqlFrame):
    """A relation of DuckDB."""

    sql = DuckDBSql()

    def selected(self, columns: Sequence[str]) -> SqlFrame:
        """Return the frame of these columns."""
        return DuckDBFrame(self.native.project(", ".join(columns)))

    def filter(self, test: Expr) -> SqlFrame:
        """Return the rows for which a test holds."""
        return DuckDBFrame(self.native.filter(test.text))

    def join(self, other: SqlFrame, *, on: str | Sequence[str], how: str) -> SqlFrame:
        """Return the rows with those of another frame that have the same keys."""
        keys = [on] if isinstance(on, str) else on
        name = self.sql.name
        same = " AND ".join(f"mine.{name(key)} = theirs.{name(key)}" for key in keys)
        further = [f"theirs.{name(column)}" for column in other.names() if column not in keys]
        joined = self.native.set_alias("mine").join(other.native.set_alias("theirs"), same, how)
        return DuckDBFrame(joined.project(", ".join(("mine.*", *further))))

    def grouped(self, keys: Sequence[str], columns: Sequence[str]) -> SqlFrame:
        """Return one row for each group."""
        names = ", ".join(map(self.sql.name, keys))
        return DuckDBFrame(self.native.aggregate(", ".join((names, *columns)), names))


class SparkFrame(SqlFrame):
    """A frame of PySpark."""

    sql = SparkSql()

    def selected(self, columns: Sequence[str]) -> SqlFrame:
        """Return the frame of these columns."""
        return SparkFrame(self.native.selectExpr(*columns))

    def filter(self, test: Expr) -> SqlFrame:
        """Return the rows for which a test holds."""
        return SparkFrame(self.native.filter(test.text))

    def join(self, other: SqlFrame, *, on: str | Sequence[str], how: str) -> SqlFrame:
        """Return the rows with those of another frame that have the same keys."""
        return SparkFrame(
            self.native.join(other.native, [on] if isinstance(on, str) else [*on], how)
        )

    def grouped(self, keys: Sequence[str], columns: Sequence[str]) -> SqlFrame:
        """Return one row for each group."""
        from pyspark.sql import functions

        return SparkFrame(self.native.groupBy(*keys).agg(*map(functions.expr, columns)))
