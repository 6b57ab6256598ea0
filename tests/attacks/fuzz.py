"""Looks for input that breaks a reader, until its time is up: `make fuzz`.

Each target takes bytes and may end with a value or with one of our own errors that names a place;
anything else is a find: it is written to `out/fuzz/`, told, and belongs into corpus/. With atheris
the code itself leads the search, one target after the other; without it, hypothesis draws.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOUND = ROOT / "out" / "fuzz"


def read_yaml(data: bytes) -> None:
    """Read a document as YAML."""
    from convenio.documents import parse_document
    from convenio.errors import CaseError

    _refused(CaseError, lambda: parse_document(data, "f.yaml", CaseError))


def read_json(data: bytes) -> None:
    """Read a document as JSON."""
    from convenio.documents import parse_document
    from convenio.errors import CaseError

    _refused(CaseError, lambda: parse_document(data, "f.json", CaseError))


def read_case(data: bytes) -> None:
    """Read a case file."""
    from convenio import load_pack
    from convenio.assessment.cases import case_from_document
    from convenio.documents import parse_document
    from convenio.errors import CaseError

    if "pack" not in _KEPT:
        _KEPT["pack"] = load_pack(ROOT / "tests" / "batch" / "small_pack")
    text = b"case: x\ntitle: t\nas_of: 2020-01-01\n" + data
    _refused(
        CaseError,
        lambda: case_from_document(parse_document(text, "f.yaml", CaseError), _KEPT["pack"]),
    )


def parse_condition(data: bytes) -> None:
    """Parse a condition."""
    from convenio.errors import Position
    from convenio.language.parser import SyntaxFaultError, parse

    text = data.decode("utf-8", "replace")
    try:
        parse(text, Position("f.yaml", 1, 1), "when")
    except SyntaxFaultError as fault:
        if fault.problem.position.file != "f.yaml":
            raise AssertionError("an error without a place") from fault


_KEPT: dict[str, object] = {}

TARGETS: dict[str, Callable[[bytes], None]] = {
    "yaml": read_yaml,
    "json": read_json,
    "case": read_case,
    "condition": parse_condition,
}


def _refused(error: type[Exception], read: Callable[[], object]) -> None:
    try:
        read()
    except error as fault:
        problems = fault.problems  # type: ignore[attr-defined]
        assert problems, "an error without a problem"
        assert all(problem.position.file for problem in problems)


def seeds() -> list[bytes]:
    """Return what the search begins with: files and conditions that ship."""
    cases = [path.read_bytes()[:3000] for path in sorted((ROOT / "cases").glob("*.yaml"))[:4]]
    conditions = [
        line.partition(b"when:")[2].strip()
        for line in (ROOT / "rules" / "core" / "sovereignty.yaml").read_bytes().splitlines()
        if b"when:" in line
    ]
    return [*cases, *conditions[:20], b'{"a": [1, "b", null]}', b"{a: b, c}", b"- &a x\n- *a\n"]


def with_hypothesis(name: str, seconds: float) -> int:
    """Draw input for one target until the time is up; return how many inputs were tried."""
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    end, tried = time.monotonic() + seconds, 0
    known = st.sampled_from(seeds())
    mixed = st.builds(
        lambda one, put, start, length: one[:start] + put + one[start + length :],
        known,
        st.one_of(st.binary(max_size=20), st.text(max_size=20).map(str.encode), known),
        st.integers(0, 3000),
        st.integers(0, 40),
    )

    @settings(
        max_examples=500,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.one_of(st.binary(max_size=300), st.text().map(str.encode), mixed))
    def search(data: bytes) -> None:
        nonlocal tried
        if time.monotonic() < end:
            tried += 1
            _attempt(name, data)

    while time.monotonic() < end:
        search()
    return tried


def _attempt(name: str, data: bytes) -> None:
    try:
        TARGETS[name](data)
    except Exception:
        FOUND.mkdir(parents=True, exist_ok=True)
        file = FOUND / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
        file.write_bytes(data)
        print(f"a find: {file}", file=sys.stderr)
        raise


def with_atheris(name: str, seconds: float) -> int:
    """Let atheris search one target in a process of its own; return its exit code."""
    corpus = FOUND / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for data in seeds():
        (corpus / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
    command = [sys.executable, __file__, "--led", name, "--seconds", str(seconds)]
    return subprocess.run(command, check=False).returncode


def _led(name: str, seconds: float) -> None:
    import atheris

    with atheris.instrument_imports(include=["convenio"]):
        import convenio.assessment.cases
        import convenio.documents
        import convenio.language.parser  # noqa: F401
    flags = [f"-max_total_time={int(seconds)}", "-max_len=4096", "-timeout=10", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *flags, str(FOUND / "corpus" / name)], lambda d: _attempt(name, d))
    atheris.Fuzz()


def main() -> int:
    """Search every target for its share of the time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--led", choices=TARGETS, help="one target, led by atheris")
    args = parser.parse_args()
    if args.led:
        _led(args.led, args.seconds)
        return 0
    share = args.seconds / len(TARGETS)
    led = importlib.util.find_spec("atheris") is not None
    for name in TARGETS:
        if led:
            code = with_atheris(name, share)
            print(f"{name}: {share:.0f} s, led by atheris, exit {code}")
            if code:
                return 1
        else:
            print(f"{name}: {share:.0f} s, {with_hypothesis(name, share):,} inputs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
