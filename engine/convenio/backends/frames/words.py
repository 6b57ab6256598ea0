"""The words in which columns are computed: Narwhals', spoken to Polars without Narwhals between.

Narwhals took its words from Polars, so what is written in them for DuckDB and Spark means the same
to Polars itself. Said to it directly, a plan is made several times sooner, which is most of the
time where a table is small. Modules of this package import `nw` from here and write Narwhals; the
type checker sees Narwhals, so that no word is used which only Polars knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import ModuleType
from typing import TYPE_CHECKING, Any

import narwhals

if TYPE_CHECKING:
    import narwhals as nw
else:

    class _Words:
        """Hands every name on to the module that is spoken to."""

        def __getattr__(self, name: str) -> Any:
            return getattr(_SPOKEN_TO.get(), name)

    nw = _Words()

__all__ = [
    "Frame",
    "as_frame",
    "is_through_narwhals",
    "native_of",
    "nw",
    "says_nothing",
    "speaking_to",
]

_SPOKEN_TO: ContextVar[ModuleType] = ContextVar("spoken_to", default=narwhals)

Frame = narwhals.LazyFrame[Any]
"""A lazy frame, of Narwhals or of Polars itself."""


@contextmanager
def speaking_to(frame: Frame) -> Iterator[None]:
    """Make expressions that a frame understands, for as long as this lasts."""
    if is_through_narwhals(frame):
        module: ModuleType = narwhals
    else:
        import polars

        module = polars
    token = _SPOKEN_TO.set(module)
    try:
        yield
    finally:
        _SPOKEN_TO.reset(token)


def is_through_narwhals(frame: Any) -> bool:
    """Return whether a frame is one of Narwhals; else it is one of Polars."""
    return isinstance(frame, narwhals.LazyFrame)


def as_frame(native: Any) -> Frame:
    """Return an engine's own frame, lazy, as it is computed on here."""
    frame: Any = native.lazy() if _is_of_polars(native) else narwhals.from_native(native).lazy()
    return frame  # type: ignore[no-any-return]


def _is_of_polars(native: Any) -> bool:
    return type(native).__module__.partition(".")[0] == "polars"


def native_of(frame: Frame) -> Any:
    """Return the engine's own frame."""
    return frame.to_native() if is_through_narwhals(frame) else frame


def says_nothing(dtype: Any) -> bool:
    """Return whether a column's type holds nothing but nulls."""
    return str(dtype) in ("Null", "Unknown")
