"""The words of Narwhals as SQL, for DuckDB and Spark.

An expression is its text, so that a plan reaches the engine in a few calls. Made through the
engines' own Python interfaces, every word of an expression costs calls of its own, on Spark to
Java and back: the plan of a hundred rules then takes a minute (docs/decisions/0005).

Only what this package says is here. What a word means is what Narwhals says it means; where an
engine's SQL means something else, the text says so in the engine's way.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import narwhals

_WHITESPACE = " \t\n\r\x0b\x0c"


class Sql(ABC):
    """How one engine writes what others write differently."""

    types: ClassVar[Mapping[str, str]]

    @abstractmethod
    def name(self, name: str) -> str:
        """Return the name of a column in quotes."""

    @abstractmethod
    def text(self, value: str) -> str:
        """Return a text in quotes."""

    @abstractmethod
    def number(self, value: float) -> str:
        """Return a floating-point number, to its last bit."""

    @abstractmethod
    def matches(self, text: str, pattern: str) -> str:
        """Return whether a text holds a match of a regular expression."""

    @abstractmethod
    def stripped(self, text: str, characters: str) -> str:
        """Return a text without certain characters at its ends."""

    @abstractmethod
    def finite(self, number: str) -> str:
        """Return whether a number is neither infinite nor NaN."""

    @abstractmethod
    def joined(self, texts: Sequence[str]) -> str:
        """Return texts one after the other; null where one is null."""

    @abstractmethod
    def divided(self, first: str, second: str) -> str:
        """Return a quotient."""

    def type(self, dtype: Any) -> str:
        """Return the name of a type of Narwhals."""
        return self.types[dtype.__name__ if isinstance(dtype, type) else type(dtype).__name__]

    def literal(self, value: Any, dtype: Any = None) -> str:
        """Return a plain value."""
        if value is None:
            written = "NULL"
        elif isinstance(value, bool):
            written = "TRUE" if value else "FALSE"
        elif isinstance(value, str):
            written = self.text(value)
        elif isinstance(value, float):
            return self.number(value)
        else:
            written = str(value) if value >= 0 else f"({value})"
        if dtype is None or isinstance(value, bool):
            return written
        if isinstance(value, int) and dtype == narwhals.Float64:
            return self.number(float(value))
        return f"CAST({written} AS {self.type(dtype)})"


class DuckDBSql(Sql):
    """DuckDB's way."""

    types: ClassVar[Mapping[str, str]] = {
        "Boolean": "BOOLEAN",
        "Int8": "TINYINT",
        "Int16": "SMALLINT",
        "Int32": "INTEGER",
        "Int64": "BIGINT",
        "Float64": "DOUBLE",
        "String": "VARCHAR",
        "Date": "DATE",
    }

    def name(self, name: str) -> str:
        """Return the name of a column in quotes."""
        return '"' + name.replace('"', '""') + '"'

    def text(self, value: str) -> str:
        """Return a text in quotes."""
        return "'" + value.replace("'", "''") + "'"

    def number(self, value: float) -> str:
        """Return a floating-point number; without an exponent it would be read as a decimal."""
        if math.isfinite(value):
            written = repr(value)
            return f"({written})" if "e" in written else f"({written}e0)"
        return f"CAST('{value}' AS DOUBLE)"

    def matches(self, text: str, pattern: str) -> str:
        """Return whether a text holds a match of a regular expression."""
        return f"regexp_matches({text}, {self.text(pattern)})"

    def stripped(self, text: str, characters: str) -> str:
        """Return a text without certain characters at its ends."""
        return f"trim({text}, {self.text(characters)})"

    def finite(self, number: str) -> str:
        """Return whether a number is neither infinite nor NaN."""
        return f"isfinite({number})"

    def joined(self, texts: Sequence[str]) -> str:
        """Return texts one after the other; null where one is null."""
        return "(" + " || ".join(texts) + ")"

    def divided(self, first: str, second: str) -> str:
        """Return a quotient."""
        return f"({first} / {second})"


class SparkSql(Sql):
    """Spark's way."""

    types: ClassVar[Mapping[str, str]] = {**DuckDBSql.types, "Int32": "INT", "String": "STRING"}

    def name(self, name: str) -> str:
        """Return the name of a column in quotes."""
        return "`" + name.replace("`", "``") + "`"

    def text(self, value: str) -> str:
        """Return a text in quotes; a backslash begins an escape, `${` a name of the settings."""
        escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("${", "$\\{")
        return f"'{escaped}'"

    def number(self, value: float) -> str:
        """Return a floating-point number."""
        if math.isfinite(value):
            return f"({value!r}D)" if math.copysign(1, value) < 0 else f"{value!r}D"
        named = "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
        return f"double('{named}')"

    def matches(self, text: str, pattern: str) -> str:
        """Return whether a text holds a match of a regular expression."""
        return f"({text} RLIKE {self.text(pattern)})"

    def stripped(self, text: str, characters: str) -> str:
        """Return a text without certain characters at its ends."""
        return f"btrim({text}, {self.text(characters)})"

    def finite(self, number: str) -> str:
        """Return whether a number is neither infinite nor NaN."""
        return f"(NOT isnan({number}) AND abs({number}) <> double('Infinity'))"

    def joined(self, texts: Sequence[str]) -> str:
        """Return texts one after the other; null where one is null."""
        return f"concat({', '.join(texts)})"

    def divided(self, first: str, second: str) -> str:
        """Return a quotient; Spark may stop at a zero that it looks at before the test for it."""
        return f"try_divide({first}, {second})"


