"""`convenio verify` makes a brief or a result again, and names what differs."""

import json
import random
import shutil
from pathlib import Path

import pytest

from convenio.cli import main

ROOT = Path(__file__).parents[2]
PACK = ROOT / "tests" / "batch" / "small_pack"
LONG = ROOT / "tests" / "audit" / "cases" / "long.yaml"
SHORT = ROOT / "tests" / "audit" / "cases" / "short.yaml"
WITH = ["--pack", str(PACK)]


def verify(file: Path, *more: str) -> int:
    return main(["verify", str(file), *WITH, *more])


@pytest.fixture(scope="module")
def brief(tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("brief") / "brief.html"
    assert main(["brief", str(LONG), "-o", str(file), *WITH]) == 0
    return file


@pytest.fixture
def result(tmp_path) -> Path:
    file = tmp_path / "result.json"
    assert main(["assess", str(LONG), "--format", "json", "-o", str(file), *WITH]) == 0
    return file


def test_a_brief_that_nobody_touched_holds_good(brief, capsys):
    assert verify(brief, "--case", str(LONG)) == 0
    assert "1 brief re-evaluated; everything holds good" in capsys.readouterr().out


def test_a_brief_altered_in_one_character_is_named_with_its_place(brief, tmp_path, capsys):
    text = brief.read_text()
    copy = tmp_path / "altered.html"
    chosen = random.Random(7)
    for place in chosen.sample(range(len(text)), 25):
        other = "8" if text[place] != "8" else "3"
        copy.write_text(text[:place] + other + text[place + 1 :])
        capsys.readouterr()
        code = verify(copy, "--case", str(LONG))
        printed = capsys.readouterr()
        assert code in (1, 2), (place, text[place - 20 : place + 20])
        assert (printed.out if code == 1 else printed.err).strip()


def test_what_was_changed_in_a_brief_is_told_by_line_and_rule(brief, tmp_path, capsys):
    text = brief.read_text()
    copy = tmp_path / "altered.html"
    copy.write_text(text.replace("A deal of five years", "A deal of two years", 1))
    assert verify(copy, "--case", str(LONG)) == 1
    assert "the page says '" in capsys.readouterr().out
    copy.write_text(
        text.replace(
            '"rule":"SOV-001","family":"sovereignty","kind":"risk","verdict":"flag"',
            '"rule":"SOV-001","family":"sovereignty","kind":"risk","verdict":"clear"',
        )
    )
    assert verify(copy, "--case", str(LONG)) == 1
    assert (
        'findings SOV-001 verdict: "clear" is told; re-evaluated, it is "flag"'
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        ('<script type="application/json" id="assessment">', "no assessment is embedded"),
        ('"brief":{', "does not say how it was made"),
        ('"rating":{', "this is not the JSON of one assessment"),
    ],
)
def test_a_brief_stripped_of_what_it_carries_is_not_passed(taken, said, brief, tmp_path, capsys):
    copy = tmp_path / "stripped.html"
    copy.write_text(brief.read_text().replace(taken, taken.replace('"', '"x', 1)))
    assert verify(copy, "--case", str(LONG)) == 2
    assert said in capsys.readouterr().err


def test_another_case_or_pack_than_was_assessed_is_told(brief, tmp_path, capsys):
    changed = tmp_path / "deal.yaml"
    changed.write_text(LONG.read_text().replace("duration_years: 5", "duration_years: 1"))
    assert verify(brief, "--case", str(changed)) == 1
    told = capsys.readouterr().out
    assert "case digest" in told
    assert "findings SOV-001 verdict" in told


def test_a_brief_with_what_changed_since_and_the_record_is_made_again_whole(tmp_path, capsys):
    old, log = tmp_path / "old.json", tmp_path / "log.jsonl"
    shorter = ["--set", "terms.duration_years=1"]
    main(["assess", str(LONG), "--format", "json", "-o", str(old), *WITH, *shorter])
    with_changes = tmp_path / "changes.html"
    assert main(["brief", str(LONG), "-o", str(with_changes), "--previous", str(old), *WITH]) == 0
    assert "SOV-001 Long term: unknown → flag, high (Term: 5)." in with_changes.read_text()
    assert verify(with_changes, "--case", str(LONG)) == 0

    recorded = tmp_path / "recorded.html"
    assert main(["assess", str(LONG), *WITH, "--brief", str(recorded), "--record", str(log)]) == 0
    head = json.loads((tmp_path / "log.jsonl.evidence" / "head.json").read_text())["hash"]
    assert f"<code>{head}</code>" in recorded.read_text()
    capsys.readouterr()
    # Case and pack are those beside the log.
    assert main(["verify", str(recorded), "--log", str(log)]) == 0
    assert main(["verify", str(log), "--head", head]) == 0


