"""What each engine must do in its own words, because the common expressions have none for it.

That is: members of sets, shared members of two sets, texts cut into sets, texts coded to compare
fast. Everything else is said in common words (`words.py`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from convenio.backends.frames.columns import POSITION
from convenio.backends.frames.namespace import Frame, as_frame, native_of
from convenio.backends.frames.sql import DuckDBSql, Expr, SparkSql, Sql
from convenio.backends.frames.sql_frames import DuckDBFrame, SqlFrame

SEPARATOR = ";"
"""Between the members of a set that is written as one text."""


class Dialect(ABC):
    """Expressions in the engine's own words; a column is given by its name."""

    name: ClassVar[str]
    joins_steps: ClassVar[bool] = False
    """True where an expression in another costs no more than a column of its own."""

    @abstractmethod
    def with_columns(self, frame: Frame, columns: Mapping[str, Any]) -> Frame:
        """Return the frame with further columns."""

    @abstractmethod
    def members(self, column: str, wanted: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return for each wanted member whether the set holds it; null where the set is null.

        What comes first are columns, under their names, that must be derived before.
        """

    @abstractmethod
    def has_unknown_member(self, column: str, known: Sequence[str]) -> Any:
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
    def members_or(self, column: str | None, default: Any) -> Any:
        """Return the lists of a column, or others where they are null or there is no column."""

    @abstractmethod
    def member_or(self, column: str | None, members: Sequence[str], default: Any) -> Any:
        """Return the texts of a column as `member` does, or others where they are null."""

    @abstractmethod
    def members_literal(self, members: Sequence[str] | None) -> Any:
        """Return a plain list of texts; null where there is none."""

    @abstractmethod
    def member(self, value: str | None, members: Sequence[str]) -> Any:
        """Return a plain text as `coded` returns those of a column."""

    @abstractmethod
    def coded(self, column: str, members: Sequence[str]) -> Any:
        """Return a text column in the form that compares fastest; null where it is no member."""

    @abstractmethod
    def column(self, column: str) -> Any:
        """Return a column as it is."""

    @abstractmethod
    def as_enum(self, column: str, names: Sequence[str]) -> Any:
        """Return names for ranks, of which the first stands for -1; null where the rank is."""

    @abstractmethod
    def elements(self, frame: Frame, key: str, column: str, fields: Sequence[str]) -> Frame:
        """Return one row for each record in a column of lists: key, place from 0, and fields."""

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

    def with_columns(self, frame: Frame, columns: Mapping[str, Any]) -> Frame:
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

    def has_unknown_member(self, column: str, known: Sequence[str]) -> Any:
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

    def members_or(self, column: str | None, default: Any) -> Any:
        """Return the lists of a column, or others where they are null or there is no column."""
        pl = self._polars
        return (
            default
            if column is None
            else pl.col(column).cast(pl.List(pl.String)).fill_null(default)
        )

    def member_or(self, column: str | None, members: Sequence[str], default: Any) -> Any:
        """Return the texts of a column as an Enum, or others where they are null."""
        return default if column is None else self.coded(column, members).fill_null(default)

    def members_literal(self, members: Sequence[str] | None) -> Any:
        """Return a plain list of texts; null where there is none."""
        pl = self._polars
        held = [None if members is None else list(members)]
        return pl.lit(pl.Series(held, dtype=pl.List(pl.String))).first()

    def member(self, value: str | None, members: Sequence[str]) -> Any:
        """Return a plain text as an Enum."""
        return self._polars.lit(value, dtype=self._polars.Enum(list(members)))

    def coded(self, column: str, members: Sequence[str]) -> Any:
        """Return a text column as an Enum."""
        pl = self._polars
        return pl.col(column).cast(pl.Enum(list(members)), strict=False)

    def column(self, column: str) -> Any:
        """Return a column as it is."""
        return self._polars.col(column)

    def elements(self, frame: Frame, key: str, column: str, fields: Sequence[str]) -> Frame:
        """Return one row for each record in a column of lists."""
        pl = self._polars
        length = pl.col(column).list.len()
        placed = native_of(frame).select(key, column, pl.int_ranges(length).alias(POSITION))
        rows = placed.filter(length > 0).explode(column, POSITION)
        record = pl.col(column).struct
        own = [record.field(name) for name in fields if name not in (key, POSITION)]
        return as_frame(rows.select(key, POSITION, *own))

    def as_enum(self, column: str, names: Sequence[str]) -> Any:
        """Return names for ranks, as an Enum in the order of the ranks."""
        pl = self._polars
        return (pl.col(column) + 1).reinterpret(signed=False).cat.to(pl.Enum(list(names)))


class SqlDialect(Dialect):
    """What DuckDB and Spark write alike; expressions are SQL."""

    sql: ClassVar[Sql]

    def with_columns(self, frame: Frame, columns: Mapping[str, Any]) -> Frame:
        """Return the frame with further columns."""
        made: dict[str, Any] = {name: Expr(self.sql, text) for name, text in columns.items()}
        return frame.with_columns(**made)

    def column(self, column: str) -> Any:
        """Return a column as it is."""
        return self.sql.name(column)

    def coded(self, column: str, members: Sequence[str]) -> Any:
        """Return a text column with what is no member taken out."""
        text = f"CAST({self.sql.name(column)} AS {self.sql.types['String']})"
        return f"CASE WHEN {text} IN ({self._listed(members)}) THEN {text} END"

    def elements(self, frame: Frame, key: str, column: str, fields: Sequence[str]) -> Frame:
        """Return one row for each record in a column of lists."""
        name = self.sql.name
        rows = as_frame(self._spread(native_of(frame), name(key), name(column)))
        own = {
            field: Expr(self.sql, f"{name('record')}.{name(field)}")
            for field in fields
            if field not in (key, POSITION)
        }
        made: dict[str, Any] = own
        return rows.select(key, POSITION, **made)

    def members_or(self, column: str | None, default: Any) -> Any:
        """Return the lists of a column, or others where they are null or there is no column."""
        if column is None:
            return default
        return Expr(self.sql, self.sql.name(column), column).fill_null(default)

    def member_or(self, column: str | None, members: Sequence[str], default: Any) -> Any:
        """Return the texts of a column, or others where they are null."""
        del members
        return self.members_or(column, default)

    def members_literal(self, members: Sequence[str] | None) -> Any:
        """Return a plain list of texts; null where there is none."""
        written = "NULL" if members is None else self._list_of(members)
        return Expr(self.sql, f"CAST({written} AS {self._texts_type})")

    def member(self, value: str | None, members: Sequence[str]) -> Any:
        """Return a plain text."""
        del members
        return Expr(self.sql, f"CAST({self.sql.literal(value)} AS {self.sql.types['String']})")

    _texts_type: ClassVar[str]
    """The engine's name for a list of texts."""

    @abstractmethod
    def _list_of(self, texts: Sequence[str]) -> str:
        """Return a plain list."""

    @abstractmethod
    def _spread(self, native: Any, key: str, column: str) -> Any:
        """Return one row for each record: key, place from 0, and `record`; names are quoted."""

    def _listed(self, texts: Sequence[str]) -> str:
        return ", ".join(map(self.sql.text, texts))


class DuckDBDialect(SqlDialect):
    """DuckDB relations."""

    name = "duckdb"
    sql = DuckDBSql()
    _texts_type = "VARCHAR[]"

    def _list_of(self, texts: Sequence[str]) -> str:
        return f"[{self._listed(texts)}]"

    def members(self, column: str, wanted: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return for each wanted member whether the set holds it."""
        name = self.sql.name(column)
        return {}, {member: f"list_contains({name}, {self.sql.text(member)})" for member in wanted}

    def has_unknown_member(self, column: str, known: Sequence[str]) -> Any:
        """Return whether a set holds what is no member, or a null."""
        test = f"m IS NULL OR m NOT IN ({self._listed(known)})"
        strange = f"len(list_filter({self.sql.name(column)}, lambda m: {test}))"
        return f"coalesce({strange} > 0, false)"

    def is_empty(self, column: str) -> Any:
        """Return whether a set has no members."""
        return f"len({self.sql.name(column)}) = 0"

    def overlap(self, left: str, right: str) -> Any:
        """Return whether two sets share a member."""
        return f"list_has_any({self.sql.name(left)}, {self.sql.name(right)})"

    def holds(self, column: str, item: str) -> Any:
        """Return whether a set holds the value of another column."""
        name, item_name = self.sql.name(column), self.sql.name(item)
        found = f"list_contains({name}, {item_name})"
        return f"CASE WHEN {item_name} IS NOT NULL THEN {found} END"

    def split(self, column: str) -> Any:
        """Return a text cut into a list of texts."""
        cut = f"string_split({self.sql.name(column)}, '{SEPARATOR}')"
        return f"list_filter(list_transform({cut}, lambda m: trim(m)), lambda m: m <> '')"

    def or_empty(self, listed: Any, stated: str) -> Any:
        """Return a list, or an empty one where it is null and another column is true."""
        empty = f"CASE WHEN {self.sql.name(stated)} THEN CAST([] AS VARCHAR[]) END"
        return f"coalesce({listed}, {empty})"

    def as_enum(self, column: str, names: Sequence[str]) -> Any:
        """Return names for ranks, as an ENUM in the order of the ranks."""
        listed = self._listed(names)
        found = f"list_extract([{listed}], {self.sql.name(column)} + 2)"
        return f"CAST({found} AS ENUM ({listed}))"

    def _spread(self, native: Any, key: str, column: str) -> Any:
        places = f"unnest(range(len({column}))) AS {POSITION}"
        return native.project(f"{key}, {places}, unnest({column}) AS record")

    def unpivoted(self, frame: Frame, columns: Sequence[str], index: str) -> Frame:
        """Return one row for each row and column."""
        listed = ", ".join(map(self.sql.name, columns))
        sql = f"UNPIVOT cases ON {listed} INTO NAME rule VALUE code"
        kept = f"SELECT {self.sql.name(index)}, rule, code FROM ({sql})"
        return as_frame(native_of(frame).query("cases", kept))


class SparkDialect(SqlDialect):
    """PySpark; nothing is collected and no Python runs on rows."""

    name = "spark"
    sql = SparkSql()
    _texts_type = "ARRAY<STRING>"

    def _list_of(self, texts: Sequence[str]) -> str:
        return f"array({self._listed(texts)})"

    def members(self, column: str, wanted: Sequence[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return for each wanted member whether the set holds it."""
        name = self.sql.name(column)
        return {}, {
            member: f"exists({name}, m -> coalesce(m = {self.sql.text(member)}, false))"
            for member in wanted
        }

    def has_unknown_member(self, column: str, known: Sequence[str]) -> Any:
        """Return whether a set holds what is no member, or a null."""
        test = f"m IS NULL OR m NOT IN ({self._listed(known)})"
        return f"coalesce(exists({self.sql.name(column)}, m -> {test}), false)"

    def is_empty(self, column: str) -> Any:
        """Return whether a set has no members."""
        name = self.sql.name(column)
        return f"CASE WHEN {name} IS NOT NULL THEN size({name}) = 0 END"

    def overlap(self, left: str, right: str) -> Any:
        """Return whether two sets share a member."""
        return f"arrays_overlap({self.sql.name(left)}, {self.sql.name(right)})"

    def holds(self, column: str, item: str) -> Any:
        """Return whether a set holds the value of another column."""
        return f"array_contains({self.sql.name(column)}, {self.sql.name(item)})"

    def split(self, column: str) -> Any:
        """Return a text cut into a list of texts."""
        parts = f"transform(split({self.sql.name(column)}, '{SEPARATOR}'), m -> trim(m))"
        return f"filter({parts}, m -> m <> '')"

    def or_empty(self, listed: Any, stated: str) -> Any:
        """Return a list, or an empty one where it is null and another column is true."""
        empty = f"CASE WHEN {self.sql.name(stated)} THEN CAST(array() AS ARRAY<STRING>) END"
        return f"coalesce({listed}, {empty})"

    def as_enum(self, column: str, names: Sequence[str]) -> Any:
        """Return names for ranks, as texts."""
        name = self.sql.name(column)
        found = f"element_at(array({self._listed(names)}), CAST({name} AS INT) + 2)"
        return f"CASE WHEN {name} IS NOT NULL THEN {found} END"

    def _spread(self, native: Any, key: str, column: str) -> Any:
        return native.selectExpr(key, f"posexplode({column}) AS ({POSITION}, record)")

    def unpivoted(self, frame: Frame, columns: Sequence[str], index: str) -> Frame:
        """Return one row for each row and column."""
        return as_frame(native_of(frame).unpivot([index], [*columns], "rule", "code"))


def dialect_of(frame: Any) -> Dialect:
    """Return the dialect of a frame; the kinds of frame are checked where they come in."""
    if not isinstance(frame, SqlFrame):
        return PolarsDialect()
    return DuckDBDialect() if isinstance(frame, DuckDBFrame) else SparkDialect()
