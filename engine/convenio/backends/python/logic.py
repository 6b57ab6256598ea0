"""Kleene's operations as Python text, over codes of truths: 0 for F, 1 for U, 3 for T.

See `language/truth.py` for the codes: `&` and `|` are Kleene's `and` and `or` of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence


def negate(part: str) -> str:
    """Return the text of a Kleene `not`."""
    return f"(3, 1, 1, 0)[{part}]"


def conjunction(parts: Sequence[str]) -> str:
    """Return the text of a Kleene `and`; of no part at all it is T."""
    return f"({' & '.join(parts)})" if parts else "3"


def disjunction(parts: Sequence[str]) -> str:
    """Return the text of a Kleene `or`; of no part at all it is F."""
    return f"({' | '.join(parts)})" if parts else "0"


def threshold(count: int, parts: Sequence[str]) -> str:
    """Return the text of `at_least(count, …)`."""
    if count == 1:
        return disjunction(parts)
    certain = " + ".join(f"({part} >> 1)" for part in parts) or "0"
    possible = " + ".join(f"({part} & 1)" for part in parts) or "0"
    return f"(3 if {certain} >= {count} else 1 if {possible} >= {count} else 0)"


class TextLogic:
    """The operations, each put where `keep` says: it returns the name under which a text stands.

    So no expression is nested deeper than one level.
    """

    def __init__(self, keep: Callable[[str], str]) -> None:
        self._keep = keep

    def negate(self, value: str) -> str:
        """Return where the opposite of a truth stands."""
        return self._keep(negate(value))

    def conjunction(self, values: Sequence[str]) -> str:
        """Return where a Kleene `and` stands."""
        return values[0] if len(values) == 1 else self._keep(conjunction(values))

    def disjunction(self, values: Sequence[str]) -> str:
        """Return where a Kleene `or` stands."""
        return values[0] if len(values) == 1 else self._keep(disjunction(values))

    def threshold(self, count: int, values: Sequence[str]) -> str:
        """Return where an `at_least` stands."""
        return self._keep(threshold(count, values))
