"""GitHub workflow commands: findings as annotations on the case file's lines."""

from __future__ import annotations

from collections.abc import Sequence

from convenio.assessment.assessment import Assessment
from convenio.plain_text import shown
from convenio.reports.sarif import positions_of
from convenio.reports.wording import Wording

_COMMANDS = {"critical": "error", "high": "error", "medium": "warning", "low": "notice"}


def render(assessments: Sequence[Assessment], wording: Wording) -> str:
    """Return an annotation for each flagged rule and a summary for each case."""
    lines: list[str] = []
    for assessment in assessments:
        for finding in assessment.findings:
            if finding.verdict != "flag" or finding.severity is None:
                continue
            place = positions_of(finding, assessment)[0]
            lines.append(
                _command(
                    _COMMANDS[finding.severity],
                    f"{finding.rule.id} ({finding.severity}): {finding.rule.title}",
                    wording.because(finding, assessment),
                    f"file={_property(place.file)},line={place.line},col={place.column},",
                )
            )
        sentence = wording.verdict_sentence(assessment)
        if assessment.redacted:
            sentence += " " + wording("Redacted: {facts}.").format(
                facts=", ".join(assessment.redacted)
            )
        lines.append(_command("notice", assessment.case.id, sentence, ""))
    return "\n".join(lines) + "\n"


def _command(name: str, title: str, message: str, place: str) -> str:
    return f"::{name} {place}title={_property(title)}::{_data(message)}"


def _data(text: str) -> str:
    return shown(text.replace("%", "%25").replace("\r", "%0D")).replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
