"""Writes the parts of the guides that are read off the code: `make docs`.

Each part stands between two marks in its page. `tests/examples/test_generated_parts.py` fails
where a page says something else than the code.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import grimp

from convenio import load_case, load_pack
from convenio.authoring.calibrate import Calibration, calibrate
from convenio.language.functions import FUNCTIONS
from convenio.language.syntax import unparse
from convenio.packs.policy import Reading
from convenio.reports import calibrate as calibrate_report
from convenio.reports.blocks import Block, as_markdown
from convenio.reports.formats import FORMATS

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
PACKAGE = "convenio"


def layers() -> list[list[str]]:
    """Return the layers from the highest to the lowest, as import-linter holds them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (contract,) = [one for one in contracts if one["name"] == "Data goes one way"]
    return [[name.strip() for name in line.split("|")] for line in contract["layers"]]


def imports(modules: Sequence[str]) -> dict[str, set[str]]:
    """Return for each package or module which of the others it imports."""
    graph = grimp.build_graph(PACKAGE)
    inside = {name: {name, *graph.find_descendants(name)} for name in modules}
    return {
        name: {
            other
            for other in modules
            if other != name
            and any(
                graph.find_modules_directly_imported_by(module) & inside[other]
                for module in inside[name]
            )
        }
        for name in modules
    }


def without_shortcuts(edges: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Leave out what is reached by way of another, so that a picture stays readable."""

    def reached(name: str) -> set[str]:
        return edges[name].union(*(reached(other) for other in edges[name]))

    return {
        name: {
            other
            for other in below
            if not any(other in reached(between) for between in below - {other})
        }
        for name, below in edges.items()
    }


def _short(name: str) -> str:
    return name.removeprefix(f"{PACKAGE}.")


def layer_picture() -> str:
    """Return the layers with their imports as a Mermaid picture."""
    rows = layers()
    edges = without_shortcuts(imports([name for row in rows for name in row]))
    lines = ["```mermaid", "flowchart TD"]
    for number, row in enumerate(rows, 1):
        lines.append(f"  subgraph layer{number}[ ]")
        lines += [f"    {_short(name)}" for name in row]
        lines.append("  end")
    lines += _arrows(edges)
    return "\n".join([*lines, "```"])


def target_picture() -> str:
    """Return what stands in `backends` with its imports as a Mermaid picture."""
    graph = grimp.build_graph(PACKAGE)
    edges = imports(sorted(graph.find_children(f"{PACKAGE}.backends")))
    lines = ["```mermaid", "flowchart TD", *_arrows(without_shortcuts(edges)), "```"]
    return "\n".join(lines).replace("backends.", "")


def _arrows(edges: Mapping[str, set[str]]) -> Iterator[str]:
    for name, below in edges.items():
        yield from (f"  {_short(name)} --> {_short(other)}" for other in sorted(below))


def function_table() -> str:
    """Return the functions of the language as a table."""
    rows = [f"| `{one.usage}` | {one.about} |" for one in FUNCTIONS.values()]
    return "\n".join(["| written | means |", "|---|---|", *rows])


def format_list() -> str:
    """Return the names of the output formats."""
    return ", ".join(f"`{name}`" for name in FORMATS)


@cache
def calibration(reading: Reading, influences: bool = False) -> Calibration:
    """Return how the core pack agrees with the readings of deals."""
    pack = load_pack("core")
    own = pack.folder / "calibration"
    cases = [own / "cases", ROOT / "cases"]
    return calibrate(pack, cases, own / "readings.yaml", reading, influences)


@cache
def further_calibration() -> Calibration:
    """Return how the core pack agrees with the readings of the further deals."""
    pack = load_pack("core")
    own = pack.folder / "calibration" / "further"
    return calibrate(pack, [own / "cases"], own / "readings.yaml", "presumed", False)


def further() -> str:
    """Return the agreement on the further deals, and every verdict that differs."""
    return _blocks_part(further_calibration(), lambda _block: True)


def _blocks_part(found: Calibration, shown: Callable[[Block], bool]) -> str:
    blocks = [block for block in calibrate_report.blocks(found) if shown(block)]
    lines = as_markdown("", blocks).splitlines()[2:]
    return "\n".join(line.replace("## ", "### ", 1) for line in lines if line != "## Agreement")


def figures(reading: Reading) -> str:
    """Return the agreement in one reading, then how the families are confused."""
    found = calibration(reading)
    return _blocks_part(found, lambda block: not block.title.startswith("Disagreements"))


def disagreements() -> str:
    """Return every verdict of the presumed reading in which readers and pack differ."""
    found = calibration("presumed")
    return _blocks_part(found, lambda block: block.title.startswith("Disagreements"))


def influences() -> str:
    """Return what leaving out each rule and presumption does, which takes long to measure."""
    found = calibration("presumed", influences=True)
    wanted = ("Agreement", "What each rule")
    text = _blocks_part(found, lambda block: block.title.startswith(wanted))
    return text.replace("### What each rule and presumption does\n", "")


def element_table() -> str:
    """Return for each element of deals how many rules and cases have it."""
    pack = load_pack("core")
    own = pack.folder / "calibration"
    folders = (ROOT / "cases", own / "cases", own / "further" / "cases")
    files = {file.stem: file for folder in reversed(folders) for file in folder.glob("*.yaml")}
    cases = [load_case(file, pack) for file in files.values()]
    held = Counter(
        element
        for case in cases
        if (stated := case.facts.get("deal.elements")) is not None
        for element in sorted(stated.value or ())
    )
    named = Counter(
        literal
        for rule in pack.rules
        for literal in sorted(set(re.findall(r"'(\w+)' in deal\.elements", unparse(rule.applies))))
    )
    lines = ["| element | rules that apply to it by name | cases that have it |", "|---|---|---|"]
    for element in pack.catalogue.facts["deal.elements"].type.members:
        words = element.replace("_", " ")
        lines.append(f"| {words} | {named[element]} | {held[element]} |")
    return "\n".join(lines)


PARTS: Mapping[str, Callable[[], str]] = {
    "layers": layer_picture,
    "targets": target_picture,
    "functions": function_table,
    "formats": format_list,
    "figures": lambda: figures("presumed"),
    "established": lambda: figures("established"),
    "disagreements": disagreements,
    "further": further,
    "elements": element_table,
}
"""What stands between `<!-- NAME: from the code -->` and `<!-- end -->`."""

MEASURED: Mapping[str, Callable[[], str]] = {"influences": influences}
"""The same for what takes too long to hold against the code with every change."""

_MARKED = re.compile(r"(<!-- (\w+): from the code -->\n).*?(<!-- end -->)", re.DOTALL)
_SLOW = re.compile(r"(<!-- (\w+): measured by make docs -->\n).*?(<!-- end -->)", re.DOTALL)


def pages() -> list[Path]:
    """Return the pages that have such parts."""
    return [page for page in sorted(DOCS.glob("*.md")) if _MARKED.search(page.read_text("utf-8"))]


def written(page: Path) -> str:
    """Return a page with its parts as the code has them now."""
    text = page.read_text(encoding="utf-8")
    return _MARKED.sub(lambda match: f"{match[1]}{PARTS[match[2]]()}\n{match[3]}", text)


def measured(text: str) -> str:
    """Return a page with the parts that take long."""
    return _SLOW.sub(lambda match: f"{match[1]}{MEASURED[match[2]]()}\n{match[3]}", text)


if __name__ == "__main__":
    for page in pages():
        page.write_text(measured(written(page)), encoding="utf-8")
