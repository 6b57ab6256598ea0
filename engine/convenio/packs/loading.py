"""Reads a pack's folder: `pack.yaml`, `facts.yaml` and one file of rules for each family."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from convenio.documents import Document, read_document
from convenio.documents import Mapping as MappingNode
from convenio.documents.models import position_at, validate
from convenio.errors import PackError, Position, Problem, nearest_name
from convenio.facts.catalogue import Catalogue
from convenio.facts.catalogue_file import load_catalogue
from convenio.facts.models import FactModels
from convenio.language import syntax as s
from convenio.language.types import Scope, check_condition
from convenio.messages import say
from convenio.packs.checks import read_checks
from convenio.packs.compile import CircularError, stratum_of
from convenio.packs.conditions import read_condition
from convenio.packs.constitutions import Constitutions, read_constitutions
from convenio.packs.context import ContextReader, ContextTable
from convenio.packs.folders import context_files, find_pack
from convenio.packs.law import LawRegister, read_laws, unregistered
from convenio.packs.pack import CROSS, Pack
from convenio.packs.policy import RATINGS, Rating, RatingPolicy, Requirement, Scale
from convenio.packs.presumptions import PresumptionReader
from convenio.packs.rule import Rule, Severity
from convenio.packs.rule_file import RuleReader
from convenio.packs.says import MAX_WORDS, MAX_WORDS_TRANSLATED, with_sentences
from convenio.packs.texts import with_texts
from convenio.packs.translations import FOLDER as TRANSLATIONS
from convenio.packs.translations import Translation, read_translation, translation_files

Result = TypeVar("Result")


MAX_FAMILIES = 30
"""Families of one pack: each has a row of its own in every report."""

FamilyName = Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,40}$")]
"""The name of a family, which its file has too; so it leads to no other folder."""


class _Requirement(BaseModel):
    model_config = ConfigDict(extra="forbid")
    at_least: int = Field(ge=1, le=1000)
    severity: Severity


class _Rating(BaseModel):
    model_config = ConfigDict(extra="forbid")
    critical: list[_Requirement] = []
    high: list[_Requirement] = []
    moderate: list[_Requirement] = []
    overall: str = Field(pattern="^worst_family$")


class _Scale(BaseModel):
    model_config = ConfigDict(extra="forbid")
    levels: dict[Rating, str]
    families: dict[str, dict[Rating, str]]


class _PackFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    id: str = Field(pattern="^[a-z0-9][a-z0-9-]{0,60}$")
    version: str = Field(pattern=r"^\d+\.\d+\.\d+$")
    title: str
    language: str = Field(default="en", pattern="^[a-z]{2}$")
    currency: str = Field(pattern="^[A-Z]{3}$")
    families: list[FamilyName] = Field(min_length=1, max_length=MAX_FAMILIES)
    rating: _Rating
    scale: _Scale | None = None
    approval: dict[Rating, Annotated[str, Field(min_length=1, max_length=300)]] = {}


def load_pack(name: str | Path = "core", context: Sequence[Path] = (), language: str = "") -> Pack:
    """Load a pack by name or folder, with every condition parsed and type-checked.

    `context` are folders with further dated tables, such as those that `convenio context import`
    makes of published indices. `language`, such as `es`, takes the pack's words from its
    translation; verdicts and digest are the same in each. Without it they stand as written.

    Raises PackError with all problems of all its files, UsageError where there is no such pack.

    >>> load_pack("core").currency
    'USD'
    >>> load_pack("core", language="pt").by_id["SOV-003"].id
    'SOV-003'
    """
    return _PackReader(find_pack(str(name)), tuple(context), language).read()


class _PackReader:
    def __init__(self, folder: Path, context: tuple[Path, ...], language: str) -> None:
        self._folder = folder
        self._context_folders = context
        self._digests: dict[str, str] = {}
        self._files: dict[str, Path] = {}
        self._problems: list[Problem] = []
        self._translation: Translation | None = None
        self._language = language

    def read(self) -> Pack:
        translations = self._translations()
        pack_document = self._document("pack.yaml")
        declared = self._collected(lambda: validate(_PackFile, pack_document.root, PackError))
        if declared is not None:
            self._check_policy(declared, pack_document)
        own_language = declared.language if declared is not None else "en"
        catalogue = self._collected(self._catalogue)
        if declared is None or catalogue is None:
            raise PackError(_in_order(self._problems))
        models = FactModels(catalogue)
        reader = RuleReader(catalogue, models, self._problems)
        rules: list[Rule] = []
        for family in declared.families:
            document = self._collected(partial(self._document, f"{family}.yaml"))
            if document is not None:
                rules.extend(reader.family(family, document))
        guards = self._guards(catalogue)
        past = self._past(catalogue)
        presumptions = PresumptionReader(catalogue, models, self._problems).read()
        checks = read_checks(catalogue, self._problems)
        constitutions = self._collected(self._constitutions) or Constitutions()
        laws = (self._collected(self._laws) or LawRegister()).with_constitutions(constitutions)
        for rule in rules if laws.laws else ():
            self._problems.extend(unregistered(rule, laws))
        context = tuple(self._context(catalogue, models))
        _check_rules(rules, catalogue, tuple(declared.families), self._problems)
        if self._problems:
            raise PackError(_in_order(self._problems))
        return Pack(
            id=declared.id,
            version=declared.version,
            title=declared.title,
            currency=declared.currency,
            families=tuple(declared.families),
            policy=_policy(declared.rating),
            scale=_scale(declared),
            catalogue=catalogue,
            rules=tuple(rules),
            guards=guards,
            past=past,
            presumptions=presumptions,
            laws=laws,
            constitutions=constitutions,
            context=context,
            checks=checks,
            digest=self._digest(),
            folder=self._folder,
            files=self._files,
            models=models,
            language=self._language if self._translation is not None else own_language,
            approval={str(rating): who for rating, who in declared.approval.items()},
            languages=tuple(sorted({own_language, *translations})),
            untranslated=len(self._translation.missing) if self._translation is not None else 0,
        )

    def _translations(self) -> Mapping[str, Path]:
        """Note the translations, which belong to the pack, and read the one that is asked for."""
        found = self._collected(lambda: translation_files(self._folder)) or {}
        for language, file in found.items():
            name = f"{TRANSLATIONS}/{file.name}"
            self._files[name] = file
            self._digests[name] = "sha256:" + hashlib.sha256(file.read_bytes()).hexdigest()
            if language == self._language:
                self._translation = self._collected(partial(read_translation, file))
        return found

    def _collected(self, task: Callable[[], Result]) -> Result | None:
        """Return what a task gives; where it fails, keep its problems and return None."""
        try:
            return task()
        except PackError as fault:
            self._problems.extend(fault.problems)
            return None

    def _document(self, name: str) -> Document:
        return self._read(self._folder / name, name)

    def _read(self, path: Path, name: str) -> Document:
        leads_out = not path.resolve().is_relative_to(self._folder.resolve())
        if path.is_relative_to(self._folder) and path.is_symlink() and leads_out:
            raise PackError(
                [Problem(Position(str(path)), "", say("the file lies outside the pack"))]
            )
        document = read_document(path, PackError)
        self._digests[name] = document.digest
        self._files[name] = path
        return (
            document if self._translation is None else with_texts(name, document, self._translation)
        )

    def _catalogue(self) -> Catalogue:
        document = self._document("facts.yaml")
        if not isinstance(document.root, MappingNode):
            raise PackError(
                [Problem(document.root.position, "", say("the catalogue is a mapping"))]
            )
        catalogue = load_catalogue(document.root, document.file)
        if not (self._folder / "says.yaml").exists():
            return catalogue
        worded = self._collected(lambda: self._worded(catalogue))
        return catalogue if worded is None else worded

    def _worded(self, catalogue: Catalogue) -> Catalogue:
        """Put the sentences on the facts; without them labels and member names stand."""
        longest = MAX_WORDS if self._translation is None else MAX_WORDS_TRANSLATED
        return with_sentences(self._document("says.yaml"), catalogue, self._problems, longest)

    def _laws(self) -> LawRegister:
        """Read the register of laws, which a pack may leave out."""
        if not (self._folder / "law.yaml").exists():
            return LawRegister()
        return read_laws(self._document("law.yaml"), self._problems)

    def _constitutions(self) -> Constitutions:
        """Read the constitutions, which a pack may leave out."""
        if not (self._folder / "constitutions.yaml").exists():
            return Constitutions()
        return read_constitutions(self._document("constitutions.yaml"), self._problems)

    def _context(self, catalogue: Catalogue, models: FactModels) -> Iterator[ContextTable]:
        """Read the dated tables: those of the pack, if it has some, and those given besides."""
        reader = ContextReader(catalogue, models, self._problems)
        for file in context_files(self._folder, self._context_folders):
            document = self._collected(partial(self._read, file, f"context/{file.name}"))
            if document is not None:
                table = self._collected(partial(reader.read, file.stem, document))
                if table is not None:
                    yield table

    def _guards(self, catalogue: Catalogue) -> dict[str, s.Expression]:
        only_if = {path: fact.only_if for path, fact in catalogue.facts.items()}
        guards = self._conditions(catalogue, only_if, "only_if")
        for path, guard in guards.items():
            chained = [other for other in s.paths_of(guard) if other in guards]
            if chained:
                self._problems.append(
                    Problem(
                        catalogue.facts[path].position,
                        f"{path}.only_if",
                        say("may not depend on a fact that has an only_if itself"),
                        found=chained[0],
                    )
                )
        return guards

    def _past(self, catalogue: Catalogue) -> dict[str, s.Expression]:
        already = {path: fact.already for path, fact in catalogue.facts.items()}
        return self._conditions(catalogue, already, "negotiable.already")

    def _conditions(
        self, catalogue: Catalogue, written: dict[str, str], key: str
    ) -> dict[str, s.Expression]:
        """Parse and type the conditions that facts have under one key, by path."""
        scope = Scope(catalogue, flags_allowed=False)
        found: dict[str, s.Expression] = {}
        for path, text in written.items():
            if not text:
                continue
            position = catalogue.facts[path].position
            condition = read_condition(text, position, f"{path}.{key}", scope, self._problems)
            if condition is not None:
                found[path] = condition
        return found

    def _check_policy(self, declared: _PackFile, document: Document) -> None:
        for rating in RATINGS[1:]:
            if not getattr(declared.rating, rating):
                position = position_at(document.root, ("rating",))
                self._problems.append(
                    Problem(position, f"rating.{rating}", say("each rating needs a row"))
                )
        for family in declared.scale.families if declared.scale is not None else ():
            if family not in declared.families:
                position = position_at(document.root, ("scale", "families", family))
                self._problems.append(
                    Problem(
                        position,
                        f"scale.families.{family}",
                        say("no such family"),
                        nearest=nearest_name(family, declared.families),
                    )
                )

    def _digest(self) -> str:
        lines = "".join(f"{name} {digest}\n" for name, digest in sorted(self._digests.items()))
        return "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def _policy(declared: _Rating) -> RatingPolicy:
    rows: dict[Rating, tuple[Requirement, ...]] = {
        rating: tuple(Requirement(r.at_least, r.severity) for r in getattr(declared, rating))
        for rating in RATINGS[1:]
    }
    return RatingPolicy(rows)


def _scale(declared: _PackFile) -> Scale:
    stated = declared.scale
    return Scale() if stated is None else Scale(stated.levels, stated.families)


def _in_order(problems: list[Problem]) -> list[Problem]:
    return sorted(problems, key=lambda p: (p.position.file, p.position.line, p.position.column))


def _check_rules(
    rules: list[Rule], catalogue: Catalogue, families: tuple[str, ...], problems: list[Problem]
) -> None:
    """Check what can be checked only when all rules are known."""
    first: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in first:
            problems.append(
                Problem(
                    rule.position,
                    rule.id,
                    say(
                        "this identifier stands twice; first at {position}",
                        position=first[rule.id].position,
                    ),
                )
            )
        first.setdefault(rule.id, rule)
    known = frozenset(first)
    for rule in rules:
        scope = Scope(catalogue, rules=known, families=frozenset(families) - {rule.family})
        problems.extend(check_condition(rule.applies, scope, f"{rule.id}.applies", problems))
        for version in rule.versions:
            for level in version.levels:
                where = f"{rule.id}.{level.severity or 'when'}"
                problems.extend(check_condition(level.condition, scope, where, problems))
        if rule.kind == "mitigating" and rule.family == CROSS:
            problems.append(
                Problem(rule.position, rule.id, say("a mitigating factor has no place in cross"))
            )
    members = {family: [r.id for r in rules if r.family == family] for family in families}
    try:
        stratum_of(rules, members)
    except CircularError as fault:
        rule = first[fault.circle[0]]
        problems.append(
            Problem(
                rule.position, rule.id, say("flagged(…) goes in a circle: {fault}", fault=fault)
            )
        )
