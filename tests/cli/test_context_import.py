"""`convenio context import` makes a table of a published index that may not be shipped."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from convenio import load_pack
from convenio.cli.main import main

HEAD = "Country,Year,WordBank_Code_A,PTS_A,PTS_H,PTS_S\n"
# Invented levels, in the layout of the file that the site of the scale gives out.
LEVELS = """Honduras,2008,HND,3,NA,3
Honduras,2009,HND,3,NA,4
Honduras,2010,HND,4,NA,4
Honduras,2013,HND,2,2,NA
Honduras,2014,HND,NA,NA,NA
Peru,2008,PER,2,NA,2
Soviet Union,2008,,5,NA,5
"""


def levels_on(day: str, folder: Path, capsys: pytest.CaptureFixture[str], country: str) -> str:
    main(["context", "show", country, "--as-of", day, "--context", str(folder)])
    lines = capsys.readouterr().out.splitlines()
    return next(line for line in lines if line.startswith("context.political_terror"))


def test_a_level_holds_from_the_next_year_for_three_years_at_most(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "pts.csv").write_text(HEAD + LEVELS, encoding="utf-8")
    assert main(["context", "import", "pts", str(tmp_path / "pts.csv"), "-o", str(tmp_path)]) == 0
    told = capsys.readouterr().err
    assert "2 states, 2008 to 2013" in told
    assert "left out, with no ISO code: 1: Soviet Union" in told
    for day, level in [
        ("2009-12-31", "3"),
        ("2010-01-01", "4"),
        ("2013-12-31", "4"),
        ("2014-01-01", "2"),
        ("2016-12-31", "2"),
    ]:
        expected = f"context.political_terror: {level}"
        assert levels_on(day, tmp_path, capsys, "HND") == expected
    assert "does not cover" in levels_on("2008-12-31", tmp_path, capsys, "HND")
    assert levels_on("2011-12-31", tmp_path, capsys, "PER") == "context.political_terror: 2"
    assert levels_on("2012-01-01", tmp_path, capsys, "PER") == "context.political_terror: no row"


def test_the_table_names_the_file_that_it_was_made_of(tmp_path: Path) -> None:
    (tmp_path / "pts.csv").write_text(HEAD + LEVELS, encoding="utf-8")
    main(["context", "import", "pts", str(tmp_path / "pts.csv"), "-o", str(tmp_path)])
    tables = {table.name: table for table in load_pack("core", [tmp_path]).context}
    note = tables["political_terror"].rows["PER"][0].source.note
    assert note is not None
    assert note.startswith("From the file pts.csv, SHA-256 ")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (
            "Country,Jahr,WordBank_Code_A,PTS_A,PTS_H,PTS_S\nPeru,2008,PER,1,1,1\n",
            "no table of the Political Terror Scale; no Year",
        ),
        ("", "no table of the Political Terror Scale"),
        (HEAD + "Peru,2008,PER,6,NA,1\n", ":2: PTS_A: expected 1 to 5 or NA, found '6'"),
        (HEAD + "Peru,08.5,PER,1,NA,1\n", ":2: Year: expected a year, found '08.5'"),
        (HEAD + "Peru,2008,XXX,1,NA,1\n", "no level of any state could be read"),
    ],
)
def test_a_wrong_file_is_one_message_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, told: str
) -> None:
    (tmp_path / "pts.csv").write_text(content, encoding="utf-8")
    assert main(["context", "import", "pts", str(tmp_path / "pts.csv"), "-o", str(tmp_path)]) == 2
    assert told in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["pts.csv"]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (["show", "HON", "--as-of", "2020-01-01"], "'HON' is no ISO 3166-1 code of three letters"),
        (["show", "HND", "--as-of", "2020"], "--as-of takes a date such as 2018-09-15, not '2020'"),
        (["import", "pts", "nowhere.csv", "-o", "."], "nowhere.csv: can't be read"),
        (["import", "pts", "nowhere.csv", "-o", "nowhere"], "nowhere: there is no such folder"),
    ],
)
def test_wrong_use_is_one_line(
    capsys: pytest.CaptureFixture[str], call: list[str], told: str
) -> None:
    assert main(["context", *call]) == 2
    assert told in capsys.readouterr().err


# --- SIPRI's register -----------------------------------------------------------------------

SCOPE = "Transfers of major conventional arms from {} to All countries . Deals with deliveries made for the year range '2000' to '2011';\n"  # noqa: E501
MADE = "Data generated: 12 Feb 2012 12:26:12 PM;\n"
COLUMNS = "SIPRI AT Database ID,Supplier,Recipient,Delivery year,TIV delivery values,Status;\n"
# Invented deliveries, in the layout of the register's export.
DELIVERIES = """1,Russia,Peru,2000,30,New;
2,France,Peru,2001,50,New;
3,Russia,Peru,2009,20,New;
4,unknown supplier(s),Peru,2009,30,New;
5,Italy,Peru,2011,,New;
6,France,NATO**,2009,10,New;
7,Brazil,Bolivia,2003,5,New;
"""


def register(folder: Path, suppliers: str = "All countries", rows: str = DELIVERIES) -> Path:
    file = folder / "register.csv"
    file.write_text(SCOPE.format(suppliers) + MADE + COLUMNS + rows, encoding="utf-8")
    return file


def test_shares_and_volumes_are_of_the_ten_whole_years_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = register(tmp_path)
    assert main(["context", "import", "sipri-transfers", str(file), "-o", str(tmp_path)]) == 0
    told = capsys.readouterr().err
    assert "2 states, 2000 to 2011" in told
    assert "left out, with no ISO code: 1: NATO**" in told
    tables = {t.path: t for t in load_pack("core", [tmp_path]).context}

    def figure(path: str, country: str, day: str) -> float | None:
        rows = tables[path].rows_for(country, dt.date.fromisoformat(day))
        return float(str(rows[0].fact.value)) if rows else None

    share, volume = "context.top_supplier_share_10y", "context.import_volume_tiv"
    # 2000 to 2009: Russia 30 + 20, France 50, and 30 of a supplier that nobody can name.
    assert figure(volume, "PER", "2010-06-01") == 130
    assert figure(share, "PER", "2010-06-01") == 0.385
    # 2001 to 2010: Russia 20, France 50.
    assert figure(share, "PER", "2011-12-31") == 0.5
    # The last years, 2002 to 2011, hold for three years.
    assert figure(share, "PER", "2014-12-31") == 0.4
    assert figure(share, "PER", "2015-01-01") is None
    assert figure(share, "PER", "2009-12-31") is None
    # A state that the register knows and that bought nothing in ten years has no largest supplier.
    assert figure(volume, "BOL", "2014-01-01") == 5
    assert figure(share, "BOL", "2010-01-01") == 1


@pytest.mark.parametrize(
    ("suppliers", "rows", "told"),
    [
        ("Russia", DELIVERIES, "exported for the supplier Russia only"),
        ("All countries", "1,Russia,Peru,soon,30,New;\n", "Delivery year: expected a year"),
        ("All countries", "1,Russia,Peru,2001,many,New;\n", "expected a number, found 'many'"),
        ("All countries", "1,Russia\n", "expected 6 cells, found 2"),
        ("All countries", "1,Russia,NATO**,2001,3,New;\n", "no delivery to any state"),
    ],
)
def test_a_register_of_which_no_share_can_be_told_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suppliers: str, rows: str, told: str
) -> None:
    file = register(tmp_path, suppliers, rows)
    assert main(["context", "import", "sipri-transfers", str(file), "-o", str(tmp_path)]) == 2
    assert told in capsys.readouterr().err
    assert [left.name for left in tmp_path.iterdir()] == ["register.csv"]


def test_a_register_that_tells_no_scope_or_years_enough_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "register.csv"
    call = ["context", "import", "sipri-transfers", str(file), "-o", str(tmp_path)]
    file.write_text(COLUMNS + DELIVERIES, encoding="utf-8")
    assert main(call) == 2
    assert "doesn't say of which suppliers" in capsys.readouterr().err
    short = SCOPE.replace("'2000'", "'2005'").format("All countries")
    file.write_text(short + COLUMNS + DELIVERIES, encoding="utf-8")
    assert main(call) == 2
    assert "a share needs 10 years" in capsys.readouterr().err
