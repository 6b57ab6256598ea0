"""Times one case against the core pack: each contender of inferring, alone and fully explained.

All contenders run side by side in one process; the last column is the ratio to the reference alone.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable

import convenio
from convenio.assessment import assess
from convenio.backends import durable

ROUNDS = 40


def best_of(task: Callable[[], object]) -> float:
    """Return the shortest of several runs in milliseconds."""
    task()
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        task()
        times.append(time.perf_counter() - start)
    return min(times) * 1000


def main() -> int:
    """Print a table."""
    start = time.perf_counter()
    pack = convenio.load_pack("core")
    loading = (time.perf_counter() - start) * 1000
    case = convenio.load_case("us-colombia-dca-2009", pack)
    contenders: dict[str, Callable[[], object]] = {
        "reference": lambda: assess(case, pack, "reference"),
        "reference, explained": lambda: assess(case, pack, "reference").findings,
    }
    if durable.available():
        contenders["durable_rules, checked"] = lambda: assess(case, pack, "durable_rules")
        contenders["durable_rules, explained"] = lambda: (
            assess(case, pack, "durable_rules").findings
        )
    times = {name: best_of(task) for name, task in contenders.items()}
    print(
        f"Convenio {convenio.__version__}, Python {platform.python_version()}, "
        f"{len(pack.rules)} rules; loading the pack {loading:.0f} ms"
    )
    for name, milliseconds in times.items():
        print(f"{name:<26}{milliseconds:8.2f} ms  {milliseconds / times['reference']:5.1f} ×")
    return 0


if __name__ == "__main__":
    sys.exit(main())
