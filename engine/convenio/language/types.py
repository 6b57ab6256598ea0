"""Checks a condition against the fact catalogue before anything is evaluated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sized
from dataclasses import dataclass, field
from typing import Literal

from convenio.errors import Position, Problem, nearest_name
from convenio.facts.catalogue import Catalogue, FactDeclaration, FactType
from convenio.language import syntax as s
from convenio.language.functions import FUNCTIONS, ParameterKind
from convenio.messages import say

AS_OF = "as_of"

Kind = Literal[
    "bool", "number", "money", "date", "enum", "set", "text", "country", "place", "list", "broken"
]


@dataclass(frozen=True, slots=True)
class ExpressionType:
    """The type of an expression.

    `unit` is a sorted tuple of (unit, exponent); None stands for a bare number, which fits any
    unit. `literal` is the value where it is written in the condition.
    """

    kind: Kind
    unit: tuple[tuple[str, int], ...] | None = None
    members: tuple[str, ...] = ()
    element: str = ""
    literal: s.LiteralValue | None = None

    def __str__(self) -> str:
        if self.kind == "set":
            return f"set of {self.element}"
        if self.kind == "number" and self.unit:
            return "number in " + _unit_text(self.unit)
        return "yes or no" if self.kind == "bool" else self.kind


_PARAMETERS: Mapping[ParameterKind, Kind] = {"date": "date", "text": "text", "place": "place"}
"""What parameters that take one value expect."""

_BROKEN = ExpressionType("broken")
_BOOL = ExpressionType("bool")


@dataclass(frozen=True)
class Scope:
    """What names mean: the catalogue, the rules and families that `flagged` may name."""

    catalogue: Catalogue
    severities: tuple[str, ...] = ("low", "medium", "high", "critical")
    rules: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    flags_allowed: bool = True


@dataclass
class _Check:
    scope: Scope
    path: str
    before: Sized = ()
    problems: list[Problem] = field(default_factory=list)

    @property
    def told(self) -> Sized:
        """The problems that will be shown before the next one, as `nearest_name` asks."""
        return max(self.before, self.problems, key=len)

    def fault(
        self,
        position: Position,
        message: str,
        expected: str = "",
        found: str = "",
        nearest: str = "",
    ) -> ExpressionType:
        self.problems.append(Problem(position, self.path, message, expected, found, nearest))
        return _BROKEN

    # --- conditions ----------------------------------------------------------------------

    def condition(self, node: s.Expression, bound: Mapping[str, str]) -> None:
        """Check that a node is true or false, and everything inside it."""
        kind = self.type_of(node, bound).kind
        if kind not in ("bool", "broken"):
            self.fault(node.position, say("a condition is expected"), say("yes or no"), kind)

    def type_of(self, node: s.Expression, bound: Mapping[str, str]) -> ExpressionType:
        match node:
            case s.Literal(value):
                return _literal_type(value)
            case s.Path(path):
                return self._path(node, path)
            case s.Field():
                return self._field(node, bound)
            case s.Arithmetic():
                return self._arithmetic(node, bound)
            case s.Call():
                return self._call(node, bound)
            case s.Compare():
                return self._compare(node, bound)
            case s.In():
                return self._in(node, bound)
            case s.Count() | s.Sum() | s.Quantified():
                return self._quantifier(node, bound)
            case s.Choices():
                return self.fault(node.position, say("a list stands only after 'in'"))
            case _:
                return self._boolean(node, bound)

    def _boolean(self, node: s.Expression, bound: Mapping[str, str]) -> ExpressionType:
        match node:
            case s.Not(operand):
                self.condition(operand, bound)
            case s.And(operands) | s.Or(operands) | s.AtLeast(_, operands):
                for operand in operands:
                    self.condition(operand, bound)
            case s.Flagged(rule, severity):
                self._flagged(node, rule, self.scope.rules, "rule", bound)
                self._severity(node, severity)
            case s.FlaggedIn(family, severity):
                self._flagged(node, family, self.scope.families, "family", bound)
                self._severity(node, severity)
        return _BOOL

    # --- names ---------------------------------------------------------------------------

    def _path(self, node: s.Path, path: str) -> ExpressionType:
        if path == AS_OF:
            return ExpressionType("date")
        declaration = self.scope.catalogue.facts.get(path)
        if declaration is None:
            nearest = self.scope.catalogue.nearest(path, self.told)
            return self.fault(
                node.position, say("no such fact in the catalogue"), found=path, nearest=nearest
            )
        return _fact_type(declaration)

    def _field(self, node: s.Field, bound: Mapping[str, str]) -> ExpressionType:
        record = self.scope.catalogue.records.get(bound.get(node.variable, ""))
        if record is None:
            return _BROKEN
        declaration = record.get(node.name)
        if declaration is None:
            return self.fault(
                node.position,
                say("the element has no such field"),
                found=f"{node.variable}.{node.name}",
                nearest=nearest_name(node.name, record, self.told),
            )
        return _fact_type(declaration)

    def _flagged(
        self,
        node: s.Flagged | s.FlaggedIn,
        name: str,
        known: frozenset[str],
        what: str,
        bound: Mapping[str, str],
    ) -> None:
        if bound:
            self.fault(node.position, say("flagged(…) may not stand inside any, all, count or sum"))
        if not self.scope.flags_allowed:
            self.fault(node.position, say("flagged(…) has no place here"))
        elif name not in known:
            self.fault(
                node.position,
                say("no such {what}", what=what),
                found=name,
                nearest=nearest_name(name, known, self.told),
            )

    def _severity(self, node: s.Flagged | s.FlaggedIn, severity: str | None) -> None:
        if severity is not None and severity not in self.scope.severities:
            nearest = nearest_name(severity, self.scope.severities)
            self.fault(node.position, say("no such severity"), found=severity, nearest=nearest)

    # --- values --------------------------------------------------------------------------

    def _expect(self, node: s.Expression, bound: Mapping[str, str], kind: Kind) -> None:
        found = self.type_of(node, bound)
        if kind == "date" and _is_date_text(found):
            return
        if found.kind not in (kind, "broken"):
            self.fault(node.position, say("wrong type"), f"a {kind}", str(found))

    def _arithmetic(self, node: s.Arithmetic, bound: Mapping[str, str]) -> ExpressionType:
        left, right = self.type_of(node.left, bound), self.type_of(node.right, bound)
        if "broken" in (left.kind, right.kind):
            return _BROKEN
        kinds = (left.kind, right.kind)
        if not set(kinds) <= {"number", "money"}:
            return self.fault(
                node.position,
                say("only numbers and money can be computed with"),
                found=f"{left}, {right}",
            )
        if node.operator in "+-":
            if kinds[0] != kinds[1]:
                return self.fault(node.position, say("money and numbers can't be added"))
            return self._same_unit(node, left, right)
        if node.operator == "*":
            if kinds == ("money", "money"):
                return self.fault(node.position, say("money can't be multiplied by money"))
            kind: Kind = "money" if "money" in kinds else "number"
            return ExpressionType(kind, _multiplied(left.unit, right.unit, 1))
        if kinds == ("number", "money"):
            return self.fault(node.position, say("a number can't be divided by money"))
        kind = "money" if kinds == ("money", "number") else "number"
        return ExpressionType(kind, _multiplied(left.unit, right.unit, -1))

    def _same_unit(
        self, node: s.Expression, left: ExpressionType, right: ExpressionType
    ) -> ExpressionType:
        if left.kind == "money":
            return ExpressionType("money")
        if left.unit is None or right.unit is None or left.unit == right.unit:
            return ExpressionType("number", left.unit if left.unit is not None else right.unit)
        return self.fault(
            node.position, say("units differ"), _unit_text(left.unit), _unit_text(right.unit)
        )

    def _no_findings(self, *sides: s.Expression) -> None:
        for part in (part for side in sides for part in s.walk(side)):
            if isinstance(part, s.Flagged | s.FlaggedIn):
                self.fault(part.position, say("flagged(…) is a condition; it can't be compared"))

    def _compare(self, node: s.Compare, bound: Mapping[str, str]) -> ExpressionType:
        self._no_findings(node.left, node.right)
        left, right = self.type_of(node.left, bound), self.type_of(node.right, bound)
        if "broken" in (left.kind, right.kind):
            return _BOOL
        ordered = node.operator not in ("==", "!=")
        kinds = {left.kind, right.kind}
        if kinds == {"number"}:
            self._same_unit(node, left, right)
        elif kinds in ({"money"}, {"date"}):
            pass
        elif kinds == {"money", "number"}:
            number = left if left.kind == "number" else right
            if number.unit:
                self.fault(node.position, say("money is compared with money or a bare number"))
        elif "date" in kinds and (_is_date_text(left) or _is_date_text(right)):
            pass
        elif ordered:
            self.fault(
                node.position,
                say("'{operator}' compares numbers, money and dates", operator=node.operator),
                found=f"{left} {node.operator} {right}",
            )
        else:
            self._equality(node, left, right)
        return _BOOL

    def _equality(self, node: s.Compare, left: ExpressionType, right: ExpressionType) -> None:
        for value, literal in ((left, right), (right, left)):
            single = value.kind not in ("set", "list", "place", "money")
            if literal.literal is not None and value.literal is None and single:
                self._member(node.position, value, literal)
                return
        comparable = left.kind == right.kind and left.kind in ("enum", "text", "country", "bool")
        if not comparable:
            self.fault(node.position, say("these can't be compared"), str(left), str(right))
        elif _apart(left, right):
            self.fault(node.position, say("these share no value"))

    def _member(self, position: Position, value: ExpressionType, literal: ExpressionType) -> None:
        """Check that a written value can equal a fact's."""
        word = literal.literal
        if value.kind == "enum" or value.element == "enum":
            if not isinstance(word, str) or word not in value.members:
                nearest = nearest_name(str(word), value.members, self.told)
                self.fault(position, say("not a value of this fact"), "", str(word), nearest)
        elif value.kind == "country" or value.element == "country":
            known = self.scope.catalogue.actors
            if word not in known:
                nearest = nearest_name(str(word), known, self.told)
                self.fault(position, say("no such country or organisation"), "", str(word), nearest)
        elif value.kind == "text":
            if not isinstance(word, str):
                self.fault(position, say("these can't be compared"), say("a text"), str(literal))
        elif value.kind != literal.kind:
            self.fault(position, say("these can't be compared"), str(value), str(literal))

    def _in(self, node: s.In, bound: Mapping[str, str]) -> ExpressionType:
        self._no_findings(node.item)
        item = self.type_of(node.item, bound)
        if isinstance(node.container, s.Choices):
            if item.kind in ("set", "list", "place", "money"):
                self.fault(node.position, say("a single value stands before 'in'"), found=str(item))
            elif item.kind != "broken":
                for value in node.container.values:
                    self._member(node.container.position, item, _literal_type(value))
            return _BOOL
        container = self.type_of(node.container, bound)
        if "broken" in (item.kind, container.kind):
            return _BOOL
        if container.kind != "set":
            self.fault(
                node.position,
                say("after 'in' stands a set or [a, b]"),
                say("a set"),
                str(container),
            )
        elif item.literal is not None:
            self._member(node.position, container, item)
        elif item.kind != container.element:
            self.fault(node.position, say("these can't be compared"), container.element, str(item))
        elif _apart(item, container):
            self.fault(node.position, say("these share no value"))
        return _BOOL

    def _call(self, node: s.Call, bound: Mapping[str, str]) -> ExpressionType:
        function = FUNCTIONS[node.function]
        sets: list[ExpressionType] = []
        for parameter, argument in zip(function.parameters, node.arguments, strict=True):
            if parameter.kind == "set":
                sets.append(self.type_of(argument, bound))
            elif parameter.kind == "fact":
                self.type_of(argument, bound)
                if argument == s.Path(AS_OF):
                    self.fault(
                        node.position,
                        say("{function}(…) asks about one fact", function=node.function),
                    )
            elif parameter.kind in _PARAMETERS:
                self._expect(argument, bound, _PARAMETERS[parameter.kind])
        if sets:
            self._same_members(node, sets)
        if function.is_number:
            return ExpressionType("number", ((function.unit, 1),) if function.unit else None)
        return _BOOL

    def _same_members(self, node: s.Call, sets: list[ExpressionType]) -> None:
        if any(side.kind == "broken" for side in sets):
            return
        first, *others = sets
        if any(side.kind != "set" for side in sets):
            self.fault(
                node.position, say("{function}(…) compares two sets", function=node.function)
            )
        elif any(side.element != first.element or _apart(first, side) for side in others):
            self.fault(node.position, say("these share no value"), *map(str, sets))

    def _quantifier(
        self, node: s.Count | s.Sum | s.Quantified, bound: Mapping[str, str]
    ) -> ExpressionType:
        inner = dict(bound)
        for binding in node.bindings:
            if binding.variable in self.scope.catalogue.section_names | {AS_OF}:
                self.fault(
                    binding.position,
                    say("this name is a section of the catalogue"),
                    "",
                    binding.variable,
                )
            source = self._path(s.Path(binding.path, binding.position), binding.path)
            if source.kind == "list":
                inner[binding.variable] = source.element
            elif source.kind != "broken":
                self.fault(
                    binding.position, say("not a list"), say("a list of records"), str(source)
                )
        if isinstance(node, s.Sum):
            if node.condition is not None:
                self.condition(node.condition, inner)
            body = self.type_of(node.body, inner)
            if body.kind not in ("number", "money", "broken"):
                self.fault(node.position, say("a sum takes numbers or money"), "", str(body))
            return body
        self.condition(node.body, inner)
        return _BOOL if isinstance(node, s.Quantified) else ExpressionType("number")