# --- expressions ------------------------------------------------------------------------------


class Expr:
    """One column as SQL. `chain` is the word that joins its parts, where no brackets hold them.

    Brackets stand only where they are needed: Spark's parser reads on from each to its end before
    it knows what it opened, and remembers for good all that it has read so.
    """

    __slots__ = ("chain", "name", "sql", "text")

    def __init__(self, sql: Sql, text: str, name: str = "", chain: str = "") -> None:
        self.sql = sql
        self.text = text
        self.name = name
        self.chain = chain

    def _made(self, text: str, chain: str = "") -> Expr:
        return Expr(self.sql, text, self.name, chain)

    def _part(self, other: Any) -> str:
        """Return another side in the text of an operator."""
        if not isinstance(other, Expr):
            return self.sql.literal(other)
        return f"({other.text})" if other.chain else other.text

    def _test(self, other: Any, word: str) -> str:
        """Return a side of AND or OR, or what is negated: all but those two bind tighter."""
        if not isinstance(other, Expr) or other.chain not in ("AND", "OR") or other.chain == word:
            return other.text if isinstance(other, Expr) else self.sql.literal(other)
        return f"({other.text})"

    def _chained(self, word: str, other: Any) -> Expr:
        # A chain is written flat: nested as deep as it is long, parsers give up on it.
        return self._made(f"{self._test(self, word)} {word} {self._test(other, word)}", word)

    def _compared(self, word: str, other: Any) -> Expr:
        return self._made(f"{self._part(self)} {word} {self._part(other)}", word)

    def _called(self, function: str, *others: str) -> Expr:
        return self._made(f"{function}({', '.join((self.text, *others))})")

    def __and__(self, other: Any) -> Expr:
        return self._chained("AND", other)

    def __or__(self, other: Any) -> Expr:
        return self._chained("OR", other)

    def __invert__(self) -> Expr:
        return self._made(f"NOT {self._test(self, 'NOT')}", "NOT")

    def __add__(self, other: Any) -> Expr:
        left = self.text if self.chain == "+" else self._part(self)
        return self._made(f"{left} + {self._part(other)}", "+")

    def __radd__(self, other: Any) -> Expr:
        return self._made(f"({self._part(other)} + {self._part(self)})")

    def __sub__(self, other: Any) -> Expr:
        return self._made(f"({self._part(self)} - {self._part(other)})")

    def __mul__(self, other: Any) -> Expr:
        return self._made(f"({self._part(self)} * {self._part(other)})")

    def __rmul__(self, other: Any) -> Expr:
        return self._made(f"({self._part(other)} * {self._part(self)})")

    def __truediv__(self, other: Any) -> Expr:
        return self._made(self.sql.divided(self._part(self), self._part(other)))

    def __floordiv__(self, other: Any) -> Expr:
        quotient = f"floor({self._part(self)} / {self._part(other)})"
        return self._made(f"CAST({quotient} AS {self.sql.types['Int64']})")

    def __mod__(self, other: Any) -> Expr:
        return self._made(f"({self._part(self)} % {self._part(other)})")

    def __eq__(self, other: object) -> Expr:  # type: ignore[override]
        return self._compared("=", other)

    def __ne__(self, other: object) -> Expr:  # type: ignore[override]
        return self._compared("<>", other)

    def __lt__(self, other: Any) -> Expr:
        return self._compared("<", other)

    def __le__(self, other: Any) -> Expr:
        return self._compared("<=", other)

    def __gt__(self, other: Any) -> Expr:
        return self._compared(">", other)

    def __ge__(self, other: Any) -> Expr:
        return self._compared(">=", other)

    # `==` makes an expression, so that no column can be a key.
    __hash__ = None  # type: ignore[assignment]

    def alias(self, name: str) -> Expr:
        """Return the column under another name."""
        return Expr(self.sql, self.text, name, self.chain)

    def cast(self, dtype: Any) -> Expr:
        """Return the column as another type."""
        return self._made(f"CAST({self.text} AS {self.sql.type(dtype)})")

    def fill_null(self, value: Any) -> Expr:
        """Return the column with a value for null."""
        return self._called("coalesce", self._part(value))

    def fill_nan(self, value: None) -> Expr:
        """Return the column with null for NaN."""
        assert value is None
        return self._made(f"CASE WHEN NOT isnan({self.text}) THEN {self.text} END")

    def is_null(self) -> Expr:
        """Return whether there is no value."""
        return self._made(f"{self._part(self)} IS NULL", "IS")

    def is_nan(self) -> Expr:
        """Return whether a number is NaN; null where there is none."""
        return self._made(f"CASE WHEN {self._part(self)} IS NOT NULL THEN isnan({self.text}) END")

    def is_finite(self) -> Expr:
        """Return whether a number is neither infinite nor NaN."""
        return self._made(self.sql.finite(self.text))

    def is_between(self, low: float, high: float) -> Expr:
        """Return whether a number lies between two, both included."""
        low_text, high_text = (self.sql.literal(bound) for bound in (low, high))
        return self._made(f"{self._part(self)} BETWEEN {low_text} AND {high_text}", "BETWEEN")

    def is_in(self, values: Iterable[Any]) -> Expr:
        """Return whether a value is one of some; null where there is none."""
        listed = ", ".join(self.sql.literal(value) for value in values)
        if not listed:
            return self._made(f"CASE WHEN {self._part(self)} IS NOT NULL THEN FALSE END")
        return self._made(f"{self._part(self)} IN ({listed})", "IN")

    def floor(self) -> Expr:
        """Return the largest whole number that is not above."""
        return self._called("floor")

    def sqrt(self) -> Expr:
        """Return the square root."""
        return self._called("sqrt")

    def cos(self) -> Expr:
        """Return the cosine of radians."""
        return self._called("cos")

    def sin(self) -> Expr:
        """Return the sine of radians."""
        return self._called("sin")

    def sum(self) -> Expr:
        """Return the sum of a group."""
        return self._called("sum")

    def min(self) -> Expr:
        """Return the least of a group."""
        return self._called("min")

    def max(self) -> Expr:
        """Return the greatest of a group."""
        return self._called("max")

    @property
    def str(self) -> _Texts:
        """What is done with texts."""
        return _Texts(self)

    @property
    def dt(self) -> _Dates:
        """What is done with dates."""
        return _Dates(self)


