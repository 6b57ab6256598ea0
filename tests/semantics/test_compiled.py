"""A compiled pack says of every condition and every rule what the traced evaluator says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import rows
from conformance.packs import Packs, case_text, load_written, read_case, write_pack
from convenio import Engine
from convenio.backends.outcome import Outcome
from convenio.backends.python.conditions import Conditions, compile_conditions
from convenio.backends.reference import flag_truth, verdict
from convenio.facts.case import Case
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator
from convenio.language.truth import TRUTH_OF, Truth
from convenio.packs import Pack
from semantics.random_packs import FAMILIES, RATINGS, every_atom, rules
from semantics.worlds import random_case

CASES = 5
# Each example is a pack and several cases.
some = settings(max_examples=max(1, settings.default.max_examples // 4))


def traced_truths(pack: Pack, case: Case) -> list[Truth]:
    evaluator = Evaluator(case, pack.currency, pack.guards)
    compiled = pack.compiled
    return [evaluator.trace(compiled.atoms[atom]).truth for atom in compiled.fact_atoms]


def traced_outcomes(pack: Pack, case: Case) -> dict[str, Outcome]:
    """Infer from traces of whole conditions, without atoms, formulas or tables."""
    outcomes: dict[str, Outcome] = {}

    def read(node: s.Flagged | s.FlaggedIn) -> tuple[Truth, tuple[str, ...]]:
        return flag_truth(node, outcomes, pack.compiled.families), ()

    evaluator = Evaluator(case, pack.currency, pack.guards, read)
    for rule in pack.compiled.rules:
        outcomes[rule.id] = verdict(
            evaluator.trace(rule.scope).truth,
            [severity for severity, _ in rule.conditions],
            [evaluator.trace(condition).truth for _, condition in rule.conditions],
        )
    return outcomes


def compiled_conditions(pack: Pack) -> Conditions:
    atoms = [pack.compiled.atoms[atom] for atom in pack.compiled.fact_atoms]
    return compile_conditions(atoms, pack.currency)


def load(listed: Sequence[Mapping[str, Any]], rating: Mapping[str, Any] = RATINGS[0]) -> Pack:
    with TemporaryDirectory() as folder:
        return load_written(write_pack(Path(folder) / "pack", listed, FAMILIES, rating))


def cases_of(seed: int, pack: Pack) -> list[Case]:
    random = Random(seed)
    return [read_case(case_text({"facts": random_case(random)}), pack) for _ in range(CASES)]


def test_every_condition_of_the_corpus_has_the_same_truth(tmp_path: Path) -> None:
    packs = Packs(tmp_path)
    compiled: dict[str, Conditions] = {}
    compared = 0
    for row in rows.all_rows():
        if "refused" in row.content.get("expect", ()):
            continue
        pack = packs.of(row)
        case = read_case(case_text(row.content), pack)
        if pack.digest not in compiled:
            compiled[pack.digest] = compiled_conditions(pack)
        found = [TRUTH_OF[code] for code in compiled[pack.digest](case)]
        assert found == traced_truths(pack, case), row.id
        assert packs.compiled(row).assess(case).outcomes == traced_outcomes(pack, case), row.id
        compared += 1
    assert compared >= 250


@some
@given(rules(), st.integers(0, 2**32))
def test_random_packs_have_the_same_outcomes(listed: Any, seed: int) -> None:
    pack = load(listed)
    engine = Engine(pack, "reference").compile()
    for case in cases_of(seed, pack):
        assert engine.assess(case).outcomes == traced_outcomes(pack, case)


ABOUT = (
    "known({x})",
    "undisclosed({x})",
    "asked({x})",
    "not known({x}) and say.p",
)
MORE = (
    "contains(terms.title, 'base') or say.q",
    "any(contains(a.name, 'x') or a.live for a in activities)",
    "count(known(a.troops) for a in activities) >= 1",
    "any(undisclosed(a.live) for a in activities)",
    "terms.years in [1, 2, 115]",
    "terms.start == '2020-01-01'",
    "terms.start < '2020-01-03'",
    "as_of >= '2020-01-01'",
    "value.price > value.budget",
    "value.price / value.budget >= 1",
    "sum(a.cost for a in activities if a.live or say.p) > value.budget",
    "count(a.live for a in activities for i in incidents) >= 0",
    "at_least(2, say.p, not say.q, terms.years > 3)",
    "count(at_least(1, a.live, a.night) for a in activities) * 2 >= 3",
)


@pytest.fixture(scope="module")
def atoms() -> Pack:
    """A pack of which each rule is one condition."""
    paths = ("say.p", "terms.years", "deal.elements", "value.price", "activities", "site.base")
    texts = [*every_atom(), *(text.format(x=path) for text in ABOUT for path in paths), *MORE]
    return load(
        [
            {"id": f"AT-{number:03d}", "family": "tension", "when": text, "severity": "low"}
            for number, text in enumerate(texts)
        ]
    )


def test_every_kind_of_condition_has_the_same_truth(atoms: Pack) -> None:
    cases = [case for seed in range(30) for case in cases_of(seed, atoms)]
    seen: set[tuple[int, Truth]] = set()
    conditions = compiled_conditions(atoms)
    for case in cases:
        found = [TRUTH_OF[code] for code in conditions(case)]
        assert found == traced_truths(atoms, case)
        seen |= set(enumerate(found))
    both = [number for number, _ in seen if {(number, True), (number, False)} <= seen]
    assert len(set(both)) > 0.8 * len(atoms.compiled.fact_atoms)


def test_the_shipped_cases_have_the_same_outcomes(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    engine = Engine(pack, "reference").compile()
    for case in shipped_cases.values():
        assert engine.assess(case).outcomes == traced_outcomes(pack, case)
