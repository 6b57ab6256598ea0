"""Dated tables fill what a case leaves open; what it states stands, and differences are told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from convenio import assess, load_case, load_pack, render_brief
from convenio.cli.main import main
from convenio.errors import PackError
from convenio.facts.case import Case
from convenio.packs import Pack

ROOT = Path(__file__).resolve().parents[2]
ORDER = """
version: 1
fills: context.constitutional_order
coverage: {from: 2000-01-01, to: 2020-01-01}
sources:
  report: {title: A report on the order, date: 2009-07-05}
rows:
  - {country: HND, from: 2009-06-28, to: 2010-01-27, value: interrupted, source: report,
     at: page 3, confidence: medium}
  - {country: PER, from: 2000-01-01, value: normal, source: report, confidence: high}
  - {country: GTM, from: 2000-01-01, value: restored, source: report, confidence: high}
"""
DISPUTES = """
version: 1
fills: disputes
coverage: {from: 2000-01-01}
sources:
  judgment: {title: A judgment}
  treaty: {title: A treaty}
rows:
  - {country: PER, from: 2008-01-16, to: 2014-01-27, value: {with: CHL, status: in_court},
     source: judgment, confidence: high, note: maritime}
  - {country: GTM, from: 2000-01-01, value: {with: BLZ, status: latent}, source: treaty,
     confidence: low}
  - {country: BLZ, from: 2000-01-01, value: {with: GTM, status: latent}, source: treaty,
     confidence: low}
"""
BARS = """
version: 1
fills: law.bars
coverage: {from: 2000-01-01}
sources:
  text: {title: A constitution}
rows:
  - {country: PER, from: 2000-01-01, value: declared_neutrality, source: text, confidence: high,
     when: "'basing_access' in deal.elements"}
"""
TABLES = {"order": ORDER, "disputes": DISPUTES, "bars": BARS}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the core pack with tables of its own."""
    copy = tmp_path_factory.mktemp("pack") / "core"
    shutil.copytree(ROOT / "rules/core", copy, ignore=shutil.ignore_patterns("calibration"))
    for file in (copy / "context").glob("*.yaml"):
        file.unlink()
    for name, text in TABLES.items():
        (copy / "context" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def pack(folder: Path) -> Pack:
    return load_pack(folder)


def case_of(
    tmp_path: Path, pack: Pack, recipients: str, as_of: str = "2009-07-09", more: str = ""
) -> Case:
    parties = ", ".join(f"{{country: {c}, role: recipient}}" for c in recipients.split())
    file = tmp_path / "a.yaml"
    file.write_text(
        f"case: a\ntitle: A\nas_of: {as_of}\n"
        f"parties: [{{country: USA, role: provider}}, {parties}]\n{more}",
        encoding="utf-8",
    )
    return load_case(file, pack)


def test_a_table_fills_what_is_open_with_its_source_and_confidence(
    tmp_path: Path, pack: Pack
) -> None:
    case = case_of(tmp_path, pack, "HND", more="deal: {elements: [grant_aid], stage: in_force}\n")
    order = case.facts["context.constitutional_order"]
    assert (order.value, order.from_context, order.file_state) == ("interrupted", True, "known")
    source = case.sources[order.provenance.source or ""]
    assert (source.title, order.provenance.at) == ("A report on the order", "page 3")
    assert case.confidence_of(order) == "medium"
    assert assess(case, pack).outcomes["HUM-015"].verdict == "flag"


@pytest.mark.parametrize(
    ("as_of", "found"),
    [
        ("2009-06-27", None),
        ("2009-06-28", "interrupted"),
        ("2010-01-26", "interrupted"),
        ("2010-01-27", None),
    ],
)
def test_a_row_holds_from_its_first_day_until_the_day_on_which_it_ends(
    tmp_path: Path, pack: Pack, as_of: str, found: str | None
) -> None:
    stated = case_of(tmp_path, pack, "HND", as_of).facts.get("context.constitutional_order")
    assert (stated.value if stated else None) == found


@pytest.mark.parametrize("as_of", ["1999-12-31", "2020-01-01"])
def test_outside_its_coverage_a_table_says_nothing(tmp_path: Path, pack: Pack, as_of: str) -> None:
    assert "context.constitutional_order" not in case_of(tmp_path, pack, "PER", as_of).facts


@pytest.mark.parametrize(
    "written", ["normal", "undisclosed", "asked", "{value: null, asked_on: 2009-07-01}"]
)
def test_what_the_case_states_stands(tmp_path: Path, pack: Pack, written: str) -> None:
    more = f"context: {{constitutional_order: {written}}}\n"
    order = case_of(tmp_path, pack, "HND", more=more).facts["context.constitutional_order"]
    assert not order.from_context
    assert order.value != "interrupted"


def test_null_is_open_and_is_filled(tmp_path: Path, pack: Pack) -> None:
    case = case_of(tmp_path, pack, "HND", more="context: {constitutional_order: null}\n")
    assert case.facts["context.constitutional_order"].value == "interrupted"


def test_of_two_recipients_the_worse_value_holds_and_is_named(tmp_path: Path, pack: Pack) -> None:
    order = case_of(tmp_path, pack, "PER GTM HND").facts["context.constitutional_order"]
    assert (order.value, order.provenance.note) == ("interrupted", "of HND")


def test_entries_of_several_states_stand_together_and_there_may_be_more(
    tmp_path: Path, pack: Pack
) -> None:
    disputes = case_of(tmp_path, pack, "PER GTM").facts["disputes"]
    entries = [
        (entry.fields["with"].value, entry.fields["status"].provenance.note)
        for entry in disputes.elements
    ]
    assert entries == [("CHL", "of PER; maritime"), ("BLZ", "of GTM")]
    assert not disputes.complete
    assert disputes.provenance.confidence == "low"


def test_what_two_recipients_have_between_them_is_one_entry(tmp_path: Path, pack: Pack) -> None:
    between = case_of(tmp_path, pack, "GTM BLZ").facts["disputes"]
    assert len(between.elements) == 1
    told = case_of(tmp_path, pack, "BLZ GTM", more="disputes: [{with: GTM, status: latent}]\n")
    assert told.warnings == ()


def test_the_provider_is_not_described(tmp_path: Path, pack: Pack) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        "case: a\ntitle: A\nas_of: 2009-07-09\n"
        "parties: [{country: HND, role: provider}, {country: CHL, role: recipient}]\n",
        encoding="utf-8",
    )
    assert "context.constitutional_order" not in load_case(file, pack).facts


