"""Documents of every form, and those that are made to do harm."""

from __future__ import annotations

import io
import sys
import time
import zipfile
from pathlib import Path

import pytest

from convenio.drafting import reading
from convenio.drafting.clauses import clauses_of
from convenio.drafting.drafting import draft_from
from convenio.drafting.pages import MAX_TEXT, pages_of
from convenio.drafting.reading import read_document
from convenio.errors import UsageError
from drafts.files import pdf, word

AGREEMENT = [
    "Agreement between the Government of Peru and the Government of Chile on Defense Cooperation",
    "Article I",
    "This Agreement shall remain in force for a period of five (5) years.",
]
END = ["Article II", "Either Party may terminate this Agreement with six months written notice."]


def write(folder: Path, name: str, data: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


def found(path: Path) -> dict[str, tuple[object, int]]:
    draft = draft_from(read_document(path))
    return {one.id: (one.value, one.page) for one in draft.proposals}


def test_a_pdf_is_read_page_by_page(tmp_path):
    path = write(tmp_path, "a.pdf", pdf([AGREEMENT, [], END]))
    read = read_document(path)
    assert read.empty == (2,)
    facts = found(path)
    assert facts["terms.duration_years"] == (5, 1)
    assert facts["terms.exit_notice_months"] == (6, 3)
    assert facts["parties.1"] == ({"country": "PER"}, 1)


def test_a_word_file_is_read_and_hidden_text_is_not(tmp_path):
    hidden = "Article III[hidden] Such goods shall be exempt from customs duties."
    path = write(tmp_path, "a.docx", word([*AGREEMENT, "\f", *END, hidden]))
    facts = found(path)
    assert facts["terms.duration_years"] == (5, 1)
    assert facts["terms.exit_notice_months"] == (6, 2)
    assert "site.exemptions" not in facts


def test_plain_text_has_pages_where_it_has_form_feeds(tmp_path):
    path = write(tmp_path, "a.txt", "\n\n".join(AGREEMENT) + "\f" + "\n\n".join(END) + "\f")
    assert found(path)["terms.exit_notice_months"] == (6, 2)


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        (["la coope-\nración multi-\nfunción de la función multi"], "cooperación multi-función"),
        (["the for\u2010\nces and for\xad\nces"], "the forces and forces"),
        (["the armed for-\n", "ces of AN/\nTPQ"], "armed forces of AN/TPQ"),
    ],
)
def test_words_that_were_cut_at_the_end_of_a_line_are_whole(pages, words):
    clauses = clauses_of(pages_of("a.pdf", "", pages))
    assert words in " ".join(s.text for clause in clauses for s in clause.sentences)


def test_heads_and_feet_of_a_gazette_are_no_part_of_its_sentences():
    texts = [
        "BOLETÍN OFICIAL\nPág. 7\n\nAcuerdo entre Chile y el Perú sobre cooperación en defensa\n"
        "Artículo I\nCualquiera de las Partes podrá denunciar\ncve: A-1\n",
        "BOLETÍN OFICIAL\nPág. 8\n\nel presente Acuerdo con una antelación de seis meses.\n"
        "Las Partes acordarán lo demás.\ncve: A-2\n",
        "BOLETÍN OFICIAL\nPág. 9\n\nArtículo II\nEl Acuerdo tendrá una duración de dos años.\n"
        "cve: A-3\n",
    ]
    draft = draft_from(pages_of("a.pdf", "", texts))
    found = {one.path: (one.value, one.page) for one in draft.proposals}
    assert found["terms.exit_notice_months"] == (6, 1)
    assert found["terms.duration_years"] == (2, 3)


def test_what_is_set_and_cut_into_words_as_a_pdf_yields_the_same(tmp_path):
    weasyprint = pytest.importorskip("weasyprint")
    text = (Path(__file__).parent / "texts/nl-jordan-2014.txt").read_text(encoding="utf-8")
    body = "".join(f"<p>{part}</p>" for part in text.split("\n\n"))
    style = "<style>@page { size: A5 } body { hyphens: auto; text-align: justify }</style>"
    path = tmp_path / "a.pdf"
    weasyprint.HTML(string=f"<html lang=en>{style}{body}").write_pdf(path)
    plain = {one.id: one.value for one in draft_from(pages_of("a", "", [text])).proposals}
    draft = draft_from(read_document(path))
    assert {one.id: one.value for one in draft.proposals} == plain
    assert len({one.page for one in draft.proposals}) > 3


def test_a_file_of_scans_says_so(tmp_path):
    path = write(tmp_path, "scan.pdf", pdf([[], []]))
    with pytest.raises(UsageError, match=r"no page holds text \(2 pages, scanned\?\)"):
        draft_from(read_document(path))


def test_what_is_none_of_the_kinds_yields_nothing(tmp_path):
    path = write(tmp_path, "a.txt", "The soup is made of the beans and of the water. " * 9)
    with pytest.raises(UsageError, match="nothing is proposed"):
        draft_from(read_document(path))


@pytest.mark.parametrize("text", ["", "12345 67890", "Ceci n'est pas une pipe, dit le peintre."])
def test_texts_in_no_language_that_is_read(text, tmp_path):
    with pytest.raises(UsageError):
        draft_from(read_document(write(tmp_path, "a.txt", text)))


