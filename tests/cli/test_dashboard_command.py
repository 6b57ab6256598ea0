"""`convenio dashboard`: its sources, what it refuses, and its exit codes."""

import csv
import json
import shutil
from pathlib import Path

import polars as pl
import pytest

from convenio.cli import main
from convenio.resources import data_folder

NAMES = ("panamax-2014", "manta-fol-1999", "eclac-method-2001")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "deals").mkdir()
    for name in NAMES:
        shutil.copy(data_folder("cases") / f"{name}.yaml", tmp_path / "deals")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rows(file: str) -> list[dict[str, str]]:
    with Path(file).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_folder_is_assessed_and_the_faulty_is_listed(folder, capsys):
    Path("deals/wrong.yaml").write_text("case: wrong\ntitle: W\nas_of: 2020-01-01\nterm: {}\n")
    Path("deals/events").mkdir()
    Path("deals/events/stream.json").write_text("[]")
    assert main(["dashboard", "deals", "-o", "d.html", "--csv", "d.csv"]) == 3
    assert "deals/wrong.yaml:4" in capsys.readouterr().err
    page = Path("d.html").read_text()
    assert "1 case could not be read and is not rated." in page
    assert "wrong.yaml" in page
    assert [row["id"] for row in rows("d.csv")] == [
        *("manta-fol-1999", "panamax-2014", "eclac-method-2001", "wrong.yaml")
    ]
    assert main(["dashboard", "deals", "-o", "again.html"]) == 3
    assert Path("again.html").read_bytes() == Path("d.html").read_bytes()


def test_results_of_batch_say_the_same_as_the_folder(folder):
    assert main(["dashboard", "deals", "-o", "d.html", "--csv", "d.csv"]) == 0
    for name in ("ratings.parquet", "ratings.csv", "ratings.duckdb", "ratings.xlsx"):
        assert main(["batch", "deals", "-o", name]) == 0
        assert main(["dashboard", name, "-o", "t.html", "--csv", "t.csv"]) == 0
        assert "so there is no map" in Path("t.html").read_text()
        untold = ("title", "as_of", "countries", "confidence")
        expected = [{**row, **dict.fromkeys(untold, "")} for row in rows("d.csv")]
        assert rows("t.csv") == expected


def test_tables_of_findings_and_parties_tell_more_of_results(folder):
    main(["batch", "deals", "-o", "r.parquet"])
    main(["assess", *(f"deals/{n}.yaml" for n in NAMES), "--format", "csv", "-o", "f.csv"])
    Path("p.csv").write_text("id,country,role\npanamax-2014,PAN,recipient\npanamax-2014,USA,host\n")
    told = ["--findings", "f.csv", "--parties", "p.csv"]
    assert main(["dashboard", "r.parquet", "-o", "d.html", "--csv", "d.csv", *told]) == 0
    page = Path("d.html").read_text()
    assert "Facts most often missing" in page
    assert "Panama: 1 case" in page
    found = {row["id"]: row for row in rows("d.csv")}
    assert found["panamax-2014"]["countries"] == "PAN USA"
    assert {row["confidence"] for row in found.values()} & {"high", "medium", "low"}


def test_rows_in_error_are_listed(folder, capsys):
    table = Path("deals.csv")
    table.write_text("id,as_of,terms.duration_years\na,2020-01-01,5\nb,2020-01-01,9999\n")
    assert main(["batch", "deals.csv", "-o", "r.csv"]) == 3
    assert main(["dashboard", "r.csv", "-o", "d.html", "--csv", "d.csv"]) == 3
    assert [(row["id"], row["status"]) for row in rows("d.csv")] == [("a", "ok"), ("b", "error")]


def test_json_of_assessments_is_a_source_and_an_earlier_run(folder):
    files = [f"deals/{name}.yaml" for name in NAMES]
    main(["assess", *files, "--format", "json", "-o", "old.json"])
    documents = json.loads(Path("old.json").read_text())
    assert main(["dashboard", "old.json", "-o", "d.html", "--csv", "d.csv"]) == 0
    assert len(rows("d.csv")) == 3
    documents[0]["rating"]["presumed"] = "critical"
    Path("old.json").write_text(json.dumps(documents[:2]))
    arguments = ["dashboard", "deals", "-o", "d.html", "--csv", "d.csv", "--previous", "old.json"]
    assert main(arguments) == 0
    changes = {row["id"]: row["change"] for row in rows("d.csv")}
    assert changes == {"panamax-2014": "fell", "manta-fol-1999": "", "eclac-method-2001": "new"}


