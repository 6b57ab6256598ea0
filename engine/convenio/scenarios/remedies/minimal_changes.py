"""Every minimal set of changes that reaches a rating, found by the solver."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.assessment.cases import without_excluded
from convenio.assessment.finding import Finding
from convenio.backends.solver.conditions import Conditions
from convenio.backends.solver.logic import Bool, BooleanLogic
from convenio.backends.solver.ratings import Ratings
from convenio.facts.case import StatedFact, Value
from convenio.language.evaluate import Evaluator
from convenio.packs.policy import rank
from convenio.packs.rule import severity_number
from convenio.scenarios.changes import with_fact
from convenio.scenarios.remedies.negotiable_terms import NegotiableTerm, term_of
from convenio.scenarios.remedies.negotiable_values import values_of
from convenio.scenarios.remedies.negotiation import Negotiation, Obstacle, Remedy


class MinimalChanges:
    """Finds every minimal set of changes, by cost."""

    def __init__(self, search: Negotiation, z3: Any, max_changes: int | None) -> None:
        self._search = search
        self._z3 = z3
        combined = BooleanLogic(z3)
        case, pack = search.case, search.pack
        self._terms: dict[str, NegotiableTerm] = {
            path: term_of(values_of(path, search.finder, case, pack.currency), combined)
            for path in search.paths
        }
        self.conditions = Conditions(
            combined,
            search.finder.base,
            pack.currency,
            self._terms,
            pack.guards,
            self._evaluator_with,
        )
        self._ratings = Ratings(pack, self.conditions)
        self._solver = z3.Solver()
        self._solver.set("random_seed", 0)
        for path, term in self._terms.items():
            self._solver.add(*term.domain())
            excluded = self.conditions.excluded(path)
            if excluded is not False:
                self._solver.add(z3.Implies(term.changed, combined.negate(excluded)))
        self._changed = {path: term.changed for path, term in self._terms.items()}
        if max_changes is not None and self._changed:
            self._solver.add(z3.AtMost(*self._changed.values(), max_changes))
        self._target = combined.negate(self._ratings.above(search.wanted, search.side))

    def _evaluator_with(self, stated: Mapping[str, StatedFact | None]) -> Evaluator:
        case, pack = self._search.case, self._search.pack
        for path, fact in stated.items():
            if fact is not None:
                case = with_fact(case, path, fact)
        case = without_excluded(case, pack)
        return pack.evaluator(case)

    def run(self, limit: int | None) -> tuple[list[Remedy], bool]:
        """Return alternatives by rising cost, and whether there are no more."""
        z3, search, found = self._z3, self._search, list[Remedy]()
        if self._target is False:
            return [], True
        self._solver.add(self._target)
        weights = [(changed, search.cost(path)) for path, changed in self._changed.items()]
        for cost in itertools.count(1):
            if self._solver.check() == z3.unsat:
                return self._sorted(found), True
            if limit is not None and len(found) >= limit:
                return self._sorted(found), False
            found += self._of_cost(z3.PbLe(weights, cost))
        raise AssertionError

    def _of_cost(self, bound: Bool) -> list[Remedy]:
        """Return the alternatives within a cost; each is excluded from then on."""
        z3, found = self._z3, list[Remedy]()
        while self._solver.check(bound) == z3.sat:
            model = self._solver.model()
            paths = [
                path
                for path, changed in self._changed.items()
                if z3.is_true(model.eval(changed, model_completion=True))
            ]
            remedy = self._remedy(paths)
            if remedy is not None:
                found.append(remedy)
            self._solver.add(z3.Or([z3.Not(self._changed[path]) for path in paths]))
        return found

    def _sorted(self, found: Sequence[Remedy]) -> list[Remedy]:
        order = {path: place for place, path in enumerate(self._search.paths)}
        return sorted(
            found,
            key=lambda remedy: (
                remedy.cost,
                len(remedy.changes),
                [order[change.path] for change in remedy.changes],
            ),
        )

    # --- the nearest values ----------------------------------------------------------------

    def _remedy(self, paths: Sequence[str]) -> Remedy | None:
        """Return the changes of exactly these facts, to the nearest values that do.

        What the reference refutes is excluded, and the search goes on.
        """
        z3 = self._z3
        self._solver.push()
        try:
            for path, changed in self._changed.items():
                self._solver.add(changed if path in paths else z3.Not(changed))
            while self._solver.check() == z3.sat:
                self._solver.push()
                fixed = {path: self._nearest(self._terms[path]) for path in paths}
                self._solver.pop()
                remedy = self._search.remedy({path: value for path, (value, _) in fixed.items()})
                if remedy is not None:
                    return remedy
                self._solver.add(z3.Not(z3.And([chosen for _, chosen in fixed.values()])))
        finally:
            self._solver.pop()
        return None

    def _nearest(self, term: NegotiableTerm) -> tuple[Value, Bool]:
        """Fix a fact at the value nearest to the present one that is still possible."""
        found = term.nearest(self)
        self.require(found[1])
        return found

    def is_possible(self, test: Bool) -> bool:
        """Return whether a test may hold beside all that is required."""
        return bool(self._solver.check(test) == self._z3.sat)

    def require(self, test: Bool) -> None:
        """Look only at values for which a test holds, until the search goes back."""
        self._solver.add(test)

    # --- why nothing reaches the target ----------------------------------------------------

    def obstacles(self) -> tuple[Obstacle, ...]:
        """Return the findings that no change lowers, in families that stay above the target."""
        z3, search = self._z3, self._search
        fresh = z3.Solver()
        for term in self._terms.values():
            fresh.add(*term.domain())
        stuck = []
        for family, rating in search.searched.families.items():
            if rank(rating.floor if search.side == "floor" else rating.ceiling) <= search.wanted:
                continue
            for finding in _of_family(search.searched, family):
                severity = finding.severity if search.side == "floor" else finding.severity_ceiling
                if severity is None or severity == "low":
                    continue
                terms = self._ratings.rules[finding.rule.id]
                pair = terms.at_least(severity_number(severity))
                held = pair.certain if search.side == "floor" else pair.possible
                gone = self.conditions.logic.negate(held)
                if gone is False or (gone is not True and fresh.check(gone) == z3.unsat):
                    paths = tuple(leaf.path for leaf in finding.facts)
                    stuck.append(Obstacle(finding.rule.id, severity, paths))
        return tuple(stuck)


def _of_family(assessment: Assessment, family: str) -> list[Finding]:
    return [finding for finding in assessment.findings if finding.rule.family == family]
