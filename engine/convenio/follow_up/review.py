"""Two analysts' files of one deal: where they differ, and what of that matters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from convenio.assessment.assessment import Assessment
from convenio.assessment.engine import Engine
from convenio.facts.case import Case
from convenio.facts.paths import owner_of
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating
from convenio.scenarios.changes import ChangedFact, changed_facts, with_fact

ENOUGH = 10
"""Verdicts of a family from which on chance agreement is worth reckoning with."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that two readers state differently, and what the second's word alone would change.

    `rules` come out otherwise with it; `rating` is the headline it leads to.
    """

    change: ChangedFact
    rules: tuple[str, ...]
    rating: Rating

    @property
    def matters(self) -> bool:
        """Whether a verdict hangs on it."""
        return bool(self.rules)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two readings of a family agree, over the rules that apply to either.

    `kappa` is Cohen's: agreement beyond what chance would give; None with fewer than ten verdicts,
    or where both readers gave one verdict throughout.
    """

    family: str
    verdicts: int
    same: int
    kappa: float | None


@dataclass(frozen=True)
class Review:
    """Two readings of one deal beside each other."""

    first: Assessment
    second: Assessment
    agreed: tuple[str, ...]
    differences: tuple[Difference, ...]
    families: tuple[Agreement, ...]
    unread: tuple[str, ...]
    """Judgements that the two share, but that nobody has checked in either file."""


def review(first: Case, second: Case, pack: Pack) -> Review:
    """Compare two readings of one deal.

    >>> from convenio import load_case, load_pack
    >>> pack = load_pack("core")
    >>> case = load_case("panamax-2014", pack)
    >>> review(case, case, pack).differences
    ()
    """
    engine = Engine(pack, "reference")
    one, other = engine.assess(first), engine.assess(second)
    differences = tuple(_difference(change, one, engine) for change in changed_facts(first, second))
    differ = {item.change.path for item in differences}
    both = [path for path in first.facts if path in second.facts and path not in differ]
    return Review(
        one,
        other,
        tuple(both),
        tuple(sorted(differences, key=lambda item: (not item.matters, item.change.path))),
        tuple(_agreement(family, one, other) for family in pack.families),
        tuple(path for path in both if _unread(path, first, second, pack)),
    )


def _difference(change: ChangedFact, base: Assessment, engine: Engine) -> Difference:
    case = base.case
    if change.after is not None:
        changed = with_fact(case, change.path, change.after)
    else:
        facts = {path: fact for path, fact in case.facts.items() if path != change.path}
        changed = replace(case, facts=facts)
    found = engine.assess(changed)
    rules = tuple(
        rule.id for rule in base.pack.rules if base.outcomes[rule.id] != found.outcomes[rule.id]
    )
    return Difference(change, rules, found.headline)


def _agreement(family: str, one: Assessment, other: Assessment) -> Agreement:
    pairs = [
        (a, b)
        for rule in one.pack.rules
        if rule.family == family
        for a, b in ((_verdict(one, rule.id), _verdict(other, rule.id)),)
        if "not_applicable" not in (a, b) or a != b
    ]
    same = sum(a == b for a, b in pairs)
    return Agreement(family, len(pairs), same, kappa(pairs))


def _verdict(assessment: Assessment, rule: str) -> str:
    outcome = assessment.outcomes[rule]
    return f"{outcome.verdict} {outcome.severity or ''}".strip()


def kappa(pairs: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa of two readers' verdicts (Cohen 1960); None where it tells nothing.

    >>> kappa([("flag", "flag"), ("clear", "clear")] * 5)
    1.0
    >>> kappa([("flag", "flag")] * 9) is None
    True
    """
    count = len(pairs)
    if count < ENOUGH:
        return None
    observed = sum(a == b for a, b in pairs) / count
    firsts, seconds = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    chance = sum(firsts[word] * seconds[word] for word in firsts) / count**2
    return None if chance == 1 else (observed - chance) / (1 - chance)


def _unread(path: str, first: Case, second: Case, pack: Pack) -> bool:
    declaration = pack.catalogue.facts.get(owner_of(path))
    if declaration is None or declaration.answer_from != "judgement":
        return False
    return not any(case.facts[path].provenance.checked_by for case in (first, second))