def test_a_row_with_a_condition_is_about_some_deals(tmp_path: Path, pack: Pack) -> None:
    sale = case_of(tmp_path, pack, "PER", more="deal: {elements: [arms_sale]}\n")
    base = case_of(tmp_path, pack, "PER", more="deal: {elements: [basing_access]}\n")
    assert "law.bars" not in sale.facts
    assert base.facts["law.bars"].value == ("declared_neutrality",)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("context: {constitutional_order: altered}\n", "'order' says interrupted of HND"),
        ("context: {constitutional_order: {value: altered, note: Why.}}\n", ""),
        ("context: {constitutional_order: interrupted}\n", ""),
        ("context: {constitutional_order: undisclosed}\n", ""),
    ],
)
def test_a_difference_is_told_with_the_line_unless_a_note_explains_it(
    tmp_path: Path, pack: Pack, more: str, told: str
) -> None:
    warnings = case_of(tmp_path, pack, "HND", more=more).warnings
    assert len(warnings) == bool(told)
    assert all(told in one and "a.yaml:5:" in one for one in warnings)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("[]", "'disputes' says CHL of PER"),
        ("[{with: ECU, status: latent}]", "'disputes' says CHL of PER"),
        ("[{with: CHL, status: latent}]", ""),
        ("{items: [], complete: false}", ""),
    ],
)
def test_a_list_differs_where_it_denies_an_entry(
    tmp_path: Path, pack: Pack, written: str, told: str
) -> None:
    warnings = case_of(tmp_path, pack, "PER", more=f"disputes: {written}\n").warnings
    assert len(warnings) == bool(told)
    assert all(told in one for one in warnings)


def test_every_output_tells_what_was_filled(tmp_path: Path, folder: Path, pack: Pack) -> None:
    case_of(tmp_path, pack, "HND", more="deal: {elements: [grant_aid]}\n")
    written = tmp_path / "a.json"
    call = ["assess", str(tmp_path / "a.yaml"), "--pack", str(folder)]
    main([*call, "--format", "json", "-o", str(written)])
    found = json.loads(written.read_text(encoding="utf-8"))
    assert found["context"] == [
        {
            "path": "context.constitutional_order",
            "value": "interrupted",
            "confidence": "medium",
            "sources": [
                {
                    "key": "context/order/report",
                    "title": "A report on the order",
                    "at": "page 3",
                    "note": "of HND",
                }
            ],
        }
    ]
    fact = next(
        fact
        for finding in found["findings"]
        if finding["rule"] == "HUM-015"
        for fact in finding["facts"]
        if fact["path"] == "context.constitutional_order"
    )
    assert (fact["status"], fact["line"]) == ("context", None)
    for name in ("text", "markdown"):
        main([*call, "--format", name, "-o", str(written)])
        assert "A report on the order, page 3, of HND" in written.read_text(encoding="utf-8")
    brief = render_brief(assess(load_case(tmp_path / "a.yaml", pack), pack))
    assert "A report on the order, page 3, of HND" in brief


