"""Says in words which sets do the same, instead of listing each."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from convenio.reports.wording import Wording

Members = frozenset[str]


@dataclass(frozen=True, slots=True)
class Term:
    """All sets that have every `present` member and no `absent` one."""

    present: Members
    absent: Members

    def holds(self, members: Members) -> bool:
        """Return whether a set is one of them."""
        return self.present <= members and self.absent.isdisjoint(members)


def terms_of(sets: Collection[Members], universe: Sequence[str]) -> list[Term]:
    """Return few terms that together hold exactly these sets of members of the universe.

    They are prime implicants, chosen greedily: the one that holds most of what is left comes next.

    >>> found = terms_of([frozenset("a"), frozenset("ab")], "ab")
    >>> [(sorted(term.present), sorted(term.absent)) for term in found]
    [(['a'], [])]
    """
    wanted = set(sets)
    everything = [frozenset(chosen) for chosen in _subsets(universe)]
    candidates = [
        term
        for present in everything
        for absent in everything
        if present.isdisjoint(absent)
        for term in [Term(present, absent)]
        if all(one in wanted for one in everything if term.holds(one))
    ]
    order = {member: place for place, member in enumerate(universe)}
    chosen: list[Term] = []
    left = set(wanted)
    while left:
        best = max(
            candidates,
            key=lambda term: (
                sum(map(term.holds, left)),
                -len(term.present | term.absent),
                -len(term.absent),
                [-order[member] for member in sorted(term.present, key=order.__getitem__)],
            ),
        )
        chosen.append(best)
        left = {one for one in left if not best.holds(one)}
    return chosen


def _subsets(universe: Sequence[str]) -> itertools.chain[tuple[str, ...]]:
    sizes = range(len(universe) + 1)
    return itertools.chain.from_iterable(itertools.combinations(universe, size) for size in sizes)


class SetWords:
    """Words groups of sets. `name` writes a member; `stated` says that some are known already."""

    def __init__(
        self, universe: Sequence[str], name: Callable[[str], str], stated: bool, wording: Wording
    ) -> None:
        self._universe = tuple(universe)
        self._name = name
        self._none = wording("no more") if stated else wording("none")
        self._wording = wording

    def of(self, sets: Collection[Members]) -> str:
        """Say which sets these are: by how many members they have, by terms, or by what is not."""
        wanted = set(sets)
        everything = {frozenset(chosen) for chosen in _subsets(self._universe)}
        if wanted == everything:
            return self._wording("any")
        by_count = self._by_count(wanted, everything)
        if by_count:
            return by_count
        inside = self._terms(terms_of(wanted, self._universe))
        others = self._terms(terms_of(everything - wanted, self._universe))
        if len(others) < len(inside):
            return self._wording("anything but: {what}").format(what="; ".join(others))
        return "; ".join(inside)

    def _by_count(self, wanted: set[Members], everything: set[Members]) -> str:
        counts = {len(one) for one in wanted}
        low, high = min(counts), max(counts)
        if wanted != {one for one in everything if low <= len(one) <= high}:
            return ""
        _ = self._wording
        names, size = ", ".join(map(self._name, self._universe)), len(self._universe)
        if high == 0:
            return self._none
        if low == size:
            return self._all(self._universe)
        if high == size:
            if low == 1:
                return _("any of: {names}").format(names=names)
            return _("{n} or more of: {names}").format(n=low, names=names)
        if low == 0:
            return _("at most {n} of: {names}").format(n=high, names=names)
        if low == high:
            return _("just {n} of: {names}").format(n=low, names=names)
        return _("{low} to {high} of: {names}").format(low=low, high=high, names=names)

    def _terms(self, terms: Sequence[Term]) -> list[str]:
        """Word terms; those of one member each are said together."""
        _ = self._wording
        single = [t for t in terms if len(t.present) == 1 and not t.absent]
        missing = [t for t in terms if len(t.absent) == 1 and not t.present]
        words = []
        for group, text in (
            (single, _("any of: {names}")),
            (missing, _("without one of: {names}")),
        ):
            members = [m for m in self._universe for t in group if m in t.present | t.absent]
            if len(members) > 1:
                words.append(text.format(names=", ".join(map(self._name, members))))
        said = {*(single if len(single) > 1 else ()), *(missing if len(missing) > 1 else ())}
        return [*words, *(self._term(term) for term in terms if term not in said)]

    def _term(self, term: Term) -> str:
        _ = self._wording
        if len(term.absent) == len(self._universe):
            return self._none
        absent = ", ".join(self._name(m) for m in self._universe if m in term.absent)
        if not term.present:
            return _("without {names}").format(names=absent)
        present = self._all([m for m in self._universe if m in term.present])
        if not absent:
            return present
        if len(term.present | term.absent) == len(self._universe):
            return _("only {names}").format(names=present)
        return _("{present} without {absent}").format(present=present, absent=absent)

    def _all(self, members: Sequence[str]) -> str:
        names = [self._name(member) for member in members]
        if len(names) == 1:
            return names[0]
        _ = self._wording
        return _("{names} and {last}").format(names=", ".join(names[:-1]), last=names[-1])
