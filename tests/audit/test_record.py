"""The audit log: each line names the hash of the line before."""

import hashlib
import json

from convenio.cli import main

TIME = "2024-05-01T12:00:00+00:00"


def _assess(log, *cases: str) -> int:
    return main(["assess", *cases, "--record", str(log), "--recorded-at", TIME, "--format", "csv"])


def test_lines_are_chained_and_the_same_input_gives_the_same_bytes(tmp_path, capsys):
    logs = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for log in logs:
        assert _assess(log, "panamax-2014") == 0
        assert _assess(log, "eclac-method-2001", "unified-response-2010") == 0
    assert logs[0].read_bytes() == logs[1].read_bytes()
    lines = logs[0].read_bytes().splitlines()
    entries = [json.loads(line) for line in lines]
    assert [e["case"]["id"] for e in entries] == [
        "panamax-2014",
        "eclac-method-2001",
        "unified-response-2010",
    ]
    assert entries[0]["prev"] == "sha256:" + "0" * 64
    for before, after in zip(lines, entries[1:], strict=False):
        assert after["prev"] == "sha256:" + hashlib.sha256(before).hexdigest()
    head = "sha256:" + hashlib.sha256(lines[-1]).hexdigest()
    assert head in capsys.readouterr().err


def test_a_damaged_log_is_left_as_it_is(tmp_path, capsys):
    log = tmp_path / "log.jsonl"
    _assess(log, "panamax-2014")
    log.write_bytes(log.read_bytes()[:-20])
    damaged = log.read_bytes()
    assert _assess(log, "panamax-2014") == 2
    assert log.read_bytes() == damaged
    assert "not a whole record" in capsys.readouterr().err
