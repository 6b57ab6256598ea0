"""What a table's file holds is recognised and said, on every engine, and never guessed."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from convenio.cli import main

PACK = str(Path(__file__).parent / "small_pack")
HEADER = ["id", "as_of", "deal.elements", "deal.form", "terms.duration_years", "text.access"]
ROWS = [
    ["001", "2024-05-01", "basing_access", "executive_agreement", "10", "withheld"],
    ["1e3", "2024-05-01", "arms_sale", "contract", "2.5", ""],
]
EVERY = [HEADER, *ROWS]


def written(rows: list[list[str]], separator: str = ",") -> str:
    return "".join(separator.join(row) + "\n" for row in rows)


def batch(source: Path, *more: str, engine: str = "polars") -> tuple[int, list[dict[str, object]]]:
    out = source.parent / "results.parquet"
    out.unlink(missing_ok=True)
    code = main(["batch", str(source), "-o", str(out), "--engine", engine, "--pack", PACK, *more])
    if not out.exists():
        return code, []
    return code, pl.read_parquet(out).drop("engine").sort("id").to_dicts()


@pytest.fixture
def plain(tmp_path: Path) -> list[dict[str, object]]:
    file = tmp_path / "plain.csv"
    file.write_text(written(EVERY), encoding="utf-8")
    code, rows = batch(file)
    assert code == 0
    assert [row["id"] for row in rows] == ["001", "1e3"]
    return rows


def sheet(path: Path, rows: list[list[str]], **others: list[list[str]]) -> None:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as book:
        for name, table in {"Hoja1": rows, **others}.items():
            page = book.add_worksheet(name)
            for number, row in enumerate(table):
                page.write_row(number, 0, row)


TITLE = [["Registro de convenios; 2024"], [], *EVERY]
FORMS = {
    "semicolons": ("t.csv", written(EVERY, ";").encode(), "separated by semicolons"),
    "tabs": ("t.csv", written(EVERY, "\t").encode(), "separated by tabs"),
    "bars": ("t.csv", written(EVERY, "|").encode(), "separated by bars"),
    "tsv": ("t.tsv", written(EVERY, "\t").encode(), "separated by tabs"),
    "capitals": ("T.CSV", written(EVERY).encode(), ""),
    "byte order mark": ("t.csv", written(EVERY).encode("utf-8-sig"), ""),
    "UTF-16": ("t.csv", written(EVERY, "\t").encode("utf-16"), "separated by tabs, UTF-16"),
    "Windows-1252": ("t.csv", ("Año\n" + written(EVERY)).encode("cp1252"), "Windows-1252"),
    "title": ("t.csv", written(TITLE).encode(), "header on line 3"),
    "line ends": ("t.csv", written(EVERY).replace("\n", "\r\n").encode(), ""),
    "blank lines": ("t.csv", written([HEADER, [], ROWS[0], [","], ROWS[1], []]).encode(), ""),
    "gz": ("t.csv.gz", gzip.compress(written(EVERY).encode()), ""),
    "folded names": (
        "t.csv",
        written([[" ID ", "As_Of", *map(str.upper, HEADER[2:])], *ROWS]).encode(),
        "reads ID as id",
    ),
    "total and source": (
        "t.csv",
        written([*EVERY, ["Total", "", "", "", "12.5"], ["Fuente: Ministerio"]]).encode(),
        "left out below or as a total: Total, Fuente: Ministerio",
    ),
}


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("form", FORMS)
def test_one_table_in_many_forms(
    form: str,
    engine: str,
    tmp_path: Path,
    plain: list[dict[str, object]],
    capsys: pytest.CaptureFixture[str],
) -> None:
    name, content, told = FORMS[form]
    file = tmp_path / name
    file.write_bytes(content)
    code, rows = batch(file, engine=engine)
    assert code == 0
    assert rows == plain
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("ending", ["xlsx", "XLSX", "xlsm"])
def test_a_sheet_with_a_title_is_read_as_it_is_shown(
    ending: str, tmp_path: Path, plain: list[dict[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / f"t.{ending}"
    sheet(file, TITLE)
    for engine in ("polars", "duckdb"):
        assert batch(file, engine=engine) == (0, plain)
        assert "header on row 3" in capsys.readouterr().err


def test_a_packed_table(tmp_path: Path, plain: list[dict[str, object]]) -> None:
    file = tmp_path / "t.zip"
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("table.csv", written(EVERY, ";"))
    assert batch(file) == (0, plain)
    with zipfile.ZipFile(file, "a") as packed:
        packed.writestr("other.csv", written(EVERY))
    assert batch(file) == (2, [])


def test_a_workbook_holds_its_lists(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    incidents = [["id", "i", "date", "deaths"], ["001", "0", "2024-01-10", "3"]]
    file = tmp_path / "t.xlsx"
    sheet(file, EVERY, incidents=incidents)
    code, rows = batch(file)
    assert code == 0
    alone = tmp_path / "alone.csv"
    alone.write_text(written(EVERY))
    child = tmp_path / "incidents.csv"
    child.write_text(written(incidents, ";"))
    assert batch(alone, "--child", f"incidents={child}") == (0, rows)
    capsys.readouterr()
    child.write_text(written([*incidents, ["B-9", "0", "2024-01-10", "1"]]))
    code, left = batch(alone, "--child", f"incidents={child}")
    assert (code, left) == (3, rows)
    assert "1 row finds no case: 'B-9'" in capsys.readouterr().err


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_numbers_with_a_decimal_comma(
    engine: str, tmp_path: Path, plain: list[dict[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.csv"
    file.write_text(written(EVERY, ";").replace("2.5", "2,5"))
    assert batch(file, engine=engine) == (0, plain)
    assert "decimal comma" in capsys.readouterr().err
    file.write_text(written([*EVERY, ["b", *ROWS[0][1:4], "1.25", ""]], ";").replace("2.5", "2,5"))
    assert batch(file, engine=engine) == (3, [])
    assert "give --decimal" in capsys.readouterr().err
    code, rows = batch(file, "--decimal", ",", engine=engine)
    assert code == 3
    assert [(row["id"], row["status"]) for row in rows][-1] == ("b", "error")


@pytest.mark.parametrize(
    ("order", "same"), [("dmy", "2024-04-03"), ("mdy", "2024-03-04"), ("", "")]
)
def test_dates_that_may_be_read_two_ways(
    order: str, same: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head = ["id", "as_of", "deal.elements", "dates.signed"]
    file, plain = tmp_path / "t.csv", tmp_path / "plain.csv"
    file.write_text(written([head, ["a", "2024-03-20", "arms_sale", "03/04/2024"]]))
    if not order:
        code, rows = batch(file)
        assert code == 3
        assert rows[0]["status"] == "error"
        assert "--dates dmy or --dates mdy" in capsys.readouterr().err
        return
    plain.write_text(written([head, ["a", "2024-03-20", "arms_sale", same]]))
    assert batch(file, "--dates", order) == batch(plain)


REFUSED = {
    "no fact": ("id,title\na,b\n", 3, "no column is a fact, so nothing is rated"),
    "no id": ("name,terms.duration_years\na,5\n", 3, "no column is called id"),
    "nothing stated": (
        "id,as_of,deal.elements\na,2024-05-01,\nb,2024-05-01,\nc,2024-05-01,arms_sale\n",
        3,
        "2 of 3 rows state no fact, so nothing is rated: row 1 (a), row 2 (b)",
    ),
    "shared ids": (
        "id,deal.elements\na,arms_sale\nb,arms_sale\na,grant_aid\n",
        3,
        "rows share their id: a (2 rows)",
    ),
    "list in a cell": ("id,incidents\na,shooting\n", 3, "--child incidents=FILE"),
    "two columns": ("id,deal.form,DEAL.FORM\na,treaty,contract\n", 3, "two columns are called"),
    "one column twice": ("id,deal.form,deal.form\na,treaty,contract\n", 3, "two columns are"),
    "too many cells": ("id,deal.form\na,treaty\nb,treaty,x\n", 2, "t.csv:3: 3 cells, the header"),
    "nothing": ("", 3, "the table is empty"),
}


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
@pytest.mark.parametrize("reason", REFUSED)
def test_where_nothing_is_understood_nothing_is_rated(
    reason: str, engine: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, code, told = REFUSED[reason]
    file = tmp_path / "t.csv"
    file.write_text(content)
    assert batch(file, engine=engine) == (code, [])
    assert told in capsys.readouterr().err
    assert [left.name for left in tmp_path.iterdir()] == ["t.csv"]


@pytest.mark.parametrize("engine", ["polars", "duckdb"])
def test_rows_that_state_nothing_are_told_and_the_others_rated(
    engine: str, tmp_path: Path, plain: list[dict[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.csv"
    silent, nameless = ["c", "2024-05-01"], ["", "2024-05-01", "arms_sale"]
    file.write_text(written([HEADER, ROWS[0], silent, nameless, ROWS[1]]))
    assert batch(file, engine=engine) == (3, plain)
    told = capsys.readouterr().err
    assert "row 2 (c) states no fact; not rated" in told
    assert "row 3 has no id; not rated" in told


def test_what_is_said_of_a_file_is_taken(
    tmp_path: Path, plain: list[dict[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.csv"
    file.write_bytes(written([["id", "of the register"], *EVERY], "~").encode("utf-16-le"))
    assert batch(file) == (2, [])
    assert "--encoding utf-16-le" in capsys.readouterr().err
    told = ["--encoding", "utf-16-le", "--separator", "~", "--header-row", "2"]
    assert batch(file, *told) == (0, plain)
    assert batch(file, "--encoding", "utf-99") == (2, [])
    assert batch(file, "--separator", "ab") == (2, [])
    assert batch(file, *told[:-1], "40") == (2, [])


def test_a_cell_that_holds_an_error_is_an_error_of_its_row(
    tmp_path: Path, plain: list[dict[str, object]], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(file)) as book:
        page = book.add_worksheet()
        for number, row in enumerate([*EVERY, ["c", *ROWS[0][1:4]]]):
            page.write_row(number, 0, row)
        page.write_formula(3, 4, "=1/0", None, "#DIV/0!")
        book.add_worksheet("Notas")
    assert batch(file, "--sheet", "Sheet1") == (3, plain)
    assert "row 3: terms.duration_years: the cell holds an error (Div0)" in capsys.readouterr().err
    assert batch(file, "--sheet", "Blatt1") == (2, [])
    assert "there is no sheet 'Blatt1'; it has Sheet1, Notas" in capsys.readouterr().err


def test_outputs_and_inputs_are_kept_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deals, incidents = tmp_path / "deals.csv", tmp_path / "incidents.csv"
    deals.write_text(written(EVERY))
    incidents.write_text("id,i,deaths\n001,0,3\n")
    child = ["--child", f"incidents={incidents}"]
    for words, told in (
        (["-o", str(incidents), *child], "this is an input; it is not overwritten"),
        (["-o", "x.csv", "--findings", "x.csv", *child], "can't be written to one file"),
        (["-o", "x.csv", "--child", f"incidents={tmp_path / 'none.csv'}"], "there is no such file"),
    ):
        assert main(["batch", str(deals), "--pack", PACK, *words]) == 2
        assert told in capsys.readouterr().err
    link = tmp_path / "link.csv"
    link.symlink_to(incidents)
    assert main(["batch", str(deals), "-o", str(link), *child]) == 2
    assert incidents.read_text() == "id,i,deaths\n001,0,3\n"


def test_texts_stay_texts_in_a_sheet(tmp_path: Path) -> None:
    file, out = tmp_path / "t.csv", tmp_path / "out.xlsx"
    file.write_text("id,deal.elements\n=1+1,arms_sale\nhttp://x.test,arms_sale\n")
    assert main(["batch", str(file), "-o", str(out)]) == 0
    with zipfile.ZipFile(out) as packed:
        pages = [packed.read(name).decode() for name in packed.namelist() if "/sheet" in name]
    assert not any("<f>" in page or "<hyperlink" in page for page in pages)
    assert pl.read_excel(out)["id"].to_list() == ["=1+1", "http://x.test"]


def test_results_beside_case_files_are_no_cases(tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "a.yaml").write_text(
        "case: a\ntitle: A\nas_of: 2020-01-01\ndeal: {elements: [arms_sale]}\n"
    )
    for _ in range(2):
        assert main(["batch", str(folder), "-o", str(folder / "r.csv")]) == 0
    assert pl.read_csv(folder / "r.csv")["id"].to_list() == ["a"]
