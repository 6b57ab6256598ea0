"""A table of findings as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence

from convenio.assessment.assessment import Assessment
from convenio.plain_text import safe_cell
from convenio.reports.wording import Wording

COLUMNS = (
    *("case", "as_of", "rule", "family", "kind", "verdict", "severity", "severity_ceiling"),
    *("confidence", "title", "because", "missing"),
)
"""The columns of every table of findings."""

Cell = str | None
Row = tuple[str, dt.date, str, str, str, str, Cell, Cell, Cell, str, str, tuple[str, ...]]


def render(assessments: Sequence[Assessment], wording: Wording) -> str:
    """Return one row for each case and rule.

    A cell that a spreadsheet would compute (it starts with = + - @, a tab, a carriage return or
    NUL) gets an apostrophe in front.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(COLUMNS)
    for *cells, missing in rows_of(assessments, wording):
        writer.writerow([*(safe_cell(str(cell or "")) for cell in cells), " ".join(missing)])
    return buffer.getvalue()


def rows_of(assessments: Iterable[Assessment], wording: Wording) -> Iterator[Row]:
    """Yield the cells of COLUMNS for each case and rule; `missing` is a tuple of paths."""
    for assessment in assessments:
        for finding in assessment.findings:
            yield (
                assessment.case.id,
                assessment.case.as_of,
                finding.rule.id,
                finding.rule.family,
                finding.rule.kind,
                finding.verdict,
                finding.severity,
                finding.severity_ceiling,
                finding.confidence,
                finding.rule.title,
                wording.because(finding, assessment),
                finding.missing,
            )
