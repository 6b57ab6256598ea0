"""One case followed through a stream of dated events."""

from convenio.scenarios.monitor.monitor import Monitor
from convenio.scenarios.monitor.observation import Observation, Refusal

__all__ = ["Monitor", "Observation", "Refusal"]
