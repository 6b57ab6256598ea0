"""Tests a case against a pack."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from convenio.assessment.assessment import Assessment
from convenio.assessment.finding import FindingBuilder
from convenio.assessment.rating import rate_family
from convenio.backends import durable, reference
from convenio.backends.durable import DurableEngine
from convenio.backends.outcome import Outcome, flag_truth
from convenio.errors import EngineError, UsageError
from convenio.facts.case import Case
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator
from convenio.language.truth import Truth
from convenio.packs.pack import Pack

Inference = Literal["auto", "durable_rules", "reference"]


def assess(case: Case, pack: Pack, inference: Inference = "auto") -> Assessment:
    """Return the assessment of a case.

    With "auto", durable_rules infers where it is installed, and the reference checks it; where it
    is not (Python 3.13 and later) the reference infers alone, and the assessment says so.

    Raises EngineError where the two disagree or the engine fails: then there is no verdict.

    >>> from convenio import load_case, load_pack
    >>> pack = load_pack("core")
    >>> assess(load_case("us-colombia-dca-2009", pack), pack).case.id
    'us-colombia-dca-2009'
    """
    compiled = pack.compiled
    evaluator = Evaluator(case, pack.currency, pack.guards)
    truths: dict[int, Truth] = {
        atom: evaluator.trace(compiled.atoms[atom]).truth for atom in compiled.fact_atoms
    }
    outcomes = reference.infer(compiled, truths)
    used = _choose(inference)
    if used == durable.NAME:
        _compare(case, outcomes, _engine(pack).infer(truths))

    def read_flag(node: s.Flagged | s.FlaggedIn) -> tuple[Truth, tuple[str, ...]]:
        truth = flag_truth(node, outcomes, compiled.families)
        if isinstance(node, s.Flagged):
            return truth, (node.rule,)
        members = compiled.families.get(node.family, ())
        if truth is False:
            return truth, tuple(members)
        return truth, tuple(m for m in members if outcomes[m].flagged(node.severity) is truth)

    return Assessment(
        case=case,
        pack=pack,
        inference=used,
        outcomes=outcomes,
        families={family: rate_family(pack, family, outcomes) for family in pack.families},
        builder=FindingBuilder(case, pack, outcomes, evaluator.with_flags(read_flag)),
    )


def _choose(inference: Inference) -> str:
    if inference == "reference":
        return reference.NAME
    if durable.available():
        return durable.NAME
    if inference == "durable_rules":
        raise UsageError("durable_rules is not installed; it needs Python 3.11 or 3.12")
    return reference.NAME


def _engine(pack: Pack) -> DurableEngine:
    engine: DurableEngine | None = pack.__dict__.get("_durable_engine")
    if engine is None:
        engine = DurableEngine(pack.compiled)
        pack.__dict__["_durable_engine"] = engine
    return engine


def _compare(case: Case, expected: Mapping[str, Outcome], inferred: Mapping[str, Outcome]) -> None:
    for rule, outcome in expected.items():
        if inferred.get(rule) != outcome:
            raise EngineError(
                f"{case.id}: the engines disagree on {rule}: the reference says {outcome}, "
                f"durable_rules says {inferred.get(rule)}; no verdict is given"
            )
