"""The facts of a deal that a reader wants first, in words."""

from __future__ import annotations

from convenio.facts.case import Case
from convenio.facts.catalogue import Catalogue
from convenio.facts.values import Money
from convenio.reports.wording import Wording


class DealFacts:
    """Words single facts of a case, known or not."""

    def __init__(self, case: Case, catalogue: Catalogue, wording: Wording, currency: str) -> None:
        self._case = case
        self._catalogue = catalogue
        self._wording = wording
        self._currency = currency

    def in_five(self) -> list[tuple[str, str]]:
        """Return the deal in five facts: who, what, how much, how long, stage."""
        _ = self._wording
        return [
            (_("Who"), self._parties()),
            (_("What"), self._short("deal.elements")),
            (_("How much"), self._how_much()),
            (_("How long"), self.of("terms.duration_years", "terms.end", "dates.start")),
            (_("Stage"), self.of("deal.stage", "deal.form", "dates.signed")),
        ]

    def of(self, *paths: str) -> str:
        """Return what the case states of these facts, or that it is not known."""
        declared = [path for path in paths if path in self._catalogue.facts]
        known = [path for path in declared if path in self._case.facts]
        if self._catalogue.has_sentences and declared:
            return " ".join(
                self._wording.sentence(path, self._case.facts.get(path), self._catalogue)
                for path in known or declared[:1]
            )
        return ", ".join(
            self._wording.fact(
                self._case.facts.get(path), self._catalogue.facts[path], self._catalogue
            )
            for path in known or declared[:1]
        ) or self._wording("not known")

    def _short(self, path: str) -> str:
        """Return a known value as it stands, since what it is of stands beside it."""
        fact = self._case.facts.get(path)
        if fact is None or fact.state != "known":
            return self.of(path)
        return self._wording.fact(fact, self._catalogue.resolve(path), self._catalogue)

    def _how_much(self) -> str:
        """Return the value, in the currency of account too, and what it is of a yearly budget."""
        path = "value.total"
        if path not in self._case.facts and "aid.annual" in self._case.facts:
            path = "aid.annual"
        parts = [self._short(path).removesuffix(".")]
        value = self._known_money(path)
        if value is not None and value.rate is not None:
            parts.append(self._at_rate(value))
        share = self._share_of_budget(value)
        if share is not None:
            _ = self._wording
            parts.append(
                _("{percent} of the recipient's defence budget of one year").format(
                    percent=_.percent(share)
                )
            )
        return "; ".join(parts) + "."

    def _at_rate(self, value: Money) -> str:
        _ = self._wording
        assert value.rate is not None
        amount = Money(float(f"{value.amount * value.rate:.3g}"), self._currency)
        written = _.value(amount, None, self._catalogue)
        if value.rate_date is None:
            return _("about {amount}").format(amount=written)
        return _("about {amount} at the rate of {date}").format(
            amount=written, date=_.date(value.rate_date)
        )

    def _known_money(self, path: str) -> Money | None:
        fact = self._case.facts.get(path)
        value = fact.value if fact is not None else None
        return value if isinstance(value, Money) else None

    def _share_of_budget(self, value: Money | None) -> float | None:
        """Return a value as a share of a yearly defence budget, both in one currency."""
        budget = self._known_money("context.defence_budget")
        own, whole = self._in_account(value), self._in_account(budget)
        return own / whole if own is not None and whole else None

    def _in_account(self, value: Money | None) -> float | None:
        if value is None or (value.currency != self._currency and value.rate is None):
            return None
        return value.amount * (1 if value.rate is None else value.rate)

    def _parties(self) -> str:
        parties = self._case.facts.get("parties")
        if parties is None or not parties.elements:
            return self.of("parties")
        record = self._catalogue.records[self._catalogue.facts["parties"].type.record]
        names = []
        for element in parties.elements:
            words = [
                self._wording.fact(element.fields.get(key), record[key], self._catalogue)
                for key in ("country", "role")
                if key in element.fields
            ]
            names.append(f"{words[0]} ({words[1]})" if len(words) == 2 else " ".join(words))
        return ", ".join(names)
