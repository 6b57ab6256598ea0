"""Turns a file's bytes into a document."""

from __future__ import annotations

import hashlib
from pathlib import Path

from convenio.documents.json_reader import JsonReader
from convenio.documents.tree import Document, RefusedError, Scalar
from convenio.documents.yaml_reader import read_yaml
from convenio.errors import ConvenioError, Position, Problem
from convenio.messages import say

MAX_BYTES = 5_000_000


def read_document(path: Path, error: type[ConvenioError], shown: str | None = None) -> Document:
    """Read a YAML or JSON file (told apart by its ending) into a tree with positions.

    `error` is the class raised where the file can't be read: CaseError or PackError. `shown` is
    the name that positions carry; the path as given is the default.

    >>> from convenio.errors import CaseError
    >>> read_document(Path("missing.yaml"), CaseError)
    Traceback (most recent call last):
    ...
    convenio.errors.CaseError: missing.yaml: the file can't be read; found No such file or directory
    """
    name = shown or str(path)
    try:
        with path.open("rb") as handle:
            data = handle.read(MAX_BYTES + 1)
    except OSError as fault:
        problem = Problem(
            Position(name), "", say("the file can't be read"), found=fault.strerror or str(fault)
        )
        raise error([problem]) from None
    return parse_document(data, name, error)


def parse_document(data: bytes, name: str, error: type[ConvenioError]) -> Document:
    """Parse the bytes of a YAML or JSON file; `name` decides which and stands in positions."""
    try:
        return _parse(data, name)
    except RefusedError as refused:
        raise error([refused.problem]) from None


def parse_json_line(data: bytes, name: str, line: int, error: type[ConvenioError]) -> Document:
    """Parse one line of a file of JSON values; positions carry the number of the line."""
    try:
        try:
            text = data.decode("utf-8-sig" if line == 1 else "utf-8")
        except UnicodeDecodeError:
            problem = Problem(Position(name, line, 1), "", say("the line is not UTF-8 text"))
            raise RefusedError(problem) from None
        root = JsonReader(text, name, line).read()
        if isinstance(root, Scalar):
            problem = Problem(root.position, "", say("the line holds a single value"))
            raise RefusedError(problem)
    except RefusedError as refused:
        raise error([refused.problem]) from None
    return Document(root, "sha256:" + hashlib.sha256(data).hexdigest(), name)


def _parse(data: bytes, name: str) -> Document:
    if len(data) > MAX_BYTES:
        raise RefusedError(
            Problem(
                Position(name),
                "",
                say("the file is too large"),
                say("at most {MAX_BYTES:,} bytes", MAX_BYTES=MAX_BYTES),
            )
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = data[: fault.start].count(b"\n") + 1
        raise RefusedError(
            Problem(Position(name, line, 1), "", say("the file is not UTF-8 text"))
        ) from None
    root = (
        JsonReader(text, name).read() if name.lower().endswith(".json") else read_yaml(text, name)
    )
    if isinstance(root, Scalar):
        raise RefusedError(
            Problem(root.position, "", say("the file is empty or holds a single value"))
        )
    return Document(root, "sha256:" + hashlib.sha256(data).hexdigest(), name)
