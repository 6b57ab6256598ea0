"""The kinds of frame that go in and come out: Polars, pandas, PyArrow, DuckDB, PySpark.

Polars, DuckDB and Spark compute in their own engine. A pandas frame or an Arrow table is brought
into Polars and its results back (docs/decisions/0005).
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import narwhals

from convenio.backends.frames.namespace import Frame, as_frame, native_of, ns
from convenio.errors import UsageError
from convenio.messages import say

Kind = Literal["polars", "polars_lazy", "pandas", "pyarrow", "duckdb", "spark"]

SUPPORTED = "a Polars, pandas, PyArrow, DuckDB or PySpark frame"


@dataclass(frozen=True)
class GivenFrame:
    """A frame that was taken in: the lazy frame on which to compute, and what it was before.

    `index` is a pandas frame's index, which its results get back.
    """

    frame: Frame
    kind: Kind
    index: Any = None

    @property
    def eager(self) -> bool:
        """True where results are computed at once."""
        return self.kind in ("polars", "pandas", "pyarrow")

    @property
    def engine(self) -> str:
        """The engine on which the frame is computed."""
        return self.kind if self.kind in ("duckdb", "spark") else "polars"

    @property
    def ordered(self) -> bool:
        """True where rows have an order, so that they can be numbered."""
        return self.kind not in ("duckdb", "spark")


def from_native(frame: Any, what: str = "the frame") -> GivenFrame:
    """Return a user's frame ready for computing. Raises UsageError for another kind of thing."""
    try:
        taken = narwhals.from_native(frame)
    except TypeError:
        raise UsageError(
            say(
                "{what} is a {name}; {SUPPORTED} is expected",
                what=what,
                name=type(frame).__name__,
                SUPPORTED=SUPPORTED,
            )
        ) from None
    implementation = taken.implementation
    if implementation.is_polars():
        kind: Kind = "polars" if isinstance(taken, narwhals.DataFrame) else "polars_lazy"
        return GivenFrame(as_frame(taken.to_native()), kind)
    if implementation.is_duckdb():
        return GivenFrame(as_frame(taken.to_native()), "duckdb")
    if implementation.is_pyspark() or implementation.is_pyspark_connect():
        native = taken.to_native()
        # A dot in a name would be looked for inside a column.
        plain = native.toDF(*(name.replace(".", "__") for name in native.columns))
        return GivenFrame(as_frame(plain), "spark")
    if implementation.is_pyarrow():
        import polars

        return GivenFrame(as_frame(polars.from_arrow(taken.to_native())), "pyarrow")
    if implementation.is_pandas():
        native = taken.to_native()
        return GivenFrame(as_frame(polars_of_pandas(native)), "pandas", native.index)
    raise UsageError(
        say(
            "{what} is a frame of {implementation}; {SUPPORTED} is expected",
            what=what,
            implementation=implementation,
            SUPPORTED=SUPPORTED,
        )
    )


def polars_of_pandas(frame: Any) -> Any:
    """Return a pandas frame as a Polars frame; None, NaN, NA and NaT all become null."""
    import polars as pl

    return pl.DataFrame(
        [_series(frame.iloc[:, n], str(frame.columns[n])) for n in range(frame.shape[1])]
    )


def _series(column: Any, name: str) -> Any:
    import pandas as pd
    import polars as pl

    if isinstance(column.dtype, pd.CategoricalDtype):
        coded = _categories(column)
        if coded is not None:
            return coded.alias(name)
    if column.dtype != object:
        return pl.from_pandas(column.rename(name), nan_to_null=True)
    alike = _alike(column)
    if alike is not None:
        return alike.alias(name)
    values = [_cell_value(value) for value in column.tolist()]
    kinds = {type(value) for value in values if value is not None}
    if not kinds:
        return pl.Series(name, values, dtype=pl.Null)
    if kinds <= {int, float} and bool not in kinds:
        return pl.Series(name, values, dtype=pl.Float64)
    if kinds == {list} and any(isinstance(m, dict) for v in values if v for m in v):
        return pl.Series(name, values, strict=False)
    if kinds == {list}:
        texts = [None if v is None else [None if m is None else str(m) for m in v] for v in values]
        return pl.Series(name, texts, dtype=pl.List(pl.String))
    if len(kinds) == 1 and kinds <= {bool, str, dt.date, dt.datetime}:
        return pl.Series(name, values)
    # Mixed values are told apart row by row, as texts; those that don't fit mark their rows.
    return pl.Series(name, [None if v is None else _written(v) for v in values], dtype=pl.String)


def _categories(column: Any) -> Any:
    """Return a column of categories that are texts as an Enum of them; None for other kinds."""
    import polars as pl

    members = column.cat.categories.tolist()
    if not members or not all(isinstance(member, str) for member in members):
        return None
    code = pl.col("code")
    known = pl.when(code >= 0).then(code).cast(pl.UInt32)
    codes = pl.DataFrame({"code": column.cat.codes.to_numpy()})
    return codes.select(known.cat.to(pl.Enum(members)))["code"]


