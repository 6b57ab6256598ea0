"""Holds a pack against readings: does it say of known deals what careful readers say?

Readings give a family of a case one of three levels: low, moderate, high. A pack's critical is
read as high, and a family in which nothing applies as low.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from convenio.assessment.assessment import Assessment
from convenio.assessment.cases import load_case
from convenio.assessment.engine import Engine
from convenio.assessment.presumed import presumed_case
from convenio.backends import reference
from convenio.backends.outcome import encode
from convenio.documents import read_document
from convenio.documents.models import validate
from convenio.errors import CaseError, UsageError
from convenio.facts.case import Case
from convenio.language.formula import AnyOf
from convenio.language.truth import TRUTH_OF
from convenio.messages import say
from convenio.packs.compile import CompiledPack
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating, Reading

Level = Literal["low", "moderate", "high"]
LEVELS: tuple[Level, ...] = ("low", "moderate", "high")

_LEVEL_OF: Mapping[Rating, Level] = {
    "not_assessed": "low",
    "low": "low",
    "moderate": "moderate",
    "high": "high",
    "critical": "high",
}


class _FamilyReading(BaseModel):
    model_config = ConfigDict(extra="forbid")
    median: Level
    readers: list[Level] = Field(min_length=1)
    reasons: list[str] = []


class _ReadingsFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    about: str
    readings: dict[str, dict[str, _FamilyReading]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One family of one case: what readers say (their median), and what the pack says."""

    case: str
    family: str
    read: Level
    found: Level
    readers: tuple[Level, ...]
    reasons: tuple[str, ...]
    findings: tuple[str, ...]

    @property
    def distance(self) -> int:
        """How many steps the pack is above the readers; below is negative."""
        return LEVELS.index(self.found) - LEVELS.index(self.read)


@dataclass(frozen=True, slots=True)
class Influence:
    """What leaving out one rule or presumption does.

    `helped` and `harmed` are the cases and families of which the agreement is lost, or won, without
    it.
    """

    name: str
    helped: tuple[tuple[str, str], ...]
    harmed: tuple[tuple[str, str], ...]

    @property
    def gain(self) -> int:
        """How many verdicts agree because of it, less those that disagree because of it."""
        return len(self.helped) - len(self.harmed)

    @property
    def cases(self) -> frozenset[str]:
        """The cases in which it matters."""
        return frozenset(case for case, _ in (*self.helped, *self.harmed))


@dataclass(frozen=True)
class Calibration:
    """How a pack fares against readings. `about` is what the readings say of themselves."""

    pack: Pack
    reading: Reading
    about: str
    verdicts: tuple[Verdict, ...]
    influences: tuple[Influence, ...]
    left_out: tuple[Verdict, ...]
    """Verdicts on each deal by the pack without what matters to that deal alone."""

    @property
    def families(self) -> tuple[str, ...]:
        """The families that were read, in the pack's order."""
        read = {verdict.family for verdict in self.verdicts}
        return tuple(family for family in self.pack.families if family in read)

    def of(self, family: str) -> tuple[Verdict, ...]:
        """Return the verdicts of one family."""
        return tuple(verdict for verdict in self.verdicts if verdict.family == family)


def calibrate(
    pack: Pack,
    cases: Sequence[Path],
    readings: Path,
    reading: Reading = "presumed",
    influences: bool = True,
) -> Calibration:
    """Return how the ratings of a pack agree with readings of the same cases.

    `cases` are folders of case files, the first that has a case counts. Without `influences`, what
    each rule and each presumption does is not looked at, which takes most of the time.

    Raises UsageError where a case that was read has no file, or the readings are wrong.
    """
    content = validate(_ReadingsFile, read_document(readings, UsageError).root, UsageError)
    subjects = [
        (case, content.readings[name]) for name, case in _cases(pack, cases, content.readings)
    ]
    bench = _Bench(pack, reading)
    verdicts = tuple(v for case, read in subjects for v in bench.verdicts(case, read))
    found = tuple(bench.influences(subjects, verdicts)) if influences else ()
    own = {c.id: frozenset(i.name for i in found if i.cases == {c.id}) for c, _ in subjects}
    left_out = tuple(v for case, read in subjects for v in bench.verdicts(case, read, own[case.id]))
    return Calibration(pack, reading, content.about, verdicts, found, left_out)


def _cases(
    pack: Pack, folders: Sequence[Path], names: Mapping[str, object]
) -> Iterator[tuple[str, Case]]:
    for name in names:
        files = [folder / f"{name}.yaml" for folder in folders]
        file = next((file for file in files if file.is_file()), None)
        if file is None:
            looked = ", ".join(map(str, folders))
            raise UsageError(
                say("there is no case file of {name} in {looked}", name=name, looked=looked)
            )
        try:
            yield name, load_case(file, pack)
        except CaseError as fault:
            raise UsageError(fault.problems) from None