def encrypted() -> bytes:
    import pypdf

    writer = pypdf.PdfWriter(clone_from=io.BytesIO(pdf([AGREEMENT])))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb() -> bytes:
    out = io.BytesIO(word(["a"]))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/big.bin", b"\0" * 70_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.pdf", b"%PDF-1.4 nothing", "broken"),
        ("a.pdf", b"", "broken"),
        ("a.pdf", pdf([AGREEMENT])[:300], "broken"),
        ("a.docx", b"PK\x03\x04 no archive", "broken"),
        ("a.docx", b"not even that", "broken"),
        ("a.doc", b"x", r"\.pdf, \.docx and \.txt"),
        ("a", b"x", r"\.pdf, \.docx and \.txt"),
    ],
)
def test_files_that_are_not_what_they_say(name, data, says, tmp_path):
    with pytest.raises(UsageError, match=says):
        draft_from(read_document(write(tmp_path, name, data)))


def test_an_encrypted_file_is_refused(tmp_path):
    with pytest.raises(UsageError, match="encrypted"):
        read_document(write(tmp_path, "a.pdf", encrypted()))


def test_what_unpacks_to_too_much_is_refused(tmp_path):
    with pytest.raises(UsageError, match="too large when it is unpacked"):
        read_document(write(tmp_path, "a.docx", bomb()))


def test_a_file_that_takes_too_long_is_given_up(tmp_path):
    with pytest.raises(UsageError, match="not read within"):
        read_document(write(tmp_path, "a.pdf", pdf([AGREEMENT])), seconds=0.0)


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    path = tmp_path / "a.txt"
    with path.open("wb") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(UsageError, match="too large"):
        read_document(path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(UsageError, match="can't be read"):
        read_document(tmp_path / "none.pdf")


HEAD = "Agreement between Peru and Chile on defense cooperation. The Parties shall agree.\n\n"
LONG = {
    "letters": "a" * MAX_TEXT,
    "spaces": " " * MAX_TEXT,
    "lines": "\n" * MAX_TEXT,
    "stops": ". " * (MAX_TEXT // 2),
    "articles": "Article 1\n" * (MAX_TEXT // 10),
    "negations": "shall not " * (MAX_TEXT // 10),
    "half a pattern": "in force " * (MAX_TEXT // 9),
    "half a waiver": "parties waive " * (MAX_TEXT // 14),
    "stems": "terminat" * (MAX_TEXT // 8),
    "hyphens": "ab-\n" * (MAX_TEXT // 4),
    "numbers": "1 (1) " * (MAX_TEXT // 6),
    "brackets": "(" * MAX_TEXT,
    "states": "Peru and Chile " * (MAX_TEXT // 15),
    "dates": "signed on 3 May 2005, " * (MAX_TEXT // 22),
    "equipment": "major defense equipment (mde): " * (MAX_TEXT // 31),
    "contractors": "prime contractor will be " * (MAX_TEXT // 25),
}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        *(("agreement", name) for name in LONG),
        *(("dsca-36b", name) for name in LONG),
        *(("contract", name) for name in ("numbers", "stops", "letters")),
    ],
)
def test_no_text_takes_long(name, kind):
    pages = [HEAD * 300, LONG[name][:40_000], LONG[name][:40_000]]
    began = time.perf_counter()
    draft = draft_from(pages_of("a.txt", "", pages), kind)
    assert time.perf_counter() - began < 8
    assert len(draft.proposals) < 200


def test_more_text_than_an_agreement_has_is_not_read():
    read = pages_of("a.txt", "", ["a" * 40_000] * 40)
    assert (len(read.pages), read.left) == (25, 15)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (
            "Contrato de compra entre el Ministerio de Defensa y el contratista. El monto total "
            "es de USD 12,500,000.00. El contratista entregará una carta fianza. "
            "Se aplicará una penalidad por cada día de atraso.",
            {"deal.form": "contract", "procurement.guarantees": "bond_and_penalties"}
            | {"value.total": {"amount": 12_500_000, "currency": "USD"}},
        ),
        (
            "Contract between the Ministry and the supplier for the delivery of the aircraft. "
            "The total contract price of the aircraft is EUR 1.200.000,00. "
            "No performance bond shall be required of the supplier by the Ministry.",
            {"deal.form": "contract", "value.total": {"amount": 1_200_000, "currency": "EUR"}},
        ),
        (
            "Contrato entre o Ministério e a contratada para a entrega da aeronave. O valor total "
            "do contrato é de R$ 3.000.000,00. O valor total dos bens é de R$ 2.000.000,00.",
            {"deal.form": "contract"},
        ),
    ],
)
def test_what_little_contracts_say(text, value):
    draft = draft_from(pages_of("a.txt", "", [text]))
    assert draft.kind == "contract"
    assert {one.path: one.value for one in draft.proposals} == value


def test_a_missing_library_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdf", None)
    with pytest.raises(ImportError) as fault:
        reading._pdf(b"")
    assert "convenio[documents]" in reading._WHY[str(fault.value.name)]
