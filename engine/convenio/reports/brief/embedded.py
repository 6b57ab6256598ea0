"""The assessment that a brief carries, so that other tools can read it and check the page."""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

_OPENS = '<script type="application/json" id="assessment">'
_CLOSES = "</script>"

_PACKED = "deflate"
_PACKED_PART = re.compile(r'(?<=>)\{"deflate":"([^"<>]*)"\}(?=</script>)')
_LARGEST = 64_000_000
"""Bytes of a packed document that are still unpacked."""


def embedded(document: Mapping[str, Any]) -> str:
    """Return JSON that can stand inside a script element: it holds no `<`, `>` or `&`."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def packed(document: Mapping[str, Any]) -> dict[str, str]:
    """Return a document compressed, for pages that carry much else.

    It is `{"deflate": …}`: the JSON in UTF-8, compressed as RFC 1950 has it, in Base64.
    """
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return {_PACKED: base64.b64encode(zlib.compress(text.encode(), 9)).decode()}


def unpacked_page(page: str) -> str:
    """Return a page with what it carries packed written out.

    Libraries compress the same text to different bytes; written out, pages can be compared.
    """
    return _PACKED_PART.sub(_written_out, page)


def _written_out(part: re.Match[str]) -> str:
    try:
        return embedded(_unpacked({_PACKED: part[1]}))
    except (ValueError, zlib.error):
        return part[0]


def _unpacked(document: Any) -> Any:
    if not isinstance(document, dict) or list(document) != [_PACKED]:
        return document
    stream = zlib.decompressobj()
    data = base64.b64decode(str(document[_PACKED]), validate=True)
    text = stream.decompress(data, _LARGEST)
    # Nothing may stand behind the document that nobody would read.
    if not stream.eof or stream.unused_data or base64.b64encode(data).decode() != document[_PACKED]:
        raise ValueError("not a whole document")
    return json.loads(text.decode())


def embedded_in(page: str) -> dict[str, Any] | None:
    """Return the document that a brief carries; None where there is none, or more than one.

    >>> embedded_in('<script type="application/json" id="assessment">{"a": 1}</script>')
    {'a': 1}
    """
    parts = page.split(_OPENS)
    if len(parts) != 2:
        return None
    try:
        found = _unpacked(json.loads(parts[1].partition(_CLOSES)[0]))
    except (ValueError, RecursionError, zlib.error):
        return None
    return found if isinstance(found, dict) else None
