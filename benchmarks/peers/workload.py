"""What every engine is given: a catalogue of facts, rules over it, and cases that state them.

All of it is made from one seed, so that two runs, and two engines in one run, see the same.
"""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from .catalogue import FACTS, Fact
from .conditions import (
    Among,
    And,
    Compare,
    Condition,
    Equals,
    Holds,
    NestedCase,
    Not,
    Or,
    Scalar,
    Syntax,
    Test,
    three_valued,
    two_valued,
    written,
)

if TYPE_CHECKING:
    from convenio import Case, Pack

SEED = 20091030
RULES = 40
CASES = 2_000
FAMILIES = ("tension", "transparency", "sovereignty", "human_rights")
SEVERITIES = ("low", "medium", "high", "critical")
AS_OF = dt.date(2009, 10, 30)


@dataclass(frozen=True, slots=True)
class SyntheticRule:
    """One rule: where it stands, how grave it is, and when it is flagged."""

    id: str
    family: str
    severity: str
    condition: Condition


def make_rules(count: int = RULES, seed: int = SEED) -> tuple[SyntheticRule, ...]:
    """Return rules of two or three tests each, over different facts."""
    chance = random.Random(f"rules {seed}")
    return tuple(
        SyntheticRule(
            id=f"SYN-{number:03}",
            family=FAMILIES[number * len(FAMILIES) // count],
            severity=chance.choice(SEVERITIES),
            condition=_condition(chance),
        )
        for number in range(count)
    )


def make_cases(
    count: int = CASES, unknown_share: float = 0, seed: int = SEED
) -> tuple[NestedCase, ...]:
    """Return cases as dicts of sections; of an unknown fact a case says nothing."""
    chance = random.Random(f"cases {seed}")
    return tuple(_case(chance, unknown_share) for _ in range(count))


def expected(rule: SyntheticRule, case: NestedCase) -> tuple[bool | None, bool | None]:
    """Return the two-valued truth (None over an incomplete case) and the one after Kleene."""
    complete = sum(len(section) for section in case.values()) == len(FACTS)
    plain = two_valued(rule.condition, case) if complete else None
    return plain, three_valued(rule.condition, case)


def to_pack(folder: Path, rules: Sequence[SyntheticRule]) -> Path:
    """Write a Convenio pack of these rules into a new folder and return it."""
    folder.mkdir(parents=True)
    _write(folder / "facts.yaml", _catalogue())
    _write(folder / "pack.yaml", _declaration(rules))
    for family in _families(rules):
        members = [_entry(rule) for rule in rules if rule.family == family]
        _write(folder / f"{family}.yaml", members)
    return folder


def loaded_pack(rules: Sequence[SyntheticRule]) -> Pack:
    """Return these rules as a Convenio pack."""
    import convenio

    with tempfile.TemporaryDirectory() as folder:
        return convenio.load_pack(to_pack(Path(folder) / "synthetic", rules))


def to_cases(pack: Pack, cases: Sequence[NestedCase]) -> list[Case]:
    """Return Convenio cases that state the same facts, each with a source and a line."""
    return [to_case(pack, case, f"synthetic-{number}") for number, case in enumerate(cases)]


def to_case(pack: Pack, case: NestedCase, name: str) -> Case:
    """Return one Convenio case of a dict."""
    from convenio.errors import Position
    from convenio.facts.case import Case, Provenance, SourceDocument, StatedFact

    provenance = Provenance(source="text", at="art. 3")
    facts = {
        path: StatedFact(path, "known", Position(name, 1, 1), value, provenance=provenance)
        for path in pack.catalogue.facts
        if (value := _typed(pack, path, case)) is not None
    }
    source = SourceDocument("text", "agreement", "The agreement", reliability="A")
    return Case(
        name, "A synthetic case", AS_OF, facts, digest="", file=name, sources={"text": source}
    )


def _typed(pack: Pack, path: str, case: NestedCase) -> Scalar | None:
    section, _, name = path.partition(".")
    value = case.get(section, {}).get(name)
    is_number = pack.catalogue.facts[path].type.kind == "number"
    return float(value) if is_number and value is not None else value


# --- rules and cases ------------------------------------------------------------------------

_SHAPES: tuple[Callable[[Condition, Condition, Condition], Condition], ...] = (
    lambda a, b, _: And((a, b)),
    lambda a, b, _: And((a, Not(b))),
    lambda a, b, _: Or((a, b)),
    lambda a, b, c: And((a, b, c)),
    lambda a, b, c: And((a, Or((b, c)))),
    lambda a, b, c: And((a, Not(Or((b, c))))),
    lambda a, b, c: Or((And((a, b)), Not(c))),
    lambda a, b, c: Not(And((a, Or((b, Not(c)))))),
)


def _condition(chance: random.Random) -> Condition:
    shape = chance.choice(_SHAPES)
    first, second, third = (_test(fact, chance) for fact in chance.sample(FACTS, 3))
    return shape(first, second, third)


def _test(fact: Fact, chance: random.Random) -> Test:
    if fact.kind == "bool":
        return Holds(fact.path)
    if fact.kind == "enum":
        if chance.random() < 0.5:
            return Equals(fact.path, chance.choice(fact.values))
        return Among(fact.path, tuple(chance.sample(fact.values, 2)))
    # Away from the ends of the range, so that every comparison can hold and can fail.
    share = chance.uniform(0.2, 0.8)
    places = 1 if fact.kind == "number" else 0
    threshold = float(round(fact.low + share * (fact.high - fact.low), places))
    return Compare(fact.path, chance.choice(("<", "<=", ">", ">=")), threshold)


def _case(chance: random.Random, unknown_share: float) -> NestedCase:
    case: dict[str, dict[str, Scalar]] = {}
    for fact in FACTS:
        # Both are drawn whatever the share, so that a known fact has one value in all flavours.
        value, lot = fact.draw(chance), chance.random()
        section, _, name = fact.path.partition(".")
        if lot >= unknown_share:
            case.setdefault(section, {})[name] = value
        else:
            case.setdefault(section, {})
    return case


# --- the pack -------------------------------------------------------------------------------


def _families(rules: Sequence[SyntheticRule]) -> list[str]:
    return list(dict.fromkeys(rule.family for rule in rules))


def _catalogue() -> dict[str, Any]:
    sections = dict.fromkeys(fact.path.partition(".")[0] for fact in FACTS)
    document: dict[str, Any] = {
        "version": 1,
        "sections": {section: section.title() for section in sections},
    }
    for fact in FACTS:
        section, _, name = fact.path.partition(".")
        label = name.replace("_", " ").capitalize()
        declared: dict[str, Any] = {"type": fact.kind, "label": label, "ask": f"{label}?"}
        if fact.values:
            declared["values"] = list(fact.values)
        if fact.high:
            declared["range"] = [fact.low, fact.high]
        document.setdefault(section, {})[name] = declared
    return document


def _declaration(rules: Sequence[SyntheticRule]) -> dict[str, Any]:
    return {
        "id": "synthetic",
        "version": "1.0.0",
        "title": "Synthetic rules",
        "currency": "USD",
        "families": _families(rules),
        "rating": {
            "critical": [
                {"at_least": 1, "severity": "critical"},
                {"at_least": 4, "severity": "high"},
            ],
            "high": [{"at_least": 1, "severity": "high"}, {"at_least": 3, "severity": "medium"}],
            "moderate": [
                {"at_least": 1, "severity": "medium"},
                {"at_least": 3, "severity": "low"},
            ],
            "overall": "worst_family",
        },
    }


def _entry(rule: SyntheticRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "title": f"Synthetic rule {rule.id}",
        "statement": "A condition that was drawn by lot holds.",
        "when": written(rule.condition, Syntax()),
        "severity": rule.severity,
        "because": "The condition holds.",
        "article": {"section": "Synthetic"},
        "threshold": {"basis": "judgement", "source": "drawn by lot"},
    }


def _write(file: Path, content: object) -> None:
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    file.write_text(text, encoding="utf-8")
