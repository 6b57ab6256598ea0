"""Which facts a reader may try: those of this deal that rules read and that are not given."""

from __future__ import annotations

from dataclasses import dataclass

from convenio.assessment.assessment import Assessment
from convenio.assessment.open_questions import open_questions
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.paths import owner_of
from convenio.language import syntax as s


@dataclass(frozen=True)
class Choice:
    """The facts that can be tried: terms that can be negotiated, and facts that are open.

    `left_out` are others of both sorts that no single control can show, lists above all.
    """

    negotiable: tuple[FactDeclaration, ...]
    open: tuple[FactDeclaration, ...]
    left_out: tuple[FactDeclaration, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The facts that can be tried."""
        return tuple(one.path for one in (*self.negotiable, *self.open))


def facts_to_try(assessment: Assessment) -> Choice:
    """Return the facts of a deal that may be tried, in the order of the catalogue."""
    catalogue = assessment.pack.catalogue
    read = _read(assessment)
    asked = {owner_of(question.path) for question in open_questions(assessment)}
    found: dict[str, list[FactDeclaration]] = {"negotiable": [], "open": [], "left out": []}
    for path, declaration in catalogue.facts.items():
        may_be_agreed = declaration.negotiable and path in read and not _is_past(path, assessment)
        if not may_be_agreed and path not in asked:
            continue
        group = "negotiable" if may_be_agreed else "open"
        found[group if _can_be_shown(declaration) else "left out"].append(declaration)
    return Choice(tuple(found["negotiable"]), tuple(found["open"]), tuple(found["left out"]))


def _can_be_shown(declaration: FactDeclaration) -> bool:
    kind = declaration.type
    plain = ("bool", "integer", "number", "money", "date", "enum")
    return kind.kind in plain or (kind.kind == "set" and kind.element == "enum")


def _is_past(path: str, assessment: Assessment) -> bool:
    past = assessment.pack.past.get(path)
    if past is None:
        return False
    return assessment.pack.evaluator(assessment.case).trace(past).truth is True


def _read(assessment: Assessment) -> frozenset[str]:
    """Return the facts that rules read which apply to the deal, or perhaps do."""
    either = (assessment.outcomes, assessment.presumed_outcomes)
    applying = (
        rule
        for rule in assessment.pack.rules
        if any(outcomes[rule.id].verdict != "not_applicable" for outcomes in either)
    )
    return frozenset(
        path
        for rule in applying
        for condition in (rule.scope, *(when for _, when in rule.levels))
        for path in s.paths_of(condition)
    )
