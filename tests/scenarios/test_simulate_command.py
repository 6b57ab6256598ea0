"""What a user of `convenio simulate` may rely on: exit codes, output, the drawing, the guide."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from xml.etree import ElementTree

import pytest

from convenio import Pack, load_case
from convenio.cli import main
from convenio.facts.case import Case
from convenio.reports.scenarios.tornado import tornado_svg
from convenio.scenarios.simulate.simulation import simulate

ROOT = Path(__file__).parents[2]
EXAMPLE = str(ROOT / "docs" / "simulate-example.yaml")
FEW = ["--draws", "2000", "--seed", "7"]
SVG = "{http://www.w3.org/2000/svg}"


def test_the_guide_shows_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shown = (ROOT / "docs" / "simulate.md").read_text().partition("```console\n$ ")[2]
    command, _, output = shown.partition("```")[0].partition("\n")
    monkeypatch.chdir(ROOT)
    words = shlex.split(command)
    published = words[-1]
    drawn = tmp_path / "tornado.svg"
    assert main([*words[1:-1], str(drawn)]) == 0
    assert capsys.readouterr().out == output
    assert drawn.read_text() == Path(published).read_text()


def test_the_example_of_the_guide_differs_from_its_case_in_three_facts(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    example, shipped = load_case(EXAMPLE, pack), shipped_cases["ecuador-us-sofa-2023"]
    assert example.id != shipped.id
    assert "assumed" in example.title
    uncertain = {path for path, fact in example.facts.items() if fact.distribution is not None}
    assert uncertain == {"text.annexes", "terms.duration_years", "immunity.victim_remedy"}
    for path in uncertain:
        assert "Assumed" in (example.facts[path].provenance.note or "")
        assert path not in shipped.facts or shipped.facts[path].state == "unknown"
    ours, theirs = (
        {path: (fact.state, fact.disclosed) for path, fact in case.facts.items()}
        for case in (example, shipped)
    )
    assert {**theirs, **dict.fromkeys(uncertain, ("unknown", True))} == ours


def test_json_holds_chances_drivers_and_the_tornado(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", EXAMPLE, *FEW, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["schema"], found["draws"], found["seed"]) == ("convenio/simulation/1", 2000, 7)
    assert [fact["path"] for fact in found["uncertain"]] == [
        "text.annexes",
        "terms.duration_years",
        "immunity.victim_remedy",
    ]
    assert found["uncertain"][2]["weights"] == {"true": 0.8, "false": 0.2}
    for side in ("floor", "ceiling"):
        shares = [chance["share"] for chance in found["overall"][side].values()]
        assert sum(shares) == pytest.approx(1)
    assert found["drivers"]["factors"][0]["floor"]["total"] > 0.5
    assert found["tornado"]["bars"][0]["high"]["at"] == "withheld"
    assert found["rules"]["HUM-022"]["varies"] is True


def test_output_goes_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "found.txt"
    assert main(["simulate", EXAMPLE, *FEW, "-o", str(target)]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == f"written: {target}\n"
    assert target.read_text().startswith("Agreement on the status of forces")


def test_a_setting_makes_a_fact_uncertain(capsys: pytest.CaptureFixture[str]) -> None:
    setting = "terms.duration_years={distribution: uniform, low: 1, high: 20}"
    assert main(["simulate", "ecuador-us-sofa-2023", *FEW, "--set", setting]) == 0
    assert "Term of the agreement" in capsys.readouterr().out


def test_the_drawing_is_xml_without_script_and_says_everything_as_text(
    pack: Pack, shipped_cases: dict[str, Case]
) -> None:
    case = load_case(EXAMPLE, pack)
    simulation = simulate(case, pack, draws=500, sobol=False)
    drawn = tornado_svg(simulation)
    assert drawn == tornado_svg(simulation)
    root = ElementTree.fromstring(drawn)
    assert root.tag == f"{SVG}svg"
    assert not list(root.iter(f"{SVG}script"))
    words = [text.text for text in root.iter(f"{SVG}text")]
    for word in ("Term of the agreement", "no – yes", "low", "critical", "presumed", "established"):
        assert word in words
    assert "mean rank" in (root.findtext(f"{SVG}desc") or "")
    for reading in ("presumed", "established", "possible"):
        bars = root.findall(f"{SVG}rect[@class='{reading}']")
        assert len(bars) == len(simulation.tornado) + 1


WRONG = [
    # words, exit code, what is told
    (["ecuador-us-sofa-2023"], 2, "no fact is uncertain; state one as a distribution"),
    ([EXAMPLE, "--draws", "0"], 2, "draws is 1 or more"),
    ([EXAMPLE, "--svg", EXAMPLE], 2, "this is an input"),
    ([EXAMPLE, "--svg", "same.svg", "-o", "same.svg"], 2, "can't be written to one file"),
    ([EXAMPLE, "--lang", "tlh"], 2, "no language 'tlh'"),
    ([EXAMPLE, "--pack", "nowhere"], 2, "nowhere"),
    (["nowhere.yaml"], 3, "nowhere.yaml"),
    (
        [EXAMPLE, "--set", "terms.duration_years={distribution: uniform, low: 9, high: 8}"],
        2,
        "terms.duration_years.high: is below low",
    ),
]


@pytest.mark.parametrize(("words", "code", "told"), WRONG, ids=[told for _, _, told in WRONG])
def test_wrong_use_is_told_in_one_message(
    words: list[str], code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *words, *([] if "--draws" in words else FEW)]) == code
    error = capsys.readouterr().err
    assert told in error
    assert "Traceback" not in error


def test_a_wrong_distribution_in_a_file_is_an_invalid_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(Path(EXAMPLE).read_text().replace("mode: 5", "mode: 50"))
    assert main(["simulate", str(wrong)]) == 3
    error = capsys.readouterr().err
    assert f"{wrong}:" in error
    assert "terms.duration_years.high: is below mode" in error


def test_nothing_is_told_of_progress_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    main(["simulate", EXAMPLE, *FEW])
    assert capsys.readouterr().err == ""


def test_other_commands_take_the_fact_as_unknown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["assess", EXAMPLE, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert "terms.duration_years" in [question["path"] for question in found["open_questions"]]
    assert main(["brief", EXAMPLE, "-o", str(tmp_path / "brief.html")]) == 0


def test_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["simulate", "--help"])
    assert "convenio simulate deal.yaml --draws 1000000 --seed 7" in capsys.readouterr().out
