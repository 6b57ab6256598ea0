"""durable_rules says what the reference says: for long, from many threads, in steady memory.

Each run has a process of its own, so that a crash of the library is a failed test.
`CONVENIO_STRESS_PAIRS` and `CONVENIO_STRESS_MINUTES` make the runs longer (`make nightly`).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
PAIRS = int(os.environ.get("CONVENIO_STRESS_PAIRS", "2500"))
MINUTES = float(os.environ.get("CONVENIO_STRESS_MINUTES", "0"))
HOURS = 3600

ROUNDS_OF_A_THREAD = 100
ASSESSMENTS = 20_000
MAX_GROWTH_MB = 20

pytestmark = [
    pytest.mark.skipif(
        sys.version_info >= (3, 13), reason="durable_rules needs Python 3.11 or 3.12"
    ),
    pytest.mark.timeout(4 * HOURS),
]


def _run(*arguments: object) -> str:
    """Run in a process of its own and return what it printed; a crash or a difference fails."""
    done = subprocess.run(
        [sys.executable, "-m", "semantics.durable_stress", *map(str, arguments)],
        cwd=TESTS,
        capture_output=True,
        text=True,
        timeout=3 * HOURS,
        check=False,
    )
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stderr[-2000:]}"
    return done.stdout


def test_it_says_what_the_reference_says_of_thousands_of_packs_and_cases() -> None:
    _run("pairs", PAIRS)


def test_sixteen_threads_may_share_one_engine() -> None:
    _run("threads", ROUNDS_OF_A_THREAD, MINUTES)


def test_memory_stays_flat_over_twenty_thousand_assessments() -> None:
    assert float(_run("memory", ASSESSMENTS)) < MAX_GROWTH_MB