def _alike(column: Any) -> Any:
    """Return an object column of Booleans, texts, dates or lists of texts; None for any other."""
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    kind = {
        "boolean": pa.bool_(),
        "string": pa.large_string(),
        "date": pa.date32(),
        "mixed": pa.list_(pa.large_string()),
    }.get(pd.api.types.infer_dtype(column, skipna=True))
    if kind is None:
        return None
    # To Arrow a text is a list of its letters.
    types = set(map(type, column)) if pa.types.is_list(kind) else ()
    if any(issubclass(own, str | bytes) for own in types):
        return None
    try:
        return pl.Series(values=pa.array(column, kind, from_pandas=True))
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None


def _cell_value(value: Any) -> Any:
    """Return a cell as plain Python, None where it is missing in any spelling."""
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, float):
        return None if math.isnan(value) else value
    if isinstance(value, list | tuple | set | frozenset):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    if type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, dt.datetime):
        return dt.datetime(
            value.year, value.month, value.day, value.hour, value.minute, value.second
        )
    if isinstance(value, dt.date):
        return value
    if hasattr(value, "tolist"):
        return _cell_value(value.tolist())
    return str(value)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    return str(value)


def numbered(frame: Frame, name: str) -> Frame:
    """Return a frame whose rows have an order with a column that counts them from 0."""
    return as_frame(native_of(frame).with_row_index(name))


def in_order_of(
    places: Frame, tables: Mapping[str, Frame], id_name: str, name: str
) -> dict[str, Frame]:
    """Return the rows of lists in the order of their cases, with the place of each row's case.

    `places` holds the ids of the cases and their places, as `name`. Rows without a case are left
    out. The ids of all lists are looked up together: making ready for that takes longest.
    """
    import polars as pl

    rows = {path: collect(table) for path, table in tables.items()}
    if not rows:
        return {}
    ids = pl.concat([table.lazy().select(id_name) for table in rows.values()])
    found = ids.join(native_of(places), on=id_name, how="left", maintain_order="left")
    column = collect(as_frame(found.select(name)))[name]
    placed: dict[str, Frame] = {}
    start = 0
    for path, table in rows.items():
        own = table.with_columns(column.slice(start, table.height))
        start += table.height
        kept = own.filter(pl.col(name).is_not_null()).sort(name, maintain_order=True)
        placed[path] = as_frame(kept)
    return placed


def collect(frame: Frame) -> Any:
    """Return a lazy Polars frame computed.

    In memory, not streamed: sums then add the elements of a list in one order, run after run.
    """
    return native_of(frame).collect(engine="in-memory")


def holding(frame: Frame, tests: Mapping[str, ns.Expr]) -> frozenset[str]:
    """Return which tests hold for a whole Polars frame.

    Streamed: each stretch of a column is then looked at by all its tests while it is near.
    """
    found = native_of(frame.select(**tests)).collect(engine="streaming").row(0, named=True)
    return frozenset(name for name, holds in found.items() if holds)


def to_native(frame: Frame, given: GivenFrame, index: Any = None) -> Any:
    """Return results in the kind in which the frame came.

    For pandas and Arrow the frame has been computed on Polars. Enums become ordered categoricals
    in pandas, small whole numbers its nullable ones.
    """
    native = native_of(frame)
    if given.kind in ("polars_lazy", "duckdb", "spark"):
        return native
    table = native if hasattr(native, "to_arrow") else native.collect()
    if given.kind == "polars":
        return table
    if given.kind == "pyarrow":
        return table.to_arrow()
    return pandas_of_polars(table, index)


def pandas_of_polars(table: Any, index: Any = None) -> Any:
    """Return a Polars frame as a pandas frame of its own kinds."""
    import pandas as pd
    import polars as pl

    columns: dict[str, Any] = {}
    for series in table.get_columns():
        if isinstance(series.dtype, pl.Enum):
            codes: Any = series.to_physical().cast(pl.Int32).fill_null(-1).to_numpy()
            members: Any = series.dtype.categories.to_list()
            columns[series.name] = pd.Categorical.from_codes(
                codes, categories=members, ordered=True
            )
        elif series.dtype.is_integer():
            mask = series.is_null().to_numpy()
            numbers = series.fill_null(0).to_numpy()
            columns[series.name] = (
                pd.arrays.IntegerArray(numbers.copy(), mask.copy())
                if mask.any() or series.dtype == pl.Int8
                else numbers
            )
        else:
            columns[series.name] = series.to_pandas()
    frame = pd.DataFrame(columns)
    if index is not None:
        # Given to the constructor, it would move the columns that have an index of their own.
        frame.index = index
    return frame
