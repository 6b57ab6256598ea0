"""One fact's value in one cell: as people write it, and read as they write it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping

from babel.numbers import format_decimal

from convenio.documents import Mapping, Node, Scalar, Sequence
from convenio.documents.tree import RefusedError, scalar
from convenio.errors import Position, Problem
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.spoken import country_named, folded
from convenio.facts.values import RESERVED_WORDS, date_from_text
from convenio.interview.answers import FALSE_WORDS, TRUE_WORDS, AnswerReader
from convenio.interview.form_words import FormWords
from convenio.interview.questions import value_node
from convenio.interview.sheets import Cell, CellValue, Style
from convenio.messages import say

BETWEEN = "; "
"""What stands between the members of a set."""

_FIRST_YEAR_OF_SHEETS = 1901
"""Programs for spreadsheets disagree on the days of 1900."""

_RATE = re.compile(r"(?P<money>[^()]*[^()\s])\s*\((?P<rate>[^();]+);(?P<date>[^();]+)\)\Z")
_NUMERIC = ("integer", "number")


class CellWriter:
    """Writes values into cells."""

    def __init__(self, words: FormWords) -> None:
        self.words = words

    def blank(self, fact: FactDeclaration) -> Cell:
        """Return the cell for an answer that is not given yet."""
        return Cell(None, self._style(fact), self.choices(fact))

    def cell(self, fact: FactDeclaration, node: Node) -> Cell:
        """Return a value's cell; empty where the value has no plain form."""
        return Cell(self._value(fact, node), self._style(fact), self.choices(fact))

    def choices(self, fact: FactDeclaration) -> tuple[str, ...]:
        """Return the words that are offered for an answer."""
        kind = fact.type.kind
        if kind == "bool":
            return (self.words.wording("yes"), self.words.wording("no"))
        if kind == "enum":
            return tuple(self.members(fact).values())
        if kind == "list":
            return (self.words.listed, self.words.none)
        return ()

    def members(self, fact: FactDeclaration) -> AnyMapping[str, str]:
        """Return the words for the members of an enum or set."""
        known = self.words.kept.get(id(fact))
        if known is None:
            known = {member: self._word(member, fact) for member in fact.type.members}
            self.words.kept[id(fact)] = known
        return known

    def word(self, member: str, fact: FactDeclaration) -> str:
        """Return a member in words, or as it is where its words say something else too."""
        return self.members(fact)[member]

    def _word(self, member: str, fact: FactDeclaration) -> str:
        word = self.words.wording.member(member, fact)
        is_plain = (fact.type.kind != "set" or ";" not in word) and not self.words.state_named(word)
        is_plain = is_plain and folded(word) != folded(self.words.none)
        return word if is_plain and self.words.member_named(word, fact) == member else member

    def country(self, code: str) -> str:
        """Return the name of a state or body, or its code where the name is of another too."""
        name = self.words.wording.country(code, self.words.catalogue)
        return name if country_named(name, self.words.catalogue) == code else code

    def _style(self, fact: FactDeclaration) -> Style:
        if fact.type.kind in _NUMERIC:
            return "share" if fact.unit == "share" else "number"
        return "date" if fact.type.kind == "date" else "text"

    def _value(self, fact: FactDeclaration, node: Node) -> CellValue:
        kind = fact.type.kind
        if isinstance(node, Mapping):
            return self._money(node) if kind == "money" else self._place(node)
        if isinstance(node, Sequence):
            return self._set(fact, node)
        text = node.text
        if kind == "bool":
            return self.words.wording("yes" if text == "true" else "no")
        if kind in _NUMERIC:
            return self._number(text)
        if kind == "date":
            day = date_from_text(text)
            is_day = isinstance(day, dt.date) and day.year >= _FIRST_YEAR_OF_SHEETS
            return day if is_day and isinstance(day, dt.date) else text
        if kind == "enum":
            return self.word(text, fact)
        return self.country(text) if kind == "country" else text

    def _number(self, text: str) -> CellValue:
        # Spreadsheets keep sixteen digits; what has more is not written.
        number = float(text)
        return number if float(f"{number:.16G}") == number else None

    def _set(self, fact: FactDeclaration, node: Sequence) -> str:
        members = [item.text for item in node.items if isinstance(item, Scalar)]
        if fact.type.element == "country":
            words = [self.country(member) for member in members]
        else:
            words = [self.word(member, fact) for member in members]
        return BETWEEN.join(words) or self.words.none

    def _money(self, node: Mapping) -> CellValue:
        texts = {
            key: value.text for key, value in node.entries.items() if isinstance(value, Scalar)
        }
        amount, currency = texts.get("amount", ""), texts.get("currency", "")
        said = f"{self._decimal(amount)} {currency}"
        if "rate" in texts:
            said += f" ({self._decimal(texts['rate'])}; {texts.get('rate_date', '')})"
        return said

    def _place(self, node: Mapping) -> CellValue:
        return BETWEEN.join(
            self._decimal(value.text)
            for value in node.entries.values()
            if isinstance(value, Scalar)
        )

    def _decimal(self, text: str) -> str:
        locale = self.words.wording.language.replace("-", "_")
        return str(format_decimal(float(text), format="#,##0.##############", locale=locale))


