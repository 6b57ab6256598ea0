"""Runs the tests that rules carry, and says which level no test makes true, false or unknown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from convenio.assessment.assessing import assess
from convenio.assessment.cases import read_facts
from convenio.assessment.finding import Finding
from convenio.authoring.missing_sentences import missing_sentences
from convenio.authoring.translations import check_translations
from convenio.errors import CaseError, Position
from convenio.facts.case import Case
from convenio.language.truth import Truth
from convenio.packs.pack import Pack
from convenio.packs.rule import Rule, RuleTest

DEFAULT_AS_OF = dt.date(2020, 1, 1)
"""The date of the case in a test that names none."""

_WORDS: dict[Truth, str] = {True: "true", False: "false", None: "unknown"}


@dataclass(frozen=True, slots=True)
class TestFailure:
    """One thing that a rule's tests show to be wrong, or a fact (`rule`) that is not in words."""

    rule: str
    position: Position
    message: str

    def __str__(self) -> str:
        return f"{self.position}: {self.rule}: {self.message}"


@dataclass(frozen=True, slots=True)
class TestReport:
    """How many tests ran, and what failed."""

    rules: int
    tests: int
    failures: tuple[TestFailure, ...]


def run_rule_tests(pack: Pack, only: Sequence[str] = ()) -> TestReport:
    """Run the tests of all rules, or of those named in `only`.

    With all rules, what a pack with sentences leaves unsaid fails too, and what its translations
    lack or word against its glossary.
    """
    rules = [rule for rule in pack.rules if not only or rule.id in only]
    failures = [failure for rule in rules for failure in _check_rule(rule, pack)]
    if not only:
        failures += (
            TestFailure(one.path, one.position, one.message) for one in missing_sentences(pack)
        )
        failures += (
            TestFailure(one.path, one.position, f"{one.message}: {one.found}")
            for one in check_translations(pack)
        )
    return TestReport(len(rules), sum(len(rule.tests) for rule in rules), tuple(failures))


def _check_rule(rule: Rule, pack: Pack) -> Iterator[TestFailure]:
    findings: list[Finding] = []
    for test in rule.tests:
        try:
            finding = _finding(rule, test, pack)
        except CaseError as fault:
            for problem in fault.problems:
                yield TestFailure(rule.id, problem.position, str(problem).partition(": ")[2])
            continue
        findings.append(finding)
        found = describe(finding)
        if not _meets(finding, test.expect):
            yield TestFailure(rule.id, test.position, f"expected {test.expect}, found {found}")
    yield from _uncovered(rule, findings)


def _finding(rule: Rule, test: RuleTest, pack: Pack) -> Finding:
    case = Case(
        id="rule-test",
        title="Rule test",
        as_of=test.as_of or DEFAULT_AS_OF,
        facts=read_facts(pack, test.given),
        digest="",
        file=test.position.file,
    )
    return assess(case, pack, "reference").finding(rule.id)


def describe(finding: Finding) -> str:
    """Return a verdict as `expect` writes it: `medium`, `medium..high`, `unknown..high`, …"""
    if finding.rule.kind == "mitigating":
        return {"flag": "in_force", "clear": "not_in_force"}.get(finding.verdict, finding.verdict)
    if finding.verdict == "flag":
        if finding.severity == finding.severity_ceiling:
            return str(finding.severity)
        return f"{finding.severity}..{finding.severity_ceiling}"
    if finding.verdict == "unknown":
        return f"unknown..{finding.severity_ceiling}"
    return finding.verdict


def _meets(finding: Finding, expected: str) -> bool:
    found = describe(finding)
    if expected == found or (expected, found) == ("clear", "not_in_force"):
        return True
    return expected == "unknown" and finding.verdict == "unknown"


def _uncovered(rule: Rule, findings: Sequence[Finding]) -> Iterator[TestFailure]:
    for index, (severity, _) in enumerate(rule.levels):
        seen = {f.levels[index][1].truth for f in findings if f.applies.truth is not False}
        for truth, word in _WORDS.items():
            if truth not in seen:
                name = severity or "when"
                yield TestFailure(rule.id, rule.position, f"no test makes '{name}' {word}")
