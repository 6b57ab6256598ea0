"""A case as a form and back: nothing is lost, and every fault names its cell."""

import io
import subprocess
import zipfile
from functools import lru_cache
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convenio import load_pack
from convenio.assessment.cases import case_from_document
from convenio.cli import main
from convenio.documents import Document, Mapping, parse_document, read_document
from convenio.errors import CaseError
from convenio.facts.case import Case
from convenio.facts.catalogue import FactDeclaration
from convenio.interview.form import form, without_places
from convenio.interview.form_reading import read_form
from convenio.interview.form_words import CARRIED, CHOICES, SETTINGS, FormWords
from convenio.interview.sheets import FilledForm, FilledSheet, Form
from convenio.interview.workbook import as_workbook
from convenio.interview.workbook_reading import read_workbook
from convenio.packs import Pack
from convenio.packs.cache import load_cached_pack
from convenio.reports.wording import Wording

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted((ROOT / "cases").glob("*.yaml"))
HEAD = "case: deal\ntitle: A deal\nas_of: 2024-05-01\n"


def parsed(text: str) -> Document:
    return parse_document(text.encode(), "case.yaml", CaseError)


def filled(made: Form) -> FilledForm:
    """The form as it would be read if every cell came back as it was written."""
    sheets = []
    for sheet in made.sheets:
        rows = [tuple(column.title for column in sheet.columns)]
        for line in sheet.lines:
            cells = (line.cells.get(column.key) for column in sheet.columns)
            rows.append(tuple(cell.value if cell is not None else None for cell in cells))
        sheets.append(FilledSheet(sheet.title, rows))
    return FilledForm(tuple(sheets), made.settings, made.carried)


def same(first: Case, second: Case) -> None:
    for path in {**first.facts, **second.facts}:
        before, after = first.facts.get(path), second.facts.get(path)
        assert without_places(before) == without_places(after), path
    for name in (
        *("id", "title", "as_of", "summary", "authors", "second_reader", "reply", "language"),
        *("translations", "sources", "scenarios", "outcome"),
    ):
        before, after = getattr(first, name), getattr(second, name)
        assert without_places(before) == without_places(after), name


def through_the_form(document: Document, words: FormWords) -> str:
    assert isinstance(document.root, Mapping)
    return read_form(filled(form(words, document.root)), words, "form.xlsx").text


# --- nothing is lost ------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es", "pt"])
def test_shipped_cases_come_back_as_they_were(language: str) -> None:
    pack = load_cached_pack("core", language=language)
    for path in CASES:
        document = read_document(path, CaseError)
        case = case_from_document(document, pack)
        words = FormWords(pack, Wording(language).of_case(case))
        same(case, case_from_document(parsed(through_the_form(document, words)), pack))


@pytest.mark.parametrize("path", CASES[::8], ids=lambda path: path.stem)
def test_they_come_back_from_a_workbook_too(path: Path, tmp_path: Path, pack: Pack) -> None:
    book, back = tmp_path / "form.xlsx", tmp_path / "back.yaml"
    assert main(["form", str(path), "-o", str(book), "--lang", "es"]) == 0
    assert main(["form", "--read", str(book), "-o", str(back)]) == 0
    before = case_from_document(read_document(path, CaseError), pack)
    same(before, case_from_document(read_document(back, CaseError), pack))
    assert back.read_text().startswith("# yaml-language-server:")


WORDS = st.text("aé=+-@;,:'\"{}[]# 1\n|_x05F", min_size=1, max_size=20).filter(
    lambda text: text.strip() and text not in ("undisclosed", "asked")
)
NUMBERS = st.one_of(
    st.integers(0, 30).map(str), st.floats(0, 1, allow_subnormal=False).map(lambda x: f"{x:f}")
)


def quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False)


