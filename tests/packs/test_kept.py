"""Packs that were read before are read from the cache, and nobody may notice."""

from __future__ import annotations

import os
import pickle
import shutil
from pathlib import Path

import pytest

from conformance.packs import write_pack
from convenio import assess, load_pack
from convenio.errors import PackError, UsageError
from convenio.facts.case import Case
from convenio.packs import Pack
from convenio.packs.cache import load_cached_pack
from convenio.packs.kept import from_data, to_data
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


@pytest.fixture
def small(tmp_path: Path) -> Path:
    listed = [{"id": "ONE-001", "when": "terms.years > 5", "severity": "low"}]
    return write_pack(tmp_path / "small", listed)


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


class Hostile:
    """Writes a file when it is unpickled."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.target),)


def altered(pack: Pack) -> bytes:
    """Return the pack with rules that flag nothing, as the cache would write it."""
    data = to_data(pack)
    hushed = data.replace(b"ONE-001", b"TWO-001")
    assert hushed != data
    return hushed


def hostile_contents(cache: Path, pack: Pack, target: Path) -> list[bytes]:
    """Return contents that others would like to be read, made of a real one."""
    real = kept_in(cache)[0].read_bytes()
    mark = real[:32]
    return [
        pickle.dumps(Hostile(target)),
        mark + pickle.dumps(Hostile(target)),
        mark + altered(pack),
        bytes(32) + altered(pack),
        altered(pack),
        real[:-1],
        real + b" ",
    ]


def test_a_file_in_the_cache_runs_no_code_and_changes_no_verdict(
    cache: Path, small: Path, tmp_path: Path
) -> None:
    load_cached_pack(small)
    fresh = load_pack(small)
    target = tmp_path / "made-by-the-cache"
    for content in hostile_contents(cache, fresh, target):
        kept_in(cache)[0].write_bytes(content)
        read = load_cached_pack(small)
        assert not target.exists()
        assert to_data(read) == to_data(fresh)
        assert kept_in(cache)[0].read_bytes() != content


def test_what_another_user_kept_is_passed_over(
    cache: Path, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cache that came with a repository: whole and well made, but with another's key."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "theirs"))
    load_cached_pack(small)
    theirs = kept_in(cache)[0].read_bytes()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "mine"))
    load_cached_pack(small)
    assert kept_in(cache)[0].read_bytes() != theirs


def test_links_and_files_that_others_may_write_are_passed_over(
    cache: Path, small: Path, tmp_path: Path
) -> None:
    load_cached_pack(small)
    (kept,) = kept_in(cache)
    elsewhere = tmp_path / "elsewhere"
    kept.replace(elsewhere)
    kept.symlink_to(elsewhere)
    before = elsewhere.read_bytes()
    load_cached_pack(small)
    assert not kept.is_symlink()
    assert elsewhere.read_bytes() == before
    kept.chmod(0o666)
    load_cached_pack(small)
    assert kept.stat().st_mode & 0o777 == 0o600
    linked = tmp_path / "linked"
    linked.symlink_to(cache)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVENIO_CACHE", str(linked))
        kept.unlink()
        load_cached_pack(small)
    assert kept_in(cache) == []


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root may give away")
def test_a_file_of_another_owner_is_passed_over(cache: Path, small: Path) -> None:
    load_cached_pack(small)
    (kept,) = kept_in(cache)
    os.chown(kept, 12345, 12345)
    load_cached_pack(small)
    assert kept.stat().st_uid == os.getuid()


def test_a_cache_in_the_folder_where_one_stands_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVENIO_CACHE", ".cache")
    with pytest.raises(UsageError, match="absolute path"):
        load_cached_pack("core")


def test_a_pack_is_written_the_same_whatever_order_its_sets_have() -> None:
    data = to_data(load_pack("core"))
    assert to_data(from_data(data)) == data


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


def test_the_cache_does_not_grow_for_ever(cache: Path, small: Path) -> None:
    text = (small / "pack.yaml").read_text()
    for number in range(26):
        (small / "pack.yaml").write_text(text + f"# {number}\n")
        load_cached_pack(small)
    assert len(kept_in(cache)) == 24