def test_a_result_is_evaluated_again_as_it_was_asked_for(tmp_path, capsys):
    file = tmp_path / "asked.json"
    asked = ["--set", "terms.duration_years=2", "--presume", "text.access=public", "--no-context"]
    main(["assess", str(LONG), "--format", "json", "-o", str(file), *WITH, *asked])
    assert verify(file, "--case", str(LONG)) == 0
    document = json.loads(file.read_text())
    assert document["asked"] == {
        "set": {"terms.duration_years": "2"},
        "context": False,
        "presume": {"text.access": "public"},
    }
    del document["asked"]
    file.write_text(json.dumps(document))
    assert verify(file, "--case", str(LONG)) == 1


def test_several_results_in_one_file_are_all_evaluated(tmp_path, capsys):
    file = tmp_path / "both.json"
    main(["assess", "panamax-2014", "us-colombia-dca-2009", "--format", "json", "-o", str(file)])
    assert main(["verify", str(file)]) == 0
    assert "2 results re-evaluated" in capsys.readouterr().out


def test_values_that_were_changed_added_or_taken_out_are_named(result, capsys):
    document = json.loads(result.read_text())
    finding = next(f for f in document["findings"] if f["rule"] == "SOV-001")
    finding["severity"] = "low"
    finding["verified_by"] = "the ministry"
    document["findings"] = [f for f in document["findings"] if f["rule"] != "SOV-003"]
    result.write_text(json.dumps(document))
    assert verify(result, "--case", str(LONG)) == 1
    told = capsys.readouterr().out
    assert 'findings SOV-001 severity: "low" is told; re-evaluated, it is "high"' in told
    assert (
        'findings SOV-001 verified_by: "the ministry" is told; re-evaluated, there is none' in told
    )
    assert "findings SOV-003: this was taken out" in told


def test_a_case_that_is_nowhere_has_to_be_given(result, capsys):
    assert verify(result) == 2
    assert "give its file with --case" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "[]", "{}", "[1]", "text", '{"schema": 1}', "[" * 50_000])
def test_what_is_none_of_ours_is_refused(content, tmp_path, capsys):
    for name in ("file.json", "file.html"):
        file = tmp_path / name
        file.write_text(content)
        assert verify(file) == 2
    told = capsys.readouterr().err
    assert "internal error" not in told


