"""Runs every benchmark and writes `benchmarks/RESULTS.md`."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path

from benchmarks import core_pack, frames, growth, memory, scenarios, startup
from benchmarks.peers import single_case
from benchmarks.peers.peer import installed_version

import convenio

RESULTS = Path(__file__).parent / "RESULTS.md"
PACKAGES = ("polars", "narwhals", "duckdb", "pandas", "pyarrow", "numpy", "openfisca-core")


def main() -> int:
    """Measure, write the results and print them."""
    text = _document()
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0


def _document() -> str:
    # Processes are measured before this one holds tables that would crowd them.
    start, sizes = startup.report(startup.measure()), memory.document()
    rows = single_case.measure()
    by_rules = single_case.report_growth(
        "µs a case by number of rules", single_case.growth_with_rules()
    )
    by_unknowns = single_case.report_growth(
        "µs a case by share of unknown facts", single_case.growth_with_unknowns()
    )
    return f"""# Results of `make bench`

Convenio {convenio.__version__}, {_versions()}.
Times are the best of several rounds, in which the contenders of one table take turns; their answers
were compared before anything was timed.

## Tables: 40 rules of two or three tests, a tenth of the facts unknown

Ours give a code for each rule, and unless they give verdicts alone also counts, floor and ceiling;
those written by hand and OpenFisca give one Boolean for each rule. The ratio is to Polars by hand
at the same number of rows. Planning takes the same time for one row and for a million.

{frames.report(frames.measure())}

## Tables: the core pack

Its 109 rules over the sixteen cases that ship, repeated; seconds until every case has its verdicts,
counts and ratings.

{core_pack.report(core_pack.measure())}

## Growth of tables

{growth.document()}

## Memory

The largest resident size of a new process, the lesser of two, with the ratio to Polars by hand:
imports, table and answers are counted. Single cases are assessed by the reference, without
findings, and none is kept; one process tells its size on the contender and at the end.

{sizes}

## Start of the command line

Time from outside until the process has ended; the ratio is to Python that does nothing.

{start}

## One case: 40 rules

Ratio to Convenio on the reference, fully explained. What is not measured says why.

```
{single_case.report(rows).strip()}
```

```
{by_rules.strip()}
```

```
{by_unknowns.strip()}
```

## Beyond the verdict

Each question on the sixteen shipped cases with the core pack; the ratio is to one assessment of a
case, fully explained. Answers are held to brute force by the tests, not here.

{scenarios.report(scenarios.measure())}
"""


def _versions() -> str:
    machine = f"{platform.machine()}, {os.cpu_count()} processors"
    python = f"Python {platform.python_version()}, {machine}"
    packages = (f"{name} {installed_version(name) or 'not installed'}" for name in PACKAGES)
    return f"{python}; {', '.join(packages)}"


if __name__ == "__main__":
    sys.exit(main())
