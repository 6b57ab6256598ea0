"""Runs every benchmark in one process and writes `benchmarks/RESULTS.md`."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import version
from pathlib import Path

from benchmarks import frames
from benchmarks.peers import single_case

import convenio

RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> int:
    """Measure, write the results and print them."""
    versions = ", ".join(
        f"{name} {version(name)}" for name in ("polars", "narwhals", "duckdb", "pandas", "numpy")
    )
    python = f"Python {platform.python_version()}, {platform.machine()}"
    rows = single_case.measure()
    by_rules = single_case.report_growth(
        "µs a case by number of rules", single_case.growth_with_rules()
    )
    by_unknowns = single_case.report_growth(
        "µs a case by share of unknown facts", single_case.growth_with_unknowns()
    )
    text = f"""# Results of `make bench`

Convenio {convenio.__version__}, {python}; {versions}.
One process run; best of several rounds; answers compared before anything was timed.

## Tables: 40 rules of two or three tests, a tenth of the facts unknown

Ours give a code for each rule, counts and ratings, floor and ceiling; those written by hand give
one Boolean for each rule. Planning takes the same time for one row and for a million.

{frames.report(frames.measure())}

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
"""
    RESULTS.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