def values(fact: FactDeclaration, pack: Pack) -> st.SearchStrategy[str]:
    """Values of a fact as a case file writes them."""
    kind = fact.type.kind
    countries = st.sampled_from(["COL", "USA", "UN", "ECU", "BRA"])
    if kind == "list":
        record = pack.catalogue.records[fact.type.record]
        fields = {name: stated(field, pack) for name, field in record.items()}
        rows = st.lists(
            st.fixed_dictionaries({}, optional=fields).map(
                lambda row: "{" + ", ".join(f"{k}: {v}" for k, v in row.items()) + "}"
            ),
            max_size=3,
        )
        return rows.map(lambda items: "[" + ", ".join(items) + "]")
    if kind == "set":
        one = countries if fact.type.element == "country" else st.sampled_from(fact.type.members)
        return st.lists(one, max_size=4).map(lambda items: "[" + ", ".join(items) + "]")
    amounts = st.tuples(NUMBERS, st.sampled_from(["USD", "EUR"]))
    table = {
        "bool": st.sampled_from(["true", "false"]),
        "integer": st.integers(int(fact.minimum or 0), int(min(fact.maximum or 9, 9))).map(str),
        "number": st.floats(0, min(fact.maximum or 1, 9)).map(lambda number: f"{number:f}"),
        "money": st.one_of(
            amounts.map(lambda m: f"{{amount: {m[0]}, currency: {m[1]}}}"),
            amounts.map(
                lambda m: f"{{amount: {m[0]}, currency: EUR, rate: 1.125, rate_date: 2020-02-03}}"
            ),
        ),
        "date": st.sampled_from(["2020-02-03", "1850-01-01", "2012-07", "2012", "2012-07/2012-09"]),
        "enum": st.sampled_from(fact.type.members or ("",)),
        "country": countries,
        "place": st.tuples(NUMBERS, NUMBERS).map(lambda p: f"{{lat: -{p[0]}, lon: {p[1]}}}"),
        "text": WORDS.map(quoted),
    }
    return table[kind]


EVIDENCE = st.fixed_dictionaries(
    {},
    optional={
        "source": st.sampled_from(["law", "press-1"]),
        "at": WORDS.map(quoted),
        "quote": st.sampled_from(['"=1+1"', "words"]),
        "confidence": st.sampled_from(["high", "low"]),
        "by": WORDS.map(quoted),
        "checked_by": st.just("R. L."),
        "asked_on": st.just("2024-01-02"),
        "note": WORDS.map(quoted),
        "disclosed": st.sampled_from(["true", "false"]),
    },
)


def stated(fact: FactDeclaration, pack: Pack) -> st.SearchStrategy[str]:
    """Statements of a fact: bare, refused, asked, wrapped, of several sources."""
    value = values(fact, pack)

    def wrapped(parts: tuple[str, dict[str, str]]) -> str:
        entries = {"value": parts[0], **parts[1]}
        return "{" + ", ".join(f"{key}: {text}" for key, text in entries.items()) + "}"

    found = [
        value,
        st.sampled_from(["null", "undisclosed", "asked"]),
        st.tuples(st.one_of(value, st.sampled_from(["undisclosed", "null"])), EVIDENCE).map(
            wrapped
        ),
    ]
    if fact.type.kind in ("set", "list"):
        found.append(value.map(lambda items: f"{{items: {items}, complete: false}}"))
    if fact.type.kind != "list":
        found.append(
            st.tuples(value, value).map(
                lambda two: f"{{conflict: [{{value: {two[0]}, source: a}}, {{value: {two[1]}}}]}}"
            )
        )
    return st.one_of(found)


def files(pack: Pack) -> st.SearchStrategy[str]:
    """Texts of case files; facts that depend on others are left out."""
    facts = [fact for fact in pack.catalogue.facts.values() if not fact.only_if]

    @st.composite
    def drawn(draw: st.DrawFn) -> str:
        chosen = draw(st.lists(st.sampled_from(facts), unique_by=lambda f: f.path, max_size=6))
        blocks: dict[str, list[str]] = {}
        for fact in chosen:
            section, _, name = fact.path.partition(".")
            text = draw(stated(fact, pack))
            blocks.setdefault(section, []).append(f"{name}: {text}" if name else text)
        lines = [
            f"{section}: {entries[0] if section in pack.catalogue.facts else ''}"
            + ("" if section in pack.catalogue.facts else "{" + ", ".join(entries) + "}")
            for section, entries in blocks.items()
        ]
        return HEAD + "\n".join(lines) + "\n"

    return drawn()


@settings(max_examples=25)
@given(data=st.data())
def test_any_case_comes_back_as_it_was(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(["en", "es-CO", "es-MX", "pt-BR"]))
    pack = load_cached_pack("core", language=language[:2])
    text = data.draw(files(pack))
    document = parsed(text)
    try:
        case = case_from_document(document, pack)
    except CaseError:
        return
    words = FormWords(pack, Wording(language))
    same(case, case_from_document(parsed(through_the_form(document, words)), pack))


