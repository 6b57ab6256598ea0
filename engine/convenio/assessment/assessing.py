"""Tests a case against a pack."""

from __future__ import annotations

from convenio.assessment.assessment import Assessment
from convenio.assessment.engine import Engine, Inference, chosen
from convenio.facts.case import Case
from convenio.packs.made_once import MadeOnce
from convenio.packs.pack import Pack


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
    return _engine(pack, inference).assess(case)


def _engine(pack: Pack, inference: Inference) -> Engine:
    """Return the engine that a pack keeps for itself, so that it is made once."""
    engines = _ENGINES.of(pack)
    name = chosen(inference)
    if name not in engines:
        engines[name] = Engine(pack, inference)
    return engines[name]


_ENGINES: MadeOnce[dict[str, Engine]] = MadeOnce(lambda _pack: {})
