"""How results look in a notebook and as plain data is said by reports, which stand above them.

Results are made in the middle layers, and reports are views of them. Whoever stands above both
(the package itself) tells here who presents, so that a result can show itself and no layer imports
what is above it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol


class Presenter(Protocol):
    """What presents results."""

    def as_html(self, result: Any, /) -> str | None:
        """Return a small table; None for a result that has none."""
        ...

    def as_data(self, result: Any, /) -> dict[str, Any]:
        """Return a result as plain dicts and lists."""
        ...


_presenter: Callable[[], Presenter] | None = None


def present_with(find: Callable[[], Presenter]) -> None:
    """Say who presents results; `find` is called when the first is shown."""
    global _presenter  # noqa: PLW0603 — set once, by the package as it is imported
    _presenter = find


def _found() -> Presenter:
    if _presenter is None:
        raise RuntimeError("import convenio first: it knows who presents results")
    return _presenter()


class Presented:
    """A result that a notebook shows as a table, and that can be had as plain data."""

    __slots__ = ()

    def _repr_html_(self) -> str | None:
        return _found().as_html(self)

    def to_dict(self) -> dict[str, Any]:
        """Return the result as plain dicts and lists, in its published schema."""
        return _found().as_data(self)

    def to_json(self) -> str:
        """Return the result as one line of JSON, its keys always in the same order."""
        return json.dumps(self.to_dict(), ensure_ascii=False)