STRANGE = """deal:
  elements: {value: [arms_sale], source: a, note: "=HYPERLINK(1)"}
  stage:
    conflict: [{value: signed}, {value: announced}]
    resolved: signed
    because: "later x005F_ one"
law: {HTI: {approval_required: legislature, bars: []}, KEN: {approval_required: null}}
terms:
  duration_years: {distribution: triangular, low: 1, mode: 2, high: 9}
  end: {value: fixed, disclosed: false}
parties:
  - {country: HTI, role: host, name: "=1+1", source: a, at: "1/2"}
  - {country: KEN, role: sending, name: asked}
sources: {a: {title: "+1 _x0041_ =2", date: 2020-02, reliability: B}}
outcome: [{date: 2025, what: "@it ended"}]
scenarios: {short: {title: Short, set: {terms.duration_years: 1}}}
"""


def test_strange_things_come_back_from_a_workbook(tmp_path: Path, pack: Pack) -> None:
    (tmp_path / "case.yaml").write_text("# mine\n\n" + HEAD + STRANGE)
    assert main(["form", str(tmp_path / "case.yaml"), "-o", str(tmp_path / "f.xlsx")]) == 0
    back = tmp_path / "back.yaml"
    assert main(["form", "--read", str(tmp_path / "f.xlsx"), "-o", str(back)]) == 0
    before = case_from_document(read_document(tmp_path / "case.yaml", CaseError), pack)
    same(before, case_from_document(read_document(back, CaseError), pack))
    assert back.read_text().startswith("# mine\n\ncase: deal\n")


# --- filled in by people --------------------------------------------------------------------


@lru_cache
def empty_form(language: str) -> bytes:
    words = FormWords(load_cached_pack("core", language=language[:2]), Wording(language))
    return as_workbook(form(words), words)


class Book:
    """A form that a person fills in."""

    def __init__(self, folder: Path, language: str = "en", case: str = "") -> None:
        self.path, self.out = folder / "form.xlsx", folder / "case.yaml"
        if case:
            assert main(["form", case, "-o", str(self.path), "--lang", language]) == 0
        else:
            self.path.write_bytes(empty_form(language))
        self.book = openpyxl.load_workbook(self.path)

    def cell(self, path: str, column: str = "D"):
        for page in self.book.worksheets[:2]:
            for row in page.iter_rows(min_col=1, max_col=1):
                if row[0].value == path:
                    return page[f"{column}{row[0].row}"]
        raise KeyError(path)

    def fill(self, **answers: object) -> None:
        for path, value in answers.items():
            self.cell(path.replace("__", ".")).value = value

    def read(self) -> int:
        self.book.save(self.path)
        return main(["form", "--read", str(self.path), "-o", str(self.out)])


def test_a_form_in_spanish_is_filled_in_as_people_write(tmp_path: Path) -> None:
    book = Book(tmp_path, "es-CO")
    book.fill(title="Un acuerdo", as_of="1/5/2024", deal__elements="una venta de armas")
    book.fill(deal__form="contrato", dates__signed="14 de noviembre de 2023")
    book.fill(value__total="1.200.000,50 USD", terms__duration_years=5, text__access="no se sabe")
    book.cell("text.access").value = None
    book.cell("text.access", "F").value = Wording("es")("not disclosed")
    page = book.book[book.book.sheetnames[2]]
    page["B2"], page["C2"] = "Perú", "receptor"
    book.fill(deal__form=None)
    assert book.read() == 0
    case = case_from_document(read_document(book.out, CaseError), load_pack("core"))
    assert case.facts["deal.elements"].members == ("arms_sale",)
    assert case.facts["dates.signed"].value.isoformat() == "2023-11-14"
    assert case.facts["value.total"].value.amount == 1200000.5
    assert case.facts["text.access"].state == "undisclosed"
    (party,) = case.facts["parties"].elements
    assert party.fields["country"].value == "PER"


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        ("terms.duration_years", "many", "terms.duration_years: the value can't be used; expected"),
        ("deal.form", "a pact of honour", "deal.form: the value can't be used; expected one of:"),
        ("dates.signed", "03/04/2024", "expected a date such as 2009-10-30; found 03/04/2024"),
        ("value.total", 1200000, "expected an amount and a currency, such as 1,200,000 USD"),
        ("terms.duration_years", 500, "terms.duration_years: out of range; expected from 0 to 99"),
        ("terms.duration_years", "=1+1", "a formula; expected an answer; found =1+1"),
        ("title", None, "title: an answer is required here"),
        ("parties", "on its own sheet", "expected entries on the sheet 'Parties'"),
    ],
)
def test_a_faulty_cell_is_named(path: str, value, told: str, tmp_path: Path, capsys) -> None:
    book = Book(tmp_path)
    book.fill(title="A deal", as_of="2024-05-01")
    cell = book.cell(path)
    cell.value = value
    where = f"form.xlsx: {cell.parent.title}!{cell.coordinate}: "
    assert book.read() == 3
    shown = capsys.readouterr().err
    assert where in shown
    assert told in shown
    assert not book.out.exists()


