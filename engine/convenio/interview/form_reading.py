"""A form that was filled in, as the case that it states; every fault names its cell."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass

from convenio.documents import Document, Mapping, Node, Scalar, Sequence
from convenio.documents.yaml_writer import yaml_text
from convenio.errors import CaseError, Position, Problem, shorten
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.provenance import PROVENANCE
from convenio.interview.cells import CellReader, placed
from convenio.interview.evidence import Statement, evidence_nodes, statement_node
from convenio.interview.form import KIND
from convenio.interview.form_words import (
    ALL,
    FIRST,
    HEAD,
    OUTCOME,
    OUTCOME_FIELDS,
    SOURCE_FIELDS,
    SOURCES,
    UNSEEN,
    FormWords,
)
from convenio.interview.questions import value_node
from convenio.interview.sheets import CellValue, Column, FilledForm, FilledSheet, letter_of
from convenio.messages import say

_ORDER = ("case", "title", "as_of", "summary", "language", "translations", "authors")
_NO_ROW = ("second_reader", "reply")


@dataclass(frozen=True, slots=True)
class ReadForm:
    """A form that was read: the tree of its case, and the text of a file that states it."""

    document: Document
    text: str


def check_form(filled: FilledForm, name: str, pack_id: str) -> str:
    """Return the language of a form. Raises CaseError where it is of another pack or kind."""
    where = Position(name)
    if filled.settings.get("form") != KIND:
        raise CaseError(
            [
                Problem(
                    where,
                    "",
                    say("is no form that this version reads"),
                    expected=KIND,
                    found=shorten(filled.settings.get("form", "")),
                )
            ]
        )
    found = filled.settings.get("pack", "")
    if found != pack_id:
        raise CaseError(
            [
                Problem(
                    where,
                    "",
                    say("the form is of another pack"),
                    expected=say("{pack}; or name the form's own with --pack", pack=pack_id),
                    found=shorten(found),
                )
            ]
        )
    return filled.settings.get("language", "en")


def read_form(filled: FilledForm, words: FormWords, name: str, case_id: str = "") -> ReadForm:
    """Return the case that a form states, as a tree whose positions are cells.

    `case_id` is its short name where none was filled in. Raises CaseError for cells that can't be
    read, and for sheets and columns that no form has.
    """
    reader = _FormReader(filled, words, name)
    root = reader.root(case_id)
    if reader.problems:
        raise CaseError(reader.problems)
    text = filled.carried.get("comments", "") + yaml_text(root)
    digest = "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    return ReadForm(Document(root, digest, name), text)


@dataclass(frozen=True, slots=True)
class _Row:
    """One row that was read: its cells by the keys of their columns, and where each stands."""

    values: AnyMapping[str, CellValue]
    places: AnyMapping[str, Position]

    def place(self, key: str) -> Position:
        return self.places[key]

    def text(self, key: str) -> str:
        value = self.values.get(key)
        return value if isinstance(value, str) else ""


class _FormReader:
    def __init__(self, filled: FilledForm, words: FormWords, name: str) -> None:
        self._filled = filled
        self._words = words
        self._name = name
        self._cells = CellReader(words)
        self._head: dict[str, Node] = {}
        self._facts: dict[str, Node] = {}
        self._seen: dict[str, Position] = {}

    @property
    def problems(self) -> list[Problem]:
        return self._cells.problems

    def root(self, case_id: str) -> Mapping:
        sheets = self._sheets()
        lists = {
            path: entries
            for path in self._words.lists
            if path in sheets and (entries := self._entries(path, sheets[path])) is not None
        }
        for key in (FIRST, ALL):
            for row in self._rows(sheets[key], key) if key in sheets else ():
                self._question(row, lists)
        self._complete(sheets)
        self._leftover(lists)
        sources = self._sources(sheets[SOURCES]) if SOURCES in sheets else None
        outcome = self._outcome(sheets[OUTCOME]) if OUTCOME in sheets else None
        self._required(case_id)
        return self._put_together(sources, outcome)

    # --- sheets and columns --------------------------------------------------------------

    def _sheets(self) -> dict[str, FilledSheet]:
        by_title = {title: key for key, title in self._words.titles.items()}
        found: dict[str, FilledSheet] = {}
        for sheet in self._filled.sheets:
            key = by_title.get(sheet.title)
            if key is not None:
                found[key] = sheet
            elif any(value is not None for row in sheet.rows for value in row):
                where = Position(f"{self._name}: {shorten(sheet.title)}")
                expected = say("the sheets of the form alone")
                self.problems.append(Problem(where, "", say("unknown sheet"), expected))
        return found

    def _complete(self, sheets: AnyMapping[str, FilledSheet]) -> None:
        """Refuse a form that has lost a sheet, a column or a question that it was written with."""
        written = self._filled.settings
        for key, title in self._words.titles.items():
            if f"sheet {key}" not in written:
                continue
            if key not in sheets:
                where = Position(f"{self._name}: {title}")
                self.problems.append(Problem(where, "", say("this sheet is gone")))
                continue
            titles = {str(value) for value in sheets[key].rows[0]} if sheets[key].rows else set()
            for column in self._words.columns(key):
                if f"column {key} {column.key}" in written and column.title not in titles:
                    where = Position(f"{self._name}: {title}")
                    self._fault(where, say("this column is gone"), column.title)
        asked = written.get("questions", "")
        if asked.isdecimal() and len(self._seen) < int(asked) and not self.problems:
            expected = say("{asked} rows with questions", asked=int(asked))
            message = say("rows of the form are gone")
            self._fault(Position(self._name), message, len(self._seen), expected)

    def _rows(self, sheet: FilledSheet, key: str) -> Iterator[_Row]:
        """Yield the rows in which something stands."""
        known = self._words.columns(key)
        columns = self._columns(sheet, known)
        for number, values in enumerate(sheet.rows[1:], start=2):
            cells: dict[str, CellValue] = {}
            for place, value in enumerate(values):
                column = columns.get(place)
                if column is not None:
                    cells[column.key] = value
                elif isinstance(value, str) and not value.strip():
                    continue
                elif value is not None:
                    position = self._at(sheet, place, number)
                    self._fault(position, say("stands in a column without a heading"), value)
            if any(value is not None for value in cells.values()):
                places = {
                    column.key: self._at(sheet, place, number) for place, column in columns.items()
                }
                missing = Position(f"{self._name}: {sheet.title}!{number}")
                every = {c.key: places.get(c.key, missing) for c in known}
                yield _Row(cells, every)

    def _columns(self, sheet: FilledSheet, known: tuple[Column, ...]) -> dict[int, Column]:
        by_title = {column.title: column for column in known}
        found: dict[int, Column] = {}
        for place, title in enumerate(sheet.rows[0] if sheet.rows else ()):
            if title is None:
                continue
            column = by_title.get(str(title))
            position = self._at(sheet, place, 1)
            if column is None:
                names = "; ".join(one.title for one in known if not one.hidden)
                self._fault(position, say("unknown column"), title, say("{names}", names=names))
            elif column in found.values():
                self._fault(position, say("this column stands twice"), title)
            else:
                found[place] = column
        return found

    def _at(self, sheet: FilledSheet, column: int, row: int) -> Position:
        return Position(f"{self._name}: {sheet.title}!{letter_of(column)}{row}")

    def _fault(
        self, position: Position, message: str, found: object = "", expected: str = ""
    ) -> None:
        shown = self._cells.shown(found)
        self.problems.append(Problem(position, "", message, expected, shorten(shown)))

    # --- questions -----------------------------------------------------------------------

    def _question(self, row: _Row, lists: AnyMapping[str, Sequence]) -> None:
        path = row.text("path")
        if path == "#":
            return
        if path in self._seen:
            where = self._seen[path]
            message = say("this question stands twice; the first is at {where}", where=str(where))
            self._fault(row.place("question"), message, path)
            return
        self._seen[path] = row.place("value")
        if path in (*HEAD, *UNSEEN):
            for key in ("state", *PROVENANCE):
                if row.values.get(key) is not None:
                    self._fault(row.place(key), say("nothing is filled in here"), row.values[key])
        if path in HEAD:
            self._head_answer(path, row)
        elif path in UNSEEN:
            carried = self._carried(row)
            if carried is not None:
                self._head[path] = carried
        else:
            self._fact(path, row, lists)

    def _fact(self, path: str, row: _Row, lists: AnyMapping[str, Sequence]) -> None:
        fact = self._declared(path)
        if fact is None:
            expected = say("answers in the rows of the form, and lists on their own sheets")
            self._fault(row.place("question"), say("this row is of no question"), path, expected)
            return
        if self._words.carries(row.values.get("value")):
            carried = self._carried(row)
            if carried is not None:
                self._facts[path] = carried
            return
        said = Statement(
            row.values.get("value"),
            str(row.values.get("state") or ""),
            {key: row.values.get(key) for key in PROVENANCE},
        )
        node = statement_node(
            self._cells, fact, path, said, lists, row.place("value"), places=row.places
        )
        if node is not None:
            self._facts[path] = node

    def _declared(self, path: str) -> FactDeclaration | None:
        facts = self._words.catalogue.facts
        if path in facts:
            return facts[path]
        section, _, rest = path.partition(".")
        country, _, name = rest.partition(".")
        found = facts.get(f"{section}.{name}")
        return found if found and country in self._words.catalogue.actors else None

    def _carried(self, row: _Row, column: str = "value") -> Node | None:
        """Return what the row's cell stands for; None where it was emptied."""
        if not self._words.carries(row.values.get(column)):
            if row.values.get(column) is not None:
                expected = say("what stood there, or nothing")
                self._fault(
                    row.place(column), say("can't be changed here"), row.values[column], expected
                )
            return None
        text = self._filled.carried.get(row.text("carried"))
        try:
            node = None if text is None else value_node(text)
        except CaseError:
            node = None
        if node is None:
            self._fault(row.place(column), say("what the cell stands for is lost"))
            return None
        return placed(node, row.place(column))

    def _leftover(self, lists: AnyMapping[str, Sequence]) -> None:
        """Refuse entries of a list of which the question says something else."""
        for path, entries in lists.items():
            node = self._facts.get(path)
            uses = node is entries or (isinstance(node, Mapping) and entries in _values(node))
            if entries.items and not uses and not self.problems:
                where = self._seen.get(path, entries.position)
                expected = say("'{listed}'", listed=self._words.listed)
                self._fault(where, say("there are entries on the sheet"), "", expected)

    # --- the case as a whole -------------------------------------------------------------

    def _head_answer(self, key: str, row: _Row) -> None:
        value = row.values.get("value")
        if value is None:
            return
        position = row.place("value")
        node: Node | None
        if key == "as_of":
            node = self._cells.date(value, key, position)
        else:
            node = self._cells.text(value, key, position)
        if key == "authors" and isinstance(node, Scalar):
            names = [name.strip() for name in node.text.split(";")]
            node = Sequence(tuple(Scalar(n, False, position) for n in names if n), position)
        if node is not None:
            self._head[key] = node

    def _required(self, case_id: str) -> None:
        for key in ("title", "as_of"):
            if key not in self._head and not self.problems:
                where = self._seen.get(key, Position(self._name))
                self.problems.append(Problem(where, key, say("an answer is required here")))
        if "case" not in self._head and case_id:
            self._head["case"] = Scalar(case_id, False, Position(self._name))

    def _sources(self, sheet: FilledSheet) -> Mapping | None:
        entries: dict[str, Node] = {}
        for row in self._rows(sheet, SOURCES):
            fields = self._texts(row, SOURCE_FIELDS, "sources")
            key = self._cells.text(row.values.get("key"), "sources", row.place("key"))
            if key is None or not key.text:
                if any(fields):
                    self._fault(row.place("key"), say("a source needs a short name"))
                continue
            if key.text in entries:
                self._fault(row.place("key"), say("this source stands twice"), key.text)
            keys = {name: node.position for name, node in fields.items()}
            entries[key.text] = Mapping(fields, keys, row.place("key"))
        if not entries:
            return None
        places = {key: node.position for key, node in entries.items()}
        return Mapping(entries, places, Position(self._name))

    def _outcome(self, sheet: FilledSheet) -> Sequence | None:
        events: list[Node] = []
        for row in self._rows(sheet, OUTCOME):
            fields = self._texts(row, OUTCOME_FIELDS, f"outcome[{len(events)}]")
            keys = {name: node.position for name, node in fields.items()}
            events.append(Mapping(fields, keys, row.place("what")))
        return Sequence(tuple(events), Position(self._name)) if events else None

    def _texts(self, row: _Row, names: tuple[str, ...], path: str) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for name in names:
            value = row.values.get(name)
            if value is None:
                continue
            node: Scalar | None
            if name == "date":
                node = self._cells.date(value, f"{path}.{name}", row.place(name))
            else:
                node = self._cells.text(value, f"{path}.{name}", row.place(name))
            if node is not None:
                found[name] = node
        return found

    # --- lists ---------------------------------------------------------------------------

    def _entries(self, path: str, sheet: FilledSheet) -> Sequence | None:
        rows: list[Node] = []
        for row in self._rows(sheet, path):
            rows.append(self._entry(f"{path}[{len(rows)}]", path, row))
        where = Position(f"{self._name}: {sheet.title}")
        return Sequence(tuple(rows), where) if rows else None

    def _entry(self, where: str, path: str, row: _Row) -> Mapping:
        record = self._words.record(path)
        carried: Node | None = None
        if row.text("carried"):
            text = self._filled.carried.get(row.text("carried"), "")
            carried = value_node(text) if text else None
        fields: dict[str, Node] = {}
        for name, field in record.items():
            value = row.values.get(name)
            if value is None:
                continue
            node: Node | None
            state = self._cells.state(value)
            if state:
                word = "null" if state == "unknown" else state
                node = Scalar(word, True, row.place(name))
            elif self._words.carries(value):
                node = carried.get(name) if isinstance(carried, Mapping) else None
                if node is None:
                    self._fault(row.place(name), say("what the cell stands for is lost"))
                    continue
                node = placed(node, row.place(name))
            else:
                node = self._cells.node(field, f"{where}.{name}", value, row.place(name))
            if node is not None:
                fields[name] = node
        said = {key: row.values.get(key) for key in PROVENANCE if key not in record}
        fields |= evidence_nodes(self._cells, where, said, row.places)
        first = next(iter(fields.values()), None)
        position = first.position if first is not None else row.place(next(iter(record)))
        return Mapping(fields, {key: node.position for key, node in fields.items()}, position)

    # --- all together --------------------------------------------------------------------

    def _put_together(self, sources: Node | None, outcome: Node | None) -> Mapping:
        entries: dict[str, Node] = {}
        for key in (*_ORDER, *_NO_ROW):
            if key in self._head:
                entries[key] = self._head[key]
        blocks: dict[str, dict[str, Node]] = {}
        for fact in self._words.catalogue.facts.values():
            for path, node in self._facts.items():
                if self._declared(path) is not fact:
                    continue
                section, dot, name = path.partition(".")
                if not dot:
                    entries[section] = node
                    continue
                if section not in blocks:
                    blocks[section] = {}
                    entries[section] = _mapping(blocks[section], node.position)
                country, dot, inner = name.partition(".")
                if not dot:
                    blocks[section][name] = node
                else:
                    block = blocks[section].setdefault(country, _mapping({}, node.position))
                    assert isinstance(block, Mapping)
                    block.entries[inner] = node
        for key, node_ in (
            ("sources", sources),
            ("scenarios", self._head.get("scenarios")),
            ("outcome", outcome),
        ):
            if node_ is not None:
                entries[key] = node_
        return _with_keys(_mapping(entries, Position(self._name)))


def _values(node: Mapping) -> tuple[Node, ...]:
    return tuple(node.entries.values())


def _mapping(entries: dict[str, Node], position: Position) -> Mapping:
    return Mapping(entries, {}, position)


def _with_keys(node: Mapping) -> Mapping:
    """Return a mapping whose keys stand where their values stand, down to the last."""
    entries: dict[str, Node] = {
        key: _with_keys(value) if isinstance(value, Mapping) else value
        for key, value in node.entries.items()
    }
    keys = {key: node.keys.get(key, value.position) for key, value in entries.items()}
    return Mapping(entries, keys, node.position)
