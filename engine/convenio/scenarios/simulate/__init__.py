"""How likely each rating is where facts are uncertain."""

from convenio.scenarios.simulate.simulation import Simulation, simulate

__all__ = ["Simulation", "simulate"]
