"""Inference by forward chaining on durable_rules."""

from convenio.backends.durable.library import NAME, available
from convenio.backends.durable.rules import DurableEngine

__all__ = ["NAME", "DurableEngine", "available"]
