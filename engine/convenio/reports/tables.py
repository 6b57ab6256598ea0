"""Findings as a pandas table, tidy: one row for each case and rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from convenio.assessment.assessment import Assessment
from convenio.backends.outcome import VERDICTS
from convenio.packs.rule import SEVERITIES
from convenio.reports.csv import COLUMNS, rows_of
from convenio.reports.wording import Wording

if TYPE_CHECKING:
    import pandas as pd


def findings_table(
    assessments: Iterable[Assessment], wording: Wording | None = None
) -> pd.DataFrame:
    """Return a DataFrame with the columns case, as_of, rule, family, kind, verdict, severity,
    severity_ceiling, confidence, title, because and missing (a tuple of paths).

    Verdicts and severities are categoricals; severities are ordered, so that
    `table[table.severity >= "high"]` works.

    >>> from convenio import assess, load_case, load_pack
    >>> pack = load_pack("core")
    >>> table = findings_table([assess(load_case("panamax-2014", pack), pack)])
    >>> len(table) == len(pack.rules)
    True
    """
    import pandas as pd  # half a second that other users need not wait

    wording = wording or Wording()
    table = pd.DataFrame(list(rows_of(assessments, wording)), columns=list(COLUMNS))
    severity = pd.CategoricalDtype(list(SEVERITIES), ordered=True)
    return table.astype(
        {
            "as_of": "datetime64[s]",
            "verdict": pd.CategoricalDtype(list(VERDICTS)),
            "severity": severity,
            "severity_ceiling": severity,
            "confidence": pd.CategoricalDtype(["low", "medium", "high"], ordered=True),
        }
    )
