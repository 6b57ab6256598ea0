"""Runs the attacks of one door, one after the other, and tells what came of each.

A process of its own, so that an attack that wins takes only this one with it: what it eats is
measured here, and past the hard limits the system ends it. One process for many attacks, since a
start takes as long as most of them. Reads a JSON list of attacks, prints one JSON line for each.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import resource
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any

MOST_ADDRESSES = 2 * 2**30
"""Bytes of address space: only the bound of what may go wrong here. What counts is memory in use,
since libraries of tables reserve far more than they use."""

MOST_SECONDS = 30
"""On the clock, for one attack: long enough for 5 s of work on a machine with other work to do."""


def main() -> int:
    """Run the attacks that stand in the file named first."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_ADDRESSES, MOST_ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for attack in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")):
        signal.alarm(MOST_SECONDS)
        print(json.dumps(_run(attack)), flush=True)
    return 0


def _run(attack: dict[str, Any]) -> dict[str, Any]:
    from convenio.cli import main as convenio

    os.chdir(attack["folder"])
    given = attack["input"].encode("utf-8", "surrogatepass")
    out, err = io.StringIO(), io.StringIO()
    before = time.process_time()
    environment = dict(os.environ)
    os.environ.update(attack["environment"])
    code: Any = None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        sys.stdin = io.TextIOWrapper(io.BytesIO(given), encoding="utf-8")
        try:
            code = convenio(attack["command"])
        except SystemExit as stop:
            code = stop.code
        except BaseException:
            traceback.print_exc()
    os.environ.clear()
    os.environ.update(environment)
    return {
        "name": attack["name"],
        "folder": attack["folder"],
        "exit": code,
        "out": out.getvalue()[:2_000_000],
        "err": err.getvalue()[:200_000],
        "lines": err.getvalue().count("\n"),
        "seconds": time.process_time() - before,
        "megabytes": _most_megabytes(),
    }


def _most_megabytes() -> float:
    """Return the most memory that this process ever had in use; it only grows.

    `ru_maxrss` would count the process that started this one too (Linux keeps it over `exec`).
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found = re.search(r"^VmHWM:\s+(\d+) kB", status.read_text(), re.MULTILINE)
    assert found
    return int(found[1]) / 1024


if __name__ == "__main__":
    sys.exit(main())
