"""Guides say what the code says: parts that are read off it, sentences that it cites."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from conformance import rows

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
SEMANTICS = (DOCS / "semantics.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_generated_parts_are_what_the_code_says_now(generate: ModuleType) -> None:
    pages = generate.pages()
    assert {page.name for page in pages} >= {"architecture.md", "rule-authors.md"}
    stale = [page.name for page in pages if generate.written(page) != page.read_text("utf-8")]
    assert stale == [], "run make docs"


def test_every_file_that_the_map_names_is_there() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.[a-z]+)`", text))
    assert len(named) >= 20
    places = (ROOT, ROOT / "engine" / "convenio")
    assert [name for name in sorted(named) if not any((p / name).exists() for p in places)] == []


def test_every_heading_that_code_cites_stands_in_the_semantics() -> None:
    cited = {
        heading
        for folder in ("engine", "tests")
        for file in (ROOT / folder).rglob("*.py")
        for heading in re.findall(r'\(semantics, "([^"]+)"\)', file.read_text(encoding="utf-8"))
    }
    headings = set(re.findall(r"^#+ (.+)$", SEMANTICS, re.MULTILINE))
    assert len(cited) >= 3
    assert cited <= headings


def test_every_sentence_that_the_corpus_pins_stands_in_the_semantics() -> None:
    text = _words(SEMANTICS)
    missing = {
        sentence
        for row in rows.all_rows()
        for sentence in row.sentences
        if _words(sentence) not in text
    }
    assert missing == set()


def _words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[`*]", "", text)).strip()
