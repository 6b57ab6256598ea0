"""Which changes of negotiable terms would bring the rating down."""

from convenio.scenarios.remedies.negotiation import Remedies, Remedy
from convenio.scenarios.remedies.search import frontier, remedies

__all__ = ["Remedies", "Remedy", "frontier", "remedies"]
