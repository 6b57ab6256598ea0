"""Words for numbers of rows, and for lists of which only the first are shown."""

from __future__ import annotations

from collections.abc import Sequence

from convenio.batch.tables.headers import SHOWN

_OF_ONE = {"have": "has", "are": "is"}


def counted(number: int, verb: str, what: str = "row") -> str:
    """Return a number of things with a verb.

    >>> counted(1, "hold"), counted(2000, "have", "case")
    ('1 row holds', '2,000 cases have')
    """
    if number == 1:
        return f"1 {what} {_OF_ONE.get(verb, f'{verb}s')}"
    return f"{number:,} {what}s {verb}"


def on_one_line(text: str) -> str:
    r"""Return a text of which no part can be taken for a line of its own.

    >>> on_one_line("Peru\nwritten: all.csv")
    'Peru\\nwritten: all.csv'
    """
    return text.replace("\r", "\\r").replace("\n", "\\n")


def listed(shown: Sequence[str], of: int | None = None, between: str = ", ") -> str:
    """Return the first texts of a list, and how many more there are; `of` tells of how many.

    >>> listed(["a", "b"], of=9)
    'a, b and 7 more'
    """
    first = shown[:SHOWN]
    more = (len(shown) if of is None else of) - len(first)
    return between.join(first) + (f" and {more:,} more" if more else "")
