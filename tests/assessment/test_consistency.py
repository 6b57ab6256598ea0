"""Case files that contradict themselves are told so, with the line."""

from __future__ import annotations

from pathlib import Path

import pytest

from convenio import assess, load_case, load_pack, render_brief
from convenio.cli.main import main
from convenio.packs import Pack

ROOT = Path(__file__).resolve().parents[2]
HEAD = "case: a\ntitle: A\nas_of: 2020-01-01\n"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack("core")


def warnings_of(text: str, folder: Path, pack: Pack) -> list[str]:
    file = folder / "a.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    return [warning.removeprefix(str(file)) for warning in load_case(file, pack).warnings]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "law: {approval_required: none, approval_status: refused}\n",
            [":4:26: law.approval_required: no approval is required, and yet one is"],
        ),
        (
            "deal: {stage: in_force}\nlaw: {court_review: failed}\n",
            [":4:15: deal.stage: a court has struck the deal down"],
        ),
        (
            "presence: {kind: none, ceiling: 500}\n",
            [":4:18: presence.kind: personnel have a ceiling, and no foreign personnel come"],
        ),
        (
            "deal: {stage: signed}\ndates: {signed: 2020-01-02}\n",
            [":4:15: deal.stage: the signature is dated after the case"],
        ),
        (
            "reactions: [{date: 2020-02-01}]\n",
            [":4:20: reactions[0].date: a reaction is dated after the case"],
        ),
        (
            "deal: {stage: {value: signed, source: s}}\n"
            "sources: {s: {kind: press, title: S, date: 2020-02}}\n",
            [":4:15: deal.stage: rests on 's' of 2020-02, which is later than the case"],
        ),
    ],
)
def test_what_contradicts_itself_is_told_with_its_line(
    text: str, told: list[str], tmp_path: Path, pack: Pack
) -> None:
    found = warnings_of(text, tmp_path, pack)
    assert [warning[: len(start)] for warning, start in zip(found, told, strict=True)] == told


@pytest.mark.parametrize(
    "text",
    [
        "law: {approval_required: none}\n",
        "law: {approval_required: legislature, approval_status: refused}\n",
        "presence: {kind: rotational, ceiling: 500}\n",
        "deal: {stage: signed}\ndates: {signed: 2020-01-01}\n",
        "deal: {stage: {value: signed, source: s}}\n"
        "sources: {s: {kind: press, title: S, date: 2020}}\n",
    ],
)
def test_what_fits_together_is_not_warned_of(text: str, tmp_path: Path, pack: Pack) -> None:
    assert warnings_of(text, tmp_path, pack) == []


def test_a_note_explains(tmp_path: Path, pack: Pack) -> None:
    law = (
        "law: {approval_required: none, approval_status: {value: refused, note: In both houses.}}\n"
    )
    assert warnings_of(law, tmp_path, pack) == []


def test_the_cases_of_this_project_pass_or_explain(pack: Pack) -> None:
    files = [*(ROOT / "cases").glob("*.yaml"), *(pack.folder / "calibration/cases").glob("*.yaml")]
    assert len(files) > 40
    assert [w for file in sorted(files) for w in load_case(file, pack).warnings] == []


def test_the_brief_says_it(tmp_path: Path, pack: Pack) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(HEAD + "presence: {kind: none, ceiling: 500}\n", encoding="utf-8")
    brief = render_brief(assess(load_case(file, pack), pack))
    assert "What the case file leaves unexplained" in brief
    assert "4:18: presence.kind: personnel have a ceiling" in brief
    assert f"{file}:4" not in brief


def test_the_command_says_it_before_the_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(HEAD + "presence: {kind: none, ceiling: 500}\n", encoding="utf-8")
    main(["assess", str(file)])
    told = capsys.readouterr().err
    assert told.startswith(f"warning: {file}:4:18: presence.kind: personnel have a ceiling")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "deal: {elements: [arms_sale]}\nimmunity: {level: none, victim_remedy: true}\n",
            ["immunity.level", "immunity.victim_remedy"],
        ),
        ("deal: {elements: [status_of_forces]}\nimmunity: {level: none}\n", []),
        (
            "deal: {elements: [arms_sale]}\nimmunity: {level: {value: none, note: Of trainers.}}\n",
            [],
        ),
        ("immunity: {level: none}\n", []),
    ],
)
def test_what_no_element_asks_for_is_told_once(
    text: str, told: list[str], tmp_path: Path, pack: Pack
) -> None:
    warnings = [w for w in warnings_of(text, tmp_path, pack) if "asks for it" in w]
    assert len(warnings) == bool(told)
    assert all(path in warning for path in told for warning in warnings)