@dataclass(frozen=True, slots=True)
class _Texts:
    of: Expr

    def to_lowercase(self) -> Expr:
        return self.of._called("lower")

    def strip_chars(self) -> Expr:
        return self.of._made(self.of.sql.stripped(self.of.text, _WHITESPACE))

    def len_chars(self) -> Expr:
        return self.of._called("length")

    def slice(self, offset: int, length: int) -> Expr:
        return self.of._called("substring", str(offset + 1), str(length))

    def contains(self, pattern: str, *, literal: bool = False) -> Expr:
        if literal:
            return self.of._called("contains", self.of.sql.text(pattern))
        return self.of._made(self.of.sql.matches(self.of.text, pattern))

    def replace_all(self, old: str, new: str, *, literal: bool) -> Expr:
        assert literal
        return self.of._called("replace", self.of.sql.text(old), self.of.sql.text(new))


@dataclass(frozen=True, slots=True)
class _Dates:
    of: Expr

    def year(self) -> Expr:
        return self.of._called("year")

    def month(self) -> Expr:
        return self.of._called("month")

    def day(self) -> Expr:
        return self.of._called("day")


class _When:
    def __init__(self, sql: Sql, test: Expr) -> None:
        self._sql = sql
        self._test = test

    def then(self, value: Expr) -> _Then:
        return _Then(self._sql, self._test, value)


class _Then(Expr):
    """A choice with no other side yet: null there."""

    __slots__ = ("_start",)

    def __init__(self, sql: Sql, test: Expr, value: Expr) -> None:
        self._start = f"CASE WHEN {test.text} THEN {value.text}"
        super().__init__(sql, f"{self._start} END", value.name)

    def otherwise(self, value: Expr) -> Expr:
        return self._made(f"{self._start} ELSE {value.text} END")


class Namespace:
    """What `ns` stands for while SQL is spoken; types are those of Narwhals."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def __getattr__(self, name: str) -> Any:
        return Expr if name == "Expr" else getattr(narwhals, name)

    def col(self, name: str) -> Expr:
        """Return a column."""
        return Expr(self._sql, self._sql.name(name), name)

    def lit(self, value: Any, dtype: Any = None) -> Expr:
        """Return a plain value."""
        return Expr(self._sql, self._sql.literal(value, dtype), "literal")

    def when(self, test: Expr) -> _When:
        """Begin a choice."""
        return _When(self._sql, test)

    def len(self) -> Expr:
        """Return the number of rows of a group."""
        return Expr(self._sql, "count(*)", "len")

    def max_horizontal(self, *columns: Expr) -> Expr:
        """Return the greatest of several columns; null counts for nothing."""
        return columns[0]._called("greatest", *(column.text for column in columns[1:]))

    def min_horizontal(self, *columns: Expr) -> Expr:
        """Return the least of several columns; null counts for nothing."""
        return columns[0]._called("least", *(column.text for column in columns[1:]))

    def concat_str(self, *columns: Expr, separator: str = "", ignore_nulls: bool = False) -> Expr:
        """Return texts one after the other."""
        texts = [column.text for column in columns]
        if ignore_nulls:
            return columns[0]._made(f"concat_ws({self._sql.text(separator)}, {', '.join(texts)})")
        return columns[0]._made(self._sql.joined(texts))
