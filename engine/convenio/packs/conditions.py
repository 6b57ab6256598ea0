"""Reads the conditions that stand beside the facts of a catalogue."""

from __future__ import annotations

from convenio.errors import Position, Problem
from convenio.language import syntax as s
from convenio.language.parser import SyntaxFaultError, parse
from convenio.language.types import Scope, check_condition


def read_condition(
    text: str, position: Position, where: str, scope: Scope, problems: list[Problem]
) -> s.Expression | None:
    """Parse and type a condition; what is wrong goes to `problems`. None where it can't be read."""
    try:
        condition = parse(text, position, where)
    except SyntaxFaultError as fault:
        problems.append(fault.problem)
        return None
    problems.extend(check_condition(condition, scope, where, problems))
    return condition