def test_what_a_form_has_not_is_refused(tmp_path: Path, capsys) -> None:
    book = Book(tmp_path)
    book.fill(title="A deal", as_of="2024-05-01")
    book.book.worksheets[0]["P1"] = "Mine"
    book.book.worksheets[1]["Q3"] = "aside"
    book.book.create_sheet("Notes")["A1"] = "x"
    book.book.worksheets[2]["A1"] = "changed"
    assert book.read() == 3
    shown = capsys.readouterr().err
    assert "First questions!P1: unknown column; expected Question; Answer;" in shown
    assert "form.xlsx: Notes: unknown sheet" in shown
    book = Book(tmp_path)
    book.fill(title="A deal", as_of="2024-05-01")
    book.book.worksheets[1]["Q3"] = "aside"
    assert book.read() == 3
    assert "All questions!Q3: stands in a column without a heading" in capsys.readouterr().err


def test_a_row_of_ones_own_and_a_second_one_are_refused(tmp_path: Path, capsys) -> None:
    book = Book(tmp_path)
    book.fill(title="A deal", as_of="2024-05-01")
    page = book.book.worksheets[1]
    page[f"D{page.max_row + 1}"] = "a thought"
    page[f"A{page.max_row + 1}"] = "terms.end"
    assert book.read() == 3
    shown = capsys.readouterr().err
    assert "this row is of no question" in shown
    assert "this question stands twice; the first is at" in shown


@pytest.mark.parametrize(
    ("lose", "told"),
    [
        (lambda book: book.remove(book["Sources"]), "Sources: this sheet is gone"),
        (lambda book: book["All questions"].delete_cols(6), "All questions: this column is gone"),
        (
            lambda book: book["All questions"].delete_rows(40),
            "form.xlsx: rows of the form are gone",
        ),
    ],
)
def test_what_was_cut_out_of_a_form_is_told(lose, told: str, tmp_path: Path, capsys) -> None:
    book = Book(tmp_path)
    book.fill(title="A deal", as_of="2024-05-01")
    lose(book.book)
    assert book.read() == 3
    assert told in capsys.readouterr().err


def test_a_form_of_another_pack_is_refused(tmp_path: Path, capsys) -> None:
    book = Book(tmp_path)
    for row in book.book[SETTINGS].iter_rows():
        if row[0].value == "pack":
            row[1].value = "other"
    assert book.read() == 3
    assert "the form is of another pack; expected core; or name" in capsys.readouterr().err


def test_a_form_is_read_with_the_words_that_it_was_written_with(tmp_path: Path) -> None:
    """The words of a language may change after forms have been handed out."""
    book = Book(tmp_path)
    book.fill(title="A deal", as_of="2024-05-01", terms__end=None)
    book.cell("terms.end", "F").value = "nobody knows"
    book.book.worksheets[0].title = "The first ones"
    book.book.worksheets[0]["D1"] = "Your answer"
    changed = {
        "sheet first": "The first ones",
        "column first value": "Your answer",
        "state unknown": "nobody knows",
    }
    for row in book.book[SETTINGS].iter_rows():
        row[1].value = changed.get(row[0].value, row[1].value)
    assert book.read() == 0
    case = case_from_document(read_document(book.out, CaseError), load_pack("core"))
    assert case.title == "A deal"
    assert case.facts["terms.end"].state == "unknown"


