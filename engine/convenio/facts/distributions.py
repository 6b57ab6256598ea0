"""Facts that are uncertain: how a case states them as a distribution, and what is refused."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from pydantic_core import PydanticCustomError

from convenio.documents import Mapping, Node, Scalar
from convenio.documents.models import written
from convenio.errors import Position, Problem, nearest_name
from convenio.facts import values
from convenio.facts.catalogue import FactDeclaration
from convenio.messages import say

if TYPE_CHECKING:
    pass

DistributionName = Literal["triangular", "uniform", "normal", "choice"]
Figure = float | int | dt.date
"""An edge or a middle: an amount where the fact is money, in the pack's currency of account."""

SHAPES: AnyMapping[str, tuple[str, ...]] = {
    "triangular": ("low", "mode", "high"),
    "uniform": ("low", "high"),
    "normal": ("mean", "sd", "low", "high"),
    "choice": ("weights",),
}
"""The keys of each distribution, all of them required."""

COUNTED = ("number", "integer", "money", "date")
"""Kinds of fact that have an order; the others of `CHOSEN` have members."""
CHOSEN = ("bool", "enum", "country")

_GROUP = ("group", "correlation")
_LARGEST_AMOUNT = 1e15


@dataclass(frozen=True, slots=True)
class Distribution:
    """What is known of an uncertain fact.

    `low` and `high` are bounds in every distribution but "choice", which has `weights` of members
    (their sum need not be 1). `mean` and `sd` are those of the normal distribution before it is
    cut off at its bounds; `sd` of a date is in days. Facts of one `group` move together:
    `correlation` is that of each two of them in the normal scores (a Gaussian copula).
    """

    name: DistributionName
    low: Figure | None = None
    mode: Figure | None = None
    high: Figure | None = None
    mean: Figure | None = None
    sd: float | None = None
    weights: tuple[tuple[bool | str, float], ...] = ()
    currency: str | None = None
    group: str | None = None
    correlation: float | None = None


