"""The audit log: each line names the hash of the line before, and what it rests on is kept."""

import datetime as dt
import hashlib
import json
import multiprocessing
import shutil
import subprocess
from pathlib import Path

import pytest

from convenio import assess, load_case
from convenio.audit.record import Moment, append_records
from convenio.cli import main
from convenio.packs.cache import load_cached_pack

ROOT = Path(__file__).parents[2]
PACK = ROOT / "tests" / "batch" / "small_pack"
CASES = ROOT / "tests" / "audit" / "cases"
TIME = "2024-05-01T12:00:00+00:00"
FIRST = "sha256:" + "0" * 64


def record(log: Path, *cases: str, more: tuple[str, ...] = ()) -> int:
    files = [str(CASES / f"{case}.yaml") for case in cases]
    fixed = ["--pack", str(PACK), "--recorded-at", TIME, "--format", "csv"]
    return main(["assess", *files, "--record", str(log), *fixed, *more])


def verify(log: Path, *more: str) -> int:
    return main(["verify", str(log), *more])


def lines_of(log: Path) -> list[bytes]:
    return log.read_bytes().splitlines()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of four records."""
    path = tmp_path / "log.jsonl"
    assert record(path, "short", "long") == 0
    assert record(path, "long", more=("--set", "terms.duration_years=2")) == 0
    assert record(path, "short", more=("--presume", "terms.duration_years=9")) == 0
    return path


def test_lines_are_chained_and_the_same_input_gives_the_same_bytes(tmp_path, capsys):
    logs = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for path in logs:
        assert record(path, "short") == 0
        assert record(path, "long", "short") == 0
    assert logs[0].read_bytes() == logs[1].read_bytes()
    lines = lines_of(logs[0])
    entries = [json.loads(line) for line in lines]
    assert [e["case"]["id"] for e in entries] == ["short", "long", "short"]
    assert [e["number"] for e in entries] == [1, 2, 3]
    assert entries[0]["prev"] == FIRST
    for before, after in zip(lines, entries[1:], strict=False):
        assert after["prev"] == "sha256:" + hashlib.sha256(before).hexdigest()
    head = "sha256:" + hashlib.sha256(lines[-1]).hexdigest()
    assert head in capsys.readouterr().err
    assert verify(logs[0], "--head", head) == 0
    assert verify(logs[0], "--head", FIRST) == 1


def test_a_claimed_time_is_marked_as_claimed(log, tmp_path, capsys):
    assert {json.loads(line)["time_is"] for line in lines_of(log)} == {"claimed"}
    assert verify(log) == 0
    assert "4 times were claimed" in capsys.readouterr().out
    clock = tmp_path / "clock.jsonl"
    main(["assess", str(CASES / "short.yaml"), "--pack", str(PACK), "--record", str(clock)])
    assert json.loads(clock.read_text())["time_is"] == "clock"


def test_records_are_evaluated_again_with_the_pack_and_the_cases_of_then(tmp_path, capsys):
    """The pack and the case may be changed or gone: what was used is kept beside the log."""
    pack = shutil.copytree(PACK, tmp_path / "pack")
    case = Path(shutil.copy(CASES / "long.yaml", tmp_path / "deal.yaml"))
    path = tmp_path / "log.jsonl"
    main(["assess", str(case), "--pack", str(pack), "--record", str(path)])
    shutil.rmtree(pack)
    case.unlink()
    assert verify(path) == 0
    assert "1 record re-evaluated; everything holds good" in capsys.readouterr().out


def swapped(lines):
    return [lines[0], lines[2], lines[1], lines[3]]


def removed(lines):
    return [lines[0], *lines[2:]]


def first_removed(lines):
    return lines[1:]


def cut_off(lines):
    return lines[:2]


def altered(lines):
    return [lines[0].replace(b"unknown", b"clear"), *lines[1:]]


def last_altered(lines):
    return [*lines[:3], lines[3].replace(b'"short"', b'"shorn"')]


def doubled(lines):
    return [*lines, lines[-1]]


def emptied(_lines):
    return []


def forged(lines):
    """A line that fits the one before, written by somebody else, in the place of the last."""
    entry = json.loads(lines[3])
    entry["rating"]["floor"] = "critical"
    told = {name: value for name, value in entry.items() if name != "decision"}
    entry["decision"] = "sha256:" + hashlib.sha256(canonical(told)).hexdigest()
    return [*lines[:3], canonical(entry)]


def canonical(entry):
    return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def deep(lines):
    return [*lines, b"[" * 100_000]


def no_record(lines):
    return [*lines, b'{"schema": "convenio/record/2"}']


WAYS = {
    swapped: "reordered",
    removed: "altered or removed",
    first_removed: "altered or removed",
    cut_off: "cut off: 4 records were written, 2 are left",
    altered: "altered: its content has another digest",
    last_altered: "altered: its content has another digest",
    doubled: "reordered",
    emptied: "cut off: 4 records were written, 0 are left",
    forged: 'rating floor: "critical" is told',
    deep: "nested too deeply",
    no_record: "this is no record",
}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_what_was_done_to_a_log_is_named_and_nothing_is_added_to_it(way, log, capsys):
    log.write_bytes(b"".join(line + b"\n" for line in way(lines_of(log))))
    damaged = log.read_bytes()
    capsys.readouterr()
    assert verify(log) == 1
    assert WAYS[way] in capsys.readouterr().out
    assert record(log, "short") == 2
    assert "nothing was added" in capsys.readouterr().err
    assert log.read_bytes() == damaged


def test_a_log_that_is_gone_is_missed(log, capsys):
    log.unlink()
    assert record(log, "short") == 2
    assert "cut off: 4 records were written, 0 are left" in capsys.readouterr().err
    assert not log.exists()
    assert verify(log) == 1


@pytest.mark.parametrize("gone", ["head.json", "packs", "cases", "."])
def test_a_log_without_what_it_rests_on_does_not_hold_good(gone, log, capsys):
    target = log.with_name(log.name + ".evidence") / gone
    shutil.rmtree(target) if target.is_dir() else target.unlink()
    assert verify(log) == 1
    assert "removed" in capsys.readouterr().out.replace("not kept beside the log", "removed")


@pytest.mark.parametrize("pattern", ["packs/*/sovereignty.yaml", "cases/*.yaml"])
def test_evidence_that_was_altered_is_no_evidence(pattern, log, capsys):
    for file in log.with_name(log.name + ".evidence").glob(pattern):
        file.write_text(file.read_text().replace("5", "50"))
    assert verify(log) == 1
    assert "not kept beside the log any more, or was altered" in capsys.readouterr().out


def test_a_line_that_a_crash_cut_off_is_taken_away_and_told(log, capsys):
    whole = log.read_bytes()
    log.write_bytes(whole + b'{"case":{"digest":"sha2')
    assert verify(log) == 1
    assert "the last line is cut off (23 bytes" in capsys.readouterr().out
    assert record(log, "short") == 0
    assert "was cut off before its end (23 bytes) and was taken away" in capsys.readouterr().err
    assert log.read_bytes().startswith(whole)
    assert verify(log) == 0


def test_a_crash_between_the_record_and_what_is_said_of_the_end_loses_nothing(log):
    head = log.with_name(log.name + ".evidence") / "head.json"
    before = head.read_bytes()
    assert record(log, "long") == 0
    head.write_bytes(before)
    assert record(log, "short") == 0
    assert len(lines_of(log)) == 6
    assert verify(log) == 0


def test_a_log_goes_on_in_a_new_file_and_stays_one_chain(tmp_path, capsys):
    pack = load_cached_pack(PACK)
    assessments = [assess(load_case(CASES / f"{n}.yaml", pack), pack) for n in ("short", "long")]
    moment = Moment(dt.datetime.fromisoformat(TIME), claimed=True)
    path = tmp_path / "log.jsonl"
    for _ in range(5):
        append_records(path, assessments, moment, rotated_at=2_500)
    files = sorted(file.name for file in tmp_path.glob("log*.jsonl"))
    assert files[:2] == ["log.0001.jsonl", "log.0002.jsonl"]
    assert verify(path) == 0
    assert "10 records re-evaluated" in capsys.readouterr().out
    (tmp_path / "log.0001.jsonl").unlink()
    assert verify(path) == 1
    assert "altered or removed" in capsys.readouterr().out


def _record_in_process(path: str, number: int) -> None:
    assert record(Path(path), "short", more=("--set", f"terms.duration_years={number}")) == 0


def test_two_writers_wait_for_each_other(tmp_path):
    path = tmp_path / "log.jsonl"
    fork = multiprocessing.get_context("fork")
    writers = [fork.Process(target=_record_in_process, args=(str(path), n)) for n in range(1, 6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert [json.loads(line)["number"] for line in lines_of(path)] == [1, 2, 3, 4, 5]
    assert verify(path) == 0
    assert not list(tmp_path.glob(".*.lock"))


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    """Two pairs of keys as a user makes them."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ours", "theirs"):
        private, public = folder / f"{name}.pem", folder / f"{name}.pub"
        make = ["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(private)]
        subprocess.run(make, check=True, capture_output=True)
        tell = ["openssl", "pkey", "-in", str(private), "-pubout", "-out", str(public)]
        subprocess.run(tell, check=True, capture_output=True)
    return folder


def test_signed_records_are_checked_against_the_key_and_a_stripped_signature_shows(
    tmp_path, keys, capsys
):
    path = tmp_path / "log.jsonl"
    signed = ("--sign", str(keys / "ours.pem"))
    assert record(path, "short", "long", more=signed) == 0
    ours, theirs = (("--key", str(keys / f"{name}.pub")) for name in ("ours", "theirs"))
    assert verify(path, *ours) == 0
    assert verify(path, *theirs) == 1
    assert "signed with another key" in capsys.readouterr().out
    assert record(path, "short") == 2
    assert record(path, "short", more=("--sign", str(keys / "theirs.pem"))) == 2

    unsigned = tmp_path / "unsigned.jsonl"
    assert record(unsigned, "short") == 0
    assert record(unsigned, "short", more=signed) == 2
    assert verify(unsigned) == 0
    assert verify(unsigned, *ours) == 1
    assert "not signed: the signature was removed" in capsys.readouterr().out


def test_a_signature_of_another_record_is_none(tmp_path, keys, capsys):
    path = tmp_path / "log.jsonl"
    assert record(path, "short", "long", more=("--sign", str(keys / "ours.pem"))) == 0
    entries = [json.loads(line) for line in lines_of(path)]
    entries[1]["signature"] = entries[0]["signature"]
    path.write_bytes(b"".join(canonical(entry) + b"\n" for entry in entries))
    assert verify(path, "--key", str(keys / "ours.pub")) == 1
    assert "the signature is not of this record" in capsys.readouterr().out


@pytest.mark.parametrize("content", ["", "no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_what_is_no_key_is_refused(tmp_path, content, capsys):
    file = tmp_path / "key.pem"
    file.write_text(content)
    assert record(tmp_path / "log.jsonl", "short", more=("--sign", str(file))) == 2
    assert "key" in capsys.readouterr().err
    assert not (tmp_path / "log.jsonl").exists()
