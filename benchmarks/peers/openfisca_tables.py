"""OpenFisca-core over whole tables: one entity, a variable a fact, a formula a rule.

It knows no unknown: a fact that is missing has the default of its variable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .catalogue import FACTS, Fact
from .conditions import Among, And, Compare, Condition, Equals, Holds, Not, Or, flat_name
from .workload import SyntheticRule

if TYPE_CHECKING:
    import polars as pl

DISTRIBUTION = "openfisca-core"
PERIOD = "2009"
"""All variables hold for ever, but a formula must be asked for at some date."""

_COMPARISONS: Mapping[str, Callable[[Any, float], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
}


@dataclass(frozen=True, slots=True)
class System:
    """A tax and benefit system of these rules, and the enums of its facts by their paths."""

    system: Any
    enums: Mapping[str, Any]
    rules: tuple[str, ...]


def build(rules: Sequence[SyntheticRule]) -> System:
    """Return a system of these rules; ImportError where the library can't be imported."""
    from openfisca_core.entities import Entity
    from openfisca_core.indexed_enums import Enum
    from openfisca_core.taxbenefitsystems import TaxBenefitSystem

    entity = Entity("case", "cases", "A case", "")
    system = TaxBenefitSystem([entity])
    enums = {
        fact.path: Enum(flat_name(fact.path), list(fact.values)) for fact in FACTS if fact.values
    }
    for fact in FACTS:
        described = _described(fact, enums)
        system.add_variable(_variable(flat_name(fact.path), entity, **described))
    for rule in rules:
        formula = _formula(rule.condition, enums)
        system.add_variable(_variable(rule.id, entity, value_type=bool, formula=formula))
    return System(system, enums, tuple(rule.id for rule in rules))


def inputs(built: System, table: pl.DataFrame) -> dict[str, Any]:
    """Return the facts by variable, as arrays of the kinds that OpenFisca keeps them in."""
    from openfisca_core.indexed_enums import EnumArray
    from openfisca_core.indexed_enums.config import ENUM_ARRAY_DTYPE

    found: dict[str, Any] = {}
    for fact in FACTS:
        series = table[fact.path]
        if fact.kind == "enum":
            codes = series.to_physical().fill_null(0).to_numpy().astype(ENUM_ARRAY_DTYPE)
            found[flat_name(fact.path)] = EnumArray(codes, built.enums[fact.path])
        elif fact.kind == "bool":
            found[flat_name(fact.path)] = series.fill_null(False).to_numpy()
        else:
            found[flat_name(fact.path)] = series.fill_null(0).to_numpy().astype(np.float32)
    return found


def simulation(built: System, arrays: Mapping[str, Any]) -> Any:
    """Return a new simulation of cases that state these facts."""
    from openfisca_core.simulations import SimulationBuilder

    count = len(next(iter(arrays.values())))
    made = SimulationBuilder().build_default_simulation(built.system, count)
    for name, array in arrays.items():
        made.set_input(name, PERIOD, array)
    return made


def calculate(built: System, made: Any) -> dict[str, np.ndarray]:
    """Return one array of Booleans a rule; a simulation remembers them, so ask each only once."""
    return {name: made.calculate(name, PERIOD) for name in built.rules}


def _described(fact: Fact, enums: Mapping[str, Any]) -> dict[str, Any]:
    from openfisca_core.indexed_enums import Enum

    if fact.kind == "enum":
        values = enums[fact.path]
        return {"value_type": Enum, "possible_values": values, "default_value": next(iter(values))}
    return {"value_type": bool if fact.kind == "bool" else float}


def _variable(name: str, entity: Any, **attributes: Any) -> type:
    from openfisca_core.periods import DateUnit
    from openfisca_core.variables import Variable

    shared = {"entity": entity, "definition_period": DateUnit.ETERNITY}
    return type(name, (Variable,), {**shared, **attributes})


def _formula(condition: Condition, enums: Mapping[str, Any]) -> Callable[[Any, Any], Any]:
    def formula(case: Any, period: Any) -> Any:
        return _truth(condition, lambda path: case(flat_name(path), period), enums)

    return formula


def _truth(condition: Condition, read: Callable[[str], Any], enums: Mapping[str, Any]) -> Any:
    match condition:
        case Not(part):
            return ~_truth(part, read, enums)
        case And(parts):
            return np.logical_and.reduce([_truth(part, read, enums) for part in parts])
        case Or(parts):
            return np.logical_or.reduce([_truth(part, read, enums) for part in parts])
        case Compare(path, name, value):
            return _COMPARISONS[name](read(path), value)
        case Equals(path, value):
            return read(path) == enums[path][value]
        case Among(path, values):
            return np.logical_or.reduce([read(path) == enums[path][value] for value in values])
        case Holds(path):
            return read(path)
