"""The facts that a synthetic case may state: sections and names such as a real pack has."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .conditions import Scalar


@dataclass(frozen=True, slots=True)
class Fact:
    """One entry of the catalogue. Numbers run from `low` to `high`; enums have `values`."""

    path: str
    kind: str
    low: float = 0
    high: float = 0
    values: tuple[str, ...] = ()

    def draw(self, chance: random.Random) -> Scalar:
        """Return a value that a case may state."""
        if self.kind == "bool":
            return chance.random() < 0.5
        if self.kind == "enum":
            return chance.choice(self.values)
        if self.kind == "integer":
            return chance.randint(int(self.low), int(self.high))
        return round(chance.uniform(self.low, self.high), 1)


def _number(path: str, high: float) -> Fact:
    return Fact(path, "number", 0, high)


def _integer(path: str, high: int) -> Fact:
    return Fact(path, "integer", 0, high)


def _bool(path: str) -> Fact:
    return Fact(path, "bool")


def _enum(path: str, values: str) -> Fact:
    return Fact(path, "enum", values=tuple(values.split()))


FACTS: tuple[Fact, ...] = (
    _enum("deal.kind", "arms_sale grant_aid basing_access joint_exercise training"),
    _enum("deal.stage", "proposed initialled signed ratified"),
    _enum("law.form", "treaty executive_agreement memorandum contract"),
    _bool("law.legislature_approved"),
    _bool("law.court_reviewed"),
    _enum("text.access", "published on_request withheld"),
    _bool("text.annexes_published"),
    _integer("notice.legislature_days", 120),
    _integer("notice.neighbour_days", 120),
    _number("terms.duration_years", 30),
    _integer("terms.notice_months", 36),
    _enum("terms.end", "fixed fixed_renews_itself indefinite"),
    _bool("terms.exit_clause"),
    _number("value.price_millions", 900),
    _number("value.share_of_budget", 40),
    _enum("procurement.method", "open restricted direct"),
    _integer("procurement.bidders", 8),
    _bool("intermediary.used"),
    _number("intermediary.commission_percent", 20),
    _number("offset.percent", 100),
    _enum("finance.source", "budget loan donor off_budget"),
    _number("finance.interest_percent", 15),
    _number("aid.military_share_percent", 100),
    _enum("presence.kind", "none visits rotational permanent"),
    _integer("presence.troops", 2_500),
    _integer("presence.contractors", 1_500),
    _enum("immunity.level", "none administrative_technical diplomatic exclusive"),
    _bool("immunity.contractors"),
    _number("site.border_km", 400),
    _bool("site.host_command"),
    _integer("equipment.pieces", 300),
    _bool("equipment.new_class"),
    _bool("transfer.consent_needed"),
    _enum("support.independence", "local_upkeep second_source single_source"),
    _enum("screening.procedure", "named_and_screened screened_not_named not_screened"),
    _bool("use.internal_security"),
    _number("ops.range_km", 2_000),
    _integer("monitoring.visits", 12),
    _number("context.supplier_share_percent", 100),
    _bool("assurances.given"),
)
"""The 40 facts that a case may state."""
