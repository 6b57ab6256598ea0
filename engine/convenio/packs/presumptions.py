"""What a pack presumes of facts that nobody has shown (docs/semantics.md, "Readings")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from convenio.errors import Position, Problem
from convenio.facts.case import StatedFact
from convenio.facts.catalogue import Basis, Catalogue, DeclaredPresumption
from convenio.facts.models import FactModels
from convenio.facts.statements import StatementReader
from convenio.language import syntax as s
from convenio.language.types import Scope
from convenio.messages import say
from convenio.packs.conditions import read_condition


@dataclass(frozen=True, slots=True)
class Presumption:
    """A rebuttable presumption about one fact.

    `value` is what the fact is taken to be; None where a list or set that may go on is taken to be
    complete. `when` is evaluated on what the case states; None: it always holds.
    """

    path: str
    because: str
    basis: Basis
    value: StatedFact | None
    when: s.Expression | None = None


Presumptions = Mapping[str, tuple[Presumption, ...]]
"""The presumptions of a pack by fact; of several the first that holds counts."""


class PresumptionReader:
    """Types the presumptions of a catalogue; everything that is wrong goes to `problems`."""

    def __init__(self, catalogue: Catalogue, models: FactModels, problems: list[Problem]) -> None:
        self._catalogue = catalogue
        self._models = models
        self._problems = problems
        self._scope = Scope(catalogue, flags_allowed=False)

    def read(self) -> Presumptions:
        """Return the presumptions of every fact that has some."""
        for name, record in self._catalogue.records.items():
            for field, declaration in record.items():
                if declaration.presumptions:
                    self._fault(
                        declaration.position,
                        f"records.{name}.{field}.presume",
                        say("presumptions are about facts, not about fields of a list's entries"),
                    )
        return {
            path: tuple(self._typed(path, declaration.presumptions))
            for path, declaration in self._catalogue.facts.items()
            if declaration.presumptions
        }

    def _typed(self, path: str, declared: tuple[DeclaredPresumption, ...]) -> Iterator[Presumption]:
        for one in declared:
            value = None if one.value is None else self._value(path, one)
            yield Presumption(path, one.because, one.basis, value, self._condition(path, one))

    def _value(self, path: str, one: DeclaredPresumption) -> StatedFact | None:
        assert one.value is not None
        reader = StatementReader(self._catalogue, self._models)
        stated = reader.path(path, one.value, one.value.position)
        for problem in reader.problems:
            self._fault(
                problem.position,
                f"{path}.presume",
                problem.message,
                problem.expected,
                problem.found,
                problem.nearest,
            )
        if stated is not None and stated.state != "known":
            self._fault(one.value.position, f"{path}.presume", say("a value is expected"))
        elif stated is not None and not stated.complete:
            self._fault(one.value.position, f"{path}.presume", say("what is presumed is complete"))
        elif stated is not None and stated.elements:
            message = say("entries can't be presumed: a list may be presumed empty")
            self._fault(one.value.position, f"{path}.presume", message)
        return stated

    def _condition(self, path: str, one: DeclaredPresumption) -> s.Expression | None:
        if not one.when:
            return None
        where = f"{path}.presume.when"
        return read_condition(one.when, one.position, where, self._scope, self._problems)

    def _fault(
        self,
        position: Position,
        path: str,
        message: str,
        expected: str = "",
        found: str = "",
        nearest: str = "",
    ) -> None:
        self._problems.append(Problem(position, path, message, expected, found, nearest))
