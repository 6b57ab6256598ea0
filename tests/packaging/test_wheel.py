"""The wheel works in an empty environment: packs, cases and templates are inside."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def _run(*command: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_installed_wheel_assesses_a_shipped_case_and_writes_its_brief(tmp_path):
    pip = (sys.executable, "-m", "pip")
    _run(
        *pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", tmp_path, ROOT, cwd=tmp_path
    )
    (wheel,) = tmp_path.glob("convenio-*.whl")
    environment = tmp_path / "environment"
    # The pip of the tests fills it: one of its own, and code compiled ahead, take long to make.
    _run(sys.executable, "-m", "venv", "--without-pip", environment, cwd=tmp_path)
    into = ("--python", environment / "bin" / "python", "install", "--no-compile")
    _run(*pip, *into, "-q", "-c", ROOT / "constraints.txt", wheel, cwd=tmp_path)
    convenio = environment / "bin" / "convenio"
    assert "Critical, established whatever is presumed" in _run(
        convenio, "assess", "us-colombia-dca-2009", cwd=tmp_path
    )
    _run(convenio, "brief", "panamax-2014", "-o", "brief.html", cwd=tmp_path)
    assert (tmp_path / "brief.html").read_text().startswith("<!doctype html>")
    assert "0 failures" in _run(convenio, "rules", "test", cwd=tmp_path)
