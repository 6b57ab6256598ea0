"""Random cases over the catalogue of the corpus, and the worlds that they do not rule out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from random import Random
from typing import Any

Facts = dict[str, Any]

_COUNTRIES = ("COL", "PER", "VEN", "USA", "UN")
_DATES = ("2019-12-29", "2020-01-01", "2020-01-03", "2020-01-04")
_SPANS: Mapping[str, tuple[str, ...]] = {
    "2019-12": ("2019-12-29", "2019-12-01", "2019-12-31"),
    "2020": ("2020-01-01", "2020-01-03", "2020-01-04", "2020-12-31"),
    "2019-12-29/2020-01-03": ("2019-12-29", "2020-01-01", "2020-01-02", "2020-01-03"),
    "2020-01-03/2020-01": ("2020-01-03", "2020-01-04", "2020-01-31"),
}
"""Dates that are not known to the day, with days on which they may be."""
_ENDS = ("fixed", "renews", "indefinite")
_ELEMENTS = ("training", "arms_sale", "basing", "exercise")
_TAGS = ("sea", "land", "air")


def _one_of(values: tuple[Any, ...]) -> Callable[[Random], Any]:
    return lambda random: random.choice(values)


def _some_of(values: tuple[Any, ...]) -> Callable[[Random], Any]:
    return lambda random: [value for value in values if random.random() < 0.4]


def _place(random: Random) -> Mapping[str, float]:
    return {"lat": random.choice((0.0, 1.0, 2.5)), "lon": random.choice((0.0, 0.5))}


def _money(random: Random) -> Mapping[str, Any]:
    return {"amount": random.choice((0, 90, 100, 250)), "currency": "USD"}


_BOOL = _one_of((True, False))
_SETS = ("deal.elements", "deal.wanted", "parties.countries", "parties.rivals", "tags", "parties")

_SCALARS: Mapping[str, Callable[[Random], Any]] = {
    "say.p": _BOOL,
    "say.q": _BOOL,
    "say.r": _BOOL,
    "say.s": _BOOL,
    "terms.years": _one_of((0, 1, 2, 3, 5, 6, 115)),
    "terms.limit": _one_of((0, 1, 2, 5, 100)),
    "terms.end": _one_of(_ENDS),
    "terms.draft_end": _one_of(_ENDS),
    "terms.start": _one_of((*_DATES, *_SPANS)),
    "terms.stop": _one_of((*_DATES, *_SPANS)),
    "terms.title": _one_of(("Military Bases Accord", "Treaty")),
    "deal.elements": _some_of(_ELEMENTS),
    "deal.wanted": _some_of(_ELEMENTS),
    "parties.countries": _some_of(_COUNTRIES),
    "parties.rivals": _some_of(_COUNTRIES),
    "parties.host": _one_of(_COUNTRIES),
    "site.base": _place,
    "site.border": _place,
    "value.price": _money,
    "value.budget": _money,
    "ceiling.exists": _BOOL,
    "ceiling.troops": _one_of((0, 100, 250, 900)),
}
_RECORDS: Mapping[str, Mapping[str, Callable[[Random], Any]]] = {
    "activities": {
        "live": _BOOL,
        "night": _BOOL,
        "troops": _one_of((0, 1, 3, 6)),
        "km": _one_of((0, 1, 4)),
        "cost": _money,
        "place": _place,
        "tags": _some_of(_TAGS),
        "parties": _some_of(_COUNTRIES),
    },
    "incidents": {"grave": _BOOL, "deaths": _one_of((0, 2, 4, 7)), "place": _place},
}
_UNKNOWN: tuple[Any, ...] = (None, "undisclosed", "asked")


def random_case(random: Random) -> Facts:
    """Return facts of which many are unknown, many lists and sets incomplete or absent."""
    share = random.choice((0.1, 0.3, 0.6))
    facts: Facts = {}
    for path, draw in _SCALARS.items():
        if path == "ceiling.troops" and facts.get("ceiling.exists") is not True:
            continue
        _state(facts, path, draw, random, share)
    for name, fields in _RECORDS.items():
        if random.random() < share / 2:
            continue
        items = [_element(fields, random, share) for _ in range(random.randrange(4))]
        facts[name] = {"items": items, "complete": False} if random.random() < share else items
    return facts


def _state(
    into: Facts, name: str, draw: Callable[[Random], Any], random: Random, share: float
) -> None:
    value = draw(random)
    if random.random() >= share:
        into[name] = value
    elif name in _SETS and random.random() < 0.5:
        into[name] = {"items": value, "complete": False}
    elif random.random() < 0.5:
        into[name] = random.choice(_UNKNOWN)
    elif name not in _SETS and random.random() < 0.3:
        into[name] = {"conflict": [{"value": value}, {"value": draw(random)}]}


def _element(fields: Mapping[str, Callable[[Random], Any]], random: Random, share: float) -> Facts:
    element: Facts = {}
    for name, draw in fields.items():
        _state(element, name, draw, random, share)
    return element


def completion(facts: Facts, random: Random, open_paths: Collection[str] = ()) -> Facts:
    """Return a world that the case does not rule out: questions answered, lists brought to an end.

    What `open_paths` names (`terms.years`, `activities`, `activities[1].live`) stays as it is.
    """
    whole: Facts = {}
    for path, draw in _SCALARS.items():
        if path == "ceiling.troops" and whole.get("ceiling.exists") is False:
            continue
        _settle(whole, path, facts.get(path), draw, random, path in open_paths)
    for name, fields in _RECORDS.items():
        stated = facts.get(name)
        items = stated["items"] if isinstance(stated, dict) else stated or []
        elements = [
            _completed(fields, item, random, f"{name}[{number}].", open_paths)
            for number, item in enumerate(items)
        ]
        if isinstance(stated, list):
            whole[name] = elements
        elif name not in open_paths:
            further = random.choice((0, 0, 1, 2, 4))
            whole[name] = elements + [_completed(fields, {}, random) for _ in range(further)]
        elif stated is not None:
            whole[name] = {"items": elements, "complete": False}
    return whole


def _completed(
    fields: Mapping[str, Callable[[Random], Any]],
    element: Facts,
    random: Random,
    prefix: str = "",
    open_paths: Collection[str] = (),
) -> Facts:
    whole: Facts = {}
    for name, draw in fields.items():
        _settle(whole, name, element.get(name), draw, random, f"{prefix}{name}" in open_paths)
    return whole


def _settle(
    into: Facts,
    name: str,
    stated: Any,
    draw: Callable[[Random], Any],
    random: Random,
    stays_open: bool,
) -> None:
    into[name] = stated if stays_open else _answer(stated, draw, random)


def _answer(stated: Any, draw: Callable[[Random], Any], random: Random) -> Any:
    if isinstance(stated, str) and stated in _SPANS:
        return random.choice(_SPANS[stated])
    if stated in _UNKNOWN or (isinstance(stated, dict) and "conflict" in stated):
        return draw(random)
    if isinstance(stated, dict) and "complete" in stated:
        return sorted({*stated["items"], *draw(random)})
    return stated
