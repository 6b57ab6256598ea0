"""What a mapping file may say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Reads = Literal["text", "words", "number", "year", "date"]
Part = Literal["largest", "concentration", "own", "total", "spread"]
YEARS = "years"
_STRICT = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)


class Window(BaseModel):
    """A sum of `of` over the rows of one `within`, in the years up to a case's own, that included.

    `part` says what is told of it. Where the table doesn't have all of these years, nothing is.
    """

    model_config = _STRICT
    part: Part = Field(
        description="largest: share of the largest `by`; concentration: sum of squared shares "
        "(Herfindahl-Hirschman index, 0 to 1); own: share of the case's own `by`; total: the sum; "
        "spread: share of the sum that rests on the even spreading of amounts over years"
    )
    of: str = Field(description="the column with the amounts")
    by: str = Field(description="the column with those who have shares, such as suppliers")
    within: str = Field(description="the column whose equal values belong together")
    year: str = Field(description="the column with the year of an amount")
    up_to: str = Field(description="the column with a case's own year, the last of the window")
    years: int = Field(ge=1, le=100, description="how many years")
    split: str = Field(default="", description="what stands between several years in one cell")
    spread: Literal["evenly"] | None = Field(
        default=None, description="how an amount is spread over several years"
    )
    nobody: tuple[str, ...] = Field(
        default=(),
        description="values that name nobody: of `by`, they are in the sum and no one's "
        "share; of `within`, there is no sum",
    )

    @model_validator(mode="after")
    def _spread_where_split(self) -> Window:
        if bool(self.split) != bool(self.spread):
            raise ValueError("split and spread go together: an amount of several years is spread")
        return self


class Cell(BaseModel):
    """Where a value comes from and what is done with it."""

    model_config = _STRICT
    column: str | None = Field(default=None, alias="from", description="a column")
    value: str | float | bool | list[str] | None = Field(
        default=None, description="the same value in every case"
    )
    window: Window | None = Field(default=None, description="reckoned over other rows")
    split: str = Field(default="", description="what stands between several values in one cell")
    map: dict[str, str | None] | Literal["countries"] | None = Field(
        default=None,
        description="what each text becomes; null where nothing is known of it. `countries` knows "
        "English names of states and those under `countries`",
    )
    times: float | None = Field(default=None, description="a number that is multiplied by this")
    kind: Literal["text", "number", "year"] | None = Field(
        default=None, alias="as", description="what the text is read as"
    )
    date: Literal["year_start", "year_end"] | None = Field(
        default=None, description="a year of which a date is made: its first or its last day"
    )
    take: Literal["first", "sum", "min", "max", "all"] = Field(
        default="first", description="what counts where a case has several values"
    )

    @model_validator(mode="after")
    def _one_origin(self) -> Cell:
        origins = [self.column is not None, self.value is not None, self.window is not None]
        if sum(origins) != 1:
            raise ValueError("needs one of from, value and window")
        readings = (self.map, self.times, self.kind, self.date)
        if sum(reading is not None for reading in readings) > 1:
            raise ValueError("needs one of map, times, as and date at most")
        if self.column is None and (any(r is not None for r in readings) or self.split):
            raise ValueError("map, times, as, date and split are of a column (from)")
        if self.take in ("sum", "min", "max") and self.reads in ("text", "words"):
            raise ValueError(f"take: {self.take} is of numbers, years and dates")
        return self

    @property
    def reads(self) -> Reads:
        """What a text of the column is read as; a number where it must be one to be taken.

        >>> Cell.model_validate({"from": "Value", "take": "sum"}).reads
        'number'
        """
        if self.map is not None:
            return "words"
        if self.date is not None:
            return "date"
        if self.times is not None:
            return "number"
        if self.kind is not None:
            return self.kind
        return "number" if self.take in ("sum", "min", "max") else "text"


class Unpivot(BaseModel):
    """Columns that stand side by side and mean rows: each becomes a row of its own."""

    model_config = _STRICT
    columns: Literal["years"] | tuple[str, ...] = Field(
        description="`years`: those whose names are years; or their names"
    )
    name: str = Field(description="what the column with their names is called")
    value: str = Field(description="what the column with their cells is called")


class TableMapping(BaseModel):
    """One mapping file."""

    model_config = _STRICT
    title: str
    source: str = Field(default="", description="where the table comes from")
    columns: dict[str, tuple[str, ...]] = Field(
        default={},
        description="a name that this file uses, and what the column is called in the editions",
    )
    header: tuple[str, ...] = Field(
        default=(), description="further columns that must be there, by which the header is found"
    )
    encoding: str = Field(default="", description="what files are written in, if not recognised")
    whole: str = Field(
        default="",
        description="a text above the header, or in the line of totals, of a table that is the "
        "whole; windows over a part would be wrong",
    )
    leave_out: dict[str, tuple[str, ...]] = Field(
        default={}, description="rows that are no cases, by a column and its values"
    )
    unpivot: Unpivot | None = Field(default=None, description="columns that mean rows")
    case: tuple[str, ...] = Field(
        min_length=1, description="columns: rows with the same values are one case; they are its id"
    )
    numbered: bool = Field(
        default=False,
        description="each row is a case of its own; those with the same id are numbered",
    )
    as_of: Cell | None = Field(default=None, description="the date from which a case is looked at")
    facts: dict[str, Cell] = Field(default={}, description="facts of the catalogue")
    lists: dict[str, list[dict[str, Cell]]] = Field(
        default={}, description="lists of the catalogue: the elements that each row gives"
    )
    keep: dict[str, Cell] = Field(
        default={}, description="columns that stand beside the results, under these names"
    )
    countries: dict[str, str | None] = Field(
        default={},
        description="names of states that Unicode CLDR writes otherwise, and names that are no "
        "state's (null)",
    )
    countries_of: str = Field(
        default="", description="a mapping whose names of states are known here, too"
    )

    @model_validator(mode="after")
    def _one_name_a_column(self) -> TableMapping:
        made = {self.unpivot.name, self.unpivot.value} if self.unpivot else set()
        if made & {*self.columns, *self.leave_out}:
            raise ValueError("columns that unpivot makes are in no table: name others")
        names = {other: name for name, others in self.columns.items() for other in others}
        for name in (*self.reads(), *self.header):
            if name in names and name not in self.columns:
                raise ValueError(f"'{name}' is called '{names[name]}' here, as columns says")
        return self

    def cells(self) -> Iterator[Cell]:
        """Yield every cell."""
        if self.as_of:
            yield self.as_of
        yield from self.facts.values()
        yield from self.keep.values()
        for rows in self.lists.values():
            for row in rows:
                yield from row.values()

    def windows(self) -> tuple[Window, ...]:
        """Return what is reckoned over other rows than a case's own."""
        return tuple(dict.fromkeys(cell.window for cell in self.cells() if cell.window is not None))

    def reads(self) -> tuple[str, ...]:
        """Return the names of the columns that are read, those of `unpivot` among them."""
        names = [*self.case, *self.leave_out]
        for cell in self.cells():
            if cell.column is not None:
                names.append(cell.column)
            if cell.window is not None:
                window = cell.window
                names += [window.of, window.by, window.within, window.year, window.up_to]
        return tuple(dict.fromkeys(names))
