"""A case as a form: a row for each question, a sheet for each list, nothing left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from convenio.documents import Mapping as Tree
from convenio.documents import Node, Scalar, Sequence
from convenio.documents.yaml_writer import flow_text
from convenio.errors import Position
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.provenance import PROVENANCE
from convenio.facts.statements import StatementReader
from convenio.facts.values import RESERVED_WORDS
from convenio.interview.answers import hint_in_words
from convenio.interview.cells import BETWEEN, CellReader, CellWriter
from convenio.interview.evidence import Statement, stated_in, statement_node
from convenio.interview.form_words import (
    ALL,
    FIRST,
    OUTCOME,
    OUTCOME_FIELDS,
    SOURCE_FIELDS,
    SOURCES,
    FormWords,
)
from convenio.interview.sheets import Cell, CellValue, Form, Line, Sheet

KIND = "convenio/form/1"
_NOTHING = Tree({}, {}, Position(""))
_PLACE = Position("")


def form(
    words: FormWords,
    case: Tree = _NOTHING,
    comments: str = "",
    excluded: frozenset[str] = frozenset(),
) -> Form:
    """Return the form of a case, or an empty one.

    `case` is the tree of its file, `comments` what stands above it, and `excluded` are the facts
    that may not be stated as things stand.
    """
    return _FormMaker(words, case, comments, excluded).form()


@dataclass(frozen=True, slots=True)
class _Placed:
    """A fact, with what the case says of it, by its path in the file."""

    path: str
    fact: FactDeclaration
    node: Node | None
    country: str = ""


class _FormMaker:
    def __init__(
        self, words: FormWords, case: Tree, comments: str, excluded: frozenset[str]
    ) -> None:
        self._words = words
        self._case = case
        self._comments = comments
        self._excluded = excluded
        self._cells = CellWriter(words)
        self._carried: dict[str, str] = {}

    def form(self) -> Form:
        # Lists come first, since only then is known which of them a sheet can show.
        lists = {path: self._list(path) for path in self._words.lists}
        sheets = (
            self._questions(FIRST, lists),
            self._questions(ALL, lists),
            *(self._list_sheet(path, lines or ()) for path, lines in lists.items()),
            self._sources(),
            self._outcome(),
        )
        pack = self._words.pack
        paths = [line.cells["path"].value for sheet in sheets[:2] for line in sheet.lines]
        return Form(
            sheets,
            {
                "form": KIND,
                "language": self._words.wording.language,
                "pack": pack.id,
                "pack version": pack.version,
                "questions": str(sum(path != "#" for path in paths)),
                **self._words.words(),
            },
            {**self._carried, "comments": self._comments},
            (FIRST, "deal.elements"),
        )

    def _carry(self, node: Node) -> str:
        key = f"c{len(self._carried) + 1}"
        # openpyxl takes this sequence out of texts; within quotes it can be written otherwise.
        self._carried[key] = flow_text(node).replace("x005F_", "x005F\\x5f")
        return key

    # --- questions -----------------------------------------------------------------------

    def _questions(self, key: str, lists: Mapping[str, tuple[Line, ...] | None]) -> Sheet:
        lines: list[Line] = list(self._head()) if key == FIRST else []
        section = ""
        for one in self._placed(first=key == FIRST):
            if one.fact.section != section:
                section = one.fact.section
                title = self._words.catalogue.sections.get(section, section)
                heading = {"path": Cell("#"), "question": Cell(self._words.wording(title))}
                lines.append(Line(heading, "heading"))
            lines.append(self._question(one, lists))
        return Sheet(key, self._words.titles[key], self._words.columns(key), tuple(lines))

    def _placed(self, first: bool) -> Iterator[_Placed]:
        """Yield the facts of a sheet; what is stated for several countries comes once for each."""
        for fact in self._words.questions(first):
            section, _, name = fact.path.partition(".")
            block = self._case.entries.get(section)
            if not name:
                yield _Placed(fact.path, fact, block)
                continue
            entries = block.entries if isinstance(block, Tree) else {}
            countries = {
                code: inner
                for code, inner in entries.items()
                if f"{section}.{code}" not in self._words.catalogue.facts
                and isinstance(inner, Tree)
            }
            if not any(name in inner.entries for inner in countries.values()):
                yield _Placed(fact.path, fact, entries.get(name))
                continue
            for code, inner in countries.items():
                yield _Placed(f"{section}.{code}.{name}", fact, inner.entries.get(name), code)

    def _question(self, one: _Placed, lists: Mapping[str, tuple[Line, ...] | None]) -> Line:
        fact, wording = one.fact, self._words.wording
        ask = wording(fact.ask)
        if one.country:
            ask = f"{ask} ({self._cells.country(one.country)})"
        cells = {
            "path": Cell(one.path),
            "question": Cell(ask),
            "how": Cell(self._how(fact)),
            "state": Cell(None, choices=self._states(fact)),
            **self._blank_evidence(),
            "value": self._cells.blank(fact),
        }
        if one.node is not None:
            cells |= self._answer(one, lists)
        elements = self._words.catalogue.facts.get("deal.elements")
        when = tuple(self._cells.word(e, elements) for e in fact.when) if elements else ()
        is_open = one.node is None or (isinstance(one.node, Scalar) and one.node.is_null)
        return Line(cells, when=when, is_out=is_open and fact.path in self._excluded)

    def _states(self, fact: FactDeclaration) -> tuple[str, ...]:
        names = self._words.states
        if fact.type.kind in ("set", "list"):
            return tuple(names.values())
        return tuple(word for name, word in names.items() if "more" not in name)

    def _how(self, fact: FactDeclaration) -> str:
        return how_to_answer(fact, self._words)

    def _answer(
        self, one: _Placed, lists: Mapping[str, tuple[Line, ...] | None]
    ) -> dict[str, Cell]:
        fact, node = one.fact, one.node
        assert node is not None
        stated = stated_in(node, fact)
        if stated is not None and fact.type.kind == "list" and not one.country:
            is_empty = isinstance(stated.value, Sequence) and not stated.value.items
            shown = self._words.none if is_empty else self._words.listed
            cells = {
                **self._evidence(stated.evidence),
                **self._said(fact, None if stated.value is None else shown, stated.state),
            }
            has_rows = stated.value is not None and not is_empty
            if has_rows and lists[fact.path] is not None:
                return cells
            if not has_rows and self._reads_back(fact, one.path, cells, node):
                return cells
        elif stated is not None and fact.type.kind != "list":
            cell = Cell(None) if stated.value is None else self._cells.cell(fact, stated.value)
            cells = {
                **self._evidence(stated.evidence),
                **self._said(fact, cell.value, stated.state),
            }
            if self._reads_back(fact, one.path, cells, node):
                return cells
        return {
            "carried": Cell(self._carry(node)),
            "value": Cell(self._shown(fact, node)),
        }

    def _said(self, fact: FactDeclaration, value: CellValue, state: str) -> dict[str, Cell]:
        word = self._words.states[state] if state else None
        blank = self._cells.blank(fact)
        return {
            "value": Cell(value, blank.style, blank.choices),
            "state": Cell(word, choices=self._states(fact)),
        }

    def _reads_back(
        self, fact: FactDeclaration, path: str, cells: Mapping[str, Cell], node: Node
    ) -> bool:
        """Tell whether what stands in the cells says the same as the case."""
        value = cells["value"].value
        evidence = {key: cells[key].value for key in PROVENANCE if key in cells}
        reader = CellReader(self._words)
        if self._words.carries(value) or (isinstance(value, str) and "x005F_" in value):
            return False
        read = statement_node(
            reader,
            fact,
            path,
            Statement(
                None if value is None else value,
                str(cells["state"].value or ""),
                evidence,
            ),
            {},
            _PLACE,
        )
        if read is None or reader.problems:
            return False
        return self._typed(fact, read) == self._typed(fact, node)

    def _typed(self, fact: FactDeclaration, node: Node) -> object:
        reader = StatementReader(self._words.catalogue, self._words.pack.models)
        stated = reader.path(fact.path, node, node.position)
        return ("refused",) if reader.problems else without_places(stated)

    def _shown(self, fact: FactDeclaration, node: Node) -> str:
        """Return the words for what no cell can show."""
        reader = StatementReader(self._words.catalogue, self._words.pack.models)
        stated = reader.path(fact.path, node, node.position)
        wording, catalogue = self._words.wording, self._words.catalogue
        said = wording.fact(stated, fact, catalogue)
        if stated is not None and stated.state == "conflict":
            each = (wording.value(c.value, fact, catalogue) for c in stated.candidates)
            said = f"{said}: {' / '.join(each)}"
        if stated is not None and stated.distribution is not None:
            said = wording("uncertain")
        return f"{self._words.as_in_the_file}: {said}"

    def _blank_evidence(self) -> dict[str, Cell]:
        return self._evidence({})

    def _evidence(self, stated: Mapping[str, str]) -> dict[str, Cell]:
        levels = self._words.confidence
        cells: dict[str, Cell] = {}
        for key in PROVENANCE:
            text = stated.get(key)
            if key == "confidence":
                cells[key] = Cell(levels.get(text or ""), choices=tuple(levels.values()))
            elif key == "asked_on":
                cells[key] = Cell(_day(text), "date")
            else:
                cells[key] = Cell(text)
        return cells

    # --- the case as a whole -------------------------------------------------------------

    def _head(self) -> Iterator[Line]:
        _ = self._words.wording
        for remark in self._remarks():
            yield Line({"path": Cell("#"), "question": Cell(remark)}, "remark")
        yield Line({"path": Cell("#"), "question": Cell(_("The case"))}, "heading")
        for key, (ask, how) in self._words.head_questions().items():
            node = self._case.get(key)
            value: CellValue = None
            if isinstance(node, Sequence):
                value = BETWEEN.join(i.text for i in node.items if isinstance(i, Scalar)) or None
            elif isinstance(node, Scalar):
                value = _day(node.text) if key == "as_of" else node.text
            style = "date" if key == "as_of" else "text"
            cells = {"path": Cell(key), "question": Cell(ask), "how": Cell(how)}
            yield Line({**cells, "value": Cell(value, "date" if style == "date" else "text")})
        for key, ask in self._words.unseen_questions().items():
            node = self._case.get(key)
            if isinstance(node, Tree) and node.entries:
                shown = f"{self._words.as_in_the_file}: {', '.join(node.entries)}"
                yield Line(
                    {
                        "path": Cell(key),
                        "carried": Cell(self._carry(node)),
                        "question": Cell(ask),
                        "value": Cell(shown),
                        "how": Cell(
                            _("Stays as it is in the file; empty the cell to leave it out")
                        ),
                    }
                )

    def _remarks(self) -> Iterator[str]:
        """Yield what whoever fills in the form has to know."""
        _ = self._words.wording
        yield _("Fill in the light cells. Where there is no answer, the column State says why.")
        yield _("Lists have sheets of their own, one row for each entry; so have the sources.")
        yield _("What is grey is not raised by the elements of the deal, and may stay empty.")
        if self._case.entries:
            yield _(
                "'{mark}' stands for what no cell can show; it is kept until something else is "
                "written there. Comments between the facts of the file are not kept."
            ).format(mark=self._words.as_in_the_file)

    def _sources(self) -> Sheet:
        node = self._case.get("sources")
        lines = []
        for key, source in (node.entries if isinstance(node, Tree) else {}).items():
            assert isinstance(source, Tree)
            cells = {"key": Cell(key)}
            for name in SOURCE_FIELDS:
                value = source.get(name)
                cells[name] = Cell(value.text if isinstance(value, Scalar) else None)
            lines.append(Line(cells))
        columns = self._words.columns(SOURCES)
        blank = {name: Cell() for name in ("key", *SOURCE_FIELDS)}
        blank["reliability"] = Cell(None, choices=tuple("ABCDEF"))
        return Sheet(SOURCES, self._words.titles[SOURCES], columns, tuple(lines), blank)

    def _outcome(self) -> Sheet:
        node = self._case.get("outcome")
        lines = []
        for event in node.items if isinstance(node, Sequence) else ():
            assert isinstance(event, Tree)
            texts = {name: event.get(name) for name in OUTCOME_FIELDS}
            lines.append(
                Line({n: Cell(v.text if isinstance(v, Scalar) else None) for n, v in texts.items()})
            )
        columns = self._words.columns(OUTCOME)
        blank = {name: Cell() for name in OUTCOME_FIELDS}
        return Sheet(OUTCOME, self._words.titles[OUTCOME], columns, tuple(lines), blank)

    # --- lists ---------------------------------------------------------------------------

    def _list(self, path: str) -> tuple[Line, ...] | None:
        """Return the rows of a list; None where the case states none that a sheet can show."""
        fact = self._words.catalogue.facts[path]
        node = self._node_at(path)
        stated = stated_in(node, fact) if node is not None else None
        if stated is None or not isinstance(stated.value, Sequence):
            return None
        whole = statement_node(
            CellReader(self._words),
            fact,
            path,
            Statement(
                self._words.listed,
                self._words.states.get(stated.state, ""),
                {key: cell.value for key, cell in self._evidence(stated.evidence).items()},
            ),
            {path: stated.value},
            _PLACE,
        )
        if whole is None or node is None or self._typed(fact, whole) != self._typed(fact, node):
            return None
        lines = tuple(self._entry(path, item) for item in stated.value.items)
        # An entry of which nothing is stated would be an empty row, which is no entry.
        is_shown = all(any(c.value is not None for c in line.cells.values()) for line in lines)
        return lines if is_shown else None

    def _node_at(self, path: str) -> Node | None:
        section, _, name = path.partition(".")
        block = self._case.entries.get(section)
        if not name:
            return block
        return block.entries.get(name) if isinstance(block, Tree) else None

    def _entry(self, path: str, row: Node) -> Line:
        """Return the row of one entry; what no cell can show is carried."""
        assert isinstance(row, Tree)
        record = self._words.record(path)
        cells = {
            key: cell
            for key, cell in self._evidence(
                {
                    k: v.text
                    for k, v in row.entries.items()
                    if k in PROVENANCE and isinstance(v, Scalar) and not v.is_null
                }
            ).items()
            if key not in record
        }
        carried: dict[str, Node] = {}
        for name, field in record.items():
            node = row.entries.get(name)
            cell = self._field(path, name, field, node)
            if cell is None and node is not None:
                carried[name] = node
                reader = StatementReader(self._words.catalogue, self._words.pack.models)
                rows = reader.rows(path, _list_of({name: node}))
                said = self._words.wording.fact(
                    rows[0].fields.get(name) if rows else None, field, self._words.catalogue
                )
                cell = Cell(f"{self._words.as_in_the_file}: {said}")
            assert cell is not None
            cells[name] = cell
        if carried:
            places = dict.fromkeys(carried, _PLACE)
            cells["carried"] = Cell(self._carry(Tree(carried, places, _PLACE)))
        return Line(cells)

    def _field(
        self, path: str, name: str, field: FactDeclaration, node: Node | None
    ) -> Cell | None:
        """Return the cell of an entry's field; None where it can't show what is stated."""
        if node is None:
            return self._blank_field(field)
        blank = self._blank_field(field)
        if isinstance(node, Scalar) and node.is_null:
            return Cell(self._words.states["unknown"], blank.style, blank.choices)
        if isinstance(node, Scalar) and node.text in RESERVED_WORDS:
            return Cell(self._words.states[node.text], blank.style, blank.choices)
        stated = stated_in(node, field)
        if stated is None or stated.value is None or stated.evidence or stated.state:
            return None
        value = self._cells.cell(field, stated.value).value
        reader = CellReader(self._words)
        if value is None or self._words.carries(value) or reader.state(value):
            return None
        if isinstance(value, str) and "x005F_" in value:
            return None
        read = reader.node(field, name, value, _PLACE)
        if read is None or reader.problems:
            return None
        fact = self._words.catalogue.facts[path]
        same = self._typed(fact, _list_of({name: read})) == self._typed(
            fact, _list_of({name: node})
        )
        return Cell(value, blank.style, blank.choices) if same else None

    def _blank_field(self, field: FactDeclaration) -> Cell:
        blank = self._cells.blank(field)
        if not blank.choices:
            return blank
        return Cell(None, blank.style, (*blank.choices, *self._words.open_states))

    def _list_sheet(self, path: str, lines: tuple[Line, ...]) -> Sheet:
        record = self._words.record(path)
        blank = {name: self._blank_field(field) for name, field in record.items()}
        evidence = self._evidence({})
        blank |= {key: cell for key, cell in evidence.items() if key not in record}
        return Sheet(path, self._words.titles[path], self._words.columns(path), lines, blank)


def how_to_answer(fact: FactDeclaration, words: FormWords) -> str:
    """Return how a question is answered: what may stand in the cell, and the pack's hint."""
    _, kind, cells = words.wording, fact.type.kind, CellWriter(words)
    how = {
        "set": _("One or more, with '; ' between them"),
        "enum": _("Choose from the list"),
        "bool": _("Choose from the list"),
        "country": _("The name of a state or a body"),
        "date": _("A day, such as {example}; a month or a year where no more is known").format(
            example=words.example_of_a_day
        ),
        "money": _("An amount and its currency, such as {example}").format(
            example=f"{_.number(1_200_000)} USD"
        ),
        "place": _("Degrees north and east, such as {example}").format(
            example=f"{_.number(4.6)}; {_.number(-74.1)}"
        ),
        "list": _("One row each on the sheet '{sheet}'").format(
            sheet=words.titles.get(fact.path, "")
        ),
    }.get(kind, _(fact.unit) if fact.unit != "share" else _("A share, such as 25%"))
    if kind == "set" and fact.type.element == "enum":
        names = (cells.word(member, fact) for member in fact.type.members)
        how += ": " + BETWEEN.join(names)
    hint = hint_in_words(fact, _)
    return f"{how}. {hint[:1].upper()}{hint[1:]}" if hint else how


def without_places(value: Any) -> Any:
    """Return facts without where they stand, so that those of two files can be compared."""
    if isinstance(value, Position):
        return None
    if is_dataclass(value) and not isinstance(value, type):
        return (
            type(value).__name__,
            *(without_places(getattr(value, field.name)) for field in fields(value)),
        )
    if isinstance(value, Mapping):
        return {key: without_places(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return tuple(without_places(item) for item in value)
    return value


def _list_of(fields_: Mapping[str, Node]) -> Sequence:
    row = Tree(dict(fields_), dict.fromkeys(fields_, _PLACE), _PLACE)
    return Sequence((row,), _PLACE)


def _day(text: str | None) -> CellValue:
    """Return a date as spreadsheets hold it; earlier ones than they know stay text."""
    import datetime as dt

    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return text
    return day if day.year >= 1901 else text
