"""What any history of use leaves behind: a log whose chain holds, a state that goes on."""

from __future__ import annotations

import datetime as dt
import io
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from conftest import ROOT
from convenio import assess, load_case, load_pack
from convenio.audit.canonical import digest
from convenio.audit.chain import faults_of, read_log
from convenio.audit.evidence import Evidence
from convenio.audit.record import Moment, append_records
from convenio.errors import UsageError
from convenio.scenarios.monitor.journal import Journal, read_state
from convenio.scenarios.monitor.monitor import Monitor
from convenio.scenarios.monitor.observation import Observation

PACK = load_pack(ROOT / "tests" / "batch" / "small_pack")
CASE = load_case(ROOT / "tests" / "audit" / "cases" / "long.yaml", PACK)
ASSESSMENT = assess(CASE, PACK)
MOMENT = Moment(dt.datetime(2024, 5, 1, tzinfo=dt.UTC))
HISTORIES = settings(max_examples=20, stateful_step_count=12, deadline=None)


class LogHistory(RuleBasedStateMachine):
    """Records are appended, writers die; whatever else is done to the log is found and refused."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.log = self.folder / "log.jsonl"
        self.good = b""
        """What the log held when it last held good."""

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @rule(count=st.integers(1, 3))
    def append(self, count: int) -> None:
        appended = append_records(self.log, [ASSESSMENT] * count, MOMENT, rotated_at=10**9)
        data = self.log.read_bytes()
        assert data.startswith(self.good)
        assert data.count(b"\n") == self.good.count(b"\n") + count == appended.head.count
        assert appended.head.hash == digest(data.splitlines()[-1])
        self.good = data

    @precondition(lambda self: self.good)
    @rule(size=st.integers(1, 400))
    def a_writer_dies_in_the_middle_of_a_line(self, size: int) -> None:
        half = self.good.splitlines()[-1][:size]
        self.log.write_bytes(self.good + half)
        assert list(faults_of(read_log(self.log), Evidence(self.log).head())) == []
        assert append_records(self.log, [ASSESSMENT], MOMENT, rotated_at=10**9).warnings
        self.good = self.log.read_bytes()

    @precondition(lambda self: self.good)
    @rule(data=st.data())
    def somebody_alters_it(self, data: st.DataObject) -> None:
        lines = self.good.splitlines(keepends=True)
        number = data.draw(st.integers(0, len(lines) - 1))
        ways = {
            "removed": [*lines[:number], *lines[number + 1 :]],
            "doubled": [*lines[: number + 1], *lines[number:]],
            "altered": [
                *lines[:number],
                lines[number].replace(b"clock", b"claim"),
                *lines[number + 1 :],
            ],
            "cut off": lines[:number],
            "turned round": lines[::-1],
        }
        altered = b"".join(ways[data.draw(st.sampled_from(sorted(ways)))])
        if altered == self.good:
            return
        self.log.write_bytes(altered)
        with pytest.raises(UsageError, match="nothing was added"):
            append_records(self.log, [ASSESSMENT], MOMENT)
        assert self.log.read_bytes() == altered
        assert list(faults_of(read_log(self.log), Evidence(self.log).head()))
        self.log.write_bytes(self.good)

    @invariant()
    def the_chain_holds(self) -> None:
        assert list(faults_of(read_log(self.log), Evidence(self.log).head())) == []


class MonitorHistory(RuleBasedStateMachine):
    """Events arrive, wrong ones among them; the monitor stops, is torn and goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.state = self.folder / "s.state"
        self.taken: list[bytes] = []
        self.count = 0

    def teardown(self) -> None:
        shutil.rmtree(self.folder)

    @initialize()
    def start(self) -> None:
        self.monitor = Monitor(CASE, PACK)
        with Journal(self.state, self.monitor.header, None):
            pass

    def arrive(self, data: bytes) -> None:
        with Journal(self.state, self.monitor.header, read_state(self.state).length) as journal:
            for found in self.monitor.watch(io.BytesIO(data)):
                if isinstance(found, Observation) and not found.seen:
                    journal.add(found.event)
                    self.taken.append(data)

    @rule(
        day=st.dates(dt.date(2019, 6, 1), dt.date(2021, 1, 1)),
        access=st.sampled_from(["public", "withheld"]),
    )
    def an_event(self, day: dt.date, access: str) -> None:
        self.count += 1
        event = {"id": f"e{self.count}", "date": day.isoformat(), "kind": "publication"}
        self.arrive(json.dumps({**event, "set": {"text.access": access}}).encode())

    @rule(data=st.one_of(st.binary(max_size=30), st.just(b'{"id": "x", "set": {"no.fact": 1}}')))
    def a_wrong_event(self, data: bytes) -> None:
        before = len(self.taken)
        self.arrive(data)
        assert len(self.taken) == before

    @precondition(lambda self: self.taken)
    @rule()
    def an_event_again(self) -> None:
        before = len(self.taken)
        self.arrive(self.taken[-1])
        assert len(self.taken) == before

    @rule()
    def stop_and_go_on(self) -> None:
        self.monitor = Monitor.load(self.state, PACK, CASE)

    @precondition(lambda self: self.taken)
    @rule(lost=st.integers(1, 60))
    def torn_in_the_last_line(self, lost: int) -> None:
        data = self.state.read_bytes()
        self.state.write_bytes(data[: -min(lost, len(data.splitlines()[-1]))])
        self.taken.pop()
        self.monitor = Monitor.load(self.state, PACK, CASE)
        assert self.monitor.warnings

    @invariant()
    def the_state_is_that_of_its_events_alone(self) -> None:
        afresh = Monitor(CASE, PACK)
        for data in self.taken:
            list(afresh.watch(io.BytesIO(data)))
        found = self.monitor.assessment
        assert found.outcomes == afresh.assessment.outcomes
        assert found.case.as_of == afresh.assessment.case.as_of


TestLogHistory = LogHistory.TestCase
TestLogHistory.settings = HISTORIES
TestMonitorHistory = MonitorHistory.TestCase
TestMonitorHistory.settings = HISTORIES


def test_the_search_for_finds_keeps_to_its_time() -> None:
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("fuzz.py")), "--seconds", "4"],
        env={"PYTHONPATH": str(ROOT / "engine"), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for name in ("yaml", "json", "case", "condition"):
        assert f"{name}: 1 s" in done.stdout
