"""Assessments: a case tested against a pack."""

from convenio.assessment.assessing import assess
from convenio.assessment.assessment import Assessment
from convenio.assessment.cases import load_case
from convenio.assessment.finding import Finding

__all__ = ["Assessment", "Finding", "assess", "load_case"]
