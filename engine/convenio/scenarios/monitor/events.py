"""Dated events about a case: what one says, and how a line of JSON is read into one."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field, fields, replace

from convenio.documents import Mapping, Node, Scalar, Sequence, parse_json_line
from convenio.documents.models import to_plain, written
from convenio.errors import EventError, Position, Problem, nearest_name
from convenio.facts.case import Case, Element, Provenance, SourceDocument, StatedFact
from convenio.facts.catalogue import Catalogue
from convenio.facts.sources import read_source
from convenio.facts.statements import StatementReader
from convenio.facts.values import parse_date
from convenio.messages import say
from convenio.packs.pack import Pack

SETTING_KINDS: AnyMapping[str, tuple[str, ...]] = {
    "set": (),
    "change": (),
    "publication": ("text", "dates"),
    "ratification": ("law", "deal", "dates"),
}
"""Kinds of event that set facts, each with the sections whose facts it may set; none: all."""

ADD, WITHDRAW = "add", "withdraw"

MAX_LINE = 1_000_000
"""Bytes that the line of an event may have."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,99}\Z")
_PROVENANCE = ("at", "quote", "confidence", "by", "note")
_COMMON = ("id", "date", "kind", "title", "source", *_PROVENANCE)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that became known about a case, dated by when it happened.

    `set` holds facts by path, `add` further entries of lists; a withdrawal names under `of` the
    event that it takes back. `source` is a document that the event itself describes. `written` is
    its line, `digest` that of its content, whatever the order of its keys.
    """

    id: str
    date: dt.date
    kind: str
    title: str
    digest: str
    written: str
    position: Position
    set: AnyMapping[str, StatedFact] = field(default_factory=dict)
    add: AnyMapping[str, tuple[Element, ...]] = field(default_factory=dict)
    of: str | None = None
    source: SourceDocument | None = None

    @property
    def key(self) -> tuple[dt.date, str]:
        """What events are ordered by, whenever they arrive."""
        return (self.date, self.id)

    @property
    def paths(self) -> tuple[str, ...]:
        """The facts of which the event speaks."""
        return (*self.set, *self.add)


def lists_of(catalogue: Catalogue) -> dict[str, str]:
    """Return the list to which an event of each kind adds: `incident` to `incidents`.

    The kinds are the catalogue's records, save those that several lists hold.
    """
    lists: dict[str, list[str]] = {}
    for path, declaration in catalogue.facts.items():
        if declaration.type.kind == "list":
            lists.setdefault(declaration.type.record, []).append(path)
    taken = (*SETTING_KINDS, ADD, WITHDRAW)
    return {
        kind: paths[0] for kind, paths in lists.items() if len(paths) == 1 and kind not in taken
    }


class EventReader:
    """Reads events about one case; a wrong one is refused with everything that is wrong with it."""

    def __init__(self, case: Case, pack: Pack) -> None:
        self._sources = frozenset(case.sources)
        self._pack = pack
        self._lists = lists_of(pack.catalogue)

    def read(self, data: bytes, name: str, line: int = 1) -> Event:
        """Return the event that a line of JSON states; `name` and `line` stand in positions.

        Raises EventError with every problem, each with line and column.

        >>> from convenio import load_case, load_pack
        >>> pack = load_pack("core")
        >>> reader = EventReader(load_case("us-colombia-dca-2009", pack), pack)
        >>> text = b'{"date": "2009-11-03", "kind": "publication", "set": {"text.acess": "public"}}'
        >>> reader.read(text, "events.jsonl", 7)
        Traceback (most recent call last):
        ...
        convenio.errors.EventError: events.jsonl:7:55: text.acess: no such fact in the catalogue; \
