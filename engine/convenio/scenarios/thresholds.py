"""The numbers in the conditions of a rule: where they stand, and the rule with another number."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction

from convenio.facts.values import EARTH_RADIUS_KM, Place, chord_between
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator
from convenio.language.functions import FUNCTIONS
from convenio.language.rows import Rows
from convenio.packs.rule import Rule

MOVED = "threshold_that_moves"
"""Stands for the number in a condition; no fact can be called so, since it has no section."""


def conditions_of(rule: Rule) -> list[s.Expression]:
    """Return every condition of a rule."""
    levels = (level.condition for version in rule.versions for level in version.levels)
    return [rule.applies, *levels]


def with_conditions(rule: Rule, change: Callable[[s.Expression], s.Expression]) -> Rule:
    """Return a rule with each of its conditions changed."""
    versions = tuple(
        replace(
            version,
            levels=tuple(
                replace(level, condition=change(level.condition)) for level in version.levels
            ),
        )
        for version in rule.versions
    )
    return replace(rule, applies=change(rule.applies), versions=versions)


def numbers_of(rule: Rule) -> Iterator[s.Expression]:
    """Yield the parts of a rule that hold one number: comparisons, distances, `at_least`."""
    seen: set[s.Expression] = set()
    for condition in conditions_of(rule):
        for node in s.walk(condition):
            if node in seen:
                continue
            seen.add(node)
            compares = isinstance(node, s.Compare) and _literal(node) is not None
            # `at_least(1, …)` is an `or`: its number is no one's choice.
            counts = isinstance(node, s.AtLeast) and node.count > 1
            if compares or counts or _written_number(node) is not None:
                yield node


def _written_number(node: s.Expression) -> s.Literal | None:
    """Return the number that is written as an argument of a call, such as a distance."""
    if not isinstance(node, s.Call):
        return None
    written = [
        argument
        for parameter, argument in zip(
            FUNCTIONS[node.function].parameters, node.arguments, strict=True
        )
        if parameter.is_written and isinstance(argument, s.Literal)
    ]
    return next((one for one in written if isinstance(one.value, int | float)), None)


def _literal(node: s.Compare) -> s.Literal | None:
    """Return the one number of a comparison, in a product too; None where there is none."""
    found = [
        part
        for side in (node.left, node.right)
        for part in _arithmetic_parts(side)
        if isinstance(part, s.Literal)
        and isinstance(part.value, int | float)
        and not isinstance(part.value, bool)
        and part.value != 0
    ]
    return found[0] if len(found) == 1 else None


def _arithmetic_parts(node: s.Expression) -> Iterator[s.Expression]:
    yield node
    if isinstance(node, s.Arithmetic):
        yield from _arithmetic_parts(node.left)
        yield from _arithmetic_parts(node.right)


def number_in(node: s.Expression) -> float:
    """Return the number that a part of a rule holds."""
    if isinstance(node, s.AtLeast):
        return node.count
    literal = _literal(node) if isinstance(node, s.Compare) else _written_number(node)
    assert literal is not None
    return literal.value  # type: ignore[return-value]


def marked_in(condition: s.Expression, node: s.Expression) -> s.Expression:
    """Return a condition in which one part holds the number that moves."""
    if condition == node:
        return _with_mark(node)
    return s.rebuilt(condition, lambda part: marked_in(part, node))


def _with_mark(node: s.Expression) -> s.Expression:
    if isinstance(node, s.Compare):
        literal = _literal(node)

        def marked(part: s.Expression) -> s.Expression:
            if part is literal:
                return s.Path(MOVED)
            return s.rebuilt(part, marked) if isinstance(part, s.Arithmetic) else part

        return replace(node, left=marked(node.left), right=marked(node.right))
    if isinstance(node, s.Call):
        number = _written_number(node)
        moved = (s.Path(MOVED) if one is number else one for one in node.arguments)
        return replace(node, arguments=tuple(moved))
    # Counts are written into the node itself; a negative number marks them.
    assert isinstance(node, s.AtLeast)
    return replace(node, count=-1)


def with_number(condition: s.Expression, value: Fraction) -> s.Expression:
    """Return a condition with the number that moves at a value."""
    if isinstance(condition, s.Path) and condition.path == MOVED:
        return s.Literal(as_number(value))
    if isinstance(condition, s.AtLeast) and condition.count < 0:
        condition = replace(condition, count=max(1, math.ceil(value)))
    return s.rebuilt(condition, lambda part: with_number(part, value))


def as_number(number: Fraction) -> int | float:
    """Return a number as it would be written."""
    return int(number) if number.denominator == 1 else float(number)


def distances_of(condition: s.Expression, evaluator: Evaluator) -> Iterator[Fraction]:
    """Yield the distances between the places that a distance test compares."""

    def visit(node: s.Expression, rows: Rows) -> Iterator[Fraction]:
        if isinstance(node, s.Quantified | s.Count | s.Sum):
            for scope, _ in evaluator.combinations(node.bindings, rows):
                for part in s.children(node):
                    if not isinstance(part, s.Binding):
                        yield from visit(part, scope)
            return
        if isinstance(node, s.Call) and s.Path(MOVED) in node.arguments:
            places = [evaluator.value(side, rows) for side in node.arguments[:2]]
            if isinstance(places[0], Place) and isinstance(places[1], Place):
                chord = chord_between(places[0], places[1])
                yield Fraction(2 * EARTH_RADIUS_KM * math.asin(min(1.0, chord / 2)))
        for part in s.children(node):
            yield from visit(part, rows)

    yield from visit(condition, {})


def counts_of(condition: s.Expression) -> set[Fraction]:
    """Return every number of parts that an `at_least` could ask for."""
    return {
        Fraction(count)
        for node in s.walk(condition)
        if isinstance(node, s.AtLeast) and node.count < 0
        for count in range(1, len(node.operands) + 2)
    }
