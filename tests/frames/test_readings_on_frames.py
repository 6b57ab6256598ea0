"""The presumed reading of tables: what one case is rated, every row is, on every engine."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from assessment.test_readings import PRESUMED
from conformance import rows
from conformance.packs import dump, write_pack
from convenio import assess, load_pack
from convenio.assessment.cases import case_from_document
from convenio.assessment.frame import FrameWarning, assess_frame
from convenio.backends.frames.rows import tabulate
from convenio.documents import parse_document
from convenio.errors import CaseError
from convenio.facts.case import Case
from convenio.packs import Pack
from frames.engines import FAST, as_polars, spark

FAMILIES = ("tension", "rights", "secrecy")

PRESUMPTIONS = {
    **PRESUMED,
    "deal.elements": [
        {"when": "say.r", "value": ["training", "basing"], "because": "It was so before."},
        {"complete": True, "because": "More would be on record."},
    ],
    "parties.countries": {"value": ["COL"], "because": "No other was named."},
    "terms.draft_end": {"value": "fixed", "because": "Drafts said so.", "when": "say.p"},
    "terms.start": {"value": "2019-05-01", "because": "It is the usual day."},
    "value.price": {"value": {"amount": 7, "currency": "USD"}, "because": "It was so before."},
    "parties.host": {"value": "PER", "because": "It was so before."},
    "ceiling.troops": {"value": 900, "because": "Nobody has shown fewer."},
    "ceiling.exists": {"value": True, "because": "Nobody has shown another.", "when": "say.q"},
}

CONDITIONS = """
say.p
say.q
not say.p or say.s
terms.years > 20
terms.end == 'indefinite'
terms.end == terms.draft_end
'training' in deal.elements
'exercise' in deal.elements
overlaps(deal.elements, deal.wanted)
parties.host == 'PER'
parties.host in ['COL', 'PER']
'COL' in parties.countries
not 'USA' in parties.countries
value.price > 5
value.price >= value.budget
terms.start < '2019-06-01'
months(terms.start, as_of) >= 8
known(say.p)
undisclosed(terms.end) or asked(say.q)
any(i.grave for i in incidents)
count(i.grave for i in incidents) >= 1
all(a.live for a in activities)
any(a.live and say.p for a in activities)
known(incidents)
ceiling.troops > 800
at_least(2, say.p, say.q, terms.years > 20)
""".strip().splitlines()


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    rules: list[dict[str, Any]] = [
        {
            "id": f"AA-{n:03d}",
            "family": FAMILIES[n % 3],
            "when": condition,
            "severity": ("low", "medium", "high", "critical")[n % 4],
            **({"topic": f"topic{n % 5}"} if n % 2 else {}),
        }
        for n, condition in enumerate(CONDITIONS)
    ]
    rules.append({"id": "MI-001", "family": "rights", "kind": "mitigating", "when": "not say.p"})
    rules.append(
        {"id": "CO-001", "family": "secrecy", "kind": "compound", "severity": "high"}
        | {"when": "flagged('AA-000') and flagged_in('rights', 'medium')"}
    )
    folder = write_pack(tmp_path_factory.mktemp("readings") / "pack", rules, FAMILIES)
    facts = yaml.load((rows.FOLDER / "facts.yaml").read_text("utf-8"), Loader=yaml.CSafeLoader)
    for path, entry in PRESUMPTIONS.items():
        section, _, name = path.partition(".")
        (facts[section][name] if name else facts[section])["presume"] = entry
    (folder / "facts.yaml").write_text(dump(facts), encoding="utf-8")
    return load_pack(folder)


VALUES: dict[str, Sequence[Any]] = {
    "say.p": (True, False, "undisclosed", "asked"),
    "say.q": (True, False, "asked"),
    "say.r": (True, False),
    "say.s": (True, False),
    "terms.years": (1, 25),
    "terms.end": ("fixed", "indefinite", "undisclosed"),
    "terms.draft_end": ("fixed", "renews"),
    "terms.start": ("2018-01-01", "2019-12-31"),
    "deal.elements": (["training"], [], {"items": ["exercise"], "complete": False}),
    "deal.wanted": (["training"], ["basing", "exercise"], []),
    "parties.host": ("COL", "PER"),
    "parties.countries": (["USA"], ["COL", "USA"]),
    "value.price": ({"amount": 3, "currency": "USD"}, {"amount": 9, "currency": "EUR"}),
    "value.budget": ({"amount": 8, "currency": "USD"}, {"amount": 9, "currency": "EUR"}),
    "incidents": ([], [{"grave": True}], {"items": [{"grave": False}], "complete": False}),
    "activities": ([{"live": True}], {"items": [{"live": True}, {}], "complete": False}),
}


def random_cases(pack: Pack, count: int, seed: int) -> list[Case]:
    random = Random(seed)
    cases = []
    for number in range(count):
        document: dict[str, Any] = {"case": f"c{number}", "title": "C", "as_of": "2020-01-01"}
        for path, values in VALUES.items():
            if random.random() < 0.5:
                continue
            section, _, name = path.partition(".")
            value = random.choice(values)
            if name:
                document.setdefault(section, {})[name] = value
            else:
                document[section] = value
        text = dump(document).encode()
        cases.append(case_from_document(parse_document(text, "row.yaml", CaseError), pack))
    return cases


def differences(cases: Sequence[Case], pack: Pack, build: Any) -> list[str]:
    table, children = tabulate(cases, pack.catalogue)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FrameWarning)
        lists = {path: build(child) for path, child in children.items()}
        found = as_polars(assess_frame(build(table), pack, lists).cases)
    told = {row["id"]: row for row in found.to_dicts()}
    wrong = []
    for case in cases:
        one = assess(case, pack, "reference")
        expected = {"floor": one.floor, "presumed": one.presumed, "ceiling": one.ceiling}
        for family, rating in one.families.items():
            expected[f"{family}__floor"] = rating.floor
            expected[f"{family}__presumed"] = one.presumed_families[family]
            expected[f"{family}__ceiling"] = rating.ceiling
        wrong += [
            f"{case.id} {name}: {value} is expected, {told[case.id][name]} was found"
            for name, value in expected.items()
            if told[case.id][name] != value
        ]
    return wrong


@pytest.mark.parametrize("engine", FAST)
def test_tables_presume_as_cases_do(engine: str, pack: Pack) -> None:
    assert differences(random_cases(pack, 120, 11), pack, FAST[engine]) == []


def test_spark_presumes_as_cases_do(pack: Pack, tmp_path: Path) -> None:
    assert differences(random_cases(pack, 30, 12), pack, spark) == []


def test_a_pack_that_presumes_nothing_has_no_such_column(tmp_path: Path) -> None:
    rule = {"id": "AA-001", "when": "say.p", "severity": "low"}
    plain = load_pack(write_pack(tmp_path / "pack", [rule]))
    table, _ = tabulate(random_cases(plain, 3, 1), plain.catalogue)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FrameWarning)
        assert "presumed" not in assess_frame(table, plain).cases.columns