def test_no_context_fills_nothing(tmp_path: Path, folder: Path, pack: Pack) -> None:
    case_of(tmp_path, pack, "HND")
    written = tmp_path / "a.json"
    call = ["assess", str(tmp_path / "a.yaml"), "--pack", str(folder), "--format", "json"]
    main([*call, "--no-context", "-o", str(written)])
    assert "context" not in json.loads(written.read_text(encoding="utf-8"))
    assert load_case(tmp_path / "a.yaml", pack, context=False).facts.keys() == {"parties"}


def test_a_folder_of_further_tables_adds_to_those_of_the_pack(
    tmp_path: Path,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    further = tmp_path / "tables"
    further.mkdir()
    (further / "terror.yaml").write_text(
        "version: 1\nfills: context.political_terror\n"
        "coverage: {from: 2000-01-01}\n"
        "sources: {scale: {title: A scale}}\n"
        "rows: [{country: HND, from: 2009-01-01, value: 4, source: scale, confidence: medium}]\n",
        encoding="utf-8",
    )
    show = ["context", "show", "HND", "--as-of", "2009-07-09", "--pack", str(folder)]
    main(show)
    assert "political_terror" not in capsys.readouterr().out
    main([*show, "--context", str(further)])
    assert "context.political_terror: 4\n    A scale; from 2009-01-01" in capsys.readouterr().out
    monkeypatch.setenv("CONVENIO_CONTEXT", str(further))
    main(show)
    assert "context.political_terror: 4" in capsys.readouterr().out
    assert main([*show, "--context", str(tmp_path / "nowhere")]) == 2


def test_the_constitution_of_the_deal_s_own_party_is_law(tmp_path: Path, pack: Pack) -> None:
    more = "deal: {elements: [basing_access]}\nlaw: {approval_required: legislature}\n"
    assessment = assess(case_of(tmp_path, pack, "HND", more=more), pack)
    cited = [
        (one.reference.title, one.standing, one.binds)
        for one in assessment.references(pack.by_id["TRA-002"])
        if one.reference.kind == "constitution"
    ]
    assert cited
    assert set(cited) == {("Constitution of the Republic of Honduras (1982)", "law", ("HND",))}


def test_a_constitution_is_law_only_while_it_is_in_force(tmp_path: Path, pack: Pack) -> None:
    rule = pack.by_id["SOV-007"]
    for as_of, title in (
        ("2008-10-19", None),
        ("2008-10-20", "Constitution of the Republic of Ecuador (2008)"),
    ):
        assessment = assess(case_of(tmp_path, pack, "ECU", as_of), pack)
        cited = {
            one.reference.title
            for one in assessment.references(rule)
            if one.reference.kind == "constitution"
        }
        assert cited == ({title} if title else set())


FAULTS = """version: 1
fills: context.constitutional_order
coverage: {from: 2000-01-01}
sources: {report: {title: A report}}
rows:
  - {country: HON, from: 2009-06-28, value: interrupted, source: report, confidence: high}
  - {country: HND, from: 2009-06-28, value: interrupted, source: repot, confidence: high}
  - {country: HND, from: 2009-06-28, value: interupted, source: report, confidence: high}
  - {country: HND, from: 2009-06-28, value: altered, source: report, confidence: high}
  - {country: PER, from: 2009-06-28, value: normal, source: report, confidence: high}
  - {country: PER, from: 2010-06-28, value: interrupted, source: report, confidence: high}
"""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            FAULTS,
            [
                ":6:5: rows[0].country: is no state",
                ":7:5: rows[1].source: is not declared; did you mean report?",
                ":8:45: context.constitutional_order: ",
                ":11:45: PER: has two values on the same days",
            ],
        ),
        (
            "version: 1\nfills: deal.form\ncoverage: {from: 2000-01-01}\nsources: {}\nrows: []\n",
            [":2:8: fills: a table can't fill this"],
        ),
        (
            "version: 1\nfills: disputes\ncoverage: {from: 2000-01-01, to: 1999-01-01}\n"
            "sources: {}\nrows: []\n",
            [":3:11: coverage: ends before it begins"],
        ),
    ],
)
def test_a_wrong_table_is_an_error_of_the_pack_with_all_its_faults(
    tmp_path: Path, folder: Path, text: str, told: list[str]
) -> None:
    (tmp_path / "wrong.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PackError) as caught:
        load_pack(folder, [tmp_path])
    faults = [str(p).removeprefix(str(tmp_path / "wrong.yaml")) for p in caught.value.problems]
    assert len(faults) == len(told)
    assert all(fault.startswith(part) for fault, part in zip(faults, told, strict=True)), faults
