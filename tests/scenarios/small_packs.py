"""Random packs and cases over a catalogue so small that every assignment can be tried."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from conformance.packs import case_text, load_written, read_case, write_pack
from convenio import Pack
from convenio.assessment.cases import facts_of_settings
from convenio.errors import Position
from convenio.facts.case import Case
from convenio.language.parser import parse
from convenio.packs.presumptions import Presumption
from convenio.packs.rule import SEVERITIES
from semantics.random_packs import RATINGS

FACTS = Path(__file__).parent / "facts.yaml"
FAMILIES = ("tension", "rights")

DOMAINS: Mapping[str, Sequence[Any]] = {
    "say.p": (True, False),
    "say.q": (True, False),
    "say.r": (True, False),
    "terms.end": ("fixed", "renews", "indefinite"),
    "terms.years": (0, 1, 2, 3, 4),
    "terms.limit": (0, 1, 2, 3, 4),
    "terms.share": (0, 0.25, 0.5, 0.75, 1),
    "terms.troops": (0, 1, 2, 3),
    "tags": tuple(
        list(chosen)
        for size in range(4)
        for chosen in itertools.combinations(("sea", "land", "air"), size)
    ),
    "wanted": tuple(
        list(chosen)
        for size in range(4)
        for chosen in itertools.combinations(("sea", "land", "air"), size)
    ),
}
"""Every value that is tried for a fact. Conditions change at none between those of a number."""

_ATOMS = (
    "say.p",
    "say.q",
    "say.r",
    "say.p == say.q",
    "terms.end == 'fixed'",
    "terms.end in ['renews', 'indefinite']",
    "terms.years >= {n}",
    "1 < terms.years <= {n}",
    "terms.years > terms.limit",
    "terms.years + terms.limit >= {n}",
    "terms.limit / terms.years > 1",
    "terms.share >= 0.5",
    "terms.share * terms.years > 1",
    "terms.troops > {n}",
    "say.p and terms.troops >= 2",
    "'sea' in tags",
    "'air' not in tags",
    "overlaps(tags, wanted)",
    "any(r.live for r in rows)",
    "all(r.live or say.q for r in rows)",
    "any(r.troops > terms.years for r in rows)",
    "count(r.live for r in rows) >= 2",
    "count(r.live for r in rows) > terms.years",
    "sum(r.troops for r in rows) > {n}",
    "sum(r.troops for r in rows if r.live) >= terms.limit",
    "at_least(2, say.p, say.q, terms.years > {n})",
)
ABOUT_THE_FILE = ("not known(terms.years)", "undisclosed(tags)", "known(say.r)")


def random_pack(random: Random, *, about: bool = False, rules: int = 3) -> Pack:
    """Return a pack of a few rules in two families, with mitigating and compound ones."""
    atoms = _ATOMS + ABOUT_THE_FILE if about else _ATOMS

    def atom() -> str:
        return random.choice(atoms).format(n=random.randrange(4))

    def condition(below: Sequence[str]) -> str:
        shape = random.choice(("atom", "and", "or", "not", "finding"))
        if shape == "finding" and below:
            return f"flagged('{random.choice(below)}', '{random.choice(SEVERITIES)}')"
        if shape == "not":
            return f"not ({atom()})"
        if shape in ("and", "or"):
            return f"({atom()}) {shape} ({atom()})"
        return atom()

    made: list[dict[str, Any]] = []
    for family in FAMILIES:
        for number in range(rules):
            below = [rule["id"] for rule in made]
            kind = random.choice(("risk", "risk", "risk", "compound", "mitigating"))
            rule: dict[str, Any] = {"id": f"{family[:2].upper()}-{number:03d}", "family": family}
            rule["kind"] = kind
            if random.random() < 0.4:
                rule["applies"] = condition(below)
            if kind == "mitigating":
                rule["when"] = condition(below)
            else:
                levels = random.sample(SEVERITIES, random.choice((1, 2)))
                rule["levels"] = {severity: condition(below) for severity in levels}
            made.append(rule)
    with TemporaryDirectory() as folder:
        path = write_pack(Path(folder) / "pack", made, FAMILIES, RATINGS[0], FACTS)
        return load_written(path)


def presuming(random: Random, pack: Pack) -> Pack:
    """Return the pack with random presumptions, some of which hang on what is stated."""
    scope_free = [atom for atom in _ATOMS if "rows" not in atom]
    presumptions: dict[str, tuple[Presumption, ...]] = {}
    for path in random.sample([*DOMAINS, "rows"], random.randrange(1, 6)):
        made = []
        for last in range(random.choice((1, 1, 2)), 0, -1):
            when = None
            if last > 1 or random.random() < 0.4:
                text = random.choice(scope_free).format(n=random.randrange(4))
                when = parse(text, Position("presumption"), "when")
            value = [] if path == "rows" else random.choice(DOMAINS[path])
            is_complete = path in ("rows", "tags", "wanted") and random.random() < 0.3
            written = json.dumps(value)
            fact = None if is_complete else facts_of_settings(pack, {path: written})[path]
            made.append(Presumption(path, "So it is presumed.", "judgement", fact, when))
        presumptions[path] = tuple(made)
    return replace(pack, presumptions=presumptions)


def random_case(random: Random, pack: Pack, open_facts: int) -> Case:
    """Return a case in which so many facts are open, one of which may be a list."""
    facts: dict[str, Any] = {path: random.choice(values) for path, values in DOMAINS.items()}
    if not facts["say.p"]:
        del facts["terms.troops"]
    facts["rows"] = [
        {"live": random.random() < 0.5, "troops": random.randrange(3)}
        for _ in range(random.randrange(3))
    ]
    for path in random.sample(list(facts), open_facts):
        if path in ("tags", "wanted") and random.random() < 0.4:
            facts[path] = {"items": facts[path], "complete": False}
        elif path == "rows" and facts[path] and random.random() < 0.4:
            facts[path] = {"items": facts[path][:1], "complete": False}
        elif path == "say.p":
            facts.pop("terms.troops", None)
            del facts[path]
        else:
            facts[path] = random.choice((None, "undisclosed"))
    if facts.get("say.p") is not True:
        # What is stated of it, and be it that it is refused, would say that it may be stated.
        facts.pop("terms.troops", None)
    return read_case(case_text({"facts": facts}), pack)


def values_of(case: Case, path: str) -> Iterator[Any]:
    """Yield every value of an open fact that the case does not rule out, as a case holds it."""
    fact = case.facts.get(path)
    stated = fact.value if fact is not None and fact.state == "known" else ()
    for value in DOMAINS[path]:
        if isinstance(value, list):
            if set(stated) <= set(value):
                yield tuple(value)
        elif path == "terms.share":
            yield float(value)
        else:
            yield value
    if path == "terms.share":
        # Between the numbers of the grid conditions come out in further ways.
        yield from (0.3, 0.4, 0.6)
