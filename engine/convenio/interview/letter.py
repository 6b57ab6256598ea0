"""A letter that asks for what is open: each question with why it is asked, and on what ground."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from convenio.errors import UsageError
from convenio.facts.case import Case
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.paths import entry_of, owner_of
from convenio.interview.form import how_to_answer
from convenio.interview.form_words import FormWords
from convenio.messages import say
from convenio.reports.wording import Wording
from convenio.scenarios.answers.ranking import RankedQuestion, questions

KIND = "convenio/letter/1"
RECIPIENTS = ("ministry", "all")
"""Whom a letter may go to; `all` asks of the country's own record too."""

_ASKED: Mapping[str, tuple[str, ...]] = {
    "ministry": ("ministry", "text", "record"),
    "all": ("ministry", "text", "record", "context"),
}
"""Where the answers are found that a recipient can give; judgements are asked of nobody."""

_MOST_RULES = 3
_DAYS = re.compile(r"([1-9]\d{0,3})d\Z")
_MARK = re.compile(r"convenio/letter/1;(?P<parts>(?: [a-z]+=[^;\s`]+;?)+)")


@dataclass(frozen=True, slots=True)
class Asking:
    """One numbered question. `where` is the fact's path, by which the answer is read back."""

    number: int
    where: str
    ask: str
    why: tuple[str, ...]
    how: str


