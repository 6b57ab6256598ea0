"""How a pack is named: one that ships by its name, any other by its folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import ROOT
from convenio import load_pack
from convenio.errors import PackError, UsageError
from convenio.packs import Pack


def test_the_core_pack_is_the_default(pack: Pack) -> None:
    assert load_pack().digest == pack.digest


def test_a_pack_that_ships_has_a_name(pack: Pack) -> None:
    assert load_pack("core").id == pack.id == "core"


@pytest.mark.parametrize("kind", [str, Path])
def test_a_pack_can_be_given_as_a_folder(kind: type[str | Path], pack: Pack) -> None:
    assert load_pack(kind(ROOT / "rules" / "core")).digest == pack.digest


def test_a_name_works_from_any_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pack: Pack
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_pack("core").digest == pack.digest


def test_the_folder_it_lies_in_does_not_change_the_digest(tmp_path: Path, pack: Pack) -> None:
    (tmp_path / "context").mkdir()
    (tmp_path / "translations").mkdir()
    for path in sorted(pack.folder.glob("**/*.*"), reverse=True):
        name = path.relative_to(pack.folder)
        if path.suffix in (".yaml", ".po") and name.parts[0] not in ("calibration", "mappings"):
            (tmp_path / name).write_bytes(path.read_bytes())
    assert load_pack(tmp_path).digest == pack.digest


def test_an_unknown_name_is_told_what_ships_and_what_is_near() -> None:
    with pytest.raises(UsageError) as caught:
        load_pack("croe")
    assert "did you mean core?" in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("name", ["", "../core", "/nowhere", "core/pack.yaml", "zzz"])
def test_what_is_no_pack_is_refused(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((UsageError, PackError)):
        load_pack(name)


def test_rules_come_in_the_order_of_families_and_files(pack: Pack) -> None:
    families = [rule.family for rule in pack.rules]
    assert families == sorted(families, key=pack.families.index)
    assert [rule.id for rule in pack.rules] == list(pack.by_id)
