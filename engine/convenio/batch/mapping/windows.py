"""Reckons sums and shares over the rows of the years before a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convenio.batch.mapping.language import Window
from convenio.batch.mapping.values import as_number, as_year, parts

ENTRY = "entry"
"""Tells the rows of a table apart in its amounts."""
_KEYS = ("within", "up_to")
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A table with a column for each window, and the first and last year that each has amounts of.

    Outside those years nothing is known: a window that reaches beyond them has no value.
    """

    table: Any
    columns: Mapping[Window, str]
    years: Mapping[Window, tuple[int, int] | None]


def with_windows(table: Any, windows: Sequence[Window]) -> Reckoned:
    """Return a table with what each window comes to in each row.

    Nothing delivered in years that the table has is a sum of 0; a share of nothing is unknown.
    """
    columns: dict[Window, str] = {}
    years: dict[Window, tuple[int, int] | None] = {}
    alike: dict[Window, list[Window]] = {}
    for number, window in enumerate(windows):
        columns[window] = f"window {number} of the mapping"
        alike.setdefault(window.model_copy(update={"part": "total"}), []).append(window)
    for base, group in alike.items():
        amounts = amounts_of(table, base)
        found, span = _found(table, base, amounts, {w: columns[w] for w in group})
        table = table.hstack(found)
        years |= dict.fromkeys(group, span)
    return Reckoned(table, columns, years)


def amounts_of(table: Any, window: Window) -> Any:
    """Return the amounts that a window sums up, one row for each year of a row of the table.

    An amount of several years is spread evenly over them; `among` says of how many.
    """
    import polars as pl

    rows = table.select(
        pl.int_range(pl.len()).alias(ENTRY),
        within=pl.col(window.within),
        by=pl.col(window.by),
        year=parts(window.year, window.split),
        amount=as_number(pl.col(window.of)),
    )
    rows = rows.explode("year").with_columns(year=as_year(pl.col("year")))
    rows = rows.drop_nulls().with_columns(among=pl.len().over(ENTRY))
    return rows.with_columns(amount=pl.col("amount") / pl.col("among"))


def _found(
    table: Any, window: Window, amounts: Any, columns: Mapping[Window, str]
) -> tuple[Any, tuple[int, int] | None]:
    """Return a column for each window, in the order of the table's rows, and the table's years."""
    import polars as pl

    rows = table.select(
        within=pl.col(window.within), up_to=as_year(pl.col(window.up_to)), by=pl.col(window.by)
    )
    begins = pl.col("up_to") - window.years + 1
    inside = (
        rows.select(_KEYS)
        .unique()
        .join(amounts, on="within")
        .filter(pl.col("year").is_between(begins, pl.col("up_to")))
    )
    rows = rows.join(_sums(inside, window), on=_KEYS, how="left", maintain_order="left")
    rows = rows.join(_own(inside), on=(*_KEYS, "by"), how="left", maintain_order="left")
    first, last = amounts["year"].min(), amounts["year"].max()
    span = None if first is None else (first, last)
    covered = pl.lit(False) if span is None else (begins >= span[0]) & (pl.col("up_to") <= span[1])
    # Under "unknown recipient(s)" stand many, of whom no sum or share is anyone's.
    is_one = pl.col("within").is_not_null() & ~pl.col("within").is_in(list(window.nobody))
    found = {n: pl.when(covered & is_one).then(_value(w)) for w, n in columns.items()}
    # Threads add up in any order: what differs in the last digits must not.
    return rows.select(**{n: value.round(_DIGITS) for n, value in found.items()}), span


def _value(window: Window) -> Any:
    import polars as pl

    if window.part == "total":
        return pl.col("total").fill_null(0.0)
    if window.part == "own":
        something = pl.col("total") > 0
        somebody = pl.col("by").is_not_null() & ~pl.col("by").is_in(list(window.nobody))
        return pl.when(something & somebody).then(pl.col("own").fill_null(0.0))
    return pl.col(window.part)


def _sums(inside: Any, window: Window) -> Any:
    """Return the total, the shares of it and how much of it is spread, by `within` and `up_to`."""
    import polars as pl

    is_somebody = ~pl.col("by").is_in(list(window.nobody))
    total = pl.col("amount").sum().over(_KEYS)
    shares = (
        inside.group_by(*_KEYS, "by")
        .agg(pl.col("amount").sum())
        .with_columns(share=pl.when(total > 0).then(pl.col("amount") / total))
    )
    named = pl.when(is_somebody).then(pl.col("share"))
    summed = shares.group_by(_KEYS).agg(
        total=pl.col("amount").sum(),
        largest=named.max(),
        concentration=pl.when(named.count() > 0).then((named**2).sum()),
    )
    # An amount all of whose years are inside is there as a whole, however it is spread.
    is_cut = pl.len().over(*_KEYS, ENTRY) < pl.col("among")
    cut = inside.filter(is_cut).group_by(_KEYS).agg(cut=pl.col("amount").sum())
    spread = pl.when(pl.col("total") > 0).then(pl.col("cut").fill_null(0.0) / pl.col("total"))
    return summed.join(cut, on=_KEYS, how="left").with_columns(spread=spread).drop("cut")


def _own(inside: Any) -> Any:
    """Return the share of each `by`."""
    import polars as pl

    total = pl.col("amount").sum().over(_KEYS)
    sums = inside.group_by(*_KEYS, "by").agg(pl.col("amount").sum())
    return sums.select(*_KEYS, "by", own=pl.when(total > 0).then(pl.col("amount") / total))
