"""Nothing of a redacted fact is in any output, whatever its kind; the verdicts stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import ROOT, CaseReader
from convenio import assess, render_brief
from convenio.assessment import Assessment
from convenio.assessment.redaction import REDACTED, redacted
from convenio.audit.record import outcomes_told, ratings_told
from convenio.cli import main
from convenio.errors import UsageError
from convenio.facts.case import Case
from convenio.packs import Pack
from convenio.reports.formats import FORMATS, PAPER
from convenio.reports.wording import Wording

SECRETS = {
    "terms.duration_years": ("{value: 77.25, WITH}", ["77.25"]),
    "value.total": ("{value: {amount: 987654321, currency: USD}, WITH}", ["987654321", "987,654"]),
    "dates.signed": ("{value: 2019-07-09, WITH}", ["2019-07-09", "9 July 2019"]),
    "deal.form": ("{value: nonbinding_mou, WITH}", ["nonbinding_mou"]),
    "deal.elements": ("{value: [basing_access, arms_sale], WITH}", ["basing_access", "arms_sale"]),
    "activities": (
        "[{kind: relief, place: {lat: 12.3456, lon: -65.4321}, WITH}]",
        ["12.3456", "65.4321"],
    ),
}
WITH = "source: hidden, at: secret-at, quote: secret-quote, note: secret-note"
PACK_TEXT = "".join(path.read_text() for path in sorted((ROOT / "rules/core").rglob("*.yaml")))
"""What every case is shown with: conditions of rules name members of enums, for one."""

SAID = ["secret-at", "secret-quote", "secret-note", "secret-source"]


def file_of(path: str) -> str:
    value = SECRETS[path][0].replace("WITH", WITH)
    first, _, name = path.partition(".")
    facts = f"{first}: {{{name}: {value}}}" if name else f"{first}: {value}"
    open_fact = "text: {access: {value: withheld, source: other, quote: secret-quote}}"
    return f"""\
case: secret
title: An agreement
as_of: 2020-01-01
summary: "secret-quote"
{facts}
parties: [{{country: USA, role: provider}}, {{country: COL, role: recipient}}]
{open_fact}
sources:
  hidden: {{title: secret-source, reliability: A}}
  other: {{title: An open source, reliability: A}}
"""


def outputs(assessment: Assessment) -> dict[str, str]:
    wording = Wording()
    found = {name: write([assessment], wording, PAPER) for name, write in FORMATS.items()}
    return {**found, "brief": render_brief(assessment, wording)}


@pytest.mark.parametrize("path", SECRETS)
def test_nothing_of_a_redacted_fact_is_in_any_output(
    path: str, case_of: CaseReader, pack: Pack
) -> None:
    whole = assess(case_of(file_of(path)), pack)
    hidden = redacted(whole, [path])
    assert (ratings_told(hidden), outcomes_told(hidden)) == (
        ratings_told(whole),
        outcomes_told(whole),
    )
    assert hidden.presumed_families == whole.presumed_families
    assert [f.confidence for f in hidden.findings] == [f.confidence for f in whole.findings]
    secrets = [*SECRETS[path][1], *SAID]
    assert any(secret in render_brief(whole) for secret in secrets), "the test would find nothing"
    of_pack = {secret for secret in secrets if secret in PACK_TEXT}
    for name, text in outputs(hidden).items():
        for secret in secrets:
            if secret not in of_pack:
                assert secret not in text, f"{secret} is in {name}"
        if name != "csv":  # which has rows of findings alone; the command says it beside
            assert path in text.replace("\\", ""), f"{name} does not say so"


def test_json_lists_what_is_redacted(case_of: CaseReader, pack: Pack) -> None:
    hidden = redacted(
        assess(case_of(file_of("terms.duration_years")), pack), ["terms.duration_years"]
    )
    content = hidden.to_dict()
    assert content["redacted"] == ["terms.duration_years"]
    values = {
        fact["path"]: fact["value"] for finding in content["findings"] for fact in finding["facts"]
    }
    assert values["terms.duration_years"] == REDACTED
    assert values["text.access"] == "withheld"


@pytest.mark.parametrize("name", ["us-colombia-dca-2009", "panamax-2014"])
def test_every_fact_of_a_shipped_case_can_be_redacted(
    name: str, shipped_cases: dict[str, Case], pack: Pack
) -> None:
    whole = assess(shipped_cases[name], pack)
    for path in list(whole.case.facts)[::4]:
        assert redacted(whole, [path]).to_json()
    everything = redacted(whole, list(whole.case.facts))
    for text in outputs(everything).values():
        for source in whole.case.sources.values():
            assert source.title not in text or source.title in PACK_TEXT


def test_a_value_is_left_out_of_the_title_and_of_other_facts(
    case_of: CaseReader, pack: Pack
) -> None:
    case = case_of(
        "case: t\ntitle: A lease of 77 years\nas_of: 2020-01-01\nterms:\n  duration_years: 77\n"
        "  end: {value: fixed, note: '77 years from signature, 177 pages'}\n"
    )
    hidden = redacted(assess(case, pack), ["terms.duration_years"])
    assert hidden.case.title == "A lease of [redacted] years [redacted: terms.duration_years]"
    note = hidden.case.facts["terms.end"].provenance.note
    assert note == "[redacted] years from signature, 177 pages"


def test_what_is_redacted_has_to_be_a_fact(case_of: CaseReader, pack: Pack) -> None:
    whole = assess(case_of(file_of("deal.form")), pack)
    with pytest.raises(UsageError, match=r"did you mean deal\.form\?"):
        redacted(whole, ["deal.from"])
    assert redacted(whole, []) is whole


def test_the_command_redacts_every_format_and_the_brief(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case, brief = tmp_path / "case.yaml", tmp_path / "brief.html"
    case.write_text(file_of("terms.duration_years"))
    command = ["assess", str(case), "--brief", str(brief), "--redact", "terms.duration_years"]
    for name in FORMATS:
        assert main([*command, "--format", name]) == 0
        shown = capsys.readouterr()
        told = shown.out + shown.err + brief.read_text()
        assert not any(secret in told for secret in ("77.25", *SAID))
        assert "redacted: terms.duration_years" in shown.err
    assert main(["assess", str(case), "--exact", "--redact", "deal.form"]) == 2
