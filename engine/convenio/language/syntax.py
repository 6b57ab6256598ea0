"""The syntax tree of a condition. Every node is frozen and compares by its meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Literal as Choice
from typing import get_args

from convenio.errors import Position

NOWHERE = Position("")

LiteralValue = bool | int | float | str
ComparisonOperator = Choice["==", "!=", "<", "<=", ">", ">="]
ArithmeticOperator = Choice["+", "-", "*", "/"]


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that is written in the condition."""

    value: LiteralValue
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Choices:
    """The list on the right of `in [...]`."""

    values: tuple[LiteralValue, ...]
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Path:
    """A fact of the case (`terms.duration_years`), or `as_of`."""

    path: str
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the element that a quantifier looks at (`e.category`)."""

    variable: str
    name: str
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left + right` and the like; a sign before a number is `0 - number`."""

    operator: ArithmeticOperator
    left: Expression
    right: Expression
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Compare:
    """One comparison. A chain `a < b < c` is read as `a < b and b < c`."""

    operator: ComparisonOperator
    left: Expression
    right: Expression
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class In:
    """`x in [...]` or `x in a_set`."""

    item: Expression
    container: Expression
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """`not x`."""

    operand: Expression
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class And:
    """`a and b and …`."""

    operands: tuple[Expression, ...]
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Or:
    """`a or b or …`."""

    operands: tuple[Expression, ...]
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`at_least(n, a, b, …)`: n of the conditions hold."""

    count: int
    operands: tuple[Expression, ...]
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """`days(a, b)` and the like: one of the functions of the table (language/functions.py)."""

    function: str
    arguments: tuple[Expression, ...]
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Binding:
    """`for e in incidents`."""

    variable: str
    path: str
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Quantified:
    """`any(… for e in xs)` and `all(… for e in xs)`, over one list or pairs."""

    word: Choice["any", "all"]
    body: Expression
    bindings: tuple[Binding, ...]
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Count:
    """`count(… for e in xs)`: for how many elements the condition holds."""

    body: Expression
    bindings: tuple[Binding, ...]
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Sum:
    """`sum(e.value for e in xs if …)`."""

    body: Expression
    bindings: tuple[Binding, ...]
    condition: Expression | None = None
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Flagged:
    """`flagged('SOV-001', 'high')`: that rule is flagged, with that severity or worse."""

    rule: str
    severity: str | None = None
    position: Position = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class FlaggedIn:
    """`flagged_in('transparency', 'high')`: a rule of that family is flagged so."""

    family: str
    severity: str
    position: Position = field(default=NOWHERE, compare=False)


Expression = (
    Literal
    | Choices
    | Path
    | Field
    | Arithmetic
    | Call
    | Compare
    | In
    | Not
    | And
    | Or
    | AtLeast
    | Quantified
    | Count
    | Sum
    | Flagged
    | FlaggedIn
)

Connective = Not | And | Or | AtLeast
"""What joins conditions to a condition; everything else that is true or false is an atom."""

TRUE = Literal(True)


_CLASSES: tuple[type, ...] = get_args(Expression)
_PARTS: dict[type, tuple[str, ...]] = {
    kind: tuple(part.name for part in fields(kind) if part.name != "position") for kind in _CLASSES
}


def children(node: Expression) -> Iterator[Expression]:
    """Yield the expressions directly inside a node."""
    for name in _PARTS[type(node)]:
        value = getattr(node, name)
        if type(value) in _PARTS:
            yield value
        elif type(value) is tuple:
            yield from (item for item in value if type(item) in _PARTS)


def walk(node: Expression) -> Iterator[Expression]:
    """Yield a node and everything inside it."""
    yield node
    for child in children(node):
        yield from walk(child)


def renamed(node: Expression, names: Mapping[str, str]) -> Expression:
    """Return a condition in which bound variables have other names.

    >>> unparse(renamed(Field("a", "live"), {"a": "activity"}))
    'activity.live'
    """
    if isinstance(node, Field):
        return replace(node, variable=names.get(node.variable, node.variable))
    if isinstance(node, Quantified | Count | Sum):
        own = {binding.variable for binding in node.bindings}
        names = {old: new for old, new in names.items() if old not in own}
    return rebuilt(node, lambda part: renamed(part, names))


def rebuilt(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return a node with each expression directly inside it changed; the same where none is."""
    changed: dict[str, object] = {}
    for name in _PARTS[type(node)]:
        value = getattr(node, name)
        if type(value) in _PARTS:
            new: object = change(value)
            if new is not value:
                changed[name] = new
        elif type(value) is tuple and value and type(value[0]) in _PARTS:
            items = tuple(change(item) for item in value)
            if any(new is not old for new, old in zip(items, value, strict=True)):
                changed[name] = items
    return replace(node, **changed) if changed else node  # type: ignore[arg-type]


