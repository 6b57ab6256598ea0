"""Reads a condition out: an English sentence made of its syntax tree.

Every part of the tree is said, in its order; brackets stand around what is joined within what is
joined. Values of one fact that are joined are said together: "the deal contains a gift or a loan".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from convenio.facts.catalogue import FactDeclaration
from convenio.facts.sentences import clause, whole
from convenio.facts.values import Money
from convenio.language import syntax as s
from convenio.language.parser import parse
from convenio.packs.pack import Pack
from convenio.packs.rule import SEVERITIES
from convenio.reports.sentences import FactSentences
from convenio.reports.wording import N_, Wording

Joint = Literal["and", "or"]

_FEW = 3
"""So many values are named where a condition says which one it is not."""

_TIMES = {">": N_("after {value}"), ">=": N_("on {value} or later"), "<": N_("before {value}")}
_TIMES |= {"<=": N_("on {value} or earlier"), "==": N_("on {value}"), "!=": N_("not on {value}")}
_AMOUNTS = {">": N_("more than {value}"), ">=": N_("{value} or more"), "<": N_("less than {value}")}
_AMOUNTS |= {"<=": N_("{value} or less"), "==": "{value}", "!=": N_("not {value}")}
_OPPOSITE: Mapping[str, s.ComparisonOperator] = {
    ">": "<=", ">=": "<", "<": ">=", "<=": ">", "==": "!=", "!=": "=="
}  # fmt: skip
_MIRRORED: Mapping[str, s.ComparisonOperator] = {
    ">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "==", "!=": "!="
}  # fmt: skip
_ARITHMETIC = {"+": N_("{a} plus {b}"), "-": N_("{a} less {b}"), "*": N_("{a} times {b}")}
_ARITHMETIC |= {"/": N_("{a} divided by {b}")}


_DEEP = 3
"""Joints within one another from which on a condition is told in points."""


@dataclass(frozen=True, slots=True)
class Outline:
    """A condition as nested points: a sentence, or a heading with the parts that it joins."""

    text: str
    parts: tuple[Outline, ...] = ()

    def lines(self, depth: int = 0) -> Iterator[str]:
        """Yield the points as lines of text, indented."""
        yield "  " * depth + ("– " if depth else "") + self.text
        for part in self.parts:
            yield from part.lines(depth + 1)


class ConditionWords:
    """Reads out the conditions of one pack.

    >>> from convenio import load_pack
    >>> words = ConditionWords(load_pack("core"), Wording())
    >>> words.sentence(s.Compare(">", s.Path("terms.duration_years"), s.Literal(10)))
    'The term of the agreement is more than 10 years.'
    """

    def __init__(self, pack: Pack, wording: Wording) -> None:
        self._pack = pack
        self._wording = wording

    def sentence(self, node: s.Expression) -> str:
        """Return a condition as one sentence."""
        return whole(_Reading(self._pack, self._wording, {}).top(node))

    def outline(self, node: s.Expression) -> Outline:
        """Return a condition as nested points, where one sentence of it could not be followed.

        >>> from convenio import load_pack
        >>> pack = load_pack("core")
        >>> found = ConditionWords(pack, Wording()).outline(pack.by_id["SOV-003"].levels[-1][1])
        >>> found.text, len(found.parts)
        ('all of these:', 3)
        """
        reading = _Reading(self._pack, self._wording, {})
        if _depth(node) < _DEEP:
            return Outline(self.sentence(node))
        return reading.outline(node)

    def of_code(self, code: str) -> str:
        """Return a condition that is given as text in words, without a full stop.

        The code itself where the pack has no sentences, or where it is a part of a condition on
        rows, of which nothing tells over which list they go.
        """
        if not self._pack.catalogue.has_sentences:
            return code
        tree = parse(code, s.NOWHERE, "")
        resolve = self._pack.catalogue.resolve
        if any(path != "as_of" and resolve(path) is None for path in s.paths_of(tree)):
            return code
        return self.sentence(tree).removesuffix(".")


def _depth(node: s.Expression) -> int:
    """Return how many joints stand within one another."""
    match node:
        case s.And(operands) | s.Or(operands) | s.AtLeast(_, operands):
            joint = len(operands) > 1
            return joint + max(map(_depth, operands))
        case s.Not(operand):
            return _depth(operand)
    return 0


class _Reading:
    """Reads parts of one condition; `scope` tells over which list each bound name goes."""

    def __init__(self, pack: Pack, wording: Wording, scope: Mapping[str, str]) -> None:
        self._pack = pack
        self._catalogue = pack.catalogue
        self._wording = wording
        self._scope = scope
        self._sentences = FactSentences(wording, pack.catalogue)

    # --- what is true or false -----------------------------------------------------------

    def top(self, node: s.Expression) -> str:
        """Read a condition that stands alone, or in brackets already."""
        match node:
            case s.And(operands):
                return self._joined(operands, "and")
            case s.Or(operands) | s.AtLeast(1, operands):
                return self._joined(operands, "or")
        either = self._wording("(either {parts})").partition("{parts}")[0].removeprefix("(")
        return _without_brackets(self.clause(node), either)

    def outline(self, node: s.Expression) -> Outline:
        """Read a condition as points: each joint a heading, with its parts below."""
        _ = self._wording
        match node:
            case s.And((one,)) | s.Or((one,)) | s.AtLeast(1, (one,)):
                return self.outline(one)
            case s.And(operands) if not self._together(operands, "and"):
                return Outline(_("all of these:"), tuple(map(self.outline, operands)))
            case s.Or(operands) | s.AtLeast(1, operands) if not self._together(operands, "or"):
                return Outline(_("one of these:"), tuple(map(self.outline, operands)))
            case s.AtLeast(count, operands) if count > 1:
                heading = _("at least {n} of these:").format(n=_.number(count))
                return Outline(heading, tuple(map(self.outline, operands)))
        return Outline(self.top(node))

    def clause(self, node: s.Expression) -> str:
        """Read a condition within another."""
        _ = self._wording
        match node:
            case s.And((one,)) | s.Or((one,)) | s.AtLeast(1, (one,)):
                return self.clause(one)
            case s.And(operands):
                return self._together(operands, "and") or f"({self._joined(operands, 'and')})"
            case s.Or(operands) | s.AtLeast(1, operands):
                return self._together(operands, "or") or _("(either {parts})").format(
                    parts=self._joined(operands, "or")
                )
            case s.Not(operand):
                return self._not(operand)
            case s.AtLeast(count, operands):
                return self._at_least(count, operands)
            case s.Literal(value):
                return _("this always holds") if value else _("this never holds")
            case s.Path() | s.Field():
                return self._said(node, True)
            case s.Compare():
                return self._compare(node)
            case s.In(item, container):
                return self._in(item, container)
            case s.Quantified(word, body, bindings):
                return self._quantified(word, body, bindings)
            case s.Flagged() | s.FlaggedIn():
                return self._flagged(node)
            case s.Call(function, arguments):
                return self._call(function, arguments)
        return self.term(node)

    def _joined(self, operands: Sequence[s.Expression], word: Joint) -> str:
        together = self._together(operands, word)
        return together or self._in_a_row([self.clause(operand) for operand in operands], word)

    def _in_a_row(self, clauses: Sequence[str], word: Joint) -> str:
        if len(clauses) == 1:
            return clauses[0]
        # Where a part has commas of its own, they could not be told from those between the parts.
        comma = ";" if any(", " in one.partition("(")[0] for one in clauses) else ","
        last = self._wording("{comma} and {last}" if word == "and" else "{comma} or {last}")
        return f"{comma} ".join(clauses[:-1]) + last.format(comma=comma, last=clauses[-1])

    def _together(self, operands: Sequence[s.Expression], word: Joint) -> str:
        """Read members of one set at once; an empty text where the parts are others."""
        members: list[str] = []
        container: s.Path | s.Field | None = None
        for operand in operands:
            match operand:
                case s.In(s.Literal(str(member)), (s.Path() | s.Field()) as one):
                    if container not in (None, one):
                        return ""
                    container = one
                    members.append(member)
                case _:
                    return ""
        if container is None:
            return ""
        return self._member(members, container, word)

    def _either(self, clauses: Sequence[str]) -> str:
        if len(clauses) == 1:
            return clauses[0]
        return self._wording("(either {parts})").format(parts=self._in_a_row(clauses, "or"))

    def _denied(self, said: str) -> str:
        # Without brackets nobody could tell how far the denial goes.
        what = f"({said})" if ", " in said and not said.startswith("(") else said
        return self._wording("it is not so that {what}").format(what=what)

    def _not(self, operand: s.Expression) -> str:
        match operand:
            case s.Path() | s.Field():
                return self._said(operand, False)
            case s.Not(inner):
                return self.clause(inner)
            case s.Compare(operator, left, right):
                return self._compare(s.Compare(_OPPOSITE[operator], left, right))
            case s.In(s.Literal(value), (s.Path() | s.Field()) as container):
                return self._member([str(value)], container, "without")
            case s.In((s.Path() | s.Field()) as item, s.Choices(values)):
                return self._other_than(item, [str(value) for value in values])
            case s.Call("known", (fact,)):
                return self._wording("it is not known {what}").format(what=self._open(fact))
        return self._denied(self.clause(operand))

    def _at_least(self, count: int, operands: Sequence[s.Expression]) -> str:
        _ = self._wording
        numbered = (f"({place}) {self.clause(one)}" for place, one in enumerate(operands, 1))
        return _("(at least {n} of these hold: {parts})").format(
            n=_.number(count), parts="; ".join(numbered)
        )

    def _quantified(self, word: str, body: s.Expression, bindings: Sequence[s.Binding]) -> str:
        _ = self._wording
        inner = self._within(bindings).top(body)
        text = _("for every {rows} ({what})")
        if word == "any":
            text = _("for at least one {rows} ({what})")
        return text.format(rows=self._rows(bindings, many=False), what=inner)

    def _within(self, bindings: Sequence[s.Binding]) -> _Reading:
        scope = {**self._scope, **{one.variable: one.path for one in bindings}}
        return _Reading(self._pack, self._wording, scope)

    def _rows(self, bindings: Sequence[s.Binding], many: bool) -> str:
        _ = self._wording
        names = [self._row(one.path, many) for one in bindings]
        return _(" together with one ").join(names)

    def _row(self, path: str, many: bool) -> str:
        _ = self._wording
        declaration = self._catalogue.resolve(path)
        words = declaration.sentences if declaration else None
        named = (words.entries if many else words.entry) if words else ""
        if named:
            return _(named)
        text = _("entries under “{label}”") if many else _("entry under “{label}”")
        return text.format(label=_.label(path, self._catalogue))

    def _flagged(self, node: s.Flagged | s.FlaggedIn) -> str:
        _ = self._wording
        if isinstance(node, s.FlaggedIn):
            return _("there is a finding of severity {severity} or worse on {family}").format(
                severity=_(node.severity), family=_.family(node.family).lower()
            )
        rule = self._pack.by_id.get(node.rule)
        title = rule.title if rule else node.rule
        if node.severity == SEVERITIES[-1]:
            text = _("it is found, with severity {severity}: “{title}”")
            return text.format(title=title, severity=_(node.severity))
        if node.severity is None:
            return _("it is found: “{title}”").format(title=title)
        return _("it is found, with severity {severity} or worse: “{title}”").format(
            title=title, severity=_(node.severity)
        )

    def _call(self, function: str, arguments: Sequence[s.Expression]) -> str:
        _ = self._wording
        texts = {
            "known": _("it is known {what}"),
            "undisclosed": _("the parties refuse to say {what}"),
            "asked": _("it was asked {what}, and there is no answer"),
        }
        if function in texts:
            return texts[function].format(what=self._open(arguments[0]))
        between = {
            "overlaps": _("{a} and {b} have one in common"),
            "within_km": _("{a} is within {c} km of {b}"),
            "contains": _("{a} contains the word “{b}”"),
            "starts_with": _("{a} begins with “{b}”"),
        }
        if function not in between:
            return self.term(s.Call(function, tuple(arguments)))
        words = [
            str(one.value) if isinstance(one, s.Literal) and isinstance(one.value, str)
            else self.term(one)
            for one in arguments
        ]  # fmt: skip
        return between[function].format(**dict(zip("abc", words, strict=False)))

    # --- comparisons ---------------------------------------------------------------------

    def _compare(self, node: s.Compare) -> str:
        operator, left, right = node.operator, node.left, node.right
        if isinstance(left, s.Literal) and not isinstance(right, s.Literal):
            operator, left, right = _MIRRORED[operator], right, left
        declaration = self._declaration(left)
        kind = declaration.type.kind if declaration else ""
        if isinstance(right, s.Literal) and isinstance(left, s.Path | s.Field):
            if kind == "bool" and isinstance(right.value, bool):
                return self._said(left, right.value == (operator == "=="))
            if kind == "enum" and operator == "==":
                return self._valued(left, str(right.value))
            if kind == "enum":
                return self._other_than(left, [str(right.value)])
        words = _TIMES if self._is_date(left) or self._is_date(right) else _AMOUNTS
        value = self._operand(right, declaration)
        compared = self._wording(words[operator]).format(value=value)
        return self._wording("{what} is {compared}").format(what=self.term(left), compared=compared)

    def _is_date(self, node: s.Expression) -> bool:
        declaration = self._declaration(node)
        is_fact = declaration is not None and declaration.type.kind == "date"
        return is_fact or (isinstance(node, s.Path) and node.path == "as_of")

    def _operand(self, node: s.Expression, beside: FactDeclaration | None) -> str:
        """Read what something is compared with, in the unit of what stands beside it."""
        if not isinstance(node, s.Literal):
            return self.term(node)
        value = node.value
        if isinstance(value, str) and beside is not None and beside.type.kind == "country":
            return self._wording.country(value, self._catalogue)
        if isinstance(value, str):
            return self._text(value)
        is_money = beside is not None and beside.type.kind == "money"
        if is_money and not isinstance(value, bool):
            return self._wording.value(Money(value, self._pack.currency), beside, self._catalogue)
        return self._wording.value(value, beside, self._catalogue)

    def _text(self, value: str) -> str:
        try:
            return self._wording.date(dt.date.fromisoformat(value))
        except ValueError:
            return f"“{value.replace('_', ' ')}”"

    def _in(self, item: s.Expression, container: s.Expression) -> str:
        if isinstance(container, s.Choices) and isinstance(item, s.Path | s.Field):
            return self._choice(item, container)
        if isinstance(item, s.Literal) and isinstance(container, s.Path | s.Field):
            return self._member([str(item.value)], container, "and")
        return self._wording("{what} is among {all}").format(
            what=self.term(item), all=self.term(container)
        )

    def _choice(self, item: s.Path | s.Field, choices: s.Choices) -> str:
        """Read that a fact has one of some values: by their phrases, where it has some."""
        declaration = self._declaration(item)
        phrases = declaration.sentences.phrases if declaration and declaration.sentences else {}
        if len(choices.values) > 1 and all(value in phrases for value in choices.values):
            named = [self._wording(phrases[str(value)]) for value in choices.values]
            return self._wording("{what} is one of these: {names}").format(
                what=self.term(item), names=self._sentences.one_of(named)
            )
        clauses = [self._valued(item, value) for value in choices.values]
        return self._either(clauses)

    def _member(
        self, members: Sequence[str], container: s.Path | s.Field, word: Joint | Literal["without"]
    ) -> str:
        """Read that a set has all or one of some members, or lacks one."""
        _ = self._wording
        declaration = self._declaration(container)
        named = [
            self._sentences.phrase(one, declaration) if declaration else one for one in members
        ]
        listed = self._sentences.one_of(named) if word == "or" else self._sentences.listed(named)
        words = declaration.sentences if declaration else None
        text = (words.without if word == "without" else words.says) if words else ""
        if text:
            return clause(_(text).format(value=listed, n=_.number(len(named))))
        has = _("{all} include {what}").format(all=self.term(container), what=listed)
        return self._denied(has) if word == "without" else has

    def _valued(self, node: s.Path | s.Field, value: s.LiteralValue) -> str:
        """Read that a fact has one value."""
        if isinstance(value, bool):
            return self._said(node, value)
        declaration = self._declaration(node)
        words = declaration.sentences if declaration else None
        said = words.values.get(str(value), "") if words else ""
        if said:
            return clause(self._wording(said))
        is_enum = declaration is not None and declaration.type.kind == "enum"
        written = self._wording.member(str(value), declaration) if is_enum else ""
        return self._wording("{what} is {compared}").format(
            what=self.term(node), compared=written or self._operand(s.Literal(value), declaration)
        )

    def _other_than(self, node: s.Path | s.Field, values: Sequence[str]) -> str:
        """Read that an enum has none of some values: by the others, where they are few."""
        declaration = self._declaration(node)
        members = declaration.type.members if declaration else ()
        others = [one for one in members if one not in values]
        if 0 < len(others) <= _FEW:
            return self._either([self._valued(node, one) for one in others])
        return self._denied(self._either([self._valued(node, one) for one in values]))

    def _said(self, node: s.Path | s.Field, value: bool) -> str:
        """Read that a Boolean fact is true or false."""
        said = self._sentences.value(value, self._declaration(node))
        if said:
            return clause(said)
        holds = self._wording("this holds: {what}").format(what=self.term(node))
        return (
            holds
            if value
            else self._wording("this does not hold: {what}").format(what=self.term(node))
        )

    def _open(self, node: s.Expression) -> str:
        """Read what is asked of a fact, as it stands after "it is known"."""
        declaration = self._declaration(node)
        if declaration is not None and declaration.sentences and declaration.sentences.open:
            return self._wording(declaration.sentences.open)
        return self._wording("what is stated of {what}").format(what=self.term(node))

    # --- what has a value ----------------------------------------------------------------

    def term(self, node: s.Expression) -> str:
        """Read a fact, a number or what is computed."""
        _ = self._wording
        match node:
            case s.Path("as_of"):
                return _("the date of the case")
            case s.Path() | s.Field():
                return self._name(node)
            case s.Literal(value):
                return (
                    self._operand(node, None)
                    if isinstance(value, str)
                    else _.value(value, None, self._catalogue)
                )
            case s.Choices(values):
                return self._sentences.listed(
                    self._operand(s.Literal(value), None) for value in values
                )
            case s.Arithmetic(operator, left, right):
                a, b = self._bracketed(left), self._bracketed(right)
                return _(_ARITHMETIC[operator]).format(a=a, b=b)
            case s.Call("days" | "months" as unit, (start, end)):
                return self._span(unit, start, end)
            case s.Count(body, bindings):
                text = _("the number of {rows} of which this holds ({what})")
                return text.format(
                    rows=self._rows(bindings, many=True), what=self._within(bindings).top(body)
                )
            case s.Sum(body, bindings, condition):
                return self._sum(body, bindings, condition)
        return _("the truth of this ({what})").format(what=self.top(node))

    def _span(self, unit: str, start: s.Expression, end: s.Expression) -> str:
        _ = self._wording
        text = _("the number of days from {a} to {b}")
        if unit == "months":
            text = _("the number of whole months from {a} to {b}")
        return text.format(a=self.term(start), b=self.term(end))

    def _sum(
        self, body: s.Expression, bindings: Sequence[s.Binding], condition: s.Expression | None
    ) -> str:
        _ = self._wording
        inner = self._within(bindings)
        rows = self._rows(bindings, many=True)
        text = _("the sum of {what} over all {rows}").format(what=inner.term(body), rows=rows)
        if condition is None:
            return text
        return _("{sum} of which this holds ({condition})").format(
            sum=text, condition=inner.top(condition)
        )

    def _bracketed(self, node: s.Expression) -> str:
        text = self.term(node)
        return f"({text})" if isinstance(node, s.Arithmetic) else text

    def _name(self, node: s.Path | s.Field) -> str:
        _ = self._wording
        declaration = self._declaration(node)
        words = declaration.sentences if declaration else None
        if words is not None and words.name:
            return _(words.name)
        written = node.path if isinstance(node, s.Path) else node.name
        if declaration is not None and declaration.label:
            return _("“{label}”").format(label=_(declaration.label))
        return written.replace("_", " ")

    def _declaration(self, node: s.Expression) -> FactDeclaration | None:
        if isinstance(node, s.Path):
            return self._catalogue.resolve(node.path)
        if isinstance(node, s.Field):
            owner = self._scope.get(node.variable, "")
            return self._catalogue.resolve(f"{owner}[].{node.name}")
        return None


def _without_brackets(text: str, either: str) -> str:
    """Take away brackets that stand around the whole, and the word that stood for them.

    >>> _without_brackets("(either a, or b)", "either "), _without_brackets("(a), or (b)", "")
    ('a, or b', '(a), or (b)')
    """
    depth = 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            return text[1:-1].removeprefix(either) if 0 < place == len(text) - 1 else text
    return text
