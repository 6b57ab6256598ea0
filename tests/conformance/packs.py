"""Turns rows into pack folders and case files, and reads both through the public loaders."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from conformance import rows
from convenio import Engine, load_pack
from convenio.assessment.cases import case_from_document
from convenio.documents import parse_document
from convenio.errors import CaseError
from convenio.facts.case import Case
from convenio.facts.models import FactModels
from convenio.packs import Pack

DEFAULT_RATING: Mapping[str, Any] = {
    "critical": [{"at_least": 1, "severity": "critical"}, {"at_least": 3, "severity": "high"}],
    "high": [{"at_least": 1, "severity": "high"}, {"at_least": 3, "severity": "medium"}],
    "moderate": [{"at_least": 1, "severity": "medium"}, {"at_least": 3, "severity": "low"}],
}

_FILLERS: Mapping[str, Any] = {
    "title": "A rule of the corpus",
    "statement": "A statement of the corpus.",
    "because": "The corpus says so.",
    "article": {"section": "Corpus"},
    "threshold": {"basis": "judgement", "source": "corpus"},
}


class _Dumper(yaml.CSafeDumper):
    """Writes no anchors, which case files and packs refuse."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 — the signature is PyYAML's
        return True


def dump(content: object) -> str:
    """Return a document as YAML."""
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def write_pack(
    folder: Path,
    rules: Sequence[Mapping[str, Any]],
    families: Sequence[str] = (),
    rating: Mapping[str, Any] | None = None,
    facts: Path = rows.FOLDER / "facts.yaml",
) -> Path:
    """Write a pack folder; a rule needs its id and its conditions, the rest is filled in."""
    folder.mkdir(parents=True)
    shutil.copy(facts, folder / "facts.yaml")
    members: dict[str, list[dict[str, Any]]] = {family: [] for family in families}
    for rule in rules:
        family = rule.get("family", rows.DEFAULT_FAMILY)
        members.setdefault(family, []).append(_filled(rule))
    declared = {
        "id": "corpus",
        "version": "1.0.0",
        "title": "Corpus",
        "currency": "USD",
        "families": list(members),
        "rating": {**(rating or DEFAULT_RATING), "overall": "worst_family"},
    }
    (folder / "pack.yaml").write_text(dump(declared), encoding="utf-8")
    for family, entries in members.items():
        (folder / f"{family}.yaml").write_text(dump(entries), encoding="utf-8")
    return folder


_MODELS: dict[bytes, FactModels] = {}


def load_written(folder: Path) -> Pack:
    """Load a pack that `write_pack` wrote; those of one catalogue read cases with the same models.

    Making the models takes longer than all else that is done with a small pack.
    """
    pack = load_pack(folder)
    catalogue = (folder / "facts.yaml").read_bytes()
    return replace(pack, models=_MODELS.setdefault(catalogue, pack.models))


def _filled(rule: Mapping[str, Any]) -> dict[str, Any]:
    entry = {**_FILLERS, **rule}
    entry.pop("family", None)
    if "when" in entry and entry.get("kind") != "mitigating":
        entry.setdefault("severity", "high")
    return entry


def case_text(content: Mapping[str, Any]) -> str:
    """Return the case file of a row."""
    document: dict[str, Any] = {
        "case": "row",
        "title": "Row",
        "as_of": content.get("as_of", rows.DEFAULT_AS_OF),
    }
    for path, value in content.get("facts", {}).items():
        section, _, key = path.partition(".")
        if key:
            document.setdefault(section, {})[key] = value
        else:
            document[section] = value
    if "sources" in content:
        document["sources"] = {
            key: {"title": key, **source} for key, source in content["sources"].items()
        }
    return dump(document)


def read_case(text: str, pack: Pack) -> Case:
    """Read the text of a case file against a pack."""
    return case_from_document(parse_document(text.encode(), "row.yaml", CaseError), pack)


class Packs:
    """The packs of the corpus, each written and loaded once."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._loaded: dict[str, Pack] = {}
        self._compiled: dict[Path, Engine] = {}

    def of(self, row: rows.Row) -> Pack:
        """Return the pack that a row is tested against; expressions of a file share one."""
        key = row.file if row.is_expression else row.id
        if key not in self._loaded:
            self._loaded[key] = load_written(self._write(row, self._root / key.replace("/", "-")))
        return self._loaded[key]

    def compiled(self, row: rows.Row) -> Engine:
        """Return the reference over a row's pack, compiled from the first case on."""
        pack = self.of(row)
        if pack.folder not in self._compiled:
            self._compiled[pack.folder] = Engine(pack, "reference").compile()
        return self._compiled[pack.folder]

    def forget_compiled(self) -> None:
        """Let packs be compiled anew, since a compiled one keeps the meaning it was made with."""
        self._compiled.clear()
        for pack in self._loaded.values():
            pack.compiled.made.clear()

    def _write(self, row: rows.Row, folder: Path) -> Path:
        if folder.exists():
            return folder
        if row.is_expression:
            return write_pack(folder, _bundle(row.file))
        content = row.content
        return write_pack(
            folder, content["rules"], content.get("families", ()), content.get("rating")
        )


def _bundle(file: str) -> list[dict[str, Any]]:
    return [
        {"id": row.rule_id, "when": row.content["expr"], "severity": "low"}
        for row in rows.rows_of(rows.FOLDER / f"{file}.yaml")
        if row.is_expression
    ]