def test_the_check_can_be_read_by_a_program(result, capsys):
    assert verify(result, "--case", str(LONG), "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["differences"] == []


WRONG_SHAPES = {
    "empty object": lambda _: {},
    "a list of lists": lambda d: [[d]],
    "no case": lambda d: {n: v for n, v in d.items() if n != "case"},
    "case as text": lambda d: {**d, "case": "long"},
    "no rating": lambda d: {n: v for n, v in d.items() if n != "rating"},
    "rating as text": lambda d: {**d, "rating": "low"},
    "rating in words": lambda d: {
        **d,
        "rating": {"floor": "The ministry has been cleared of everything", "ceiling": "low"},
    },
    "findings as object": lambda d: {**d, "findings": {}},
    "finding as text": lambda d: {**d, "findings": ["SOV-001"]},
    "finding without rule": lambda d: {**d, "findings": [{"verdict": "flag", "severity": None}]},
    "verdict in words": lambda d: {
        **d,
        "findings": [{**d["findings"][0], "verdict": "\u202efine"}],
    },
    "severity as number": lambda d: {**d, "findings": [{**d["findings"][0], "severity": 3}]},
}


@pytest.mark.parametrize("shape", WRONG_SHAPES)
def test_an_earlier_result_of_the_wrong_shape_is_refused(shape, result, tmp_path, capsys):
    result.write_text(json.dumps(WRONG_SHAPES[shape](json.loads(result.read_text()))))
    output = tmp_path / "brief.html"
    code = main(["brief", str(LONG), "-o", str(output), "--previous", str(result), *WITH])
    assert code == 2
    assert "not the JSON of one assessment" in capsys.readouterr().err
    assert not output.exists()


def test_what_changed_is_told_with_its_reason(tmp_path, capsys):
    """The case, the rules, or what was asked: each is told apart, and of each rule why it moved."""
    case, pack = tmp_path / "deal.yaml", shutil.copytree(PACK, tmp_path / "pack")
    case.write_text(LONG.read_text() + "dates: {signed: 2020-01-01}\n")
    old, page = tmp_path / "old.html", tmp_path / "new.html"
    assert main(["brief", str(case), "-o", str(old), "--pack", str(pack)]) == 0

    def changed() -> str:
        words = ["brief", str(case), "-o", str(page), "--pack", str(pack), "--previous", str(old)]
        assert main(words) == 0
        assert main(["verify", str(page), "--case", str(case), "--pack", str(pack)]) == 0
        return (
            page.read_text()
            .partition("Changed since the previous version")[2]
            .partition("</ul>")[0]
        )

    assert "Neither the case file nor the rules changed." in changed()
    case.write_text(case.read_text().replace("duration_years: 5", "duration_years: 1"))
    told = changed()
    assert "The case file changed; the rules did not." in told
    assert "SOV-001 Long term: flag, high → clear (Term: was 5, is 1" in told
    rules = pack / "sovereignty.yaml"
    rules.write_text(rules.read_text().replace("duration_years >= 2.25", "duration_years >= 0.5"))
    assert "Both the case file and the rules changed." in changed()


def test_an_earlier_result_of_another_case_is_refused(result, tmp_path, capsys):
    output = tmp_path / "brief.html"
    assert main(["brief", str(SHORT), "-o", str(output), "--previous", str(result), *WITH]) == 2
    assert "it speaks of long, not of short" in capsys.readouterr().err
    assert not output.exists()


def test_what_was_redacted_is_verified_and_stays_out_of_what_is_told(tmp_path, capsys):
    page, file, log = tmp_path / "b.html", tmp_path / "r.json", tmp_path / "log.jsonl"
    hide = ["--redact", "terms.duration_years", "deal.form"]
    assert main(["brief", str(LONG), "-o", str(page), *WITH, *hide]) == 0
    form = ["--format", "json", "-o", str(file), "--record", str(log)]
    assert main(["assess", str(LONG), *form, *WITH, *hide]) == 0
    assert "redacted: deal.form, terms.duration_years" in capsys.readouterr().err
    assert '"because": "Form: [redacted]."' in file.read_text()
    for made in (page, file):
        assert verify(made, "--case", str(LONG)) == 0
    # One's own log is whole.
    assert main(["verify", str(log)]) == 0
    altered = page.read_text().replace('"redacted":["deal.form",', '"redacted":[')
    page.write_text(altered)
    assert verify(page, "--case", str(LONG)) == 1


def test_a_value_that_was_set_and_redacted_is_not_told_either(tmp_path, capsys):
    file = tmp_path / "r.json"
    asked = ["--set", "terms.duration_years=77", "--redact", "terms.duration_years"]
    assert main(["assess", str(LONG), "--format", "json", "-o", str(file), *WITH, *asked]) == 0
    assert "77" not in file.read_text().replace("sha256", "")[:2000].partition("findings")[0]
    assert json.loads(file.read_text())["asked"]["set"] == {"terms.duration_years": "[redacted]"}
    assert verify(file, "--case", str(LONG)) == 2


def test_it_is_told_in_the_language_that_is_asked_for(tmp_path: Path, capsys):
    page = tmp_path / "a.html"
    assert main(["brief", "panamax-2014", "-o", str(page)]) == 0
    assert main(["verify", str(page), "--lang", "pt"]) == 0
    assert "1 relatório avaliado de novo; tudo se sustenta" in capsys.readouterr().out
    page.write_text(page.read_text("utf-8").replace("</h1>", "!</h1>", 1), encoding="utf-8")
    assert main(["verify", str(page), "--lang", "es"]) == 1
    assert "la página dice" in capsys.readouterr().out
