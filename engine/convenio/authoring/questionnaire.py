"""Turns the catalogue into questions and answers into lines of a case file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from convenio.documents import Mapping, Node, parse_document
from convenio.errors import CaseError, Problem, UsageError
from convenio.facts.case import Case
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.statements import StatementReader
from convenio.messages import say
from convenio.packs import Pack

_MONEY = re.compile(r"([\d.,]+)\s*([A-Za-z]{3})\Z|([A-Za-z]{3})\s*([\d.,]+)\Z")
_PLACE = re.compile(r"\s*(-?[\d.]+)\s*[,; ]\s*(-?[\d.]+)\s*\Z")
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


def how_to_answer(fact: FactDeclaration) -> str:
    """Return one line that says how an answer is written."""
    kind, members = fact.type.kind, ", ".join(fact.type.members)
    unit = f" ({fact.unit})" if fact.unit else ""
    texts = {
        "bool": "yes or no",
        "integer": "a whole number" + unit,
        "number": "a number" + unit,
        "date": "a date, such as 2009-10-30, or 2009-10 or 2009 where no more is known",
        "money": "an amount and a currency, such as 1200000 USD",
        "enum": "one of: " + members,
        "set": "several, with commas: " + (members or "country codes such as COL, USA"),
        "country": "a country code such as COL, or a body such as OAS",
        "place": "latitude and longitude, such as 4.6, -74.1",
        "text": "a few words",
        "list": "the number of entries; 0 where there are none",
    }
    return texts[kind]


def as_yaml(fact: FactDeclaration, answer: str) -> str:
    """Return an answer as a case file writes it; what does not fit is left for the reader.

    >>> from convenio import load_pack
    >>> as_yaml(load_pack("core").catalogue.facts["value.total"], "1200000 usd")
    '{amount: 1200000, currency: USD}'
    """
    text, kind = answer.strip(), fact.type.kind
    if text in ("undisclosed", "asked"):
        return text
    if kind == "bool":
        return {"yes": "true", "y": "true", "no": "false", "n": "false"}.get(text.lower(), text)
    if kind == "money" and (match := _MONEY.match(text)):
        amount = (match[1] or match[4]).replace(",", "")
        return f"{{amount: {amount}, currency: {(match[2] or match[3]).upper()}}}"
    if kind == "place" and (match := _PLACE.match(text)):
        return f"{{lat: {match[1]}, lon: {match[2]}}}"
    if kind == "set":
        members = [part.strip() for part in text.split(",") if part.strip()]
        written = (m.upper() if fact.type.element == "country" else m for m in members)
        return "[" + ", ".join(json.dumps(m) if not m.isidentifier() else m for m in written) + "]"
    if kind == "text":
        return json.dumps(text, ensure_ascii=False)
    return text.upper() if kind == "country" else text


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
