"""What each engine must do in its own words, because the common expressions have none for it.

That is: members of sets, shared members of two sets, texts cut into sets, texts coded to compare
fast. Everything else goes through Narwhals.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from convenio.backends.frames.sql import DuckDBSql, SparkSql
from convenio.backends.frames.sql_frames import DuckDBFrame, SqlFrame
from convenio.backends.frames.words import Frame, as_frame, native_of

SEPARATOR = ";"
"""Between the members of a set that is written as one text."""


class Dialect(ABC):
    """Expressions in the engine's own words; a column is given by its name."""

    name: ClassVar[str]
    joins_steps: ClassVar[bool] = False
    """True where an expression in another costs no more than a column of its own."""

    @abstractmethod
    def derive(self, frame: Frame, columns: Mapping[str, Any]) -> Frame:
        """Return the frame with further columns."""

    @abstractmethod
    def members(self, column: str, wanted: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return for each wanted member whether the set holds it; null where the set is null.

        What comes first are columns, under their names, that must be derived before.
        """

    @abstractmethod
    def stranger(self, column: str, known: Sequence[str]) -> Any:
        """Return whether a set holds what is no member, or a null."""

    @abstractmethod
    def is_empty(self, column: str) -> Any:
        """Return whether a set has no members; null where it is null."""

    @abstractmethod
    def overlap(self, left: str, right: str) -> Any:
        """Return whether two sets share a member; null where one is null."""

    @abstractmethod
    def holds(self, column: str, item: str) -> Any:
        """Return whether a set holds the value of another column; null where one is null."""

    @abstractmethod
    def split(self, column: str) -> Any:
        """Return a text cut into a list of texts, blanks trimmed, empty parts left out."""

    @abstractmethod
    def or_empty(self, listed: Any, stated: str) -> Any:
        """Return a list, or an empty one where it is null and the column `stated` is true."""

    @abstractmethod
    def coded(self, column: str, members: Sequence[str]) -> Any:
        """Return a text column in the form that compares fastest; null where it is no member."""

    @abstractmethod
    def copied(self, column: str) -> Any:
        """Return a column as it is."""

    @abstractmethod
    def named(self, column: str, names: Sequence[str]) -> Any:
        """Return names for ranks, of which the first stands for -1; null where the rank is."""

    def unpivoted(self, frame: Frame, columns: Sequence[str], index: str) -> Frame:
        """Return one row for each row and column, as `rule` and `code`."""
        return frame.unpivot(on=list(columns), index=index, variable_name="rule", value_name="code")


_BITS = 62
"""So many members go into one whole number of 64 bits."""


class PolarsDialect(Dialect):
    """Polars, eager or lazy."""

    name = "polars"
    joins_steps = True

    def __init__(self) -> None:
        import polars

        self._polars = polars

    def derive(self, frame: Frame, columns: Mapping[str, Any]) -> Frame:
        """Return the frame with further columns."""
        return as_frame(native_of(frame).with_columns(**columns))

    def members(self, column: str, wanted: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the set as whole numbers with a bit for each member, and the tests of the bits.

        A search through the list for every member would cost as much again for each.
        """
        pl = self._polars
        masks: dict[str, Any] = {}
        tests: dict[str, Any] = {}
        for start in range(0, len(wanted), _BITS):
            bits = {member: 1 << n for n, member in enumerate(wanted[start : start + _BITS])}
            name = f"{column}__mask{start}"
            coded = (
                pl.element().cast(pl.String).replace_strict(bits, default=0, return_dtype=pl.Int64)
            )
            mask = pl.col(column).list.eval(coded.bitwise_or()).list.first()
            masks[name] = pl.when(pl.col(column).is_not_null()).then(mask.fill_null(0))
            for member, bit in bits.items():
                tests[member] = (pl.col(name) & pl.lit(bit, pl.Int64)) != 0
        return masks, tests

    def stranger(self, column: str, known: Sequence[str]) -> Any:
        """Return whether a set holds what is no member, or a null."""
        pl = self._polars
        inside = pl.element().cast(pl.String).is_in(list(known)).fill_null(False)
        return (~pl.col(column).list.eval(inside).list.all()).fill_null(False)

    def is_empty(self, column: str) -> Any:
        """Return whether a set has no members."""
        return self._polars.col(column).list.len() == 0

    def overlap(self, left: str, right: str) -> Any:
        """Return whether two sets share a member."""
        pl = self._polars
        texts = [pl.col(side).cast(pl.List(pl.String)) for side in (left, right)]
        return texts[0].list.set_intersection(texts[1]).list.len() > 0

    def holds(self, column: str, item: str) -> Any:
        """Return whether a set holds the value of another column."""
        pl = self._polars
        needle = pl.col(item).cast(pl.String)
        found = pl.col(column).cast(pl.List(pl.String)).list.contains(needle)
        return pl.when(needle.is_not_null()).then(found)

    def split(self, column: str) -> Any:
        """Return a text cut into a list of texts."""
        pl = self._polars
        parts = pl.element().str.strip_chars()
        return pl.col(column).str.split(SEPARATOR).list.eval(parts.filter(parts != ""))

    def or_empty(self, listed: Any, stated: str) -> Any:
        """Return a list, or an empty one where it is null and another column is true."""
        pl = self._polars
        empty = pl.lit(pl.Series([[]], dtype=pl.List(pl.String))).first()
        return listed.fill_null(pl.when(pl.col(stated)).then(empty))

    def coded(self, column: str, members: Sequence[str]) -> Any:
        """Return a text column as an Enum."""
        pl = self._polars
        return pl.col(column).cast(pl.Enum(list(members)), strict=False)

    def copied(self, column: str) -> Any:
        """Return a column as it is."""
        return self._polars.col(column)

    def named(self, column: str, names: Sequence[str]) -> Any:
        """Return names for ranks, as an Enum in the order of the ranks."""
        pl = self._polars
        return (pl.col(column) + 1).reinterpret(signed=False).cat.to(pl.Enum(list(names)))


_DUCKDB, _SPARK = DuckDBSql(), SparkSql()
_quoted, _text = _DUCKDB.name, _DUCKDB.text


class DuckDBDialect(Dialect):
    """DuckDB relations; expressions are SQL."""

    name = "duckdb"

    def derive(self, frame: Frame, columns: Mapping[str, Any]) -> Frame:
        """Return the frame with further columns."""
        kept = [_quoted(name) for name in frame.collect_schema().names() if name not in columns]
        added = [f"({sql}) AS {_quoted(name)}" for name, sql in columns.items()]
        return as_frame(native_of(frame).project(", ".join((*kept, *added))))

    def members(self, column: str, wanted: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return for each wanted member whether the set holds it."""
        return {}, {
            member: f"list_contains({_quoted(column)}, {_text(member)})" for member in wanted
        }

    def stranger(self, column: str, known: Sequence[str]) -> Any:
        """Return whether a set holds what is no member, or a null."""
        listed = ", ".join(map(_text, known))
        strange = f"len(list_filter({_quoted(column)}, lambda m: m IS NULL OR m NOT IN ({listed})))"
        return f"coalesce({strange} > 0, false)"

    def is_empty(self, column: str) -> Any:
        """Return whether a set has no members."""
        return f"len({_quoted(column)}) = 0"

    def overlap(self, left: str, right: str) -> Any:
        """Return whether two sets share a member."""
        return f"list_has_any({_quoted(left)}, {_quoted(right)})"

    def holds(self, column: str, item: str) -> Any:
        """Return whether a set holds the value of another column."""
        found = f"list_contains({_quoted(column)}, {_quoted(item)})"
        return f"CASE WHEN {_quoted(item)} IS NOT NULL THEN {found} END"

    def split(self, column: str) -> Any:
        """Return a text cut into a list of texts."""
        parts = f"list_transform(string_split({_quoted(column)}, '{SEPARATOR}'), lambda m: trim(m))"
        return f"list_filter({parts}, lambda m: m <> '')"

    def or_empty(self, listed: Any, stated: str) -> Any:
        """Return a list, or an empty one where it is null and another column is true."""
        return f"coalesce({listed}, CASE WHEN {_quoted(stated)} THEN CAST([] AS VARCHAR[]) END)"

    def coded(self, column: str, members: Sequence[str]) -> Any:
        """Return a text column with what is no member taken out."""
        listed = ", ".join(map(_text, members))
        text = f"CAST({_quoted(column)} AS VARCHAR)"
        return f"CASE WHEN {text} IN ({listed}) THEN {text} END"

    def copied(self, column: str) -> Any:
        """Return a column as it is."""
        return _quoted(column)

    def named(self, column: str, names: Sequence[str]) -> Any:
        """Return names for ranks, as an ENUM in the order of the ranks."""
        listed = ", ".join(map(_text, names))
        return f"CAST(list_extract([{listed}], {_quoted(column)} + 2) AS ENUM ({listed}))"

    def unpivoted(self, frame: Frame, columns: Sequence[str], index: str) -> Frame:
        """Return one row for each row and column.

        The relation's own connection does it; the common way would look for the relation in the
        default one.
        """
        listed = ", ".join(map(_quoted, columns))
        sql = f"UNPIVOT cases ON {listed} INTO NAME rule VALUE code"
        kept = f"SELECT {_quoted(index)}, rule, code FROM ({sql})"
        return as_frame(native_of(frame).query("cases", kept))


class SparkDialect(Dialect):
    """PySpark; expressions are SQL. Nothing is collected and no Python runs on rows."""

    name = "spark"

    def derive(self, frame: Frame, columns: Mapping[str, Any]) -> Frame:
        """Return the frame with further columns."""
        native = native_of(frame)
        kept = [_SPARK.name(name) for name in native.columns if name not in columns]
        added = [f"{sql} AS {_SPARK.name(name)}" for name, sql in columns.items()]
        return as_frame(native.selectExpr(*kept, *added))

    def members(self, column: str, wanted: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return for each wanted member whether the set holds it."""
        name = _SPARK.name(column)
        return {}, {
            member: f"exists({name}, m -> coalesce(m = {_SPARK.text(member)}, false))"
            for member in wanted
        }

    def stranger(self, column: str, known: Sequence[str]) -> Any:
        """Return whether a set holds what is no member, or a null."""
        listed = ", ".join(map(_SPARK.text, known))
        strange = f"exists({_SPARK.name(column)}, m -> m IS NULL OR m NOT IN ({listed}))"
        return f"coalesce({strange}, false)"

    def is_empty(self, column: str) -> Any:
        """Return whether a set has no members."""
        name = _SPARK.name(column)
        return f"CASE WHEN {name} IS NOT NULL THEN size({name}) = 0 END"

    def overlap(self, left: str, right: str) -> Any:
        """Return whether two sets share a member."""
        return f"arrays_overlap({_SPARK.name(left)}, {_SPARK.name(right)})"

    def holds(self, column: str, item: str) -> Any:
        """Return whether a set holds the value of another column."""
        return f"array_contains({_SPARK.name(column)}, {_SPARK.name(item)})"

    def split(self, column: str) -> Any:
        """Return a text cut into a list of texts."""
        parts = f"transform(split({_SPARK.name(column)}, '{SEPARATOR}'), m -> trim(m))"
        return f"filter({parts}, m -> m <> '')"

    def or_empty(self, listed: Any, stated: str) -> Any:
        """Return a list, or an empty one where it is null and another column is true."""
        empty = f"CASE WHEN {_SPARK.name(stated)} THEN CAST(array() AS ARRAY<STRING>) END"
        return f"coalesce({listed}, {empty})"

    def coded(self, column: str, members: Sequence[str]) -> Any:
        """Return a text column with what is no member taken out."""
        name = _SPARK.name(column)
        return f"CASE WHEN {name} IN ({', '.join(map(_SPARK.text, members))}) THEN {name} END"

    def copied(self, column: str) -> Any:
        """Return a column as it is."""
        return _SPARK.name(column)

    def named(self, column: str, names: Sequence[str]) -> Any:
        """Return names for ranks, as texts."""
        listed = ", ".join(map(_SPARK.text, names))
        name = _SPARK.name(column)
        found = f"element_at(array({listed}), CAST({name} AS INT) + 2)"
        return f"CASE WHEN {name} IS NOT NULL THEN {found} END"

    def unpivoted(self, frame: Frame, columns: Sequence[str], index: str) -> Frame:
        """Return one row for each row and column."""
        return as_frame(native_of(frame).unpivot([index], [*columns], "rule", "code"))


def dialect_of(frame: Any) -> Dialect:
    """Return the dialect of a frame; the kinds of frame are checked at the door."""
    if not isinstance(frame, SqlFrame):
        return PolarsDialect()
    return DuckDBDialect() if isinstance(frame, DuckDBFrame) else SparkDialect()
