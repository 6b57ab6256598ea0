"""Themes as data, and colours that every reader can tell apart."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

from convenio.audit.verify import Sources, verify
from convenio.cli import main
from convenio.errors import UsageError
from convenio.reports.brief.colours import DEFICIENCIES, contrast, difference
from convenio.reports.brief.themes import Theme, load_theme, theme_of
from convenio.resources import data_folder

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 20
LEVELS = ("low", "moderate", "high", "critical")
TOLD_APART = 15
"""CIE 1976; two colours side by side are told apart from about 2.3 on."""


def palettes() -> list[dict[str, str]]:
    css = (data_folder("reports") / "brief" / "brief.css").read_text(encoding="utf-8")
    blocks = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    return [dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in blocks]


def test_there_is_a_palette_for_light_and_one_for_dark_screens() -> None:
    assert [set(LEVELS) <= set(one) for one in palettes()] == [True, True]


@pytest.mark.parametrize("deficiency", ["", *DEFICIENCIES])
@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark"])
def test_levels_are_told_apart_whatever_cones_a_reader_has(palette, deficiency) -> None:
    for one, other in itertools.combinations(LEVELS, 2):
        assert difference(palette[one], palette[other], deficiency) >= TOLD_APART, (one, other)


@pytest.mark.parametrize("palette", palettes(), ids=["light", "dark"])
def test_text_has_contrast_with_what_it_stands_on(palette) -> None:
    for text in (*LEVELS, "ink", "quiet", "accent"):
        for ground in ("paper", "tint"):
            assert contrast(palette[text], palette[ground]) >= 4.5, (text, ground)
    assert contrast(palette["on-critical"], palette["critical"]) >= 4.5
    assert contrast(palette["on-accent"], palette["accent"]) >= 4.5


def test_the_palettes_of_the_page_are_those_that_themes_are_checked_against() -> None:
    from convenio.reports.brief import themes

    light = palettes()[0]
    assert tuple(light[level] for level in LEVELS) == themes._RATINGS
    assert {name: light[name] for name in themes._DEFAULT} == themes._DEFAULT


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "logo.png").write_bytes(PNG)
    path = tmp_path / "theme.yaml"
    path.write_text(f"version: 1\n{text}", encoding="utf-8")
    return path


def test_a_theme_dresses_the_page_and_changes_no_verdict(tmp_path: Path) -> None:
    theme = written(
        tmp_path,
        'organisation: "Comisión <b>Segunda</b>"\nclassification: Uso interno\n'
        'logo: logo.png\ncolours: {accent: "#0b5d3b"}\n',
    )
    page = tmp_path / "x.html"
    assert main(["brief", "panamax-2014", "-o", str(page), "--theme", str(theme)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "Comisión &lt;b&gt;Segunda&lt;/b&gt;" in text
    assert text.count("Uso interno") >= 2
    assert "--accent: #0b5d3b" in text
    assert "img-src data:" in text
    assert verify(page, Sources()).differences == ()
    plain = tmp_path / "y.html"
    main(["brief", "panamax-2014", "-o", str(plain)])
    assert "img-src" not in plain.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('colours: {accent: "#cccccc"}', "accent can't be read on paper"),
        ('colours: {paper: "#222222"}', "can't be read on paper"),
        ('colours: {accent: "red; } body { display: none"}', "no colour"),
        ('colours: {critical: "#000000"}', "unknown key"),
        ("template: x.html", "unknown key"),
        ("logo: ../logo.png", "lies beside its theme"),
        ("logo: theme.yaml", "PNG or JPEG"),
        ("logo: nothing.png", "can't be read"),
        ("version: 2", "twice"),
    ],
)
def test_what_a_theme_may_not_hold_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_theme(written(tmp_path, text))
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "data",
    [None, {}, {**Theme().as_data(), "logo": "https://x"}, {**Theme().as_data(), "colours": []},
     {**Theme().as_data(), "colours": {"accent": "red"}}, {**Theme().as_data(), "organisation": 1}],
)  # fmt: skip
def test_a_page_with_another_theme_than_any_is_told_to_be_altered(data) -> None:
    with pytest.raises(UsageError):
        theme_of(data)