def test_briefs_that_stand_in_a_folder_are_linked(folder):
    Path("out").mkdir()
    Path("briefs").mkdir()
    for name in NAMES[:2]:
        Path(f"briefs/{name}.html").write_text("a brief")
    assert main(["dashboard", "deals", "-o", "out/d.html", "--briefs", "briefs"]) == 0
    page = Path("out/d.html").read_text()
    assert 'href="./../briefs/panamax-2014.html"' in page
    assert "eclac-method-2001.html" not in page
    taken = ["dashboard", "deals", "-o", "briefs/panamax-2014.html", "--briefs", "briefs"]
    assert main(taken) == 2
    assert Path("briefs/panamax-2014.html").read_text() == "a brief"


def test_the_second_case_of_an_id_is_listed_and_not_counted(folder):
    shutil.copy("deals/panamax-2014.yaml", "deals/twice.yaml")
    assert main(["dashboard", "deals", "-o", "d.html", "--csv", "d.csv"]) == 3
    last = rows("d.csv")[-1]
    assert last["status"] == "error"
    assert "the case panamax-2014 stands in deals/panamax-2014.yaml, too" in last["reason"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("nowhere -o d.html", "there is no such file or folder"),
        ("empty -o d.html", "there are no case files in this folder"),
        ("deals -o d.pdf", "the dashboard is written as .html"),
        ("notes.txt -o d.html", "neither a case file"),
        ("other.csv -o d.html", "this is not the results of convenio batch"),
        ("twice.csv -o d.html", "two rows have the id a"),
        ("odd.csv -o d.html", "the rating 'awful' is none of"),
        ("broken.parquet -o d.html", "can't be read"),
        ("broken.duckdb -o d.html", "can't be read"),
        ("broken.xlsx -o d.html", "can't be read"),
        ("broken.jsonl -o d.html", "can't be read"),
        ("deals -o d.html --findings other.csv", "--findings goes with results"),
        ("deals -o d.html --previous nowhere", "there is no such file or folder"),
        ("deals -o d.html --briefs nowhere", "there is no such folder of briefs"),
        ("deals -o d.html --lang xx", "no language 'xx'"),
        ("deals -o deals/panamax-2014.yaml", "this is an input"),
        ("deals -o d.html --csv deals/panamax-2014.yaml", "this is an input"),
        ("deals -o nowhere/d.html", "there is no folder"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(words, told, folder, capsys):
    Path("empty").mkdir()
    Path("notes.txt").write_text("x")
    Path("other.csv").write_text("a,b\n1,2\n")
    Path("twice.csv").write_text("id,status,floor,ceiling\na,ok,low,low\na,ok,low,low\n")
    Path("odd.csv").write_text("id,status,floor,ceiling\na,ok,awful,low\n")
    Path("broken.parquet").write_bytes(b"PAR1 no")
    for name in ("duckdb", "xlsx", "jsonl"):
        Path(f"broken.{name}").write_bytes(b"no")
    before = sorted(folder.rglob("*"))
    kept = {path: path.read_bytes() for path in before if path.is_file()}
    assert main(["dashboard", *words.split()]) == 2
    error = capsys.readouterr().err
    assert told in error
    assert "internal" not in error
    assert sorted(folder.rglob("*")) == before
    assert {path: path.read_bytes() for path in kept} == kept


def test_a_wrong_pack_is_told(folder, capsys):
    Path("pack").mkdir()
    Path("pack/pack.yaml").write_text("id: x\n")
    assert main(["dashboard", "deals", "-o", "d.html", "--pack", "pack"]) == 4
    assert not Path("d.html").exists()


def test_many_case_files_are_read_by_several_processes(folder, monkeypatch):
    monkeypatch.setattr("convenio.cli.sources._MANY", 5)
    text = Path("deals/eclac-method-2001.yaml").read_text()
    for number in range(7):
        named = text.replace("case: eclac-method-2001", f"case: deal-{number:02d}")
        Path(f"deals/deal-{number:02d}.yaml").write_text(named)
    assert main(["dashboard", "deals", "-o", "d.html", "--csv", "two.csv", "--workers", "2"]) == 0
    assert main(["dashboard", "deals", "-o", "d.html", "--csv", "one.csv", "--workers", "1"]) == 0
    assert Path("one.csv").read_bytes() == Path("two.csv").read_bytes()
    assert pl.read_csv("one.csv").height == 10