class CellReader:
    """Reads cells; what is wrong goes to `problems`."""

    def __init__(self, words: FormWords) -> None:
        self.words = words
        self._answers = AnswerReader(words.wording, words.catalogue)
        self._writer = CellWriter(words)
        self.problems: list[Problem] = []

    def state(self, value: CellValue) -> str:
        """Return the state that a cell names in the place of a value, or an empty text."""
        found = self.words.state_named(value) if isinstance(value, str) else ""
        return found if found in ("unknown", *RESERVED_WORDS) else ""

    def node(
        self, fact: FactDeclaration, path: str, value: CellValue, position: Position
    ) -> Node | None:
        """Return the value that a cell holds; None where it can't be read."""
        kind = fact.type.kind
        if kind == "text":
            return self.text(value, path, position)
        if isinstance(value, bool):
            value = self.words.wording("yes" if value else "no")
        if isinstance(value, float):
            return self._from_number(fact, path, value, position)
        if isinstance(value, dt.date):
            if kind == "date":
                return Scalar(value.isoformat(), True, position)
            return self._fault(fact, path, value.isoformat(), position)
        assert value is not None
        text = self._clean(value, path, position)
        if text is None:
            return None
        if kind == "set":
            return self._set(fact, path, text, position)
        found = self._scalar(fact, text)
        return placed(found, position) if found else self._fault(fact, path, text, position)

    def text(self, value: CellValue, path: str, position: Position) -> Scalar | None:
        """Return a text as it stands in a cell."""
        if isinstance(value, bool):
            value = str(value).lower()
        if isinstance(value, float):
            value = plain_number(value)
        if isinstance(value, dt.date):
            value = value.isoformat()
        try:
            return scalar(value or "", False, position)
        except RefusedError as refused:
            problem = refused.problem
            self.problems.append(
                Problem(position, path, problem.message, problem.expected, problem.found)
            )
            return None

    def date(self, value: CellValue, path: str, position: Position) -> Scalar | None:
        """Return a date as case files write it, whole or as far as it is known."""
        if isinstance(value, dt.date):
            return Scalar(value.isoformat(), True, position)
        text = self._clean(str(value), path, position)
        found = self._answers.date(text) if text else ""
        if found:
            return Scalar(found, True, position)
        expected = say("a date such as {example}", example=self.words.example_of_a_day)
        self.refuse(position, path, expected, text or "")
        return None

    # --- kinds of values -----------------------------------------------------------------

    def _clean(self, value: str, path: str, position: Position) -> str | None:
        found = self.text(value, path, position)
        return None if found is None else " ".join(found.text.split())

    def _from_number(
        self, fact: FactDeclaration, path: str, value: float, position: Position
    ) -> Node | None:
        if fact.type.kind in _NUMERIC:
            return Scalar(plain_number(value), True, position)
        if fact.type.kind == "date" and value.is_integer() and 1000 <= value <= 9999:
            return Scalar(f"{value:.0f}", True, position)  # A year alone.
        return self._fault(fact, path, plain_number(value), position)

    def _scalar(self, fact: FactDeclaration, text: str) -> Node | None:
        kind = fact.type.kind
        position = Position("")
        if kind == "bool":
            word = text.lower()
            if folded(text) == folded(self.words.wording("yes")) or word in TRUE_WORDS:
                return Scalar("true", True, position)
            is_no = folded(text) == folded(self.words.wording("no")) or word in FALSE_WORDS
            return Scalar("false", True, position) if is_no else None
        if kind == "enum":
            member = self.words.member_named(text, fact)
            return Scalar(member, True, position) if member else None
        if kind == "country":
            code = country_named(text, self.words.catalogue)
            return Scalar(code, True, position) if code else None
        if kind == "date":
            found = self._answers.date(text)
            return Scalar(found, True, position) if found else None
        if kind == "money":
            return self._money(fact, text)
        if kind == "place":
            return self._place(text)
        found = self._answers.as_yaml(fact, text)
        return Scalar(found, True, position) if re.fullmatch(r"-?\d[\d.]*", found) else None

    def _money(self, fact: FactDeclaration, text: str) -> Node | None:
        match = _RATE.match(text)
        found = self._answers.as_yaml(fact, match["money"] if match else text)
        if not found.startswith("{"):
            return None
        if match:
            rate = self._answers.decimal(match["rate"].strip())
            day = self._answers.date(match["date"].strip())
            if not rate or not day:
                return None
            found = f"{found.rstrip('}')}, rate: {rate}, rate_date: {day}}}"
        return value_node(found)

    def _place(self, text: str) -> Node | None:
        parts = [part.strip() for part in text.split(";")]
        if len(parts) != 2:
            parts = [part for part in re.split(r"\s*,\s+|\s+", text) if part]
        numbers = [self._answers.decimal(part) for part in parts]
        if len(numbers) != 2 or not all(numbers):
            return None
        return value_node(f"{{lat: {numbers[0]}, lon: {numbers[1]}}}")

    def _set(
        self, fact: FactDeclaration, path: str, text: str, position: Position
    ) -> Sequence | None:
        if folded(text) == folded(self.words.none):
            return Sequence((), position)
        members: list[Node] = []
        for part in self._parts(fact, text):
            member = self._member(fact, part)
            if not member:
                self._fault(fact, path, part, position)
                return None
            members.append(Scalar(member, True, position))
        return Sequence(tuple(members), position)

    def _parts(self, fact: FactDeclaration, text: str) -> Iterator[str]:
        """Yield the members of a set; commas part them too, unless they are part of a name."""
        for part in filter(None, (one.strip() for one in text.split(";"))):
            if self._member(fact, part):
                yield part
            else:
                yield from filter(None, (one.strip() for one in part.split(",")))

    def _member(self, fact: FactDeclaration, text: str) -> str:
        if fact.type.element == "country":
            return country_named(text, self.words.catalogue)
        return self.words.member_named(text, fact)

    # --- what is wrong -------------------------------------------------------------------

    def _fault(
        self, fact: FactDeclaration, path: str, found: str, position: Position
    ) -> Node | None:
        """Report a value that is none of its fact's; there is nothing to be returned then."""
        self.refuse(position, path, self._expected(fact), found)
        return None

    def refuse(self, position: Position, path: str, expected: str, found: object) -> None:
        """Report a cell that can't be read."""
        self.problems.append(
            Problem(position, path, say("the value can't be used"), expected, self.shown(found))
        )

    def shown(self, found: object) -> str:
        """Return what stands in a cell, for a message."""
        return plain_number(found) if isinstance(found, float) else str(found)

    def _expected(self, fact: FactDeclaration) -> str:
        kind, words = fact.type.kind, self.words
        if kind == "bool":
            yes, no = self._writer.choices(fact)
            return say("{yes} or {no}", yes=yes, no=no)
        if kind == "enum" or (kind == "set" and fact.type.element == "enum"):
            names = [self._writer.word(member, fact) for member in fact.type.members]
            shown = BETWEEN.join(names[:12]) + ("; …" if len(names) > 12 else "")
            return say("one of: {names}", names=shown)
        if kind in ("country", "set"):
            return say("the name of a state or of a body that the pack knows")
        if kind == "date":
            return say("a date such as {example}", example=words.example_of_a_day)
        if kind == "money":
            example = f"{words.wording.number(1_200_000)} USD"
            return say("an amount and a currency, such as {example}", example=example)
        if kind == "place":
            example = f"{words.wording.number(4.6)}; {words.wording.number(-74.1)}"
            return say("degrees north and east, such as {example}", example=example)
        return say("a whole number") if kind == "integer" else say("a number")


def plain_number(value: float) -> str:
    """Return a number as case files write it.

    >>> plain_number(10.0), plain_number(0.1), plain_number(1e-7)
    ('10', '0.1', '0.0000001')
    """
    if value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    from decimal import Decimal

    return f"{Decimal(repr(value)):f}"


def placed(node: Node, position: Position) -> Node:
    """Return a tree with all its values at one place."""
    if isinstance(node, Scalar):
        return Scalar(node.text, node.plain, position)
    if isinstance(node, Sequence):
        return Sequence(tuple(placed(item, position) for item in node.items), position)
    entries = {key: placed(value, position) for key, value in node.entries.items()}
    return Mapping(entries, dict.fromkeys(entries, position), position)
