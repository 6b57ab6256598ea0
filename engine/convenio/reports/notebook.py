"""Results as small HTML tables, as notebooks show them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape


def as_table(caption: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table; every text is escaped.

    >>> as_table("a < b", ["x"], [[1]])[:44]
    '<table><caption>a &lt; b</caption><thead><tr'
    """
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )
