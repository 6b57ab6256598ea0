"""What was decided on a deal: by whom, on which assessment, and whether that still stands."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from convenio.assessment.asked import asked_data
from convenio.assessment.assessment import Assessment
from convenio.documents import Document
from convenio.documents.models import validate
from convenio.errors import UsageError
from convenio.messages import Message, say
from convenio.packs.policy import RATINGS, Rating, rank

_Schema = Literal["convenio/decision/1"]
SCHEMA: _Schema = "convenio/decision/1"
Choice = Literal["approve", "conditions", "decline"]
CHOICES: tuple[Choice, ...] = ("approve", "conditions", "decline")

_Line = Annotated[str, Field(min_length=1, max_length=300)]
_Story = Annotated[str, Field(min_length=1, max_length=10_000)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Dissent(_Part):
    """Who disagreed, and why."""

    by: _Line
    reason: _Story


class Reply(_Part):
    """What the ministry replies to one finding."""

    rule: _Line
    reply: _Story


class Subject(_Part):
    """A case or a pack, by identifier and digest."""

    id: _Line
    digest: _Line
    version: str = ""


class Decision(_Part):
    """A decision on a deal, with the digests of what it rests on.

    `approval` is who has to decide at this rating, as the pack says; `overrules` that the decision
    goes against what the scale of the pack advises.
    """

    decision_schema: _Schema = Field(alias="schema")
    case: Subject
    pack: Subject
    assessment: _Line
    rating: Rating
    approval: str
    decision: Choice
    on: dt.date
    by: _Line
    role: str = ""
    reason: _Story
    overrules: bool
    conditions: list[_Story] = []
    dissent: list[Dissent] = []
    replies: list[Reply] = []

    def as_data(self) -> dict[str, Any]:
        """Return the decision as plain data, in the order of its fields."""
        data = self.model_dump(mode="json", by_alias=True, exclude_defaults=False)
        return {key: value for key, value in data.items() if value not in ("", [])}


def decide(
    assessment: Assessment,
    choice: Choice,
    on: dt.date,
    by: str,
    reason: str,
    **more: Any,
) -> Decision:
    """Return a decision on an assessment.

    `more` are `role`, `conditions`, `dissent`, `replies`. Raises UsageError where a decision under
    conditions names none, where a reply is to no finding, or where it would overrule the advice
    without a reason of at least twenty characters.
    """
    case, pack, rating = assessment.case, assessment.pack, assessment.headline
    overrules = choice == "approve" and rating in RATINGS and rank(rating) >= rank("high")
    if choice == "conditions" and not more.get("conditions"):
        raise UsageError(say("a decision under conditions names them: --condition TEXT"))
    if choice == "decline" and more.get("conditions"):
        raise UsageError(say("a deal that is declined has no conditions"))
    if on < case.as_of:
        raise UsageError(
            say("it was decided before the date of the case, {day}", day=case.as_of.isoformat())
        )
    if overrules and len(reason.strip()) < _SHORTEST_REASON:
        raise UsageError(
            say(
                "this approves a deal that is rated {rating}, against the advice: --reason has to "
                "say why",
                rating=rating,
            )
        )
    for reply in more.get("replies", ()):
        if reply["rule"] not in pack.by_id:
            raise UsageError(say("--reply names no rule of the pack: {rule}", rule=reply["rule"]))
    return Decision(
        schema=SCHEMA,
        case=Subject(id=case.id, digest=case.digest),
        pack=Subject(id=pack.id, digest=pack.digest, version=pack.version),
        assessment=assessment_digest(assessment),
        rating=rating,
        approval=pack.approval.get(rating, ""),
        decision=choice,
        on=on,
        by=by,
        reason=reason,
        overrules=overrules,
        **more,
    )


_SHORTEST_REASON = 20


def assessment_digest(assessment: Assessment) -> str:
    """Return the digest of what an assessment says: every rule's outcome, and what was asked.

    It is the same in every language and version that gives the same verdicts.
    """
    told = {
        "case": assessment.case.digest,
        "pack": assessment.pack.digest,
        "asked": asked_data(assessment.case, assessment.pack),
        "rating": [assessment.floor, assessment.presumed, assessment.ceiling],
        "rules": {
            rule: [outcome.verdict, outcome.severity, outcome.ceiling]
            for rule, outcome in sorted(assessment.outcomes.items())
        },
    }
    text = json.dumps(told, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def read_decision(document: Document) -> Decision:
    """Read a decision file. Raises UsageError with what is wrong in it."""
    return validate(Decision, document.root, UsageError)


def decision_of(data: Any) -> Decision:
    """Make a decision again from what `as_data` gave. Raises UsageError where it is none."""
    try:
        return Decision.model_validate(data)
    except ValidationError:
        raise UsageError(say("the decision of the page can't be read: it was altered")) from None


def what_changed(decision: Decision, assessment: Assessment) -> Iterator[Message]:
    """Yield what is no longer as it was when a decision was taken; nothing where all stands."""
    case, pack = assessment.case, assessment.pack
    if decision.case.id != case.id:
        yield say("it is about another case: {id}", id=decision.case.id)
        return
    if decision.case.digest != case.digest:
        yield say("the case file has changed since")
    if decision.pack.digest != pack.digest:
        same = decision.pack.version == pack.version
        moved = say("the rules have changed since, under the same version {old}", old=pack.version)
        if not same:
            moved = say(
                "the rules have changed since: {old}, now {new}",
                old=decision.pack.version,
                new=pack.version,
            )
        yield moved
    if decision.rating != assessment.headline:
        yield say("the rating was {old} and is {new}", old=decision.rating, new=assessment.headline)
    elif decision.assessment != assessment_digest(assessment):
        yield say("some verdict is another, although the rating is the same")
