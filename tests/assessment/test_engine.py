"""One engine for many cases: what `assess` says of each, in order, as it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import pytest

from convenio import Assessment, Engine, assess
from convenio.assessment.engine import COMPILE_AFTER
from convenio.backends.durable import workers
from convenio.errors import EngineError, UsageError
from convenio.facts.case import Case
from convenio.packs import Pack

ENGINES = ("reference", "durable_rules") if sys.version_info < (3, 13) else ("reference",)
needs_durable = pytest.mark.skipif(
    sys.version_info >= (3, 13), reason="durable_rules does not build on Python 3.13"
)


def shown(assessment: Assessment) -> tuple[object, ...]:
    """Return all that an assessment says."""
    return (
        assessment.case.id,
        assessment.inference,
        assessment.outcomes,
        assessment.families,
        assessment.findings,
    )


def endless(cases: dict[str, Case], taken: list[str]) -> Iterator[Case]:
    for case in cycle(cases.values()):
        taken.append(case.id)
        yield case


@pytest.mark.parametrize("inference", ENGINES)
def test_it_says_what_assess_says(
    inference: str, pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    as_written, compiled = Engine(pack, inference), Engine(pack, inference).compile()
    for case in list(shipped_cases.values())[:COMPILE_AFTER]:
        expected = shown(assess(case, pack, inference))
        assert shown(as_written.assess(case)) == expected
        assert shown(compiled.assess(case)) == expected


def test_compiling_after_some_cases_changes_nothing(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    engine = Engine(pack, "reference")
    case = shipped_cases["us-colombia-dca-2009"]
    first = shown(engine.assess(case))
    assert all(shown(engine.assess(case)) == first for _ in range(2 * COMPILE_AFTER))


@pytest.mark.parametrize("inference", ENGINES)
def test_threads_may_share_an_engine(
    inference: str, pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    engine = Engine(pack, inference)
    expected = {
        case.id: assess(case, pack, "reference").outcomes for case in shipped_cases.values()
    }
    start, faults = threading.Barrier(8), []

    def work() -> None:
        start.wait()
        faults.extend(
            case.id
            for case in shipped_cases.values()
            if engine.assess(case).outcomes != expected[case.id]
        )

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


@pytest.mark.parametrize("inference", ENGINES)
@pytest.mark.parametrize("processes", [None, 1, 2])
def test_many_cases_keep_their_order(
    processes: int | None, inference: str, pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    cases = list(shipped_cases.values()) * 2
    found = list(Engine(pack, inference).assess_many(iter(cases), processes))
    assert [assessment.case for assessment in found] == cases
    for case, assessment in zip(cases, found[: len(shipped_cases)], strict=False):
        assert shown(assessment) == shown(assess(case, pack, inference))


def test_no_case_is_read_before_its_assessment_is_asked_for(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    taken: list[str] = []
    found = Engine(pack, "reference").assess_many(endless(shipped_cases, taken))
    assert taken == []
    assert [next(found).case.id for _ in range(3)] == taken


@needs_durable
def test_processes_do_not_read_far_ahead(pack: Pack, shipped_cases: dict[str, Case]) -> None:
    taken: list[str] = []
    found = Engine(pack, "durable_rules").assess_many(endless(shipped_cases, taken), processes=2)
    assert taken == []
    given = [assessment.case.id for assessment in islice(found, 40)]
    assert given == taken[:40]
    assert len(taken) <= 40 + 64
    found.close()


@needs_durable
def test_a_case_that_cannot_be_read_ends_the_run_with_its_error(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    def broken() -> Iterator[Case]:
        yield shipped_cases["panamax-2014"]
        raise ValueError("no such case")

    with pytest.raises(ValueError, match="no such case"):
        list(Engine(pack, "durable_rules").assess_many(broken(), processes=2))


@needs_durable
def test_a_disagreement_found_in_a_process_is_an_error(
    pack: Pack, shipped_cases: dict[str, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    infer = workers.infer_in_processes

    def lie(*arguments: object) -> Iterator[tuple[object, bytes]]:
        return ((item, codes[1:] + codes[:1]) for item, codes in infer(*arguments))

    monkeypatch.setattr(workers, "infer_in_processes", lie)
    with pytest.raises(EngineError, match=r"the engines disagree on .*no verdict is given"):
        list(Engine(pack, "durable_rules").assess_many(shipped_cases.values(), processes=2))


@pytest.mark.parametrize("processes", [0, -1])
def test_less_than_one_process_is_refused(processes: int, pack: Pack) -> None:
    with pytest.raises(UsageError, match="processes is 1 or more"):
        Engine(pack, "reference").assess_many([], processes)


SPAWN = """
import multiprocessing
from convenio import Engine, load_case, load_pack

if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    pack = load_pack("core")
    names = ["us-colombia-dca-2009", "neuquen-2014", "panamax-2014"]
    found = Engine(pack, "durable_rules").assess_many((load_case(n, pack) for n in names), 2)
    print([assessment.case.id for assessment in found] == names)
"""


@needs_durable
def test_processes_may_be_spawned(tmp_path: Path) -> None:
    script = tmp_path / "many.py"
    script.write_text(SPAWN, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.stdout.strip(), done.returncode) == ("True", 0), done.stderr


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from Linux")
def test_memory_stays_flat_over_thousands_of_cases(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    def megabytes() -> float:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    found = Engine(pack, "reference").assess_many(endless(shipped_cases, []))
    for assessment in islice(found, 500):
        assert assessment.findings
    before = megabytes()
    for number, assessment in enumerate(islice(found, 2_500)):
        assert assessment.floor
        if number % 10 == 0:
            assert assessment.findings
    assert megabytes() - before < 3