def rewritten(node: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return a condition in which every part was handed to `change`, the innermost first.

    >>> held = lambda part: Literal(False) if isinstance(part, Call) else part
    >>> unparse(rewritten(Not(Call("known", (Path("terms.end"),))), held))
    'not False'
    """
    return change(rebuilt(node, lambda part: rewritten(part, change)))


def paths_of(node: Expression) -> tuple[str, ...]:
    """Return the fact paths that a condition reads, each once, in order of appearance.

    A field of a bound element reads as `activities[].place`.
    """
    found: dict[str, None] = {}
    _collect(node, {}, found)
    return tuple(found)


def _collect(node: Expression, scope: dict[str, str], found: dict[str, None]) -> None:
    if isinstance(node, Path):
        found[node.path] = None
    elif isinstance(node, Field):
        found[f"{scope.get(node.variable, node.variable)}[].{node.name}"] = None
    elif isinstance(node, Quantified | Count | Sum):
        scope = scope | {binding.variable: binding.path for binding in node.bindings}
        found.update((binding.path, None) for binding in node.bindings)
    for child in children(node):
        _collect(child, scope, found)


_PRECEDENCE = {Or: 1, And: 2, Not: 3, Compare: 4, In: 4}


def _level(node: Expression) -> int:
    """Return how tightly a node binds."""
    if isinstance(node, Arithmetic):
        return 5 if node.operator in "+-" else 6
    return _PRECEDENCE.get(type(node), 9)


def unparse(node: Expression) -> str:
    """Return the condition as text that reads back to the same tree.

    >>> unparse(Not(Compare(">", Path("terms.duration_years"), Literal(10))))
    'not terms.duration_years > 10'
    """
    match node:
        case Literal(value):
            return repr(value)
        case Choices(values):
            return "[" + ", ".join(map(repr, values)) + "]"
        case Path(path):
            return path
        case Field(variable, name):
            return f"{variable}.{name}"
        case Arithmetic(operator, left, right):
            level = _level(node)
            return f"{_inner(left, level)} {operator} {_inner(right, level + 1)}"
        case Compare(operator, left, right):
            return f"{_inner(left, 5)} {operator} {_inner(right, 5)}"
        case In(item, container):
            return f"{_inner(item, 5)} in {unparse(container)}"
        case Not(operand):
            return f"not {_inner(operand, 3)}"
        case And(operands):
            return " and ".join(_inner(operand, 3) for operand in operands)
        case Or(operands):
            return " or ".join(_inner(operand, 2) for operand in operands)
        case _:
            return _unparse_call(node)


def _unparse_call(node: Expression) -> str:
    match node:
        case AtLeast(count, operands):
            return f"at_least({count}, {', '.join(map(unparse, operands))})"
        case Call(function, arguments):
            return f"{function}({', '.join(map(unparse, arguments))})"
        case Quantified(word, body, bindings):
            return f"{word}({unparse(body)}{_unparse_bindings(bindings)})"
        case Count(body, bindings):
            return f"count({unparse(body)}{_unparse_bindings(bindings)})"
        case Sum(body, bindings, condition):
            tail = f" if {unparse(condition)}" if condition is not None else ""
            return f"sum({unparse(body)}{_unparse_bindings(bindings)}{tail})"
        case Flagged(rule, severity):
            return f"flagged({rule!r}" + (f", {severity!r})" if severity else ")")
        case FlaggedIn(family, severity):
            return f"flagged_in({family!r}, {severity!r})"
    raise AssertionError(f"no text for {type(node).__name__}")


def _inner(node: Expression, level: int) -> str:
    text = unparse(node)
    return f"({text})" if _level(node) < level else text


def _unparse_bindings(bindings: tuple[Binding, ...]) -> str:
    return "".join(f" for {binding.variable} in {binding.path}" for binding in bindings)
