"""Two deals side by side: terms that both state, terms of one alone, rules that moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from convenio.assessment.assessment import Assessment
from convenio.facts.case import StatedFact
from convenio.scenarios.changes import ChangedFact, changed_facts
from convenio.scenarios.compare import ChangedRule, alternative


@dataclass(frozen=True)
class TwoDeals:
    """What two deals, assessed under one pack, have in common and what not.

    `differ` are terms that both state, and state otherwise; `same` the paths of those that both
    state alike; `first_only` and `second_only` what the other says nothing of.
    """

    first: Assessment
    second: Assessment
    differ: tuple[ChangedFact, ...]
    same: tuple[str, ...]
    first_only: tuple[StatedFact, ...]
    second_only: tuple[StatedFact, ...]
    rules: tuple[ChangedRule, ...]


def two_deals(first: Assessment, second: Assessment) -> TwoDeals:
    """Compare two deals.

    >>> from convenio import assess, load_case, load_pack
    >>> pack = load_pack("core")
    >>> names = ("manta-fol-1999", "us-colombia-dca-2009")
    >>> found = two_deals(*(assess(load_case(name, pack), pack) for name in names))
    >>> "presence.ceiling" in [change.path for change in found.differ]
    True
    """
    changed = changed_facts(first.case, second.case)
    paths = {change.path for change in changed}
    both = [path for path in first.case.facts if path in second.case.facts]
    return TwoDeals(
        first,
        second,
        tuple(c for c in changed if _stated(c.before) and _stated(c.after)),
        tuple(path for path in both if path not in paths and _stated(first.case.facts[path])),
        tuple(_only(changed, "before")),
        tuple(_only(changed, "after")),
        alternative(first, second.case.id, second.case.title, second).rules,
    )


def _only(changed: tuple[ChangedFact, ...], side: str) -> Iterator[StatedFact]:
    for change in changed:
        own, other = change.before, change.after
        if side == "after":
            own, other = other, own
        if own is not None and _stated(own) and not _stated(other):
            yield own


def _stated(fact: StatedFact | None) -> bool:
    return fact is not None and fact.state != "unknown"
