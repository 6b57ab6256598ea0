"""`convenio batch`, run as a user runs it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from convenio import Pack, assess
from convenio.batch import running
from convenio.cli import main
from convenio.facts.case import Case
from convenio.resources import data_folder

SMALL = str(Path(__file__).parent / "small_pack")
DEALS = """id,as_of,terms.duration_years,deal.elements,text.access
a,2020-01-01,50,basing_access;status_of_forces,public
b,2020-01-01,abc,arms_sale,public
c,2020-01-01,5,arms_sale,withheld
"""
REGISTER = """Made-up rows in the layout of the register, from All countries; no real deals
a preface
SIPRI AT Database ID,Supplier,Recipient,Designation,Description,Armament category,Order date,Order date is estimate,Numbers delivered,Numbers delivered is estimate,Delivery year,Delivery year is estimate,Status,SIPRI estimate,TIV deal unit,TIV delivery values,Local production;
1,France,Peru,X-1,fictional,Ships,2010,No,2,No,2012,No,New,1,10,100,No;
1,France,Peru,X-1,fictional,Ships,2010,No,2,No,2013,No,New,1,10,50,No;
2,Russia,Peru,X-2,fictional,Aircraft,2013,No,2,No,2013,No,New,1,10,300,No;
3,Italy,Peru,X-3,fictional,Ships,2013,No,2,No,2015,No,New,1,10,40,No;
4,Italy,Chile,X-4,fictional,Ships,2004,No,2,No,2004,No,New,1,10,40,No;
"""  # noqa: E501 — the register's header is one line


@pytest.fixture
def deals(tmp_path: Path) -> Path:
    file = tmp_path / "deals.csv"
    file.write_text(DEALS, encoding="utf-8")
    return file


def test_a_folder_of_case_files(
    tmp_path: Path, pack: Pack, shipped_cases: dict[str, Case], capsys: pytest.CaptureFixture[str]
) -> None:
    out, findings = tmp_path / "ratings.parquet", tmp_path / "findings.csv"
    code = main(["batch", str(data_folder("cases")), "-o", str(out), "--findings", str(findings)])
    assert code == 0
    assert re.search(r"16 cases; presumed: .*; established: ", capsys.readouterr().err)
    rows = {row["id"]: row for row in pl.read_parquet(out).to_dicts()}
    assert rows.keys() == shipped_cases.keys()
    for name, case in shipped_cases.items():
        assessment = assess(case, pack, "reference")
        assert (rows[name]["floor"], rows[name]["ceiling"]) == (
            assessment.floor,
            assessment.ceiling,
        )
    assert set(pl.read_csv(findings)["case"]) <= rows.keys()
    assert not list(tmp_path.glob("*.parts"))


def test_a_wrong_case_file_is_told_and_the_others_are_assessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    shutil.copy(data_folder("cases") / "panamax-2014.yaml", folder)
    (folder / "wrong.yaml").write_text("case: x\ntitle: X\nas_of: 2020-01-01\nterm: {}\n")
    out = tmp_path / "ratings.csv"
    assert main(["batch", str(folder), "-o", str(out)]) == 3
    assert "wrong.yaml:4" in capsys.readouterr().err
    assert pl.read_csv(out)["id"].to_list() == ["panamax-2014"]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_wrong_rows_are_kept_and_counted(
    deals: Path, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    out = deals.with_name("out.parquet")
    assert main(["batch", str(deals), "-o", str(out), "--engine", engine, "--pack", SMALL]) == 3
    assert "1 rows are invalid" in capsys.readouterr().err
    assert sorted(pl.read_parquet(out).select("id", "status").rows()) == [
        ("a", "ok"),
        ("b", "error"),
        ("c", "ok"),
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "duckdb"])
def test_results_in_other_kinds_of_file(deals: Path, ending: str) -> None:
    table = deals.with_suffix(".jsonl")
    pl.read_csv(deals).filter(pl.col("id") != "b").write_ndjson(table)
    out = deals.with_name(f"out.{ending}")
    assert main(["batch", str(table), "-o", str(out)]) == 0
    if ending == "duckdb":
        with duckdb.connect(str(out)) as connection:
            ids = connection.sql("SELECT id FROM cases ORDER BY id").fetchall()
            assert ids == [("a",), ("c",)]
            assert connection.sql("SELECT count(*) FROM findings").fetchall()[0][0] > 0
    else:
        read = pl.read_csv(out) if ending == "csv" else pl.read_excel(out)
        assert sorted(read["id"].to_list()) == ["a", "c"]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_columns_that_folders_name(tmp_path: Path, engine: str) -> None:
    """Partitioned Parquet keeps some columns in the names of its folders alone."""
    whole = pl.read_csv(DEALS.encode()).filter(pl.col("id") != "b")
    flat, nested = tmp_path / "flat.parquet", tmp_path / "nested"
    whole.write_parquet(flat)
    for row in whole.iter_slices(1):
        years, access = row["terms.duration_years"][0], row["text.access"][0]
        folder = nested / f"terms.duration_years={years}" / f"text.access={access}"
        folder.mkdir(parents=True)
        row.drop("terms.duration_years", "text.access").write_parquet(folder / "part.parquet")
    found = []
    for number, source in enumerate((flat, nested)):
        out = tmp_path / f"out{number}.parquet"
        assert (
            main(["batch", str(source), "-o", str(out), "--engine", engine, "--pack", SMALL]) == 0
        )
        found.append(pl.read_parquet(out).sort("id").drop("pack", "engine"))
    assert found[0].equals(found[1], null_equal=True)


def test_a_stopped_run_goes_on_where_it_was(
    deals: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(running, "ROWS_A_PART", 1)
    out = deals.with_name("out.csv")
    done: list[int] = []
    assessed = running._assess_part

    def stopping(job: running.Job, part: running.Part, folder: Path, number: int) -> None:
        if len(done) == 2:
            raise KeyboardInterrupt
        assessed(job, part, folder, number)
        done.append(number)

    monkeypatch.setattr(running, "_assess_part", stopping)
    assert main(["batch", str(deals), "-o", str(out)]) == 130
    assert not out.exists()
    done.clear()
    assert main(["batch", str(deals), "-o", str(out), "--resume"]) == 3
    assert done == [2]
    assert pl.read_csv(out)["id"].to_list() == ["a", "b", "c"]

    deals.write_text(DEALS.replace("50", "49"), encoding="utf-8")
    (deals.parent / "out.csv.parts").mkdir()
    assert main(["batch", str(deals), "-o", str(out), "--resume"]) == 2
    assert "another run" in capsys.readouterr().err


def test_the_register_of_arms_transfers(tmp_path: Path) -> None:
    register = tmp_path / "register.csv"
    register.write_text(REGISTER, encoding="latin-1")
    out = tmp_path / "out.parquet"
    assert main(["batch", str(register), "-o", str(out), "--mapping", "sipri-arms-transfers"]) == 0
    rows = {row["id"]: row for row in pl.read_parquet(out).to_dicts()}
    assert rows.keys() == {"1", "2", "3", "4"}
    assert rows["1"]["status"] == "ok"
    assert (rows["1"]["supplier"], rows["1"]["recipient"]) == ("France", "Peru")
    assert (rows["1"]["first_delivery_year"], rows["1"]["last_delivery_year"]) == (2012, 2013)
    assert rows["1"]["tiv"] == 150
    # The register begins in 2004: it doesn't tell the ten years up to 2010.
    assert rows["1"]["supplier_share_10y"] is None
    assert rows["4"]["concentration_10y"] is None
    # Nothing had come from this supplier by 2013, while other imports had.
    assert rows["3"]["supplier_share_10y"] == 0
    assert rows["2"]["supplier_share_10y"] == pytest.approx(300 / 450)
    assert rows["2"]["concentration_10y"] == pytest.approx((2 / 3) ** 2 + (1 / 3) ** 2)


def test_values_that_a_mapping_drops_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register = tmp_path / "register.csv"
    changed = REGISTER.replace("Russia,Peru", "Russia,Ruritania").replace(
        ",2015,No", ",2015; 2016,No"
    )
    register.write_text(changed.replace(",Ships,2004", ",Airships,2004"), encoding="latin-1")
    words = ["batch", str(register), "-o", str(tmp_path / "out.parquet")]
    words += ["--mapping", "sipri-arms-transfers"]
    assert main(words) == 1
    told = capsys.readouterr().err
    assert "Recipient: 1 row holds no state, dropped: 'Ruritania' (row 3" in told
    assert "Delivery year: 1 row holds no year, dropped: '2015; 2016' (row 4)" in told
    assert "Armament category: 1 row holds no word of the mapping" in told
    assert main([*words, "--allow-dropped"]) == 0


def test_the_input_is_never_overwritten(deals: Path) -> None:
    for engine in ("polars", "duckdb", "spark"):
        assert main(["batch", str(deals), "-o", str(deals), "--engine", engine]) == 2
    assert deals.read_text(encoding="utf-8") == DEALS


def test_wrong_use_is_told(
    deals: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(deals.parent)
    for words, told in (
        (["nowhere", "-o", "x.csv"], "no such file"),
        ([str(deals), "-o", "x.txt"], "must end in"),
        ([str(deals), "-o", str(deals)], "not overwritten"),
        ([str(deals), "-o", "x.csv", "--child", "incidents"], "LIST=FILE"),
        ([str(deals), "-o", "x.csv", "--as-of", "yesterday"], "a date such as"),
        ([str(deals), "-o", "x.csv", "--mapping", "sipri-arms-transfers"], "no line holds"),
    ):
        assert main(["batch", *words]) == 2
        assert told in capsys.readouterr().err
    assert [path.name for path in deals.parent.iterdir()] == ["deals.csv"]


@pytest.mark.parametrize(
    ("ending", "engine"),
    [("parquet", "polars"), ("xlsx", "polars"), ("jsonl", "polars"), ("parquet", "duckdb")],
)
def test_a_file_that_is_no_table_is_told(
    tmp_path: Path, ending: str, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"deals.{ending}"
    file.write_bytes(b"no table")
    assert main(["batch", str(file), "-o", str(tmp_path / "out.csv"), "--engine", engine]) == 2
    assert f"{file}: can't be read" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_fail_on_looks_at_the_presumed_rating(
    engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "relief.csv"
    source.write_text("id,as_of,deal.elements\na,2010-01-22,basing_access\n")
    words = ["batch", str(source), "-o", str(tmp_path / "out.parquet"), "--engine", engine]
    words += ["--pack", SMALL]
    established = main([*words, "--fail-on", "critical"])
    told = capsys.readouterr().err
    presumed = re.search(r"presumed: 1 (\w+)", told)
    floor = re.search(r"established: 1 (\w+)", told)
    assert established == 0
    assert presumed is not None
    assert floor is not None
    assert presumed[1] != floor[1]
    assert main([*words, "--fail-on", presumed[1]]) == 1
