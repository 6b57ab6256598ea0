"""Assessments: a case tested against a pack."""

from convenio.assessment.assessing import assess
from convenio.assessment.assessment import Assessment
from convenio.assessment.cases import load_case
from convenio.assessment.engine import Engine
from convenio.assessment.finding import Finding

__all__ = ["Assessment", "Engine", "Finding", "assess", "load_case"]
