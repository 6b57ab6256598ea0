"""From a document to a case: what is proposed does not count until a person takes it in."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convenio import assess, load_case
from convenio.cli import main
from convenio.drafting.draft_file import beside, read_proposals
from convenio.facts.plain import value_of

TEXTS = Path(__file__).parent / "texts"
JORDAN = str(TEXTS / "nl-jordan-2014.txt")
SWEDEN = str(TEXTS / "us-sweden-2026.txt")


@pytest.fixture
def made(tmp_path):
    """Make a draft of a text and return its path."""

    def make(text: str, *more: str) -> Path:
        path = tmp_path / "deal.yaml"
        assert main(["draft", text, "-o", str(path), "--as-of", "2026-05-01", *more]) == 0
        return path

    return make


def test_nothing_in_a_draft_counts(made, pack):
    assessed = assess(load_case(made(JORDAN), pack), pack)
    assert not [finding for finding in assessed.findings if finding.verdict == "flag"]


@pytest.mark.parametrize("text", sorted(TEXTS.glob("*.txt")), ids=lambda path: path.stem)
def test_what_is_taken_in_is_what_was_proposed(text, made, pack):
    path = made(str(text))
    assert {fact.state for fact in load_case(path, pack).facts.values()} == {"unknown"}
    proposed = read_proposals(path).proposals
    assert main(["draft", "--accept", str(path), "all", "--by", "A. Name"]) == 0
    case = load_case(path, pack)
    rows: dict[str, list[object]] = {}
    for one in proposed:
        if one.row:
            rows.setdefault(one.path, []).append(one.value)
        else:
            stated = case.facts[one.path]
            assert as_set(value_of(stated.value)) == as_set(one.value)
            assert stated.provenance.at == one.at
            assert stated.provenance.quote == one.quote
            assert (stated.provenance.source, stated.provenance.by) == ("document", "A. Name")
    for name, values in rows.items():
        assert value_of(case.facts[name].value) == values
        assert not case.facts[name].complete
    assert not case.warnings
    assert "# proposal" not in path.read_text(encoding="utf-8")


def as_set(value: object) -> object:
    return sorted(value) if isinstance(value, list) else value


def test_a_draft_shows_value_page_words_and_what_is_missing(made, capsys):
    text = made(JORDAN).read_text(encoding="utf-8")
    assert "# proposal terms.exit_notice_months: 2" in text
    assert '#   p. 1, Article 13: "…be terminated either by mutual consent' in text
    assert "  exit_notice_months: null" in text
    assert "Looked for and not found" in text
    assert "#   deal.stage (Stage)" in text
    said = capsys.readouterr()
    assert said.out == ""
    assert "read as agreement, in en" in said.err
    assert "the file knows no pages" in said.err


def test_rows_are_taken_one_by_one(made, pack):
    path = made(SWEDEN)
    by = ["--by", "A. Name"]
    assert main(["draft", "--accept", str(path), "equipment.2", *by]) == 0
    assert main(["draft", "--accept", str(path), "equipment.1", "value.total", *by]) == 0
    case = load_case(path, pack)
    assert [row["quantity"] for row in value_of(case.facts["equipment"].value)] == [20, 35]
    assert value_of(case.facts["value.total"].value) == {"amount": 930000000, "currency": "USD"}
    assert case.facts["parties"].state == "unknown"
    assert "# proposal equipment.3:" in path.read_text(encoding="utf-8")


def test_rows_that_somebody_changed_are_not_written_over(made, capsys):
    path = made(SWEDEN)
    assert main(["draft", "--accept", str(path), "equipment.1", "--by", "A"]) == 0
    text = path.read_text(encoding="utf-8").replace("quantity: 20", "quantity: 21")
    path.write_text(text, encoding="utf-8")
    assert main(["draft", "--accept", str(path), "equipment.2", "--by", "A"]) == 2
    assert "already" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["terms.end", "--by", "A"], "already"),
        (["no.such", "--by", "A"], "no open proposal"),
        (["terms.end"], "--by names who"),
        (["--by", "A"], "--accept takes names"),
    ],
)
def test_what_was_written_by_hand_stays(words, says, made, capsys):
    path = made(JORDAN)
    text = path.read_text(encoding="utf-8").replace("  end: null", "  end: indefinite")
    path.write_text(text, encoding="utf-8")
    assert main(["draft", "--accept", str(path), *words]) == 2
    assert says in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == text


def test_a_review_asks_one_by_one(made, pack, monkeypatch, capsys):
    path = made(JORDAN, "--lang", "es")
    names = [one.id for one in read_proposals(path).proposals]
    place = names.index("terms.duration_years")
    typed = iter(["y", "n", "?", *[""] * (place - 2), "e", "36", "q"])
    monkeypatch.setattr("builtins.input", lambda _: next(typed))
    assert main(["draft", "--review", str(path), "--by", "B. Name", "--lang", "es"]) == 0
    said = capsys.readouterr()
    found = read_proposals(path).proposals
    assert [one.status for one in found[:3]] == ["accepted", "rejected", "proposed"]
    assert found[0].quote in said.out
    assert found[0].by == "B. Name"
    stated = load_case(path, pack).facts
    assert stated[names[0]].state == "known"
    assert stated[names[1]].state == "unknown"
    assert stated["terms.duration_years"].value == 36


def test_nothing_is_written_over(made, tmp_path, capsys):
    path = made(JORDAN)
    before = path.read_text(encoding="utf-8")
    assert main(["draft", JORDAN, "-o", str(path), "--as-of", "2026-05-01"]) == 2
    assert "there already" in capsys.readouterr().err
    source = tmp_path / "source.txt"
    source.write_bytes(Path(JORDAN).read_bytes())
    assert main(["draft", str(source), "-o", str(source), "--as-of", "2026-05-01"]) == 2
    assert path.read_text(encoding="utf-8") == before
    assert source.read_bytes() == Path(JORDAN).read_bytes()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([JORDAN], "-o says where"),
        ([JORDAN, "-o", "a.txt"], "ends in .yaml"),
        ([JORDAN, "more", "-o", "a.yaml"], "go with --accept"),
        ([JORDAN, "-o", "a.yaml", "--as-of", "soon"], "--as-of is a date"),
        ([JORDAN, "-o", "a.yaml"], "a draft needs --as-of"),
        (["--review", "none.yaml", "--by", "A"], "can't be read"),
        (["--review", "a.yaml", "-o", "b.yaml", "--by", "A"], "go with the making"),
    ],
)
def test_wrong_use(words, says, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["draft", *words]) == 2
    assert says in capsys.readouterr().err
    assert not list(tmp_path.glob("*.yaml"))


HOSTILE = """Agreement between Peru and Chile on defense cooperation: ]}'"{{% \u202e\x1b[31m #
Article I
The agreement: "x" }} #\tvalue: null]\r shall remain in force, '{{*&!, for a period of five years.
Article II
- [ ] proposal parties.1: The Parties \u2028 shall settle any dispute. # {value: true}
"""


def test_words_of_a_document_stay_words(tmp_path, pack):
    source = tmp_path / "a.txt"
    source.write_text(HOSTILE, encoding="utf-8")
    path = tmp_path / "deal.yaml"
    assert main(["draft", str(source), "-o", str(path), "--as-of", "2026-05-01"]) == 0
    text = path.read_text(encoding="utf-8")
    assert not set("\u202e\x1b\u2028\r") & set(text)
    assert {f.state for f in load_case(path, pack).facts.values()} == {"unknown"}
    assert main(["draft", "--accept", str(path), "all", "--by", 'x", value: 9, "']) == 0
    case = load_case(path, pack)
    assert case.facts["terms.duration_years"].value == 5
    assert case.facts["terms.duration_years"].provenance.by == 'x", value: 9, "'


@pytest.mark.parametrize(
    "change",
    [
        lambda _: "",
        lambda _: "[]",
        lambda _: '{"schema": "other"}',
        lambda data: json.dumps({**data, "proposals": 5}),
        lambda data: json.dumps({**data, "proposals": [{"path": "terms.end"}]}),
        lambda _: "[" * 100_000,
        lambda data: json.dumps(with_first(data, path="no.such")),
        lambda data: json.dumps(with_first(data, path="terms.end", value="a: b\nc: d")),
        lambda data: json.dumps(with_first(data, path="terms.duration_years", value="x")),
        lambda data: json.dumps(with_first(data, path="terms.duration_years", value=[1])),
        lambda data: json.dumps(with_first(data, path="parties", row=1, value=[1])),
        lambda data: json.dumps(with_first(data, path="parties", row=1, value={"x": 1})),
        lambda data: json.dumps(with_first(data, path="parties", row=1, value={"x\n": 1})),
    ],
)
def test_proposals_that_were_tampered_with(change, made, capsys):
    path = made(JORDAN)
    before = path.read_text(encoding="utf-8")
    where = beside(path)
    data = json.loads(where.read_text(encoding="utf-8"))
    where.write_text(change(data), encoding="utf-8")
    names = ["terms.end"]
    if changed := [p for p in ("no.such", "terms.duration_years") if p in where.read_text()[:600]]:
        names = changed[:1]
    if '"row": 1, "value": ' in where.read_text(encoding="utf-8"):
        names = ["parties.1"]
    assert main(["draft", "--accept", str(path), *names, "--by", "A"]) == 2
    assert "internal error" not in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == before


def with_first(data: dict, **more: object) -> dict:
    """Return the proposals with one alone, changed."""
    first = {**data["proposals"][0], "status": "proposed", **more}
    return {**data, "proposals": [{key: first[key] for key in sorted(first)}]}
