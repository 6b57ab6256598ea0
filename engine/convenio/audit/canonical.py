"""Canonical JSON, and digests as results write them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import rfc8785


def digest(data: bytes) -> str:
    """Return the SHA-256 of bytes.

    >>> digest(b"")
    'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    """
    return "sha256:" + hashlib.sha256(data).hexdigest()


def canonical(content: Mapping[str, Any]) -> bytes:
    """Return an object as the one JSON text that it has (RFC 8785).

    >>> canonical({"b": 1, "a": "é"})
    b'{"a":"\\xc3\\xa9","b":1}'
    """
    return rfc8785.dumps(dict(content))
