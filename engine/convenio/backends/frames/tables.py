"""Brings a user's tables into the form that conditions are computed on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from convenio.backends.frames.columns import FrameColumn, column_name, columns_of
from convenio.backends.frames.dialects import Dialect
from convenio.backends.frames.namespace import Frame, is_null_type, ns
from convenio.backends.frames.reading import RAW, Check, ColumnReader, Field
from convenio.facts.catalogue import Catalogue, FactDeclaration


@dataclass(frozen=True)
class Table:
    """A frame in normal form. `columns` are the names that conditions may read."""

    frame: Frame
    columns: frozenset[str]
    checks: tuple[Check, ...] = ()
    texts: Mapping[str, tuple[str, ...]] | None = None


def found_columns(
    fields: Iterable[Field], names: Iterable[str]
) -> tuple[dict[str, FrameColumn], list[str]]:
    """Return the frame's columns that tell of facts, and the names that tell of none."""
    possible: dict[str, FrameColumn] = {}
    for field in fields:
        for column in columns_of(field.declaration, field.path):
            possible[column.name] = column
            possible[column_name(column.name)] = column
    found = {name: possible[name] for name in names if name in possible}
    return found, [name for name in names if name not in possible]


@dataclass(frozen=True)
class Normaliser:
    """Brings tables of one engine into normal form.

    `look` returns which tests hold for a whole frame. Where it is given, numbers that are all in
    order are taken as they are, and rows are looked through only where something is not. Without
    `check`, values are trusted and none is looked at.
    """

    catalogue: Catalogue
    base_currency: str
    dialect: Dialect
    check: bool
    look: Callable[[Frame, Mapping[str, ns.Expr]], frozenset[str]] | None

    def table(self, frame: Frame, fields: Sequence[Field], keep: Mapping[str, ns.Expr]) -> Table:
        """Return a frame in normal form. `keep` are columns that go over as they are."""
        schema = frame.collect_schema()
        found, _ = found_columns(fields, schema.names())
        told = {
            RAW + column_name(column.name): name
            for name, column in found.items()
            if not is_null_type(schema[name])
        }
        types = {raw: schema[name] for raw, name in told.items()}
        frame = frame.select(
            *(expression.alias(name) for name, expression in keep.items()),
            *(ns.col(name).alias(raw) for raw, name in told.items()),
        )
        read = self._read(fields, types, frozenset())
        if self.look is not None and (tests := read.orderly()):
            read = self._read(fields, types, self.look(frame, tests))
        if read.flags:
            frame = frame.with_columns(**read.flags)
        for stage in read.native_stages:
            if stage:
                frame = self.dialect.with_columns(frame, stage)
        if read.columns:
            frame = frame.with_columns(**read.columns)
        names = {*keep, *read.flags, *read.columns}.union(*read.native_stages)
        return Table(frame, frozenset(names), tuple(read.checks), read.texts)

    def _read(
        self, fields: Sequence[Field], types: Mapping[str, Any], in_order: frozenset[str]
    ) -> ColumnReader:
        reader = ColumnReader(
            self.catalogue, self.base_currency, self.dialect, types, self.check, in_order
        )
        for field in fields:
            reader.read(field)
        return reader


def fields_of(
    declarations: Mapping[str, FactDeclaration],
    asked: Mapping[str, Sequence[str]],
    prefix: str = "",
) -> list[Field]:
    """Return the fields of a table.

    `asked` are the members of sets that conditions name, by path; `prefix` is what stands before
    a field's name there.
    """
    return [
        Field(path, declaration, tuple(asked.get(prefix + path, ())))
        for path, declaration in declarations.items()
    ]
