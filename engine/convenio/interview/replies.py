"""What replies make of a case: answered, refused and still asked are kept apart, and dated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from convenio.documents import Mapping as Tree
from convenio.documents import Node, Scalar, Sequence
from convenio.errors import CaseError, Position, Problem, nearest_name
from convenio.facts.case import Case
from convenio.facts.paths import entry_of, owner_of
from convenio.facts.spoken import folded
from convenio.facts.values import DateSpan
from convenio.interview.cells import CellReader
from convenio.interview.editing import texts
from convenio.interview.form_words import FormWords
from convenio.interview.letter import Mark
from convenio.interview.letter_reading import Reply
from convenio.messages import say

_PLACE = Position("")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the questions of a letter, by the paths of the facts.

    `by_hand` are answers that no field can take: entries of lists.
    """

    answered: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    changes: Mapping[str, Node] | None = None


def asked(paths: Iterable[str], on: dt.date, note: str = "") -> dict[str, Node]:
    """Return facts that are marked as asked on a day."""
    day = Scalar(on.isoformat(), True, _PLACE)
    marked: dict[str, Node] = {}
    for path in paths:
        entries: dict[str, Node] = {"asked_on": day, **texts(note=note).entries}
        marked[path] = Tree(entries, dict.fromkeys(entries, _PLACE), _PLACE)
    return marked


def outcome(
    replies: Iterable[Reply], mark: Mark, words: FormWords, case: Case, on: dt.date
) -> Outcome:
    """Return what replies make of a case on the day when they are read.

    Raises CaseError for answers that can't be read, each with its place.
    """
    reader = CellReader(words)
    source = _new_key(f"reply-{mark.on.isoformat()}", case)
    answered: dict[str, Node] = {}
    refused: dict[str, Node] = {}
    open_: list[str] = []
    by_hand: list[str] = []
    for reply in replies:
        if not _is_known(reply, words, case, reader):
            continue
        if reply.refused or reader.state(reply.answer) == "undisclosed":
            refused[reply.path] = _with_source("undisclosed", source, reply, reply.refused)
        elif not reply.answer or reader.state(reply.answer):
            if not _is_answered(reply.path, case):
                open_.append(reply.path)
        elif _is_list(reply, words) and folded(reply.answer) != folded(words.none):
            by_hand.append(reply.path)
        else:
            node = _value(reply, words, reader)
            if node is not None:
                answered[reply.path] = _wrapped(node, source, reply)
    if reader.problems:
        raise CaseError(reader.problems)
    note = ""
    if on > mark.due:
        text = words.wording("An answer was due by {due}; none had come by {day}.")
        note = text.format(due=words.wording.date(mark.due), day=words.wording.date(on))
    waiting = {**asked(open_, mark.on, note), **asked(by_hand, mark.on)}
    changes = {**answered, **refused, **waiting}
    if answered or refused:
        changes[f"sources.{source}"] = _source(mark, words, on)
    return Outcome(tuple(answered), tuple(refused), tuple(open_), tuple(by_hand), changes)


def _new_key(key: str, case: Case) -> str:
    """Return a key that no source of the case has."""
    found, number = key, 1
    while found in case.sources:
        number += 1
        found = f"{key}-{number}"
    return found


def _source(mark: Mark, words: FormWords, on: dt.date) -> Node:
    _ = words.wording
    title = _("Reply to the request for information of {day}").format(day=_.date(mark.on))
    return texts(kind="letter", title=title, date=on.isoformat())


def _is_known(reply: Reply, words: FormWords, case: Case, reader: CellReader) -> bool:
    """Tell whether the case has room for an answer; if not, that is a problem."""
    facts = words.catalogue.facts
    owner = owner_of(reply.path)
    if words.catalogue.resolve(reply.path) is None:
        nearest = nearest_name(reply.path, facts)
        message = say("no such fact in the catalogue")
        reader.problems.append(Problem(reply.position, reply.path, message, nearest=nearest))
        return False
    entry, stated = entry_of(reply.path), case.facts.get(owner)
    if entry is not None and (stated is None or entry.place >= len(stated.elements)):
        message = say("the case has no such entry any more")
        reader.problems.append(Problem(reply.position, reply.path, message))
        return False
    return True


def _is_answered(path: str, case: Case) -> bool:
    """Tell whether the case has learnt the fact from elsewhere in the meantime."""
    entry, stated = entry_of(path), case.facts.get(owner_of(path))
    if entry is not None and stated is not None:
        stated = stated.elements[entry.place].fields.get(entry.field)
    is_day = stated is None or not isinstance(stated.value, DateSpan)
    return stated is not None and stated.state == "known" and is_day


def _is_list(reply: Reply, words: FormWords) -> bool:
    fact = words.catalogue.resolve(reply.path)
    return fact is not None and fact.type.kind == "list"


def _value(reply: Reply, words: FormWords, reader: CellReader) -> Node | None:
    fact = words.catalogue.resolve(reply.path)
    assert fact is not None
    if fact.type.kind == "list":
        return Sequence((), reply.position)
    return reader.node(fact, reply.path, reply.answer, reply.position)


def _wrapped(node: Node, source: str, reply: Reply) -> Node:
    said = texts(source=source, at=reply.at)
    entries: dict[str, Node] = {"value": node, **said.entries}
    return Tree(entries, dict.fromkeys(entries, reply.position), reply.position)


def _with_source(word: str, source: str, reply: Reply, note: str) -> Node:
    said = texts(source=source, at=reply.at, note=note)
    entries: dict[str, Node] = {"value": Scalar(word, True, reply.position), **said.entries}
    return Tree(entries, dict.fromkeys(entries, reply.position), reply.position)
