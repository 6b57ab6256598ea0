"""Reads the rows of the corpus, and refuses a row that says something no runner would look at.

A file is one feature: `groups`, each with a `name`, the `sentence` (or sentences) of the semantics
that it pins, and its `rows`. A row is either an expression (`expr`, `facts`, `truth`) or a pack
(`title`, `rules`, `facts`, `expect`). Facts are written as in a case file, under their paths.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
FILES = tuple(sorted(path for path in FOLDER.glob("*.yaml") if path.stem != "facts"))

VERDICT_OF = {"T": "flag", "F": "clear", "U": "unknown"}
DEFAULT_AS_OF = "2020-01-01"
DEFAULT_FAMILY = "tension"

_GROUP = {"name", "sentence", "rows"}
_SHARED = {"facts", "as_of", "sources"}
_EXPRESSION = {"expr", "truth", "support", "missing", "atoms"} | _SHARED
_PACK = {"title", "rules", "rating", "families", "expect"} | _SHARED
_EXPECT = {"verdicts", "families", "confidence", "overall", "refused"}
_VERDICT = {"verdict", "severity", "ceiling", "missing", "facts", "confidence", "reason"}
_RULE = {"id", "family", "kind", "applies", "when", "severity", "levels", "versions", "topic"}


@dataclass(frozen=True)
class Row:
    """One row; `number` is its place among the expressions of its file."""

    id: str
    file: str
    sentences: tuple[str, ...]
    content: Mapping[str, Any]
    number: int

    @property
    def is_expression(self) -> bool:
        return "expr" in self.content

    @property
    def rule_id(self) -> str:
        """The rule that carries an expression in its file's pack."""
        return f"ROW-{self.number:03d}"


@cache
def rows_of(file: Path) -> tuple[Row, ...]:
    """Return the rows of one file, each under file/group/number."""
    document = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    _refuse_others(document, {"groups"}, file.stem)
    rows: list[Row] = []
    for group in document["groups"]:
        name = f"{file.stem}/{group['name']}"
        _refuse_others(group, _GROUP, name)
        sentence = group["sentence"]
        sentences = (sentence,) if isinstance(sentence, str) else tuple(sentence)
        for number, content in enumerate(group["rows"], 1):
            _check(content, f"{name}/{number}")
            rows.append(Row(f"{name}/{number}", file.stem, sentences, content, len(rows) + 1))
    return tuple(rows)


def all_rows() -> tuple[Row, ...]:
    """Return every row of the corpus."""
    return tuple(row for file in FILES for row in rows_of(file))


def _check(content: Mapping[str, Any], where: str) -> None:
    if "expr" in content:
        _refuse_others(content, _EXPRESSION, where)
        assert content["truth"] in VERDICT_OF, f"{where}: truth is T, F or U"
        return
    _refuse_others(content, _PACK, where)
    expect = content["expect"]
    _refuse_others(expect, _EXPECT, f"{where}.expect")
    assert any(expect.values()), f"{where}: nothing is expected"
    for rule in content["rules"]:
        _refuse_others(rule, _RULE, f"{where}.{rule['id']}")
    known = {rule["id"] for rule in content["rules"]}
    for rule_id, verdict in expect.get("verdicts", {}).items():
        assert rule_id in known, f"{where}: no rule {rule_id}"
        if not isinstance(verdict, str):
            _refuse_others(verdict, _VERDICT, f"{where}.{rule_id}")
            assert "verdict" in verdict, f"{where}.{rule_id}: the verdict is missing"


def _refuse_others(mapping: Mapping[str, Any], allowed: set[str], where: str) -> None:
    others = set(mapping) - allowed
    assert not others, f"{where}: no runner looks at {sorted(others)}"