did you mean text.access?
        """
        if len(data) > MAX_LINE:
            raise EventError(
                [
                    Problem(
                        Position(name, line, 1),
                        "",
                        say("the line is too long"),
                        say("{MAX_LINE:,} bytes", MAX_LINE=MAX_LINE),
                    )
                ]
            )
        root = parse_json_line(data, name, line, EventError).root
        if not isinstance(root, Mapping):
            raise EventError(
                [Problem(root.position, "", say("an event is a JSON object"), found=written(root))]
            )
        text = data.decode("utf-8-sig").strip()
        return _Reading(root, self._pack, self._lists, self._sources).event(text)


class _Reading:
    """One event being read; collects its problems."""

    def __init__(
        self, root: Mapping, pack: Pack, lists: AnyMapping[str, str], sources: Iterable[str]
    ) -> None:
        self._root = root
        self._lists = lists
        self._sources = sources
        self._statements = StatementReader(pack.catalogue, pack.models)
        self._problems = self._statements.problems

    def event(self, text: str) -> Event:
        content = json.dumps(to_plain(self._root), sort_keys=True)
        digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
        number = self._id() or digest[:16]
        date, kind = self._date(), self._kind()
        if kind:
            self._refuse_unknown_keys(kind)
        source, provenance = self._source(number)
        event = Event(
            id=number,
            date=date,
            kind=kind,
            title=self._text("title"),
            digest=f"sha256:{digest}",
            written=text,
            position=self._root.position,
            source=source,
        )
        if kind in SETTING_KINDS:
            facts = self._set(kind, SETTING_KINDS[kind])
            given = {path: _with_provenance(fact, provenance) for path, fact in facts.items()}
            event = replace(event, set=given)
        elif kind == WITHDRAW:
            event = replace(event, of=self._text("of", required=True))
        elif kind:
            rows = {
                path: tuple(_row_with_provenance(row, provenance) for row in rows)
                for path, rows in self._add(kind)
            }
            event = replace(event, add=rows)
        self._check_sources(event)
        if self._problems:
            raise EventError(sorted(self._problems, key=lambda problem: problem.position))
        return event

    def _fault(self, node: Node, path: str, message: str, **more: str) -> None:
        self._problems.append(Problem(node.position, path, message, **more))

    def _text(self, key: str, required: bool = False) -> str:
        node = self._root.get(key)
        if node is None:
            if required:
                self._fault(self._root, key, say("this key is required"))
            return ""
        if not isinstance(node, Scalar) or node.plain:
            self._fault(node, key, say("must be a text"), found=written(node))
            return ""
        return node.text

    def _id(self) -> str:
        text = self._text("id")
        if text and not _ID.match(text):
            self._fault(
                self._root.entries["id"],
                "id",
                say("the identifier can't be used"),
                expected=say("letters, digits, '.', '_', ':' and '-', at most 100"),
                found=text,
            )
        return text

    def _date(self) -> dt.date:
        node = self._root.get("date")
        expected = say("a date such as 2009-11-03")
        if node is None:
            self._fault(self._root, "date", say("this key is required"), expected=expected)
            return dt.date.min
        try:
            return parse_date(node)
        except ValueError:
            self._fault(
                node, "date", say("the value can't be used"), expected=expected, found=written(node)
            )
            return dt.date.min

    def _kind(self) -> str:
        kinds = (*SETTING_KINDS, ADD, WITHDRAW, *self._lists)
        kind = self._text("kind", required=True)
        if kind and kind not in kinds:
            self._fault(
                self._root.entries["kind"],
                "kind",
                say("unknown kind of event"),
                expected=", ".join(kinds),
                found=kind,
                nearest=nearest_name(kind, kinds),
            )
            return ""
        return kind

    def _refuse_unknown_keys(self, kind: str) -> None:
        own = ("set",) if kind in SETTING_KINDS else ("of",) if kind == WITHDRAW else ("entry",)
        allowed = (*_COMMON, *own, *(("list",) if kind == ADD else ()))
        for key, position in self._root.keys.items():
            if key not in allowed:
                self._problems.append(
                    Problem(
                        position,
                        key,
                        say("unknown key"),
                        expected=", ".join(allowed),
                        nearest=nearest_name(key, allowed),
                    )
                )

    def _source(self, number: str) -> tuple[SourceDocument | None, Provenance]:
        """Return the document that the event describes, and where its facts come from."""
        texts = {key: self._text(key) or None for key in _PROVENANCE}
        confidence = texts.pop("confidence")
        if confidence not in (None, "high", "medium", "low"):
            self._fault(
                self._root.entries["confidence"],
                "confidence",
                say("unknown level"),
                expected=say("high, medium or low"),
                found=str(confidence),
            )
            confidence = None
        node = self._root.get("source")
        document = None
        key: str | None = None
        if isinstance(node, Mapping):
            key = f"event:{number}"
            document = read_source(key, node, "source", self._problems)
        elif node is not None:
            key = self._text("source")
            if key and key not in self._sources:
                self._no_source(node.position, "source", key)
        level = next((word for word in ("high", "medium", "low") if word == confidence), None)
        return document, Provenance(source=key, confidence=level, **texts)  # type: ignore[arg-type]

    def _no_source(self, position: Position, path: str, key: str) -> None:
        self._problems.append(
            Problem(
                position,
                path,
                say("the case has no such source"),
                expected=say("the key of a source of the case, or a source described here"),
                found=key,
                nearest=nearest_name(key, self._sources),
            )
        )

    def _check_sources(self, event: Event) -> None:
        """Name sources that single facts cite and the case does not declare."""
        for path, stated in _all_facts(event):
            key = stated.provenance.source
            if key and key not in self._sources and key != f"event:{event.id}":
                self._no_source(stated.position, path, key)

    def _set(self, kind: str, sections: tuple[str, ...]) -> dict[str, StatedFact]:
        node = self._root.get("set")
        if not isinstance(node, Mapping) or not node.entries:
            self._fault(
                node or self._root,
                "set",
                say("must map paths to values") if node else say("this key is required"),
                expected=say('facts by path, such as {"text.access": "public"}'),
            )
            return {}
        facts: dict[str, StatedFact] = {}
        for path, value in node.entries.items():
            section = path.partition(".")[0]
            if sections and section not in sections:
                self._problems.append(
                    Problem(
                        node.keys[path],
                        path,
                        say("no fact that a {kind} sets", kind=kind),
                        expected=say(
                            "facts of {sections}; the kind change sets any",
                            sections=" or ".join(sections),
                        ),
                    )
                )
                continue
            stated = self._statements.path(path, value, node.keys[path])
            if stated is not None:
                facts[path] = stated
        return facts

    def _add(self, kind: str) -> Iterator[tuple[str, tuple[Element, ...]]]:
        node = self._root.get("entry")
        path = self._lists.get(kind) or self._text("list", required=True)
        if not isinstance(node, Mapping) or not node.entries:
            message = say("must map fields to values") if node else say("this key is required")
            self._fault(node or self._root, "entry", message)
            return
        if not path or (kind == ADD and not self._is_list(path)):
            return
        before = len(self._problems)
        rows = self._statements.rows(path, Sequence((node,), node.position))
        # The entry is read as the first of a list; the event knows it as `entry`.
        self._problems[before:] = [
            replace(problem, path=problem.path.replace(f"{path}[0]", "entry", 1))
            for problem in self._problems[before:]
        ]
        yield path, rows

    def _is_list(self, path: str) -> bool:
        return self._statements.is_list(path, self._root.entries["list"])


def _all_facts(event: Event) -> Iterator[tuple[str, StatedFact]]:
    for path, stated in event.set.items():
        yield path, stated
        for element in stated.elements:
            yield from element.fields.items()
    for rows in event.add.values():
        for element in rows:
            for name, fact in element.fields.items():
                yield f"entry.{name}", fact


def _with_provenance(stated: StatedFact, shared: Provenance) -> StatedFact:
    """Return a fact that takes from its event what it does not say of its own source."""
    own = stated.provenance
    if stated.elements:
        rows = tuple(_row_with_provenance(row, shared) for row in stated.elements)
        stated = replace(stated, value=rows)
    if own.source is not None:
        return stated
    merged = {
        each.name: getattr(shared, each.name) if (v := getattr(own, each.name)) is None else v
        for each in fields(Provenance)
    }
    return replace(stated, provenance=Provenance(**merged))


def _row_with_provenance(row: Element, shared: Provenance) -> Element:
    facts = {name: _with_provenance(fact, shared) for name, fact in row.fields.items()}
    return replace(row, fields=facts)
