"""The assessment that a brief carries, so that other tools can read it and check the page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_OPENS = '<script type="application/json" id="assessment">'
_CLOSES = "</script>"


def embedded(document: Mapping[str, Any]) -> str:
    """Return JSON that can stand inside a script element: it holds no `<`, `>` or `&`."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def embedded_in(page: str) -> dict[str, Any] | None:
    """Return the document that a brief carries; None where there is none, or more than one.

    >>> embedded_in('<script type="application/json" id="assessment">{"a": 1}</script>')
    {'a': 1}
    """
    parts = page.split(_OPENS)
    if len(parts) != 2:
        return None
    try:
        found = json.loads(parts[1].partition(_CLOSES)[0])
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
