"""Packs that were read before are read from the cache, and nobody may notice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conformance.packs import write_pack
from convenio import assess, load_pack
from convenio.errors import PackError
from convenio.facts.case import Case
from convenio.packs import Pack
from convenio.packs.cache import load_cached_pack
from convenio.reports import json as json_report
from convenio.reports.wording import Wording

CORE = Path(__file__).resolve().parents[2] / "rules" / "core"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setenv("CONVENIO_CACHE", str(folder))
    return folder


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CORE, tmp_path / "pack"))


def kept_in(cache: Path) -> list[Path]:
    return sorted(cache.glob("*.pack"))


def test_a_kept_pack_says_what_the_files_say(cache: Path, shipped_cases: dict[str, Case]) -> None:
    load_cached_pack("core")
    written = kept_in(cache)[0].stat().st_mtime_ns
    again = load_cached_pack("core")
    assert [file.stat().st_mtime_ns for file in kept_in(cache)] == [written]
    fresh = load_pack("core")
    assert again.digest == fresh.digest
    for case in shipped_cases.values():
        told = [json_report.render([assess(case, one)], Wording()) for one in (again, fresh)]
        assert told[0] == told[1]


def test_a_pack_that_was_changed_is_read_again(cache: Path, copied: Path) -> None:
    first = load_cached_pack(copied)
    file = copied / "pack.yaml"
    file.write_text(file.read_text().replace("currency: USD", "currency: EUR"))
    assert (first.currency, load_cached_pack(copied).currency) == ("USD", "EUR")
    assert len(kept_in(cache)) == 2
    (copied / "tension.yaml").write_text("- no rule")
    with pytest.raises(PackError):
        load_cached_pack(copied)


@pytest.mark.parametrize("content", [b"", b"nothing that was kept", b"\x80\x05N."])
def test_a_broken_cache_is_no_fault_of_the_user(cache: Path, content: bytes) -> None:
    load_cached_pack("core")
    kept_in(cache)[0].write_bytes(content)
    assert isinstance(load_cached_pack("core"), Pack)
    assert kept_in(cache)[0].stat().st_size > 10_000


def test_only_what_is_the_users_alone_is_trusted(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.mkdir()
    cache.chmod(0o777)
    assert load_cached_pack("core").currency == "USD"
    assert kept_in(cache) == []
    monkeypatch.setenv("CONVENIO_CACHE", "")
    assert load_cached_pack("core").currency == "USD"
    file = tmp_path / "file"
    file.write_text("")
    monkeypatch.setenv("CONVENIO_CACHE", str(file))
    assert load_cached_pack("core").currency == "USD"


def test_the_cache_does_not_grow_for_ever(cache: Path, tmp_path: Path) -> None:
    listed = [{"id": "ONE-001", "when": "terms.years > 5", "severity": "low"}]
    folder = write_pack(tmp_path / "small", listed)
    text = (folder / "pack.yaml").read_text()
    for number in range(26):
        (folder / "pack.yaml").write_text(text + f"# {number}\n")
        load_cached_pack(folder)
    assert len(kept_in(cache)) == 24
