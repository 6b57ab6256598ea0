"""What a user of the command line may rely on: output, exit codes, messages, files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from convenio.cli import main

ROOT = Path(__file__).parents[2]
COLOMBIA = str(ROOT / "cases" / "us-colombia-dca-2009.yaml")
PANAMAX = str(ROOT / "cases" / "panamax-2014.yaml")
FORMATS = ("text", "json", "markdown", "sarif", "junit", "github", "csv")

WRONG = "case: wrong\ntitle: Wrong\nas_of: 2020-01-01\nterms:\n  duration_year: 5\n"


@pytest.fixture
def wrong(tmp_path: Path) -> str:
    path = tmp_path / "wrong.yaml"
    path.write_text(WRONG)
    return str(path)


def test_assess_prints_the_verdict_the_families_and_the_open_questions(capsys):
    assert main(["assess", COLOMBIA]) == 0
    text = capsys.readouterr().out
    assert "Critical, established whatever is presumed" in text
    for word in ("Tension", "Transparency", "Sovereignty", "Human rights", "Open questions ("):
        assert word in text
    assert "\x1b" not in text


def test_the_readme_shows_what_the_command_prints(capsys):
    shown = (ROOT / "README.md").read_text().partition("```console\n")[2].partition("```")[0]
    main(["assess", COLOMBIA])
    printed = capsys.readouterr().out.splitlines()
    lines = [line for line in shown.splitlines()[1:] if line and line != "…"]
    assert len(lines) > 8
    assert [line for line in lines if line not in printed] == []


def test_findings_come_worst_first(capsys):
    main(["assess", COLOMBIA])
    order = {"critical": 0, "high": 1, "medium": 2, "low": 3}
    findings = capsys.readouterr().out.partition("Findings (")[2].partition("\nFindings on")[0]
    severities = [
        order[line.split()[0]]
        for line in findings.splitlines()
        if line.split() and line.split()[0] in order and "-0" in line
    ]
    assert severities == sorted(severities)
    assert len(severities) > 5


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_is_the_same_twice_and_names_the_case(name, capsys):
    outputs = []
    for _ in range(2):
        assert main(["assess", COLOMBIA, "--format", name]) == 0
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    assert "us-colombia-dca-2009" in outputs[0]


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (["--fail-on", "critical"], 1),
        (["--fail-on", "low"], 1),
        ([], 0),
    ],
)
def test_fail_on_looks_at_the_floor(flags, code, capsys):
    assert main(["assess", COLOMBIA, *flags]) == code


def test_fail_on_possible_looks_at_the_ceiling(capsys):
    assert main(["assess", PANAMAX, "--fail-on", "moderate"]) == 0
    assert main(["assess", PANAMAX, "--fail-on-possible", "moderate"]) == 1


def test_an_invalid_case_is_reported_and_the_others_are_assessed(wrong, capsys):
    assert main(["assess", wrong, COLOMBIA, "--fail-on", "low"]) == 3
    out, err = capsys.readouterr()
    assert f"{wrong}:5:3: terms.duration_year" in err
    assert "did you mean terms.duration_years?" in err
    assert "us-colombia-dca-2009" in out


def test_several_cases_give_a_json_list_in_the_order_given(capsys):
    main(["assess", PANAMAX, COLOMBIA, "--format", "json"])
    documents = json.loads(capsys.readouterr().out)
    assert [d["case"]["id"] for d in documents] == ["panamax-2014", "us-colombia-dca-2009"]


def test_set_replaces_a_fact_and_may_lower_the_rating(capsys):
    main(["assess", COLOMBIA, "--format", "json"])
    before = json.loads(capsys.readouterr().out)
    main(
        [
            "assess",
            COLOMBIA,
            "--format",
            "json",
            "--set",
            "text.access=public",
            "--set",
            "text.annexes=none",
        ]
    )
    after = json.loads(capsys.readouterr().out)
    verdicts = {
        d["rating"]["floor"]: {f["rule"]: f["verdict"] for f in d["findings"]}
        for d in (before, after)
    }
    assert set(verdicts) == {"critical", "high"}
    assert verdicts["critical"]["TRA-014"] == "flag"
    assert verdicts["high"]["TRA-014"] == "clear"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["assess", COLOMBIA, "--set", "terms.duration_year=5"], "terms.duration_years"),
        (["assess", COLOMBIA, "--set", "terms.duration_years=long"], "expected a number"),
        (["assess", COLOMBIA, "--set", "nonsense"], "PATH=VALUE"),
        (["assess", COLOMBIA, "--pack", "cor"], "did you mean core?"),
        (["assess", COLOMBIA, "--lang", "xx"], "no language 'xx'"),
        (["assess", str(ROOT / "cases")], "is a folder"),
        (["explain", COLOMBIA, "SOV-0004"], "has no rule 'SOV-0004'"),
        (["rules", "show"], "name a rule"),
        (["rules", "list", "--family", "tensions"], "has the families"),
        (["new", "case.txt"], "ends in .yaml"),
        (["assess", COLOMBIA, "-o", "/nonexistent/folder/x.txt"], "there is no folder"),
    ],
)
def test_wrong_use_ends_with_2_and_one_clear_message(arguments, message, capsys):
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err


def test_a_missing_case_file_is_an_invalid_case(capsys):
    assert main(["assess", "no-such-case.yaml"]) == 3
    assert "the file can't be read" in capsys.readouterr().err


def test_a_broken_pack_ends_with_4(tmp_path, capsys):
    (tmp_path / "pack.yaml").write_text("id: x\n")
    assert main(["assess", COLOMBIA, "--pack", str(tmp_path)]) == 4
    assert "pack.yaml:1:1: version: this key is required" in capsys.readouterr().err


def test_an_internal_error_ends_with_101_and_no_traceback(monkeypatch, capsys):
    monkeypatch.setattr("convenio.cli.assess.assess", lambda *_: 1 / 0)
    assert main(["assess", COLOMBIA]) == 101
    err = capsys.readouterr().err
    assert "internal error: ZeroDivisionError" in err
    assert "Traceback" not in err


def test_an_input_is_never_overwritten(tmp_path, capsys):
    case = tmp_path / "deal.yaml"
    case.write_bytes(Path(PANAMAX).read_bytes())
    assert main(["assess", str(case), "-o", str(case)]) == 2
    assert "not overwritten" in capsys.readouterr().err
    assert case.read_bytes() == Path(PANAMAX).read_bytes()


def test_output_files_are_whole_and_leave_nothing_beside_them(tmp_path, capsys):
    target = tmp_path / "result.json"
    assert main(["assess", PANAMAX, "--format", "json", "-o", str(target)]) == 0
    assert json.loads(target.read_text())["case"]["id"] == "panamax-2014"
    assert [p.name for p in tmp_path.iterdir()] == ["result.json"]


def test_explain_shows_the_value_the_line_and_the_source_of_every_fact(capsys):
    assert main(["explain", COLOMBIA, "SOV-004"]) == 0
    text = capsys.readouterr().out
    line = next(
        n
        for n, row in enumerate(Path(COLOMBIA).read_text().splitlines(), 1)
        if row.strip().startswith("duration_years")
    )
    assert f"us-colombia-dca-2009.yaml:{line}:" in text
    assert "The deal runs for 10 years. [terms.duration_years]" in text
    assert "Verdict: flag, medium" in text


def test_rules_list_show_and_test(capsys):
    assert main(["rules", "list"]) == 0
    assert "SOV-004" in capsys.readouterr().out
    assert main(["rules", "show", "SOV-004"]) == 0
    shown = capsys.readouterr().out
    assert "terms.duration_years" in shown
    assert "threshold" in shown
    assert main(["rules", "test", "SOV-004", "TEN-002"]) == 0
    assert "2 rules" in capsys.readouterr().out


def test_a_rule_whose_test_is_wrong_fails_with_its_line(tmp_path, capsys):
    folder = tmp_path / "pack"
    folder.mkdir()
    for path in (ROOT / "rules" / "core").glob("*.yaml"):
        (folder / path.name).write_bytes(path.read_bytes())
    sovereignty = folder / "sovereignty.yaml"
    text = sovereignty.read_text()
    assert "expect: clear}" in text
    sovereignty.write_text(text.replace("expect: clear}", "expect: critical}", 1))
    assert main(["rules", "test", "--pack", str(folder)]) == 4
    assert "expected critical, found clear" in capsys.readouterr().err


def test_schemas_are_valid_and_describe_what_they_should(capsys):
    import jsonschema

    main(["schema"])
    case_schema = json.loads(capsys.readouterr().out)
    main(["schema", "--of", "assessment"])
    result_schema = json.loads(capsys.readouterr().out)
    for schema in (case_schema, result_schema):
        jsonschema.Draft202012Validator.check_schema(schema)
    main(["assess", COLOMBIA, "--format", "json"])
    result = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator(result_schema).validate(result)
    published = ROOT / "docs"
    assert json.loads((published / "case.schema.json").read_text()) == case_schema
    assert json.loads((published / "assessment.schema.json").read_text()) == result_schema


def test_help_imports_nothing_heavy():
    code = (
        "import sys, convenio.cli\n"
        "try:\n convenio.cli.main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'pandas', 'polars', 'jinja2', 'rich', 'z3', 'pydantic', 'yaml'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "assess" in done.stdout


def test_every_command_has_help_with_an_example(capsys):
    from convenio.cli.main import COMMANDS

    for name in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            main([name, "--help"])
        assert ended.value.code == 0
        assert f"convenio {name}" in capsys.readouterr().out.partition("example")[2]


def test_the_module_runs_as_a_command():
    from convenio.cli.main import COMMANDS

    command = [sys.executable, "-m", "convenio", next(iter(COMMANDS)), "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "example" in done.stdout


def test_output_into_a_closed_pipe_is_no_error():
    command = f"{sys.executable} -m convenio assess {COLOMBIA} --format json | head -c 10"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_bytes_do_not_depend_on_hash_seed_locale_or_time_zone():
    outputs = set()
    for seed, locale, zone in (("0", "C", "UTC"), ("7", "C.UTF-8", "America/Bogota")):
        environment = os.environ | {
            "PYTHONHASHSEED": seed,
            "LC_ALL": locale,
            "TZ": zone,
            "PYTHONUTF8": "1",
        }
        done = subprocess.run(
            [sys.executable, "-m", "convenio", "assess", COLOMBIA, PANAMAX, "--format", "json"],
            capture_output=True,
            env=environment,
            check=True,
        )
        outputs.add(done.stdout)
    assert len(outputs) == 1


@pytest.mark.parametrize("name", ["brief.doc", "brief.odt", "brief.json", "brief.html.txt"])
@pytest.mark.parametrize("command", [["brief", "-o"], ["assess", "--brief"]])
def test_a_brief_under_a_name_of_another_format_is_refused(name, command, tmp_path, capsys):
    output = tmp_path / name
    assert main([command[0], PANAMAX, command[1], str(output)]) == 2
    assert "a brief is written as .html, .htm, .md, .docx, .pdf" in capsys.readouterr().err
    assert not output.exists()
