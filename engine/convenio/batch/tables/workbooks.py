"""Looks into a workbook's own XML for what its reader doesn't tell of cells."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|t)\b[^>/]*>[^<]")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Block:
    """Cells that are merged: their first and last row and column, from 0."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class SheetParts:
    """What a sheet's XML tells; places are rows and columns from 0, from its first cell on."""

    formulas: tuple[tuple[int, int], ...] = ()
    """Cells that hold a formula and not what comes of it."""
    merged: tuple[Block, ...] = ()
    top: int = 0
    """How many rows stand above the first cell."""


def parts_of_sheet(path: Path, name: str) -> SheetParts:
    """Return what the XML of a sheet tells; nothing for workbooks that are not of XML."""
    if path.suffix.lower() not in (".xlsx", ".xlsm"):
        return SheetParts()
    with zipfile.ZipFile(path) as packed:
        member = _member(packed, name)
        xml = packed.read(member) if member else b""
    merged = [_block(*found.groups()) for found in _MERGED.finditer(xml)]
    if not merged and not re.search(rb"<(?:\w+:)?f\b", xml):
        return SheetParts(top=_first_row(xml))
    formulas = []
    rows, columns = [], []
    for attributes, inner in _CELL.findall(xml):
        at = _PLACE.search(attributes)
        if at is None:
            return SheetParts()
        place = int(at[2]) - 1, _column(at[1])
        if _VALUE.search(inner):
            rows.append(place[0])
            columns.append(place[1])
        elif re.search(rb"<(?:\w+:)?f\b", inner) and b't="str"' not in attributes:
            formulas.append(place)
    top, left = min(rows, default=0), min(columns, default=0)
    return SheetParts(
        tuple((row - top, column - left) for row, column in formulas),
        tuple(
            Block(one.top - top, one.left - left, one.bottom - top, one.right - left)
            for one in merged
        ),
        top,
    )


def _first_row(xml: bytes) -> int:
    for found in _CELL.finditer(xml):
        at = _PLACE.search(found[1])
        if at is not None and _VALUE.search(found[2] or b""):
            return int(at[2]) - 1
    return 0


def _member(packed: zipfile.ZipFile, name: str) -> str | None:
    """Return where a workbook keeps a sheet."""
    held = set(packed.namelist())
    book, links = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
    if not {book, links} <= held:
        return None
    sheets = ElementTree.fromstring(packed.read(book)).iterfind(".//{*}sheet")
    keys = [sheet.get(_RELATION) for sheet in sheets if sheet.get("name") == name]
    targets = {
        link.get("Id"): link.get("Target", "")
        for link in ElementTree.fromstring(packed.read(links)).iter()
    }
    for key in keys:
        target = targets.get(key, "").lstrip("/")
        found = target if target.startswith("xl/") else f"xl/{target}"
        if found in held:
            return found
    return None


def _block(left: bytes, top: bytes, right: bytes, bottom: bytes) -> Block:
    return Block(int(top) - 1, _column(left), int(bottom) - 1, _column(right))


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number - 1
