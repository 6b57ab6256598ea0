"""What a case file can't well state together: the `checks` of a catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from convenio.errors import Problem
from convenio.facts.catalogue import Catalogue
from convenio.language import syntax as s
from convenio.language.types import Scope
from convenio.packs.conditions import read_condition


@dataclass(frozen=True, slots=True)
class Check:
    """A condition that is true of a case file only where something in it wants explaining."""

    condition: s.Expression
    says: str


def read_checks(catalogue: Catalogue, problems: list[Problem]) -> tuple[Check, ...]:
    """Parse and type the checks of a catalogue; what is wrong goes to `problems`."""
    scope = Scope(catalogue, flags_allowed=False)
    checks: list[Check] = []
    for number, declared in enumerate(catalogue.checks):
        where = f"checks[{number}].when"
        condition = read_condition(declared.when, declared.position, where, scope, problems)
        if condition is not None:
            checks.append(Check(condition, declared.says))
    return tuple(checks)
