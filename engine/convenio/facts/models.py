"""Builds the pydantic models of a catalogue: one for each section, one for each record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import partial
from types import GenericAlias
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

from convenio.documents import Node
from convenio.facts import values
from convenio.facts.catalogue import Catalogue, FactDeclaration

_STRICT = ConfigDict(extra="forbid", arbitrary_types_allowed=True)


class FactModels:
    """The models of one catalogue, each built when it is first needed.

    A model takes bare values as they stand in a file (tree nodes) and gives typed ones:
    `section("terms")` has one optional field for each fact of the section; a list fact that
    stands at the top has a section of its own with the field `list`.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._organisations = frozenset(catalogue.organisations)
        self._sections: dict[str, type[BaseModel]] = {}
        self._records: dict[str, type[BaseModel]] = {}

    def __reduce__(self) -> tuple[type[FactModels], tuple[Catalogue]]:
        # Models are made at run time and can't be written down; each is made again when needed.
        return FactModels, (self._catalogue,)

    def section(self, name: str) -> type[BaseModel]:
        """Return the model of a section, or of a list fact that stands at the top."""
        if name not in self._sections:
            fields = {
                path.partition(".")[2] or "list": declaration
                for path, declaration in self._catalogue.facts.items()
                if declaration.section == name
            }
            self._sections[name] = self._model(f"section_{name}", fields)
        return self._sections[name]

    def record(self, name: str) -> type[BaseModel]:
        """Return the model of one element of a list."""
        if name not in self._records:
            self._records[name] = self._model(f"record_{name}", self._catalogue.records[name])
        return self._records[name]

    def _model(self, name: str, fields: Mapping[str, FactDeclaration]) -> type[BaseModel]:
        # Field names carry a prefix, since a fact may be called like a method of BaseModel.
        definitions: dict[str, Any] = {
            f"fact_{key}": (self._annotation(declaration) | None, Field(default=None, alias=key))
            for key, declaration in fields.items()
        }
        return create_model(name, __config__=_STRICT, **definitions)

    def _annotation(self, declaration: FactDeclaration) -> Any:
        fact_type = declaration.type
        bounds: dict[str, Any] = {}
        if fact_type.kind in {"integer", "number"}:
            bounds = {"ge": declaration.minimum, "le": declaration.maximum}
        if fact_type.kind == "list":
            return GenericAlias(list, (self.record(fact_type.record),))
        if fact_type.kind == "set":
            member = Annotated[str, BeforeValidator(self._member_parser(declaration))]
            return GenericAlias(list, (member,))
        python_type, parse = self._scalar(declaration)
        return Annotated[python_type, BeforeValidator(parse), Field(**bounds)]

    def _scalar(self, declaration: FactDeclaration) -> tuple[Any, Callable[[Node], Any]]:
        table: dict[str, tuple[Any, Callable[[Node], Any]]] = {
            "bool": (bool, values.parse_bool),
            "integer": (int, values.parse_integer),
            "number": (float, values.parse_number),
            "date": (dt.date | values.DateSpan, values.parse_partial_date),
            "text": (str, values.parse_text),
            "place": (values.Place, values.parse_place),
            "money": (
                values.Money,
                partial(
                    values.parse_money, minimum=declaration.minimum, maximum=declaration.maximum
                ),
            ),
        }
        kind = declaration.type.kind
        return table[kind] if kind in table else (str, self._member_parser(declaration))

    def _member_parser(self, declaration: FactDeclaration) -> Callable[[Node], str]:
        fact_type = declaration.type
        if "country" in (fact_type.kind, fact_type.element):
            return partial(values.parse_country, organisations=self._organisations)
        return partial(values.parse_member, members=fact_type.members)
