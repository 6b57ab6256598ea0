"""Other people's tables become cases by a mapping, and nothing of them is lost without a word."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import yaml

from convenio.cli import main

ROOT = Path(__file__).resolve().parents[2]
PREFACE = """Transfers of major conventional arms from All countries  to All countries . Invented
Figures are in millions;
"""
BY_YEAR = """SIPRI AT Database ID,Supplier,Recipient,Designation,Description,Armament category,Order date,Order date is estimate,Numbers delivered,Delivery year,Status,TIV delivery values,Local production;
1,Italy,Chile,X-0,fictional,Ships,1990,No,1,1990,New,5,No;
2,Brazil,Peru,X-1,fictional,Ships,2012,No,1,2012,New,60,No;
2,Brazil,Peru,X-1,fictional,Ships,2012,No,1,2013,New,60,No;
3,Spain,Peru,X-2,fictional,Ships,2009,No,9,2009,New,300,No;
3,Spain,Peru,X-2,fictional,Ships,2009,No,9,2010,New,300,No;
3,Spain,Peru,X-2,fictional,Ships,2009,No,9,2011,New,300,No;
4,Brazil,Peru,X-3,fictional,Ships,2013,No,1,2013,New,60,No;
"""  # noqa: E501 — the register's header is one line
BY_DEAL_HEADER = "Recipient,Supplier,Year of order, ,Number ordered, ,Weapon designation,Weapon description,Number delivered, ,Year(s) of delivery,status,Comments,SIPRI TIV per unit,SIPRI TIV for total order,SIPRI TIV of delivered weapons"  # noqa: E501
BY_DEAL = f"""{BY_DEAL_HEADER}
Chile,Italy,1990,,1,,X-0,ship,1,,1990,New,,5,5,5
Peru,Brazil,2012,?,2,,X-1,ship,2,,2012; 2013,New,,60,120,120
Peru,Spain,2009,,9,?,X-2,ship,9,,2009; 2010; 2011,New,,100,900,900
Peru,Brazil,2013,,1,,X-3,ship,1,,2013,New,,60,60,60
"""
VOLUMES = """Volume of transfers of major arms
Figures are in millions of SIPRI trend-indicator values (TIVs).

