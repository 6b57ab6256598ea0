"""A pack and a case as plain data, which `reports/live/evaluator.js` reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from convenio.backends.script.conditions import FALSE, NodeTable, Settled, Tree, Trees
from convenio.backends.script.values import fact_data, value_data
from convenio.facts.case import Case
from convenio.language import syntax as s
from convenio.packs.compile import CompiledRule
from convenio.packs.pack import Pack
from convenio.packs.policy import RATINGS
from convenio.packs.presumptions import Presumption
from convenio.packs.rule import severity_number


def pack_data(pack: Pack, case: Case, settled: Settled | None = None) -> dict[str, Any]:
    """Return a pack as data, in the version that is in force on the day of a case.

    With `settled`, what nothing can change is folded to its truth, rules that then can't apply are
    left out, and so is all that speaks of facts which no rule reads any more.
    """
    trees, table = Trees(pack.catalogue, settled), NodeTable()
    rules = list(_rules(pack, case, trees, table, keep_all=settled is None))
    read = _facts_read(pack, table)
    presumed = {
        path: [_presumption(one, trees, table) for one in several]
        for path, several in pack.presumptions.items()
        if path in read
    }
    guards = {path: trees.condition(guard) for path, guard in pack.guards.items() if path in read}
    return {
        "currency": pack.currency,
        "rating": [
            [
                [one.at_least, severity_number(one.severity)]
                for one in pack.policy.rows.get(name, ())
            ]
            for name in RATINGS
        ],
        "families": list(pack.families),
        "rules": rules,
        "guards": {path: table.number(guard) for path, guard in guards.items()},
        "presumptions": presumed,
        "nodes": table.nodes,
    }


def facts_of(data: Mapping[str, Any]) -> frozenset[str]:
    """Return the facts that the conditions of a pack's data read."""
    return frozenset(_paths(data["nodes"]))


def case_data(case: Case, paths: Iterable[str] | None = None) -> dict[str, Any]:
    """Return a case as data: of its facts those of `paths`, or all."""
    wanted = set(case.facts if paths is None else paths)
    facts = {path: fact_data(fact) for path, fact in case.facts.items() if path in wanted}
    return {"as_of": case.as_of.isoformat(), "facts": facts}


def _facts_read(pack: Pack, table: NodeTable) -> frozenset[str]:
    """Return the facts that numbered conditions read, and those on which these depend in turn.

    A fact depends on the one that says whether it may be stated, and on what its presumptions ask.
    """
    found = set(_paths(table.nodes))
    while True:
        further = {
            path
            for condition in _behind(found, pack)
            for path in s.paths_of(condition)
            if path in pack.catalogue.facts
        }
        if further <= found:
            return frozenset(found)
        found |= further


def _behind(paths: Iterable[str], pack: Pack) -> Iterable[s.Expression]:
    for path in paths:
        if path in pack.guards:
            yield pack.guards[path]
        for one in pack.presumptions.get(path, ()):
            if one.when is not None:
                yield one.when


def _paths(nodes: Iterable[list[Any]]) -> Iterable[str]:
    for node in nodes:
        if node[0] == "fact":
            yield node[1]
        elif node[0] in ("any", "all", "count", "sum"):
            yield from (path for _, path in node[2])


def _rules(
    pack: Pack, case: Case, trees: Trees, table: NodeTable, keep_all: bool
) -> Iterable[dict[str, Any]]:
    """Yield the rules in the order in which they can be inferred."""
    for rule in pack.compiled.rules:
        scope = trees.condition(_scope(rule, pack, case))
        if scope == FALSE and not keep_all:
            trees.gone.add(rule.id)
            continue
        levels = {n: trees.condition(when) for n, when in _levels(rule, pack, case).items()}
        yield _rule(rule, scope, levels, table)


def _rule(
    rule: CompiledRule, scope: Tree, levels: Mapping[int, Tree], table: NodeTable
) -> dict[str, Any]:
    """Return a rule as data. A level that can't hold says nothing and is left out."""
    factor = {"factor": True} if rule.kind == "mitigating" else {}
    topic = {"topic": rule.counted_as} if rule.counted_as != rule.id else {}
    return {
        "id": rule.id,
        "family": rule.family,
        **factor,
        **topic,
        "applies": table.number(scope),
        "levels": [
            [severity, table.number(when)] for severity, when in levels.items() if when != FALSE
        ],
    }


def _scope(rule: CompiledRule, pack: Pack, case: Case) -> s.Expression:
    """Return when a rule applies on the day of the case."""
    written = pack.by_id[rule.id]
    if not written.dated:
        return written.applies
    in_force = any(version.in_force(case.as_of) for version in written.versions)
    return written.applies if in_force else s.Literal(False)


def _levels(rule: CompiledRule, pack: Pack, case: Case) -> dict[int, s.Expression]:
    """Return the levels of the version in force by the number of their severity, lowest first."""
    version = next((v for v in pack.by_id[rule.id].versions if v.in_force(case.as_of)), None)
    levels = version.levels if version is not None else ()
    found = {severity_number(level.severity): level.condition for level in levels}
    return dict(sorted(found.items()))


def _presumption(one: Presumption, trees: Trees, table: NodeTable) -> dict[str, Any]:
    """Return a presumption as data; without a value it takes what may go on to be complete."""
    data: dict[str, Any] = {}
    if one.when is not None:
        data["when"] = table.number(trees.condition(one.when))
    if one.value is not None:
        assert one.value.value is not None
        data["value"] = value_data(one.value.value)
    return data
