"""Loads case files for a pack, and changes single facts of a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from convenio.assessment.consistency import doubts
from convenio.assessment.context import with_context
from convenio.documents import Document, Node, parse_document, read_document
from convenio.documents import Mapping as TreeMapping
from convenio.errors import CaseError, Problem, UsageError
from convenio.facts.case import Case, StatedFact
from convenio.facts.case_file import read_case
from convenio.facts.distribution_checks import currency_problems
from convenio.facts.statements import StatementReader
from convenio.files import is_file, is_folder
from convenio.messages import say
from convenio.packs.pack import Pack
from convenio.resources import data_folder


def load_case(path: str | Path, pack: Pack | None = None, context: bool = True) -> Case:
    """Read a case file (YAML or JSON), or a case that ships, given by its name.

    What it leaves open is filled from the pack's dated tables, unless `context` is False.

    Raises CaseError with all problems of the file, each with line and column.

    >>> load_case("us-colombia-dca-2009").as_of.isoformat()
    '2009-10-30'
    """
    if pack is None:
        from convenio.packs.loading import load_pack

        pack = load_pack("core")
    case = case_from_document(read_document(find_case(path), CaseError), pack)
    return with_context(case, pack) if context else case


def find_case(path: str | Path) -> Path:
    """Return the file of a case; a bare name that is no file stands for a case that ships."""
    file = Path(path)
    if file.suffix == "" and file.name == str(path) and not is_file(file) and not is_folder(file):
        shipped = data_folder("cases") / f"{path}.yaml"
        if is_file(shipped):
            return shipped
    return file


def case_from_document(document: Document, pack: Pack) -> Case:
    """Return the case that a document states, checked against the pack's catalogue."""
    case = read_case(document, pack.catalogue, pack.models)
    problems = [*_guarded(case, pack), *currency_problems(case.facts, pack.currency)]
    for scenario in case.scenarios.values():
        changed = replace(case, facts={**case.facts, **scenario.set})
        problems += [p for p in _guarded(changed, pack) if p.path in scenario.set]
        problems += currency_problems(scenario.set, pack.currency)
    if problems:
        raise CaseError(problems)
    told = case.told_in(pack.language)
    return replace(told, warnings=(*case.warnings, *doubts(case, pack)))


def with_settings(case: Case, pack: Pack, settings: Mapping[str, str]) -> Case:
    """Return the case with facts replaced; values are written as in a case file.

    >>> from convenio import load_pack
    >>> pack = load_pack("core")
    >>> case = load_case("us-colombia-dca-2009", pack)
    >>> with_settings(case, pack, {"terms.duration_years": "3"}).facts["terms.duration_years"].value
    3.0
    """
    changed = with_facts(case, pack, facts_of_settings(pack, settings))
    return replace(changed, settings={**case.settings, **settings})


def facts_of_settings(
    pack: Pack, settings: Mapping[str, str], name: str = "--set"
) -> dict[str, StatedFact]:
    """Type facts that are written as in a case file; `name` says in messages where they stand."""
    nodes: dict[str, Node] = {}
    for path, text in settings.items():
        document = parse_document(f"value: {text}".encode(), f"{name} {path}", UsageError)
        if not isinstance(document.root, TreeMapping) or list(document.root.entries) != ["value"]:
            raise UsageError(
                say("{name} {path}: one value is expected, on one line", name=name, path=path)
            )
        nodes[path] = document.root.entries["value"]
    return read_facts(pack, nodes, UsageError)


def read_facts(
    pack: Pack, nodes: Mapping[str, Node], error: type[CaseError] | type[UsageError] = CaseError
) -> dict[str, StatedFact]:
    """Type facts that are given as tree nodes under their paths."""
    reader = StatementReader(pack.catalogue, pack.models)
    facts: dict[str, StatedFact] = {}
    for path, node in nodes.items():
        stated = reader.path(path, node, node.position)
        if stated is not None:
            facts[path] = stated
    if reader.problems:
        raise error(reader.problems)
    return facts


def with_facts(case: Case, pack: Pack, facts: Mapping[str, StatedFact]) -> Case:
    """Return the case with these facts in the place of its own."""
    changed = replace(case, facts={**case.facts, **facts})
    problems = [problem for problem in _guarded(changed, pack) if problem.path in facts]
    problems += currency_problems(facts, pack.currency)
    if problems:
        raise UsageError(problems)
    return without_excluded(changed, pack)


def without_excluded(case: Case, pack: Pack) -> Case:
    """Return a changed case without the facts that may not be stated any more.

    That is those whose `only_if` is false in it (semantics, "Support").
    """
    if not any(path in case.facts for path in pack.guards):
        return case
    excluded = pack.evaluator(case).excluded
    if excluded.isdisjoint(case.facts):
        return case
    return replace(case, facts={p: f for p, f in case.facts.items() if p not in excluded})


def _guarded(case: Case, pack: Pack) -> list[Problem]:
    """Name facts that are stated although their `only_if` is false."""
    excluded = pack.evaluator(case).excluded
    return [
        Problem(
            case.facts[path].position,
            path,
            say("this fact may not be stated here"),
            expected="it only where " + pack.catalogue.facts[path].only_if,
        )
        for path in pack.guards
        if path in excluded and path in case.facts and _says_something(case.facts[path])
    ]


def _says_something(fact: StatedFact) -> bool:
    return fact.state != "unknown" or fact.distribution is not None