Recipient,2001,2002,2003,2001-2003,Percentage,Sum total years,Percentage of total
Peru,10,,5,15,50%,15,50%
NATO**,,0 ,,0,0%,0,0%
Total world import,10,0,5,15,100%,15,
"""
COLUMNS = ["order_year", "tiv", "supplier_share_10y", "concentration_10y"]


def batch(file: Path, mapping: str | Path, *more: str) -> tuple[int, dict[str, dict[str, object]]]:
    out = file.parent / "results.parquet"
    out.unlink(missing_ok=True)
    code = main(["batch", str(file), "-o", str(out), "--mapping", str(mapping), *more])
    rows = pl.read_parquet(out).to_dicts() if out.exists() else []
    return code, {row["id"]: row for row in rows}


def shown(
    file: Path, mapping: str | Path, capsys: pytest.CaptureFixture[str], *more: str
) -> tuple[int, dict[str, dict[str, object]], str]:
    """Return the cases that a dry run shows, by their ids, and what it says of the table."""
    capsys.readouterr()
    code = main(["batch", str(file), "--mapping", str(mapping), "--dry-run", *more])
    told = capsys.readouterr()
    cases = [case for case in yaml.safe_load_all(told.out) if case]
    return code, {case["case"]: case for case in cases}, told.err


def saved(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def mapping_of(folder: Path, **keys: object) -> Path:
    whole = {"title": "Ours", "case": ["Name"], "as_of": {"from": "Year", "date": "year_end"}}
    return saved(folder, "mapping.yaml", yaml.safe_dump(whole | keys))


# --- the layouts of SIPRI ---------------------------------------------------------------------


def test_both_layouts_of_the_register_say_the_same_of_the_same_deliveries(tmp_path: Path) -> None:
    code, by_year = batch(saved(tmp_path, "a.csv", PREFACE + BY_YEAR), "sipri-arms-transfers")
    assert code == 0
    code, by_deal = batch(saved(tmp_path, "b.csv", PREFACE + BY_DEAL), "sipri-deals")
    assert code == 0
    pairs = {
        "1": "Chile Italy 1990 X-0",
        "2": "Peru Brazil 2012 X-1",
        "3": "Peru Spain 2009 X-2",
        "4": "Peru Brazil 2013 X-3",
    }
    assert by_year.keys() == pairs.keys()
    assert by_deal.keys() == set(pairs.values())
    same = [*COLUMNS, "floor", "presumed", "first_delivery_year", "last_delivery_year"]
    for number, name in pairs.items():
        assert [by_year[number][c] for c in same] == [by_deal[name][c] for c in same], name
    # By 2013 Spain had delivered 900 of 1080, and by 2012 half of a deal of two years was there.
    assert by_deal["Peru Brazil 2013 X-3"]["supplier_share_10y"] == pytest.approx(180 / 1080)
    assert by_deal["Peru Brazil 2013 X-3"]["spread_10y"] == 0
    assert by_deal["Peru Brazil 2012 X-1"]["spread_10y"] == pytest.approx(60 / 960)


def test_volume_over_years_in_one_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, "b.csv", PREFACE + BY_DEAL)
    code, cases, told = shown(file, "sipri-deals", capsys)
    assert code == 0
    assert cases["Peru Brazil 2013 X-3"]["context"]["import_volume_tiv"] == 1080
    assert "2 of 4 amounts are of several years" in told
    assert "spread evenly" in told
    assert "3 of 4 cases" not in told
    assert "1 of 4 cases have no 10 years up to Year of order" in told
    assert list(tmp_path.iterdir()) == [file]


def test_nothing_in_years_that_a_table_has_is_a_sum_of_zero(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PREFACE + BY_YEAR.replace("4,Brazil,Peru", "4,Brazil,Bolivia").replace(
        "Ships,2013,No,1,2013", "Ships,2012,No,1,2013"
    )
    _, cases, _ = shown(saved(tmp_path, "a.csv", text), "sipri-arms-transfers", capsys)
    assert cases["4"]["context"] == {"import_volume_tiv": 0}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Year(s) of delivery", "Year(s) of deliveries"),
        ("SIPRI TIV of delivered weapons", "TIV delivery values"),
        ("Weapon designation", " WEAPON  Designation"),
        ("Year of order, ,", "Year of order,"),
    ],
)
def test_columns_are_found_by_names_in_every_edition(
    old: str, new: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = shown(saved(tmp_path, "b.csv", PREFACE + BY_DEAL), "sipri-deals", capsys)
    text = BY_DEAL.replace(old, new, 1)
    if old.startswith("Year of order"):
        lines = [line.split(",") for line in text.splitlines()]
        text = "".join(",".join([*c[:3], *c[4:]] if n else c) + "\n" for n, c in enumerate(lines))
        text = text.replace(lines[0][0], lines[0][0])
    code, cases, told = shown(saved(tmp_path, "b.csv", PREFACE + text), "sipri-deals", capsys)
    assert (code, cases) == plain[:2]
    assert "reads" in told


def test_deals_that_are_alike_are_deals_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, "b.csv", PREFACE + BY_DEAL + BY_DEAL.splitlines()[-1] + "\n")
    code, rows = batch(file, "sipri-deals")
    assert code == 0
    assert {"Peru Brazil 2013 X-3", "Peru Brazil 2013 X-3 (2)"} <= rows.keys()
    assert "1 row has the same Recipient, Supplier" in capsys.readouterr().err


def test_a_row_that_is_cut_in_two_is_no_case(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PREFACE + BY_DEAL.replace("2013,New,,60,60,60", "2013,New,licence\n,60,60,60")
    code, rows = batch(saved(tmp_path, "b.csv", text), "sipri-deals")
    assert code == 1
    assert len(rows) == 3
    told = capsys.readouterr().err
    assert "2 rows end before the column tiv, left out" in told
    assert "row 4 (13 of 16 cells), row 5 (4 of 16 cells)" in told


def test_a_table_with_a_column_for_each_year(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, "t.csv", VOLUMES)
    code, rows = batch(file, "sipri-tiv-table")
    assert code == 0
    assert {name: row["tiv"] for name, row in rows.items()} == {
        "Peru 2001": 10,
        "Peru 2003": 5,
        "NATO** 2002": 0,
    }
    told = capsys.readouterr().err
    assert "3 columns (2001 to 2003) are rows; 3 of their cells are empty and give none" in told
    assert "Recipient: 1 row holds 'Total world import', left out" in told
    assert "what the mapping knows to be no state; it stays unknown: 'NATO**' (1)" in told
    years = ",".join(map(str, range(2001, 2011)))
    later = f"Recipient,{years}\nPeru,10,,5,,,,,,,7\nTotal world import,10,,5,,,,,,,7\n"
    _, cases, _ = shown(saved(tmp_path, "t.csv", later), "sipri-tiv-table", capsys)
    assert cases["Peru 2010"]["context"] == {"import_volume_tiv": 22}
    assert cases["Peru 2010"]["parties"][0].get("country") is None


def test_names_that_are_no_states_are_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PREFACE + BY_YEAR.replace("1,Italy,Chile", "1,unknown supplier(s),NATO**")
    text = text.replace("4,Brazil,Peru", "4,Brazil,unknown recipient(s)")
    file = saved(tmp_path, "a.csv", text)
    code, cases, told = shown(file, "sipri-arms-transfers", capsys)
    assert code == 0
    assert "it stays unknown: 'NATO**' (1), 'unknown recipient(s)' (1)" in told
    assert "Supplier: 1 row names nobody (unknown supplier(s))" in told
    assert "context" not in cases["4"]
    saved(tmp_path, "a.csv", text.replace("Peru", "Perux"))
    code, _, told = shown(file, "sipri-arms-transfers", capsys)
    assert code == 1
    assert "Recipient: 5 rows hold no state, dropped: 'Perux' (row 2; nearest: Peru)" in told
    assert shown(file, "sipri-arms-transfers", capsys, "--allow-dropped")[0] == 0


def test_nobody_has_a_share(tmp_path: Path) -> None:
    text = PREFACE + BY_DEAL.replace("Peru,Spain", "Peru,unknown supplier(s)")
    _, rows = batch(saved(tmp_path, "b.csv", text), "sipri-deals")
    assert rows["Peru Brazil 2013 X-3"]["supplier_share_10y"] == pytest.approx(180 / 1080)
    assert rows["Peru Brazil 2013 X-3"]["concentration_10y"] == pytest.approx((180 / 1080) ** 2)
    assert rows["Peru unknown supplier(s) 2009 X-2"]["supplier_share_10y"] is None


@pytest.mark.parametrize(
    ("mapping", "text"),
    [
        ("sipri-arms-transfers", (PREFACE + BY_YEAR).replace("All countries  to", "Brazil to")),
        ("sipri-deals", (PREFACE + BY_DEAL).replace("All countries  to", "Brazil to")),
        ("sipri-deals", BY_DEAL),
        ("sipri-tiv-table", VOLUMES.replace("Total world import", "Total imports from Spain")),
    ],
)
def test_a_part_is_no_whole(
    mapping: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, "t.csv", text)
    assert batch(file, mapping) == (2, {})
    told = capsys.readouterr().err
    assert "a part of the table gives wrong ones" in told
    assert ("it says" in told) == text.startswith(("Transfers", "Volume"))
    code, rows = batch(file, mapping, "--whole", "--allow-dropped")
    assert (code, bool(rows)) == (0, True)
    assert "taken as the whole because of --whole" in capsys.readouterr().err


# --- one reader -------------------------------------------------------------------------------

FORMS = {
    "semicolons": ("b.csv", lambda text: text.replace(";", "/").replace(",", ";").encode()),
    "UTF-16": ("b.csv", lambda text: text.replace(",", "\t").encode("utf-16")),
    "Windows-1252": (
        "b.csv",
        lambda text: text.replace("ship", "buque de señales").encode("cp1252"),
    ),
    "gz": ("b.csv.gz", lambda text: gzip.compress(text.encode())),
    "blank and closing lines": (
        "b.csv",
        lambda text: f"{text},,,\n\nTotal,,,\nSource: SIPRI\n".encode(),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_mapped_tables_come_in_every_form(
    form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PREFACE + BY_DEAL
    _, plain, _ = shown(saved(tmp_path, "plain.csv", text), "sipri-deals", capsys)
    name, change = FORMS[form]
    file, mapping = tmp_path / name, "sipri-deals"
    file.write_bytes(change(text))
    if form == "semicolons":
        shipped = ROOT / "rules" / "core" / "mappings" / "sipri-deals.yaml"
        changed = shipped.read_text(encoding="utf-8").replace('split: ";"', 'split: "/"')
        mapping = str(saved(tmp_path, "mine.yaml", changed))
    code, cases, _ = shown(file, mapping, capsys)
    assert (code, cases) == (0, plain)


def test_a_mapped_workbook_and_typed_rows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = mapping_of(
        tmp_path,
        facts={
            "terms.duration_years": {"from": "Years"},
            "value.total": {"from": "Value", "times": 2},
        },
        keep={"signed": {"from": "Year", "as": "year"}},
    )
    rows = [["Name", "Year", "Years", "Value"], ["007", 2012, 2.5, 10], ["1e3", 2013, 5, 20]]
    book = tmp_path / "t.xlsx"
    with xlsxwriter.Workbook(str(book)) as opened:
        page = opened.add_worksheet()
        page.write(0, 0, "A title")
        for number, row in enumerate(rows, 2):
            page.write_row(number, 0, row)
    table = pl.DataFrame(rows[1:], schema=rows[0], orient="row", strict=False)
    table.write_parquet(tmp_path / "t.parquet")
    table.write_ndjson(tmp_path / "t.jsonl")
    comma = "Name;Year;Years;Value\n007;2012;2,5;10\n1e3;2013;5;20\n"
    found = [
        shown(file, mapping, capsys)
        for file in (
            book,
            tmp_path / "t.parquet",
            tmp_path / "t.jsonl",
            saved(tmp_path, "t.csv", comma),
        )
    ]
    for code, cases, _ in found:
        assert code == 0
        assert cases == found[0][1]
    assert cases["007"]["terms"] == {"duration_years": 2.5}
    assert cases["007"]["as_of"] == "2012-12-31"
    assert cases["1e3"]["value"]["total"]["amount"] == 40
    assert "separated by semicolons" in found[-1][2]
    assert "decimal comma" in found[-1][2]


# --- the language -----------------------------------------------------------------------------


def test_several_values_in_one_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mapping = mapping_of(
        tmp_path,
        facts={
            "deal.elements": {
                "from": "Kinds",
                "split": "/",
                "map": {"Arms": "arms_sale", "Base": "basing_access", "Other": None},
                "take": "all",
            }
        },
        lists={
            "parties": [
                {
                    "country": {"from": "Buyers", "split": "/", "map": "countries"},
                    "role": {"value": "recipient"},
                }
            ]
        },
        keep={"years": {"from": "Years", "split": "/", "as": "year", "take": "max"}},
    )
    file = saved(
        tmp_path,
        "t.csv",
        "Name,Year,Kinds,Buyers,Years\na,2010,Arms / Base,Peru / Chile,2011/2012\n"
        "a,2010,Arms/Other,Chile,2014/soon\nb,2011,Other,Peru,2013\n",
    )
    code, cases, told = shown(file, mapping, capsys)
    assert code == 1
    assert sorted(cases["a"]["deal"]["elements"]) == ["arms_sale", "basing_access"]
    assert [party["country"] for party in cases["a"]["parties"]] == ["PER", "CHL"]
    assert "deal" not in cases["b"]
    assert "Years: 1 row holds no year, dropped: 'soon' (row 2)" in told
    assert "Kinds: 2 rows hold what the mapping leaves unknown: 'Other' (2)" in told
    _, rows = batch(file, mapping)
    assert rows["a"]["years"] == 2014


DROPPED = {
    "no number": ("a,2010,many\n", "Value: 1 row holds no number, dropped: 'many' (row 1)"),
    "no id": (",2010,5\na,2010,5\n", "1 row has no Name, left out: row 1"),
    "several values": (
        "a,2010,5\na,2011,5\n",
        "Year: 1 case has several values, of which only the first counts: a has '2010', '2011'",
    ),
    "several in one cell": (
        "a,2010; 2011,5\n",
        'where a cell holds several, split: ";" parts them',
    ),
}


@pytest.mark.parametrize("reason", DROPPED)
def test_what_is_dropped_is_told_and_no_success(
    reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = mapping_of(tmp_path, facts={"value.total": {"from": "Value", "times": 1}})
    rows, told = DROPPED[reason]
    file = saved(tmp_path, "t.csv", "Name,Year,Value\n" + rows)
    code, _, said = shown(file, mapping, capsys)
    assert told in said
    assert code == 1


def test_columns_may_be_called_as_results_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    window = {"part": "total", "of": "own", "by": "by", "within": "within", "year": "up_to"}
    mapping = mapping_of(
        tmp_path,
        case=["by", "id"],
        whole="all of it",
        as_of={"from": "up_to", "date": "year_end"},
        facts={"terms.duration_years": {"from": "i"}},
        keep={
            "ours": {"from": "id"},
            "part": {"from": "total", "as": "number"},
            "sum": {"window": window | {"up_to": "up_to", "years": 1}},
        },
    )
    head = "All of it\nid,by,within,own,up_to,i,total\n"
    file = saved(tmp_path, "t.csv", f"{head}1,a,x,5,2010,7,8\n2,a,x,6,2010,7,8\n")
    code, rows = batch(file, mapping)
    assert code == 0
    assert [(n, r["ours"], r["part"], r["sum"]) for n, r in rows.items()] == [
        ("a 1", "1", 8, 11),
        ("a 2", "2", 8, 11),
    ]
    saved(tmp_path, "t.csv", head)
    assert shown(file, mapping, capsys)[0] == 3


def test_line_breaks_in_cells_make_no_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = mapping_of(
        tmp_path,
        facts={"value.total": {"from": "Value", "as": "number"}},
        keep={"note": {"from": "Note"}},
    )
    text = 'Name,Year,"the\n value",Note\na,2010,"5\nall is well","x\ncase: forged"\n'
    mapping.write_text(mapping.read_text() + "columns: {Value: [The value]}\n", encoding="utf-8")
    code, cases, told = shown(saved(tmp_path, "t.csv", text), mapping, capsys)
    assert code == 1
    assert list(cases) == ["a"]
    assert r"dropped: '5\nall is well' (row 1)" in told
    assert r"reads the\n value as Value" in told


def test_an_amount_without_a_year_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = PREFACE + BY_DEAL.replace(",2013,New,,60", ",,New,,60")
    code, _, told = shown(saved(tmp_path, "b.csv", text), "sipri-deals", capsys)
    assert code == 1
    assert "tiv: 1 row has an amount and no deliveries, and no sum has it: '60' (row 4)" in told


def test_the_same_case_in_two_tables_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "tables"
    folder.mkdir()
    mapping = mapping_of(tmp_path, facts={"terms.duration_years": {"from": "Years"}})
    for name in ("one.csv", "two.csv"):
        saved(folder, name, "Name,Year,Years\na,2010,5\n")
    out = tmp_path / "out.parquet"
    assert main(["batch", str(folder), "-o", str(out), "--mapping", str(mapping)]) == 3
    assert "the case a stands in" in capsys.readouterr().err
    assert not out.exists()


WRONG = {
    "fact": ({"facts": {"terms.duraton_years": {"value": 1}}}, "terms.duration_years is nearest"),
    "list": ({"lists": {"partys": []}}, "parties is nearest"),
    "field": (
        {"lists": {"parties": [{"nation": {"value": "PER"}}]}},
        "parties.nation: no such field",
    ),
    "key": ({"fact": {}}, "unknown key"),
    "origins": ({"facts": {"deal.form": {"from": "A", "value": "treaty"}}}, "one of from, value"),
    "taking": (
        {"keep": {"a": {"from": "A", "as": "text", "take": "sum"}}},
        "take: sum is of numbers",
    ),
    "result": ({"keep": {"floor": {"from": "A"}}}, "results have a column of that name"),
    "two names": (
        {"columns": {"b": ["A"]}, "keep": {"a": {"from": "A"}}},
        "'A' is called 'b' here",
    ),
    "spreading": (
        {
            "keep": {
                "a": {
                    "window": {
                        "part": "total",
                        "of": "A",
                        "by": "B",
                        "within": "C",
                        "year": "D",
                        "up_to": "D",
                        "years": 5,
                        "split": ";",
                    }
                }
            }
        },
        "split and spread go together",
    ),
    "columns": ({"facts": {"deal.form": {"from": "Forms"}}}, "no column Forms (nearest: Form)"),
    "countries": ({"countries_of": "sipri-deal"}, "sipri-deals is nearest"),
}


@pytest.mark.parametrize("reason", WRONG)
def test_a_mapping_that_is_wrong_says_where(
    reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    keys, told = WRONG[reason]
    file = saved(tmp_path, "t.csv", "Name,Year,Form\na,2010,treaty\n")
    assert batch(file, mapping_of(tmp_path, **keys)) == (2, {})
    assert told in capsys.readouterr().err


def test_wrong_use_of_mappings_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = saved(tmp_path, "b.csv", PREFACE + BY_DEAL)
    mapped = ["--mapping", "sipri-deals"]
    for words, told in (
        ([str(file), "--dry-run"], "give --mapping"),
        ([str(file), *mapped], "-o FILE is needed"),
        ([str(tmp_path), *mapped, "--dry-run"], "takes one table"),
        ([str(file), "--mapping", "sipri-deels", "--dry-run"], "sipri-deals is nearest"),
        ([str(file), *mapped, "--child", f"incidents={file}", "-o", "x.csv"], "don't go together"),
        ([str(file), *mapped, "--child", f"incidents={file}", "--dry-run"], "don't go together"),
        ([str(file), "--mapping", "sipri-tiv-table", "--dry-run"], "called like a year"),
    ):
        assert main(["batch", *words]) == 2
        assert told in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [file]


def test_a_dry_run_shows_ten_cases_that_can_be_assessed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping = mapping_of(
        tmp_path, facts={"terms.duration_years": {"from": "Years"}}, keep={"ours": {"from": "Name"}}
    )
    rows = "".join(f"deal-{n},2010,{n}\n" for n in range(1, 15)).replace("2010,2\n", "2010,2000\n")
    file = saved(tmp_path, "t.csv", "Name,Year,Years\n" + rows)
    assert main(["batch", str(file), "--mapping", str(mapping), "--dry-run"]) == 3
    told = capsys.readouterr()
    first, second, *others = told.out.split("---\n")
    assert len(others) == 8
    assert "# deal-2: no valid case: terms.duration_years" in second
    assert "# keep ours: deal-1" in first
    assert "shown: 10 of 14 cases" in told.err
    case = saved(tmp_path, "first.yaml", first)
    assert main(["assess", str(case)]) == 0


def test_the_schema_of_mappings_knows_those_that_ship(
    capsys: pytest.CaptureFixture[str],
) -> None:
    import jsonschema

    assert main(["schema", "--of", "mapping"]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert json.loads((ROOT / "docs" / "mapping.schema.json").read_text("utf-8")) == schema
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    shipped = sorted((ROOT / "rules" / "core" / "mappings").glob("*.yaml"))
    assert len(shipped) == 3
    for file in shipped:
        check.validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    assert not check.is_valid({"title": "x", "case": ["a"], "facts": {"no.fact": {"value": 1}}})
