"""The fact catalogue: which facts a case may state, of which type, asked how.

It is read from a pack's `facts.yaml` and is the one source for models, schemas, types in
expressions, questionnaires and labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sized
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, get_args

from convenio.documents.tree import Node
from convenio.errors import Position, nearest_name
from convenio.facts.paths import field_of, owner_of
from convenio.facts.sentences import Sentences
from convenio.facts.values import country_codes

Kind = Literal[
    "bool", "integer", "number", "money", "date", "enum", "set", "text", "country", "place", "list"
]
Source = Literal["text", "record", "ministry", "context", "judgement"]

WorstFirst = tuple[str, ...] | Literal["", "highest", "lowest"]

Basis = Literal["statutory", "treaty", "case_law", "index", "empirical", "analogue", "judgement"]
BASES: tuple[Basis, ...] = get_args(Basis)
"""On what a threshold or a presumption rests. Law and opinion must look different to a reader."""

CASE_KEYS = frozenset(
    {"case", "title", "as_of", "summary", "authors", "second_reader", "reply"}
    | {"language", "translations"}
    | {"sources", "scenarios", "outcome"}
)
"""Keys of a case file that are not facts; no section or list fact may be called so."""


@dataclass(frozen=True, slots=True)
class FactType:
    """What values a fact takes. `members` are enum values; `element` is what a set holds.

    `labels` are words for members that do not read well as they are.
    """

    kind: Kind
    members: tuple[str, ...] = ()
    element: Literal["", "enum", "country"] = ""
    record: str = ""
    labels: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        if self.kind == "set":
            return f"set of {self.element}"
        return f"list of {self.record}" if self.kind == "list" else self.kind


@dataclass(frozen=True, slots=True)
class DeclaredPresumption:
    """What a careful reader takes a fact to be while nobody has shown it, as it is written.

    `value` is untyped; it is None where only an incomplete list or set is taken to be complete.
    `when` is the condition under which the presumption holds, empty where it always does.
    """

    because: str
    basis: Basis
    value: Node | None = None
    when: str = ""
    position: Position = field(default=Position(""), compare=False)


@dataclass(frozen=True, slots=True)
class FactDeclaration:
    """One entry of the catalogue. `path` of a record's field is `record.field`.

    `hint` tells the analyst how to write the answer; briefs leave it out. `cost` says how hard a
    change is to agree, from 1 to 5; `reachable` are the values that talks can bring about, of a set
    the members that they can add (None: all). `already` is the condition under which the fact lies
    in the past and can't be changed any more. `act` says what the parties themselves can do where
    another body decides. Of several `presumptions` the first that holds
    counts. `worst_first` orders the values, where those of several countries may be stated; of
    numbers and dates it is "highest" or "lowest", and of lists and sets, whose entries are put
    together, nothing. `sentences` are its words in a pack that has sentences.
    """

    path: str
    type: FactType
    label: str
    ask: str
    hint: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    answer_from: Source | None = None
    when: tuple[str, ...] = ()
    first: bool = False
    only_if: str = ""
    cost: int | None = None
    reachable: tuple[bool | str, ...] | None = None
    already: str = ""
    act: str = ""
    presumptions: tuple[DeclaredPresumption, ...] = ()
    worst_first: WorstFirst = ""
    sentences: Sentences | None = None
    position: Position = field(default=Position(""), compare=False)

    @property
    def may_differ(self) -> bool:
        """True where what holds for several countries may be stated for each of them."""
        return bool(self.worst_first) or self.type.kind in ("set", "list")

    @property
    def negotiable(self) -> bool:
        """True where the parties can change the fact."""
        return self.cost is not None

    @property
    def section(self) -> str:
        """The part of the path before the first dot."""
        return self.path.partition(".")[0]


@dataclass(frozen=True, slots=True)
class DeclaredCheck:
    """A condition under which a case file contradicts itself, and what is said then."""

    when: str
    says: str
    position: Position


@dataclass(frozen=True)
class Catalogue:
    """Every declared fact, by path, in the order of the file."""

    facts: Mapping[str, FactDeclaration]
    records: Mapping[str, Mapping[str, FactDeclaration]]
    sections: Mapping[str, str]
    organisations: Mapping[str, str]
    file: str = ""
    checks: tuple[DeclaredCheck, ...] = ()
    has_sentences: bool = False
    """True where the pack words its facts in `says.yaml`."""

    @cached_property
    def section_names(self) -> frozenset[str]:
        """Names that stand at the top of a case file for facts."""
        return frozenset(path.partition(".")[0] for path in self.facts)

    @cached_property
    def actors(self) -> tuple[str, ...]:
        """Every word that may name a party: the codes of states, then declared organisations."""
        return (*sorted(country_codes()), *sorted(self.organisations))

    @cached_property
    def tails(self) -> Mapping[str, str]:
        """The path of each fact by its last word alone, as who forgets the section writes it."""
        return {path.rpartition(".")[2]: path for path in self.facts}

    def nearest(self, path: str, beside: Sized = ()) -> str:
        """Return the declared path closest to `path`, or an empty text (see `nearest_name`)."""
        return nearest_name(path, self.facts, beside)

    def resolve(self, path: str) -> FactDeclaration | None:
        """Return the declaration of a fact or of an element's field (`activities[0].place`)."""
        if path in self.facts:
            return self.facts[path]
        owner = owner_of(path)
        if owner == path or owner not in self.facts:
            return None
        return self.records.get(self.facts[owner].type.record, {}).get(field_of(path))
