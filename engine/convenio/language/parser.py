"""Turns the text of a condition into a syntax tree, by a white list. Nothing is executed."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from typing import Any

from convenio.errors import Position, Problem, nearest_name, shorten
from convenio.language import syntax as s
from convenio.language.functions import FUNCTIONS, Function, Parameter
from convenio.messages import say

MAX_LENGTH = 4_000
MAX_BRACKETS = 30
MAX_DEPTH = 40
MAX_NODES = 800

_COMPARISONS: dict[type[ast.cmpop], s.ComparisonOperator] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type[ast.operator], s.ArithmeticOperator] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
_QUANTIFIERS = ("any", "all", "count", "sum")
_CALLABLE = (*FUNCTIONS, *_QUANTIFIERS, "at_least", "flagged", "flagged_in")


_BRACKETS = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[()\[\]{}]""")
"""Brackets, and texts in quotes, whose brackets do not count."""


class SyntaxFaultError(Exception):
    """A condition can't be read; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def parse(
    text: str, position: Position = s.NOWHERE, path: str = "", lead: int | None = 0
) -> s.Expression:
    """Return the tree of a condition.

    `position` is where it stands in its file, `lead` how many columns later its text begins
    (None: it runs over several lines, and every part has the position of the whole).

    Raises SyntaxFaultError for anything outside the language.

    >>> s.unparse(parse("1 < terms.duration_years <= 10"))
    '1 < terms.duration_years and terms.duration_years <= 10'
    """
    return _Parser(text, position, path, lead).parse()


def _depth(tree: ast.AST) -> int:
    """Return how deep a tree is, without recursion."""
    deepest, pending = 0, [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        deepest = max(deepest, depth)
        pending.extend((child, depth + 1) for child in ast.iter_child_nodes(node))
    return deepest


class _Parser:
    def __init__(self, text: str, position: Position, path: str, lead: int | None) -> None:
        self._text = text
        self._lead = lead
        self._start = position
        self._path = path
        self._variables: list[str] = []
        self._count = 0
        self._handlers: dict[type[ast.expr], Callable[[Any], s.Expression]] = {
            ast.BoolOp: self._bool_op,
            ast.UnaryOp: self._unary,
            ast.Compare: self._compare,
            ast.BinOp: self._arithmetic,
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.Attribute: self._name,
            ast.Call: self._call,
            ast.List: self._choices,
        }

    def parse(self) -> s.Expression:
        self._bound()
        try:
            with warnings.catch_warnings():
                # What Python reads with a doubt, such as `5if`, nobody shall have to guess.
                warnings.simplefilter("error", SyntaxWarning)
                # The brackets let a condition run over several lines of its file.
                tree = ast.parse(f"({self._text}\n)", mode="eval")
        except (SyntaxError, ValueError, RecursionError, MemoryError) as fault:
            reason = fault.msg if isinstance(fault, SyntaxError) else "it can't be parsed"
            raise self._fault(None, say("not a valid condition: {reason}", reason=reason)) from None
        if _depth(tree) > MAX_DEPTH:
            raise self._fault(
                None,
                say("nested too deeply"),
                say("at most {MAX_DEPTH} levels", MAX_DEPTH=MAX_DEPTH),
            )
        return self._node(tree.body)

    def _bound(self) -> None:
        """Refuse text that is too long, nested too deeply, or whose brackets do not match."""
        if not self._text.strip():
            raise self._fault(None, say("the condition is empty"))
        if len(self._text) > MAX_LENGTH:
            raise self._fault(
                None,
                say("the condition is too long"),
                say("at most {MAX_LENGTH} characters", MAX_LENGTH=MAX_LENGTH),
            )
        depth = 0
        for mark in _BRACKETS.findall(self._text):
            depth += mark in "([{"
            depth -= mark in ")]}"
            if depth > MAX_BRACKETS:
                raise self._fault(
                    None,
                    say("nested too deeply"),
                    say("at most {MAX_BRACKETS} levels", MAX_BRACKETS=MAX_BRACKETS),
                )
            if depth < 0:
                break
        if depth != 0:
            raise self._fault(None, say("not a valid condition: the brackets do not match"))

    def _at(self, node: ast.AST | None) -> Position:
        start = self._start
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 1)
        if not start.line or line > 1 or self._lead is None:
            return start
        return Position(start.file, start.line, start.column + self._lead + column - 1)

    def _fault(
        self, node: ast.AST | None, message: str, expected: str = "", nearest: str = ""
    ) -> SyntaxFaultError:
        found = "" if node is None else shorten(ast.unparse(node))
        return SyntaxFaultError(
            Problem(self._at(node), self._path, message, expected, found, nearest)
        )

    def _node(self, node: ast.expr) -> s.Expression:
        self._count += 1
        if self._count > MAX_NODES:
            raise self._fault(
                None,
                say("the condition is too large"),
                say("at most {MAX_NODES} parts", MAX_NODES=MAX_NODES),
            )
        handler = self._handlers.get(type(node))
        if handler is None:
            raise self._fault(node, say("this has no place in a condition"))
        return handler(node)

    def _bool_op(self, node: ast.BoolOp) -> s.Expression:
        operands = tuple(self._node(value) for value in node.values)
        maker = s.And if isinstance(node.op, ast.And) else s.Or
        return maker(operands, self._at(node))

    def _unary(self, node: ast.UnaryOp) -> s.Expression:
        operand = self._node(node.operand)
        if isinstance(node.op, ast.Not):
            return s.Not(operand, self._at(node))
        if isinstance(node.op, ast.USub):
            if isinstance(operand, s.Literal) and type(operand.value) in (int, float):
                return s.Literal(-operand.value, self._at(node))  # type: ignore[operator]
            return s.Arithmetic("-", s.Literal(0), operand, self._at(node))
        raise self._fault(node, say("this operator has no place in a condition"))

    def _compare(self, node: ast.Compare) -> s.Expression:
        parts: list[s.Expression] = []
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            parts.append(self._comparison(node, left, operator, right))
            left = right
        return parts[0] if len(parts) == 1 else s.And(tuple(parts), self._at(node))

    def _comparison(
        self, node: ast.Compare, left: ast.expr, operator: ast.cmpop, right: ast.expr
    ) -> s.Expression:
        position = self._at(left)
        if isinstance(operator, ast.In | ast.NotIn):
            inside = s.In(self._node(left), self._node(right), position)
            return inside if isinstance(operator, ast.In) else s.Not(inside, position)
        if type(operator) not in _COMPARISONS:
            raise self._fault(node, say("'is' has no place in a condition"), say("== or known(…)"))
        return s.Compare(
            _COMPARISONS[type(operator)], self._node(left), self._node(right), position
        )

    def _arithmetic(self, node: ast.BinOp) -> s.Expression:
        if type(node.op) not in _ARITHMETIC:
            raise self._fault(node, say("this operator has no place in a condition"), "+ - * /")
        return s.Arithmetic(
            _ARITHMETIC[type(node.op)],
            self._node(node.left),
            self._node(node.right),
            self._at(node),
        )

    def _constant(self, node: ast.Constant) -> s.Expression:
        value = node.value
        if isinstance(value, bool | str):
            return s.Literal(value, self._at(node))
        if isinstance(value, int | float) and abs(value) <= 1e15:
            return s.Literal(value, self._at(node))
        raise self._fault(node, say("this value has no place in a condition"))

    def _choices(self, node: ast.List) -> s.Expression:
        values = [self._node(item) for item in node.elts]
        if not values or not all(isinstance(value, s.Literal) for value in values):
            raise self._fault(node, say("the list after 'in' holds plain values only"))
        literals = tuple(value.value for value in values if isinstance(value, s.Literal))
        return s.Choices(literals, self._at(node))

    def _name(self, node: ast.Name | ast.Attribute) -> s.Path | s.Field:
        parts: list[str] = []
        current: ast.expr = node
        while isinstance(current, ast.Attribute):
            parts.append(current.attr)
            current = current.value
        if not isinstance(current, ast.Name):
            raise self._fault(node, say("only facts can be named with dots"))
        parts.append(current.id)
        parts.reverse()
        if any("__" in part for part in parts):
            raise self._fault(node, say("names hold no double underscore"))
        if parts[0] in self._variables:
            if len(parts) != 2:
                raise self._fault(
                    node, say("a field of the element is expected"), f"{parts[0]}.field"
                )
            return s.Field(parts[0], parts[1], self._at(node))
        return s.Path(".".join(parts), self._at(node))

    # --- calls ---------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> s.Expression:
        if not isinstance(node.func, ast.Name) or node.func.id not in _CALLABLE or node.keywords:
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            raise self._fault(
                node, say("no such function"), nearest=nearest_name(name, _CALLABLE) if name else ""
            )
        name = node.func.id
        if name in _QUANTIFIERS:
            return self._quantifier(node, name)
        if any(isinstance(argument, ast.Starred) for argument in node.args):
            raise self._fault(node, say("a star has no place in a condition"))
        if name == "at_least":
            return self._at_least(node)
        if name in FUNCTIONS:
            return self._function(node, FUNCTIONS[name])
        return self._flagged(node, name)

    def _function(self, node: ast.Call, function: Function) -> s.Call:
        count = len(function.parameters)
        if len(node.args) != count:
            if any(parameter.kind == "word" for parameter in function.parameters):
                raise self._fault(node, say("wrong arguments"), function.usage)
            raise self._fault(
                node,
                say("takes {count} argument{value}", count=count, value="s" if count > 1 else ""),
            )
        arguments = tuple(
            self._argument(node, function, parameter, self._node(written))
            for parameter, written in zip(function.parameters, node.args, strict=True)
        )
        return s.Call(function.name, arguments, self._at(node))

    def _argument(
        self, node: ast.Call, function: Function, parameter: Parameter, given: s.Expression
    ) -> s.Expression:
        value = given.value if isinstance(given, s.Literal) else None
        if parameter.kind == "fact" and not isinstance(given, s.Path | s.Field):
            raise self._fault(node, say("{name}(…) asks about one fact", name=function.name))
        if parameter.kind == "word" and not isinstance(value, str):
            raise self._fault(node, say("wrong arguments"), function.usage)
        if parameter.kind == "kilometres":
            if isinstance(value, bool | str) or value is None or value < 0:
                raise self._fault(node, say("the distance is a plain number of kilometres"))
            return s.Literal(float(value), given.position)
        return given

    def _at_least(self, node: ast.Call) -> s.Expression:
        parts = [self._node(argument) for argument in node.args]
        first = parts[0].value if parts and isinstance(parts[0], s.Literal) else None
        if type(first) is not int or not 1 <= first <= len(parts) - 1:
            raise self._fault(node, say("takes a whole number and at least that many conditions"))
        return s.AtLeast(first, tuple(parts[1:]), self._at(node))

    def _flagged(self, node: ast.Call, name: str) -> s.Expression:
        parts = [self._node(argument) for argument in node.args]
        words = [p.value for p in parts if isinstance(p, s.Literal) and isinstance(p.value, str)]
        position = self._at(node)
        if name == "flagged" and len(parts) == len(words) and len(parts) in (1, 2):
            return s.Flagged(words[0], words[1] if len(words) == 2 else None, position)
        if name == "flagged_in" and len(parts) == len(words) == 2:
            return s.FlaggedIn(words[0], words[1], position)
        usage = {
            "flagged": "flagged('RULE') or flagged('RULE', 'severity')",
            "flagged_in": "flagged_in('family', 'severity')",
        }
        raise self._fault(node, say("wrong arguments"), usage[name])

    def _quantifier(self, node: ast.Call, name: str) -> s.Expression:
        if len(node.args) != 1 or not isinstance(node.args[0], ast.GeneratorExp):
            raise self._fault(
                node,
                say("takes a condition for each element"),
                say("{name}(… for e in list)", name=name),
            )
        generator = node.args[0]
        bindings: list[s.Binding] = []
        condition: s.Expression | None = None
        outer = list(self._variables)
        for clause in generator.generators:
            bindings.append(self._binding(node, clause))
        conditions = [test for clause in generator.generators for test in clause.ifs]
        if conditions:
            if name != "sum" or len(conditions) > 1:
                raise self._fault(node, say("only sum takes an 'if', and only one"), say("… and …"))
            condition = self._node(conditions[0])
        body = self._node(generator.elt)
        self._variables = outer
        position, bound = self._at(node), tuple(bindings)
        if name == "count":
            return s.Count(body, bound, position)
        if name == "sum":
            return s.Sum(body, bound, condition, position)
        return s.Quantified(name, body, bound, position)  # type: ignore[arg-type]

    def _binding(self, node: ast.Call, clause: ast.comprehension) -> s.Binding:
        if clause.is_async or not isinstance(clause.target, ast.Name):
            raise self._fault(node, say("one name stands for the element"), say("for e in list"))
        name = clause.target.id
        if name in self._variables:
            raise self._fault(clause.target, say("this name is bound already"))
        source = self._node(clause.iter)
        if not isinstance(source, s.Path):
            raise self._fault(clause.iter, say("elements come from a list fact"))
        self._variables.append(name)
        return s.Binding(name, source.path, self._at(clause.target))
