"""Safe reading of YAML and JSON, with the line and column of every value.

Scalars stay text until the fact catalogue types them, so `no` is not a Boolean here and `010`
no number. Anchors, aliases, tags, duplicate keys, deep nesting, large files and invisible
direction marks are refused.
"""

from __future__ import annotations

from convenio.documents.reading import parse_document, parse_json_line, read_document
from convenio.documents.tree import Document, Mapping, Node, Scalar, Sequence

__all__ = [
    "Document",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "parse_document",
    "parse_json_line",
    "read_document",
]