def test_an_answer_takes_the_place_of_what_no_cell_could_show(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(HEAD + STRANGE)
    book = Book(tmp_path, case=str(tmp_path / "old.yaml"))
    cell = book.cell("terms.duration_years")
    assert cell.value == "as in the file: uncertain"
    cell.value = 4
    book.cell("scenarios").value = None
    assert book.read() == 0
    case = case_from_document(read_document(book.out, CaseError), load_pack("core"))
    assert case.facts["terms.duration_years"].value == 4
    assert case.scenarios == {}


def test_questions_that_the_elements_do_not_raise_are_grey(tmp_path: Path) -> None:
    book = Book(tmp_path)
    rules = [
        rule.formula[0]
        for block in book.book.worksheets[1].conditional_formatting
        for rule in block.rules
    ]
    assert any("a sale of arms" in formula and "deal_elements" in formula for formula in rules)


# --- hostile files --------------------------------------------------------------------------


def repacked(path: Path, name: str, data: bytes) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(path) as given, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for entry in given.infolist():
            if entry.filename != name:
                made.writestr(entry.filename, given.read(entry))
        made.writestr(name, data)
    path.write_bytes(buffer.getvalue())


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("xl/vbaProject.bin", b"x", "macros, links and embedded files are refused"),
        ("xl/externalLinks/a.xml", b"x", "macros, links and embedded files are refused"),
        ("xl/sharedStrings.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "a part defines entities"),
        ("xl/big.xml", b" " * 40_000_000, "too large when it is unpacked"),
        ("xl/workbook.xml", b"<broken", "is no workbook that can be read"),
    ],
)
def test_what_could_do_harm_is_refused(
    name: str, data: bytes, told: str, tmp_path: Path, capsys
) -> None:
    book = Book(tmp_path)
    repacked(book.path, name, data)
    assert main(["form", "--read", str(book.path), "-o", str(book.out)]) == 3
    assert told in capsys.readouterr().err


def test_far_away_cells_are_not_counted_up_to(tmp_path: Path, capsys) -> None:
    book = Book(tmp_path)
    book.book.worksheets[2]["XFD1000000"] = "x"
    assert book.read() == 3
    assert "the sheet is too large" in capsys.readouterr().err


def test_no_workbook_at_all(tmp_path: Path, capsys) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK nothing")
    assert main(["form", "--read", str(tmp_path / "a.xlsx"), "-o", str(tmp_path / "b.yaml")]) == 3
    plain = openpyxl.Workbook()
    plain.save(tmp_path / "a.xlsx")
    assert main(["form", "--read", str(tmp_path / "a.xlsx"), "-o", str(tmp_path / "b.yaml")]) == 3
    assert "is no form: convenio form -o FILE.xlsx writes one" in capsys.readouterr().err


# --- programs -------------------------------------------------------------------------------


def test_the_same_form_has_the_same_bytes(pack: Pack) -> None:
    words = FormWords(pack, Wording())
    assert as_workbook(form(words), words) == as_workbook(form(words), words)


def test_nothing_in_it_is_computed(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(HEAD + STRANGE)
    book = Book(tmp_path, case=str(tmp_path / "case.yaml"))
    cells = [cell for page in book.book for row in page.iter_rows() for cell in row]
    assert "=1+1" in [cell.value for cell in cells]
    texts = read_workbook(book.path)
    assert any("=1+1" in row for sheet in texts.sheets for row in sheet.rows)
    assert {
        page.sheet_state for page in book.book if page.title in (SETTINGS, CARRIED, CHOICES)
    } == {"hidden"}


def test_libreoffice_opens_it_and_saves_the_same(tmp_path: Path, pack: Pack) -> None:
    path = ROOT / "cases" / "us-colombia-dca-2009.yaml"
    assert main(["form", str(path), "-o", str(tmp_path / "form.xlsx"), "--lang", "es"]) == 0
    (tmp_path / "saved").mkdir()
    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation=file://{tmp_path}/profile", "--headless"),
            *("--convert-to", "xlsx", "--outdir", str(tmp_path / "saved"), "form.xlsx"),
        ],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    back = tmp_path / "back.yaml"
    assert main(["form", "--read", str(tmp_path / "saved" / "form.xlsx"), "-o", str(back)]) == 0
    before = case_from_document(read_document(path, CaseError), pack)
    same(before, case_from_document(read_document(back, CaseError), pack))
