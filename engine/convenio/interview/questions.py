"""Which facts are still to be asked, and how an answer becomes a line of a case file."""

from __future__ import annotations

import re
from collections.abc import Iterator

from convenio.documents import Mapping, Node, parse_document
from convenio.errors import CaseError, Problem, UsageError
from convenio.facts.case import Case
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.statements import StatementReader
from convenio.messages import say
from convenio.packs import Pack

_TOP_LEVEL = re.compile(r"[^\s#]")


def questions(pack: Pack, case: Case, first_only: bool) -> Iterator[FactDeclaration]:
    """Yield the facts that are still to be asked: the first ones, then those that the elements
    of the deal call for. Facts that may not be stated are left out.
    """
    excluded = pack.evaluator(case).excluded
    elements = case.facts.get("deal.elements")
    stated = elements.members if elements else ()
    ordered = sorted(pack.catalogue.facts.values(), key=lambda fact: not fact.first)
    for fact in ordered:
        fits = not fact.when or elements is None or any(e in fact.when for e in stated)
        wanted = (fact.first or not first_only) and fact.answer_from != "context"
        if wanted and fits and fact.path not in excluded and fact.path not in case.facts:
            yield fact


def check(pack: Pack, path: str, yaml_text: str) -> list[Problem]:
    """Return what is wrong with an answer; nothing where it can stand in a case file."""
    try:
        node = value_node(yaml_text)
    except CaseError as fault:
        return list(fault.problems)
    reader = StatementReader(pack.catalogue, pack.models)
    reader.path(path, node, node.position)
    return reader.problems


def value_node(yaml_text: str) -> Node:
    """Parse one value as YAML."""
    root = parse_document(f"value: {yaml_text}".encode(), "answer", CaseError).root
    assert isinstance(root, Mapping)
    return root.entries["value"]


def inserted(text: str, path: str, yaml_text: str) -> str:
    """Return a case file's text with one more fact; everything else stays as it is.

    >>> inserted("case: a\\nterms:\\n  end: fixed\\n", "terms.duration_years", "5")
    'case: a\\nterms:\\n  end: fixed\\n  duration_years: 5\\n'

    Raises UsageError where the section stands on one line, so that nothing can be put into it.
    """
    section, _, key = path.partition(".")
    lines = text.splitlines()
    if not key:
        return "\n".join([*lines, f"{section}: {yaml_text}"]) + "\n"
    start = next((i for i, line in enumerate(lines) if line.startswith(f"{section}:")), None)
    if start is None:
        return "\n".join([*lines, f"{section}:", f"  {key}: {yaml_text}"]) + "\n"
    if lines[start].partition(":")[2].partition("#")[0].strip():
        raise UsageError(
            say(
                "the section '{section}' stands on one line (line {start}); "
                "write each of its facts on a line of its own, then go on",
                section=section,
                start=start + 1,
            )
        )
    end = start + 1
    while end < len(lines) and not _TOP_LEVEL.match(lines[end]):
        end += 1
    while not lines[end - 1].strip() or lines[end - 1].startswith("#"):
        end -= 1
    inner = lines[start + 1] if end > start + 1 else "  "
    indent = inner[: len(inner) - len(inner.lstrip())] or "  "
    lines.insert(end, f"{indent}{key}: {yaml_text}")
    return "\n".join(lines) + "\n"


def without(text: str, path: str) -> str:
    """Return a case file's text without a fact that stands on one line, as `inserted` puts it.

    >>> without("case: a\\nterms:\\n  end: fixed\\n", "terms.end")
    'case: a\\nterms:\\n'
    """
    section, _, key = path.partition(".")
    lines = text.splitlines()
    if not key:
        return "\n".join(line for line in lines if not line.startswith(f"{section}:")) + "\n"
    start = next((i for i, line in enumerate(lines) if line.startswith(f"{section}:")), len(lines))
    end = start + 1
    while end < len(lines) and not _TOP_LEVEL.match(lines[end]):
        if lines[end].strip().startswith(f"{key}:"):
            return "\n".join([*lines[:end], *lines[end + 1 :]]) + "\n"
        end += 1
    return text
