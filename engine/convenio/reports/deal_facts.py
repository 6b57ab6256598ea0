"""The facts of a deal that a reader wants first, in words."""

from __future__ import annotations

from convenio.facts.case import Case
from convenio.facts.catalogue import Catalogue
from convenio.reports.wording import Wording


class DealFacts:
    """Words single facts of a case, known or not."""

    def __init__(self, case: Case, catalogue: Catalogue, wording: Wording) -> None:
        self._case = case
        self._catalogue = catalogue
        self._wording = wording

    def in_five(self) -> list[tuple[str, str]]:
        """Return the deal in five facts: who, what, how much, how long, stage."""
        _ = self._wording
        return [
            (_("Who"), self._parties()),
            (_("What"), self._short("deal.elements")),
            (_("How much"), self._short("value.total")),
            (_("How long"), self.of("terms.duration_years", "terms.end")),
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
