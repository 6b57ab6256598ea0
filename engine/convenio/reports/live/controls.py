"""The controls of the live part: what a reader sees of each fact, in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from convenio.assessment.assessment import Assessment
from convenio.facts.case import StatedFact
from convenio.facts.catalogue import FactDeclaration
from convenio.facts.plain import value_of
from convenio.facts.values import Money
from convenio.reports.wording import Wording


@dataclass(frozen=True, slots=True)
class Option:
    """One value that can be chosen. `is_stated` where the case has it."""

    value: str
    text: str
    is_stated: bool


@dataclass(frozen=True, slots=True)
class Control:
    """One fact that can be tried.

    `kind` is that of the catalogue; `now` tells what the case says, `open_word` how it is told that
    nothing is known of it; `value` is what an input shows at first, `unit` stands behind it.
    `leaves_open` is True of a set that the case does not state in full; `money` has the currency of
    an amount, with the rate and its date where it is converted.
    """

    path: str
    kind: str
    label: str
    question: str
    now: str
    open_word: str
    is_open: bool
    options: Sequence[Option] = ()
    value: str = ""
    unit: str = ""
    minimum: str = ""
    maximum: str = ""
    leaves_open: bool = False
    money: Money | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Controls of one part of the case file, under its name."""

    title: str
    controls: Sequence[Control]


def groups(
    declarations: Sequence[FactDeclaration], assessment: Assessment, wording: Wording
) -> list[Group]:
    """Return the controls of facts, by the sections of the catalogue."""
    names = assessment.pack.catalogue.sections
    by_section: dict[str, list[Control]] = {}
    for declaration in declarations:
        control = _control(declaration, assessment, wording)
        by_section.setdefault(declaration.section, []).append(control)
    return [
        Group(wording(names.get(section, section)), controls)
        for section, controls in by_section.items()
    ]


def _control(declaration: FactDeclaration, assessment: Assessment, wording: Wording) -> Control:
    catalogue = assessment.pack.catalogue
    stated = assessment.case.facts.get(declaration.path)
    is_known = stated is not None and stated.state == "known"
    is_whole = is_known and stated is not None and stated.complete
    kind = declaration.type.kind
    money = _money(declaration, stated, assessment)
    return Control(
        path=declaration.path,
        kind=kind,
        label=wording(declaration.label),
        question=wording(declaration.ask),
        now=wording.fact(stated, declaration, catalogue),
        open_word=wording("not known") if is_known else wording.fact(stated, None, catalogue),
        is_open=not is_known,
        options=tuple(_options(declaration, stated, wording)),
        value=_written(_value(stated)),
        unit=_unit(declaration, money, wording),
        minimum=_bound(declaration.minimum),
        maximum=_bound(declaration.maximum),
        leaves_open=kind == "set" and not is_whole,
        money=money,
    )


def _options(
    declaration: FactDeclaration, stated: StatedFact | None, wording: Wording
) -> Iterator[Option]:
    value = _value(stated)
    if declaration.type.kind == "bool":
        yield Option("true", wording("yes"), value is True)
        yield Option("false", wording("no"), value is False)
    members = value if isinstance(value, tuple) else (value,)
    for word in declaration.type.members:
        yield Option(word, wording.member(word, declaration), word in members)


def _value(stated: StatedFact | None) -> Any:
    return stated.value if stated is not None and stated.state == "known" else None


def _written(value: Any) -> str:
    """Return a number or a day as an input holds it; a date that is not whole stays as it is."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, Money):
        return str(value_of(value.amount))
    if isinstance(value, int | float | dt.date):
        return str(value_of(value))
    return ""


def _bound(number: float | None) -> str:
    return "" if number is None else str(value_of(number))


def _money(
    declaration: FactDeclaration, stated: StatedFact | None, assessment: Assessment
) -> Money | None:
    if declaration.type.kind != "money":
        return None
    value = _value(stated)
    return value if isinstance(value, Money) else Money(0, assessment.pack.currency)


def _unit(declaration: FactDeclaration, money: Money | None, wording: Wording) -> str:
    unit = declaration.unit
    if money is not None:
        return f"{money.currency} {wording(unit)}".strip()
    return wording("a share: 0.25 is a quarter") if unit == "share" else wording(unit)
