"""Puts answers into a case file: what is not answered stays as it is written."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping

from convenio.documents import Mapping, Node, Scalar, Sequence, parse_document
from convenio.documents.models import to_plain
from convenio.documents.yaml_writer import flow_text, yaml_text
from convenio.errors import CaseError, Position, UsageError
from convenio.facts.paths import entry_of, owner_of
from convenio.interview import questions

_PLACE = Position("")


def with_answers(text: str, root: Mapping, answers: AnyMapping[str, Node]) -> str:
    """Return the text of a case file with facts, or parts such as `sources.reply`, replaced.

    Comments stay, unless the facts run over several lines in the file, so that the whole has to be
    written anew; then those above everything else stay.
    """
    wanted = root
    for path, node in answers.items():
        wanted = with_value(wanted, path, node)
    try:
        edited = _edited(text, wanted, answers)
        if to_plain(_tree(edited)) == to_plain(wanted):
            return edited
    except (CaseError, UsageError):
        # Not every file can be changed line by line.
        pass
    return comments_above(text) + yaml_text(wanted)


def _edited(text: str, wanted: Mapping, answers: AnyMapping[str, Node]) -> str:
    """Return the text with the lines of single facts replaced."""
    for path in dict.fromkeys(owner_of(path) for path in answers):
        node = value_at(wanted, path.split("."))
        if node is not None:
            text = questions.inserted(_without(text, path), path, flow_text(node))
    return text


def _without(text: str, path: str) -> str:
    """Return a text without the lines of one fact; remarks below it stay."""
    root = _tree(text)
    section, _, name = path.partition(".")
    inside = root.entries.get(section)
    keys = inside.keys if isinstance(inside, Mapping) and name else {}
    found = keys.get(name) if name else root.keys.get(section)
    if found is None:
        return text
    lines = text.splitlines()
    after = [p.line for p in (*keys.values(), *root.keys.values()) if p.line > found.line]
    end = min(after, default=len(lines) + 1) - 1
    while end > found.line and lines[end - 1].lstrip()[:1] in ("", "#"):
        end -= 1
    return "\n".join([*lines[: found.line - 1], *lines[end:]]) + "\n"


def _tree(text: str) -> Mapping:
    root = parse_document(text.encode(), "case.yaml", CaseError).root
    assert isinstance(root, Mapping)
    return root


def comments_above(text: str) -> str:
    """Return the comments that stand above everything else in a case file.

    >>> comments_above("# one\\n\\n# two\\ncase: a  # three\\n")
    '# one\\n\\n# two\\n'
    """
    kept: list[str] = []
    for line in text.removeprefix("\ufeff").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            break
        kept.append(line + "\n")
    return "".join(kept)


def with_value(root: Mapping, path: str, node: Node) -> Mapping:
    """Return a case with the value at a path replaced: `terms.end`, `activities[1].place`."""
    entry = entry_of(path)
    if entry is None:
        return _set(root, path.split("."), node)
    keys = entry.list.split(".")
    listed = value_at(root, keys)
    if listed is None:
        raise KeyError(path)
    return _set(root, keys, _in_entry(listed, entry.place, entry.field, node))


def value_at(root: Node, keys: list[str]) -> Node | None:
    """Return what stands under keys, one within the other."""
    node: Node | None = root
    for key in keys:
        node = node.entries.get(key) if isinstance(node, Mapping) else None
    return node


def _in_entry(listed: Node, place: int, field: str, node: Node) -> Node:
    if isinstance(listed, Sequence):
        items = list(listed.items)
        row = items[place]
        assert isinstance(row, Mapping)
        items[place] = _set(row, [field], node)
        return Sequence(tuple(items), listed.position)
    assert isinstance(listed, Mapping)
    key = "items" if "items" in listed.entries else "value"
    return _set(listed, [key], _in_entry(listed.entries[key], place, field, node))


def _set(root: Mapping, keys: list[str], node: Node) -> Mapping:
    key, *rest = keys
    if rest:
        inner = root.entries.get(key)
        inner = inner if isinstance(inner, Mapping) else Mapping({}, {}, _PLACE)
        node = _set(inner, rest, node)
    return Mapping({**root.entries, key: node}, {**root.keys, key: _PLACE}, root.position)


def texts(**entries: str | None) -> Mapping:
    """Return a mapping of texts, those left out that are empty."""
    found: dict[str, Node] = {
        key: Scalar(text, False, _PLACE) for key, text in entries.items() if text
    }
    return Mapping(found, dict.fromkeys(found, _PLACE), _PLACE)
