"""A command that is killed loses nothing that it told of, and leaves nothing half done.

Each kill comes at a moment of its own within the time that the whole run takes. There are twenty in
all; `CONVENIO_KILLS=200` makes two hundred.
"""

import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import polars as pl
import pytest

from convenio.cli import main

ROOT = Path(__file__).parents[2]
PACK = str(ROOT / "tests" / "batch" / "small_pack")
CASE = ROOT / "tests" / "audit" / "cases" / "long.yaml"
KILLS = int(os.environ.get("CONVENIO_KILLS", "20"))
# Processes made from one that has read the code already: what is killed is the work, not the start.
SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload(
    [
        *("convenio.cli.assess", "convenio.cli.brief", "convenio.cli.monitor", "convenio.cli.new"),
        *("convenio.cli.batch", "convenio.batch.running", "convenio.audit.record", "polars"),
    ]
)


def work(words: Sequence[str], answers: Path | None, told: Path) -> None:
    """Run one command, with small parts, in a process of its own."""
    from convenio.batch import running

    running.ROWS_A_PART, running.CASES_A_PART = 40, 40
    if answers is not None:
        os.dup2(os.open(answers, os.O_RDONLY), 0)
        sys.stdin = os.fdopen(0, closefd=False)
    handle = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    sys.exit(main(list(words)))


class Runner:
    """Runs commands in a folder, whole or up to a kill."""

    def __init__(self, folder: Path) -> None:
        self.told = folder / "told.txt"

    def whole(self, words: Sequence[str], answers: Path | None = None) -> float:
        """Run to the end, which has to be a good one, and return how many seconds it took."""
        start = time.monotonic()
        process = SERVER.Process(target=work, args=(words, answers, self.told))
        process.start()
        process.join(60)
        assert process.exitcode == 0, self.told.read_text()
        return time.monotonic() - start

    def killed(self, words: Sequence[str], after: float, answers: Path | None = None) -> str:
        """Run for some seconds at most, and return what was told until then."""
        self.told.unlink(missing_ok=True)
        process = SERVER.Process(target=work, args=(words, answers, self.told))
        process.start()
        process.join(after)
        process.kill()
        process.join(30)
        return self.told.read_text() if self.told.exists() else ""


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    return Runner(tmp_path)


