"""Which ratings complete answers really reach, found by the solver."""

from convenio.scenarios.exact.search import ExactRange, exact_range

__all__ = ["ExactRange", "exact_range"]
