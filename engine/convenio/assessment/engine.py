"""Tests cases against one pack: the one way from a case to its assessment."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from convenio.assessment.assessment import Assessment
from convenio.assessment.finding import FindingBuilder
from convenio.assessment.presumed import PresumedReading, presumed_case
from convenio.assessment.rating import FamilyRater, FamilyRating, is_assessed, without_tests
from convenio.assessment.support import PackSupport
from convenio.backends import durable, reference
from convenio.backends.durable import DurableEngine
from convenio.backends.outcome import Outcome, decode, encode
from convenio.errors import EngineError, UsageError
from convenio.facts.case import Case
from convenio.language.evaluate import Evaluator
from convenio.language.truth import CODE_OF, TRUTH_OF
from convenio.messages import say
from convenio.packs.made_once import MadeOnce
from convenio.packs.pack import Pack
from convenio.packs.rule import Rule

if TYPE_CHECKING:
    from convenio.backends.python.conditions import Conditions
    from convenio.backends.python.rules import Inference as CompiledInference

Inference = Literal["auto", "durable_rules", "reference"]

COMPILE_AFTER = 10
"""Cases that are evaluated as they are before the pack is compiled, which takes as long."""


class _Inferred(NamedTuple):
    """What the reference found: codes of the fact atoms and of the outcomes."""

    facts: bytes
    outcomes: bytes
    evaluator: Evaluator | None


@dataclass(frozen=True)
class _Compiled:
    conditions: Conditions
    inference: CompiledInference


def _by_family(pack: Pack) -> dict[str, list[Rule]]:
    return {family: [r for r in pack.rules if r.family == family] for family in pack.families}


def _order_of(pack: Pack) -> tuple[str, ...]:
    """Return the rules in the order in which the codes of their outcomes stand."""
    return tuple(rule.id for rules in _by_family(pack).values() for rule in rules)


def _compile(pack: Pack) -> _Compiled:
    from convenio.backends.python.conditions import compile_conditions
    from convenio.backends.python.rules import compile_inference

    compiled = pack.compiled
    atoms = [compiled.atoms[atom] for atom in compiled.fact_atoms]
    return _Compiled(
        compile_conditions(atoms, pack.currency), compile_inference(compiled, _order_of(pack))
    )


# Kept with the pack, since engines of one pack are often made anew.
_FUNCTIONS = MadeOnce(_compile)
_SUPPORTS = MadeOnce(lambda pack: PackSupport(pack.compiled, pack.catalogue))


class Engine:
    """Tests cases against one pack; reusable, and safe to share between threads.

    With "auto", durable_rules infers where it is installed, and the reference checks it; where it
    is not (Python 3.13 and later) the reference infers alone, and the assessments say so.

    Raises UsageError where durable_rules is asked for and not installed.

    >>> from convenio import load_case, load_pack
    >>> pack = load_pack("core")
    >>> engine = Engine(pack, "reference")
    >>> engine.assess(load_case("us-colombia-dca-2009", pack)).inference
    'reference'
    """

    def __init__(self, pack: Pack, inference: Inference = "auto") -> None:
        self.pack = pack
        """The pack that cases are tested against."""
        self.inference = chosen(inference)
        """The name of the engine that infers: "durable_rules" or "reference"."""
        grouped = _by_family(pack)
        self.order = _order_of(pack)
        """The rules in the order in which the codes of their outcomes stand."""
        starts = itertools.accumulate((len(rules) for rules in grouped.values()), initial=0)
        self._raters = {
            family: FamilyRater(pack.policy, rules, start)
            for (family, rules), start in zip(grouped.items(), starts, strict=False)
        }
        self._supports = _SUPPORTS.of(pack)
        self._durable = DurableEngine(pack.compiled) if self.inference == durable.NAME else None
        self._lock = threading.Lock()
        self._compiled: _Compiled | None = None
        self._uncompiled = 0

    def assess(self, case: Case) -> Assessment:
        """Return the assessment of a case.

        Raises EngineError where the two engines disagree or one fails: then there is no verdict.
        """
        inferred = self._infer(case)
        if self._durable is not None:
            self._check(case, inferred)
        return self._assessment(case, inferred)

    def _check(self, case: Case, inferred: _Inferred) -> None:
        """Let durable_rules infer too; raises EngineError where it finds something else."""
        assert self._durable is not None
        outcomes = self._durable.infer(self._truths(inferred.facts))
        _compare(case, decode(inferred.outcomes, self.order), outcomes)

    def assess_from(self, case: Case, truths: bytes) -> Assessment:
        """Return the assessment of a case of which the truths of the fact atoms are known.

        The reference infers alone, compiled. `truths` are as `truths(case)` gives them; that they
        are those of the case is for the caller to see to.
        """
        self.compile()
        assert self._compiled is not None
        return self._assessment(case, _Inferred(truths, self._compiled.inference(truths), None))

    def truths(self, case: Case) -> bytes:
        """Return the truths of the pack's fact atoms, in their order, as `language.truth` codes."""
        return self._infer(case).facts

    def ratings(self, truths: bytes) -> tuple[bytes, dict[str, FamilyRating]]:
        """Return the codes of the rules' outcomes, and the families' ratings, for such truths."""
        self.compile()
        assert self._compiled is not None
        outcomes = self._compiled.inference(truths)
        return outcomes, self.rate(outcomes)

    def rate(self, outcomes: bytes) -> dict[str, FamilyRating]:
        """Return the families' ratings for the codes of the rules' outcomes, family by family."""
        found = {family: rater.rate(outcomes) for family, rater in self._raters.items()}
        if any(rater.tested(outcomes) for rater in self._raters.values()):
            return found
        return without_tests(found)

    def assess_many(
        self, cases: Iterable[Case], processes: int | None = None
    ) -> Iterator[Assessment]:
        """Return the assessments of cases, in their order, each made when it is asked for.

        `cases` may be endless: it is read no further ahead than each process needs, and nothing
        is kept of what was given out. With `processes` greater than 1, durable_rules infers in so
        many processes, started as `multiprocessing` is set to start them (where that is not by
        forking, the calling script needs its `if __name__ == "__main__":`). The reference takes
        less time for a case than handing it to a process would, and stays in this one.

        Raises UsageError where `processes` is less than 1, EngineError as `assess` does.

        >>> from convenio import load_case, load_pack
        >>> pack = load_pack("core")
        >>> names = ["us-colombia-dca-2009", "panamax-2014"]
        >>> found = Engine(pack).assess_many(load_case(name, pack) for name in names)
        >>> [assessment.case.id for assessment in found]
        ['us-colombia-dca-2009', 'panamax-2014']
        """
        if processes is not None and processes < 1:
            raise UsageError(say("processes is 1 or more, not {processes}", processes=processes))
        if processes in (None, 1) or self._durable is None:
            return map(self.assess, cases)
        return self._assess_in_processes(cases, processes or 1)

    def compile(self) -> Engine:
        """Compile the pack now, not after the first few cases; return the engine itself.

        Worth its time where many cases are to come, or where each is waited for.
        """
        with self._lock:
            if self._compiled is None:
                self._compiled = _FUNCTIONS.of(self.pack)
        return self

    def _infer(self, case: Case) -> _Inferred:
        """Let the reference infer: as it is written for the first cases, compiled from then on."""
        if self._compiled is None and self._uncompiled >= COMPILE_AFTER:
            self.compile()
        if self._compiled is not None:
            facts = self._compiled.conditions(case)
            return _Inferred(bytes(facts), self._compiled.inference(facts), None)
        self._uncompiled += 1
        compiled = self.pack.compiled
        evaluator = self.pack.evaluator(case)
        truths = {atom: evaluator.trace(compiled.atoms[atom]).truth for atom in compiled.fact_atoms}
        outcomes = reference.infer(compiled, truths)
        codes = bytes(CODE_OF[truth] for truth in truths.values())
        return _Inferred(codes, encode(outcomes, self.order), evaluator)

    def _assess_in_processes(self, cases: Iterable[Case], processes: int) -> Iterator[Assessment]:
        from convenio.backends.durable.workers import infer_in_processes

        inferred = ((case, self._infer(case)) for case in cases)
        items = (((case, found), found.facts) for case, found in inferred)
        for (case, found), codes in infer_in_processes(
            self.pack.compiled, self.order, items, processes
        ):
            if codes != found.outcomes:
                _compare(case, decode(found.outcomes, self.order), decode(codes, self.order))
            yield self._assessment(case, found)

    def _truths(self, facts: bytes) -> dict[int, bool | None]:
        return dict(
            zip(self.pack.compiled.fact_atoms, map(TRUTH_OF.__getitem__, facts), strict=True)
        )

    def _assessment(self, case: Case, inferred: _Inferred) -> Assessment:
        outcomes = decode(inferred.outcomes, self.order)
        families = self.rate(inferred.outcomes)
        builder = FindingBuilder(
            case, self.pack, outcomes, inferred.facts, self._supports, inferred.evaluator
        )
        return Assessment(
            case=case,
            pack=self.pack,
            inference=self.inference,
            outcomes=outcomes,
            families=families,
            builder=builder,
            presume=partial(self._presume, case, outcomes, families),
        )

    def _presume(
        self,
        case: Case,
        outcomes: Mapping[str, Outcome],
        families: Mapping[str, FamilyRating],
        leave_out: frozenset[str],
    ) -> PresumedReading:
        """Infer what is established of the case with its presumptions made, some left out.

        durable_rules checks the presumed reading; what a single presumption carries rests on the
        reference alone.
        """
        if leave_out:
            # Each presumption is left out in its turn, so that many inferences follow.
            self.compile()
        presumed = presumed_case(case, self.pack, leave_out, self._compiled is not None)
        if presumed.facts:
            found = self._infer(presumed.case)
            if self._durable is not None and not leave_out:
                self._check(presumed.case, found)
            outcomes = decode(found.outcomes, self.order)
            # Of what no test could be run, nothing is rated on presumptions alone.
            families = self.rate(found.outcomes) if is_assessed(families) else families
        return PresumedReading(
            presumed, outcomes, {name: rating.floor for name, rating in families.items()}
        )


def chosen(inference: Inference) -> str:
    """Return the name of the engine that infers.

    Raises UsageError where durable_rules is asked for and not installed.
    """
    if inference == "reference":
        return reference.NAME
    if durable.available():
        return durable.NAME
    if inference == "durable_rules":
        raise UsageError(say("durable_rules is not installed; it needs Python 3.11 or 3.12"))
    return reference.NAME


def _compare(case: Case, expected: Mapping[str, Outcome], inferred: Mapping[str, Outcome]) -> None:
    for rule, outcome in expected.items():
        if inferred.get(rule) != outcome:
            raise EngineError(
                say(
                    "{id}: the engines disagree on {rule}: the reference says "
                    "{outcome}, durable_rules says {get}; no verdict is given",
                    id=case.id,
                    rule=rule,
                    outcome=outcome,
                    get=inferred.get(rule),
                )
            )