def check_condition(
    node: s.Expression, scope: Scope, path: str, before: Sized = ()
) -> list[Problem]:
    """Return everything that is wrong with the types of a condition; `path` names its place.

    `before` are the problems found elsewhere before (see `nearest_name`).
    """
    check = _Check(scope, path, before)
    check.condition(node, {})
    return check.problems


def _fact_type(declaration: FactDeclaration) -> ExpressionType:
    fact: FactType = declaration.type
    if fact.kind in ("integer", "number"):
        return ExpressionType("number", ((declaration.unit, 1),) if declaration.unit else None)
    if fact.kind == "list":
        return ExpressionType("list", element=fact.record)
    return ExpressionType(_KINDS[fact.kind], members=fact.members, element=fact.element)


_KINDS: Mapping[str, Kind] = {
    "bool": "bool",
    "money": "money",
    "date": "date",
    "enum": "enum",
    "set": "set",
    "text": "text",
    "country": "country",
    "place": "place",
}


def _literal_type(value: s.LiteralValue) -> ExpressionType:
    kind: Kind = (
        "bool" if isinstance(value, bool) else "text" if isinstance(value, str) else "number"
    )
    return ExpressionType(kind, literal=value)


def _apart(left: ExpressionType, right: ExpressionType) -> bool:
    """Return whether two enums, or sets of them, have no member in common."""
    return bool(left.members and right.members) and not set(left.members) & set(right.members)


def _is_date_text(found: ExpressionType) -> bool:
    if not isinstance(found.literal, str):
        return False
    try:
        dt.date.fromisoformat(found.literal)
    except ValueError:
        return False
    return True


def _multiplied(
    left: tuple[tuple[str, int], ...] | None, right: tuple[tuple[str, int], ...] | None, sign: int
) -> tuple[tuple[str, int], ...] | None:
    exponents: dict[str, int] = dict(left or ())
    for unit, exponent in right or ():
        exponents[unit] = exponents.get(unit, 0) + sign * exponent
    product = tuple(sorted((unit, power) for unit, power in exponents.items() if power))
    return product or (None if left is None and right is None else ())


def _unit_text(unit: tuple[tuple[str, int], ...]) -> str:
    if not unit:
        return "no unit"
    return " × ".join(name if power == 1 else f"{name}^{power}" for name, power in unit)
