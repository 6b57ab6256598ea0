"""A loaded pack: its facts, its rules in order, its rating policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from convenio.facts.case import Case
from convenio.facts.catalogue import Catalogue
from convenio.facts.models import FactModels
from convenio.language import syntax as s
from convenio.language.evaluate import Evaluator
from convenio.packs.checks import Check
from convenio.packs.compile import CompiledPack, compile_rules
from convenio.packs.constitutions import Constitutions
from convenio.packs.context import ContextTable
from convenio.packs.law import LawRegister
from convenio.packs.policy import RatingPolicy, Scale
from convenio.packs.presumptions import Presumptions
from convenio.packs.rule import Rule

CROSS = "cross"
"""The family that stands above the others: its rules look at findings of several families."""


@dataclass(frozen=True)
class Asked:
    """What a user asks for beside what a pack's files say.

    Without `context`, nothing is filled from dated tables; without `presumptions`, nothing is
    presumed; `presume` holds, by path and written as in a case file, what is presumed in the place
    of what the pack presumes.
    """

    context: bool = True
    presumptions: bool = True
    presume: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Pack:
    """What a case is tested against. `digest` covers every file that was read: `files`, by name.

    `guards` are the `only_if` conditions of facts, `past` those under which a negotiable fact can't
    be changed any more. `asked` tells what a user changed after the files were read. `language` is
    the one that its words stand in, of the `languages` that it has; `untranslated` counts its texts
    that stand in another. `approval` says who has to decide at which rating.
    """

    id: str
    version: str
    title: str
    currency: str
    families: tuple[str, ...]
    policy: RatingPolicy
    scale: Scale
    catalogue: Catalogue
    rules: tuple[Rule, ...]
    guards: Mapping[str, s.Expression]
    past: Mapping[str, s.Expression]
    presumptions: Presumptions
    laws: LawRegister
    constitutions: Constitutions
    context: tuple[ContextTable, ...]
    checks: tuple[Check, ...]
    digest: str
    folder: Path
    files: Mapping[str, Path]
    models: FactModels = field(repr=False, compare=False)
    asked: Asked = Asked()
    approval: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    languages: tuple[str, ...] = ("en",)
    untranslated: int = 0

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        """Rules by identifier."""
        return {rule.id: rule for rule in self.rules}

    @cached_property
    def readers(self) -> Mapping[str, tuple[s.Expression, ...]]:
        """The fact atoms and `only_if` conditions that read each fact, by path."""
        found: dict[str, dict[s.Expression, None]] = {}
        compiled = self.compiled
        for node in (*(compiled.atoms[n] for n in compiled.fact_atoms), *self.guards.values()):
            for path in s.paths_of(node):
                found.setdefault(path, {})[node] = None
        return {path: tuple(nodes) for path, nodes in found.items()}

    def evaluator(self, case: Case) -> Evaluator:
        """Return what evaluates conditions over a case, with this pack's currency and guards."""
        return Evaluator(case, self.currency, self.guards)

    @cached_property
    def compiled(self) -> CompiledPack:
        """The rules in the form that inference engines take."""
        return compile_rules(self.rules)
