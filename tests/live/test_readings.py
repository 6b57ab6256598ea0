"""The evaluator of live briefs on real cases, as they are and with other terms."""

from __future__ import annotations

import random
from typing import Any

import pytest

from convenio import Engine, load_case, load_pack
from convenio.assessment.cases import with_settings
from convenio.backends.script import case_data, pack_data
from convenio.backends.script.values import fact_data
from convenio.errors import UsageError
from convenio.facts.catalogue import FactDeclaration
from convenio.reports.live.choice import facts_to_try
from convenio.reports.live.page import live_data
from convenio.reports.wording import Wording
from convenio.resources import data_folder
from live.script import expected, run, told

PACK = load_pack("core")
SHIPPED = sorted(data_folder("cases").glob("*.yaml"))
CALIBRATION = sorted((data_folder("rules") / "core" / "calibration").rglob("cases/*.yaml"))
TRIALS = 12


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(PACK, "reference").compile()


def test_every_case_reads_as_the_engine_reads_it(engine):
    cases = [load_case(file, PACK) for file in (*SHIPPED, *CALIBRATION)]
    assert len(SHIPPED) == 16
    assert len(cases) >= 42
    days = {case.as_of: number for number, case in enumerate(cases)}
    packs = [pack_data(PACK, case) for case in cases]
    found = run(packs, [{"pack": days[c.as_of], "case": case_data(c)} for c in cases])
    for case, one in zip(cases, found, strict=True):
        assert told(one) == expected(engine.assess(case)), case.id


def test_other_terms_read_as_the_engine_reads_them(engine):
    """What a page carries is folded to what can matter: it must not matter."""
    chance = random.Random(13)
    packs, trials, wanted = [], [], []
    for file in SHIPPED:
        case = load_case(file, PACK)
        assessment = engine.assess(case)
        choice = facts_to_try(assessment)
        data = live_data(assessment, choice, Wording())
        packs.append(data["pack"])
        rules = frozenset(data["titles"])
        declarations = (*choice.negotiable, *choice.open)
        for _ in range(TRIALS):
            changed = chance.sample(declarations, k=min(len(declarations), chance.randint(1, 6)))
            settings = {one.path: _written(one, chance) for one in changed}
            try:
                after = with_settings(case, PACK, settings)
            except UsageError:
                continue  # a fact that the others forbid
            given = {p: fact_data(f) for p, f in after.facts.items() if p in settings}
            trials.append({"pack": len(packs) - 1, "case": data["case"], "changes": given})
            wanted.append((case.id, settings, expected(engine.assess(after), rules)))
    assert len(wanted) > TRIALS * len(SHIPPED) / 2
    for one, (case_id, settings, want) in zip(run(packs, trials), wanted, strict=True):
        assert told(one) == want, (case_id, settings)


def _written(declaration: FactDeclaration, chance: random.Random) -> str:
    """Return some value as a case file writes it, or that nothing is known."""
    if chance.random() < 0.1:
        return "null"
    kind: Any = declaration.type.kind
    high = declaration.maximum if declaration.maximum is not None else 1000
    number = chance.choice([declaration.minimum or 0, high, round(chance.uniform(0, high))])
    if kind == "bool":
        return chance.choice(["true", "false"])
    if kind == "enum":
        return chance.choice(declaration.type.members)
    if kind == "set":
        members = declaration.type.members
        return f"[{', '.join(chance.sample(members, k=chance.randint(0, min(3, len(members)))))}]"
    if kind == "date":
        return f"{chance.randint(1990, 2030)}-{chance.randint(1, 12):02d}-15"
    if kind == "money":
        return f"{{amount: {chance.choice([0, 1e6, 5e8])}, currency: USD}}"
    return str(int(number))
