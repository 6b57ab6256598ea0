"""What is made of a pack once and kept with it, for as long as the pack is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from convenio.packs.pack import Pack

T = TypeVar("T")


class MadeOnce(Generic[T]):
    """Something that is made of a pack when it is first asked for.

    >>> from convenio import load_pack
    >>> pack, rule_count = load_pack("core"), MadeOnce(lambda pack: len(pack.rules))
    >>> rule_count.of(pack) == rule_count.of(pack) == len(pack.rules)
    True
    """

    def __init__(self, make: Callable[[Pack], T]) -> None:
        self._make = make

    def of(self, pack: Pack) -> T:
        """Return what was made of a pack, or make it now."""
        kept = pack.compiled.made
        if self not in kept:
            kept[self] = self._make(pack)
        found: T = kept[self]
        return found
