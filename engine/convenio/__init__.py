"""Convenio tests proposed military-cooperation deals against declarative rules.

>>> import convenio
>>> pack = convenio.load_pack("core")
>>> case = convenio.load_case("us-colombia-dca-2009", pack)
>>> convenio.assess(case, pack).case.title == case.title
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from convenio.messages import say
from convenio.presentation import Presenter, present_with
from convenio.version import __version__

if TYPE_CHECKING:
    from convenio.assessment import Assessment, Engine, Finding, assess, load_case
    from convenio.assessment.frame import (
        AssessedFrame,
        FrameWarning,
        assess_frame,
        explain_frame,
        frame_columns,
    )
    from convenio.facts.case import Case
    from convenio.packs import Pack, load_pack
    from convenio.reports.html import render_brief
    from convenio.reports.tables import findings_table
    from convenio.scenarios.answers import Questions, questions
    from convenio.scenarios.compare import Comparison, compare
    from convenio.scenarios.exact import ExactRange, exact_range
    from convenio.scenarios.monitor import Monitor, Observation, Refusal
    from convenio.scenarios.remedies import Remedies, frontier, remedies
    from convenio.scenarios.sensitivity import Sensitivity, sensitivity
    from convenio.scenarios.simulate import Simulation, simulate

# Imported when first used, so that `convenio --help` starts at once.
_PUBLIC = {
    "AssessedFrame": "convenio.assessment.frame",
    "Assessment": "convenio.assessment",
    "Engine": "convenio.assessment",
    "Finding": "convenio.assessment",
    "FrameWarning": "convenio.assessment.frame",
    "assess": "convenio.assessment",
    "assess_frame": "convenio.assessment.frame",
    "explain_frame": "convenio.assessment.frame",
    "frame_columns": "convenio.assessment.frame",
    "load_case": "convenio.assessment",
    "Case": "convenio.facts.case",
    "Pack": "convenio.packs",
    "load_pack": "convenio.packs",
    "findings_table": "convenio.reports.tables",
    "render_brief": "convenio.reports.html",
    "Comparison": "convenio.scenarios.compare",
    "compare": "convenio.scenarios.compare",
    "ExactRange": "convenio.scenarios.exact",
    "exact_range": "convenio.scenarios.exact",
    "Monitor": "convenio.scenarios.monitor",
    "Observation": "convenio.scenarios.monitor",
    "Refusal": "convenio.scenarios.monitor",
    "Questions": "convenio.scenarios.answers",
    "questions": "convenio.scenarios.answers",
    "Remedies": "convenio.scenarios.remedies",
    "frontier": "convenio.scenarios.remedies",
    "remedies": "convenio.scenarios.remedies",
    "Sensitivity": "convenio.scenarios.sensitivity",
    "sensitivity": "convenio.scenarios.sensitivity",
    "Simulation": "convenio.scenarios.simulate",
    "simulate": "convenio.scenarios.simulate",
}

__all__ = [
    "AssessedFrame",
    "Assessment",
    "Case",
    "Comparison",
    "Engine",
    "ExactRange",
    "Finding",
    "FrameWarning",
    "Monitor",
    "Observation",
    "Pack",
    "Questions",
    "Refusal",
    "Remedies",
    "Sensitivity",
    "Simulation",
    "__version__",
    "assess",
    "assess_frame",
    "compare",
    "exact_range",
    "explain_frame",
    "findings_table",
    "frame_columns",
    "frontier",
    "load_case",
    "load_pack",
    "questions",
    "remedies",
    "render_brief",
    "sensitivity",
    "simulate",
]


def _presenter() -> Presenter:
    """Return what presents results, read when the first is shown."""
    from convenio.reports import presenter

    return presenter


present_with(_presenter)


def __getattr__(name: str) -> Any:
    if name in _PUBLIC:
        try:
            module = importlib.import_module(_PUBLIC[name])
        except ModuleNotFoundError as fault:
            if fault.name not in ("narwhals", "polars"):
                raise
            from convenio.errors import UsageError

            raise UsageError(
                say("{name} needs more: pip install 'convenio[frames]'", name=name)
            ) from None
        return getattr(module, name)
    raise AttributeError(f"module 'convenio' has no attribute '{name}'")
