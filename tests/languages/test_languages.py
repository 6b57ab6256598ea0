"""Spanish, Portuguese and English: the same verdicts, all of the words, formats of the country."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from convenio import assess, load_case, load_pack
from convenio.audit.verify import Sources, verify
from convenio.authoring.translations import check_translations
from convenio.cli import main
from convenio.errors import PackError, UsageError
from convenio.packs import Pack
from convenio.reports.html import render_brief
from convenio.reports.json import to_dict
from convenio.reports.wording import LANGUAGES, Wording
from convenio.resources import data_folder

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = sorted(path.stem for path in data_folder("cases").glob("*.yaml"))
PACKS = {language: load_pack("core", language=language) for language in LANGUAGES}
WORDS = ("title", "ask", "because", "language", "mitigations", "references", "threshold", "article")
"""Keys of a result under which words of the pack stand."""


def bare(value: object) -> object:
    """Return a result without what is put into words."""
    if isinstance(value, dict):
        return {key: bare(inner) for key, inner in value.items() if key not in WORDS}
    if isinstance(value, list):
        return [bare(inner) for inner in value]
    return value


@pytest.mark.parametrize("name", SHIPPED)
def test_every_language_gives_the_same_verdicts_and_facts(name: str) -> None:
    found = {}
    for language, pack in PACKS.items():
        assessment = assess(load_case(name, pack), pack)
        document = to_dict(assessment, Wording(language))
        document.pop("filled", None)
        found[language] = json.dumps(bare(document), sort_keys=True, default=str)
    assert found["es"] == found["en"]
    assert found["pt"] == found["en"]


def test_no_text_of_the_product_lacks_a_translation() -> None:
    command = [sys.executable, str(ROOT / "engine" / "messages.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_text_of_the_pack_lacks_one_or_is_worded_against_the_glossary() -> None:
    assert [str(problem) for problem in check_translations(PACKS["en"])] == []
    assert [pack.untranslated for pack in PACKS.values()] == [0, 0, 0]


def test_translations_change_no_digest_between_languages() -> None:
    assert len({pack.digest for pack in PACKS.values()}) == 1
    assert PACKS["es"].title != PACKS["en"].title


def test_a_country_decides_numbers_and_dates() -> None:
    written = {tag: Wording(tag).number(1234567.5) for tag in ("es-CO", "es-AR", "es-MX", "pt-BR")}
    assert written == {
        "es-CO": "1.234.567,5",
        "es-AR": "1.234.567,5",
        "es-MX": "1,234,567.5",
        "pt-BR": "1.234.567,5",
    }
    case = load_case("us-colombia-dca-2009")
    assert Wording("es").date(case.as_of) == "30 de octubre de 2009"
    assert Wording("pt").date(case.as_of) == "30 de outubro de 2009"


def test_without_a_country_the_case_decides() -> None:
    assert Wording("es").of_case(load_case("argentina-f16-2024")).language == "es-AR"
    assert Wording("es-MX").of_case(load_case("argentina-f16-2024")).language == "es-MX"
    assert Wording("pt").of_case(load_case("argentina-f16-2024")).language == "pt"
    assert Wording("en").of_case(load_case("argentina-f16-2024")).language == "en"


@pytest.mark.parametrize("wrong", ["fr", "es-XX", "es-", "", "english", "../es", "e"])
def test_another_language_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError):
        Wording(wrong)


@pytest.mark.parametrize("language", ["es", "pt"])
def test_a_brief_in_another_language_says_so_and_verifies(language: str, tmp_path: Path) -> None:
    page = tmp_path / "brief.html"
    assert main(["brief", "panamax-2014", "-o", str(page), "--lang", language]) == 0
    text = page.read_text(encoding="utf-8")
    assert f'<html lang="{language}-' in text or f'<html lang="{language}"' in text
    assert verify(page, Sources()).differences == ()


def test_texts_of_the_case_are_marked_with_their_own_language(pack: Pack) -> None:
    case = load_case("panamax-2014", PACKS["es"])
    assert case.title.startswith("Ejercicio")
    page = render_brief(assess(case, PACKS["es"]), Wording("es"))
    assert "<h1><bdi>Ejercicio" in page
    english = load_case("panamax-2014", pack)
    assert '<h1><bdi lang="en">' not in render_brief(assess(english, pack))


def test_errors_and_help_speak_the_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["assess", "panamax-2014", "--set", "terms.duration_year=5", "--lang", "es"]) == 2
    assert "¿quiso decir terms.duration_years?" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["brief", "--help", "--lang", "pt"])
    told = capsys.readouterr().out
    assert "uso: convenio brief" in told
    assert "show this help" not in told


def test_the_environment_chooses_a_language_and_the_flag_another(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CONVENIO_LANG", "es")
    assert main(["assess", "panamax-2014"]) == 0
    assert "Ejercicio multinacional" in capsys.readouterr().out
    assert main(["assess", "panamax-2014", "--lang", "en"]) == 0
    assert "Multinational command-post exercise" in capsys.readouterr().out


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    target = tmp_path / "pack"
    shutil.copytree(PACKS["en"].folder, target, ignore=shutil.ignore_patterns("calibration"))
    return target


def test_what_has_no_translation_stands_as_written_and_is_counted(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = copied / "translations" / "es.po"
    text = file.read_text(encoding="utf-8")
    start = text.index('msgid "Visiting personnel outside the host\'s courts"')
    end = text.index("\n\n", start)
    entry = text[start:end]
    file.write_text(text.replace(entry, entry.partition("msgstr")[0] + 'msgstr ""'))
    pack = load_pack(copied, language="es")
    assert pack.untranslated == 1
    assert pack.by_id["SOV-003"].title == "Visiting personnel outside the host's courts"
    assert main(["assess", "panamax-2014", "--pack", str(copied), "--lang", "es"]) == 0
    assert "1 texto" in capsys.readouterr().err
    assert main(["rules", "test", "--pack", str(copied)]) == 4
    assert "no translation into es" in capsys.readouterr().err


def test_a_pack_without_a_translation_says_so(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(copied / "translations")
    assert main(["assess", "panamax-2014", "--pack", str(copied), "--lang", "es"]) == 0
    assert "core" in capsys.readouterr().err


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"\x00", b"no catalogue at all", b'msgid "a\n']
)
def test_a_catalogue_that_is_none_is_refused(copied: Path, content: bytes) -> None:
    (copied / "translations" / "es.po").write_bytes(content)
    with pytest.raises(PackError):
        load_pack(copied, language="es")


def test_translations_are_brought_up_to_date(copied: Path, capsys) -> None:
    rules = copied / "tension.yaml"
    text = rules.read_text(encoding="utf-8")
    title = "Exercise or deployment close to a disputed border"
    rules.write_text(text.replace(title, "Exercise very close to a disputed border"))
    assert main(["rules", "translate", "es", "--pack", str(copied)]) == 0
    assert "1 texts without a translation" in capsys.readouterr().err
    catalogue = (copied / "translations" / "es.po").read_text(encoding="utf-8")
    assert "Exercise very close" in catalogue
    assert title not in catalogue
    before = (copied / "translations" / "es.po").read_bytes()
    main(["rules", "translate", "es", "--pack", str(copied)])
    assert (copied / "translations" / "es.po").read_bytes() == before
