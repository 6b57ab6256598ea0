"""Reads the scenarios of a case file and checks that each can be applied to it."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping

from convenio.documents import Mapping, Node, Scalar, Sequence
from convenio.documents.models import written
from convenio.errors import Problem, nearest_name
from convenio.facts.case import Element, Scenario, StatedFact
from convenio.facts.provenance import check_length
from convenio.facts.statements import StatementReader
from convenio.messages import say

_KEYS = ("title", "set", "add", "remove", "extends")

MAX_CHAIN = 32
"""Scenarios that one may extend, through each other: as deep as a file may be nested."""


def read_scenarios(
    node: Node | None, facts: AnyMapping[str, StatedFact], statements: StatementReader
) -> dict[str, Scenario]:
    """Return the scenarios by name; what is wrong goes to the reader's problems."""
    if node is None:
        return {}
    reader = _ScenarioReader(facts, statements)
    if not isinstance(node, Mapping):
        reader.fault(node, "scenarios", say("must map names to scenarios"), found=written(node))
        return {}
    scenarios = {key: reader.read(key, entry) for key, entry in node.entries.items()}
    for key, scenario in scenarios.items():
        entry = node.entries[key]
        extends = entry.get("extends") if isinstance(entry, Mapping) else None
        reader.check_extends(key, scenario, scenarios, extends or entry)
    return scenarios


class _ScenarioReader:
    def __init__(self, facts: AnyMapping[str, StatedFact], statements: StatementReader) -> None:
        self._facts = facts
        self._statements = statements

    def fault(self, node: Node, path: str, message: str, **more: str) -> None:
        self._statements.problems.append(Problem(node.position, path, message, **more))

    def read(self, key: str, node: Node) -> Scenario:
        path = f"scenarios.{key}"
        if not isinstance(node, Mapping):
            self.fault(node, path, say("must be a mapping"), found=written(node))
            return Scenario(key, key, {})
        for name in node.entries:
            if name not in _KEYS:
                nearest = nearest_name(name, _KEYS, self._statements.problems)
                problem = Problem(
                    node.keys[name], f"{path}.{name}", say("unknown key"), nearest=nearest
                )
                self._statements.problems.append(problem)
        changes: dict[str, StatedFact] = {}
        for fact_path, value in self._entries(node, "set", path).items():
            stated = self._statements.path(fact_path, value, value.position)
            if stated:
                changes[fact_path] = stated
        added: dict[str, tuple[Element, ...]] = {
            name: self._statements.rows(name, rows)
            for name, rows in self._entries(node, "add", path).items()
        }
        removed = {
            name: self._indexes(name, rows, f"{path}.remove.{name}")
            for name, rows in self._entries(node, "remove", path).items()
        }
        title = self._text(node, "title", path) or key
        extends = self._text(node, "extends", path) or None
        return Scenario(key, title, changes, added, removed, extends)

    def check_extends(
        self, key: str, scenario: Scenario, scenarios: AnyMapping[str, Scenario], node: Node
    ) -> None:
        seen = [key]
        current = scenario
        while current.extends is not None:
            name = current.extends
            if name not in scenarios:
                nearest = nearest_name(name, scenarios, self._statements.problems)
                path = f"scenarios.{current.key}.extends"
                if current is scenario:
                    self.fault(node, path, say("no such scenario"), found=name, nearest=nearest)
                return
            if name in seen:
                circle = " → ".join([*seen, name])
                self.fault(node, f"scenarios.{key}.extends", say("goes in a circle"), found=circle)
                return
            if len(seen) > MAX_CHAIN:
                expected = say("at most {MAX_CHAIN} that extend each other", MAX_CHAIN=MAX_CHAIN)
                path = f"scenarios.{key}.extends"
                self.fault(node, path, say("extends too many scenarios"), expected=expected)
                return
            seen.append(name)
            current = scenarios[name]

    def _text(self, node: Mapping, key: str, path: str) -> str:
        value = node.get(key)
        if value is None:
            return ""
        if not isinstance(value, Scalar):
            self.fault(value, f"{path}.{key}", say("must be a text"), found=written(value))
            return ""
        check_length(value, f"{path}.{key}", self._statements.problems)
        return value.text

    def _entries(self, node: Mapping, key: str, path: str) -> AnyMapping[str, Node]:
        value = node.get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.fault(
                value, f"{path}.{key}", say("must map paths to values"), found=written(value)
            )
            return {}
        return value.entries

    def _indexes(self, name: str, node: Node, path: str) -> tuple[int, ...]:
        if not self._statements.is_list(name, node):
            return ()
        items = node.items if isinstance(node, Sequence) else ()
        texts = [item.text for item in items if isinstance(item, Scalar) and item.text.isdecimal()]
        if not texts or len(texts) != len(items):
            self.fault(node, path, say("must be a list of positions, counted from 0"))
            return ()
        rows = len(self._facts[name].elements) if name in self._facts else 0
        for text in texts:
            if len(text) > 9 or int(text) >= rows:
                self.fault(
                    node,
                    path,
                    say("the list has {rows} entries, counted from 0", rows=rows),
                    found=text,
                )
        return tuple(int(text) for text in texts if len(text) <= 9)
