"""The words of a pack that people read: which of its files' values they are, and how to put
others in their place.

Conditions, names of facts and members, pinpoints, quotations and titles of sources are no words of
the pack: they stand in every language as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from convenio.documents.tree import Document, Mapping, Node, Scalar, Sequence
from convenio.errors import Position

_KEYS = {
    "pack.yaml": frozenset({"title", "levels", "families", "approval"}),
    "facts.yaml": frozenset(
        {"sections", "organisations", "label", "labels", "ask", "hint", "because", "act", "says"}
    ),
    "says.yaml": frozenset(
        {"open", "name", "says", "one", "none", "without", "entry", "entries", "phrases"}
    ),
    "law.yaml": frozenset({"title", "cite"}),
    "constitutions.yaml": frozenset({"title", "says"}),
}
"""Keys under which words stand, by file: the value itself, or each value of a mapping."""

_RULE_KEYS = frozenset(
    {"title", "statement", "because", "section", "heading", "clause", "text", "at", "of"}
)
_NO_WORDS = frozenset({"tests", "given_base", "set", "source", "sources", "values"})
"""Keys under which no words of the pack stand, although keys below may be called alike."""


class Text(NamedTuple):
    """A text of a pack, with its place in the file and what the keys above it are."""

    text: str
    file: str
    path: tuple[str, ...]
    position: Position


def texts_of(name: str, document: Document) -> Iterator[Text]:
    """Return the words that stand in a file of a pack; `name` is the file's within the pack."""
    found: list[Text] = []

    def note(scalar: Scalar, path: tuple[str, ...]) -> Scalar:
        found.append(Text(scalar.text, name, path, scalar.position))
        return scalar

    _walk(document.root, (), _keys_of(name), note)
    yield from found


def with_texts(name: str, document: Document, translated: Callable[[str], str]) -> Document:
    """Return a document with `translated` of each text; lines and digest stay those of the file."""

    def put(scalar: Scalar, _path: tuple[str, ...]) -> Scalar:
        return scalar._replace(text=translated(scalar.text))

    root = _walk(document.root, (), _keys_of(name), put)
    assert not isinstance(root, Scalar)
    return Document(root, document.digest, document.file)


def _keys_of(name: str) -> frozenset[str]:
    if name.startswith("context/"):
        return frozenset()
    return _KEYS.get(name, _RULE_KEYS)


_Visit = Callable[[Scalar, tuple[str, ...]], Scalar]


def _walk(node: Node, path: tuple[str, ...], keys: frozenset[str], visit: _Visit) -> Node:
    if isinstance(node, Sequence):
        return node._replace(items=tuple(_walk(item, path, keys, visit) for item in node.items))
    if isinstance(node, Mapping):
        entries = {
            key: _entry(child, (*path, key), keys, visit) for key, child in node.entries.items()
        }
        return node._replace(entries=entries)
    return node


def _entry(node: Node, path: tuple[str, ...], keys: frozenset[str], visit: _Visit) -> Node:
    key = path[-1]
    is_threshold = path[-2:] == ("threshold", "source")
    if is_threshold and isinstance(node, Scalar):
        return visit(node, path)
    if key in _NO_WORDS:
        return node
    # A list under such a key names things, as `families` of a pack does.
    is_text = key in keys and not isinstance(node, Sequence)
    return _words(node, path, visit) if is_text else _walk(node, path, keys, visit)


def _words(node: Node, path: tuple[str, ...], visit: _Visit) -> Node:
    """Visit a text, or each text of a mapping."""
    if isinstance(node, Mapping):
        entries = {key: _words(child, (*path, key), visit) for key, child in node.entries.items()}
        return node._replace(entries=entries)
    if isinstance(node, Sequence) or node.is_null:
        return node
    return visit(node, path)
