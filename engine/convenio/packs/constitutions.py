"""What the constitutions of the states say on the matters that rules are about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from convenio.documents import Document
from convenio.documents.models import position_at, validate
from convenio.errors import PackError, Problem, nearest_name
from convenio.facts.values import country_codes
from convenio.messages import say
from convenio.packs.periods import Days, Period
from convenio.packs.rule import Reference

Subject = Literal[
    "treaties",
    "foreign_troops",
    "foreign_bases",
    "visiting_forces",
    "troops_abroad",
    "public_contracts",
    "borrowing",
    "military_courts",
    "neutrality",
    "policing",
    "information",
]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)
"""The matters under which articles are kept; a rule names those that it is about."""

OUTWARD: frozenset[str] = frozenset({"troops_abroad"})
"""Matters on which the law of those who send forces out is asked, not of those who receive."""


@dataclass(frozen=True, slots=True)
class Article:
    """An article of a state's constitution on one subject, with the days on which it held."""

    country: str
    subject: Subject
    period: Period
    reference: Reference


@dataclass(frozen=True, slots=True)
class Constitutions:
    """The constitutions that a pack knows: since when each binds whom, and what it says."""

    periods: tuple[tuple[str, str, Period], ...] = ()
    """Title, country and days of each constitution."""
    articles: tuple[Article, ...] = ()

    def on(
        self, subjects: Iterable[str], countries: Iterable[str], day: dt.date
    ) -> tuple[Article, ...]:
        """Return what the constitutions of some states said on some subjects on a day.

        They come in the order of the states, then of the subjects.
        """
        wanted = tuple(subjects)
        return tuple(
            article
            for country in countries
            for subject in wanted
            for article in self.articles
            if article.country == country
            and article.subject == subject
            and article.period.covers(day)
        )


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str = Field(min_length=3)
    publisher: str = ""
    url: str = ""
    note: str = ""


class _Article(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    subject: Subject
    at: str = Field(min_length=3)
    says: str = Field(min_length=10, max_length=300, pattern=r"\.$")
    quote: str = Field(min_length=5, max_length=400)
    start: dt.date | None = Field(default=None, alias="from")
    end: dt.date | None = Field(default=None, alias="to")
    source: _Source | None = None
    note: str = ""


class _Constitution(Days):
    country: str
    title: str = Field(min_length=5)
    source: _Source
    note: str = ""
    articles: list[_Article]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: int = Field(ge=1, le=1)
    constitutions: list[_Constitution]
    gaps: list[str] = []
    """What nobody has read yet."""


def read_constitutions(document: Document, problems: list[Problem]) -> Constitutions:
    """Read the constitutions; what is wrong goes to `problems`. Raises PackError for the form."""
    declared = validate(_File, document.root, PackError)
    periods: list[tuple[str, str, Period]] = []
    articles: list[Article] = []
    for number, one in enumerate(declared.constitutions):
        position = position_at(document.root, ("constitutions", number))
        where = f"constitutions[{number}]"
        if one.country not in country_codes():
            nearest = nearest_name(one.country, country_codes(), problems)
            problems.append(
                Problem(position, f"{where}.country", say("is no state"), nearest=nearest)
            )
        for title, country, period in periods:
            if title == one.title or (country == one.country and period.meets(one.period)):
                problems.append(
                    Problem(position, where, say("stands beside another: {title}", title=title))
                )
        periods.append((one.title, one.country, one.period))
        articles += [_article(one, article) for article in one.articles]
    return Constitutions(tuple(periods), tuple(articles))


def _article(one: _Constitution, article: _Article) -> Article:
    url = (article.source or one.source).url
    return Article(
        one.country,
        article.subject,
        Period(article.start or one.start, article.end or one.end),
        Reference("constitution", one.title, article.at, url=url, says=article.says),
    )
