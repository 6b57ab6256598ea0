"""What nobody has answered yet, and how much rests on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from convenio.assessment.assessment import Assessment
from convenio.facts.case import StatedFact
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.paths import owner_of
from convenio.facts.values import DateSpan
from convenio.messages import say
from convenio.packs.rule import SEVERITIES, Severity

QuestionState = Literal["unknown", "asked", "undisclosed", "conflict", "incomplete", "imprecise"]


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """One fact whose answer could change a verdict.

    `rules` are those that lack it, `ceiling` the worst severity among them that an answer could
    bring or confirm.
    """

    path: str
    state: QuestionState
    declaration: FactDeclaration | None
    fact: StatedFact | None
    rules: tuple[str, ...]
    ceiling: Severity | None

    @property
    def ask(self) -> str:
        """The question as the catalogue words it."""
        if self.state == "incomplete" and self.declaration is not None:
            return say("{list}: is this list complete?", list=self.declaration.label)
        if self.state == "imprecise" and self.declaration is not None and self.fact is not None:
            return say(
                "{date}: on which day ({value})?",
                date=self.declaration.label,
                value=str(self.fact.value),
            )
        return self.declaration.ask if self.declaration else self.path


def open_questions(assessment: Assessment) -> tuple[OpenQuestion, ...]:
    """Return the open facts, those first on which the worst and the most findings rest."""
    rules: dict[str, list[str]] = {}
    worst: dict[str, int] = {}
    for finding in assessment.findings:
        reach = finding.severity_ceiling
        for path in finding.missing:
            rules.setdefault(path, []).append(finding.rule.id)
            if reach is not None:
                worst[path] = max(worst.get(path, -1), SEVERITIES.index(reach))
    catalogue = assessment.pack.catalogue
    order = {path: number for number, path in enumerate(catalogue.facts)}
    stated = {fact.path: fact for fact in assessment.case.walk()}
    questions = [
        OpenQuestion(
            path=path,
            state=_state(stated.get(path)),
            declaration=catalogue.resolve(path),
            fact=stated.get(path),
            rules=tuple(names),
            ceiling=SEVERITIES[worst[path]] if path in worst else None,
        )
        for path, names in rules.items()
    ]
    return tuple(
        sorted(
            questions,
            key=lambda q: (
                -worst.get(q.path, -1),
                -len(q.rules),
                order.get(owner_of(q.path), len(order)),
                q.path,
            ),
        )
    )


def question_about(assessment: Assessment, path: str, rules: Sequence[str]) -> OpenQuestion:
    """Return the question about one open fact; `rules` are those that rest on it."""
    stated = {fact.path: fact for fact in assessment.case.walk()}
    ceilings = [assessment.outcomes[rule].ceiling for rule in rules]
    worst = max((SEVERITIES.index(c) for c in ceilings if c is not None), default=None)
    return OpenQuestion(
        path=path,
        state=_state(stated.get(path)),
        declaration=assessment.pack.catalogue.resolve(path),
        fact=stated.get(path),
        rules=tuple(rules),
        ceiling=None if worst is None else SEVERITIES[worst],
    )


def refused_facts(assessment: Assessment) -> tuple[StatedFact, ...]:
    """Return the facts that the parties refuse to disclose, in file order."""
    return tuple(fact for fact in assessment.case.walk() if fact.undisclosed)


def _state(fact: StatedFact | None) -> QuestionState:
    if fact is None:
        return "unknown"
    if fact.state == "known":
        return "imprecise" if isinstance(fact.value, DateSpan) else "incomplete"
    return fact.state
