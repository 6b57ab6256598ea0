"""What all tests share: the core pack, its cases, and cases read from a text."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from convenio import load_case, load_pack
from convenio.assessment.cases import case_from_document
from convenio.documents import parse_document
from convenio.errors import CaseError
from convenio.facts.case import Case
from convenio.packs import Pack

ROOT = Path(__file__).resolve().parents[1]

# The same examples on every run, so that a change that breaks one is the one to blame;
# CONVENIO_FUZZ=N looks for new ones, N for each property.
settings.register_profile(
    "convenio",
    derandomize=True,
    deadline=None,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile(
    "fuzz",
    settings.get_profile("convenio"),
    derandomize=False,
    max_examples=int(os.environ.get("CONVENIO_FUZZ", "200")),
)
settings.load_profile("fuzz" if "CONVENIO_FUZZ" in os.environ else "convenio")


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep packs where these tests alone look for them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVENIO_CACHE", str(tmp_path_factory.mktemp("cache", numbered=True)))
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state", numbered=True)))
        yield


LONGEST = (
    "attacks on cases",
    "tests/frames/test_frames.py",
    "spark",
    "tests/semantics/test_durable_stress.py",
    "tests/semantics/test_floor_and_ceiling.py",
    "tests/examples/test_examples.py",
    "tests/frames/test_conformance_on_frames.py",
    "tests/browser/test_brief_in_a_browser.py",
    "tests/packaging/test_wheel.py",
    "tests/conformance/test_conformance.py",
    "tests/cli/test_commands.py",
    "tests/scenarios/test_against_brute_force.py",
    "tests/documents/test_fuzz.py",
    "tests/assessment/test_engine.py",
    "tests/cli/test_scenario_commands.py",
)
"""Scopes that take long, the longest first."""


def scope_of(node: str) -> str:
    """Return what a test shares its worker with: its file, all that runs on one Spark, or a door
    that is attacked, whose attacks run in one process.

    A session of Spark takes long to start, and its first plans longer than all later ones.
    """
    file, _, name = node.partition("::")
    if file == "tests/attacks/test_attacks.py" and "[" in name:
        return "attacks on " + name.partition("[")[2].partition(":")[0]
    return "spark" if file.startswith("tests/frames/") and "spark" in name else file


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that no worker ends with one of them alone."""

    def order(item: pytest.Item) -> int:
        scope = scope_of(item.nodeid)
        return LONGEST.index(scope) if scope in LONGEST else len(LONGEST)

    items.sort(key=order)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Let `--dist loadfile` keep together what `scope_of` says."""
    from xdist.scheduler import LoadFileScheduling

    class ByScope(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return scope_of(nodeid)

    return ByScope(config, log) if config.getoption("dist") == "loadfile" else None


@pytest.fixture(scope="session")
def pack() -> Pack:
    return load_pack("core")


@pytest.fixture(scope="session")
def shipped_cases(pack: Pack) -> dict[str, Case]:
    """Every case file that ships, by name."""
    return {path.stem: load_case(path, pack) for path in sorted((ROOT / "cases").glob("*.yaml"))}


CaseReader = Callable[..., Case]


@pytest.fixture(scope="session")
def case_of(pack: Pack) -> CaseReader:
    """Read a case from the text of its file, as `load_case` does from a file."""

    def read(text: str | bytes, name: str = "case.yaml") -> Case:
        data = text.encode() if isinstance(text, str) else text
        return case_from_document(parse_document(data, name, CaseError), pack)

    return read


@pytest.fixture(scope="session")
def case_with(case_of: CaseReader) -> CaseReader:
    """Read a case that states the facts of `body` under the three keys that each file needs."""

    def read(body: str = "") -> Case:
        return case_of(f"case: example\ntitle: Example\nas_of: 2020-01-01\n{body}")

    return read