class DistributionReader:
    """Reads `{distribution: …}` of one fact; `problems` collects all that is wrong with it."""

    def __init__(
        self, declaration: FactDeclaration, path: str, node: Mapping, organisations: frozenset[str]
    ) -> None:
        self._kind = declaration.type.kind
        self._declaration = declaration
        self._path = path
        self._node = node
        self._organisations = organisations
        self.problems: list[Problem] = []

    def read(self, beside: frozenset[str]) -> Distribution | None:
        """Return the distribution; None where something is wrong.

        `beside` are keys that may stand there and are read elsewhere.
        """
        name = self._name()
        if name is None:
            return None
        self._check_keys(name, beside)
        read = self._members() if name == "choice" else self._figures(name)
        group, correlation = self._group(name)
        if self.problems or read is None:
            return None
        return Distribution(name, **read, group=group, correlation=correlation)

    def _fault(self, key: str, node: Node | Position, message: str, **more: str) -> None:
        position = node if isinstance(node, Position) else node.position
        path = f"{self._path}.{key}" if key else self._path
        self.problems.append(Problem(position, path, message, **more))

    def _name(self) -> DistributionName | None:
        node = self._node.entries["distribution"]
        if "[" in self._path or self._kind not in (*COUNTED, *CHOSEN):
            kind = "a field of a list" if "[" in self._path else f"a {self._declaration.type}"
            self._fault(
                "distribution",
                self._node.keys["distribution"],
                say("{kind} can't be uncertain", kind=kind),
                expected=say(
                    "a distribution of a number, integer, money, date, bool, enum "
                    "or country outside lists"
                ),
            )
            return None
        text = node.text if isinstance(node, Scalar) else ""
        fitting = [n for n in SHAPES if (n == "choice") == (self._kind in CHOSEN)]
        found = next((name for name in _NAMES if name == text), None)
        if found is not None and found in fitting:
            return found
        message = (
            say("unknown distribution")
            if found is None
            else say("does not fit a fact of type {kind}", kind=self._kind)
        )
        nearest = nearest_name(text, fitting) if found is None else ""
        expected = _listed(fitting)
        self._fault(
            "distribution", node, message, expected=expected, found=written(node), nearest=nearest
        )
        return None

    def _check_keys(self, name: str, beside: frozenset[str]) -> None:
        own = {"distribution", *SHAPES[name], *_GROUP, *beside}
        if self._kind == "money":
            own.add("currency")
        for key in self._node.entries:
            if key in ("value", "conflict", "resolved"):
                self._fault(key, self._node.keys[key], say("stands beside a distribution"))
            elif key not in own:
                nearest = nearest_name(key, own, self.problems)
                expected = _listed(SHAPES[name])
                position = self._node.keys[key]
                self._fault(key, position, say("unknown key"), expected=expected, nearest=nearest)
        for key in SHAPES[name]:
            if self._node.get(key) is None:
                message = say("this key is required of a {name} distribution", name=name)
                self._fault(key, self._node.entries.get(key, self._node), message)

    # --- numbers, amounts, dates ---------------------------------------------------------

    def _figures(self, name: str) -> dict[str, Any] | None:
        read: dict[str, Any] = {}
        for key in SHAPES[name]:
            node = self._node.get(key)
            if node is None:
                continue
            value = self._parsed(key, node, self._parser(key))
            if value is not None and (key == "sd" or self._in_range(key, node, value)):
                read[key] = value
        if not self.problems:
            self._check_order(read)
        if "sd" in read and read["sd"] <= 0:
            node = self._node.entries["sd"]
            self._fault(
                "sd", node, say("out of range"), expected=say("above 0"), found=written(node)
            )
        if self._kind == "money" and (currency := self._node.get("currency")) is not None:
            if isinstance(currency, Scalar):
                read["currency"] = currency.text
            else:
                self._fault("currency", currency, say("must be a text"), found=written(currency))
        return read

    def _parser(self, key: str) -> Callable[[Node], Figure]:
        if key == "sd":
            return values.parse_number
        if self._kind == "date":
            return values.parse_date
        return (
            values.parse_integer
            if self._kind == "integer" and key != "mean"
            else (values.parse_number)
        )

    def _parsed(self, key: str, node: Node, parse: Callable[[Node], Any]) -> Any:
        try:
            return parse(node)
        except PydanticCustomError as fault:
            told = fault.context or {}
            self._fault(
                key,
                told["position"],
                fault.message_template,
                expected=told["expected"],
                found=told["found"],
                nearest=values.nearest_of(told, self.problems),
            )
            return None

    def _in_range(self, key: str, node: Node, value: Figure) -> bool:
        if isinstance(value, dt.date):
            return True
        low, high = self._declaration.minimum, self._declaration.maximum
        if self._kind == "money":
            low, high = low or 0, _LARGEST_AMOUNT if high is None else high
        elif self._kind == "integer":
            low = -values.MAX_INTEGER if low is None else low
            high = values.MAX_INTEGER if high is None else high
        if (low is None or value >= low) and (high is None or value <= high):
            return True
        unit = f" {self._declaration.unit}" if self._declaration.unit else ""
        bounds = [f"from {low:,.10g}"] if low is not None else []
        bounds += [f"to {high:,.10g}"] if high is not None else []
        expected = " ".join(bounds) + unit
        self._fault(key, node, say("out of range"), expected=expected, found=written(node))
        return False

    def _check_order(self, read: AnyMapping[str, Any]) -> None:
        named = [key for key in ("low", "mode", "mean", "high") if key in read]
        for before, after in itertools.pairwise(named):
            if read[before] > read[after]:
                self._fault(
                    after,
                    self._node.entries[after],
                    say("is below {before}", before=before),
                    expected=say("{listed} in this order", listed=_listed(named, "and")),
                    found=f"{before} {read[before]}, {after} {read[after]}",
                )

    # --- members -------------------------------------------------------------------------

    def _members(self) -> dict[str, Any] | None:
        node = self._node.get("weights")
        if node is None:
            return None
        if not isinstance(node, Mapping) or not node.entries:
            expected = "weights of members, such as {" + self._example() + "}"
            self._fault(
                "weights", node, say("must be a mapping"), expected=expected, found=written(node)
            )
            return None
        weights: dict[bool | str, float] = {}
        for name, entry in node.entries.items():
            key = f"weights.{name}"
            member = self._parsed(key, Scalar(name, True, node.keys[name]), self._member_parser())
            weight = self._parsed(key, entry, values.parse_number)
            if weight is not None and weight < 0:
                expected = say("0 or more")
                self._fault(
                    key, entry, say("out of range"), expected=expected, found=written(entry)
                )
            if member is not None and weight is not None:
                weights[member] = weight
        if not self.problems and not any(weights.values()):
            self._fault(
                "weights", node, say("all weights are 0"), expected=say("one above 0 or more")
            )
        return {"weights": tuple(weights.items())}

    def _example(self) -> str:
        members = {"bool": ("true", "false"), "country": ("COL", "PER")}
        first, last = members.get(self._kind, (self._declaration.type.members * 2)[:2])
        return f"{first}: 0.7, {last}: 0.3"

    def _member_parser(self) -> Callable[[Node], bool | str]:
        if self._kind == "bool":
            return values.parse_bool
        if self._kind == "country":
            return partial(values.parse_country, organisations=self._organisations)
        return partial(values.parse_member, members=self._declaration.type.members)

    # --- groups --------------------------------------------------------------------------

    def _group(self, name: str) -> tuple[str | None, float | None]:
        group, correlation = (self._node.get(key) for key in _GROUP)
        if group is None and correlation is None:
            return None, None
        if group is None or correlation is None:
            missing = "group" if group is None else "correlation"
            self._fault(missing, self._node, say("group and correlation stand together"))
            return None, None
        if not isinstance(group, Scalar):
            self._fault("group", group, say("must be a text"), found=written(group))
            return None, None
        if name == "choice" and self._kind != "bool":
            self._fault(
                "group",
                group,
                say("members have no order, so they can't be correlated"),
                expected=say("a number, integer, money, date or bool"),
            )
        share = self._parsed("correlation", correlation, values.parse_number)
        if share is not None and not 0 <= share <= 1:
            self._fault(
                "correlation",
                correlation,
                say("out of range"),
                expected=say("from 0 to 1"),
                found=written(correlation),
            )
        return group.text, share


_NAMES: tuple[DistributionName, ...] = ("triangular", "uniform", "normal", "choice")


def _listed(names: list[str] | tuple[str, ...], word: str = "or") -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {word} {names[-1]}"
