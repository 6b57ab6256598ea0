"""Two engines infer every verdict; where they disagree there is none. Results are reproducible."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest

from convenio import assess, load_pack
from convenio.backends import durable
from convenio.backends.durable import DurableEngine
from convenio.backends.outcome import Outcome
from convenio.errors import EngineError, UsageError
from convenio.facts.case import Case
from convenio.packs import Pack
from convenio.reports.json import render
from convenio.reports.wording import Wording

needs_durable = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="durable_rules does not build on Python 3.13"
)

Outcomes = Mapping[str, Outcome]


@needs_durable
def test_both_engines_give_the_same_outcomes_for_every_case(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    for case in shipped_cases.values():
        inferred = assess(case, pack, "durable_rules")
        expected = assess(case, pack, "reference")
        assert inferred.outcomes == expected.outcomes
        assert inferred.families == expected.families
        assert (inferred.inference, expected.inference) == ("durable_rules", "reference")


@needs_durable
def test_durable_rules_is_used_where_it_is_installed(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    assert assess(shipped_cases["panamax-2014"], pack).inference == "durable_rules"


def test_without_it_the_reference_infers_and_says_so(
    pack: Pack, shipped_cases: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(durable, "available", lambda: False)
    case = shipped_cases["panamax-2014"]
    assert assess(case, pack).inference == "reference"
    with pytest.raises(UsageError, match="durable_rules is not installed"):
        assess(case, pack, "durable_rules")


def worse(outcomes: Outcomes) -> Outcomes:
    return outcomes | {"SOV-005": Outcome("flag", "critical", "critical")}


def milder(outcomes: Outcomes) -> Outcomes:
    return outcomes | {"TRA-001": Outcome("clear")}


def narrower(outcomes: Outcomes) -> Outcomes:
    flagged = next(rule for rule, o in outcomes.items() if o.ceiling != o.severity)
    return outcomes | {flagged: Outcome(outcomes[flagged].verdict, outcomes[flagged].severity)}


def without_one(outcomes: Outcomes) -> Outcomes:
    return {rule: outcome for rule, outcome in outcomes.items() if rule != "HUM-001"}


def without_any(_: Outcomes) -> Outcomes:
    return {}


@needs_durable
@pytest.mark.parametrize("lie", [worse, milder, narrower, without_one, without_any])
def test_a_disagreement_is_an_error_and_never_a_verdict(
    lie: Callable[[Outcomes], Outcomes],
    pack: Pack,
    shipped_cases: dict[str, Case],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    infer = DurableEngine.infer
    monkeypatch.setattr(DurableEngine, "infer", lambda self, truths: lie(dict(infer(self, truths))))
    with pytest.raises(
        EngineError, match=r"the engines disagree on .*no verdict is given"
    ) as caught:
        assess(shipped_cases["us-colombia-dca-2009"], pack)
    assert caught.value.exit_code == 101
    assert "us-colombia-dca-2009" in str(caught.value)


@needs_durable
def test_an_engine_that_fails_gives_no_verdict(
    pack: Pack, shipped_cases: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: DurableEngine, truths: object) -> Outcomes:
        raise EngineError("lost")

    monkeypatch.setattr(DurableEngine, "infer", fail)
    with pytest.raises(EngineError, match="lost"):
        assess(shipped_cases["panamax-2014"], pack)


def test_an_assessment_leaves_case_and_pack_as_they_were(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    case = shipped_cases["neuquen-2014"]
    first = render([assess(case, pack)], Wording())
    assess(shipped_cases["panamax-2014"], pack)
    assert render([assess(case, pack)], Wording()) == first


RENDER = """
import sys
from convenio import assess, load_case, load_pack
from convenio.reports.json import render
from convenio.reports.wording import Wording
pack = load_pack("core")
names = ["us-colombia-dca-2009", "neuquen-2014", "panamax-2014", "argentina-f16-2024"]
text = render([assess(load_case(name, pack), pack) for name in names], Wording())
sys.stdout.buffer.write(text.encode())
"""

SURROUNDINGS = [
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "tr_TR.UTF-8", "TZ": "Pacific/Kiritimati"},
    {"PYTHONHASHSEED": "4242", "LC_ALL": "es_CO.UTF-8", "TZ": "America/Bogota", "LANG": "es_CO"},
    {"PYTHONHASHSEED": "99", "LC_ALL": "POSIX", "TZ": "Asia/Tokyo", "PYTHONOPTIMIZE": "1"},
]


def test_hash_seed_locale_and_time_zone_do_not_change_a_byte() -> None:
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", RENDER], env=os.environ | surroundings, stdout=subprocess.PIPE
        )
        for surroundings in SURROUNDINGS
    ]
    outputs = [run.communicate(timeout=60)[0] for run in runs]
    assert [run.returncode for run in runs] == [0] * len(runs)
    assert len(outputs[0]) > 10_000
    assert [output == outputs[0] for output in outputs] == [True] * len(outputs)


@needs_durable
def test_an_agenda_that_does_not_run_to_its_end_is_an_error(
    shipped_cases: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    import durable_rules_engine

    monkeypatch.setattr(durable_rules_engine, "complete_and_start_action", lambda *_: None)
    with pytest.raises(EngineError, match="did not run its agenda to the end"):
        assess(shipped_cases["us-colombia-dca-2009"], load_pack("core"), "durable_rules")