@dataclass(frozen=True, slots=True)
class Group:
    """Questions whose answers are found in one place."""

    title: str
    questions: tuple[Asking, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """What a letter is of, as it stands in its last line."""

    case: str
    pack: str
    language: str
    on: dt.date
    due: dt.date

    def __str__(self) -> str:
        return (
            f"{KIND}; case={self.case}; pack={self.pack}; lang={self.language}; "
            f"on={self.on.isoformat()}; due={self.due.isoformat()}"
        )


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter, ready to be written as Word or Markdown."""

    title: str
    opening: tuple[str, ...]
    ground_title: str
    ground: tuple[str, ...]
    groups: tuple[Group, ...]
    labels: tuple[str, str, str, str]
    """What stands before the reference, the answer, its place in a document, and a refusal."""
    closing: tuple[str, ...]
    mark: Mark


def letter(
    case: Case, words: FormWords, to: str, on: dt.date, due: dt.date, limit: int | None = None
) -> Letter:
    """Return the letter that asks a recipient for what is open in a case.

    Raises UsageError where nothing is open that the recipient can answer.
    """
    _ = words.wording
    ranked = list(_asked(case, words, to))[:limit]
    if not ranked:
        raise UsageError(say("nothing is open that can be asked there"))
    return Letter(
        title=_("Request for information: {title}").format(title=case.title),
        opening=tuple(_opening(case, _, on, due)),
        ground_title=_("Legal ground"),
        ground=tuple(_ground(case, words, on)),
        groups=tuple(_groups(ranked, words, to)),
        labels=(
            _("Reference"),
            _("Answer"),
            _("Document, article or page"),
            _("Refused, on what ground"),
        ),
        closing=(
            _(
                "A question that stays without an answer after {due} is recorded as asked and not "
                "answered; one that is refused, as not disclosed."
            ).format(due=_.date(due)),
        ),
        mark=Mark(case.id, words.pack.id, _.language, on, due),
    )


def due_date(text: str, on: dt.date) -> dt.date:
    """Return the last day for an answer: `20d`, which are days of the calendar, or a date."""
    match = _DAYS.match(text)
    try:
        due = on + dt.timedelta(int(match[1])) if match else dt.date.fromisoformat(text)
    except (ValueError, OverflowError):
        raise UsageError(
            say("--deadline takes days such as 20d, or a date, not '{text}'", text=text)
        ) from None
    if due <= on:
        raise UsageError(say("--deadline lies before the date of the letter, {on}", on=on))
    return due


def mark_in(text: str) -> Mark | None:
    """Return what a letter is of, from the line that ends it.

    >>> mark_in("convenio/letter/1; case=a; pack=core; lang=es; on=2024-03-01; due=2024-03-21").due
    datetime.date(2024, 3, 21)
    """
    match = _MARK.search(" ".join(text.split()))
    if match is None:
        return None
    parts = dict(part.strip().split("=", 1) for part in match["parts"].strip(" ;").split(";"))
    try:
        days = dt.date.fromisoformat(parts["on"]), dt.date.fromisoformat(parts["due"])
        return Mark(parts["case"], parts["pack"], parts["lang"], *days)
    except (KeyError, ValueError):
        return None


# --- what is asked --------------------------------------------------------------------------


def _asked(case: Case, words: FormWords, to: str) -> Iterator[RankedQuestion]:
    """Yield the open facts that a recipient can tell, those first that could change most."""
    elements = case.facts.get("deal.elements")
    excluded = words.pack.evaluator(case).excluded
    for one in questions(case, words.pack, pairs=0).ranked:
        owner = words.catalogue.facts[owner_of(one.path)]
        stated = case.facts.get(owner.path)
        split = stated is not None and stated.by_country
        is_open = one.question.state in ("unknown", "asked", "imprecise")
        is_raised = not owner.when or elements is None or bool({*owner.when} & {*elements.members})
        if not is_raised or owner.path in excluded:
            continue
        if is_open and owner.answer_from in _ASKED[to] and not split:
            yield one


def _groups(ranked: Iterable[RankedQuestion], words: FormWords, to: str) -> Iterator[Group]:
    by_source: dict[str, list[RankedQuestion]] = {}
    for one in ranked:
        owner = words.catalogue.facts[owner_of(one.path)]
        by_source.setdefault(owner.answer_from or "", []).append(one)
    number = 0
    for source in _ASKED[to]:
        asked: list[Asking] = []
        for one in by_source.get(source, ()):
            number += 1
            asked.append(_asking(number, one, words))
        if asked:
            yield Group(_headings(words.wording)[source], tuple(asked))


def _headings(wording: Wording) -> Mapping[str, str]:
    _ = wording
    return {
        "ministry": _("What the ministry alone knows"),
        "text": _("What the text and its annexes say"),
        "record": _("What acts and records show"),
        "context": _("What is known of the country"),
    }


def _asking(number: int, one: RankedQuestion, words: FormWords) -> Asking:
    _, fact = words.wording, words.catalogue.resolve(one.path)
    assert fact is not None
    ask = _(one.question.ask)
    if entry_of(one.path) is not None:
        ask = f"{_.label(one.path, words.catalogue)}: {ask}"
    return Asking(number, one.path, ask, tuple(_why(one, words)), _how(fact, words))


def _how(fact: FactDeclaration, words: FormWords) -> str:
    if fact.type.kind == "list":
        return words.wording("A list, or 'none'")
    if fact.type.kind == "enum":
        names = (words.wording.member(member, fact) for member in fact.type.members)
        return words.wording("One of: {names}").format(names="; ".join(names))
    if fact.type.kind == "bool":
        return words.wording("Yes or no")
    return how_to_answer(fact, words)


def _why(one: RankedQuestion, words: FormWords) -> Iterator[str]:
    """Yield which tests wait for an answer, and what it could change."""
    _, rules = words.wording, one.question.rules
    titles = [_(words.pack.by_id[rule].title) for rule in rules[:_MOST_RULES]]
    rest = len(rules) - len(titles)
    if rest:
        titles.append(_.plural("{n} more", "{n} more", rest))
    yield _("What hangs on it: {tests}.").format(tests="; ".join(titles))
    if one.raises_floor and one.lowers_ceiling:
        yield _("The answer alone can settle the rating of the deal, for better or worse.")
    elif one.lowers_ceiling or (one.changes_presumed and not one.raises_floor):
        yield _("An answer alone can lower the rating of the deal.")
    elif one.raises_floor or one.changes_presumed:
        yield _("An answer alone can change the rating of the deal.")
    fact = one.question.fact
    if fact is not None and fact.state == "asked":
        asked_on = fact.provenance.asked_on
        if asked_on is not None:
            yield _("Asked on {day}; nobody has answered.").format(day=_.date(asked_on))
        else:
            yield _("Asked before; nobody has answered.")


# --- the frame ------------------------------------------------------------------------------


def _opening(case: Case, wording: Wording, on: dt.date, due: dt.date) -> Iterator[str]:
    _ = wording
    yield _("Date: {day}").format(day=_.date(on))
    yield _("Answer requested by: {day}").format(day=_.date(due))
    yield _(
        "To assess this deal as it stood on {day}, we ask for the information below. Please answer "
        "in the fields; name the document and the article or page where it stands."
    ).format(day=_.date(case.as_of))


def _ground(case: Case, words: FormWords, on: dt.date) -> Iterator[str]:
    """Yield what the constitutions of the case's own countries say of access to information.

    Where the pack knows of none, that is said, and nothing is put in its place.
    """
    _ = words.wording
    countries = case.recipients
    for country in countries:
        name = _.country(country, words.catalogue)
        articles = words.pack.constitutions.on(["information"], [country], on)
        for article in articles:
            reference = article.reference
            yield f"{name}: {reference.citation}: {_(reference.says)}"
        if not articles:
            yield _(
                "{country}: the rule pack holds no article on access to information for that day; "
                "the ground is to be filled in: ____________________"
            ).format(country=name)
    if not countries:
        yield _(
            "The case names no recipient or host, so no legal ground is known; it is to be filled "
            "in: ____________________"
        )
