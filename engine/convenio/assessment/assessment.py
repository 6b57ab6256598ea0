"""The result of testing one case against one pack. Every report is a view of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from convenio.assessment.finding import Finding, FindingBuilder
from convenio.assessment.presumed import Carrying, PresumedFact, PresumedReading
from convenio.assessment.rating import FamilyRating, Readings, worst
from convenio.backends.outcome import VERDICTS, Outcome
from convenio.backends.reference import flag_truth
from convenio.facts.case import CONFIDENCE_ORDER, Case, Confidence
from convenio.facts.paths import owner_of
from convenio.language import syntax as s
from convenio.language.trace import support
from convenio.language.truth import Truth
from convenio.packs.constitutions import OUTWARD
from convenio.packs.law import STANDINGS, Applied
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating, Reading, rank
from convenio.packs.rule import SEVERITIES, Rule, Severity, severity_number
from convenio.presentation import Presented

_NO_PART = frozenset({"affected_third_state", "mandating_body", "lender"})
"""Roles of those whom a deal concerns and does not bind."""


@dataclass(frozen=True)
class Assessment(Presented):
    """Ratings and verdicts of one case; findings are built when they are first looked at.

    `inference` says which engine inferred the verdicts: "durable_rules" (checked against the
    reference) or "reference". `outcomes` and `families` are those of the case as it is stated: what
    is established, and what is possible. The presumed ones are those of the same case with
    `presumptions` made; where the pack presumes nothing, they are the established ones. They are
    inferred with `presume`, which is told what to leave open, when they are first looked at, and
    raise EngineError where the two engines then disagree. `redacted` are facts of which nothing may
    be shown (see `redaction`): what would reckon with them again is left out of reports.
    """

    case: Case
    pack: Pack
    inference: str
    outcomes: Mapping[str, Outcome]
    families: Mapping[str, FamilyRating]
    builder: FindingBuilder = field(repr=False, compare=False)
    presume: Callable[[frozenset[str]], PresumedReading] = field(repr=False, compare=False)
    redacted: tuple[str, ...] = ()

    @cached_property
    def _presumed(self) -> PresumedReading:
        return self.presume(frozenset())

    @property
    def presumed_outcomes(self) -> Mapping[str, Outcome]:
        """The outcome of each rule in the presumed reading."""
        return self._presumed.outcomes

    @property
    def presumed_families(self) -> Mapping[str, Rating]:
        """The presumed rating of each family."""
        return self._presumed.families

    @property
    def presumptions(self) -> tuple[PresumedFact, ...]:
        """The presumptions that were made."""
        return self._presumed.case.facts

    @property
    def presumed_case(self) -> Case:
        """The case with its open facts taken as presumed."""
        return self._presumed.case.case

    @property
    def floor(self) -> Rating:
        """The rating that is established."""
        return worst(family.floor for family in self.families.values())

    @property
    def presumed(self) -> Rating:
        """The rating that a careful reader would give today, as the pack's presumptions have it."""
        return worst(self.presumed_families.values())

    @property
    def ceiling(self) -> Rating:
        """The rating that the open facts could still lead to."""
        return worst(family.ceiling for family in self.families.values())

    def readings(self, family: str | None = None) -> Readings:
        """Return the rating of the whole, or of a family, in its three readings."""
        if family is None:
            return Readings(self.floor, self.presumed, self.ceiling)
        bounds = self.families[family]
        return Readings(bounds.floor, self.presumed_families[family], bounds.ceiling)

    def rating(self, reading: Reading) -> Rating:
        """Return the overall rating in one reading."""
        if reading == "presumed":
            return self.presumed
        return self.floor if reading == "established" else self.ceiling

    @property
    def presumes(self) -> bool:
        """True where the pack has presumptions, so that the presumed rating is one of its own."""
        return bool(self.pack.presumptions)

    @property
    def headline(self) -> Rating:
        """The rating that stands first: the presumed one, or what is established without any."""
        return self.presumed

    @property
    def tested(self) -> tuple[int, int]:
        """How many of the applicable tests could be run on what is stated, and how many there are.

        Tests are risk and compound rules.
        """
        verdicts = [
            self.outcomes[rule.id].verdict for rule in self.pack.rules if rule.kind != "mitigating"
        ]
        applicable = [verdict for verdict in verdicts if verdict != "not_applicable"]
        return len(applicable) - applicable.count("unknown"), len(applicable)

    @property
    def untested(self) -> bool:
        """True where tests apply and none could be run: then nothing is rated."""
        run, applicable = self.tested
        return applicable > 0 and run == 0

    @cached_property
    def presumed_findings(self) -> tuple[tuple[Rule, Severity], ...]:
        """Rules that are flagged on presumption alone, or worse than is established, and how."""
        found = []
        for rule in self.pack.rules:
            severity = self.presumed_outcomes[rule.id].severity
            before = severity_number(self.outcomes[rule.id].severity)
            if severity is not None and severity_number(severity) > before:
                found.append((rule, severity))
        return tuple(found)

    def presumed_support(self, rule: Rule) -> frozenset[str]:
        """Return the facts that decided why a rule is flagged on presumption."""
        families = self.pack.compiled.families

        def flags(node: s.Flagged | s.FlaggedIn) -> tuple[Truth, tuple[str, ...]]:
            return flag_truth(node, self.presumed_outcomes, families), ()

        evaluator = self.pack.evaluator(self.presumed_case).with_flags(flags)
        traces = [evaluator.trace(level) for _, level in reversed(rule.levels)]
        decisive = next((trace for trace in traces if trace.truth is True), None)
        parts = support(decisive) if decisive is not None else []
        return frozenset(leaf.path for part in parts for leaf in part.leaves)

    @cached_property
    def presumptions_used(self) -> tuple[PresumedFact, ...]:
        """The presumptions about facts that a test which applies could not find."""
        sought = {owner_of(path) for finding in self.findings for path in finding.missing}
        return tuple(fact for fact in self.presumptions if fact.path in sought)

    @cached_property
    def carrying(self) -> tuple[Carrying, ...]:
        """The presumptions of which each alone carries the rating, overall or of a family.

        They come in the order of how far the rating falls without them, then of the catalogue.
        """
        presumed = self.presumed_families
        if all(rank(presumed[name]) <= rank(one.floor) for name, one in self.families.items()):
            return ()
        found = []
        for fact in self.presumptions_used:
            left = self.presume(frozenset([fact.path])).families
            families = tuple(n for n, rating in left.items() if rank(rating) < rank(presumed[n]))
            if families:
                found.append(Carrying(fact, worst(left.values()), families))
        return tuple(sorted(found, key=lambda one: (rank(one.without), -len(one.families))))

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """One finding for every rule, in the order of the pack."""
        return tuple(self.builder.build(rule.id) for rule in self.pack.rules)

    def finding(self, rule_id: str) -> Finding:
        """Return the finding of one rule; KeyError where the pack has no such rule."""
        return self.builder.build(rule_id)

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """The states that take part in the deal, as `parties` names them."""
        named = [country for country, role in self.case.participants if role not in _NO_PART]
        return tuple(dict.fromkeys(named))

    def references(self, rule: Rule) -> tuple[Applied, ...]:
        """Return the references of a rule with what each is to this deal.

        Law stands first, and of it the constitutions of the deal's own parties.
        """
        day, known = self.case.as_of, self.pack.constitutions
        inward = [subject for subject in rule.own_law if subject not in OUTWARD]
        outward = [subject for subject in rule.own_law if subject in OUTWARD]
        articles = (
            *known.on(inward, self.case.recipients, day),
            *known.on(outward, self.case.senders, day),
        )
        own = tuple(Applied(one.reference, "law", (one.country,)) for one in articles)
        named = [
            self.pack.laws.apply(reference, self.countries, self.case.as_of)
            for reference in rule.references
        ]
        return (*own, *sorted(named, key=lambda one: STANDINGS.index(one.standing)))

    def counts(self, family: str) -> dict[str, int]:
        """Return how many rules of a family have each verdict."""
        verdicts = [
            self.outcomes[rule.id].verdict for rule in self.pack.rules if rule.family == family
        ]
        return {verdict: verdicts.count(verdict) for verdict in VERDICTS}

    def family_confidence(self, family: str) -> Confidence | None:
        """Return the lowest confidence of the findings that make a family's floor."""
        counted = self.families[family].counted
        if counted is None:
            return None
        worst_enough = SEVERITIES[SEVERITIES.index(counted) :]
        levels = [
            finding.confidence
            for finding in self.findings
            if finding.rule.family == family
            and finding.severity in worst_enough
            and finding.confidence is not None
        ]
        return min(levels, key=CONFIDENCE_ORDER.index, default=None)
