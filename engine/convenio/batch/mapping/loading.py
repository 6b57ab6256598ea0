"""Reads a mapping file and checks it against the facts of a pack."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from convenio.backends.frames.columns import case_columns, child_columns
from convenio.backends.outcome import VERDICTS
from convenio.batch.mapping.language import TableMapping
from convenio.documents import read_document
from convenio.documents.models import validate
from convenio.errors import MAX_SHOWN, UsageError, nearest_name
from convenio.facts.catalogue import Catalogue
from convenio.messages import say
from convenio.packs.pack import Pack
from convenio.resources import data_folder

_RESULTS = ("id", "status", "reason", "floor", "presumed", "ceiling", *VERDICTS, "pack", "engine")


def load_mapping(name: str, pack: Pack) -> TableMapping:
    """Read a mapping file, or one that ships with the core pack, given by its name.

    Raises UsageError with every problem: unknown keys, facts that the pack does not declare.
    """
    path = _file_of(name, "--mapping")
    mapping = _read(path)
    unknown = list(_unknown_names(mapping, pack.catalogue))
    # A name is looked for in each of the first hundred: thousands of them would take minutes.
    faults = [f"{path}: {_told(*one)}" for one in unknown[:MAX_SHOWN]]
    if len(unknown) > MAX_SHOWN:
        faults.append(f"{path}: and {len(unknown) - MAX_SHOWN:,} more names that are unknown")
    rules = {rule.id for rule in pack.rules}
    faults += [
        f"{path}: keep.{name}: results have a column of that name; call it otherwise"
        for name in mapping.keep
        if name in _RESULTS or name in rules or name.rpartition("__")[0] in pack.families
    ]
    if faults:
        raise UsageError("\n".join(faults))
    if not mapping.countries_of:
        return mapping
    beside = path.with_name(f"{mapping.countries_of}.yaml")
    where = f"{path}: countries_of"
    other = _read(beside if beside.is_file() else _file_of(mapping.countries_of, where))
    return mapping.model_copy(update={"countries": {**other.countries, **mapping.countries}})


def _file_of(name: str, asked_by: str) -> Path:
    """Return the file that a name means: itself, or that of a mapping which ships."""
    path = Path(name)
    if path.exists() or path.suffix:
        return path
    shipped = data_folder("rules") / "core" / "mappings"
    known = sorted(file.stem for file in shipped.glob("*.yaml"))
    if name in known:
        return shipped / f"{name}.yaml"
    near = nearest_name(name, known)
    hint = say("; {near} is nearest", near=near) if near else ""
    raise UsageError(
        say(
            "{asked_by}: there is no file '{name}', and the mappings that ship are {known}{hint}",
            asked_by=asked_by,
            name=name,
            known=", ".join(known),
            hint=hint,
        )
    )


def _read(path: Path) -> TableMapping:
    return validate(TableMapping, read_document(path, UsageError).root, UsageError)


def names_of_facts(catalogue: Catalogue) -> tuple[str, ...]:
    """Return what may stand under `facts`: facts that hold one value or a set, and companions."""
    return tuple(column.name for column in case_columns(catalogue))


def names_of_lists(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """Return what may stand under `lists`, each with the fields of its elements."""
    return {
        path: tuple(column.name for column in child_columns(catalogue, path))
        for path, fact in catalogue.facts.items()
        if fact.type.kind == "list"
    }


_Unknown = tuple[str, str, str, tuple[str, ...]]
"""What stands before a name, what it should be one of, the name, and those that there are."""


def _unknown_names(mapping: TableMapping, catalogue: Catalogue) -> Iterator[_Unknown]:
    yield from _unknown("", "fact", mapping.facts, names_of_facts(catalogue))
    lists = names_of_lists(catalogue)
    yield from _unknown("", "list", mapping.lists, tuple(lists))
    for path, rows in mapping.lists.items():
        if path in lists:
            fields = dict.fromkeys(name for row in rows for name in row)
            yield from _unknown(f"{path}.", "field", fields, lists[path])


def _unknown(
    before: str, what: str, names: Collection[str], known: tuple[str, ...]
) -> Iterator[_Unknown]:
    declared = frozenset(known)
    for name in names:
        if name not in declared:
            yield before, what, name, known


def _told(before: str, what: str, name: str, known: tuple[str, ...]) -> str:
    near = nearest_name(name, known)
    hint = say("; {near} is nearest", near=near) if near else ""
    return f"{before}{name}: no such {what} in the catalogue{hint}"
