"""Which law binds whom, and since when: the register `law.yaml` of a pack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from convenio.documents import Document
from convenio.documents.models import position_at, validate
from convenio.errors import PackError, Problem, nearest_name
from convenio.facts.values import country_codes
from convenio.messages import say
from convenio.packs.constitutions import Constitutions
from convenio.packs.periods import Days, Period
from convenio.packs.rule import Reference, Rule

LEGAL_KINDS = ("treaty", "constitution", "statute", "case_law")
"""Kinds of reference that bind somebody."""

Standing = Literal["law", "later", "comparative", "unchecked", "guidance"]
"""What a reference is to one deal.

`law` bound a party of the deal on the case's date, `later` binds a party or anybody only since
then, `comparative` bound others, of `unchecked` nobody has said whom it binds, `guidance` binds
nobody.
"""
STANDINGS: tuple[Standing, ...] = ("law", "later", "comparative", "unchecked", "guidance")
_ALL = "ALL"


@dataclass(frozen=True, slots=True)
class Law:
    """One treaty, constitution, statute or ruling, with those whom it binds.

    `everybody` is set where it binds all states. `others_unknown` says that a state which `binds`
    does not list may be bound all the same.
    """

    binds: Mapping[str, tuple[Period, ...]] = field(default_factory=dict)
    everybody: Period | None = None
    others_unknown: bool = False

    def periods(self, country: str) -> tuple[Period, ...]:
        """Return the periods in which it binds one state."""
        if self.everybody is not None:
            return (self.everybody,)
        return self.binds.get(country, ())

    @property
    def first_day(self) -> dt.date:
        """The day from which it has bound anybody."""
        starts = [period.start for periods in self.binds.values() for period in periods]
        return min(starts, default=dt.date.min if self.everybody is None else self.everybody.start)


@dataclass(frozen=True, slots=True)
class Applied:
    """What a reference is to one deal, and which of its parties it binds."""

    reference: Reference
    standing: Standing
    binds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LawRegister:
    """The laws that the references of a pack name, by kind and title.

    None stands for a law of which nobody has checked whom it binds.
    """

    laws: Mapping[tuple[str, str], Law | None] = field(default_factory=dict)
    cites: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def with_constitutions(self, constitutions: Constitutions) -> LawRegister:
        """Return the register with the constitutions as well."""
        laws: dict[tuple[str, str], Law | None] = dict(self.laws)
        for title, country, period in constitutions.periods:
            laws["constitution", title] = Law({country: (period,)})
        return LawRegister(laws, self.cites)

    def apply(
        self, reference: Reference, countries: Iterable[str], as_of: dt.date | None
    ) -> Applied:
        """Say what a reference is to a deal between `countries` on its date.

        Without a date nothing is called law.

        >>> import datetime as dt
        >>> from convenio.packs.periods import Period
        >>> from convenio.packs.rule import Reference
        >>> since = Period(dt.date(2010, 8, 17))
        >>> register = LawRegister({("case_law", "Auto 288"): Law({"COL": (since,)})})
        >>> ruling = Reference("case_law", "Auto 288")
        >>> register.apply(ruling, ["HND", "USA"], dt.date(2012, 1, 1)).standing
        'comparative'
        >>> register.apply(ruling, ["COL", "USA"], dt.date(2009, 1, 1)).standing
        'later'
        """
        if reference.kind not in LEGAL_KINDS:
            return Applied(reference, "guidance")
        cite = self.cites.get((reference.kind, reference.title), "")
        reference = replace(reference, cite=cite) if cite else reference
        law = self.laws.get((reference.kind, reference.title))
        if law is None or as_of is None:
            return Applied(reference, "unchecked")
        parties = sorted(set(countries))
        periods = {country: law.periods(country) for country in parties}
        bound = tuple(c for c in parties if any(p.covers(as_of) for p in periods[c]))
        if bound:
            return Applied(reference, "law", bound)
        later = tuple(c for c in parties if any(as_of < p.start for p in periods[c]))
        if later or as_of < law.first_day:
            return Applied(reference, "later", later)
        doubtful = law.others_unknown and not all(periods.values())
        return Applied(reference, "unchecked" if doubtful else "comparative")


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str = Field(min_length=3)
    publisher: str = ""
    url: str = ""
    at: str = ""
    note: str = ""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)
    kind: Literal["treaty", "constitution", "statute", "case_law"]
    title: str = Field(min_length=3)
    cite: str = ""
    binds: dict[str, list[Days]] | None
    """Under `ALL` stands what binds everybody."""
    start: dt.date | None = Field(default=None, alias="from")
    others: Literal["none", "unknown"] = "none"
    source: _Source | None = None

    @field_validator("binds", mode="before")
    @classmethod
    def _lists_of_periods(cls, binds: Any) -> Any:
        if binds == "all":
            return {_ALL: []}
        if not isinstance(binds, dict):
            return binds
        return {country: _as_list(stated) for country, stated in binds.items()}

    @model_validator(mode="after")
    def _is_sourced(self) -> _Entry:
        if (self.binds == {_ALL: []}) != (self.start is not None):
            raise ValueError("`from` stands with `binds: all`, and only there")
        if self.binds is not None and self.source is None:
            raise ValueError("says whom it binds without a source")
        return self


def _as_list(stated: Any) -> Any:
    if isinstance(stated, list):
        return stated
    return [stated if isinstance(stated, dict) else {"from": stated}]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    version: int = Field(ge=1, le=1)
    laws: list[_Entry]


def read_laws(document: Document, problems: list[Problem]) -> LawRegister:
    """Read a register; what is wrong goes to `problems`. Raises PackError for a wrong form."""
    declared = validate(_File, document.root, PackError)
    laws: dict[tuple[str, str], Law | None] = {}
    for number, entry in enumerate(declared.laws):
        position = position_at(document.root, ("laws", number))
        if (entry.kind, entry.title) in laws:
            problems.append(Problem(position, f"laws[{number}]", say("this law stands twice")))
        for country in sorted((entry.binds or {}).keys() - country_codes().keys() - {_ALL}):
            problems.append(
                Problem(
                    position_at(document.root, ("laws", number, "binds", country)),
                    f"laws[{number}].binds.{country}",
                    say("is no state"),
                    expected=say("an ISO 3166-1 code of three letters"),
                    nearest=nearest_name(country, country_codes(), problems),
                )
            )
        laws[entry.kind, entry.title] = _law(entry)
    cites: dict[tuple[str, str], str] = {
        (entry.kind, entry.title): entry.cite for entry in declared.laws if entry.cite
    }
    return LawRegister(laws, cites)


def unregistered(rule: Rule, register: LawRegister) -> Iterator[Problem]:
    """Find references of a rule to law that the register doesn't hold."""
    for number, reference in enumerate(rule.references):
        if reference.kind in LEGAL_KINDS and (reference.kind, reference.title) not in register.laws:
            titles = [title for kind, title in register.laws if kind == reference.kind]
            yield Problem(
                rule.position,
                f"{rule.id}.references[{number}]",
                say("law.yaml has no such law"),
                expected=say("a title of kind {kind} that it holds", kind=reference.kind),
                found=reference.title,
                nearest=nearest_name(reference.title, titles),
            )


def _law(entry: _Entry) -> Law | None:
    if entry.binds is None:
        return None
    if entry.start is not None:
        return Law(everybody=Period(entry.start))
    return Law(
        {country: tuple(one.period for one in periods) for country, periods in entry.binds.items()},
        others_unknown=entry.others == "unknown",
    )
