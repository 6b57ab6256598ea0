"""Prepares a portfolio for the page: everything that its templates show, already in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from convenio.assessment.rating import Readings
from convenio.packs.pack import Pack
from convenio.packs.policy import Rating
from convenio.reports.dashboard.portfolio import (
    LEVELS,
    MOVES,
    UNRATED,
    WORST_FIRST,
    CaseRow,
    CountryCount,
    Move,
    Mover,
    Portfolio,
)
from convenio.reports.dashboard.tiles import COLUMNS, ROWS, TILES
from convenio.reports.wording import Wording

MOST = 12
"""Rules, facts and presumptions that are listed; what comes after weighs little."""

_TILE = 60
_GAP = 5


@dataclass(frozen=True, slots=True)
class Tile:
    """One state on the map: where it stands, what it shows, and the same in words."""

    code: str
    x: int
    y: int
    count: CountryCount | None
    words: str


@dataclass(frozen=True, slots=True)
class RatingCell:
    """A rating in its three readings: the words, and the places in LEVELS that draw the bar."""

    readings: Readings
    floor: int
    ceiling: int
    words: str


@dataclass(frozen=True, slots=True)
class CountedRow:
    """A rule, fact or presumption with the number of cases, and its share of all, in percent."""

    key: str
    label: str
    cases: int
    share: float


class DashboardView:
    """Answers what the templates ask. It words and sorts; it decides nothing."""

    def __init__(
        self,
        portfolio: Portfolio,
        pack: Pack,
        wording: Wording,
        links: str,
        linked: frozenset[str],
        shown: int,
    ) -> None:
        self.portfolio = portfolio
        self.wording = wording
        self.levels = WORST_FIRST
        self.size = _TILE
        self.first = portfolio.cases[:shown]
        self._pack = pack
        self._links = links
        self._linked = linked
        self._moves = {one.case.id: one.move for one in portfolio.movers}

    # --- words -------------------------------------------------------------------------------

    @cached_property
    def symbols(self) -> dict[Rating, str]:
        """A sign for each rating, so that none is told by colour alone."""
        return {"critical": "◆", "high": "▲", "moderate": "■", "low": "●", "not_assessed": "○"}

    @cached_property
    def moves(self) -> dict[str, str]:
        """The words for what became of a case since the earlier run."""
        _ = self.wording
        return {
            "rose": _("worse"),
            "fell": _("better"),
            "rated": _("now assessed"),
            "unrated": _("no longer assessed"),
            "new": _("new"),
        }

    @cached_property
    def confidences(self) -> dict[str | None, str]:
        """The words for how well findings are documented."""
        _ = self.wording
        return {
            "high": _.confidence("high"),
            "medium": _.confidence("medium"),
            "low": _.confidence("low"),
            None: _("not stated"),
        }

    def country(self, code: str) -> str:
        """Write the name of a country or organisation."""
        return self.wording.country(code, self._pack.catalogue)

    def number(self, value: float) -> str:
        """Write a number."""
        return self.wording.number(value)

    def words_of_script(self) -> dict[str, Any]:
        """Return the words that the script of the page shows."""
        _ = self.wording
        codes = dict.fromkeys(code for one in self.portfolio.cases for code in one.countries or ())
        return {
            "levels": [_.ratings[rating] for rating in LEVELS],
            "classes": list(LEVELS),
            "symbols": [self.symbols[rating] for rating in LEVELS],
            "presumed": _("presumed"),
            "bounds": _("established {floor}, possible {ceiling}"),
            "moves": self.moves,
            "confidences": {key or "": word for key, word in self.confidences.items()},
            "countries": {code: self.country(code) for code in sorted(codes)},
            "tests": _("{run} of {all}"),
            "found": _("{shown} of {all} cases; page {page} of {pages}"),
            "none": _("No case is like that."),
            "file": _("cases.csv"),
        }

    @cached_property
    def has(self) -> dict[str, bool]:
        """Which columns the table of cases has: those of which some case tells something."""
        cases = self.portfolio.cases
        return {
            "date": any(case.as_of for case in cases),
            "countries": self.portfolio.by_country is not None,
            "confidence": self.portfolio.has_confidence,
            "move": self.portfolio.earlier is not None,
        }

    # --- ratings -----------------------------------------------------------------------------

    def share(self, count: int) -> float:
        """Return which share of all cases a count is, in percent."""
        return round(100 * count / max(1, len(self.portfolio.cases)), 1)

    def cell(self, readings: Readings) -> RatingCell:
        """Return a rating in its readings, ready to be drawn."""
        _ = self.wording
        words = _("established {floor}, possible {ceiling}").format(
            floor=_.ratings[readings.floor], ceiling=_.ratings[readings.ceiling]
        )
        floor, ceiling = LEVELS.index(readings.floor), LEVELS.index(readings.ceiling)
        return RatingCell(readings, floor, ceiling, words)

    def cells(self, case: CaseRow) -> Iterator[RatingCell]:
        """Yield the rating of each family of a case."""
        for family in self.portfolio.families:
            yield self.cell(case.families.get(family, UNRATED))

    def tests(self, case: CaseRow) -> str:
        """Write how many tests could be run."""
        return self.wording("{run} of {all}").format(run=case.tests_run, all=case.tests)

    def link(self, name: str) -> str:
        """Return the address of a case's brief, or an empty text where there is none."""
        return f"{self._links}{quote(name, safe=SAFE)}.html" if name in self._linked else ""

    def move(self, case: CaseRow) -> str:
        """Write what became of a case, or nothing."""
        return self.moves.get(self._moves.get(case.id, ""), "")

    # --- the map -----------------------------------------------------------------------------

    @property
    def tiles(self) -> list[Tile]:
        """The states of the Americas on the map."""
        counts = self.portfolio.by_country or {}
        return [self._tile(code, place, counts.get(code)) for code, place in TILES.items()]

    def _tile(self, code: str, place: tuple[int, int], count: CountryCount | None) -> Tile:
        step = _TILE + _GAP
        words = self.country(code)
        if count is not None:
            words = self.wording("{country}: {cases}, the worst {rating}").format(
                country=words,
                cases=self.wording.plural("{n} case", "{n} cases", count.cases),
                rating=self.wording.ratings[count.worst],
            )
        return Tile(code, place[0] * step + 1, place[1] * step + 1, count, words)

    @property
    def map_size(self) -> tuple[int, int]:
        """Width and height of the map."""
        step = _TILE + _GAP
        return COLUMNS * step - _GAP + 2, ROWS * step - _GAP + 2

    # --- what comes up most ------------------------------------------------------------------

    @property
    def flagged(self) -> list[CountedRow] | None:
        """The rules that are flagged in most cases."""
        return self._most(self.portfolio.flagged, self._rule)

    @property
    def untested(self) -> list[CountedRow] | None:
        """The rules that could not be tested in most cases."""
        return self._most(self.portfolio.untested, self._rule)

    @property
    def missing(self) -> list[CountedRow] | None:
        """The facts that are missing in most cases."""
        return self._most(self.portfolio.missing, self._fact)

    @property
    def carrying(self) -> list[CountedRow] | None:
        """The presumptions that carry a rating in most cases."""
        return self._most(self.portfolio.carrying, lambda text: text)

    def _most(self, counted: Counter[str] | None, label: Any) -> list[CountedRow] | None:
        if counted is None:
            return None
        order = sorted(counted.items(), key=lambda one: (-one[1], one[0]))[:MOST]
        return [CountedRow(key, label(key), n, self.share(n)) for key, n in order]

    def _rule(self, name: str) -> str:
        return self._pack.by_id[name].title if name in self._pack.by_id else name

    def _fact(self, path: str) -> str:
        return self.wording.label(path, self._pack.catalogue)

    # --- changes -----------------------------------------------------------------------------

    @property
    def moved(self) -> list[tuple[str, int, list[Mover]]]:
        """The cases that stand otherwise, by what became of them: words, how many, the farthest."""
        groups = []
        for move in MOVES:
            found = [one for one in self.portfolio.movers if one.move == move]
            if found:
                farthest = sorted(found, key=lambda one: -one.step)[: MOST * 2]
                groups.append((self._heading(move, len(found)), len(found), farthest))
        return groups

    def _heading(self, move: Move, count: int) -> str:
        plural = self.wording.plural
        if move == "rose":
            return plural("{n} case is rated worse", "{n} cases are rated worse", count)
        if move == "fell":
            return plural("{n} case is rated better", "{n} cases are rated better", count)
        if move == "rated":
            return plural("{n} case is now assessed", "{n} cases are now assessed", count)
        if move == "unrated":
            return plural(
                "{n} case is no longer assessed", "{n} cases are no longer assessed", count
            )
        return plural("{n} case is new", "{n} cases are new", count)

    @property
    def other_rules(self) -> bool:
        """True where the earlier run read other rules than this one."""
        earlier = self.portfolio.earlier
        return bool(
            earlier
            and earlier.packs
            and self.portfolio.packs
            and set(earlier.packs) != set(self.portfolio.packs)
        )

    @property
    def codes(self) -> list[tuple[str, str]]:
        """Codes and names of the countries that cases name, in the order of their names."""
        named = [(code, self.country(code)) for code in self.portfolio.by_country or ()]
        return sorted(named, key=lambda one: (one[1], one[0]))


SAFE = "!*'()~-_."
"""What stays as it is in an address, as the script's encodeURIComponent has it."""