def moments(name: str, share: int, whole: float) -> Iterator[float]:
    """Yield the moments of this command's share of the kills."""
    chosen = random.Random(name)
    for _ in range(max(1, KILLS * share // 20)):
        yield chosen.uniform(0, whole)


def seen(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir() if not file.name.startswith("."))


@pytest.fixture
def deals(tmp_path: Path) -> Path:
    table = tmp_path / "deals.csv"
    rows = [f"d{n},2020-01-01,{n % 7},{'public' if n % 3 else ''}" for n in range(400)]
    table.write_text("id,as_of,terms.duration_years,text.access\n" + "\n".join(rows) + "\n")
    return table


@pytest.fixture
def cases(tmp_path: Path) -> Path:
    folder = tmp_path / "cases"
    folder.mkdir()
    text = CASE.read_text()
    for number in range(120):
        changed = text.replace("case: long", f"case: c{number:03d}")
        (folder / f"c{number:03d}.yaml").write_text(
            changed.replace("duration_years: 5", f"duration_years: {number % 9}")
        )
    return folder


@pytest.mark.parametrize("source", ["deals", "cases"])
def test_a_killed_batch_leaves_no_half_file_and_goes_on(source, request, tmp_path, runner):
    given = request.getfixturevalue(source)
    out = tmp_path / "out"
    out.mkdir()

    def words(name: str) -> list[str]:
        written = ["-o", str(out / f"{name}.parquet"), "--findings", str(out / f"{name}-f.parquet")]
        return ["batch", str(given), "--pack", PACK, "--workers", "1", *written]

    whole = runner.whole(words("whole"))
    expected = [pl.read_parquet(out / f"whole{kind}.parquet") for kind in ("", "-f")]
    for number, moment in enumerate(moments(source, 3, whole)):
        name = f"r{number}"
        runner.killed(words(name), moment)
        there = [n for n in seen(out) if n.startswith(f"{name}") and not n.endswith(".parts")]
        for file in there:
            assert pl.read_parquet(out / file).height == expected["-f" in file].height
        runner.whole([*words(name), "--resume"])
        for kind, table in zip(("", "-f"), expected, strict=True):
            assert pl.read_parquet(out / f"{name}{kind}.parquet").equals(table)
    assert not [name for name in seen(out) if name.endswith(".parts")]
    assert not list(out.glob(".*"))


def test_killed_briefs_are_whole_or_absent(cases, tmp_path, runner):
    files = [str(file) for file in sorted(cases.iterdir())[:6]]
    whole_folder = tmp_path / "whole"
    whole = runner.whole(["brief", *files, "--pack", PACK, "-o", str(whole_folder)])
    for number, moment in enumerate(moments("brief", 3, whole)):
        folder = tmp_path / f"r{number}"
        runner.killed(["brief", *files, "--pack", PACK, "-o", str(folder)], moment)
        for name in seen(folder) if folder.exists() else []:
            assert (folder / name).read_bytes() == (whole_folder / name).read_bytes()
        runner.whole(["brief", *files, "--pack", PACK, "-o", str(folder)])
        assert seen(folder) == seen(whole_folder)


def test_a_killed_record_is_whole_or_taken_away_by_the_next(tmp_path, runner):
    log = tmp_path / "log.jsonl"
    words = ["assess", str(CASE), "--pack", PACK, "--record", str(log)]
    whole = runner.whole(words)
    for moment in moments("record", 4, whole):
        before = log.read_bytes().count(b"\n")
        told = runner.killed(words, moment)
        after = log.read_bytes().count(b"\n")
        assert after in (before, before + 1)
        if "recorded: " in told:
            assert after == before + 1
        runner.whole(words)
        assert main(["verify", str(log)]) == 0


def events_of(path: Path, count: int) -> Path:
    lines = [
        {
            "id": f"e{n}",
            "date": f"2020-06-{1 + n % 28:02d}",
            "kind": "change",
            "set": {"terms.duration_years": n % 9},
        }
        for n in range(count)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_killed_monitor_keeps_every_event_that_it_told_of(tmp_path, runner):
    events = events_of(tmp_path / "events.jsonl", 40)

    def words(state: Path) -> list[str]:
        return [
            "monitor",
            str(CASE),
            "--pack",
            PACK,
            "--events",
            str(events),
            "--state",
            str(state),
        ]

    expected = tmp_path / "whole.state"
    whole = runner.whole(words(expected))
    for number, moment in enumerate(moments("monitor", 4, whole)):
        state = tmp_path / f"r{number}.state"
        told = runner.killed(words(state), moment)
        kept = state.read_text() if state.exists() else ""
        for line in told.splitlines():
            if line.startswith("{") and line.endswith("}"):
                assert json.dumps(f'"id": "{json.loads(line)["event"]["id"]}"')[1:-1] in kept
        runner.whole(words(state))
        assert state.read_bytes() == expected.read_bytes()


def test_a_killed_questionnaire_keeps_a_case_that_can_be_read(tmp_path, runner):
    answers = tmp_path / "answers.txt"
    answers.write_text("A deal\n2024-05-01\narms_sale\n\ncontract\n\n2020-01-01\n\n5\n\n")

    def words(file: Path) -> list[str]:
        return ["new", str(file), "--pack", PACK, "--all"]

    whole = runner.whole(words(tmp_path / "whole.yaml"), answers)
    for number, moment in enumerate(moments("new", 3, whole)):
        file = tmp_path / f"r{number}.yaml"
        runner.killed(words(file), moment, answers)
        if file.exists():
            assert main(["assess", str(file), "--pack", PACK]) == 0


# --- what is left of processes ---------------------------------------------------------------


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "convenio", *words]


def children_of(process: int) -> list[int]:
    listed = Path(f"/proc/{process}/task/{process}/children")
    return [int(word) for word in listed.read_text().split()] if listed.exists() else []


def workers_of(process: subprocess.Popen[bytes]) -> list[int]:
    """Wait until a batch has started its workers, and return them."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        found = children_of(process.pid)
        if len(found) >= 3:
            return found
        time.sleep(0.01)
    raise AssertionError("no workers were started")


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_workers_of_a_batch_end_with_it(sent, cases, tmp_path):
    output = tmp_path / "out.parquet"
    # The pipe is held by every process of the run: whoever reads it waits for the last of them.
    process = subprocess.Popen(
        command("batch", str(cases), "--pack", PACK, "-o", str(output), "--workers", "2"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    found = workers_of(process)
    process.send_signal(sent)
    told, _ = process.communicate(timeout=30)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(Path(f"/proc/{pid}/stat").exists() for pid in found):
        time.sleep(0.05)
    assert not [pid for pid in found if Path(f"/proc/{pid}/stat").exists()]
    assert not output.exists()
    codes = {signal.SIGKILL: -9, signal.SIGTERM: 143, signal.SIGINT: 130}
    assert process.returncode == codes[sent]
    if sent != signal.SIGKILL:
        assert b"Traceback" not in told
        assert not list(tmp_path.glob(".out*"))


# --- two writers -----------------------------------------------------------------------------


def together(runs: Sequence[Callable[[], list[str]]]) -> list[tuple[int, str]]:
    started = [
        subprocess.Popen(run(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for run in runs
    ]
    told = [process.communicate(timeout=60)[1] for process in started]
    return [(process.returncode, text) for process, text in zip(started, told, strict=True)]


def test_of_two_batches_with_one_output_one_is_refused(deals, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(deals.read_text().replace("d1", "x1") + "last,2020-01-01,3,\n")
    output = tmp_path / "out.parquet"

    def words(source: Path) -> Callable[[], list[str]]:
        return lambda: command("batch", str(source), "--pack", PACK, "-o", str(output))

    came = together([words(deals), words(other)])
    heights = {pl.read_csv(source).height for source in (deals, other)}
    refused = [text for code, text in came if code == 2]
    assert {code for code, _ in came} <= {0, 2}
    assert all("another process is writing this file" in text for text in refused)
    table = pl.read_parquet(output)
    assert table.height in heights
    assert table["id"].n_unique() == table.height


def test_a_second_monitor_of_one_state_is_refused(tmp_path):
    state = tmp_path / "deal.state"
    words = ["monitor", str(CASE), "--pack", PACK, "--events", "-", "--state", str(state)]
    first = subprocess.Popen(
        command(*words), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert first.stdin is not None
    assert first.stdout is not None
    event = (
        b'{"id": "a", "date": "2020-06-01", "kind": "change", "set": {"text.access": "public"}}\n'
    )
    first.stdin.write(event)
    first.stdin.flush()
    assert first.stdout.readline()
    before = state.read_bytes()
    second = subprocess.run(
        command(*words), input=event.replace(b'"a"', b'"b"'), capture_output=True, check=False
    )
    assert second.returncode == 2
    assert b"another process is writing this file" in second.stderr
    assert state.read_bytes() == before
    first.communicate(timeout=30)
    assert first.returncode == 0
    third = subprocess.run(command(*words), input=b"", capture_output=True, check=False)
    assert third.returncode == 0


@pytest.mark.parametrize("name", ["out.parquet", "out.csv", "out.xlsx", "out.duckdb"])
def test_a_full_disk_is_one_message_and_leaves_nothing(name, deals, tmp_path):
    """A limit on the size of files stands for a disk that is full."""
    out = tmp_path / "out"
    out.mkdir()
    run = " ".join(command("batch", str(deals), "--pack", PACK, "-o", str(out / name)))
    came = subprocess.run(
        ["bash", "-c", f"trap '' XFSZ; ulimit -f 2; exec {run}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert came.returncode == 2, came.stderr
    assert "can't be written" in came.stderr
    assert "Traceback" not in came.stderr
    assert not [file for file in out.iterdir() if not file.name.endswith(".parts")]
