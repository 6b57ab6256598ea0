"""Writes a tree of values as YAML, so that reading it gives the same tree."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from convenio.documents.tree import Mapping, Node, Scalar

_BARE = re.compile(r"[+-]?[A-Za-z0-9.~][A-Za-z0-9.+-]*\Z|~\Z")
"""Texts that YAML takes as they stand wherever they stand."""

_BARE_KEY = re.compile(r"(?!.*x005F_)(?!null|true|false|yes|off)[a-z][a-z_]{2,39}\Z")


class _Plain(str):
    """A text that was written without quotes, which may be a number, a date or nothing."""

    __slots__ = ()


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        del data
        return True


def _represent_plain(dumper: Any, data: _Plain) -> yaml.ScalarNode:
    tag = dumper.resolve(yaml.ScalarNode, str(data), (True, False))
    return yaml.ScalarNode(tag, str(data))


_Dumper.add_representer(_Plain, _represent_plain)


def yaml_text(root: Node) -> str:
    """Return a tree as a file of YAML.

    >>> from convenio.documents import parse_document
    >>> from convenio.errors import CaseError
    >>> root = parse_document(b"a: {b: 010, c: '10', d: null}", "x.yaml", CaseError).root
    >>> print(yaml_text(root), end="")
    a:
      b: 010
      c: '10'
      d: null
    """
    return yaml.dump(_data(root), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def flow_text(node: Node) -> str:
    """Return a tree as YAML on one line.

    >>> from convenio.documents import parse_document
    >>> from convenio.errors import CaseError
    >>> root = parse_document(b"a: {b: 010, c: '10', d: x y}", "x.yaml", CaseError).root
    >>> flow_text(root)
    '{"a": {"b": 010, "c": "10", "d": "x y"}}'
    """
    if isinstance(node, Scalar):
        if node.plain and not node.text:
            return "null"
        return node.text if node.plain and _BARE.match(node.text) else _quoted(node.text)
    if isinstance(node, Mapping):
        entries = (
            f"{key if _BARE_KEY.match(key) else _quoted(key)}: {flow_text(value)}"
            for key, value in node.entries.items()
        )
        return "{" + ", ".join(entries) + "}"
    return "[" + ", ".join(map(flow_text, node.items)) + "]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")


def _data(node: Node) -> Any:
    if isinstance(node, Scalar):
        return None if node.is_null else _Plain(node.text) if node.plain else node.text
    if isinstance(node, Mapping):
        return {key: _data(value) for key, value in node.entries.items()}
    return [_data(item) for item in node.items]