class _Bench:
    """Rates cases by one pack, also with some of its rules or presumptions left out."""

    def __init__(self, pack: Pack, reading: Reading) -> None:
        self._pack = pack
        self._reading = reading
        self._engine = Engine(pack, "reference").compile()
        self._order = self._engine.order
        self._truths: dict[tuple[str, frozenset[str]], bytes] = {}

    def verdicts(
        self, case: Case, read: Mapping[str, _FamilyReading], without: frozenset[str] = frozenset()
    ) -> Iterator[Verdict]:
        """Yield a verdict for each family that was read."""
        found = self._levels(case, without)
        findings = None if without else self._engine.assess(case)
        for family, reading in read.items():
            yield Verdict(
                case.id,
                family,
                reading.median,
                found[family],
                tuple(reading.readers),
                tuple(reading.reasons),
                _flagged(findings, family, self._reading) if findings is not None else (),
            )

    def influences(
        self,
        subjects: Sequence[tuple[Case, Mapping[str, _FamilyReading]]],
        verdicts: Sequence[Verdict],
    ) -> Iterator[Influence]:
        """Yield what leaving out each rule, and each presumption, does to the agreement."""
        agreed = {(v.case, v.family): v.distance == 0 for v in verdicts}
        names = [rule.id for rule in self._pack.rules]
        names += self._pack.presumptions if self._reading == "presumed" else ()
        for name in names:
            helped: list[tuple[str, str]] = []
            harmed: list[tuple[str, str]] = []
            for case, read in subjects:
                found = self._levels(case, frozenset([name]))
                for family, reading in read.items():
                    now = found[family] == reading.median
                    if now != agreed[case.id, family]:
                        (harmed if now else helped).append((case.id, family))
            yield Influence(name, tuple(helped), tuple(harmed))

    def _levels(self, case: Case, without: frozenset[str]) -> dict[str, Level]:
        rules = without & self._pack.by_id.keys()
        truths = self._truths_of(case, without - rules)
        if rules:
            compiled = _without(self._pack.compiled, rules)
            facts = dict(zip(compiled.fact_atoms, map(TRUTH_OF.__getitem__, truths), strict=True))
            codes = encode(reference.infer(compiled, facts), self._order)
            ratings = self._engine.rate(codes)
        else:
            _, ratings = self._engine.ratings(truths)
        is_possible = self._reading == "possible"
        return {
            family: _LEVEL_OF[rating.ceiling if is_possible else rating.floor]
            for family, rating in ratings.items()
        }

    def _truths_of(self, case: Case, presumptions: frozenset[str]) -> bytes:
        key = case.id, presumptions
        if key not in self._truths:
            taken = case
            if self._reading == "presumed":
                taken = presumed_case(case, self._pack, presumptions).case
            self._truths[key] = self._engine.truths(taken)
        return self._truths[key]


def _without(pack: CompiledPack, rules: frozenset[str]) -> CompiledPack:
    """Return the rules of a pack with some of them never applying."""
    never = AnyOf(())
    return replace(
        pack,
        strata=tuple(
            tuple(replace(rule, applies=never) if rule.id in rules else rule for rule in stratum)
            for stratum in pack.strata
        ),
    )


def _flagged(found: Assessment, family: str, reading: Reading) -> tuple[str, ...]:
    """Return the findings of a family, the worst first, as `SOV-003 high`."""
    outcomes = found.presumed_outcomes if reading == "presumed" else found.outcomes
    named = []
    for rule in found.pack.rules:
        outcome = outcomes[rule.id]
        severity = outcome.ceiling if reading == "possible" else outcome.severity
        if rule.family == family and rule.kind != "mitigating" and severity is not None:
            named.append(f"{rule.id} {severity}")
    return tuple(named)


# --- figures ---------------------------------------------------------------------------------


def agreement(verdicts: Sequence[Verdict]) -> float:
    """Return the share of verdicts in which pack and readers agree."""
    return sum(v.distance == 0 for v in verdicts) / len(verdicts)


def off_by_two(verdicts: Sequence[Verdict]) -> int:
    """Return how often one says low and the other high."""
    return sum(abs(v.distance) == 2 for v in verdicts)


def confusion(verdicts: Sequence[Verdict]) -> list[list[int]]:
    """Return how often readers say one level (rows) and the pack another (columns)."""
    return [
        [sum(v.read == read and v.found == found for v in verdicts) for found in LEVELS]
        for read in LEVELS
    ]


def weighted_kappa(verdicts: Sequence[Verdict]) -> float:
    """Return Cohen's kappa with linear weights: agreement beyond chance, a step counting half.

    Cohen, J. (1968), Weighted kappa, Psychological Bulletin 70(4). It is 1 where all agree, and
    where both say one level throughout.
    """
    table = confusion(verdicts)
    count = len(verdicts)
    rows = [sum(row) for row in table]
    columns = [sum(column) for column in zip(*table, strict=True)]
    places = [(i, j) for i in range(len(LEVELS)) for j in range(len(LEVELS))]
    observed = sum(abs(i - j) * table[i][j] for i, j in places) / count
    expected = sum(abs(i - j) * rows[i] * columns[j] for i, j in places) / count**2
    return 1.0 if expected == 0 else 1 - observed / expected


def commonest(verdicts: Sequence[Verdict]) -> float:
    """Return the agreement of always saying what readers say most often."""
    return max(sum(v.read == level for v in verdicts) for level in LEVELS) / len(verdicts)
