"""Stretches of days on which something holds."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, model_validator


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which something holds: from `start` (inclusive) until `end` (exclusive)."""

    start: dt.date
    end: dt.date | None = None

    def covers(self, day: dt.date) -> bool:
        """Return whether it holds on a day."""
        return self.start <= day and (self.end is None or day < self.end)

    def meets(self, other: Period) -> bool:
        """Return whether the two share a day.

        >>> import datetime as dt
        >>> first = Period(dt.date(2009, 6, 28), dt.date(2010, 1, 27))
        >>> first.meets(Period(dt.date(2010, 1, 27)))
        False
        """
        starts_in_time = self.end is None or other.start < self.end
        return starts_in_time and (other.end is None or self.start < other.end)


class Days(BaseModel):
    """A period as files write it: `from` and, where it has ended, `to`."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    start: dt.date = Field(alias="from")
    end: dt.date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Days:
        if self.end is not None and self.end <= self.start:
            raise ValueError("ends before it begins")
        return self

    @property
    def period(self) -> Period:
        """The days themselves."""
        return Period(self.start, self.end)
